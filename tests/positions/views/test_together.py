"""Changes to the same words in the pane: what is shown as the text, one act for all, and what a refusal keeps."""

import pytest

from positions import workflow
from positions.models import Amendment
from tests.pages import words
from tests.positions.reviewing import TEXT, make_reviewable
from tests.positions.views.reviewed import OTHER, close, contend, open_review, pane, propose
from tests.positions.views.test_drafting import at, problems, text_of
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SECOND = "Kenya calls for agreed routes and seasons."
BOTH = "Kenya calls for agreed and safe routes and seasons."
UNREAD = "These amendments are not as you read them: a colleague decided, or a sponsor acted. Read them again."


@pytest.fixture
def review():
    made = open_review(make_reviewable())
    made.a, made.b = propose(made), contend(made)
    return made


@pytest.fixture
def desk(client, review):
    return sign_in(client, review.drafter)


def held(form):
    """Return what a browser would send of a form."""
    values = {name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in values.items() if value is not None}


def typed(review, a="", b="", **more):
    reasons = {f"reason_{review.a.pk}": "Of A.", f"reason_{review.b.pk}": "Of B."}
    return {f"decision_{review.a.pk}": a, f"decision_{review.b.pk}": b, **reasons, **more}


def send(desk, review, data):
    return desk.post(at("desk_amendments_together", review, review.a.pk), data)


def start(desk, review):
    return held(pane(desk, review.a, review).context["together"])


def show(desk, review, data):
    """Ask how it would read, and return what the page then holds."""
    answer = send(desk, review, {**data, "show": "1"})
    assert answer.status_code == 200
    return answer, held(answer.context["together"])


def states():
    return list(Amendment.objects.order_by("pk").values_list("state", flat=True))


def test_while_the_round_is_open_all_can_only_be_declined(desk, review):
    form = pane(desk, review.b, review).context["together"]
    assert [[str(label) for _value, label in row.decision.field.choices] for row in form.rows] == [
        ["Do not accept"]
    ] * 2
    close(review)
    form = pane(desk, review.b, review).context["together"]
    assert [str(label) for _value, label in next(form.rows).decision.field.choices] == [
        "Accept",
        "In part",
        "Do not accept",
    ]


def test_undecided_the_page_shows_both_in_brackets(desk, review):
    close(review)
    content = words(pane(desk, review.b, review))
    assert "2 changes to the same words" in content
    assert "[ A and safe] routes [ B and seasons]" in content
    assert content.count("Seasons differ.") == content.count("Safety first.") == 1
    assert "The words stay as they are." in content


def test_recommendation_is_where_the_decision_starts(desk, review):
    close(review)
    workflow.recommend(review.a, by=review.drafter, advice="accept", reason="It is safer.")
    form = pane(desk, review.b, review).context["together"]
    assert (form.decisions, form.words) == ({review.a.pk: "accept"}, OTHER)
    assert held(form)[f"reason_{review.a.pk}"] == "It is safer."


def test_text_is_shown_before_anything_is_decided(desk, review):
    close(review)
    answer, now = show(desk, review, {**start(desk, review), **typed(review, "accept", "accept")})
    assert answer.context["together"].words == now["text"] == BOTH
    assert now[f"reason_{review.b.pk}"] == "Of B."
    added = [span.text.strip() for span in answer.context["together"].spans if span.kind == "added"]
    assert added == ["and safe routes and seasons"]
    assert (states(), text_of(review.paragraph)) == (["proposed", "proposed"], TEXT)
    _answer, now = show(desk, review, {**now, **typed(review, "decline", "accept")})
    assert now["text"] == SECOND
    answer, now = show(desk, review, {**now, **typed(review, "decline", "decline")})
    assert (now["text"], "The words stay as they are." in words(answer)) == (TEXT, True)


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ("accept", "decline", OTHER),
        ("accept", "accept", BOTH),
        ("in_part", "accept", BOTH),
        ("decline", "decline", TEXT),
    ],
)
def test_what_is_shown_is_what_is_written(desk, review, a, b, text):
    close(review)
    answer, now = show(desk, review, {**start(desk, review), **typed(review, a, b)})
    answer = send(desk, review, now)
    assert answer.url == f"{at('desk_amendments', review)}?done={review.a.pk}"
    assert text_of(review.paragraph) == text
    assert list(Amendment.objects.order_by("pk").values_list("decision_reason", flat=True)) == ["Of A.", "Of B."]
    assert pane(desk, review.a, review).context["together"] is None


def test_text_that_was_not_shown_is_not_written(desk, review):
    close(review)
    answer = send(desk, review, {**start(desk, review), **typed(review, "accept", "decline")})
    assert problems(answer) == ["The words: So decided, it would read as below. Read it, then decide."]
    assert (states(), answer.context["together"].words) == (["proposed", "proposed"], OTHER)
    assert send(desk, review, held(answer.context["together"])).status_code == 302
    assert (states(), text_of(review.paragraph)) == (["accepted", "not_accepted"], OTHER)


