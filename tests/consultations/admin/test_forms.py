"""Admin forms: inline rows, conflicts, lookups and long lists."""

from datetime import UTC, date, datetime

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from consultations.admin.base import HELP_FOR_ALL
from consultations.models import (
    Consultation,
    Delegate,
    Event,
    Forum,
    ForumSession,
    Milestone,
    Ministry,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from tests import factories
from tests.pages import admin_page as page
from tests.pages import confirmed
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


def filled(client, model, record, **changed):
    """Return what the browser would send from the change page, with some fields changed."""
    context = client.get(page(model, "change", record.pk)).context
    data = {}
    for form in [
        context["adminform"].form,
        *[form for each in context["inline_admin_formsets"] for form in each.formset],
    ]:
        data |= {form.add_prefix(name): form[name].value() for name in form.fields}
    for each in context["inline_admin_formsets"]:
        data |= {
            each.formset.management_form.add_prefix(name): value
            for name, value in each.formset.management_form.initial.items()
        }
    sent = {name: "" if value is None or value is False else value for name, value in (data | changed).items()}
    return client.post(page(model, "change", record.pk), sent)


def errors_of(answer):
    context = answer.context
    forms = [context["adminform"].form, *[form for each in context["inline_admin_formsets"] for form in each.formset]]
    found = [error for form in forms for errors in form.errors.values() for error in errors]
    return found + [error for each in context["inline_admin_formsets"] for error in each.formset.non_form_errors()]


def test_a_forum_is_edited_with_its_sessions(client, officer):
    forum = factories.make_forum(state="draft")
    first = factories.make_session(forum, order=1, title="Opening")
    new = {
        "sessions-TOTAL_FORMS": 2, "sessions-1-title": "Closing", "sessions-1-kind": "plenary",
        "sessions-1-starts_at": "2017-10-17T16:00", "sessions-1-ends_at": "2017-10-17T17:00", "sessions-1-room": "Hall",
    }  # fmt: skip
    far = {"sessions-1-starts_at": "0001-01-01T00:00", "sessions-1-ends_at": "9999-12-31T23:59"}
    year = "Enter a year from 2000 to 2100."
    days = {"starts_on": "1999-12-31", "ends_on": "2101-01-01"}
    assert errors_of(filled(client, Forum, forum, **days, **new | far)) == [year] * 4
    long = filled(client, Forum, forum, starts_on="2017-10-17", ends_on="2017-11-17")
    assert errors_of(long) == ["A forum can last up to 31 days."]
    assert filled(client, Forum, forum, place="Mombasa", **new).status_code == 302
    forum.refresh_from_db()
    assert forum.place == "Mombasa"
    assert [session.title for session in forum.sessions.order_by("order")] == ["Opening", "Closing"]
    closing = forum.sessions.get(order=2)
    assert closing.starts_at == datetime(2017, 10, 17, 13, 0, tzinfo=UTC)
    assert closing.state == "planned"
    assert [event.verb for event in Event.objects.about(forum).order_by("pk")] == ["change_forum", "add_session"]
    first.refresh_from_db()
    assert first.title == "Opening"


def test_what_was_announced_about_a_forum_changes_on_a_page_of_its_own(client, officer):
    forum = factories.make_forum()
    page_of = client.get(page(Forum, "change", forum.pk))
    assert reverse("forum_facts", args=[forum.slug]) in page_of.text
    assert not {"title", "starts_on", "place", "slug"} & page_of.context["adminform"].form.fields.keys()
    filled(client, Forum, forum, place="Mombasa", concept="For everybody")
    forum.refresh_from_db()
    assert (forum.place, forum.concept) == ("Nairobi", "For everybody")


def test_conflicting_rows_are_reported_as_form_errors(client, officer):
    forum = factories.make_forum()
    factories.make_session(forum, order=1)
    twin = {
        "sessions-TOTAL_FORMS": 2, "sessions-1-title": "Twin", "sessions-1-kind": "plenary",
        "sessions-1-starts_at": "2017-10-17T16:00", "sessions-1-ends_at": "2017-10-17T15:00",
    }  # fmt: skip
    answer = filled(client, Forum, forum, **twin)
    assert answer.status_code == 200
    assert "The session must end after it starts." in errors_of(answer)


def test_second_primary_focal_point_is_refused_at_row(client, officer):
    body = factories.make_stakeholder()
    people = [factories.make_user(), factories.make_user()]
    rows = {"memberships-TOTAL_FORMS": 2}
    for turn, person in enumerate(people):
        rows |= {
            f"memberships-{turn}-user": person.pk, f"memberships-{turn}-role": "focal_point",
            f"memberships-{turn}-is_primary": "on", f"memberships-{turn}-valid_from": "2017-01-01",
        }  # fmt: skip
    with zeal_ignore():  # a form looks up the person of each of its rows
        answer = filled(client, Stakeholder, body, **rows)
    assert answer.status_code == 200
    assert errors_of(answer) == ["This organisation already has a primary focal point."]
    assert not body.memberships.exists()


@zeal_ignore()
def test_duplicate_role_is_refused(client, officer):
    body, person = factories.make_stakeholder(), factories.make_user()
    rows = {"memberships-TOTAL_FORMS": 2}
    for turn in range(2):
        rows |= {
            f"memberships-{turn}-user": person.pk, f"memberships-{turn}-role": "alternate",
            f"memberships-{turn}-valid_from": f"2017-01-0{turn + 1}",
        }  # fmt: skip
    answer = filled(client, Stakeholder, body, **rows)
    assert errors_of(answer) == ["This person is listed twice in the same role."]


def test_two_lead_ministries_of_a_theme_are_refused(client, officer):
    theme = factories.make_theme()
    factories.make_mandate(factories.make_ministry(), theme, is_lead=True)
    other = Ministry.objects.get(pk=factories.make_ministry().pk)
    row = {
        "mandates-TOTAL_FORMS": 1,
        "mandates-0-theme": theme.pk,
        "mandates-0-is_lead": "on",
        "mandates-0-is_confirmed": "on",
        "mandates-0-evidence": "N",
    }
    answer = filled(client, Ministry, other, **row)
    assert answer.status_code == 200
    assert errors_of(answer) == ["This theme already has a confirmed lead ministry."]


def suggested(**fields):
    """Return a mandate as suggested by the reference data, and its ministry."""
    ministry = Ministry.objects.get(pk=factories.make_ministry().pk)
    fields = {"is_confirmed": False, "basis": "EO 1/2016", "evidence": "I", **fields}
    return ministry, factories.make_mandate(ministry, factories.make_theme(), **fields)


def about(record):
    return [(event.verb, event.data) for event in Event.objects.about(record)]


def test_ticked_mandate_is_confirmed_by_verb(client, officer):
    ministry, mandate = suggested()
    assert filled(client, Ministry, ministry, **{"mandates-0-is_confirmed": "on"}).status_code == 302
    mandate.refresh_from_db()
    assert (mandate.is_confirmed, mandate.is_lead, mandate.evidence) == (True, False, "N")
    assert about(ministry) == [("confirm_mandate", {"theme": "T1", "lead": False, "basis": "EO 1/2016"})]


def test_ministry_and_its_organisation_share_one_history(client, officer):
    ministry, _mandate = suggested()
    filled(client, Ministry, ministry, name="Ministry of Roads")
    organisation = Stakeholder.objects.get(pk=ministry.pk)
    history = [("edit", {"changed": {"name": [ministry.name, "Ministry of Roads"]}})]
    assert (about(organisation), about(ministry)) == (history, history)


def test_other_changes_of_confirmed_mandate_are_journalled_as_edit(client, officer):
    ministry, mandate = suggested()
    typed = {"mandates-0-is_confirmed": "on", "mandates-0-is_lead": "on", "mandates-0-basis": "EO 2/2018"}
    assert filled(client, Ministry, ministry, **typed).status_code == 302
    mandate.refresh_from_db()
    assert (mandate.is_confirmed, mandate.is_lead, mandate.basis) == (True, True, "EO 2/2018")
    changed = {"is_lead": [False, True], "basis": ["EO 1/2016", "EO 2/2018"]}
    assert about(ministry) == [
        ("edit", {"mandate": [[str(mandate), changed]]}),
        ("confirm_mandate", {"theme": "T1", "lead": True, "basis": "EO 2/2018"}),
    ]


def test_a_new_mandate_is_entered_and_confirmed(client, officer):
    ministry, theme = Ministry.objects.get(pk=factories.make_ministry().pk), factories.make_theme()
    row = {"TOTAL_FORMS": 1, "0-theme": theme.pk, "0-is_confirmed": "on", "0-evidence": "N"}
    assert filled(client, Ministry, ministry, **{f"mandates-{name}": value for name, value in row.items()}).status_code
    assert [verb for verb, _data in about(ministry)] == ["edit", "confirm_mandate"]
    assert ministry.mandates.get().is_confirmed


def test_withdrawn_mandate_is_journalled_with_both_values(client, officer):
    ministry, mandate = suggested(is_confirmed=True)
    filled(client, Ministry, ministry, **{"mandates-0-is_confirmed": ""})
    assert about(ministry) == [("edit", {"mandate": [[str(mandate), {"is_confirmed": [True, False]}]]})]


def test_edited_reference_row_belongs_to_secretariat(client, officer):
    ministry, mandate = suggested()
    filled(client, Ministry, ministry, **{"mandates-0-basis": "EO 2/2018"})
    mandate.refresh_from_db()
    assert (mandate.basis, mandate.evidence, mandate.is_confirmed) == ("EO 2/2018", "N", False)


@zeal_ignore()  # a form looks up what was chosen
def test_journal_names_previous_choice(client, officer):
    one, two = (factories.make_stakeholder(name) for name in ("Old parent", "New parent"))
    part = factories.make_stakeholder(parent=one)
    filled(client, Stakeholder, part, parent=two.pk)
    assert about(part) == [("edit", {"changed": {"parent": ["Old parent", "New parent"]}})]


def test_deadline_field_is_removed_once_consultation_is_open(client, officer):
    draft, opened = factories.make_consultation(state="draft"), factories.make_consultation(state="open")
    for consultation, typed in ((draft, True), (opened, False)):
        form = client.get(page(Consultation, "change", consultation.pk)).context["adminform"].form
        assert ("closes_at" in form.fields) is typed


def test_the_head_extends_a_deadline_with_a_reason(client):
    sign_in(client, factories.make_head())
    consultation = factories.make_consultation()
    data = {"closes_at": "2099-01-31T17:00", "reason": "Elections."}
    assert confirmed(client, page(Consultation, "move", consultation.pk, "extend"), data).status_code == 302
    consultation.refresh_from_db()
    assert consultation.closes_at == datetime(2099, 1, 31, 14, 0, tzinfo=UTC)
    earlier = confirmed(
        client, page(Consultation, "move", consultation.pk, "extend"), data | {"closes_at": "2098-01-31T17:00"}
    )
    assert earlier.context["form"].non_field_errors() == [
        "The new deadline must be in the future and later than the old one."
    ]
    assert "Elections." in earlier.content.decode()


def test_delegate_added_in_admin_is_nominated_by_verb(client, officer):
    forum, body = factories.make_forum(), factories.make_stakeholder(group="workers")
    data = {"forum": forum.pk, "stakeholder": body.pk, "name": "Wanjirũ", "role": "delegate"}
    assert client.post(page(Delegate, "add"), data).status_code == 302
    made = Delegate.objects.get()
    assert (made.name, made.group, made.state) == ("Wanjirũ", "workers", "nominated")
    assert Event.objects.about(made).get().verb == "nominate"


def test_edited_reference_fact_belongs_to_secretariat(client, officer):
    theme = factories.make_theme(evidence="R")
    assert filled(client, Theme, theme, title="Another title").status_code == 302
    theme.refresh_from_db()
    assert (theme.title, theme.evidence) == ("Another title", "N")


def test_milestone_date_is_entered_on_own_page(client, officer):
    planned = {"kind": "event", "level": "global", "planned_start": date(2018, 9, 1)}
    milestone = Milestone.objects.create(title="Adoption of the Compact", **planned)
    sent = filled(client, Milestone, milestone, state="held", actual_start="2018-12-10")
    milestone.refresh_from_db()
    assert (sent.status_code, milestone.state, milestone.actual_start) == (302, "held", date(2018, 12, 10))
    entry = Event.objects.about(milestone).get()
    assert (entry.verb, entry.before, entry.after) == ("date_milestone", "planned", "held")


@pytest.mark.parametrize("odd", ["a\x00b", "a\x0bb", "a\ufffeb", "x" * 300])
def test_invalid_text_is_refused_at_its_field(client, officer, odd):
    body = factories.make_stakeholder()
    answer = filled(client, Stakeholder, body, name=odd)
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == ["name"]


# --- Looking things up ----------------------------------------------------------------------------------------------


def test_lookups_are_for_staff_only(client):
    factories.make_stakeholder("Coast Network")
    address = reverse("admin:autocomplete")
    query = {"app_label": "consultations", "model_name": "stakeholder", "field_name": "parent", "term": "coast"}
    assert client.get(address, query).status_code == 302
    for office, status in (("", 302), ("official", 302), ("secretariat", 200), ("sysadmin", 200)):
        assert sign_in(Client(), factories.make_user(office)).get(address, query).status_code == status
    sign_in(client, factories.make_secretariat())
    assert [row["text"] for row in client.get(address, query).json()["results"]] == ["Coast Network"]


def test_list_query_count_does_not_depend_on_rows(client, officer, django_assert_max_num_queries):
    crowd = factories.make_forum()
    for _turn in range(20):
        body = factories.make_stakeholder()
        factories.make_submission(crowd.consultation, body, author=officer)
        factories.make_delegate(crowd, body)
    for model, limit in ((Stakeholder, 13), (Submission, 16), (Delegate, 15), (Forum, 14), (Event, 12)):
        with django_assert_max_num_queries(limit):
            assert client.get(page(model, "changelist")).status_code == 200


# --- Help beside the fields -------------------------------------------------------------------------------------------

MAIN_RECORDS = (Consultation, Milestone, Forum, ForumSession, Delegate, Stakeholder, Ministry, User)


def without_help(form):
    return [name for name, field in form.base_fields.items() if not (field.help_text or field.widget.is_hidden)]


@pytest.mark.parametrize("model", MAIN_RECORDS, ids=lambda model: model.__name__)
def test_every_field_of_a_main_record_has_help_beside_it(model, officer, rf):
    request, site = rf.get("/"), admin.site.get_model_admin(model)
    request.user = officer
    assert without_help(site.get_form(request)) == []
    for inline in site.get_inline_instances(request):
        shown = inline.get_formset(request).form.base_fields
        assert {name for name in inline.fields if name in shown} - {*HELP_FOR_ALL, *inline.help} == set(), inline


def test_help_for_the_columns_of_sessions_is_on_the_page_of_a_forum(client, officer):
    shown = client.get(page(Forum, "change", factories.make_forum().pk)).text
    assert "Sessions: what goes into the columns" in shown
    assert "A breakout works on one theme" in shown


def test_field_that_can_only_be_read_keeps_its_help(client, officer):
    shown = client.get(page(Forum, "change", factories.make_forum().pk)).text
    assert "The building, as a driver finds it." in shown
