"""Public papers: visible editions, content of the page, confidential content, and files."""

import errno
import gzip
import hashlib
import json
import re
from email.utils import format_datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.urls import reverse
from openpyxl import load_workbook

from consultations.models import Office
from consultations.uploads.disk_space import WORDS
from ncm_portal.workflow import Blocked
from positions.edition.files import FORMS, Form
from positions.models import ArtefactFormat
from positions.render import tables
from positions.views import public_papers
from tests import factories, paper_factories
from tests.access_log import last_refusal
from tests.pages import tidy
from tests.paper_factories import SECRET
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    """Use a separate file folder and an empty cache."""
    settings.MEDIA_ROOT = tmp_path
    public_papers.content.cache_clear()
    public_papers._text.cache_clear()


@pytest.fixture
def published():
    """Create a paper in force with earlier drafts."""
    return paper_factories.make_published_paper(title="Kenya’s <common> position", slug="gcm-2017")


def page(client, name, *arguments, status=HTTPStatus.OK):
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == status
    return response.content.decode()


def without_address(response):
    """Return a page without its own URL and the token of the sign-out form."""
    own = rf'"{re.escape(response.wsgi_request.get_full_path())}"|name="csrfmiddlewaretoken" value="[^"]+"'
    return re.sub(own, '""', response.content.decode())


def read(response):
    """Return the bytes of a served file and close it."""
    assert response.status_code == HTTPStatus.OK
    return b"".join(response.streaming_content)


def missing(client, *places):
    """Return whether all URLs answer with one identical 404 page."""
    answers = [client.get(place) for place in places]
    assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * len(places)
    return len({without_address(answer) for answer in answers}) == 1


# --- Who sees what --------------------------------------------------------------------------------------------------


def test_list_shows_official_papers_to_all_and_others_to_permitted_readers(client, published):
    draft = paper_factories.make_paper(title="Paper in preparation")
    said = page(client, "papers")
    assert "Kenya’s &lt;common&gt; position" in said
    assert draft.title not in said
    sign_in(client, factories.make_user(Office.OFFICIAL))
    assert draft.title not in page(client, "papers")


def test_unknown_and_foreign_papers_are_same_404(client, published):
    draft = paper_factories.make_paper()
    paper_factories.make_edition(draft)
    places = [reverse("paper", args=[slug]) for slug in ("nothing-here", draft.slug)]
    places += [
        reverse("paper_edition", args=found)
        for found in [("gcm-2017", "0.1"), ("gcm-2017", "9.9"), (draft.slug, "0.1")]
    ]
    for form in (*FORMS, "exe"):
        places += [
            reverse("edition_file", args=[*found, form])
            for found in [("gcm-2017", "0.1"), ("gcm-2017", "9.9"), (draft.slug, "0.1")]
        ]
    places.append(reverse("edition_file", args=["gcm-2017", "1.0", "exe"]))
    assert missing(client, *places)
    client.force_login(factories.make_member())
    assert missing(client, *places)


def test_member_reads_text_under_review_as_draft(client):
    whole = paper_factories.make_whole_paper()
    text = paper_factories.freeze(whole.paper, "0.2", "review")
    whole.paper.rounds.create(number=1, edition=text, opens_at=text.frozen_at, closes_at=whole.consultation.closes_at)
    paper_factories.bring_paper(whole.paper, "review")
    address = reverse("paper", args=[whole.paper.slug])
    assert missing(client, address, reverse("paper", args=["nothing-here"]))
    client.force_login(factories.make_member(factories.make_ministry()))
    for said in (page(client, "paper", whole.paper.slug), page(client, "paper_edition", whole.paper.slug, "0.2")):
        assert "<b>DRAFT.</b> Edition 0.2 is not an official text." in tidy(said)
        assert '<meta name="robots" content="noindex">' in said
        assert "Verify a copy</a></p>" not in said
    assert missing(client, reverse("paper_edition", args=[whole.paper.slug, "0.1"]), reverse("paper", args=["nothing"]))


