"""Admin: what the secretariat sees and does, and what is not possible."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from zeal import zeal_ignore

from consultations import workflow
from consultations.integrity import journal as integrity
from consultations.models import (
    CheckIn,
    Consultation,
    County,
    Delegate,
    Event,
    Milestone,
    Ministry,
    OutgoingMail,
    Proposal,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from positions.models import Decision, Disposition, Edition, Reservation
from tests import factories, worlds
from tests.pages import admin_page as page
from tests.pages import confirmed
from tests.paper_factories import (
    make_decision,
    make_disposition,
    make_edition,
    make_paper,
    make_paragraph,
    make_reservation,
    make_section,
)
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db

MODELS = [model for model in admin.site._registry if model._meta.app_label in {"consultations", "positions"}]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_admin_list_opens(model, client, officer):
    assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(model, "changelist"), {"q": "x"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_can_be_deleted(model, client, officer, rf):
    request = rf.get("/")
    request.user = officer
    site = admin.site._registry[model]
    assert site.has_delete_permission(request) is False
    assert "delete_selected" not in site.get_actions(request)


def test_admin_move_uses_verb_and_journal(client, officer):
    body = factories.make_stakeholder(state="registered")
    response = client.post(page(Stakeholder, "move", body.pk, "verify"), {"reason": ""})
    assert response.status_code == 302
    body.refresh_from_db()
    assert body.state == "verified"
    last = Event.objects.about(body).last()
    assert (last.verb, last.before, last.after, last.by) == ("verify", "registered", "verified", officer)


def test_refused_move_shows_all_reasons_and_keeps_input(client, officer):
    body = factories.make_stakeholder(state="registered")
    response = client.post(page(Stakeholder, "move", body.pk, "refuse"), {"reason": "  "})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == ["Enter a reason. It is kept in the journal."]
    body.refresh_from_db()
    assert body.state == "registered"


def test_reason_field_is_shown_only_if_verb_takes_reason(client):
    sign_in(client, factories.make_head())
    consultation = factories.make_consultation(state="closed")
    assert list(client.get(page(Consultation, "move", consultation.pk, "archive")).context["form"].fields) == []
    answer = confirmed(
        client, page(Consultation, "move", consultation.pk, "archive"), {"reason": "Typed all the same."}
    )
    consultation.refresh_from_db()
    assert (answer.status_code, consultation.state) == (302, "archived")


def test_unknown_move_is_404(client, officer):
    body = factories.make_stakeholder(state="registered")
    assert client.post(page(Stakeholder, "move", body.pk, "delete"), {}).status_code == 403


@pytest.mark.parametrize("key", ["abc", "999999999999999999999999"])
def test_move_of_missing_record_is_refused(client, officer, key):
    assert client.post(page(Stakeholder, "move", key, "verify"), {}).status_code == 403


def test_journal_is_valid_after_move_with_reason(client, officer):
    body = factories.make_stakeholder(state="registered")
    client.post(page(Stakeholder, "move", body.pk, "refuse"), {"reason": "Who are you?\r\nWrite to us."})
    assert (Event.objects.about(body).last().reason, integrity.verdict().complaint) == (
        "Who are you?\nWrite to us.",
        "",
    )


def test_unreadable_reason_is_refused_at_field(client, officer):
    body = factories.make_stakeholder(state="registered")
    answer = client.post(page(Stakeholder, "move", body.pk, "refuse"), {"reason": "a\x0bb"})
    assert list(answer.context["form"].errors) == ["reason"]


def test_bulk_moves_report_each_refusal(client, officer):
    ready, done = factories.make_stakeholder(state="registered"), factories.make_stakeholder(state="verified")
    response = client.post(
        page(Stakeholder, "changelist"), {"action": "verify", "_selected_action": [ready.pk, done.pk]}, follow=True
    )
    words = sorted(str(message) for message in response.context["messages"])
    assert words == sorted([f"{done}: You cannot use “Verify” while this is verified.", "Verify: 1 done"])


def test_bulk_move_of_too_many_records_changes_none(client, officer, monkeypatch):
    monkeypatch.setattr("consultations.admin.base.MOST_AT_ONCE", 2)
    waiting = [factories.make_stakeholder(state="registered") for _turn in range(3)]
    sent = {"action": "verify", "select_across": "1", "_selected_action": [waiting[0].pk]}
    address = page(Stakeholder, "changelist") + "?state__exact=registered"
    (message,) = client.post(address, sent, follow=True).context["messages"]
    assert str(message) == "This can be done for up to 2 records at a time. Nothing was changed. Select fewer."
    assert Stakeholder.objects.filter(state="registered").count() == 3
    monkeypatch.setattr("consultations.admin.base.MOST_AT_ONCE", 3)
    client.post(address, sent)
    assert Stakeholder.objects.filter(state="registered").count() == 0


@pytest.mark.parametrize(("language", "moment"), [("en", "4 Mar 2026, 15:05"), ("sw", "4 Machi 2026, 15:05")])
def test_journal_list_shows_time_and_action_in_words(client, officer, time_machine, language, moment):
    time_machine.move_to("2026-03-04T12:05:00Z", tick=False)
    Event.objects.record("return_for_completion", factories.make_stakeholder(), by=officer)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    newest = client.get(page(Event, "changelist")).text.partition("<tbody>")[2].partition("</tr>")[0]
    cells = re.findall(r'class="field-(?:at nowrap|what)">([^<]+)<', newest)
    with override(language):
        assert cells == [moment, gettext("Ask the sender")]


def test_journal_filters_show_labels_not_codes(client, officer):
    Event.objects.record("return_for_completion", factories.make_submission(), by=officer, before="set_aside")
    shown = client.get(page(Event, "changelist"))
    specs = shown.context["cl"].filter_specs
    assert [[choice["display"] for choice in spec.choices(shown.context["cl"])] for spec in specs] == [
        ["All", "Input"],
        ["All", "Ask the sender"],
    ]
    assert re.findall(r'class="field-old_state">([^<]*)<', shown.text)[0] == "Set aside"
    wanted = {"verb": "return_for_completion", "kind": "consultations.submission"}
    narrowed = client.get(page(Event, "changelist"), wanted)
    assert narrowed.context["cl"].result_count == 1


def test_edit_is_journalled_with_old_and_new_value(client, officer):
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


def test_drafts_are_hidden_from_staff(client, officer):
    draft = factories.make_submission(state="draft", title="Zanzibar")
    sent = factories.make_submission(state="submitted", title="Mombasa")
    listed = client.get(page(Submission, "changelist")).context["cl"].result_list
    assert list(listed) == [sent]
    assert client.get(page(Submission, "change", draft.pk)).status_code == 302


@pytest.mark.parametrize("office", ["", "official"])
def test_others_cannot_open_the_admin(client, office):
    sign_in(client, factories.make_user(office))
    assert client.get(reverse("admin:index")).status_code == 302


def test_system_administrator_cannot_decide(client):
    sign_in(client, factories.make_user("sysadmin"))
    body = factories.make_stakeholder(state="registered")
    assert client.get(page(Stakeholder, "changelist")).status_code == 200
    response = client.post(page(Stakeholder, "move", body.pk, "verify"), {})
    assert response.context["form"].non_field_errors() == ["Only the secretariat can do this: Verify."]
    body.refresh_from_db()
    assert body.state == "registered"


def test_front_page_shows_what_waits_for_the_person(client, officer):
    assert "Nothing waits for you now." in client.get(reverse("admin:index")).content.decode()
    factories.make_submission(state="submitted", title="Passes")
    page = client.get(reverse("admin:index"))
    assert [row.words for row in page.context["inbox"]] == ["Read “Passes”"]
    (group,) = client.get(reverse("for_you")).context["groups"]
    assert page.context["inbox"] == group[2]
    assert "Read “Passes”" in page.content.decode()


def test_front_page_counts_what_waits_in_each_list(client, officer):
    factories.make_submission(state="submitted")
    factories.make_submission(state="accepted")
    factories.make_member(factories.make_stakeholder(state="registered"))
    rooms = client.get(reverse("admin:index")).context["app_list"]
    waits = {model["object_name"]: model["waits"] for room in rooms for model in room["models"] if model["waits"]}
    assert {name: each.words for name, each in waits.items()} == {
        "Submission": "1 to read",
        "Stakeholder": "1 to verify",
    }
    for name, each in waits.items():
        page = client.get(reverse(f"admin:consultations_{name.lower()}_changelist") + each.query)
        assert page.context["cl"].result_count == 1


# --- Nothing is deleted ---------------------------------------------------------------------------------------------


def records():
    """One record of each model in the admin."""
    world = worlds.make_world()
    made = {model: worlds.READY[model](world, model._meta.get_field("state").default) for model in worlds.READY}
    made[Submission] = factories.make_submission(world.forum.consultation, state="submitted")
    county = County.objects.create(code="001", name="Mombasa", slug="mombasa")
    paper = make_paper(world.forum.consultation, forum=world.forum)
    paragraph = make_paragraph(make_section(paper, world.theme))
    point = factories.make_point()
    made |= {
        Ministry: Ministry.objects.get(pk=world.body.pk),
        User: world.people.roles["stranger"],
        County: county,
        Theme: world.theme,
        Provision: factories.make_provision(),
        CheckIn: factories.make_check_in(factories.make_delegate(world.forum)),
        Event: Event.objects.record("note", county, by=None),
        OutgoingMail: OutgoingMail.objects.create(to="a@example.org", subject="Hello", body="SECRET-LINK"),
        Edition: make_edition(paper),
        Decision: make_decision(paper),
        Disposition: make_disposition(paper, point, "noted"),
        Reservation: make_reservation(paper, paragraph, world.body, "It costs."),
        Milestone: Milestone.objects.create(
            title="Adoption", kind="event", level="global", planned_start=date(2018, 9, 1)
        ),
    }
    return {model: record for model, record in made.items() if model in MODELS}


def keep(record):
    return type(record)._base_manager.filter(pk=record.pk).exists()


@zeal_ignore()  # the person who asks and the person who is asked about are two
def test_record_deletion_is_denied_to_all_roles():
    made = records()
    for office in ("secretariat", "head", "sysadmin"):
        visitor = sign_in(Client(), factories.make_user(office))
        for model, record in made.items():
            answer = visitor.post(page(model, "delete", record.pk), {"post": "yes"})
            assert (model, answer.status_code, keep(record)) == (model, 403, True)
            visitor.post(
                page(model, "changelist"), {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
            )
            assert keep(record)


def test_each_record_opens_with_its_history(client, officer):
    for model, record in records().items():
        Event.objects.record("note", record, by=officer, reason="<b>Bold</b> & kept")
        answer = client.get(page(model, "change", record.pk))
        assert (model, answer.status_code) == (model, 200)
        content = answer.content.decode()
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; kept" in content
        assert "SECRET-LINK" not in content
        assert "deletelink" not in content


def test_missing_record_is_reported(client, officer):
    for model in MODELS:
        answer = client.get(page(model, "change", 999_999), follow=True)
        assert (answer.status_code, answer.redirect_chain) == (200, [(reverse("admin:index"), 302)])


# --- The technicians ------------------------------------------------------------------------------------------------


def test_system_administrator_has_no_write_access():
    made, visitor = records(), sign_in(Client(), factories.make_user("sysadmin"))
    for model, record in made.items():
        site = admin.site._registry[model]
        before = model._base_manager.filter(pk=record.pk).values().get()
        for verb in site.moves:
            answer = confirmed(
                visitor,
                page(model, "move", record.pk, verb),
                {"reason": "Why not?", "office": "head", "closes_at": "2099-01-01T10:00"},
            )
            refused = answer.status_code in {403, 404} or answer.context["form"].non_field_errors()
            assert (model, verb, bool(refused)) == (model, verb, True)
        assert visitor.get(page(model, "add")).status_code == 403
        if model is not User:
            assert visitor.post(page(model, "change", record.pk), {"name": "Changed"}).status_code in {302, 403}
        assert model._base_manager.filter(pk=record.pk).values().get() == before


def test_system_administrators_cannot_read_texts_in_progress():
    made, visitor = records(), sign_in(Client(), factories.make_user("sysadmin"))
    hidden = {model for model in made if visitor.get(page(model, "changelist")).status_code == 403}
    assert hidden == {model for model in made if model._meta.app_label == "positions"}
    seen = visitor.get(page(Submission, "changelist")).context["cl"].result_list
    assert {(submission.state, submission.audience) for submission in seen} == {("accepted", "public")}


# --- Accounts and offices -------------------------------------------------------------------------------------------


def test_office_is_proposed_by_head_and_confirmed_by_second_person(client):
    head, person = factories.make_head(), factories.make_user()
    sign_in(client, head)
    assert "Appoint to an office" in client.get(page(User, "change", person.pk)).content.decode()
    missing = client.post(page(User, "move", person.pk, "appoint"), {"office": "secretariat", "reason": ""})
    assert missing.context["form"].errors == {"reason": ["Enter a reason. It is kept in the journal."]}
    values = {"office": "secretariat", "reason": "From today."}
    answer = client.post(page(User, "move", person.pk, "appoint"), values, follow=True)
    assert "Nothing changes until a second person confirms it." in answer.content.decode()
    person.refresh_from_db()
    assert (person.office, Proposal.objects.get().record) == ("", person)
    other = factories.make_user("sysadmin")
    workflow.confirm_proposal(Proposal.objects.get(), by=other)
    person.refresh_from_db()
    last = Event.objects.about(person).last()
    assert (person.office, last.verb, last.by, last.reason) == ("secretariat", "appoint", other, "From today.")


def test_system_administrator_appoints_first_head_without_confirmation(client):
    person = factories.make_user()
    sign_in(client, factories.make_user("sysadmin"))
    client.post(page(User, "move", person.pk, "appoint"), {"office": "head", "reason": "The first one."})
    person.refresh_from_db()
    assert (person.office, Proposal.objects.count()) == ("head", 0)


@pytest.mark.parametrize("office", ["secretariat", "sysadmin"])
def test_only_head_appoints(client, office):
    factories.make_head()
    person = factories.make_user()
    sign_in(client, factories.make_user(office))
    answer = client.post(page(User, "move", person.pk, "appoint"), {"office": "head", "reason": "Me."})
    assert answer.context["form"].non_field_errors() == [
        "Only the head of the secretariat can do this: Appoint to an office."
    ]
    person.refresh_from_db()
    assert person.office == ""


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("secretariat", {""}),
        ("sysadmin", {"", "official", "secretariat", "sysadmin"}),
        ("head", {"", "official", "secretariat", "sysadmin", "head"}),
    ],
)
def test_role_holders_are_protected_in_admin(client, who, expected):
    people = {office: factories.make_user(office) for office in ("", "official", "secretariat", "sysadmin", "head")}
    sign_in(client, factories.make_user(who))
    for office, person in people.items():
        data = {"name": person.name, "phone": "", "language": "en"}  # without is_active, which no form asks
        answer = client.post(page(User, "change", person.pk), data)
        assert (office, answer.status_code) == (office, 302 if office in expected else 403)
        person.refresh_from_db()
        assert person.is_active


def test_admin_cannot_change_addresses(client):
    sign_in(client, factories.make_head())
    person = factories.make_user(email="own@example.org")
    data = {
        "name": person.name,
        "email": "taken-over@example.org",
        "language": "en",
        "is_active": "on",
        "office": "head",
    }
    assert client.post(page(User, "change", person.pk), data).status_code == 302
    person.refresh_from_db()
    assert (person.email, person.office) == ("own@example.org", "")


@zeal_ignore()
def test_delegates_are_checked_in_at_the_desk_once_per_day(client, officer):
    came, waits = (
        factories.make_delegate(forum := factories.make_forum()),
        factories.make_delegate(forum, state="nominated"),
    )
    chosen = {"action": "check_in", "_selected_action": [came.pk, waits.pk]}
    for _twice in range(2):
        response = client.post(page(Delegate, "changelist"), chosen, follow=True)
    assert sorted(str(message) for message in response.context["messages"])[-2:] == sorted(
        ["Check in now: 1 done", f"{waits}: {waits} is nominated, not confirmed."]
    )
    assert [(check.delegate, check.by, check.channel) for check in CheckIn.objects.all()] == [(came, officer, "manual")]