def test_edited_words_stay_and_are_written(desk, review):
    close(review)
    own = "Kenya calls for agreed,\r\n\r\nsafe routes."
    _answer, now = show(desk, review, {**start(desk, review), **typed(review, "in_part", "decline")})
    answer, now = show(desk, review, {**now, "text": own})
    assert answer.context["together"].is_edited
    _answer, now = show(desk, review, {**now, **typed(review, "in_part", "in_part")})
    assert now["text"] == own
    _answer, emptied = show(desk, review, {**now, "text": " "})
    assert emptied["text"] == BOTH
    send(desk, review, {**now, "text": "Kenya calls for safe routes in all seasons."})
    assert (states(), text_of(review.paragraph)) == (
        ["in_part", "in_part"],
        "Kenya calls for safe routes in all seasons.",
    )


def test_versions_that_clash_must_be_chosen(desk, review):
    third = propose(review, "Kenya calls for agreed and short routes.")
    close(review)
    data = {**start(desk, review), **typed(review, "accept", "decline")}
    data |= {f"decision_{third.pk}": "accept", f"reason_{third.pk}": "Of C."}
    answer, now = show(desk, review, data)
    assert "both versions stand in square brackets" in words(answer)
    answer = send(desk, review, now)
    assert problems(answer) == ["Choose one of the versions in square brackets."]
    assert states() == ["proposed"] * 3
    data = held(answer.context["together"])
    send(desk, review, {**data, "text": "Kenya calls for agreed, safe and short routes."})
    assert text_of(review.paragraph) == "Kenya calls for agreed, safe and short routes."
    assert states() == ["accepted", "not_accepted", "accepted"]


def test_every_field_says_what_is_missing(desk, review):
    close(review)
    blank = {f"reason_{review.a.pk}": "", f"reason_{review.b.pk}": ""}
    answer = send(desk, review, {**start(desk, review), **blank})
    assert problems(answer) == ["Decide A: Decide on A.", "Decide B: Decide on B."]
    answer = send(desk, review, {**start(desk, review), **typed(review, "decline", "decline"), **blank})
    assert problems(answer) == [
        "Enter a reason for the amendment of Ministry of Roads: the sponsor will read it.",
        "Enter a reason for the amendment of Ministry of Ports: the sponsor will read it.",
    ]
    assert states() == ["proposed", "proposed"]


@pytest.mark.parametrize("bad", [{"seen": "x,9e9"}, {"seen": ""}, {"base": "x"}, {"shown": "9" * 65}])
def test_what_no_page_sends_changes_nothing(desk, review, bad):
    close(review)
    answer = send(desk, review, {**start(desk, review), **typed(review, "decline", "decline"), **bad})
    assert (answer.status_code, states()) == (422, ["proposed", "proposed"])


def test_unknown_decision_changes_nothing(desk, review):
    close(review)
    answer = send(desk, review, {**start(desk, review), **typed(review, "9" * 30, "decline")})
    assert (problems(answer), states()) == (["Decide A: Choose again."], ["proposed", "proposed"])


def test_colleague_who_changed_the_text_costs_no_typed_word(desk, review):
    close(review)
    own = "Kenya calls for safe routes in all seasons."
    _answer, now = show(desk, review, {**start(desk, review), **typed(review, "in_part", "in_part")})
    workflow.reword(review.paragraph, by=review.colleague, text="Kenya calls for fair routes.", why="Fair.")
    answer = send(desk, review, {**now, "text": own})
    assert (answer.status_code, states()) == (409, ["stale", "stale"])
    form = answer.context["together"]
    assert (form.words, form.present) == (own, "Kenya calls for fair routes.")
    assert held(form)[f"reason_{review.b.pk}"] == "Of B."
    assert send(desk, review, held(form)).status_code == 302
    assert text_of(review.paragraph) == own


def test_slower_officer_reads_what_happened_and_keeps_what_was_typed(desk, review):
    close(review)
    data = {**start(desk, review), **typed(review, "decline", "decline")}
    workflow.decline_amendment(review.b, by=review.colleague, reason="A detail.")
    answer = send(desk, review, data)
    assert problems(answer) == [UNREAD]
    assert states() == ["proposed", "not_accepted"]
    assert answer.context["decline"]["reason"].value() == "Of A."


def test_refused_decision_can_be_sent_again_once_it_was_read(desk, review):
    third = propose(review, "Kenya calls for agreed routes by sea.")
    close(review)
    data = {**start(desk, review), **typed(review, "decline", "decline")}
    data |= {f"decision_{third.pk}": "decline", f"reason_{third.pk}": "Of C."}
    workflow.decline_amendment(third, by=review.colleague, reason="A detail.")
    answer = send(desk, review, data)
    assert (problems(answer), states()) == ([UNREAD], ["proposed", "proposed", "not_accepted"])
    assert send(desk, review, held(answer.context["together"])).status_code == 302
    assert states() == ["not_accepted"] * 3


def test_decided_pair_refuses_a_second_decision(desk, review):
    close(review)
    _answer, now = show(desk, review, {**start(desk, review), **typed(review, "accept", "decline")})
    assert send(desk, review, now).status_code == 302
    assert send(desk, review, {**now, **typed(review, "decline", "accept")}).status_code == 422
    assert states() == ["accepted", "not_accepted"]
    address = at("desk_amendments_together", review, review.a.pk)
    assert desk.get(address).url == at("desk_amendment", review, review.a.pk)
    assert desk.post(at("desk_amendments_together", make_reviewable(), review.a.pk), now).status_code == 404
