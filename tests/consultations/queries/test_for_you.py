"""What waits among inputs, organisations, forums, mail and proposals: for whom, for nobody else, and until it is done."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from consultations import workflow
from consultations.models import Job, JobState, Misreading, OutgoingMail, QueuedRow, SessionRole
from consultations.queries import for_organisations, for_you
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_action,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_invitation,
    make_likeness,
    make_member,
    make_point,
    make_session,
    make_stakeholder,
    make_submission,
    walk,
)
from tests.office_factories import make_proposal
from tests.waiting import STAFF, Case, check, make_people, rows_of

pytestmark = pytest.mark.django_db
TODAY, ONE_DAY = timezone.localdate, timedelta(days=1)


def read_assigned(people):
    sent = change(make_submission(state="submitted"), assigned_to=people.secretariat)
    return Case({"secretariat"}, lambda: workflow.accept(sent, by=people.secretariat))


def read(people):
    sent = make_submission(state="submitted")
    return Case(STAFF, lambda: workflow.accept(sent, by=people.secretariat))


def second_check(people):
    sent = make_submission(state="submitted", channel="letter", entered_by=people.secretariat)
    checked = {"checked_by": people.head, "checked_at": now()}
    return Case({"colleague", "head"}, lambda: change(sent, **checked))


def split(people):
    on_file = make_submission()
    return Case(STAFF, lambda: make_point(on_file))


def alike(people):
    pair = make_likeness(make_point(), make_point())
    return Case(STAFF, lambda: workflow.dismiss_likeness(pair, by=people.secretariat, reason="They differ."))


def late_input(people):
    past = make_consultation()
    draft = make_submission(past, people.body, state="draft", author=people.focal)
    change(past, closes_at=now() - timedelta(hours=1))
    draft.refresh_from_db()
    workflow.ask_late(draft, by=people.focal, reason="The network was down.")
    return Case({"head"}, lambda: workflow.refuse_late(draft, by=people.head, reason="It was not."))


def session_points(people):
    session = make_session()
    SessionRole.objects.create(session=session, user=people.nobody, kind="chair")
    SessionRole.objects.create(session=session, user=people.stranger, kind="rapporteur")
    point = make_point(session=session, state="submitted")
    return Case({*STAFF, "nobody"}, lambda: workflow.validate(point, by=people.nobody))


def session_drafts(people):
    session = make_session()
    SessionRole.objects.create(session=session, user=people.nobody, kind="rapporteur")
    SessionRole.objects.create(session=session, user=people.stranger, kind="chair")
    point = make_point(session=session, state="draft")
    return Case({"nobody"}, lambda: workflow.hand_in(point, by=people.nobody))


def _misreading(people):
    point = make_point(make_submission(stakeholder=people.body, author=people.focal), state="disposed")
    return Misreading.objects.create(point=point, stakeholder=people.body, by=people.focal, text="We asked for two.")


def reply(people):
    asked = _misreading(people)
    return Case(STAFF, lambda: workflow.answer_misreading(asked, by=people.secretariat, answer="You are right."))


def nominations(people):
    delegate = make_delegate(make_forum(), state="nominated")
    return Case(STAFF, lambda: walk(delegate, "confirmed"))


def no_reply(people):
    soon = timezone.localdate() + timedelta(days=2)
    letter = make_invitation(make_forum(), respond_by=soon)
    make_invitation(make_forum(), respond_by=soon + timedelta(days=9))  # there is time
    return Case(STAFF, lambda: walk(letter, "lapsed"))


def letters_to_send(people):
    letter = make_invitation(make_forum(), state="draft")
    make_invitation(make_forum(state="draft"), state="draft")  # none goes out before the forum is announced
    make_invitation(make_forum(state="registration_closed"), state="draft")  # none goes out any more
    return Case(STAFF, lambda: workflow.discard_invitation(letter, by=people.secretariat))


def registration_to_close(people):
    forum = make_forum(starts_on=TODAY() + ONE_DAY, ends_on=TODAY() + ONE_DAY)
    make_forum(starts_on=TODAY() + 2 * ONE_DAY, ends_on=TODAY() + 2 * ONE_DAY)
    return Case(STAFF, lambda: workflow.close_registration(forum, by=people.secretariat))


def forum_to_open(people):
    forum = make_forum(state="registration_closed", starts_on=TODAY(), ends_on=TODAY())
    make_forum(state="registration_closed", starts_on=TODAY() + ONE_DAY, ends_on=TODAY() + ONE_DAY)
    return Case(STAFF, lambda: workflow.open_forum(forum, by=people.secretariat))


def forum_to_close(people):
    forum = make_forum(state="in_session", starts_on=TODAY() - ONE_DAY, ends_on=TODAY() - ONE_DAY)
    make_forum(state="in_session", starts_on=TODAY(), ends_on=TODAY() + ONE_DAY)
    return Case(STAFF, lambda: workflow.close_forum(forum, by=people.secretariat))


def check_in_conflicts(people):
    row = QueuedRow.objects.create(
        forum=make_forum(state="in_session"), key="6f9619ff-8b86-4d01-b42d-00cf4fc964ff", kind="check_in", device="Door 1",
        payload={}, device_at=now(), by=people.secretariat, outcome="refused", reason="Unknown badge.",
    )  # fmt: skip
    settled = {"settled_by": people.head, "settled_at": now(), "settled_how": "Let in."}
    return Case(STAFF, lambda: change(row, **settled))


def communique_to_write(people):
    forum = make_forum(state="held", contact="Desk, desk@example.org")
    return Case(STAFF, lambda: make_communique(forum, state="circulated"))


def communique_to_clear(people):
    text = make_communique(state="circulated")
    return Case({"head"}, lambda: workflow.clear_communique(text, by=people.head))


def communique_to_publish(people):
    text = make_communique(state="cleared", written_by=people.secretariat)
    sealed = {"published_at": now(), "sha256": "0" * 64}
    return Case({"colleague", "head"}, lambda: walk(text, "published", **sealed))


def reported_done(people):
    action = change(make_action(), report="We did it.")
    return Case(STAFF, lambda: walk(action, "done", ended_on=timezone.localdate()))


def proposal(people):
    made = make_proposal(make_consultation(), "change_rules", by=people.secretariat, values={})
    decided = {"decided_at": now(), "decided_by": people.head}
    return Case({"colleague", "head"}, lambda: walk(made, "refused", **decided))


def organisation(people):
    body = make_stakeholder(state="registered")
    make_member(body)
    make_stakeholder(state="registered")  # nobody acts for it
    return Case(STAFF, lambda: workflow.verify(body, by=people.secretariat))


def failed_mail(people):
    mail = walk(OutgoingMail.objects.create(to="a@example.org", subject="Letter", body="Words"), "failed")
    return Case({*STAFF, "sysadmin"}, lambda: workflow.try_again(mail, by=people.secretariat))


def import_(people):
    job = Job.objects.create(kind="import_inputs", consultation=make_consultation(), by=people.secretariat, asked=ASKED)
    return Case({"secretariat"}, lambda: walk(job, JobState.WAITING))


ASKED = {"name": "inputs.xlsx", "file": "none"}


def returned(people):
    sent = make_submission(stakeholder=people.body, author=people.focal, state="returned")
    return Case({"focal"}, lambda: workflow.submit(sent, by=people.focal))


def sign_off(people):
    change(people.body, signs_off=True)
    writer = make_member(people.body, "alternate")
    draft = make_submission(stakeholder=people.body, author=writer, state="draft")
    workflow.ask_sign_off(draft, by=writer)
    assert "sign_off" not in {row.code for row in rows_of(writer)}
    return Case({"focal"}, lambda: workflow.sign_off(draft, by=people.focal))


def draft(people):
    begun = make_submission(stakeholder=people.body, author=people.focal, state="draft")
    return Case({"focal"}, lambda: workflow.submit(begun, by=people.focal))


def invitation(people):
    letter = make_invitation(make_forum(), people.body)
    answered = {"answered_at": now(), "answered_by": "Somebody"}
    return Case({"focal"}, lambda: walk(letter, "answered", **answered))


def action(people):
    promised = make_action(stakeholder=people.body)
    return Case({"focal"}, lambda: workflow.say_done(promised, by=people.focal, note="Done last week."))


def reply_answered(people):
    asked = _misreading(people)
    workflow.answer_misreading(asked, by=people.secretariat, answer="You are right.")
    return Case({"focal"}, lambda: change(asked, answered_at=now() - timedelta(days=15)))


def co_signed(people):
    sent = make_submission(stakeholder=people.body, author=people.focal)
    signed = workflow.endorse(sent, people.stranger.memberships.get().stakeholder, by=people.stranger)
    make_submission(stakeholder=people.ministry)
    return Case({"focal"}, lambda: workflow.withdraw_endorsement(signed, by=people.stranger))


CASES = {
    "read_assigned": read_assigned, "read": read, "second_check": second_check, "split": split, "alike": alike,
    "late_input": late_input, "session_points": session_points, "session_drafts": session_drafts, "reply": reply,
    "nominations": nominations, "no_reply": no_reply, "check_in_conflicts": check_in_conflicts,
    "letters_to_send": letters_to_send, "registration_to_close": registration_to_close,
    "forum_to_open": forum_to_open, "forum_to_close": forum_to_close,
    "communique_to_write": communique_to_write, "communique_to_clear": communique_to_clear,
    "communique_to_publish": communique_to_publish, "reported_done": reported_done, "proposal": proposal,
    "organisation": organisation, "failed_mail": failed_mail,
     "import": import_, "returned": returned, "sign_off": sign_off, "draft": draft,
    "invitation": invitation, "action": action, "reply_answered": reply_answered,
    "co_signed": co_signed,
}  # fmt: skip


def test_every_kind_has_a_case():
    assert CASES.keys() == {kind.code for kind in (*for_you.KINDS, *for_organisations.KINDS)}


@pytest.mark.parametrize("code", CASES)
def test_kind_waits_for_those_who_can_act_until_it_is_done(code):
    check(code, CASES[code])


def test_inputs_to_read_share_a_row_for_each_consultation_and_the_oldest_is_opened():
    people, one, two = make_people(), make_consultation(), make_consultation()
    sent = [make_submission(one, state="submitted", title=f"Pass {turn}") for turn in range(3)]
    change(sent[1], submitted_at=now() - timedelta(days=3))
    make_submission(two, state="submitted", title="Alone")
    rows = [row for row in rows_of(people.secretariat) if row.code == "read"]
    assert [(row.words, row.place) for row in rows] == [
        ("Read “Pass 1” and 2 more", one.short_title), ("Read “Alone”", two.short_title),
    ]  # fmt: skip
    assert rows[0].url.endswith(f"/{sent[1].key}/")


def test_typed_input_is_not_to_be_read_before_its_second_check():
    people = make_people()
    typed = make_submission(state="submitted", channel="letter", entered_by=people.secretariat)
    assert {row.code for row in rows_of(people.head)} == {"second_check"}
    change(typed, checked_by=people.head, checked_at=now())
    assert {row.code for row in rows_of(people.head)} == {"read"}


def test_input_given_to_a_colleague_is_split_by_that_colleague():
    people = make_people()
    change(make_submission(), assigned_to=people.colleague)
    assert [row.code for row in rows_of(people.colleague)] == ["split"]
    assert rows_of(people.secretariat) == []


def test_draft_after_the_deadline_waits_only_if_it_was_allowed_late():
    people, past = make_people(), make_consultation()
    begun = make_submission(past, people.body, state="draft", author=people.focal)
    change(past, closes_at=now() - timedelta(hours=1))
    assert rows_of(people.focal) == []
    change(begun, late_at=now(), late_by=people.head, late_reason="The network was down.")
    assert [row.code for row in rows_of(people.focal)] == ["draft"]


def test_person_concerned_by_a_proposal_is_not_asked_to_confirm_it():
    people = make_people()
    make_proposal(people.nobody, by=people.head)
    make_proposal(people.sysadmin, by=people.head, values={"office": "head"})
    assert [row.about.partition(";")[0] for row in rows_of(people.sysadmin)] == [people.nobody.name]


def test_forum_is_closed_on_its_last_day_once_no_session_is_still_to_end():
    people, forum = make_people(), make_forum(state="in_session", starts_on=TODAY(), ends_on=TODAY())
    session = make_session(forum, starts_at=now() - timedelta(minutes=30), state="open")  # ends in half an hour

    def waits():
        return "forum_to_close" in {row.code for row in rows_of(people.secretariat)}

    assert not waits()
    change(session, starts_at=now() - timedelta(hours=2), ends_at=now() - timedelta(minutes=1))
    assert waits()
    make_session(forum, starts_at=now() + timedelta(minutes=1), state="cancelled")
    assert waits()


def test_letters_of_a_forum_share_a_row_due_a_week_before_their_answers():
    people, forum = make_people(), make_forum()
    for days in (9, 12):
        make_invitation(forum, state="draft", respond_by=TODAY() + timedelta(days=days))
    (row,) = rows_of(people.secretariat)
    assert (row.words, row.due) == ("Send 2 letters of invitation", TODAY() + timedelta(days=2))


def test_pairs_of_one_campaign_count_as_one_group_as_their_page_shows():
    people, texts = make_people(), [make_point() for _turn in range(5)]
    for first, second in pairwise(texts[:3]):
        make_likeness(first, second)

    def words():
        return [row.words for row in rows_of(people.secretariat) if row.code == "alike"]

    assert words() == ["Compare texts that are nearly the same"]
    make_likeness(*texts[3:])
    assert words() == ["Compare texts that are nearly the same: 2 groups"]
