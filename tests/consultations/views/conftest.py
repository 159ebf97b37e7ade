"""Open consultation, organisation, and a signed-in author."""

import pytest

from tests.factories import make_consultation, make_member, make_stakeholder
from tests.sign_in import sign_in


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


@pytest.fixture
def organisation():
    return make_stakeholder("Herders (sample)")


@pytest.fixture
def author(client, organisation):
    author = make_member(organisation)
    sign_in(client, author)
    return author
