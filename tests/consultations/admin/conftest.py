"""A signed-in officer of the secretariat."""

import pytest

from tests import factories
from tests.sign_in import sign_in


@pytest.fixture
def officer(client):
    user = factories.make_secretariat()
    sign_in(client, user)
    return user
