"""Amendments to the same words decided together: how the paragraph would read, and each with its own reason."""

from itertools import product

import pytest

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Conflict, NotAllowed
from positions import workflow
from positions.models import Amendment
from positions.workflow import Reading, Verdict, would_read
from tests.factories import change
from tests.positions.reviewing import TEXT, another, closed, make_reviewable, opened, propose, refused, standing

pytestmark = pytest.mark.django_db
FIRST, SECOND = "Kenya calls for agreed and safe routes.", "Kenya calls for agreed routes and seasons."
BOTH = "Kenya calls for agreed and safe routes and seasons."
YES, PART, NO = "accept", "in_part", "decline"
UNREAD = "These amendments are not as you read them: a colleague decided, or a sponsor acted. Read them again."


@pytest.fixture
def draft():
    """Two amendments to the same words, after the round."""
    made = make_reviewable()
    opened(made)
    made.a = propose(made, FIRST)
    made.rival = another(made)
    made.b = propose(made, SECOND, reason="Seasons differ.", **made.rival)
    closed(made)
    return made


def decide(draft, a=NO, b=NO, *more, **given):
    rows = [(draft.a, Verdict(a, "Of A.")), (draft.b, Verdict(b, "Of B.")), *more]
    verdicts = {row.pk: verdict for row, verdict in rows}
    return workflow.decide_together(draft.paragraph, **{"by": draft.drafter, "verdicts": verdicts, **given})


def stand(draft):
    rows = Amendment.objects.order_by("pk").values_list("state", "decision_reason")
    return [*rows, standing(draft)]


def states():
    return list(Amendment.objects.order_by("pk").values_list("state", flat=True))


# --- Decided --------------------------------------------------------------------------------------------------------


def test_each_sponsor_reads_its_own_reason(draft):
    before = OutgoingMail.objects.count()
    decide(draft, b=YES)
    assert stand(draft) == [("not_accepted", "Of A."), ("accepted", "Of B."), SECOND]
    mails = {mail.to: mail.body for mail in OutgoingMail.objects.order_by("pk")[before:]}
    assert ("Of A." in mails[draft.member.email], "Of B." in mails[draft.member.email]) == (True, False)
    assert ("Of A." in mails[draft.rival["by"].email], "Of B." in mails[draft.rival["by"].email]) == (False, True)
    entry = Event.objects.about(draft.paragraph).filter(verb="decide_together").get()
    assert entry.data == {"decisions": {str(draft.a.pk): "decline", str(draft.b.pk): "accept"}}


def test_none_is_accepted(draft):
    decide(draft)
    assert stand(draft) == [("not_accepted", "Of A."), ("not_accepted", "Of B."), TEXT]


def test_one_text_of_both_takes_each_as_decided(draft):
    decide(draft, YES, PART, text="Kenya calls for agreed and safe routes in all seasons.", base=draft.a.base_id)
    assert states() == ["accepted", "in_part"]
    assert standing(draft) == "Kenya calls for agreed and safe routes in all seasons."
    assert not Amendment.objects.untaken().exists()
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.why == "Of A. Of B."


def test_part_of_one_is_taken_and_the_other_not(draft):
    words = "Kenya calls for agreed and safer routes."
    decide(draft, PART, NO, text=words, base=draft.a.base_id)
    assert (states(), standing(draft)) == (["in_part", "not_accepted"], words)


def test_reason_left_empty_quotes_that_of_the_accepted_one(draft):
    verdicts = {draft.a.pk: Verdict(NO, " "), draft.b.pk: Verdict(YES, "Safety first.")}
    decide(draft, verdicts=verdicts)
    assert stand(draft)[0] == (
        "not_accepted", "The amendment of Ministry of Ports to the same words was accepted: Safety first."
    )  # fmt: skip


def test_move_and_words_are_both_taken(draft):
    change(draft.paper, state="review")
    place = workflow.propose_amendment(
        draft.round, draft.paragraph, operation="move", section=draft.second, reason="There.", **draft.rival
    )
    gone = workflow.propose_amendment(draft.round, draft.paragraph, operation="delete", reason="Gone.", **draft.rival)
    closed(draft)
    decide(draft, YES, NO, (place, Verdict(YES, "Better.")), (gone, Verdict(NO, "Needed.")))
    draft.paragraph.refresh_from_db()
    assert (states(), standing(draft)) == (["accepted", "not_accepted", "accepted", "not_accepted"], FIRST)
    assert draft.paragraph.section_id == draft.second.pk
    assert not Amendment.objects.untaken().exists()


def test_accepted_removal_removes_the_paragraph(draft):
    change(draft.paper, state="review")
    gone = workflow.propose_amendment(draft.round, draft.paragraph, operation="delete", reason="Gone.", **draft.rival)
    closed(draft)
    verdict = (gone, Verdict(YES, "Not needed."))
    assert refused(decide, draft, PART, NO, verdict, text="Words.") == [
        "Accept only Ministry of Ports, which removes the paragraph, or do not accept it."
    ]
    decide(draft, NO, NO, verdict)
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.removed_at is not None


