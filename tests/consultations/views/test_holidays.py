"""Public holidays at the desk: added by notice, and taken out of the calendar."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Event, PublicHoliday
from consultations.queries import public_holidays
from tests import factories
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/settings/"


@pytest.fixture
def officer(client):
    person = factories.make_secretariat()
    sign_in(client, person)
    return person


def coming():
    return timezone.localdate() + timedelta(days=20)


def post(client, **changed):
    given = {"on": coming().isoformat(), "name": "Day of the census", "source": "Gazette Notice 123"}
    return client.post(ADDRESS, {**given, **changed})


def test_day_is_added_by_notice_taken_out_and_added_again(client, officer):
    assert post(client)["Location"] == ADDRESS
    made = PublicHoliday.objects.get()
    assert public_holidays(coming(), coming()) == {coming(): "Day of the census"}
    assert "Gazette Notice 123" in words(client.get(ADDRESS))
    client.post(reverse("desk_holiday_strike", args=[made.pk]))
    assert public_holidays(coming(), coming()) == {}
    assert post(client).status_code == 302
    assert PublicHoliday.objects.get().counts
    assert [each.verb for each in Event.objects.about(made)] == ["add_holiday", "strike_holiday", "add_holiday"]


def test_same_day_twice_is_refused(client, officer):
    post(client)
    assert "This day is a public holiday already: Day of the census." in words(post(client, name="Another"))
    assert PublicHoliday.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"on": "1936-12-12"}, "on"),
        ({"on": "2036-12-12"}, "on"),
        ({"on": "tomorrow"}, "on"),
        ({"name": "\0"}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"source": ""}, "source"),
    ],
)
def test_slips_are_shown_at_the_field(client, officer, changed, field):
    page = post(client, **changed)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not PublicHoliday.objects.exists()


def test_day_of_the_act_stays(client, officer):
    day = PublicHoliday.objects.create(name="Jamhuri Day", rule="every_year", month=12, day=12)
    assert client.post(reverse("desk_holiday_strike", args=[day.pk])).status_code == 404
    assert "Public Holidays Act, Cap. 110" in words(client.get(ADDRESS))


def test_only_the_secretariat_changes_them(client):
    for office in ("", "official", "sysadmin"):
        sign_in(client, factories.make_user(office))
        assert (client.get(ADDRESS).status_code, post(client).status_code) == (404, 404)
