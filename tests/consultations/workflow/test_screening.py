"""Screening: assignment, questions and answers, undoing at once, and late inputs."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from consultations import workflow
from consultations.models import Event, Misreading, OutgoingMail, Question
from consultations.notifications import outbox
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


def last(record):
    event = Event.objects.about(record).last()
    return event.verb, event.reason, event.by, event.data


def mails():
    return [(mail.to, mail.subject) for mail in OutgoingMail.objects.order_by("pk")]


@pytest.fixture
def body():
    return make_stakeholder("Herders (sample)")


@pytest.fixture
def author(body):
    return make_member(body, is_primary=True)


# --- Who looks after it ---------------------------------------------------------------------------------------------


def test_input_is_assigned_to_officer():
    submission, by, to = make_submission(state="submitted"), make_secretariat(), make_secretariat(name="Otieno")
    assert workflow.assign(submission, to=to, by=by).assigned_to == to
    assert last(submission) == ("assign", "", by, {"to": to.pk, "name": "Otieno"})
    assert workflow.assign(submission, to=None, by=by).assigned_to is None
    assert last(submission)[3] == {"to": None, "name": ""}


def test_repeated_assignment_is_journalled_once():
    submission, by = make_submission(state="submitted"), make_secretariat()
    for _turn in range(2):
        workflow.assign(submission, to=by, by=by)
    assert Event.objects.about(submission).filter(verb="assign").count() == 1


def test_closed_input_and_outsider_cannot_be_assigned():
    submission = make_submission(state="set_aside")
    with pytest.raises(Blocked) as refusal:
        workflow.assign(submission, to=make_user(name="Amina"), by=make_secretariat())
    assert refusal.value.reasons == [
        "It is set aside, so it does not need to be assigned.",
        "Amina does not work at the secretariat.",
    ]
    with pytest.raises(NotAllowed):
        workflow.assign(make_submission(state="submitted"), to=None, by=make_user())


# --- Questions ------------------------------------------------------------------------------------------------------


def returned_with_questions(body, author, *questions):
    submission = make_submission(make_consultation(), body, author=author, state="submitted")
    by = make_secretariat()
    return workflow.return_for_completion(submission, by=by, reason="Two things.", questions=questions)


def test_returned_input_is_resent_once_all_questions_are_answered(body, author):
    submission = returned_with_questions(body, author, "Which county?", "Since when?\n")
    first, second = submission.questions.all()
    assert [first.text, second.text] == ["Which county?", "Since when?"]
    with pytest.raises(Blocked) as refusal:
        workflow.submit(submission, by=author)
    assert refusal.value.reasons == ["2 questions are not answered yet"]
    workflow.answer_question(first, by=author, answer="Turkana.")
    workflow.answer_question(first, by=author, answer="Turkana West.")
    with pytest.raises(Blocked) as refusal:
        workflow.submit(submission, by=author)
    assert refusal.value.reasons == ["1 question is not answered yet"]
    second = workflow.answer_question(second, by=author, answer=" Since 2011. ")
    assert (second.answer, second.answered_by) == ("Since 2011.", author)
    assert workflow.submit(submission, by=author).state == "submitted"
    assert last(submission)[0] == "submit"


def test_mail_lists_questions_and_links_to_answers(body, author):
    submission = returned_with_questions(body, author, "Which\ncounty?")
    mail = OutgoingMail.objects.get()
    assert "- Which county?\n" in mail.body
    assert f"/my-organisation/inputs/{submission.key}/" in mail.body


def test_only_authors_answer_while_input_is_returned(body, author):
    submission = returned_with_questions(body, author, "Which county?")
    question = submission.questions.get()
    for stranger in (make_secretariat(), make_member(make_stakeholder()), make_user()):
        with pytest.raises(NotAllowed):
            workflow.answer_question(question, by=stranger, answer="Turkana.")
    with pytest.raises(Blocked, match="Enter the answer"):
        workflow.answer_question(question, by=author, answer=" \n")
    workflow.reopen(submission, by=make_secretariat(), reason="It said so on page two.")
    with pytest.raises(Blocked, match="no longer with you"):
        workflow.answer_question(question, by=author, answer="Turkana.")
    assert Question.objects.get().answer == ""


def test_setting_aside_requires_listed_reason(body, author):
    submission = make_submission(state="submitted")
    with pytest.raises(Blocked, match="Choose a reason from the list"):
        workflow.set_aside(submission, by=make_secretariat(), reason="No.", set_aside_for="whim")
    aside = workflow.set_aside(submission, by=make_secretariat(), reason="See .12.", set_aside_for="duplicate")
    assert (aside.set_aside_for, aside.state_reason) == ("duplicate", "See .12.")
    again = workflow.reopen(aside, by=make_secretariat(), reason="It is another text.")
    assert (again.state, again.set_aside_for, again.state_reason) == ("submitted", "", "")


# --- Undone at once -------------------------------------------------------------------------------------------------

DECISIONS = {
    "accept": {},
    "return_for_completion": {"reason": "Which county?", "questions": ["Which?"]},
    "set_aside": {"reason": "See .12.", "set_aside_for": "duplicate"},
}


@pytest.fixture
def officer():
    return make_secretariat()


@pytest.fixture
def received(body, author):
    return make_submission(make_consultation(), body, author=author, state="submitted")


@pytest.mark.parametrize("verb", DECISIONS)
def test_decision_undone_at_once_is_never_mailed(received, officer, verb):
    decided = getattr(workflow, verb)(received, by=officer, **DECISIONS[verb])
    assert outbox.deliver() == 0
    again = workflow.undo_at_once(decided, by=officer)
    assert (again.state, again.decided_by, again.decided_at, again.state_reason) == ("submitted", None, None, "")
    assert (last(again)[0], last(again)[2]) == ("undo_at_once", officer)
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.body) == ("cancelled", "")
    change(mail, due_at=now())
    assert outbox.deliver() == 0


@pytest.mark.parametrize("notices", ["at_once", "daily"])
def test_decision_is_mailed_after_it_can_no_longer_be_undone(received, author, officer, notices):
    change(author, notices=notices)
    workflow.accept(received, by=officer)
    mail = OutgoingMail.objects.get()
    assert mail.due_at >= mail.created_at + timedelta(minutes=11)
    assert (mail.submission, mail.in_digest) == (received, notices == "daily")


def test_next_decision_is_mailed_after_an_undone_one(received, officer):
    workflow.undo_at_once(workflow.accept(received, by=officer), by=officer)
    workflow.set_aside(received, by=officer, reason="See .12.")
    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "waiting"]


def test_decision_can_be_undone_at_once_for_ten_minutes_by_whoever_made_it(received, officer):
    with replayed_at(now() - timedelta(minutes=10, seconds=1)):
        decided = workflow.accept(received, by=officer)
    with pytest.raises(NotAllowed, match="Only whoever decided, within 10 minutes can do this"):
        workflow.undo_at_once(decided, by=officer)
    workflow.reopen(decided, by=officer, reason="The wrong button.")
    decided = workflow.accept(received, by=officer)
    with pytest.raises(NotAllowed):
        workflow.undo_at_once(decided, by=make_secretariat())
    assert workflow.undo_at_once(decided, by=officer).state == "submitted"


def test_undo_comes_too_late_if_a_colleague_was_faster(received, officer):
    decided = workflow.accept(received, by=officer)
    colleague = make_secretariat()
    workflow.reopen(decided, by=colleague, reason="It is about something else.")
    with pytest.raises(Blocked):
        workflow.undo_at_once(decided, by=officer)
    theirs = workflow.set_aside(received, by=colleague, reason="It is about something else.")
    with pytest.raises(NotAllowed):
        workflow.undo_at_once(decided, by=officer)
    theirs.refresh_from_db()
    assert (theirs.state, theirs.decided_by) == ("set_aside", colleague)


def test_decision_with_points_or_with_a_mail_that_left_is_not_undone_at_once(received, officer):
    decided = workflow.accept(received, by=officer)
    point = workflow.split(decided, by=officer, kind="finding", text="A finding.")
    with pytest.raises(Blocked, match="It has points: withdraw them first"):
        workflow.undo_at_once(decided, by=officer)
    workflow.take_back(point, by=officer, reason="It stands in another point.")
    OutgoingMail.objects.update(state="sent", sent_at=now(), body="")
    with pytest.raises(Blocked, match="Its author has the e-mail already: undo it with a reason"):
        workflow.undo_at_once(decided, by=officer)


@pytest.mark.parametrize("fields", [{"state": "cancelled"}, {"state": "cancelled", "body": "", "submission": None}])
def test_database_keeps_no_text_of_a_cancelled_mail_and_cancels_no_other(received, officer, fields):
    workflow.accept(received, by=officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        OutgoingMail.objects.update(**fields)


# --- After the deadline ---------------------------------------------------------------------------------------------


@pytest.fixture
def late(body, author):
    draft = make_submission(make_consultation(), body, author=author, state="draft", title="On passes")
    change(draft.consultation, closes_at=now() - timedelta(minutes=1))
    return draft


def test_late_input_is_sent_only_after_permission_of_head(late, author):
    head = make_head()
    with pytest.raises(Blocked, match="Inputs closed on"):
        workflow.submit(late, by=author)
    workflow.ask_late(late, by=author, reason="The line was down.")
    assert last(late) == ("ask_late", "The line was down.", author, {})
    with pytest.raises(NotAllowed):
        workflow.admit_late(late, by=make_secretariat(), reason="It was.")
    admitted = workflow.admit_late(late, by=head, reason="The line was down in all of Lodwar.")
    assert (admitted.state, admitted.late_by, admitted.late_reason) == (
        "draft",
        head,
        "The line was down in all of Lodwar.",
    )
    sent = workflow.submit(admitted, by=author)
    assert (sent.state, sent.late_by) == ("submitted", head)
    assert mails() == [
        (head.email, f"{late.consultation.short_title}: an organisation asks to send an input after the deadline"),
        (author.email, "You may send your input after the deadline"),
        (author.email, mails()[-1][1]),
    ]


def test_late_inputs_are_permitted_in_closed_but_not_archived_consultation(late, author):
    workflow.admit_late(late, by=make_head(), reason="The post was late.")
    change(late.consultation, state="closed")
    late.refresh_from_db()
    assert workflow.submit(late, by=author).state == "submitted"
    other = make_submission(make_consultation(state="archived"), late.stakeholder, author=author, state="draft")
    change(other.consultation, closes_at=now() - timedelta(minutes=1))
    with pytest.raises(Blocked):
        workflow.ask_late(other, by=author, reason="Please.")


def test_head_can_refuse_late_input(late, author):
    workflow.ask_late(late, by=author, reason="Please.")
    kept_out = workflow.refuse_late(late, by=make_head(), reason="It was announced twice.")
    assert (kept_out.late_at, last(late)[0]) == (None, "refuse_late")
    assert mails()[-1] == (author.email, "You may not send your input after the deadline")
    assert "It was announced twice." in OutgoingMail.objects.order_by("pk").last().body


def test_late_request_before_deadline_is_refused(body, author):
    draft = make_submission(make_consultation(), body, author=author, state="draft")
    with pytest.raises(Blocked, match="Inputs are open until"):
        workflow.ask_late(draft, by=author, reason="To be safe.")


# --- Replies to points ----------------------------------------------------------------------------------------------


def test_desk_answers_reply_once(body, author):
    point = make_point(make_submission(stakeholder=body, author=author))
    reply = Misreading.objects.create(point=point, stakeholder=body, by=author, text="We said two passes.")
    officer = make_secretariat()
    with pytest.raises(NotAllowed):
        workflow.answer_misreading(reply, by=author, answer="So it is.")
    with pytest.raises(Blocked, match="Enter the answer"):
        workflow.answer_misreading(reply, by=officer, answer=" ")
    answered = workflow.answer_misreading(reply, by=officer, answer="The paragraph says two now.")
    assert (answered.answer, answered.answered_by) == ("The paragraph says two now.", officer)
    assert last(point) == ("answer_misreading", "", officer, {"organisation": "Herders (sample)"})
    assert mails() == [(author.email, f"The secretariat answers your reply to {point.reference}")]
    with pytest.raises(Blocked, match="already answered it"):
        workflow.answer_misreading(reply, by=officer, answer="Twice.")


def test_replay_uses_given_time(late):
    moment = now() - timedelta(seconds=5)
    with replayed_at(moment):
        assert workflow.admit_late(late, by=make_head(), reason="It was.").late_at == moment
