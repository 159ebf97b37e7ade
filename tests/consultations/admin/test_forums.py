"""Forums, sessions and milestones in the admin: they are added and changed by the verbs that the desk calls."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from consultations import workflow
from consultations.models import Consultation, Event, Forum, ForumSession, Group, Milestone, SeatQuota
from consultations.queries.history import desk_page
from tests import factories
from tests.consultations.admin.test_forms import errors_of, filled
from tests.made_files import pdf
from tests.pages import admin_page as page
from tests.pages import words

pytestmark = [pytest.mark.django_db]
CLOSING = {
    "title": "Closing", "kind": "plenary", "room": "Hall",
    "starts_at": "2017-10-17T16:00", "ends_at": "2017-10-17T17:00",
}  # fmt: skip
ADD = reverse("admin:consultations_forumsession_add")


def verbs(record):
    return [event.verb for event in Event.objects.about(record)]


def new_row(number):
    row = {f"sessions-{number}-{name}": value for name, value in CLOSING.items()}
    return {"sessions-TOTAL_FORMS": number + 1, **row}


@zeal_ignore()
def test_rows_of_a_forum_are_saved_by_the_verbs_of_the_desk(client, officer):
    forum = factories.make_forum(state="draft")
    first = factories.make_session(forum, order=7, title="Opening")
    answer = filled(client, Forum, forum, **new_row(1), **{"sessions-0-title": "Prayer"})
    assert answer.status_code == 302, errors_of(answer)
    assert (verbs(forum), verbs(first)) == (["add_session"], ["change_session"])
    assert list(forum.sessions.order_by("order").values_list("order", "title")) == [(7, "Prayer"), (8, "Closing")]


@zeal_ignore()
def test_refusal_in_a_later_row_saves_nothing_and_keeps_what_was_typed(client, officer):
    forum = factories.make_forum(state="draft")
    first = factories.make_session(forum, order=1, title="Opening")
    begun = factories.make_session(forum, order=2, title="Begun", state="open")
    typed = {"place": "Mombasa", "sessions-0-title": "Typed 1", "sessions-1-title": "Typed 2", **new_row(2)}
    answer = filled(client, Forum, forum, **typed)
    assert answer.status_code == 200
    assert "Begun is open. Only a planned session can be changed." in errors_of(answer)
    assert all(words in answer.text for words in ("Mombasa", "Typed 1", "Typed 2", "Closing"))
    assert set(forum.sessions.values_list("title", flat=True)) == {"Opening", "Begun"}
    assert Forum.objects.get(pk=forum.pk).place == "Nairobi"
    assert "change_session" not in [*verbs(first), *verbs(begun)]
    assert not {"edit", "add_session"} & set(verbs(forum))


def test_session_is_added_and_changed_on_its_own_page_by_the_verbs(client, officer):
    forum = factories.make_forum(state="draft")
    factories.make_session(forum, order=4)
    roles = {"roles-TOTAL_FORMS": 0, "roles-INITIAL_FORMS": 0}
    assert client.post(ADD, {"forum": forum.pk, **CLOSING, **roles}).status_code == 302
    made = forum.sessions.get(title="Closing")
    assert (made.order, verbs(forum)) == (5, ["add_session"])
    assert filled(client, ForumSession, made, title="The end").status_code == 302
    assert (verbs(made), forum.sessions.get(order=5).title) == (["change_session"], "The end")


def test_session_of_a_forum_that_is_over_is_refused_on_its_own_page(client, officer):
    forum = factories.make_forum(state="held")
    session = factories.make_session(forum, order=1, title="Opening")
    answer = filled(client, ForumSession, session, title="Typed")
    assert (answer.status_code, "Typed" in answer.text) == (200, True)
    assert "The forum is over, so its programme cannot be changed." in errors_of(answer)
    assert (ForumSession.objects.get(pk=session.pk).title, verbs(session)) == ("Opening", [])


def test_role_is_added_to_a_session_that_has_begun(client, officer):
    begun = factories.make_session(factories.make_forum(state="in_session"), order=1, state="open")
    row = {"roles-TOTAL_FORMS": 1, "roles-0-kind": "chair", "roles-0-name": "Amina"}
    answer = filled(client, ForumSession, begun, **row)
    assert answer.status_code == 302, errors_of(answer)
    given = begun.roles.get()
    assert (given.name, verbs(begun)) == ("Amina", ["give_part"])
    row = {"roles-INITIAL_FORMS": 1, "roles-0-id": given.pk, "roles-0-name": "Typed", **row}
    assert filled(client, ForumSession, begun, **{**row, "roles-0-name": "Typed"}).status_code == 302
    assert (begun.roles.get().name, verbs(begun)) == ("Amina", ["give_part"])


# --- A forum in preparation -------------------------------------------------------------------------------------------


def entries(forum):
    return [(event.verb, event.data) for event in Event.objects.about(forum).order_by("pk")]


@zeal_ignore()
def test_sessions_move_with_the_first_day_of_their_forum(client, officer):
    forum = factories.make_forum(state="draft")
    session = factories.make_session(forum, order=1, title="Opening")
    starts, first, last = session.starts_at, forum.starts_on, forum.ends_on
    days = {"starts_on": first + timedelta(days=7), "ends_on": last + timedelta(days=7)}
    answer = filled(client, Forum, forum, **days, **{"sessions-0-title": "Prayer"})
    assert answer.status_code == 302, errors_of(answer)
    session.refresh_from_db()
    assert (session.starts_at, session.title) == (starts + timedelta(days=7), "Prayer")
    pairs = [["starts_on", str(first), str(days["starts_on"])], ["ends_on", str(last), str(days["ends_on"])]]
    assert entries(forum) == [("change_forum", {"changed": pairs})]
    assert verbs(session) == ["change_session"]


def test_facts_without_a_verb_make_an_entry_only_for_themselves(client, officer):
    forum = factories.make_forum(state="draft")
    assert filled(client, Forum, forum, place="Mombasa", concept="For everybody").status_code == 302
    assert entries(forum) == [
        ("change_forum", {"changed": [["place", "Nairobi", "Mombasa"]]}),
        ("edit", {"changed": {"concept": ["", "For everybody"]}}),
    ]
    assert Forum.objects.filter(pk=forum.pk, place="Mombasa", concept="For everybody").exists()


def test_saving_a_forum_as_it_stands_changes_nothing(client, officer):
    forum = factories.make_forum(state="draft")
    assert filled(client, Forum, forum).status_code == 302
    assert entries(forum) == []


def test_what_a_colleague_changed_meanwhile_is_told_before_it_is_replaced(client, officer):
    forum = factories.make_forum(state="draft")
    seen = client.get(page(Forum, "change", forum.pk)).context["adminform"].form["seen"].value()
    Forum.objects.filter(pk=forum.pk).update(place="Kisumu")
    answer = filled(client, Forum, forum, place="Mombasa", concept="Typed", seen=seen)
    assert answer.status_code == 200
    (words,) = errors_of(answer)
    assert words.startswith("Someone changed this since you opened it.")
    assert "Place: Kisumu" in words
    assert "Mombasa" in answer.text
    assert "Typed" in answer.text
    assert (Forum.objects.get(pk=forum.pk).place, entries(forum)) == ("Kisumu", [])
    again = answer.context["adminform"].form["seen"].value()
    assert filled(client, Forum, forum, place="Mombasa", concept="Typed", seen=again).status_code == 302
    assert Forum.objects.get(pk=forum.pk).place == "Mombasa"


def test_refusal_of_the_verb_saves_no_other_fact(client, officer):
    forum = factories.make_forum(state="draft")
    answer = filled(client, Forum, forum, respond_by=forum.starts_on, concept="Typed")
    assert errors_of(answer) == ["Ask for replies before the forum begins."]
    assert "Typed" in answer.text
    assert (Forum.objects.get(pk=forum.pk).concept, entries(forum)) == ("", [])


def new_forum(**changed):
    consultation = factories.make_consultation()
    facts = {"title": "Forum", "place": "Kisumu", "starts_on": "2030-05-06", "ends_on": "2030-05-07", "seats": 50}
    rows = {"sessions-TOTAL_FORMS": 0, "sessions-INITIAL_FORMS": 0}
    return {"consultation": consultation.pk, "code": "LAKES", "slug": "lakes", **facts, **rows, **changed}


def test_forum_is_added_by_the_verb_of_the_desk(client, officer):
    assert client.post(page(Forum, "add"), new_forum()).status_code == 302
    made = Forum.objects.get(code="LAKES")
    assert (made.slug, made.place, verbs(made)) == ("lakes", "Kisumu", ["add_forum"])


def test_new_forum_keeps_what_its_verb_does_not_know(client, officer):
    sent = new_forum(slug="lake-forum", contact="office@example.org")
    answer = client.post(page(Forum, "add"), sent)
    assert answer.status_code == 302, errors_of(answer)
    made = Forum.objects.get(code="LAKES")
    assert (made.slug, made.contact) == ("lake-forum", "office@example.org")
    assert [verb for verb, _data in entries(made)] == ["add_forum", "edit"]


def test_only_the_next_step_is_listed_as_needed(client, officer):
    """A draft needs a programme before it is announced; cancelling is no step that anybody works towards."""
    needs = client.get(page(Forum, "change", factories.make_forum(state="draft").pk)).context["needs"]
    assert "It has no programme yet" in [need.text for need in needs if not need.is_move]
    assert "Cancel" not in "".join(need.text for need in needs if not need.is_move)


def test_page_of_a_forum_says_where_it_stands_and_shows_seats_and_documents(client, officer):
    forum = factories.make_forum(state="announced", seats=40)
    SeatQuota.objects.create(forum=forum, group=Group.CIVIL_SOCIETY, seats=4, reserve=1)
    factories.make_delegate(forum)
    workflow.keep_forum_file(
        forum, by=factories.make_secretariat(), title="The programme", name="p.pdf", data=pdf(), for_everybody=True
    )
    record = client.get(page(forum, "change", forum.pk))
    content = words(record)
    assert record.context["title"] == forum.title
    assert "Announced" in content
    assert "You are here" in content
    assert "Civil society: 1 / 4" in content
    assert "The programme" in content
    for name in ("forum_home", "forum_facts", "forum_seats", "forum_documents"):
        assert f'href="{reverse(name, args=[forum.slug])}"' in record.text


@zeal_ignore()
def test_record_and_its_page_at_the_desk_lead_to_each_other(client, officer):
    delegate = factories.make_delegate(factories.make_forum())
    point = factories.make_point()
    records = [delegate.forum, delegate, delegate.stakeholder, point, point.submission]
    for record in records:
        Event.objects.record("note", record, by=factories.make_secretariat())
        model = record._meta.model_name
        in_admin, at_desk = reverse(f"admin:consultations_{model}_change", args=[record.pk]), desk_page(record)
        assert f'href="{at_desk}"' in client.get(in_admin).text, model
        assert f'href="{in_admin}"' in client.get(at_desk).text, model


def test_seats_of_a_forum_are_set_by_the_verb(client, officer):
    forum = factories.make_forum(state="announced", seats=40)
    SeatQuota.objects.create(forum=forum, group=Group.CIVIL_SOCIETY, seats=30, reserve=1)
    answer = filled(client, Forum, forum, seats=20, concept="Typed")
    assert errors_of(answer) == ["The groups together have 30 seats, but the forum has 20."]
    assert ("Typed" in answer.text, Forum.objects.get(pk=forum.pk).seats, entries(forum)) == (True, 40, [])
    assert filled(client, Forum, forum, seats=50, concept="Typed").status_code == 302
    assert [verb for verb, _data in entries(forum)] == ["set_seats", "edit"]
    assert (Forum.objects.get(pk=forum.pk).seats, forum.quotas.get().seats) == (50, 30)


# --- Milestones -------------------------------------------------------------------------------------------------------

FAR = "This is in 2036, more than five years from now. Check the year."


def milestone_of(consultation=None, **facts):
    given = {"title": "Review forum", "kind": "forum", "level": "global", "planned_start": date(2027, 5, 4), **facts}
    return Milestone.objects.create(consultation=consultation, **given)


def new_milestone(prefix="", **facts):
    given = {"title": "Dialogue", "kind": "dialogue", "state": "planned", "planned_start": "2027-05-04", **facts}
    return {f"{prefix}{name}": value for name, value in given.items()}


def test_milestone_of_a_consultation_is_added_by_the_verb(client, officer):
    facts = {"level": "global", "consultation": factories.make_consultation().pk, "evidence": "N"}
    sent = new_milestone(place="Kisumu", planned_precision="month", actual_precision="day", **facts)
    answer = client.post(page(Milestone, "add"), sent)
    assert answer.status_code == 302, errors_of(answer)
    made = Milestone.objects.get()
    assert verbs(made) == ["add_milestone", "edit"]
    assert (made.kind, made.level, made.place, made.planned_precision) == ("dialogue", "global", "Kisumu", "month")
    alone = sent | {"title": "Summit", "consultation": ""}
    assert client.post(page(Milestone, "add"), alone).status_code == 302
    assert verbs(Milestone.objects.get(title="Summit")) == ["enter"]


@zeal_ignore()
def test_rows_of_milestones_are_saved_by_the_verbs(client, officer):
    consultation = factories.make_consultation()
    first = milestone_of(consultation)
    held = new_milestone("milestones-1-", state="held", planned_start="", actual_start="2026-05-04")
    changed = {"milestones-0-title": "Summit", "milestones-0-planned_start": "2028-05-04", "milestones-TOTAL_FORMS": 2}
    answer = filled(client, Consultation, consultation, **changed, **held)
    assert answer.status_code == 302, errors_of(answer)
    first.refresh_from_db()
    assert (first.title, first.planned_start, first.kind) == ("Summit", date(2028, 5, 4), "forum")
    assert [event.verb for event in Event.objects.about(first).order_by("pk")] == ["name_milestone", "date_milestone"]
    made = consultation.milestones.get(title="Dialogue")
    assert (made.state, made.kind, made.actual_start) == ("held", "dialogue", date(2026, 5, 4))
    assert verbs(made) == ["add_milestone"]


@zeal_ignore()
def test_far_day_in_a_row_is_refused_above_the_form(client, officer):
    consultation = factories.make_consultation()
    first = milestone_of(consultation)
    changed = {"milestones-0-title": "Typed", "milestones-0-planned_start": "2036-05-04", "purpose": "Typed as well"}
    answer = filled(client, Consultation, consultation, **changed)
    assert answer.context["adminform"].form.non_field_errors() == [FAR]
    assert all(part in answer.text for part in ("Typed", "2036-05-04", "Typed as well"))
    assert (Milestone.objects.get().title, verbs(first), verbs(consultation)) == ("Review forum", [], [])
    far = {"milestones-TOTAL_FORMS": 2, **new_milestone("milestones-1-", planned_start="2036-05-04")}
    assert filled(client, Consultation, consultation, **far).context["adminform"].form.non_field_errors() == [FAR]


def test_date_keeps_the_precision_that_stands_beside_it(client, officer):
    milestone = milestone_of(planned_precision="month")
    assert filled(client, Milestone, milestone, planned_start="2027-06-01", reference="A/RES/1").status_code == 302
    milestone.refresh_from_db()
    assert (milestone.planned_start, milestone.planned_precision) == (date(2027, 6, 1), "month")
    data = {event.verb: event.data["changed"] for event in Event.objects.about(milestone)}
    dated = [["planned_start", "2027-05-04", "2027-06-01"]]
    assert data == {"date_milestone": dated, "edit": {"reference": ["", "A/RES/1"]}}
    assert errors_of(filled(client, Milestone, milestone, planned_start="2036-05-04")) == [FAR]


def test_name_that_a_colleague_gave_a_milestone_meanwhile_is_told(client, officer):
    milestone = milestone_of()
    seen = client.get(page(Milestone, "change", milestone.pk)).context["adminform"].form["seen"].value()
    Milestone.objects.filter(pk=milestone.pk).update(place="Kisumu")
    answer = filled(client, Milestone, milestone, place="Typed", seen=seen)
    (reason,) = errors_of(answer)
    assert ("Place: Kisumu" in reason, "Typed" in answer.text, verbs(milestone)) == (True, True, [])
    again = answer.context["adminform"].form["seen"].value()
    assert filled(client, Milestone, milestone, place="Typed", seen=again).status_code == 302
    assert (Milestone.objects.get().place, verbs(milestone)) == ("Typed", ["name_milestone"])


@zeal_ignore()
def test_rows_of_milestones_carry_what_they_were_filled_from(client, officer):
    consultation = factories.make_consultation()
    milestone_of(consultation)
    shown = client.get(page(Consultation, "change", consultation.pk))
    row = shown.context["inline_admin_formsets"][0].formset.initial_forms[0]
    assert f'name="milestones-0-seen" value="{row["seen"].value()}"' in shown.text
