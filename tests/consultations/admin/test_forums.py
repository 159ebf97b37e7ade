"""Sessions in the admin: they are added and changed by the verbs that the desk calls."""

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from consultations.models import Event, Forum, ForumSession
from tests import factories
from tests.consultations.admin.test_forms import errors_of, filled

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
