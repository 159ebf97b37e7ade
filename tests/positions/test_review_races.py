"""Two users act on one amendment at the same time: one outcome, and the loser is told why."""

import pytest

from tests.positions.review_races import RACES, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", RACES)
def test_amendment_race_has_one_outcome(name):
    assert sum(run(name, 8).values()) == 8
