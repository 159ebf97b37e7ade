"""Brief for a milestone: who may read it, its source data, and the limit of two pages."""

import hashlib
import json
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from consultations.models import Event, Milestone
from ncm_portal.workflow import Blocked, NotAllowed
from positions import workflow
from positions.models import Brief
from positions.queries import briefs
from positions.render import brief as renderer
from positions.text.canonical import canonical
from positions.workflow import briefs as printing
from tests import pdf_text
from tests.factories import change, make_head, make_member, make_secretariat, make_stakeholder, make_user
from tests.pages import words
from tests.paper_factories import bring_paper, freeze, make_whole_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SECRET = "Zebra-crossing"


@pytest.fixture
def world() -> SimpleNamespace:
    """Create an adopted paper and a planned milestone."""
    found = make_whole_paper()
    bring_paper(found.paper, "adopted")
    found.edition = freeze(found.paper, status="Adopted by consensus")
    found.milestone = Milestone.objects.create(
        title="Stocktaking meeting", place="Puerto Vallarta", kind="k", level="l", planned_start=date(2017, 12, 4)
    )
    found.officer = make_secretariat()
    return found


@pytest.fixture
def unprinted(monkeypatch):
    """Replace printing by a file of two pages where printing is not under test."""
    document, data = pikepdf.new(), BytesIO()
    document.add_blank_page()
    document.save(data)
    monkeypatch.setattr("positions.workflow.briefs.printed", lambda row: data.getvalue())


def write(world, *, by=None, **parts):
    given = {"paragraphs": world.paragraphs[1:], "ask": "One thing.", "red_line": f"No {SECRET}.", **parts}
    return workflow.write_brief(world.paper, by=by or world.officer, milestone=world.milestone, **given)


def reasons(act) -> list[str]:
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def test_brief_is_printed_on_two_pages_from_its_content(world, monkeypatch):
    kept, verb_prints = [], printing.printed
    monkeypatch.setattr(printing, "printed", lambda row: kept.append(verb_prints(row)) or kept[-1])
    made = write(world, speaking_points="First.\n\nSecond.")
    content = briefs.content(made)
    assert json.loads(canonical(content)) == content
    assert [each["number"] for each in content["paragraphs"]] == [2, 3]
    sha256 = hashlib.sha256(canonical(content)).hexdigest()
    assert [renderer.render(content, sha256=sha256, address=content["address"])] == kept  # in another process
    said = " ".join("".join(pdf_text.pages(kept[0])).split())
    assert "RESTRICTED: for officials. Do not copy or pass on." in said
    assert [part in said for part in ("What Kenya asks", "One thing.", "Red line", "Second.", "Flexibility")] == [
        True, True, True, True, False,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="not the SHA-256"):
        renderer.render({**content, "ask": "Another."}, sha256=sha256, address="")
    long = "A line of a speaking point.\n\n" * 45
    assert reasons(lambda: write(world, speaking_points=long, flexibility=long[:690], ask=long[:690])) == [
        "The brief has 3 pages, and the limit is 2. Shorten it or choose fewer paragraphs."
    ]
    assert Brief.objects.count() == 1


def test_dashed_lines_become_list_and_single_objective_is_singular():
    said = renderer.text_blocks("First:\n- one\n• two\n\nLast\nline.")
    assert [part.get("listed") for part in said] == [None, ["one", "two"], None]
    assert [[piece.text for line in part["blocks"][0] for piece in line] for part in (said[0], said[2])] == [
        ["First:"], ["Last", "line."],
    ]  # fmt: skip
    assert renderer.text_blocks("") == renderer.text_blocks("\n\n") == []
    assert [renderer.objectives(each) for each in ([], ["6"], ["2", "5"])] == ["", "Objective 6", "Objectives 2, 5"]


def test_page_shows_dashed_lines_as_a_list(client, world, unprinted):
    write(world, speaking_points="We say:\n- one <i>thing</i>\n- another")
    page = sign_in(client, world.officer).get(reverse("brief", args=[world.paper.slug, world.milestone.pk]))
    assert "<ul><li>one &lt;i&gt;thing&lt;/i&gt;</li><li>another</li></ul>" in page.text.replace("\n", "")
    assert "- one" not in page.text


def test_only_officials_read_briefs(world, unprinted):
    first = write(world, ask="The first words.")
    last = write(world)
    slug, pk = world.paper.slug, world.milestone.pk
    page, file = reverse("brief", args=[slug, pk]), reverse("brief_pdf", args=[slug, pk])
    for person in (world.officer, make_head(), make_user("official")):
        client = sign_in(Client(), person)
        shown = client.get(page)
        assert (SECRET in words(shown), "The first words." in words(shown)) == (True, False)
        assert (shown["Cache-Control"], client.post(file)["Cache-Control"]) == ("no-store, private",) * 2
        assert client.get(file).url == page
        assert "Stocktaking meeting" in words(client.get(reverse("annexes", args=[slug])))
    for person in (make_user(), make_user("sysadmin"), make_member(make_stakeholder(state="verified"))):
        client = sign_in(Client(), person)
        assert [client.get(page).status_code, client.get(file).status_code, client.post(file).status_code] == [404] * 3
        assert Brief.objects.visible_to(person).count() == 0
    assert (first.number, last.number) == (1, 2)
    assert SECRET not in "".join(str(entry.data) + entry.reason for entry in Event.objects.all())
    for act in (lambda: Brief.objects.update(ask="-"), lambda: Brief.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_brief_refusal_lists_all_reasons(world, unprinted):
    change(world.milestone, state="cancelled")
    assert reasons(lambda: write(world, ask=" ", flexibility="x" * 701, paragraphs=world.paragraphs[:1] * 2)) == [
        "The milestone was cancelled.",
        "Enter what Kenya asks.",
        "One part of the brief is too long. Shorten it.",
        "Choose each paragraph of the brief only once.",
    ]
    with pytest.raises(NotAllowed):
        write(world, by=make_user("official"))


def test_unprintable_characters_of_brief_are_reported_by_part_and_line(world):
    assert reasons(lambda: write(world, ask="One.\n漢", red_line="字")) == [
        "The portal could not print the brief: What Kenya asks, line 2 (“漢”): "
        "no font of the portal has these characters: 漢 (U+6F22).",
        "Red line (“字”): no font of the portal has these characters: 字 (U+5B57).",
    ]


def test_secretariat_writes_brief_starting_from_previous_text(world, unprinted):
    client = sign_in(Client(), world.officer)
    here = reverse("brief_write", args=[world.paper.slug, world.milestone.pk])
    typed = {"ask": "", "red_line": "Typed red line", "paragraphs": ["2"]}
    refused = client.post(here, typed)
    assert (refused.status_code, "Typed red line" in refused.content.decode()) == (422, True)
    assert "Enter what Kenya asks." in words(refused)
    assert client.post(here, {**typed, "ask": "One."}).status_code == 302
    form = client.get(here).context["form"]
    assert (form.initial["ask"], form.initial["paragraphs"]) == ("One.", ["2"])
    assert sign_in(Client(), make_user("official")).get(here).status_code == 404
