"""Two texts of one paragraph: only what clashes is asked, one decision saves one text, and nothing typed is lost."""

import html
import re

import pytest
from django.urls import reverse

from positions import workflow
from positions.models import Paragraph
from tests.factories import make_point, make_submission
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
TEXT = "Kenya calls for agreed routes."


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.drafter)


def clash(desk, draft, theirs, mine, name="desk_paragraph", **fields):
    """Save `theirs` while `mine` is typed, and return the page with both."""
    base = draft.paragraph.wording_id
    workflow.reword(draft.paragraph, by=draft.colleague, text=theirs, why="Theirs.", base=base)
    words = {"text": mine, "why": "Mine.", "base": base, **fields}
    return desk.post(at(name, draft, draft.paragraph.key), words)


def fields_of(page):
    """Return what the form of the page sends, without a pick and a button."""
    form = page.text[page.text.index('id="write"') :]
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if facts.get("type") != "radio" or "checked" in tag.rstrip(">").split():
            values.setdefault(facts.get("name"), []).append(html.unescape(facts.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*?name="(\w+)"[^>]*>([^<]*)', form):
        values[name] = [html.unescape(text).removeprefix("\n")]
    return {name: given for name, given in values.items() if name and name != "csrfmiddlewaretoken"}


def decide(desk, draft, page, **fields):
    return desk.post(at("desk_paragraph_both", draft, draft.paragraph.key), {**fields_of(page), **fields})


def one_text(page):
    return "".join(span.text for span in page.context["made"].spans).strip()


def test_changes_of_different_words_are_merged_and_saved_by_one_button(desk, draft):
    page = clash(desk, draft, "Kenya urges agreed routes.", "Kenya calls for agreed and safe routes.")
    assert page.status_code == 409
    assert text_of(draft.paragraph) == "Kenya urges agreed routes."
    assert one_text(page) == "Kenya urges agreed and safe routes."
    assert page.context["made"].clashes == []
    assert f"{draft.colleague.name} saved paragraph 1 while you wrote" in " ".join(page.text.split())
    for change in ("urges", "and safe"):
        assert f'<ins><span class="sr">Added: </span>{change}</ins>' in page.text
    assert decide(desk, draft, page, keep="picks").status_code == 302
    assert list(draft.paragraph.wordings.values_list("text", "why")) == [
        (TEXT, ""),
        ("Kenya urges agreed routes.", "Theirs."),
        ("Kenya urges agreed and safe routes.", "Mine."),
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"pick_0": "theirs"}, "Kenya calls for safe routes."),
        ({"pick_0": "mine"}, "Kenya calls for short routes."),
        ({"pick_0": "both"}, "Kenya calls for safe short routes."),
        ({"pick_0": "own", "own_0": "short, safe"}, "Kenya calls for short, safe routes."),
        ({"keep": "mine"}, "Kenya calls for short routes."),
        ({"keep": "whole", "whole": "Kenya calls for roads."}, "Kenya calls for roads."),
    ],
    ids=["theirs", "mine", "both", "other words", "only mine", "whole text"],
)
def test_clash_is_decided(desk, draft, fields, text):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.")
    assert "In 1 place you both changed the same words" in " ".join(page.text.split())
    assert one_text(page) == "Kenya calls for [safe] [short] routes."
    assert decide(desk, draft, page, **fields).status_code == 302
    assert text_of(draft.paragraph) == text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "Place 1: Choose the words for place 1, which you both changed."),
        ({"pick_0": "own", "own_0": " "}, "Other words: Enter the other words for place 1."),
        ({"pick_0": "x"}, "Place 1: Select a valid choice. x is not one of the available choices."),
        ({"keep": "whole", "whole": ""}, "The whole text: Enter the text of the paragraph."),
        (
            {"keep": "whole", "whole": "Kenya calls for [safe] [short] routes."},
            "The whole text: Keep what you want of both versions, and delete the square brackets.",
        ),
        ({"pick_0": "mine", "why": ""}, "Why: Enter a reason for the change: it is kept with the wording."),
    ],
    ids=["no pick", "no words", "unknown pick", "no text", "brackets", "no reason"],
)
def test_incomplete_decision_is_refused_and_everything_typed_kept(desk, draft, fields, reason):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya shall take all short routes.")
    again = decide(desk, draft, page, **fields)
    assert again.status_code == 422
    assert reason in problems(again)
    assert text_of(draft.paragraph) == "Kenya calls for safe routes."
    kept = fields_of(again)
    assert kept["text"] == ["Kenya shall take all short routes."]
    assert kept["why"] == [fields.get("why", "Mine.")]
    assert kept.get("pick_0", [None]) == [fields["pick_0"] if fields.get("pick_0") in ("mine", "own") else None]
    assert decide(desk, draft, again, why="Yes.", keep="mine").status_code == 302


