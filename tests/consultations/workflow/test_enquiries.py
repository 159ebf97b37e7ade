"""Enquiries: how they arrive, are answered, closed, opened again, and erased in the end."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from consultations import workflow
from consultations.integrity.journal import verdict
from consultations.models import Consultation, Enquiry, Event, OutgoingMail, PublicHoliday, Salt
from consultations.queries.journal import altered_records
from ncm_portal.workflow import Blocked, NotAllowed, now, replayed_at
from tests.committed import every_verb_commits
from tests.factories import change, make_consultation, make_member, make_secretariat, make_stakeholder, make_user
from tests.office_factories import make_enquiry
from tests.threads import at_once, wait_until_one_waits

pytestmark = pytest.mark.django_db
NAIROBI = ZoneInfo("Africa/Nairobi")
FRIDAY = datetime(2026, 12, 4, 9, 30, tzinfo=NAIROBI)


@pytest.fixture(autouse=True)
def commits(monkeypatch):
    with every_verb_commits(monkeypatch):
        yield


@pytest.fixture
def officer():
    return make_secretariat(name="Hassan Guyo")


def send(**fields):
    facts = {
        "by": None, "key": uuid.uuid4(), "name": "Amina Yusuf", "email": "amina@example.org", "phone": "",
        "subject": "Venue", "text": "Where is the forum held?", **fields,
    }  # fmt: skip
    return workflow.send_enquiry(**facts)


def register(by, **fields):
    facts = {
        "channel": "phone", "received_on": timezone.localdate(), "name": "Amina Yusuf", "phone": "+254712345678",
        "key": uuid.uuid4(), "subject": "Venue", "text": "Where is the forum held?", **fields,
    }  # fmt: skip
    return workflow.register_enquiry(by=by, **facts)


def reasons_of(act, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        act(*args, **kwargs)
    return raised.value.reasons


# --- Arriving ---------------------------------------------------------------------------------------------------------


def test_question_from_form_is_due_in_five_working_days_at_the_end_of_the_day():
    with replayed_at(FRIDAY):
        made = send()
    assert (made.state, made.channel, made.entered_by) == ("received", "form", None)
    assert timezone.localtime(made.due_at) == datetime(2026, 12, 11, 17, tzinfo=NAIROBI)


def test_public_holiday_moves_the_due_day():
    PublicHoliday.objects.create(name="Day of mourning", on=date(2026, 12, 9))
    with replayed_at(FRIDAY):
        assert timezone.localdate(send().due_at) == date(2026, 12, 14)


def test_receipt_repeats_nothing_that_was_typed():
    made = send(name="Buy at evil.example", subject="Buy now", text="http://evil.example", language="sw")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.is_optional) == ("amina@example.org", True)
    assert made.reference in mail.subject
    for typed in ("evil", "Buy"):
        assert typed not in mail.subject + mail.body
    assert "EAT" in mail.body


def test_receipts_to_one_address_are_limited_and_questions_are_kept(settings):
    settings.MAIL_LIMITS = {**settings.MAIL_LIMITS, "enquiry": (2, 24)}
    for _turn in range(4):
        send()
    send(email="other@example.org")
    assert Enquiry.objects.count() == 5
    assert [OutgoingMail.objects.filter(to__startswith=name).count() for name in ("amina", "other")] == [2, 1]


def test_receipts_leave_what_the_secretariat_may_send(settings, officer):
    settings.MAIL_LIMITS = {**settings.MAIL_LIMITS, "enquiry": (9, 24), "address": (1, 24)}
    first, second = send(), send()
    workflow.answer_enquiry(first, by=officer, text="In Nairobi.")
    assert "most mail allowed in a day" in reasons_of(workflow.answer_enquiry, second, by=officer, text="Again.")[0]
    second.refresh_from_db()
    assert second.state == "received"


def test_same_form_sent_twice_is_one_enquiry():
    key = uuid.uuid4()
    assert send(key=key) == send(key=key)
    assert (Enquiry.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_question_without_words_or_address_is_refused_with_all_reasons():
    assert len(reasons_of(send, name=" ", subject="", text="\n", email="")) == 4
    assert not Enquiry.objects.exists()


def test_officer_enters_a_question_for_somebody(officer):
    consultation = make_consultation()
    day = timezone.localdate() - timedelta(days=3)
    made = register(officer, consultation=consultation, received_on=day)
    assert (made.entered_by, made.consultation, timezone.localdate(made.received_at)) == (officer, consultation, day)
    assert not OutgoingMail.objects.exists()
    letter = register(officer, channel="letter", phone="")
    assert letter.email == letter.phone == ""


def test_entering_is_refused_with_all_reasons(officer):
    tomorrow = timezone.localdate() + timedelta(days=1)
    given = {"channel": "form", "received_on": tomorrow, "phone": "", "text": ""}
    assert len(reasons_of(register, officer, **given)) == 4
    for person in (make_user(), make_user("official"), make_user("sysadmin"), make_member(make_stakeholder())):
        reasons_of(register, person, kind=NotAllowed)


def test_receipt_in_words_of_the_office_is_erased_with_the_question(officer):
    round_ = make_consultation()
    text = {"subject": "Yours: {reference}", "body": "{reference} by {due}"}
    workflow.change_letter_text(round_, "enquiry_received", "en", by=officer, **text, number=0)
    made = send(consultation=round_)
    workflow.dismiss_enquiry(made, by=officer, because="spam")
    assert OutgoingMail.objects.get().to == "amina@example.org"
    with replayed_at(now() + timedelta(days=366)):
        workflow.erase_enquiry(made)
    mail = OutgoingMail.objects.get()
    assert (mail.subject, mail.to) == (f"Yours: {made.reference}", "")


# --- At the desk ------------------------------------------------------------------------------------------------------


def test_answer_is_mailed_once(officer):
    row = workflow.answer_enquiry(make_enquiry(language="sw"), by=officer, text=" In Nairobi. ")
    assert (row.state, row.answer, row.answered_by) == ("answered", "In Nairobi.", officer)
    mail = OutgoingMail.objects.get()
    assert mail.to == "amina@example.org"
    assert "In Nairobi." in mail.body
    assert "Venue" in mail.body


def test_answer_by_phone_is_recorded_without_mail(officer):
    row = workflow.answer_enquiry(make_enquiry(email="", phone="+254712345678"), by=officer, text="Answered by phone.")
    assert (row.state, row.answer) == ("answered", "Answered by phone.")
    assert not OutgoingMail.objects.exists()


def test_second_officer_is_refused_and_mails_nothing(officer):
    made, second = make_enquiry(), make_secretariat()
    stale = Enquiry.objects.get(pk=made.pk)
    workflow.answer_enquiry(made, by=officer, text="First.")
    assert reasons_of(workflow.answer_enquiry, stale, by=second, text="Second.")
    stale.refresh_from_db()
    assert (stale.answer, OutgoingMail.objects.count()) == ("First.", 1)


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_one_mail(officer):
    made, second = make_enquiry(), make_secretariat()
    results = at_once(
        lambda: workflow.answer_enquiry(made, by=officer, text="First."),
        lambda: workflow.answer_enquiry(made, by=second, text="Second."),
    )
    assert sorted(type(each).__name__ for each in results) == ["Blocked", "Enquiry"]
    made.refresh_from_db()
    assert made.answer in OutgoingMail.objects.get().body


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_is_one_enquiry():
    key = uuid.uuid4()
    first, second = at_once(lambda: send(key=key), lambda: send(key=key))
    assert first == second == Enquiry.objects.get()
    assert OutgoingMail.objects.count() == 1


def test_empty_answer_and_unknown_cause_are_refused(officer):
    made = make_enquiry()
    assert reasons_of(workflow.answer_enquiry, made, by=officer, text=" \n") == ["Enter the answer."]
    assert reasons_of(workflow.dismiss_enquiry, made, by=officer, because="lazy") == [
        "Choose why it is closed without an answer."
    ]


def test_closed_without_answer_and_opened_again_with_a_new_hour(officer):
    made = make_enquiry(due_at=now() + timedelta(hours=1))
    closed = workflow.dismiss_enquiry(made, by=officer, because="duplicate", reason="See the first.")
    assert (closed.state, closed.unanswered_because, bool(closed.ended_at)) == ("closed", "duplicate", True)
    assert reasons_of(workflow.reopen_enquiry, closed, by=officer, reason=" ")
    again = workflow.reopen_enquiry(closed, by=officer, reason="It was another question.")
    assert (again.state, again.unanswered_because, again.ended_at) == ("received", "", None)
    assert again.due_at > made.due_at
    assert not OutgoingMail.objects.exists()


def test_answer_stays_until_the_next_one(officer):
    row = workflow.answer_enquiry(make_enquiry(), by=officer, text="In Nairobi.")
    row = workflow.close_enquiry(row, by=officer)
    row = workflow.reopen_enquiry(row, by=officer, reason="Asked again.")
    assert row.answer == "In Nairobi."
    assert workflow.answer_enquiry(row, by=officer, text="At KICC.").answer == "At KICC."


def test_assigned_while_it_waits_and_only_to_officers(officer):
    made = make_enquiry()
    assert workflow.assign_enquiry(made, to=officer, by=officer).assigned_to == officer
    assert Event.objects.about(made).last().data["name"] == "Hassan Guyo"
    refused = reasons_of(workflow.assign_enquiry, made, to=make_user("official"), by=officer)
    assert "does not work at the secretariat" in refused[0]
    reasons_of(workflow.assign_enquiry, made, to=officer, by=make_user(), kind=NotAllowed)
    closed = make_enquiry(state="closed")
    assert "does not need to be assigned" in reasons_of(workflow.assign_enquiry, closed, to=officer, by=officer)[0]


# --- Moving -----------------------------------------------------------------------------------------------------------


def test_moved_to_another_consultation_to_none_and_back(officer):
    one, two = make_consultation(short_title="One"), make_consultation(short_title="Two")
    made = workflow.assign_enquiry(send(consultation=one), to=officer, by=officer)
    due = made.due_at
    for place in (two, None, one):
        made = workflow.move_enquiry(made, to=place, by=officer)
        assert (made.consultation, made.assigned_to, made.due_at, made.state) == (place, officer, due, "received")
        assert not list(altered_records())
    entries = Event.objects.filter(verb="move_enquiry").order_by("number")
    assert [(each.data["from"], each.data["to"]) for each in entries] == [
        ("One", "Two"), ("Two", "General enquiries"), ("General enquiries", "One"),
    ]  # fmt: skip
    assert OutgoingMail.objects.count() == 1  # the receipt


def test_move_is_refused_with_all_reasons(officer):
    review = make_consultation(short_title="Review")
    made = make_enquiry(review)
    assert reasons_of(workflow.move_enquiry, made, to=review, by=officer) == ["It is under Review already."]
    assert reasons_of(workflow.move_enquiry, make_enquiry(), to=None, by=officer) == [
        "It is under General enquiries already."
    ]
    closed = make_enquiry(review, state="closed")
    with replayed_at(now() + timedelta(days=366)):
        workflow.erase_enquiry(closed)
    assert reasons_of(workflow.move_enquiry, closed, to=review, by=officer) == [
        "It is closed, so it stays where it is. Open it again to move it.",
        "Question and address are erased, so it stays as it is",
        "It is under Review already.",
    ]
    unsaved = Consultation(title="Unknown")
    assert reasons_of(workflow.move_enquiry, made, to=unsaved, by=officer) == ["Choose a consultation from the list."]
    for person in (make_user(), make_user("official"), make_user("sysadmin"), make_member(make_stakeholder())):
        reasons_of(workflow.move_enquiry, made, to=None, by=person, kind=NotAllowed)
    made.refresh_from_db()
    assert made.consultation == review


def test_answered_enquiry_is_moved_and_waits_no_more(officer):
    row = workflow.answer_enquiry(make_enquiry(), by=officer, text="In Nairobi.")
    moved = workflow.move_enquiry(row, to=make_consultation(), by=officer)
    assert (moved.state, moved.answer) == ("answered", "In Nairobi.")


def test_officer_who_left_is_not_moved_along(officer):
    made = make_enquiry(assigned_to=make_secretariat(is_active=False))
    moved = workflow.move_enquiry(made, to=make_consultation(), by=officer)
    assert moved.assigned_to is None
    assert list(Event.objects.about(moved).order_by("number").values_list("verb", flat=True)) == [
        "move_enquiry", "assign",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_to_one_place_at_once_one_is_refused(officer):
    made, review = make_enquiry(), make_consultation()
    move = partial(workflow.move_enquiry, made, to=review, by=officer)
    assert sorted(type(each).__name__ for each in at_once(move, move)) == ["Blocked", "Enquiry"]
    assert Event.objects.filter(verb="move_enquiry").count() == 1


@pytest.mark.django_db(transaction=True)
def test_move_that_waited_for_an_assignment_keeps_the_officer(officer):
    made, review = make_enquiry(), make_consultation()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            workflow.assign_enquiry(made, to=officer, by=officer)
            answer = pool.submit(at_once, lambda: workflow.move_enquiry(made, to=review, by=officer))
            wait_until_one_waits()
        [moved] = answer.result()
    moved.refresh_from_db()
    assert (moved.consultation, moved.assigned_to) == (review, officer)


def test_answer_after_a_move_has_the_words_of_its_new_consultation(officer):
    review = make_consultation()
    text = {"subject": "Ours: {reference}", "body": "{answer}"}
    workflow.change_letter_text(review, "enquiry_answered", "en", by=officer, **text, number=0)
    made = workflow.move_enquiry(make_enquiry(), to=review, by=officer)
    workflow.answer_enquiry(made, by=officer, text="In Nairobi.")
    assert OutgoingMail.objects.get().subject == f"Ours: {made.reference}"


# --- Erasing ----------------------------------------------------------------------------------------------------------


def test_personal_data_are_erased_a_year_after_the_end(officer):
    with replayed_at(now() - timedelta(days=400)):
        made = send(text="My neighbour Barasa asks.")
        workflow.dismiss_enquiry(made, by=officer, because="spam", reason="Barasa again.")
        waiting = send()
    recent = workflow.answer_enquiry(send(email="new@example.org"), by=officer, text="Yes.")
    assert workflow.erase_enquiries() == 1
    made.refresh_from_db()
    assert {getattr(made, name) for name in Enquiry.PERSONAL} == {""}
    assert (made.state, made.unanswered_because, made.who) == ("closed", "spam", "erased")
    kept = str(list(Event.objects.about(made).values()))
    for word in ("Barasa", "Amina", "amina@example.org"):
        assert word not in kept
    assert not OutgoingMail.objects.filter(to="amina@example.org", subject__contains=made.reference).exists()
    for other in (waiting, recent):
        other.refresh_from_db()
        assert other.text
    assert workflow.erase_enquiries() == 0
    assert verdict().complaint == ""
    assert list(altered_records()) == []


def test_salts_of_erased_enquiry_are_destroyed(officer):
    with replayed_at(now() - timedelta(days=400)):
        made = workflow.answer_enquiry(send(), by=officer, text="Yes.")
    before = set(Salt.objects.filter(kind="consultations.enquiry", object_id=made.pk).values_list("pk", flat=True))
    assert before
    workflow.erase_enquiries()
    assert not Salt.objects.filter(pk__in=before).exists()
    assert Event.objects.about(made).last().verb == "erase"


def test_erased_enquiry_stays_as_it_is(officer):
    with replayed_at(now() - timedelta(days=400)):
        made = workflow.answer_enquiry(send(), by=officer, text="Yes.")
    workflow.erase_enquiries()
    assert "erased" in reasons_of(workflow.reopen_enquiry, made, by=officer, reason="Why not.")[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        change(made, subject="Back again")


# --- What the database holds ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "", "phone": ""},
        {"name": ""},
        {"text": ""},
        {"channel": "pigeon"},
        {"channel": "phone"},  # nobody entered it
        {"due_at": datetime(2020, 1, 1, tzinfo=NAIROBI)},
        {"unanswered_because": "spam"},
        {"state": "answered"},
        {"ended_at": datetime(2026, 1, 1, tzinfo=NAIROBI)},
    ],
)
def test_database_refuses_what_cannot_be(fields):
    facts = {
        "name": "Amina", "email": "amina@example.org", "subject": "Venue", "text": "Where?", "received_at": now(),
        "due_at": now() + timedelta(days=7), **fields,
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        Enquiry.objects.create(**facts)


def test_enquiries_are_never_deleted():
    made = make_enquiry()
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()
