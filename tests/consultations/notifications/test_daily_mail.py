"""The daily mail: what waits for a person, with the notices of a day, on working days, once, and only if chosen."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from consultations.models import OutgoingMail
from consultations.notifications import outbox
from tests import factories

pytestmark = pytest.mark.django_db
SEVEN = timezone.make_aware(timezone.datetime(2026, 12, 2, 7))  # a Wednesday
SUBJECT = "NCM Portal: 1 thing waits for you"


@pytest.fixture
def officer():
    return factories.make_secretariat(name="Wanjiku", notices="daily")


def sent_at(moment):
    """Write and send what is due; return the subjects of the mails."""
    before = len(mail.outbox)
    with time_machine.travel(moment, tick=False):
        outbox.join_digests()
        outbox.deliver()
    return [each.subject for each in mail.outbox[before:]]


def test_what_waits_is_mailed_once_a_day_from_seven(officer):
    factories.make_submission(state="submitted", title="Passes for herders")
    assert sent_at(SEVEN - timedelta(minutes=1)) == []
    assert sent_at(SEVEN) == [SUBJECT]
    assert sent_at(SEVEN) == sent_at(SEVEN + timedelta(hours=9)) == []
    assert sent_at(SEVEN + timedelta(days=1)) == [SUBJECT]
    text = mail.outbox[0].body
    assert "- Read “Passes for herders”, Round" in text
    assert "/for-you/" in text
    assert "/account/notices/" in text
    assert mail.outbox[0].to == [officer.email]


def test_nobody_gets_a_mail_when_nothing_waits(officer):
    assert sent_at(SEVEN) == []
    factories.make_submission(state="submitted")
    assert sent_at(SEVEN) == []  # this morning is over
    assert sent_at(SEVEN + timedelta(days=1)) == [SUBJECT]


@pytest.mark.parametrize("choice", ["at_once", "none"])
def test_only_those_who_chose_the_daily_mail_get_the_list(officer, choice):
    factories.make_submission(state="submitted")
    factories.change(officer, notices=choice)
    assert sent_at(SEVEN) == []


def test_closed_account_gets_no_list(officer):
    factories.make_submission(state="submitted")
    factories.change(officer, is_active=False)
    assert sent_at(SEVEN) == []


@pytest.mark.parametrize("day", [(2026, 12, 5), (2026, 12, 6), (2027, 1, 1)])
def test_no_list_on_days_when_offices_are_closed(officer, day):
    from consultations.models import PublicHoliday

    PublicHoliday.objects.create(name="New Year's Day", rule="every_year", month=1, day=1)
    factories.make_submission(state="submitted")
    assert sent_at(timezone.make_aware(timezone.datetime(*day, 7))) == []


def test_notices_come_in_the_same_mail(officer):
    factories.make_submission(state="submitted")
    notice = {"to": officer.email, "user": officer, "subject": "A notice", "body": "Its words."}
    OutgoingMail.objects.create(**notice, in_digest=True, due_at=SEVEN)
    assert sent_at(SEVEN) == [SUBJECT]
    assert "* A notice\n\nIts words." in mail.outbox[-1].body
    OutgoingMail.objects.create(**notice, in_digest=True, due_at=SEVEN + timedelta(days=3))
    assert sent_at(SEVEN + timedelta(days=3)) == ["NCM Portal: 1 notice"]  # a Saturday
    assert "Read “" not in mail.outbox[-1].body


def test_mail_names_no_held_back_words_and_no_link_of_others(officer):
    factories.make_submission(state="submitted", title="Passes [[of Amina Njeri]] at http://example.org/x")
    sent_at(SEVEN)
    text = mail.outbox[0].body
    assert "Amina" not in text
    assert "http://example.org" not in text
    assert "Passes" in text


def test_restricted_texts_are_not_named_in_a_mail():
    from tests.positions.queries.test_for_organisations import annexes
    from tests.waiting import make_people

    people = make_people()
    factories.change(people.official, notices="daily")
    annexes(people)
    assert sent_at(SEVEN) == [SUBJECT]
    assert "A restricted text is new for you" in mail.outbox[0].body
    assert "Restricted annex" not in mail.outbox[0].body


def test_long_list_is_cut_and_counted(officer, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_LISTED", 2)
    for _turn in range(5):
        factories.make_submission(factories.make_consultation(), state="submitted")
    assert sent_at(SEVEN) == ["NCM Portal: 5 things wait for you"]
    text = mail.outbox[0].body
    assert (text.count("- Read “"), "And 3 more." in text) == (2, True)


def test_mail_is_in_the_language_of_the_person(officer):
    factories.change(officer, language="sw")
    factories.make_submission(state="submitted", title="Pasi")
    sent_at(SEVEN)
    assert "Soma “Pasi”" in mail.outbox[0].body
