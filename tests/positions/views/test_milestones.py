"""Milestones among the settings of a consultation: added, named, dated; a day that moved stays, struck."""

from datetime import date

import pytest
from django.urls import reverse

from consultations.models import Event, Milestone
from tests import factories
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "/desk/review/settings/milestones/"
GIVEN = {"title": "Review forum", "place": "New York", "planned_start": "2030-05-04", "is_key": "on"}


@pytest.fixture
def officer(client):
    person = factories.make_secretariat()
    sign_in(client, person)
    return person


@pytest.fixture
def round_():
    return factories.make_consultation(slug="review", short_title="Review")


def test_milestone_is_added_and_its_moved_day_is_struck(client, officer, round_):
    assert client.post(ADDRESS, GIVEN)["Location"] == ADDRESS
    made = Milestone.objects.get()
    assert (made.consultation, made.is_key, made.planned_start) == (round_, True, date(2030, 5, 4))
    page = reverse("desk_settings_milestone", args=["review", made.pk])
    assert client.post(page, {"state": "moved", "planned_start": "2030-06-01"})["Location"] == ADDRESS
    assert "<s>4 May 2030</s>" in client.get(ADDRESS).content.decode()
    assert [each.verb for each in Event.objects.about(made)] == ["add_milestone", "date_milestone"]


def test_name_is_changed_unless_a_colleague_did_meanwhile(client, officer, round_):
    client.post(ADDRESS, GIVEN)
    made = Milestone.objects.get()
    page = reverse("desk_settings_milestone_name", args=["review", made.pk])
    seen = client.get(page).context["names"]["seen"].value()
    assert client.post(page, {"seen": seen, "title": "Second review forum"}).status_code == 302
    later = client.post(page, {"seen": seen, "title": "Mine"})
    assert later.status_code == 409
    assert "Second review forum" in words(later)
    made.refresh_from_db()
    assert (made.title, made.is_key) == ("Second review forum", False)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"planned_start": "1936-05-04"}, "planned_start"),
        ({"planned_start": "2036-05-04", "planned_end": ""}, "planned_start"),
        ({"planned_end": "2036-05-04"}, "planned_end"),
        ({"planned_start": ""}, "planned_start"),
        ({"planned_end": "2030-05-01"}, "planned_end"),
        ({"title": ""}, "title"),
        ({"title": "x" * 10_000}, "title"),
        ({"title": "\0"}, "title"),
    ],
)
def test_slips_are_shown_at_the_field(client, officer, round_, changed, field):
    page = client.post(ADDRESS, {**GIVEN, **changed})
    assert (page.status_code, field in page.context["form"].errors) == (422, True)
    assert not Milestone.objects.exists()


def test_same_name_on_the_same_day_is_refused(client, officer, round_):
    client.post(ADDRESS, GIVEN)
    page = client.post(ADDRESS, GIVEN)
    assert "There is already a milestone with this name and these dates." in words(page)
    assert Milestone.objects.count() == 1


def test_milestone_of_another_consultation_is_not_found(client, officer, round_):
    other = Milestone.objects.create(
        consultation=factories.make_consultation(), title="Other", kind="x", level="y", planned_start=date(2030, 1, 1)
    )
    for name in ("desk_settings_milestone", "desk_settings_milestone_name"):
        assert client.get(reverse(name, args=["review", other.pk])).status_code == 404


def test_only_the_secretariat_sees_them(client, round_):
    sign_in(client, factories.make_user("official"))
    assert client.get(ADDRESS).status_code == 404
