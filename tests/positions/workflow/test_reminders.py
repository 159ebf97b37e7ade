"""Reminders before a deadline, each sent once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consultations.models import OutgoingMail, PublicHoliday
from ncm_portal.workflow import replayed_at
from positions import workflow
from positions.models import ClearanceReminder
from positions.workflow.reminders import rung
from tests.factories import change
from tests.positions.clearing import make_text

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
