"""The admin: what the secretariat sees and does there, and what nobody can do there."""

import pytest
from django.contrib import admin
from django.urls import reverse

from consultations.models import Event, Stakeholder, Submission
from tests import factories
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label in {"consultations", "positions"}]


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.fixture
def officer(client):
    user = factories.make_secretariat()
    sign_in(client, user)
    return user


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_list_opens(model, client, officer):
    assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(model, "changelist"), {"q": "x"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_can_be_deleted(model, client, officer, rf):
    request = rf.get("/")
    request.user = officer
    site = admin.site._registry[model]
    assert site.has_delete_permission(request) is False
    assert "delete_selected" not in site.get_actions(request)


def test_a_move_is_made_by_its_verb_and_kept_in_the_journal(client, officer):
    body = factories.make_stakeholder(state="registered")
    response = client.post(page(Stakeholder, "move", body.pk, "verify"), {"reason": ""})
    assert response.status_code == 302
    body.refresh_from_db()
    assert body.state == "verified"
    last = Event.objects.about(body).last()
    assert (last.verb, last.before, last.after, last.by) == ("verify", "registered", "verified", officer)


def test_a_refused_move_shows_every_reason_and_keeps_what_was_typed(client, officer):
    body = factories.make_stakeholder(state="registered")
    response = client.post(page(Stakeholder, "move", body.pk, "refuse"), {"reason": "  "})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == ["Give a reason: it is kept in the journal."]
    body.refresh_from_db()
    assert body.state == "registered"


def test_a_move_that_is_not_in_the_table_does_not_exist(client, officer):
    body = factories.make_stakeholder(state="registered")
    assert client.post(page(Stakeholder, "move", body.pk, "delete"), {}).status_code == 403


def test_bulk_moves_report_each_refusal(client, officer):
    ready, done = factories.make_stakeholder(state="registered"), factories.make_stakeholder(state="verified")
    response = client.post(
        page(Stakeholder, "changelist"), {"action": "verify", "_selected_action": [ready.pk, done.pk]}, follow=True
    )
    words = sorted(str(message) for message in response.context["messages"])
    assert words == sorted([f"{done}: “Verify” is not open while this is verified.", "Verify: 1 done"])


def test_an_edit_is_kept_in_the_journal_with_both_values(client, officer):
    body = factories.make_stakeholder(name="Old name")
    form = client.get(page(Stakeholder, "change", body.pk)).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields} | {"name": "New name"}
    for prefix in ("names", "memberships"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    response = client.post(page(Stakeholder, "change", body.pk), data)
    assert response.status_code == 302
    last = Event.objects.about(body).last()
    assert last.data == {"changed": {"name": ["Old name", "New name"]}}


def test_state_cannot_be_typed(client, officer):
    body = factories.make_stakeholder(state="registered")
    form = client.get(page(Stakeholder, "change", body.pk)).context["adminform"].form
    assert "state" not in form.fields


def test_drafts_are_their_authors(client, officer):
    draft = factories.make_submission(state="draft", title="Zanzibar")
    sent = factories.make_submission(state="submitted", title="Mombasa")
    listed = client.get(page(Submission, "changelist")).context["cl"].result_list
    assert list(listed) == [sent]
    assert client.get(page(Submission, "change", draft.pk)).status_code == 302


@pytest.mark.parametrize("office", ["", "official"])
def test_others_do_not_get_in(client, office):
    sign_in(client, factories.make_user(office))
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_system_administrator_reads_and_decides_nothing(client):
    sign_in(client, factories.make_user("sysadmin"))
    body = factories.make_stakeholder(state="registered")
    assert client.get(page(Stakeholder, "changelist")).status_code == 200
    response = client.post(page(Stakeholder, "move", body.pk, "verify"), {})
    assert response.context["form"].non_field_errors() == ["Only the secretariat may do this: Verify."]
    body.refresh_from_db()
    assert body.state == "registered"


def test_the_front_page_says_what_waits(client, officer):
    factories.make_submission(state="submitted")
    waiting = client.get(reverse("admin:index")).context["waiting"]
    assert [item.text for item in waiting] == ["1 input to screen"]
