"""Officer who imports spreadsheets, and a consultation."""

import pytest
from django.test import Client

from tests.factories import make_consultation, make_provision, make_secretariat, make_stakeholder, make_theme
from tests.sign_in import sign_in


@pytest.fixture
def officer(db):
    return make_secretariat(name="The importer")


@pytest.fixture
def client(officer):
    return sign_in(Client(), officer)


@pytest.fixture
def network(db):
    return make_stakeholder("Coast Network")


@pytest.fixture
def consultation(network):
    make_provision("GCM-02", theme=make_theme("T1"))
    make_provision("GCM-05", theme=make_theme("T1"))
    return make_consultation(slug="round-1")