def test_review_text_of_withdrawn_paper_is_404(client):
    whole = paper_factories.make_whole_paper()
    paper_factories.freeze(whole.paper, "0.2", "review")
    paper_factories.bring_paper(whole.paper, "withdrawn")
    addresses = [reverse("paper", args=[slug]) for slug in (whole.paper.slug, "nothing-here")]
    client.force_login(factories.make_member(factories.make_ministry()))
    assert missing(client, *addresses)
    sign_in(client, factories.make_secretariat())
    assert client.get(addresses[0]).status_code == HTTPStatus.OK


def test_adopted_text_is_not_public_before_publication(client):
    whole = paper_factories.make_whole_paper()
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "adopted")
    address = reverse("paper", args=[whole.paper.slug])
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    sign_in(client, factories.make_user(Office.OFFICIAL))
    assert "<b>DRAFT.</b>" in page(client, "paper", whole.paper.slug)


# --- The page -------------------------------------------------------------------------------------------------------


def test_page_shows_frozen_text(client, published):
    paper_factories.reword(published.paragraphs[1], "Words of the day after.")
    said = page(client, "edition_whole", "gcm-2017", "1.0")
    assert "Words of the day after." not in said
    assert '<p>Kenya <span class="verb">calls for</span> three things.</p>' in tidy(said)
    assert '<p>Kenya and its counties <span class="verb">commit to</span> a third.</p>' in tidy(said)


def test_sources_are_shown_beside_paragraph(client, published):
    said = tidy(page(client, "edition_whole", "gcm-2017", "1.0"))
    reference = published.public.submission.reference
    address = reverse("input", args=[reference])
    short = published.public.reference.removeprefix(f"{reference[:9]}")
    assert f'<li><a href="{address}">{short}</a> Body for public</li>' in said
    assert said.count("and 1 point that is not public") == 2
    assert f"<li>{published.spoken.reference} Group 2</li>" in said
    assert "<b>Reservation.</b> Ministry of A: It costs money." in said
    assert "<li>Text of the secretariat</li>" in said


def test_page_and_data_contain_nothing_confidential(client, published):
    assert SECRET in published.members.text
    for name in ("paper", "paper_edition", "edition_whole"):
        arguments = ("gcm-2017",) if name == "paper" else ("gcm-2017", "1.0")
        assert SECRET not in page(client, name, *arguments)
    assert SECRET.encode() not in read(client.get(reverse("edition_file", args=["gcm-2017", "1.0", "json"])))


def test_facts_precede_text(client, published):
    said = " ".join(page(client, "paper", "gcm-2017").split())
    assert "3 inputs, 4 points, 3 organisations in 1 group" in said
    assert reading_hash(published.edition.sha256) in said
    assert '<span class="status done" lang="en">Adopted by consensus</span>' in said
    assert "download>Download PDF <small>20 bytes</small></a>" in said
    sections = [f'href="/papers/gcm-2017/1.0/sections/{place}/"' in said for place in (1, 2, 3, 4)]
    assert sections == [True, True, True, False]
    assert "20 of 24 member institutions were present" in said


def reading_hash(sha256):
    return " ".join(re.findall("....", sha256))


def test_text_is_escaped(client):
    whole = paper_factories.make_whole_paper()
    hostile = "<b>{{ 7|add:7 }}</b> {% now %} & “x”\nsecond line"
    paper_factories.reword(whole.paragraphs[0], hostile)
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "published")
    said = page(client, "edition_whole", whole.paper.slug, "1.0")
    assert "&lt;b&gt;{{ 7|add:7 }}&lt;/b&gt; {% now %} &amp; “x”<br>second line" in said


