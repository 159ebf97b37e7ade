"""Pages to split and merge paragraphs, to comment on them, and to see their history."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from positions import workflow
from positions.models import Paragraph
from tests.paper_factories import make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.views.test_drafting import at, problems
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
TEXT = "Kenya calls for agreed routes. It asks for shelters; they must be dry. Nothing else."


@pytest.fixture
def draft():
    found = make_draft()
    workflow.reword(found.paragraph, by=found.drafter, text=TEXT, why="Both.")
    found.behind = make_paragraph(found.first, "Kenya notes the lakes.", points=(found.other,), by=found.drafter)
    found.paragraph.refresh_from_db()
    return found


@pytest.fixture
def desk(client, draft):
    """Return the drafter's client."""
    return sign_in(client, draft.drafter)


def values(form):
    return [form[name].value() for name in form.fields if name in ("text", "rest", "why")]


def words_of(draft):
    found = Paragraph.objects.standing().filter(section__paper=draft.paper)
    return [each.wording.text for each in found.select_related("wording")]


# --- Split ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cut", "first"),
    [("", "Kenya calls for agreed routes."), ("2", "Kenya calls for agreed routes. It asks for shelters;"),
     ("99", "Kenya calls for agreed routes."), ("x", "Kenya calls for agreed routes."), ("9" * 400, "Kenya calls for agreed routes.")],
)  # fmt: skip
def test_form_suggests_split_after_a_sentence(desk, draft, cut, first):
    page = desk.get(at("desk_paragraph_split", draft, draft.paragraph.key), {"cut": cut})
    assert values(page.context["form"])[:2] == [first, TEXT[len(first) :].strip()]


def sent(draft, **fields):
    start = {"text": "One.", "rest": "Two.", "why": "Two things.", "base": draft.paragraph.wording_id, "key": uuid4()}
    return start | fields


def test_paragraph_is_split_once_despite_resubmission(desk, draft):
    fields = sent(draft)
    for _turn in range(2):
        response = desk.post(at("desk_paragraph_split", draft, draft.paragraph.key), fields)
        assert response.url == f"{at('desk_section', draft, draft.first.pk)}#p1"
        fields["base"] = draft.paragraph.wording_id
    assert words_of(draft) == ["One.", "Two.", "Kenya notes the lakes."]


def test_invalid_split_is_reported_and_everything_kept(desk, draft):
    address = at("desk_paragraph_split", draft, draft.paragraph.key)
    response = desk.post(address, sent(draft, rest=" ", why=""))
    assert (response.status_code, problems(response)) == (422, [
        "Second paragraph: Enter text for both parts.",
        "Why: Enter a reason: it is kept in the history of both paragraphs.",
    ])  # fmt: skip
    assert values(response.context["form"]) == ["One.", " ", ""]
    workflow.reword(draft.paragraph, by=draft.colleague, text="Meanwhile.", why="So.")
    response = desk.post(address, sent(draft))
    assert (response.status_code, response.context["reasons"]) == (
        422, ["Someone changed this since you opened it. Both texts are shown and nothing is lost."],
    )  # fmt: skip
    assert values(response.context["form"]) == ["One.", "Two.", "Two things."]
    assert "Meanwhile." in response.text
    again = {name: response.context["form"][name].value() for name in sent(draft)}
    assert desk.post(address, again).status_code == 302
    assert words_of(draft) == ["One.", "Two.", "Kenya notes the lakes."]


# --- Merge ----------------------------------------------------------------------------------------------------------


def test_paragraphs_are_merged_and_removed_one_stays_readable(desk, draft):
    address = at("desk_paragraph_merge", draft, draft.paragraph.key)
    page = desk.get(address)
    assert values(page.context["form"])[0] == f"{TEXT} Kenya notes the lakes."
    fields = {name: page.context["form"][name].value() for name in ("base", "other_base")}
    fields |= {"with": draft.behind.key, "text": "Both.", "why": ""}
    refusal = desk.post(address, fields)
    assert problems(refusal) == ["Why: Enter a reason: it is kept in the history of both paragraphs."]
    assert values(refusal.context["form"])[0] == "Both."
    assert desk.post(address, fields | {"why": "One thing."}).url.endswith("#p1")
    assert words_of(draft) == ["Both."]
    gone = desk.get(at("desk_paragraph", draft, draft.behind.key))
    assert gone.url == at("desk_paragraph_history", draft, draft.behind.key)
    page = desk.get(gone.url)
    assert "The paragraph was removed from the text on" in page.text
    assert [each.other for each in page.context["successions"]] == [draft.paragraph]
    assert list(desk.get(at("desk_paper", draft)).context["removed"]) == [draft.behind]