def test_text_with_picks_is_shown_before_it_is_saved(desk, draft):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.")
    shown = decide(desk, draft, page, keep="shown", pick_0="both")
    assert (shown.status_code, one_text(shown)) == (200, "Kenya calls for safe short routes.")
    assert "There is a problem" not in shown.text
    assert text_of(draft.paragraph) == "Kenya calls for safe routes."
    assert decide(desk, draft, shown, keep="picks").status_code == 302
    assert text_of(draft.paragraph) == "Kenya calls for safe short routes."


def test_third_text_meanwhile_is_asked_again_with_what_was_decided(desk, draft):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes today.")
    third = "Kenya urges safe routes."
    workflow.reword(draft.paragraph, by=draft.colleague, text=third, why="Third.")
    again = decide(desk, draft, page, pick_0="both")
    assert again.status_code == 409
    assert text_of(draft.paragraph) == third
    assert again.context["both"].mine == "Kenya calls for safe short routes today."
    assert again.context["both"].theirs.why == "Third."
    assert fields_of(again)["why"] == ["Mine."]
    assert decide(desk, draft, again).status_code == 302
    assert text_of(draft.paragraph) == "Kenya urges safe short routes today."


def test_point_to_be_cited_and_marks_are_kept_with_the_decision(desk, draft):
    free = make_point(make_submission(draft.consultation, theme=draft.t1))
    wish = {"cite": f"partly {free.reference}", "strength": "urges", "is_secretariat_text": "on"}
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.", "desk_sources", **wish)
    assert page.status_code == 409
    assert decide(desk, draft, page, pick_0="mine").status_code == 302
    row = Paragraph.objects.get(pk=draft.paragraph.pk)
    assert (row.strength, row.is_secretariat_text) == ("urges", True)
    assert set(row.wording.groundings.values_list("point__reference", "relation", "is_confirmed")) == {
        (draft.point.reference, "rests_on", False), (free.reference, "partly", True),
    }  # fmt: skip


def test_marks_of_a_colleague_survive_the_decision(desk, draft):
    opened_with = {"initial-strength": "calls_for", "initial-is_secretariat_text": "False", "initial-language": "en"}
    workflow.mark_paragraph(draft.paragraph, by=draft.colleague, strength="urges")
    words = {"strength": "calls_for", "language": "sw", **opened_with}
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.", **words)
    assert decide(desk, draft, page, pick_0="mine").status_code == 302
    row = Paragraph.objects.get(pk=draft.paragraph.pk)
    assert (row.strength, row.language) == ("urges", "sw")


def test_same_text_twice_is_no_conflict(desk, draft):
    assert clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for safe routes.").status_code == 302
    assert draft.paragraph.wordings.count() == 2


def test_text_that_was_closed_meanwhile_is_refused_and_shown(desk, draft):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.")
    Paragraph.objects.filter(pk=draft.paragraph.pk).update(removed_at=draft.paragraph.present_wording.at)
    assert decide(desk, draft, page, pick_0="mine").status_code == 404


@pytest.mark.parametrize("name", ["started", "base"])
@pytest.mark.parametrize("value", ["", "x", str(2**70)])
def test_incomplete_form_loses_no_text(desk, draft, name, value):
    page = clash(desk, draft, "Kenya calls for safe routes.", "Kenya calls for short routes.")
    again = decide(desk, draft, page, pick_0="mine", **{name: value})
    assert again.status_code in (409, 422)
    assert "Kenya calls for short routes." in again.text or "short" in again.text
    assert text_of(draft.paragraph) == "Kenya calls for safe routes."


def test_page_without_a_form_leads_to_the_room(desk, draft):
    address = at("desk_paragraph_both", draft, draft.paragraph.key)
    room = reverse("desk_section", args=[draft.paper.slug, draft.first.pk])
    assert desk.get(address).url == f"{room}?open=1#p1"
    assert desk.post(address).url == f"{room}?open=1#p1"