def test_sample_page_has_banner(client, published):
    warning = "SAMPLE: not a position of the Government of Kenya"
    assert warning not in page(client, "paper", "gcm-2017")
    whole = paper_factories.make_whole_paper()
    factories.change(whole.consultation, is_sample=True)
    whole.paper.refresh_from_db()
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "published")
    assert warning in page(client, "paper", whole.paper.slug)


def test_page_is_in_language_of_reader_and_text_unchanged(client, published):
    client.cookies["django_language"] = "sw"
    said = page(client, "edition_whole", "gcm-2017", "1.0")
    assert '<html lang="sw">' in said
    assert '<div class="reading" lang="en"' in tidy(said)
    assert '<span class="verb">calls for</span> three things.' in said


def test_corrected_edition_replaces_first(client, published):
    paper_factories.freeze(published.paper, "1.0.1", "corrected")
    assert "<b>DRAFT.</b>" not in page(client, "paper", "gcm-2017")
    assert "Another edition is in force:" not in page(client, "paper", "gcm-2017")
    older = page(client, "paper_edition", "gcm-2017", "1.0")
    assert "This is edition 1.0. Another edition is in force: " in " ".join(older.split())
    assert f'<a href="{reverse("paper_edition", args=["gcm-2017", "1.0.1"])}">1.0.1</a>' in tidy(older)


def test_superseded_paper_stays_and_names_successor(client, published):
    newer = paper_factories.make_published_paper(title="The newer position", slug="newer")
    head = factories.make_head()
    factories.walk(published.paper, "superseded")
    from ncm_portal.workflow import journal

    journal("supersede", published.paper, by=head, data={"newer": newer.paper.slug})
    said = page(client, "paper", "gcm-2017")
    assert '<a href="/papers/newer/" lang="en">The newer position</a>' in said
    assert '<span class="status note">Superseded</span>' in tidy(page(client, "papers"))


# --- Cost -----------------------------------------------------------------------------------------------------------


def test_page_for_visitor_takes_few_queries(client, published, django_assert_num_queries):
    with django_assert_num_queries(2):
        page(client, "papers")
    with django_assert_num_queries(3):
        page(client, "paper", "gcm-2017")
    with django_assert_num_queries(2):
        page(client, "paper", "gcm-2017")
    with django_assert_num_queries(2):
        page(client, "paper_edition", "gcm-2017", "1.0")


def test_page_for_signed_in_person_takes_at_most_eight_queries(client, published, django_assert_max_num_queries):
    client.force_login(factories.make_member(factories.make_ministry()))
    with django_assert_max_num_queries(8):
        page(client, "paper", "gcm-2017")


def test_page_of_long_paper_is_small(client):
    whole = paper_factories.make_whole_paper()
    section = whole.paragraphs[1].section
    for turn in range(50):
        said = [factories.make_point(factories.make_submission(whole.consultation)) for _each in range(2)]
        paper_factories.make_paragraph(
            section, f"{turn}: " + "Kenya calls for data that all can read. " * 8, points=said
        )
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "published")
    for name, more in (("paper_edition", []), ("edition_whole", []), ("edition_section", [2])):
        address = reverse(name, args=[whole.paper.slug, "1.0", *more])
        response = client.get(address, headers={"accept-encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert len(response.content) < 12_000
        assert len(gzip.decompress(response.content)) < 60_000


# --- Files ----------------------------------------------------------------------------------------------------------


def test_pdf_is_served_as_made(client, published, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "pdf"]))
        data = read(response)
    made = published.files["pdf"]
    assert data == b"%PDF-1.7 not printed"
    assert {name: response[name] for name in ("ETag", "Content-Type", "Content-Disposition", "Cache-Control")} == {
        "ETag": f'"{made.sha256}"',
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="gcm-2017-1.0.pdf"',
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    assert response["Content-Length"] == str(made.size)
    assert response["Last-Modified"] == format_datetime(made.rendered_at.replace(microsecond=0), usegmt=True)


def test_served_json_has_the_hashed_bytes(client, published):
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "json"]))
    assert read(response) == published.edition.content.encode()
    assert response["ETag"] == f'"{published.edition.sha256}"'
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'inline; filename="gcm-2017-1.0.json"'