def test_concurrent_texts_are_shown_and_typed_text_kept(desk, draft):
    address = at("desk_paragraph_merge", draft, draft.paragraph.key)
    fields = {"with": draft.behind.key, "text": "Both.", "why": "So.", "base": draft.paragraph.wording_id}
    fields["other_base"] = draft.behind.wording_id
    workflow.reword(draft.behind, by=draft.colleague, text="Kenya notes Lake Victoria.", why="So.")
    response = desk.post(address, fields)
    assert response.status_code == 422
    assert "Kenya notes Lake Victoria." in response.text
    assert values(response.context["form"]) == ["Both.", "So."]
    third = make_paragraph(draft.second, "Third.", by=draft.drafter)
    workflow.remove_paragraph(draft.behind, by=draft.colleague, reason="So.")
    for other, shown in ((third, 'name="with" value'), (None, "There is no other paragraph in this paper.")):
        if other is None:
            workflow.remove_paragraph(third, by=draft.colleague, reason="So.")
        response = desk.post(address, fields)
        assert (response.status_code, response.context["other"]) == (422, other)
        assert problems(response) == [
            ("The other paragraph is not part of the text any more. Choose another paragraph to merge with.")
        ]
        assert (shown in response.text, "Both." in response.text) == (True, True)
    assert words_of(draft) == [TEXT]


@pytest.mark.parametrize("name", ["desk_paragraph_split", "desk_paragraph_merge", "desk_comment"])
def test_text_for_removed_paragraph_is_returned(desk, draft, name):
    workflow.remove_paragraph(draft.paragraph, by=draft.colleague, reason="So.")
    address = at(name, draft, draft.paragraph.key)
    assert desk.get(address).url == at("desk_paragraph_history", draft, draft.paragraph.key)
    response = desk.post(address, sent(draft, rest="Typed <late>."))
    assert (response.status_code, problems(response)) == (422, ["This paragraph was removed from the text."])
    assert "Typed &lt;late&gt;." in response.text


# --- History --------------------------------------------------------------------------------------------------------


def test_history_shows_texts_and_operations(desk, draft):
    _first, second = workflow.split_paragraph(
        draft.paragraph, by=draft.drafter, texts=[TEXT[:30], TEXT[31:]], why="Two things."
    )
    workflow.move_paragraph(second, by=draft.colleague, section=draft.second)
    workflow.reword(second, by=draft.colleague, text="It asks for dry shelters.", why="Shorter.")
    page = desk.get(at("desk_paragraph_history", draft, second.key))
    told = [row["event"].verb if "event" in row else row["wording"].why for row in page.context["entries"]]
    assert told == ["Shorter.", "move", "Two things."]
    shown = page.context["entries"][-1]["spans"]
    assert "".join(span.text for span in shown if span.kind != "added") == TEXT
    assert [each.other for each in page.context["origins"]] == [draft.paragraph]
    whole = desk.get(at("desk_paragraph_history", draft, draft.paragraph.key))
    assert [each.other for each in whole.context["successions"]] == [second]
    assert re.findall(r"History of paragraph (\d)</h1>", whole.text) == ["1"]
    assert desk.get(at("desk_paragraph_history", draft, uuid4())).status_code == 404


# --- Comments -------------------------------------------------------------------------------------------------------


def test_comment_is_added_kept_and_resolved(desk, draft):
    address = at("desk_comment", draft, draft.paragraph.key)
    assert desk.post(address, {"comment": "Which <routes>?"}).url == (
        f"{at('desk_paragraph', draft, draft.paragraph.key)}#comments"
    )
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for routes.", why="So.")
    page = desk.get(at("desk_paragraph", draft, draft.paragraph.key))
    assert "Which &lt;routes&gt;?" in page.text
    assert "on wording 2" in page.text
    (comment,) = page.context["comments"]
    settle = at("desk_comment_resolve", draft, draft.paragraph.key, comment.pk)
    too_long = desk.post(settle, {"resolution": "x" * 2_001})
    assert (too_long.status_code, problems(too_long)) == (
        422, ["How it was resolved: The text is 2,001 characters long. It must be 2,000 characters or fewer: shorten it by 1."],
    )  # fmt: skip
    assert "x" * 2_001 in too_long.text
    assert desk.post(settle, {"resolution": "All of them."}).status_code == 302
    page = desk.get(at("desk_paragraph", draft, draft.paragraph.key))
    assert "All of them." in page.text
    assert "Mark as resolved" not in page.text


def test_empty_comment_is_refused_at_field(desk, draft):
    response = desk.post(at("desk_comment", draft, draft.paragraph.key), {"comment": " "})
    assert (response.status_code, problems(response)) == (422, ["Comment: Enter a comment."])
    elsewhere = reverse("desk_comment_resolve", args=[draft.paper.slug, draft.behind.key, 1])
    assert desk.post(elsewhere, {}).status_code == 404
