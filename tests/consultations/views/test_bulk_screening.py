"""Bulk actions on inputs: the preview predicts the result, and the person who decided can undo it for ten minutes."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Event, OutgoingMail
from consultations.views import bulk_screening
from ncm_portal.workflow import now, replayed_at
from tests.crowd import join_many, wait_many
from tests.factories import make_consultation, make_secretariat, make_submission
from tests.office_factories import make_double
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PAGE = "/desk/inputs/together/"
NOT_FOR_OWN = "Only the secretariat (not for an organisation they act for) can do this: Put on file."


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
    keys = [str(each.key) for each in inputs]
    slug = inputs[0].consultation.slug if inputs else make_consultation().slug
    return client.post(PAGE, {"do": do, "consultation": slug, "inputs": keys, "list": "saved=all", **more})


def said(client, answer):
    return [str(message) for message in client.get(answer["Location"]).context["messages"]]


def undo(client, consultation):
    return client.post(reverse("desk_bulk_undo", args=[consultation.slug]), {"list": "saved=all"})


def test_preview_lists_refusals_and_changes_nothing(client, inputs):
    page = post(client, inputs, "accept")
    assert page.status_code == 200
    assert page.context["inputs"] == inputs[:2]
    assert {each.pk: reasons for each, reasons in page.context["refused"]} == {
        inputs[2].pk: ["You cannot use “Put on file” while this is on file."],
        inputs[3].pk: [NOT_FOR_OWN],
    }
    assert "Put on file: 2 inputs" in words(page)
    assert states(*inputs) == ["submitted", "submitted", "accepted", "submitted"]
    assert (Event.objects.exists(), OutgoingMail.objects.exists()) == (False, False)


def test_confirmed_action_is_applied_and_refusals_are_named(client, inputs):
    answer = post(client, inputs, "accept", confirm="yes")
    assert answer["Location"] == reverse("desk_inputs", args=[inputs[0].consultation.slug], query={"saved": "all"})
    assert states(*inputs) == ["accepted", "accepted", "accepted", "submitted"]
    messages = said(client, answer)
    assert messages[0] == "2 inputs are on file."
    assert sorted(messages[1:]) == sorted(
        [
            f"{inputs[2].reference}: You cannot use “Put on file” while this is on file.",
            f"{inputs[3].reference}: {NOT_FOR_OWN}",
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


def test_all_inputs_of_the_list_are_selected_up_to_the_limit(client, officer, monkeypatch):
    consultation = make_consultation()
    made = [make_submission(consultation, state="submitted") for _turn in range(3)]
    make_submission(make_consultation(), state="submitted")
    make_submission(consultation)
    asked = {"do": "accept", "consultation": consultation.slug, "list": "saved=to-read", "all": "1"}
    assert client.post(PAGE, asked).context["inputs"] == made
    monkeypatch.setattr(bulk_screening, "MOST", 2)
    page = client.post(PAGE, asked)
    assert page.context["inputs"] == made[:2]
    assert "These are the first 2; do the others after them." in words(page)


def test_bulk_decision_is_undone_as_one(client, officer):
    consultation = make_consultation()
    made = [make_submission(consultation, state="submitted") for _turn in range(3)]
    answer = post(client, made, "accept", confirm="yes")
    assert "Undo all 3" in words(client.get(answer["Location"]))
    colleague = make_secretariat()
    workflow.reopen(made[1], by=colleague, reason="It is not readable.")
    assert said(client, undo(client, consultation)) == [
        "2 inputs wait at the desk again.",
        f"{made[1].reference}: It moved meanwhile.",
    ]
    assert states(*made) == ["submitted"] * 3
    entries = Event.objects.about(made[0]).order_by("number")
    assert [entry.verb for entry in entries] == ["accept", "undo_at_once"]
    assert entries[0].data["act"] == entries[1].data["act"]
    mails = OutgoingMail.objects.order_by("submission")
    assert [(mail.state, mail.body == "") for mail in mails] == [
        ("cancelled", True),
        ("waiting", False),
        ("cancelled", True),
    ]
    assert "Undo all" not in words(client.get(answer["Location"]))


def test_bulk_decision_cannot_be_undone_together_after_ten_minutes(client, officer):
    consultation = make_consultation()
    made = make_submission(consultation, state="submitted")
    with replayed_at(now() - timedelta(minutes=10)):
        answer = post(client, [made], "accept", confirm="yes")
    assert "Undo all" not in words(client.get(answer["Location"]))
    assert said(client, undo(client, consultation)) == ["Ten minutes have passed: change each input by itself."]
    assert states(made) == ["accepted"]


@pytest.mark.parametrize("keys", [[], ["no key"], [str(uuid.UUID(int=1))]])
def test_empty_selection_is_reported(client, officer, keys):
    answer = client.post(PAGE, {"do": "accept", "inputs": keys, "consultation": make_consultation().slug})
    assert said(client, answer) == ["Choose at least one input."]


def test_foreign_inputs_drafts_and_unknown_actions_are_not_taken(client, officer):
    draft, elsewhere = make_submission(state="draft"), make_submission(make_consultation(), state="submitted")
    assert said(client, post(client, [draft, elsewhere], "accept", confirm="yes")) == ["Choose at least one input."]
    assert states(elsewhere) == ["submitted"]
    assert post(client, [draft], "delete").status_code == 404
    assert client.post(PAGE, {"do": "accept", "consultation": "no-such"}).status_code == 404


def test_assignment_of_many_is_undone_as_one(client, officer):
    consultation, colleague = make_consultation(), make_secretariat()
    made = [make_submission(consultation, state="submitted") for _turn in range(3)]
    workflow.assign(made[0], to=colleague, by=officer)
    answer = post(client, made, "assign", confirm="yes", to=officer.pk)
    page = words(client.get(answer["Location"]))
    assert "Assigned together. You can undo it for ten minutes." in page
    assert "Undo all 3" in page
    workflow.assign(made[2], to=colleague, by=colleague)
    assert said(client, undo(client, consultation)) == [
        "2 inputs are assigned as before.",
        f"{made[2].reference}: It moved meanwhile.",
    ]
    states(*made)
    assert [each.assigned_to for each in made] == [colleague, None, colleague]
    assert "Undo all" not in words(client.get(answer["Location"]))


def test_500_are_put_on_file_and_undone_by_one_countermove(client, officer):
    consultation = make_consultation()
    waiting = wait_many(consultation, join_many(20), bulk_screening.MOST)
    beside = make_submission(consultation, state="submitted")
    answer = post(client, waiting, "accept", confirm="yes")
    assert said(client, answer) == ["500 inputs are on file."]
    here = consultation.submissions.order_by()
    assert set(here.values_list("state", "decided_by")) == {("accepted", officer.pk), ("submitted", None)}
    assert list(here.filter(state="submitted")) == [beside]
    assert OutgoingMail.objects.filter(state="waiting").count() == 500
    assert said(client, undo(client, consultation)) == ["500 inputs wait at the desk again."]
    assert set(here.values_list("state", "decided_by", "decided_at")) == {("submitted", None, None)}
    assert set(OutgoingMail.objects.values_list("state", "body")) == {("cancelled", "")}
    entries = Event.objects.filter(verb__in=["accept", "undo_at_once"])
    acts = Counter((entry.verb, entry.by_id, entry.data["act"], entry.data["inputs"]) for entry in entries)
    moment = entries[0].data["act"]
    assert acts == {(verb, officer.pk, moment, 500): 500 for verb in ("accept", "undo_at_once")}
