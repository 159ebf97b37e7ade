"""Public holidays in the admin: a day by notice is added and taken out by the verbs of the desk."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from consultations.models import Event, Evidence, PublicHoliday
from tests.consultations.admin.test_forms import errors_of, filled
from tests.pages import admin_page as page

pytestmark = [pytest.mark.django_db]
NOTICE = {
    "name": "Day of the lakes",
    "rule": "once",
    "source": "Gazette Notice 9",
    "counts": "on",
    "evidence": Evidence.OWN.value,
}


def verbs():
    return list(Event.objects.filter(kind="consultations.publicholiday").order_by("pk").values_list("verb", flat=True))


def test_day_by_notice_is_added_and_taken_out_by_the_verbs(client, officer):
    day = localdate() + timedelta(days=40)
    answer = client.post(page(PublicHoliday, "add"), {**NOTICE, "on": day.isoformat()})
    assert answer.status_code == 302, errors_of(answer)
    made = PublicHoliday.objects.get(name="Day of the lakes")
    assert (made.on, made.source, made.counts, verbs()) == (day, "Gazette Notice 9", True, ["add_holiday"])
    again = client.post(page(PublicHoliday, "add"), {**NOTICE, "name": "Day of mourning", "on": day.isoformat()})
    assert errors_of(again) == ["This day is a public holiday already: Day of the lakes."]
    assert filled(client, PublicHoliday, made, counts=False).status_code == 302
    made.refresh_from_db()
    assert (made.counts, verbs()) == (False, ["add_holiday", "strike_holiday"])


def test_day_that_is_no_day_to_come_is_refused_and_stays_typed(client, officer):
    far = localdate() + timedelta(days=3650)
    answer = client.post(page(PublicHoliday, "add"), {**NOTICE, "on": far.isoformat()})
    assert errors_of(answer) == [f"This is in {far.year}, more than three years from now. Check the year."]
    assert "Day of the lakes" in answer.text
    assert (PublicHoliday.objects.filter(name="Day of the lakes").exists(), verbs()) == (False, [])


def test_other_facts_of_a_day_are_saved_plainly(client, officer):
    made = PublicHoliday.objects.create(name="Day of the lakes", on=localdate(), source="A notice")
    assert filled(client, PublicHoliday, made, source="Gazette Notice 9").status_code == 302
    made.refresh_from_db()
    assert (made.source, verbs()) == ("Gazette Notice 9", ["edit"])
