"""Reminders before a deadline, each sent once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations.models import Event, Membership, OutgoingMail, PublicHoliday
from ncm_portal.workflow import NotAllowed, replayed_at
from positions import workflow
from positions.models import ClearanceReminder
from positions.workflow.reminders import rung
from tests.factories import change
from tests.positions.clearing import make_text
from tests.positions.reviewing import refused

pytestmark = pytest.mark.django_db
NAIROBI = ZoneInfo("Africa/Nairobi")
ASKED = datetime(2017, 10, 2, 9, tzinfo=NAIROBI)
DUE = datetime(2017, 10, 16, 17, tzinfo=NAIROBI)  # a Monday


def at(day, hour):
    return datetime(2017, 10, day, hour, tzinfo=NAIROBI)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(11, 23), None),  # Wednesday: three working days are left
        (at(12, 0), "before"),  # Thursday: Friday and Monday
        (at(15, 12), "before"),
        (at(16, 6), None),
        (at(16, 7), "due"),
        (DUE, "due"),
        (DUE + timedelta(seconds=1), "after"),
        (at(30, 9), "after"),
    ],
)
def test_due_reminder_is_selected(moment, expected):
    assert rung(ASKED, DUE, moment) == expected


def test_holiday_advances_first_reminder_and_requests_of_today_are_not_reminded():
    PublicHoliday.objects.create(name="A holiday", on=at(13, 0).date())
    assert rung(ASKED, DUE, at(11, 9)) == "before"
    assert rung(at(12, 8), DUE, at(12, 9)) is None


def test_each_reminder_is_sent_once_and_last_also_to_principal():
    text = make_text()
    change(text.one, contact_email="ps@one.example")
    with replayed_at(ASKED):
        workflow.request_clearance(text.paper, by=text.secretariat, due_at=DUE)
        text.paper.clearances.get(ministry=text.two)
        workflow.agree_to_rest(text.paper.clearances.get(ministry=text.two), by=text.officer_two)
    OutgoingMail.objects.all().delete()
    done = []
    for moment in (at(10, 9), at(12, 9), at(12, 10), at(16, 8), DUE + timedelta(hours=1), at(20, 9)):
        with replayed_at(moment):
            done.append(workflow.remind_clearances())
    assert done == [0, 1, 0, 1, 1, 0]
    sent = OutgoingMail.objects.order_by("pk").values_list("to", "subject")
    officer = text.officer_one.email
    assert list(sent) == [
        (officer, "Reminder: the clearance of your ministry is due soon"),
        (officer, "Today: the clearance of your ministry is due"),
        (officer, "Overdue: the clearance of your ministry"),
        ("ps@one.example", "Overdue: the clearance of your ministry"),
    ]
    last = OutgoingMail.objects.order_by("pk").last().body
    assert '2 paragraphs of "' in last
    assert "We sent this reminder to the principal of the ministry" in last
    assert list(ClearanceReminder.objects.values_list("step", "to_principal")) == [
        ("before", False), ("due", False), ("after", True),
    ]  # fmt: skip


@pytest.fixture
def asked():
    """Create a text about which ministry one was asked; no mail waits."""
    text = make_text()
    change(text.one, contact_email="ps@one.example")
    with replayed_at(ASKED):
        workflow.request_clearance(text.paper, by=text.secretariat, due_at=DUE)
    text.asked = text.paper.clearances.get(ministry=text.one)
    OutgoingMail.objects.all().delete()
    return text


def remind(text, moment, by=None):
    with replayed_at(moment):
        return workflow.remind_clearance(text.asked, by=by or text.secretariat)


def written_to():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", flat=True))


def test_reminder_by_hand_is_sent_each_day_and_after_the_due_hour_to_the_principal_too(asked):
    officer = asked.officer_one.email
    remind(asked, at(4, 9))
    assert written_to() == [officer]
    assert refused(remind, asked, at(5, 8)) == [
        "The ministry was reminded on 4 October 2017, 09:00 EAT (UTC+3). Remind it again 24 hours later"
    ]
    remind(asked, at(5, 9))
    remind(asked, at(18, 9))
    assert written_to() == [officer] * 3 + ["ps@one.example"]
    assert list(ClearanceReminder.objects.values_list("step", "to_principal")) == [
        ("hand", False), ("hand", False), ("hand", True)
    ]  # fmt: skip
    entries = Event.objects.about(asked.asked).filter(verb="remind_clearance")
    assert list(entries.values_list("by", flat=True)) == [asked.secretariat.pk] * 3
    subjects = OutgoingMail.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == [
        *["Reminder: the clearance of your ministry waits for answers"] * 2,
        *["Overdue: the clearance of your ministry"] * 2,
    ]


def test_reminder_by_hand_gives_every_reason_against_it(asked):
    remind(asked, at(4, 9))
    Membership.objects.filter(user=asked.officer_one).update(valid_until=at(3, 0).date())
    asked.asked.stances.update(value="agree", by=asked.officer_one, at=at(4, 9))
    change(asked.paper, state="consolidation")
    reasons = refused(remind, asked, at(4, 10))
    assert [words[:32] for words in reasons] == [
        "The paper is not in clearance",
        "Every paragraph has an answer",
        "The ministry was reminded on 4 O",
        "The ministry has no clearing off",
    ]
    assert len(written_to()) == 1


@pytest.mark.parametrize("notices", ["daily", "none"])
def test_reminder_by_hand_leaves_at_once_however_the_officer_gets_notices(asked, notices):
    change(asked.officer_one, notices=notices)
    remind(asked, at(4, 9))
    assert list(OutgoingMail.objects.values_list("to", "in_digest")) == [(asked.officer_one.email, False)]


def test_only_the_secretariat_reminds(asked):
    with pytest.raises(NotAllowed):
        remind(asked, at(4, 9), by=asked.officer_one)
    assert written_to() == []


def test_reminder_that_is_due_waits_a_day_after_one_by_hand(asked):
    remind(asked, at(12, 12))  # the due day is the 16th; two working days before is the 12th
    with replayed_at(at(12, 13)):
        workflow.remind_clearances()
    assert written_to().count(asked.officer_one.email) == 1
    with replayed_at(at(13, 13)):
        workflow.remind_clearances()
    assert written_to().count(asked.officer_one.email) == 2
