"""Inline rows in the admin: pagination, and refusal of forms with too many rows."""

import time
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from zeal import zeal_ignore

from consultations.admin.rows import MOST_ROWS, ROWS_SHOWN
from consultations.models import Forum, ForumSession, Membership, Stakeholder, StakeholderName, User
from tests import factories
from tests.consultations.admin.test_forms import errors_of, filled
from tests.sign_in import sign_in

pytestmark = [pytest.mark.django_db]
REFUSAL = "You can save up to 200 rows at a time. Nothing was saved. Save these rows first, then add the others."


@pytest.fixture
def officer(client):
    return sign_in(client, factories.make_secretariat())


def change(record):
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def make_forum(sessions):
    forum = factories.make_forum(state="draft")
    start = factories.make_session(forum, order=1, title="Session 1").starts_at
    ForumSession.objects.bulk_create(
        ForumSession(
            forum=forum, order=number, title=f"Session {number}", kind="plenary", room="Hall",
            starts_at=start, ends_at=start + timedelta(hours=1),
        )
        for number in range(2, sessions + 1)
    )  # fmt: skip
    return forum


def rows_of(answer):
    (inline,) = answer.context["inline_admin_formsets"]
    return inline.formset


ANNOUNCED = {
    "100000": REFUSAL,
    "201": REFUSAL,
    "9" * 40: REFUSAL,
    "-1": "ManagementForm data is missing",
    "abc": "",
    "": "",
}


@pytest.mark.parametrize("announced", ANNOUNCED)
@zeal_ignore()
def test_form_with_too_many_rows_is_refused_and_keeps_input(client, officer, announced):
    forum = make_forum(3)
    typed = {"title": "A new title", "sessions-2-title": "Typed", "sessions-TOTAL_FORMS": announced, "seats": "x"}
    answer = filled(client, Forum, forum, **typed)
    assert (answer.status_code, "A new title" in answer.text) == (200, True)
    if ANNOUNCED[announced] == REFUSAL:
        assert REFUSAL in errors_of(answer)
        assert [row["title"].value() for row in rows_of(answer)] == ["Session 1", "Session 2", "Typed"]
    forum.refresh_from_db()
    assert (forum.title == "A new title", forum.sessions.filter(title="Typed").exists()) == (False, False)


@zeal_ignore()
def test_form_claiming_100000_rows_is_answered_within_two_seconds(client, officer):
    forum = make_forum(1)
    sent = {f"sessions-{number}-title": "Typed" for number in range(MOST_ROWS)}
    sent |= {f"sessions-{number}": "x" for number in ("x", "999999-title", "-1", "²")}
    sent |= {"sessions-TOTAL_FORMS": "100000", "sessions-INITIAL_FORMS": "100000"}
    started = time.process_time()
    answer = client.post(change(forum), sent)
    assert time.process_time() - started < 2
    assert (answer.status_code, len(rows_of(answer).forms), REFUSAL in errors_of(answer)) == (200, MOST_ROWS, True)


@pytest.mark.parametrize("model", [model for model, site in admin.site._registry.items() if site.inlines])
@zeal_ignore()
def test_every_inline_formset_has_row_limit(model, client, officer, rf):
    request = rf.get("/")
    request.user = factories.make_secretariat()
    for inline in admin.site._registry[model].inlines:
        made = inline(model, admin.site).get_formset(request)
        assert (made.max_num, made.absolute_max, made.validate_max) == (MOST_ROWS, MOST_ROWS, False)


@zeal_ignore()
def test_long_inline_shows_newest_rows_and_link(client, officer):
    forum = make_forum(MOST_ROWS + 50)
    newest = client.get(change(forum))
    assert "Sessions: rows 1 to 100 of 250, the newest first." in newest.text
    assert {row.instance.title for row in rows_of(newest)} == {f"Session {number}" for number in range(151, 251)}
    last = client.get(change(forum), {"sessions-page": 3})
    assert len(rows_of(last).forms) == MOST_ROWS + 50 - 2 * ROWS_SHOWN
    assert client.get(change(forum), {"sessions-page": "-9"}).status_code == 200


@zeal_ignore()
def test_record_with_more_rows_than_shown_keeps_all_rows(client, officer):
    forum = make_forum(MOST_ROWS + 50)
    new = {
        "sessions-TOTAL_FORMS": ROWS_SHOWN + 1, "sessions-100-title": "Closing",
        "sessions-100-kind": "plenary", "sessions-100-starts_at": "2017-10-17T16:00",
        "sessions-100-ends_at": "2017-10-17T17:00", "sessions-100-room": "Hall",
    }  # fmt: skip
    answer = filled(client, Forum, forum, **new, **{"sessions-0-title": "Changed"})
    assert answer.status_code == 302, errors_of(answer)
    assert forum.sessions.count() == MOST_ROWS + 51
    assert set(forum.sessions.filter(title__in=["Closing", "Changed"]).values_list("title", flat=True)) == {
        "Closing", "Changed",
    }  # fmt: skip


@zeal_ignore()
def test_row_of_other_record_cannot_be_changed_by_id(client, officer):
    forum, other = make_forum(2), make_forum(1)
    theirs = other.sessions.get()
    filled(client, Forum, forum, **{"sessions-0-id": theirs.pk, "sessions-0-title": "Taken over"})
    theirs.refresh_from_db()
    assert theirs.title != "Taken over"


@zeal_ignore()
def test_an_organisation_with_all_its_rows_is_saved(client, officer):
    body = factories.make_stakeholder()
    people = User.objects.bulk_create(User(email=f"p{number}@example.org", name="P") for number in range(120))
    Membership.objects.bulk_create(Membership(user=each, stakeholder=body, role="alternate") for each in people)
    day = date(2017, 1, 1)
    StakeholderName.objects.bulk_create(
        StakeholderName(stakeholder=body, name=each.email, valid_from=day) for each in people
    )
    assert filled(client, Stakeholder, body, name="New name").status_code == 302
    body.refresh_from_db()
    assert (body.name, body.memberships.count()) == ("New name", 120)
