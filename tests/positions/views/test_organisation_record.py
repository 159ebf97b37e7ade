"""The record of an organisation as a page with filters, as CSV and as PDF, for its own people only."""

import csv
import io

import pytest
from django.core.cache import cache
from django.urls import reverse

from consultations.models import Access, AccessEntry
from positions.render.pdf import RenderFailed
from positions.views import organisation_record
from tests.factories import change, make_action, make_consultation, make_member, make_stakeholder, make_submission
from tests.pages import words
from tests.sign_in import give_second_factor, sign_in
from tests.waiting import make_people

pytestmark = pytest.mark.django_db
PAGE = "/my-organisation/record/"
CSV, PDF = "/my-organisation/record.csv", "/my-organisation/record.pdf"


@pytest.fixture
def people(client):
    people = make_people()
    for turn, title in enumerate(("Passes for herders", "=Fish")):
        round_ = make_consultation(short_title=f"Round {'AB'[turn]}")
        make_submission(round_, people.body, author=people.focal, title=title)
    make_action(stakeholder=people.body, text="Open two offices.")
    make_submission(stakeholder=make_stakeholder("Weavers"), title="Looms")
    sign_in(client, people.focal)
    return people


def shown(page):
    return {entry.what for entry in page.context["entries"]}


def rows_of(page):
    data = b"".join(page.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(data)))


def test_page_lists_the_own_record_only(client, people):
    page = client.get(PAGE)
    assert shown(page) == {"Passes for herders", "=Fish", "Open two offices."}
    assert "Looms" not in words(page)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"what": "commitment"}, {"Open two offices."}), ({"what": "point"}, set()),
        ({"consultation": "Round A"}, {"Passes for herders"}), ({"words": "HERDERS pass"}, {"Passes for herders"}),
        ({"what": "input", "words": "offices"}, set()),
        ({"what": "nonsense"}, {"Passes for herders", "=Fish", "Open two offices."}),
    ],
)  # fmt: skip
def test_filters_narrow_page_and_file_alike(client, people, query, left):
    page = client.get(PAGE, query)
    assert shown(page) == left
    csv_file = next(address for kind, address in page.context["files"] if kind == "csv")
    assert {row["What"].lstrip("'") for row in rows_of(client.get(csv_file))} == left


def test_tabs_count_under_the_other_filters(client, people):
    tabs = client.get(PAGE, {"what": "commitment", "consultation": "Round A"}).context["tabs"]
    assert [(str(tab["label"]), tab["number"]) for tab in tabs[:2]] == [("All", 1), ("Inputs", 1)]
    assert [tab["here"] for tab in tabs].index(True) == 6


def test_long_record_has_pages(client, people, monkeypatch):
    monkeypatch.setattr(organisation_record, "PAGE", 2)
    first = client.get(PAGE, {"words": "o"})
    assert (len(first.context["entries"]), first.context["newer"]) == (2, "")
    second = client.get(first.context["older"])
    assert (len(second.context["entries"]), second.context["older"]) == (1, "")
    assert client.get(PAGE, {"page": "x"}).status_code == 200


def test_file_has_no_formulas_and_is_entered_in_the_access_log(client, people):
    page = client.get(CSV)
    rows = rows_of(page)
    assert (page["Content-Type"], page["Cache-Control"]) == ("text/csv; charset=utf-8", "private, no-store")
    assert {row["What"] for row in rows} == {"Passes for herders", "'=Fish", "Open two offices."}
    sent = next(row for row in rows if row["What"] == "Passes for herders")
    assert (sent["Kind"], sent["Consultation"], sent["Where it stands"]) == ("Input", "Round A", "on file")
    assert sent["Page"].startswith("http")
    entry = AccessEntry.objects.get(what=Access.EXPORT)
    assert (entry.by, entry.object_id, entry.details["list"]) == (people.focal, str(people.body.pk), "record")


@pytest.mark.parametrize("address", [PAGE, CSV, PDF])
@pytest.mark.parametrize("who", ["stranger", "clearing", "official", "secretariat", "nobody"])
def test_record_of_another_organisation_is_404(client, people, who, address):
    user = getattr(people, who)
    give_second_factor(user)
    sign_in(client, user)
    assert client.get(address, {"organisation": people.body.pk}).status_code == 404


@pytest.mark.parametrize("address", [PAGE, CSV, PDF])
def test_visitor_is_asked_to_sign_in(client, people, address):
    client.logout()
    assert client.get(address).status_code == 302


def test_member_of_two_organisations_sees_one_at_a_time(client, people):
    other = make_stakeholder("Weavers' Guild")
    make_member(other, user=people.focal)
    make_submission(stakeholder=other, author=people.focal, title="Wool")
    assert "Wool" not in shown(client.get(PAGE))
    assert shown(client.get(PAGE, {"organisation": other.pk})) == {"Wool"}


def test_unknown_form_is_404(client, people):
    assert client.get("/my-organisation/record.docx").status_code == 404


# --- PDF --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def press(monkeypatch):
    """Replace printing by a fast press that records what it is given."""
    orders = []

    def render_apart(content, sha256, address, *, document):
        orders.append((document, content))
        return b"%PDF-1.7 quick"

    monkeypatch.setattr(organisation_record, "render_apart", render_apart)
    return orders


def test_pdf_has_what_the_page_shows_and_is_not_stored(client, people, press):
    page = client.get(PDF, {"what": "commitment"})
    assert (page.content, page["Cache-Control"]) == (b"%PDF-1.7 quick", "private, no-store")
    ((document, content),) = press
    listed = [entry["what"] for kind in content["kinds"] for entry in kind["entries"]]
    assert (document, listed, content["organisation"]) == (
        "organisation_record", ["Open two offices."], people.body.name,
    )  # fmt: skip
    client.get(PDF)
    assert len(press) == 2


def test_second_print_at_the_same_time_is_asked_to_wait(client, people, press):
    cache.add(f"record-printing-{people.focal.pk}", 1, 60)
    try:
        page = client.get(PDF)
    finally:
        cache.delete(f"record-printing-{people.focal.pk}")
    assert (page.status_code, page["Retry-After"], press) == (503, "5", [])


def test_failed_print_leads_back_and_says_why(client, people, monkeypatch):
    def fail(*_arguments, **_options):
        raise RenderFailed("No glyph for U+1F41F.")

    monkeypatch.setattr(organisation_record, "render_apart", fail)
    page = client.get(PDF, {"what": "input"}, follow=True)
    assert page.redirect_chain == [(f"{PAGE}?what=input", 302)]
    assert "No glyph for U+1F41F." in words(page)


# --- Below For you ----------------------------------------------------------------------------------------------------


def test_for_you_leads_to_the_record_for_those_who_act_for_the_organisation(client, people):
    link = f"{PAGE}?organisation={people.body.pk}"
    assert client.get(reverse("for_you")).text.count(link) == 1
    sign_in(client, people.stranger)
    assert link not in client.get(reverse("for_you")).text
    change(people.secretariat, is_active=True)
    give_second_factor(people.secretariat)
    sign_in(client, people.secretariat)
    assert PAGE not in client.get(reverse("for_you")).text
