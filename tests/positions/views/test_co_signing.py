"""Co-signing on an input's page: who sees which button, and the result."""

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Endorsement
from tests.factories import make_member, make_stakeholder, make_submission, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    return make_submission()


@pytest.fixture
def body():
    return make_stakeholder("Herders' Union", group="workers")


def page(client, sent) -> str:
    return words(client.get(reverse("input", args=[sent.reference])))


def sign(client, sent, body):
    return client.post(reverse("endorse", args=[sent.reference]), {"organisation": body.pk})


def test_organisation_co_signs_and_withdraws(client, sent, body):
    sign_in(client, make_member(body))
    assert "Co-sign it for Herders' Union" in page(client, sent).replace("&#x27;", "'")
    assert sign(client, sent, body).status_code == 302
    shown = page(client, sent).replace("&#x27;", "'")
    assert "Herders' Union co-signs this input now." in shown
    assert "1 organisation: Workers 1 Herders' Union" in shown
    assert "Co-sign it for" not in shown
    made = Endorsement.objects.get()
    assert client.post(reverse("endorse_withdraw", args=[sent.reference, made.pk])).status_code == 302
    shown = page(client, sent)
    assert "No organisation co-signs it yet." in shown
    assert "Co-sign it for" in shown


def test_visitors_see_co_signatories_without_button(client, sent, body):
    for each in (body, make_stakeholder(group="workers"), make_stakeholder(group="academia")):
        workflow.endorse(sent, each, by=make_member(each))
    shown = page(client, sent)
    assert "3 organisations: Academia 1, Workers 2" in shown or "3 organisations: Workers 2, Academia 1" in shown
    assert "Co-sign it for" not in shown
    assert "Withdraw the co-signature" not in shown


def test_co_signing_own_input_is_not_offered(client, sent):
    sign_in(client, sent.author)
    assert "Co-sign" not in page(client, sent)
    answer = sign(client, sent, sent.stakeholder)
    assert answer.status_code == 409
    assert "It is your own input" in words(answer)


def test_nobody_co_signs_or_withdraws_for_others(client, sent, body):
    made = workflow.endorse(sent, body, by=make_member(body))
    sign_in(client, make_user())
    assert sign(client, sent, body).status_code == 422
    assert client.post(reverse("endorse_withdraw", args=[sent.reference, made.pk])).status_code == 404
    hidden = make_submission(audience="secretariat")
    assert sign(client, hidden, body).status_code == 404
    assert Endorsement.objects.get().withdrawn_at is None