@pytest.mark.parametrize("header", ["If-None-Match", "If-Modified-Since"])
def test_unchanged_file_is_not_modified(client, published, header):
    address = reverse("edition_file", args=["gcm-2017", "1.0", "pdf"])
    first = client.get(address)
    read(first)
    value = first["ETag"] if header == "If-None-Match" else first["Last-Modified"]
    again = client.get(address, headers={header: value})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert again["ETag"] == first["ETag"]
    assert read(client.get(address, headers={"If-None-Match": '"another"'})) == b"%PDF-1.7 not printed"


def test_files_of_drafts_are_restricted_and_not_cached(client):
    whole = paper_factories.make_whole_paper()
    paper_factories.make_files(paper_factories.freeze(whole.paper))
    paper_factories.bring_paper(whole.paper, "adopted")
    address = reverse("edition_file", args=[whole.paper.slug, "1.0", "pdf"])
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    sign_in(client, factories.make_user(Office.OFFICIAL))
    response = client.get(address)
    assert read(response) == b"%PDF-1.7 not printed"
    assert response["Cache-Control"] == "private, no-cache"


@pytest.fixture
def plain_form(monkeypatch):
    """Register a fast additional file format and count how often it is made."""
    made = []

    def make(frozen):
        made.append(frozen.number)
        return f"The text of {frozen.number}.".encode()

    monkeypatch.setitem(FORMS, ArtefactFormat.AKN, Form(make, "text/plain", tables.__name__))
    return made


def test_further_form_is_made_once_on_first_request(client, published, plain_form):
    address = reverse("edition_file", args=["gcm-2017", "1.0", "akn.xml"])
    assert f'<a href="{address}">Akoma Ntoso 3.0 (XML)</a>' in page(client, "paper", "gcm-2017")
    first, again = client.get(address), client.get(address)
    assert (read(first), read(again), plain_form) == (b"The text of 1.0.", b"The text of 1.0.", ["1.0"])
    kept = published.edition.artefacts.get(format="akn.xml")
    assert (kept.sha256, kept.size, kept.renderer) == (
        hashlib.sha256(b"The text of 1.0.").hexdigest(),
        16,
        tables.RENDERER_VERSION,
    )
    assert {name: first[name] for name in ("ETag", "Content-Type", "Content-Disposition", "Cache-Control")} == {
        "ETag": f'"{kept.sha256}"',
        "Content-Type": "text/plain",
        "Content-Disposition": 'inline; filename="gcm-2017-1.0.akn.xml"',
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    assert address in page(client, "verify_hash", kept.sha256)


def test_every_table_of_published_paper_is_available(client, published):
    def table(form):
        response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", form]))
        assert response["Content-Disposition"] == f'inline; filename="gcm-2017-1.0.{form}"'
        return response["Content-Type"], read(response)

    names = ["paragraphs", "points", "dispositions", "clearances", "reservations"]
    for name in names:
        kind, data = table(f"{name}.csv")
        assert (kind, data[:3]) == ("text/csv; charset=utf-8", b"\xef\xbb\xbf")
        assert data.count(b",1.0") >= (name in {"paragraphs", "points", "dispositions"})
    kind, data = table("xlsx")
    assert kind == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = load_workbook(BytesIO(data))
    sections = json.loads(published.edition.content)["sections"]
    words = [paragraph["text"] for section in sections for paragraph in section["paragraphs"]]
    assert [cell.value for cell in book["Paragraphs"]["F"][1:]] == words
    said = dict(row[:2] for row in book["Edition"].iter_rows(values_only=True))
    assert said["Verify a copy"] == settings.PORTAL_ADDRESS + reverse("verify_hash", args=[published.edition.sha256])
    assert published.edition.artefacts.count() == 2 + len(names) + 1
    listed = re.findall(r'position-paper\.([a-z.]+)">', page(client, "paper", "gcm-2017"))
    assert listed == ["json", *(form for form in ArtefactFormat if form in FORMS and form not in {"pdf", "json"})]


def test_json_schema_is_public_and_cacheable(client, published):
    address = reverse("edition_schema")
    assert f'<a href="{address}">Structure of the data (JSON Schema)</a>' in page(client, "paper", "gcm-2017")
    response = client.get(address)
    assert address == "/papers/schema/edition-1.json"
    assert {name: response[name] for name in ("Content-Type", "Cache-Control", "Access-Control-Allow-Origin")} == {
        "Content-Type": "application/schema+json",
        "Cache-Control": "public, max-age=86400",
        "Access-Control-Allow-Origin": "*",
    }
    schema = response.json()
    assert schema["$id"] == settings.PORTAL_ADDRESS + address
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(published.edition.content), schema)
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (HTTPStatus.NOT_MODIFIED, b"")
    assert {name: again[name] for name in ("ETag", "Cache-Control")} == {
        name: response[name] for name in ("ETag", "Cache-Control")
    }


