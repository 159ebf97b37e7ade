"""Bulk actions on inputs: the preview predicts the result."""

import uuid
from datetime import timedelta

import pytest

from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import now, replayed_at
from tests.factories import make_consultation, make_secretariat, make_submission
from tests.office_factories import make_double
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/inputs/together/"


@pytest.fixture
def officer(client):
    officer = make_secretariat(name="Wanjirũ")
    sign_in(client, officer)
    return officer


def states(*inputs):
    for each in inputs:
        each.refresh_from_db()
    return [each.state for each in inputs]


@pytest.fixture
def inputs(officer):
    """Two waiting inputs, a decided one, and one of an organisation that the officer acts for."""
    consultation = make_consultation()
    own = make_submission(consultation, state="submitted")
    make_double(own.stakeholder, officer)
    waiting = [make_submission(consultation, state="submitted") for _turn in range(2)]
    with replayed_at(now() - timedelta(days=1)):  # when that membership was in force
        yield [*waiting, make_submission(consultation), own]


def post(client, inputs, do, **more):
    return client.post(PAGE, {"do": do, "inputs": [str(each.key) for each in inputs], **more})


def test_preview_lists_refusals_and_changes_nothing(client, inputs):
    page = post(client, inputs, "accept")
    assert page.status_code == 200
    assert {each.pk: reasons for each, reasons in page.context["inputs"]} == {
        inputs[0].pk: [],
        inputs[1].pk: [],
        inputs[2].pk: ["You cannot use “Put on file” while this is on file."],
        inputs[3].pk: ["Only the secretariat (not for an organisation they act for) can do this: Put on file."],
    }
    assert "Put on file: 2 inputs" in words(page)
    assert states(*inputs) == ["submitted", "submitted", "accepted", "submitted"]
    assert (Event.objects.exists(), OutgoingMail.objects.exists()) == (False, False)


def test_confirmed_action_is_applied_to_each_input_separately(client, inputs):
    page = client.get(post(client, inputs, "accept", confirm="yes")["Location"])
    assert states(*inputs) == ["accepted", "accepted", "accepted", "submitted"]
    said = [str(message) for message in page.context["messages"]]
    assert said[0] == "2 inputs are on file."
    assert sorted(said[1:]) == sorted(
        [
            f"{inputs[2].reference}: You cannot use “Put on file” while this is on file.",
            f"{inputs[3].reference}: Only the secretariat (not for an organisation they act for) can do this: Put on file.",
        ]
    )
    assert OutgoingMail.objects.count() == 2


def test_setting_aside_requires_reason_and_keeps_input(client, inputs):
    page = post(client, inputs[:2], "set_aside", confirm="yes", reason="Sent twice.")
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["set_aside_for"]
    assert "Sent twice." in page.content.decode()
    post(client, inputs[:2], "set_aside", confirm="yes", reason="Sent twice.", set_aside_for="duplicate")
    assert states(*inputs[:2]) == ["set_aside", "set_aside"]
    assert [(each.set_aside_for, each.state_reason) for each in inputs[:2]] == [("duplicate", "Sent twice.")] * 2


def test_all_selected_inputs_are_assigned_to_one_person(client, inputs, officer):
    assert "Wanjirũ" in words(post(client, inputs, "assign"))
    post(client, inputs, "assign", confirm="yes", to=officer.pk)
    states(*inputs)
    assert [each.assigned_to for each in inputs] == [officer] * 4


@pytest.mark.parametrize("keys", [[], ["no key"], [str(uuid.UUID(int=1))]])
def test_empty_selection_is_reported(client, officer, keys):
    page = client.get(client.post(PAGE, {"do": "accept", "inputs": keys})["Location"])
    assert [str(message) for message in page.context["messages"]] == ["Choose at least one input."]


def test_drafts_are_ignored_and_unknown_action_is_404(client, officer):
    draft = make_submission(state="draft")
    page = client.get(post(client, [draft], "accept", confirm="yes")["Location"])
    assert [str(message) for message in page.context["messages"]] == ["Choose at least one input."]
    assert post(client, [draft], "delete").status_code == 404
