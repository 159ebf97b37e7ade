"""The played portal as a fixture: served live, and unchanged after each test."""

import json
from urllib.request import urlopen

import pytest

from consultations.models import Event, User


def test_a_live_server_serves_the_played_portal(played_live, live_server):
    address = f"{live_server.url}/papers/gcm-2017/1.0/position-paper.json"
    with urlopen(address) as page:
        assert json.load(page)["paper"]["slug"] == "gcm-2017"
    User.objects.filter(is_sample=True).update(name="Changed")


def test_live_test_changes_are_rolled_back(played):
    assert User.objects.filter(name="Changed").count() == 0


@pytest.mark.django_db
def test_other_tests_do_not_see_played_data():
    assert (Event.objects.count(), User.objects.count()) == (0, 0)