def test_form_of_draft_is_made_for_permitted_readers_only(client, plain_form):
    whole = paper_factories.make_whole_paper()
    paper_factories.freeze(whole.paper)
    paper_factories.bring_paper(whole.paper, "adopted")
    address = reverse("edition_file", args=[whole.paper.slug, "1.0", "akn.xml"])
    assert (client.get(address).status_code, plain_form) == (HTTPStatus.NOT_FOUND, [])
    sign_in(client, factories.make_user(Office.OFFICIAL))
    response = client.get(address)
    assert (read(response), response["Cache-Control"]) == (b"The text of 1.0.", "private, no-cache")
    client.logout()
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("error", [Blocked("Two letters cannot be written."), OSError(errno.ENOSPC, "full")])
def test_failure_to_make_form_is_explained_and_leaves_nothing(client, published, plain_form, monkeypatch, error):
    def fail(*_given):
        raise error

    monkeypatch.setitem(FORMS, ArtefactFormat.AKN, Form(fail, "text/plain", tables.__name__))
    if isinstance(error, OSError):
        monkeypatch.setitem(FORMS, ArtefactFormat.AKN, Form(lambda frozen: b"whole", "text/plain", tables.__name__))
        monkeypatch.setattr("os.fsync", fail)
    folder = Path(published.files["pdf"].file.path).parent
    before = sorted(folder.iterdir())
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "akn.xml"]))
    (reason,) = error.reasons if isinstance(error, Blocked) else [str(WORDS)]
    assert (response.status_code, reason in response.text) == (HTTPStatus.CONFLICT, True)
    assert not published.edition.artefacts.filter(format="akn.xml").exists()
    assert sorted(folder.iterdir()) == before
    assert last_refusal(published.edition) == (None, "make_form", "", [reason])


def test_full_disk_while_making_form_is_reported(client, published, monkeypatch):
    def fill(_frozen):
        raise OSError(errno.ENOSPC, "full")  # what a renderer meets that writes to temporary files

    monkeypatch.setitem(FORMS, ArtefactFormat.XLSX, Form(fill, "text/plain", tables.__name__))
    response = client.get(reverse("edition_file", args=["gcm-2017", "1.0", "xlsx"]))
    assert (response.status_code, str(WORDS) in response.text) == (HTTPStatus.CONFLICT, True)
    assert not published.edition.artefacts.filter(format="xlsx").exists()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page_is_read_only(client, published, method):
    for name, arguments in [("papers", []), ("paper", ["gcm-2017"]), ("edition_file", ["gcm-2017", "1.0", "pdf"])]:
        response = getattr(client, method)(reverse(name, args=arguments))
        assert response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
