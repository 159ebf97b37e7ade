"""Public holidays in the admin: a day by notice is added by the verb that the desk calls."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.models import Event, PublicHoliday
from tests.consultations.admin.test_forms import errors_of
from tests.pages import admin_page as page

pytestmark = [pytest.mark.django_db]


def sent(client, **changed):
    given = {"name": "Day of voting", "rule": "once", "counts": "on", "source": "Gazette notice 1", "evidence": "N"}
    return client.post(page(PublicHoliday, "add"), {**given, **changed})


def verbs(name):
    return [event.verb for event in Event.objects.about(PublicHoliday.objects.get(name=name))]


def test_day_by_notice_is_added_by_the_verb(client, officer):
    PublicHoliday.objects.all().delete()
    day = timezone.localdate() + timedelta(days=40)
    answer = sent(client, on=day)
    assert answer.status_code == 302, errors_of(answer)
    made = PublicHoliday.objects.get()
    assert (made.on, made.source, made.counts, verbs("Day of voting")) == (
        day,
        "Gazette notice 1",
        True,
        ["add_holiday"],
    )
    again = sent(client, name="Day of mourning", on=day)
    assert errors_of(again) == ["This day is a public holiday already: Day of voting."]
    far = sent(client, name="Typed", on=day.replace(year=day.year + 9, day=1))
    assert ("more than three years from now" in errors_of(far)[0], "Typed" in far.text) == (True, True)
    assert PublicHoliday.objects.count() == 1


def test_day_of_the_act_is_entered_plainly(client, officer):
    answer = sent(client, name="Heroes", rule="every_year", month=7, day=9)
    assert answer.status_code == 302, errors_of(answer)
    assert verbs("Heroes") == ["enter"]
