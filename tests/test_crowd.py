"""Inputs made in bulk: they are in the counters, in the search and in the journal, as inputs that people sent are."""

import pytest

from consultations.integrity import journal, tallies
from consultations.models import Event, Point, SearchEntry, Submission
from tests import crowd, factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(monkeypatch):
    monkeypatch.setattr(crowd, "CHUNK", 70)
    factories.make_provision("GCM-01")
    consultation = factories.make_consultation(themes=["T1", "T2"])
    crowd.fill(consultation, crowd.join_many(3), 100, text=lambda turn: f"We ask for wells, number{turn}.")
    crowd.fill(consultation, crowd.join_many(3), 200)
    return consultation


def test_inputs_made_in_bulk_are_counted_found_and_in_the_journal(filled):
    assert Submission.objects.count() == Event.objects.filter(verb="submit").count() == 200
    assert set(Submission.objects.values_list("state", flat=True)) == {"accepted", *crowd.NOT_ON_FILE.values()}
    points = Point.objects.standing().count()
    assert 1.8 < points / 200 < 2
    assert SearchEntry.objects.count() == 200 + points
    assert SearchEntry.objects.filter(words="number99").get().submission.body == "We ask for wells, number99."
    assert sum(filled.tallies.values_list("inputs", flat=True)) == Submission.objects.sent().count() == 198
    assert list(tallies.check()) == list(journal.chain()) == []
