"""Two changes to the same words in the pane: what each choice says, one decision, and what a refusal keeps."""

import pytest

from positions import workflow
from positions.models import Amendment
from tests.pages import words
from tests.positions.reviewing import make_reviewable
from tests.positions.views.reviewed import OTHER, close, contend, open_review, pane, propose
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    made = open_review(make_reviewable())
    made.a, made.b = propose(made), contend(made)
    return made


@pytest.fixture
def desk(client, review):
    return sign_in(client, review.drafter)


def together(desk, review, **typed):
    """Send the form with what it holds at first and what is typed."""
    form = pane(desk, review.a, review).context["together"]
    held = {name: form[name].value() for name in ("seen", "base", "text")}
    return desk.post(at("desk_amendments_together", review, review.a.pk), {**held, **typed})


def states():
    return list(Amendment.objects.order_by("pk").values_list("state", flat=True))


def test_each_choice_says_what_becomes_of_the_others(desk, review):
    page = pane(desk, review.b, review)
    assert [str(label) for _value, label in page.context["together"]["choice"].field.choices] == [
        "The present text: A and B are not accepted"
    ]
    close(review)
    page = pane(desk, review.b, review)
    assert [str(label) for _value, label in page.context["together"]["choice"].field.choices] == [
        "A, of Ministry of Roads: it is accepted, and B not",
        "B, of Ministry of Ports: it is accepted, and A not",
        "One text of A and B, written below: all are accepted in part",
        "The present text: A and B are not accepted",
    ]
    content = words(page)
    assert "2 changes to the same words" in content
    assert "[ A and safe] routes [ B and seasons]" in content
    assert content.count("Seasons differ.") == content.count("Safety first.") == 1


def test_both_are_decided_at_once_and_the_next_opens(desk, review):
    close(review)
    answer = together(desk, review, choice=str(review.a.pk), reason="Safety first.")
    assert answer.url == f"{at('desk_amendments', review)}?done={review.a.pk}"
    assert (states(), text_of(review.paragraph)) == (["accepted", "not_accepted"], OTHER)
    assert pane(desk, review.a, review).context["together"] is None


def test_one_text_needs_words_and_is_saved(desk, review):
    close(review)
    answer = together(desk, review, choice="one_text", reason="Both.", text=" ")
    assert problems(answer) == ["Text: Enter the text of the paragraph."]
    assert answer.context["together"]["reason"].value() == "Both."
    both = "Kenya calls for agreed and safe routes and seasons."
    together(desk, review, choice="one_text", reason="Both.", text=both)
    assert (states(), text_of(review.paragraph)) == (["in_part", "in_part"], both)


@pytest.mark.parametrize("typed", [{"choice": "9" * 30}, {"choice": ""}, {"seen": "x,9e9", "choice": "none"}])
def test_unknown_choice_changes_nothing(desk, review, typed):
    close(review)
    answer = together(desk, review, reason="So.", **typed)
    assert (answer.status_code, states()) == (422, ["proposed", "proposed"])


def test_slower_officer_reads_what_happened_and_keeps_what_was_typed(desk, review):
    close(review)
    form = pane(desk, review.a, review).context["together"]
    held = {name: form[name].value() for name in ("seen", "base", "text")}
    workflow.decline_amendment(review.b, by=review.colleague, reason="A detail.")
    typed = {"choice": "none", "reason": "Neither."}
    answer = desk.post(at("desk_amendments_together", review, review.a.pk), {**held, **typed})
    assert problems(answer) == [
        "These amendments are not as you read them: a colleague decided, or a sponsor acted. Read them again."
    ]
    assert states() == ["proposed", "not_accepted"]
    assert answer.context["decline"]["reason"].value() == "Neither."


def test_refused_decision_can_be_sent_again_once_it_was_read(desk, review):
    third = propose(review, "Kenya calls for agreed routes by sea.")
    close(review)
    form = pane(desk, review.a, review).context["together"]
    held = {name: form[name].value() for name in ("seen", "base", "text")} | {"choice": "none", "reason": "No."}
    workflow.decline_amendment(third, by=review.colleague, reason="A detail.")
    address = at("desk_amendments_together", review, review.a.pk)
    answer = desk.post(address, held)
    assert (answer.status_code, states()) == (422, ["proposed", "proposed", "not_accepted"])
    again = {name: answer.context["together"][name].value() for name in held}
    assert (again["choice"], again["reason"]) == ("none", "No.")
    assert desk.post(address, again).status_code == 302
    assert states() == ["not_accepted"] * 3


def test_decided_pair_refuses_a_second_decision(desk, review):
    close(review)
    form = pane(desk, review.a, review).context["together"]
    held = {name: form[name].value() for name in ("seen", "base", "text")} | {"reason": "So."}
    address = at("desk_amendments_together", review, review.a.pk)
    assert desk.post(address, held | {"choice": str(review.a.pk)}).status_code == 302
    assert desk.post(address, held | {"choice": str(review.b.pk)}).status_code == 422
    assert states() == ["accepted", "not_accepted"]
    assert desk.get(address).url == at("desk_amendment", review, review.a.pk)
    assert desk.post(at("desk_amendments_together", make_reviewable(), review.a.pk), held).status_code == 404
