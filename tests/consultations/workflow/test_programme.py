"""Programme of a forum, roles, copying and documents."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, Forum, ForumSession, OutgoingMail, SeatQuota, SessionRole
from consultations.queries.forum_documents import readable_document, readable_documents
from consultations.queries.forums import earlier_days
from consultations.templatetags.portal import day
from ncm_portal.workflow import Blocked, Conflict
from tests.access_log import refused_verbs
from tests.factories import (
    make_consultation,
    make_delegate,
    make_forum,
    make_invitation,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
)
from tests.made_files import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    return make_forum(make_consultation(themes=("T1", "T2")))


@pytest.fixture
def by():
    return make_secretariat()


def refused(act, *args, **values) -> list[str]:
    with pytest.raises(Blocked) as refusal:
        act(*args, **values)
    return refusal.value.reasons


def times(forum, start=0, minutes=60):
    first = make_session(make_forum(starts_on=forum.starts_on)).starts_at + timedelta(minutes=start)
    return {"starts_at": first, "ends_at": first + timedelta(minutes=minutes)}


def test_sessions_are_added_changed_moved_and_cancelled(forum, by):
    said = {"kind": "plenary", "theme": None, "room": "Hall"}
    one = workflow.add_session(forum, by=by, title="Opening", **said, **times(forum))
    two = workflow.add_session(forum, by=by, title="Debate", **said, **times(forum, 60, 30))
    assert (one.order, two.order) == (1, 2)
    assert refused(workflow.add_session, forum, by=by, title="X", **said, **times(forum, 0, 0)) == [
        "The session must end after it starts."
    ]
    far = {name: moment.replace(year=9999) for name, moment in times(forum).items()}
    assert refused(workflow.add_session, forum, by=by, title="X", **said, **far) == ["Enter a year from 2000 to 2100."]
    assert refused(workflow.copy_forum, forum, by=by, code="N1", starts_on=far["starts_at"].date()) == [
        "Enter a year from 2000 to 2100."
    ]
    moved = workflow.move_session(two, by=by, up=True)
    assert {each.title: (each.starts_at, each.order) for each in moved} == {
        "Debate": (one.starts_at, 2), "Opening": (one.starts_at + timedelta(minutes=30), 1),
    }  # fmt: skip
    assert workflow.move_session(two, by=by, up=True) == []
    change = {"title": "Debate", **said, **times(forum)}
    there = {name: timezone.localtime(moment) for name, moment in times(forum).items()}
    for again in (change, change, {**change, **there}):
        workflow.change_session(two, by=by, **again)
    assert [event.verb for event in Event.objects.about(two)] == ["move_session", "change_session"]
    assert workflow.cancel_session(two, by=by, reason="No speaker.").state == "cancelled"
    assert list(forum.sessions.all()) == [one]
    assert list(ForumSession.everything.filter(forum=forum, state="cancelled")) == [two]
    assert refused(workflow.change_session, two, by=by, **change) == [
        "Debate is cancelled. Only a planned session can be changed."
    ]
    assert workflow.add_session(forum, by=by, title="Close", **said, **times(forum, 200)).order == 3
    make_point(session=one)
    assert refused(workflow.cancel_session, one, by=by, reason="No.") == ["It has points, which must be kept"]
    assert refused(workflow.add_session, forum, by=make_member(), title="X", **said, **times(forum)) == [
        "Only the secretariat can do this: Change the programme."
    ]
    held = make_session(make_forum(state="held"))
    assert refused(workflow.change_session, held, by=by, **change) == [
        "The forum is over, so its programme cannot be changed."
    ]


def test_one_breakout_per_missing_theme_and_parallel_sessions_swap_places(forum, by):
    have = make_session(forum, kind="breakout", theme=make_theme("T1"))
    at = times(forum, 120)
    (made,) = workflow.breakouts_for_themes(forum, by=by, rooms=["A", "B"], **at)
    assert (made.theme.code, made.title, made.room, made.order) == ("T2", "Theme 2", "A", have.order + 1)
    assert refused(workflow.breakouts_for_themes, forum, by=by, **at) == ["Every theme already has a breakout."]
    beside = make_session(forum, **at)
    workflow.move_session(beside, by=by, up=True)
    assert dict(forum.sessions.values_list("pk", "order")) == {
        have.pk: have.order, made.pk: beside.order, beside.pk: made.order,
    }  # fmt: skip
    make_point(session=made)
    assert refused(workflow.move_session, beside, by=by, up=False) == [
        "Theme 2 has begun or has points, so it cannot be moved."
    ]


def test_session_role_is_given_once_and_can_be_withdrawn(forum, by):
    session, person = make_session(forum), make_user(name="Amina")
    for _again in range(2):
        workflow.give_part(session, by=by, kind="chair", user=person)
    workflow.give_part(session, by=by, kind="speaker", name=" Ng'ang'a ")
    assert [(role.kind, str(role.user or role.name)) for role in session.roles.all()] == [
        ("chair", "Amina"), ("speaker", "Ng'ang'a"),
    ]  # fmt: skip
    assert refused(workflow.give_part, session, by=by, kind="chair", name=" ") == [
        "Enter the address of an account, or enter a name."
    ]
    workflow.take_part(SessionRole.objects.get(kind="chair"), by=by)
    assert [event.verb for event in Event.objects.about(session)] == [
        "give_part",
        "give_part",
        "take_part",
    ]
    assert Event.objects.about(session).last().data == {"kind": "chair", "name": "Amina"}
    assert refused_verbs(session) == ["give_part"]


def test_copied_forum_has_everything_except_people(forum, by, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    session = make_session(forum, room="Hall", theme=make_theme("T1"))
    workflow.give_part(session, by=by, kind="chair", name="Amina")
    workflow.cancel_session(make_session(forum), by=by, reason="No.")
    SeatQuota.objects.create(forum=forum, group="ministry", seats=9, reserve=2)
    Forum.objects.filter(pk=forum.pk).update(
        letter_text="Come.", contact="the desk", respond_by=forum.starts_on - timedelta(days=9)
    )
    forum.refresh_from_db()
    make_delegate(forum)
    file = workflow.keep_forum_file(forum, by=by, title="Note", name="note.pdf", data=pdf(), for_everybody=True)
    day = forum.starts_on + timedelta(days=30)
    made = workflow.copy_forum(forum, by=by, code="NEXT-2", starts_on=day, title="The next", with_parts=True)
    assert (made.title, made.slug, made.state, made.starts_on, made.ends_on) == (
        "The next",
        "next-2",
        "draft",
        day,
        day,
    )
    assert made.respond_by == day - timedelta(days=9)
    assert (made.letter_text, made.contact, made.delegates.count()) == ("Come.", "the desk", 0)
    (copy,) = made.sessions.all()
    assert (copy.room, copy.theme, copy.starts_at) == ("Hall", session.theme, session.starts_at + timedelta(days=30))
    assert [role.name for role in copy.roles.all()] == ["Amina"]
    assert list(made.quotas.values_list("group", "seats", "reserve")) == [("ministry", 9, 2)]
    assert [(each.title, each.sha256, each.key == file.key) for each in made.files.all()] == [
        ("Note", file.sha256, False)
    ]
    again = {"by": by, "starts_on": day}
    taken = ["Another forum has this code, or the code has no letters. Choose another."]
    assert refused(workflow.copy_forum, forum, code="NEXT-2", **again) == taken
    assert refused(workflow.copy_forum, forum, code="…", **again) == taken
    assert workflow.copy_forum(forum, code="NEXT-3", **again).sessions.get().roles.count() == 0


def test_documents_are_visible_to_their_audience_only(by, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    forum, body = make_forum(), make_stakeholder()
    inside = workflow.keep_forum_file(forum, by=by, title="Inside", name="a.pdf", data=pdf())
    shown = workflow.change_document(
        workflow.keep_forum_file(forum, by=by, title="Outside", name="b.pdf", data=pdf()), by=by, for_everybody=True
    )
    rapporteur, visitor = make_user(), make_user()
    workflow.give_part(make_session(forum), by=by, kind="rapporteur", user=rapporteur)
    make_delegate(forum, body)
    for reader in (by, rapporteur, make_member(body)):
        assert [each.title for each in readable_documents(reader, forum)] == ["Inside", "Outside"]
    assert [each.title for each in readable_documents(visitor, forum)] == ["Outside"]
    assert readable_document(visitor, inside.key) is None
    assert readable_document(visitor, shown.key) == shown
    workflow.remove_document(shown, by=by)
    assert readable_document(by, shown.key) is None
    assert shown.path.exists()
    draft = make_forum(state="draft")
    hidden = workflow.keep_forum_file(draft, by=by, title="Early", name="c.pdf", data=pdf(), for_everybody=True)
    assert (readable_document(visitor, hidden.key), readable_document(by, hidden.key)) == (None, hidden)


# --- An announced forum -----------------------------------------------------------------------------------------------


def change_facts(forum, by, reason="The hall is flooded.", **facts):
    seen = workflow.fingerprint(workflow.announced_facts_of(forum))
    values = {**workflow.announced_facts_of(forum), **facts}
    return workflow.change_announced_forum(forum, by=by, seen=seen, reason=reason, **values)


def test_announced_forum_moves_with_its_sessions_and_tells_who_may_come(forum, by):
    session, week = make_session(forum), timedelta(days=7)
    make_delegate(forum, user=make_user(email="juma@example.org", language="sw"))
    make_delegate(forum, email="gone@example.org", state="withdrawn")
    make_invitation(forum, email="office@example.org")
    before = forum.starts_on
    moved = change_facts(forum, by, starts_on=before + week, ends_on=before + week, venue="New Hall")
    assert (moved.starts_on, moved.venue, moved.state) == (before + week, "New Hall", "announced")
    assert ForumSession.objects.get().starts_at == session.starts_at + week
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert mails.keys() == {"juma@example.org", "office@example.org"}
    body = mails["office@example.org"].body
    assert f"Announced before, and no longer true:\nWhen: {day(before)}" in body
    assert f"When: {day(before + week)}\nWhere: New Hall, Nairobi" in body
    assert "The reason: The hall is flooded." in body
    assert mails["juma@example.org"].body.startswith("Habari") or "Sababu" in mails["juma@example.org"].body
    assert earlier_days(moved) == [(before, before)]
    event = Event.objects.about(forum).filter(verb="change_announced_forum").get()
    assert (event.data["days"], event.reason) == ([before.isoformat()] * 2, "The hall is flooded.")
    back = change_facts(moved, by, starts_on=before, ends_on=before)
    assert ForumSession.objects.get().starts_at == session.starts_at
    assert earlier_days(back) == [(before + week, before + week)]


def test_change_that_nobody_travels_by_sends_no_mail(forum, by):
    make_invitation(forum, email="office@example.org")
    change_facts(forum, by, contact="Room 5")
    assert Forum.objects.get().contact == "Room 5"
    assert not OutgoingMail.objects.exists()


def test_change_of_an_announced_forum_is_refused_with_every_reason(forum, by):
    make_session(forum, room="Hall"), make_session(forum, room="Hall")
    assert refused(change_facts, forum, by) == ["Nothing has changed."]
    past = forum.starts_on - timedelta(days=40)
    reasons = refused(change_facts, forum, by, starts_on=past, ends_on=past, respond_by=forum.ends_on)
    assert reasons[:2] == [
        "Ask for replies before the forum begins.",
        "The first day has passed already. Choose a later one.",
    ]
    assert reasons[2].endswith("are in Hall at the same time.")
    assert "are in Hall" in refused(change_facts, forum, by, starts_on=forum.ends_on + timedelta(days=1))[-1]
    longer = make_forum(starts_on=forum.starts_on, ends_on=forum.ends_on + timedelta(days=1))
    late = make_session(longer)
    ForumSession.objects.filter(pk=late.pk).update(
        starts_at=F("starts_at") + timedelta(days=1), ends_at=F("ends_at") + timedelta(days=1)
    )
    assert refused(change_facts, longer, by, ends_on=longer.starts_on) == [
        f"{late.title} is outside the days of the forum."
    ]
    seated = make_forum(state="in_session")
    assert refused(change_facts, seated, by, ends_on=seated.ends_on + timedelta(days=1)) == [
        "The forum has begun: its days stay."
    ]
    for state, words in (("draft", "The forum is not announced yet."), ("held", "The forum is over")):
        assert refused(change_facts, make_forum(state=state), by, title="Other")[0].startswith(words)
    refused(change_facts, forum, make_user(), title="Other")
    assert not OutgoingMail.objects.exists()


def test_change_made_meanwhile_is_shown_not_lost(forum, by):
    seen = workflow.fingerprint(workflow.announced_facts_of(forum))
    facts = {**workflow.announced_facts_of(forum), "venue": "Mine"}
    change_facts(forum, by, venue="Theirs")
    with pytest.raises(Conflict) as conflict:
        workflow.change_announced_forum(forum, by=by, seen=seen, reason="Because.", **facts)
    assert conflict.value.theirs["venue"] == "Theirs"