# --- As it would read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "reading"),
    [
        (NO, NO, Reading(TEXT)),
        (YES, NO, Reading(FIRST)),
        (NO, PART, Reading(SECOND)),
        (YES, YES, Reading(BOTH)),
        (PART, YES, Reading(BOTH)),
    ],
)
def test_reading_takes_in_what_is_accepted(draft, a, b, reading):
    assert would_read([draft.a, draft.b], {draft.a.pk: a, draft.b.pk: b}, TEXT) == reading


def test_reading_shows_both_versions_where_they_clash(draft):
    change(draft.paper, state="review")
    third = propose(draft, "Kenya calls for agreed and short routes.", **draft.rival)
    reading = would_read([draft.a, third], {draft.a.pk: YES, third.pk: YES}, TEXT)
    assert reading.clashes == 1
    assert "safe" in reading.text
    assert "[" in reading.text


DECISIONS = list(product([YES, PART, NO], repeat=2))


@pytest.mark.parametrize(("a", "b"), DECISIONS)
def test_paragraph_reads_as_shown(draft, a, b):
    shown = would_read([draft.a, draft.b], {draft.a.pk: a, draft.b.pk: b}, TEXT).text
    decide(draft, a, b, text=shown, base=draft.a.base_id)
    assert standing(draft) == shown
    word = {YES: "accepted", PART: "in_part", NO: "not_accepted"}
    assert states() == [word[a], word[b]]


# --- Refused --------------------------------------------------------------------------------------------------------


def test_second_officer_is_refused_and_nothing_changes(draft):
    decide(draft, YES)
    before = stand(draft)
    assert refused(decide, draft, b=YES, by=draft.colleague) == [UNREAD]
    assert stand(draft) == before


def test_amendment_that_was_not_read_is_not_decided(draft):
    assert refused(decide, draft, verdicts={draft.a.pk: Verdict(YES, "So.")}) == [UNREAD]
    workflow.withdraw_amendment(draft.b, by=draft.rival["by"])
    assert refused(decide, draft) == [UNREAD]
    assert states() == ["proposed", "withdrawn"]


def test_refusal_of_one_part_undoes_the_other(draft):
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya calls for fair routes.", why="Fair.")
    assert refused(decide, draft, YES) == [
        "You cannot use “Accept” while this is to be confirmed: the paragraph has changed."
    ]
    assert states() == ["stale", "stale"]
    with pytest.raises(Conflict):
        decide(draft, PART, PART, text="Words.", base=draft.a.base_id)
    assert states() == ["stale", "stale"]


def test_every_reason_against_it_is_given(draft):
    verdicts = {draft.a.pk: Verdict(PART, " "), draft.b.pk: Verdict(PART, "")}
    assert refused(decide, draft, verdicts=verdicts, text=" ") == [
        "Enter a reason for the amendment of Ministry of Roads: the sponsor will read it.",
        "Enter a reason for the amendment of Ministry of Ports: the sponsor will read it.",
        "Enter the text of the paragraph.",
    ]
    workflow.accept_amendment(draft.a, by=draft.drafter, reason="Yes.")
    assert refused(decide, draft, verdicts={draft.b.pk: Verdict(YES, "So.")}) == [
        "One of them is accepted already. Decide on the others one by one, then choose the text."
    ]


@pytest.mark.parametrize(
    ("a", "b", "text", "reason"),
    [
        (YES, NO, "Other words.", "The text is not what Ministry of Roads proposes. Accept it in part, or leave"),
        (NO, NO, "Other words.", "Nothing is accepted, so the text stays. To change it, accept an amendment in"),
        (YES, YES, None, "Enter the text of the paragraph."),
        (YES, PART, "Kenya [calls] [asks] for routes.", "Choose one of the versions in square brackets."),
    ],
)
def test_text_that_the_decisions_do_not_make_is_refused(draft, a, b, text, reason):
    [words] = refused(decide, draft, a, b, text=text)
    assert words.startswith(reason)
    assert stand(draft) == [("proposed", ""), ("proposed", ""), TEXT]


def test_two_places_are_refused(draft):
    change(draft.paper, state="review")
    places = [
        workflow.propose_amendment(
            draft.round, draft.paragraph, operation="move", section=section, reason="There.", **draft.rival
        )
        for section in (draft.second, draft.first)
    ]
    closed(draft)
    rows = [(each, Verdict(YES, "So.")) for each in places]
    assert refused(decide, draft, YES, NO, *rows) == [
        "Accept one amendment that moves the paragraph: it can have one place only."
    ]
    assert states() == ["proposed"] * 4


def test_only_drafters_decide(draft):
    with pytest.raises(NotAllowed):
        decide(draft, YES, by=draft.member)
    assert states() == ["proposed", "proposed"]
