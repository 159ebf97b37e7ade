"""Follow-up of a forum: commitments become actions once, actions end with an outcome, and the communiqué's moves."""

import hashlib
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from consultations import queries
from consultations.models import ActionPoint, Communique, Event, OutgoingMail
from consultations.workflow import (
    COMMUNIQUE_MOVES,
    amend_action,
    carry_commitments,
    circulate_communique,
    clear_communique,
    draft_communique,
    drop_action,
    edit_communique,
    finish_action,
    note_action,
    publish_communique,
    reopen_action,
    report_forum,
    return_communique,
    say_done,
)
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, needs_of, now
from tests.factories import (
    change,
    make_action,
    make_check_in,
    make_communique,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
)

pytestmark = pytest.mark.django_db


def refused(act) -> list[str]:
    """Return why a verb refuses."""
    with pytest.raises(Blocked) as refusal:
        act()
    return refusal.value.reasons


def last_entry(record) -> tuple[str, str, str]:
    entry = Event.objects.about(record).last()
    return entry.verb, entry.before, entry.after


def test_each_validated_commitment_becomes_one_action():
    desk, body, forum = make_secretariat(), make_stakeholder(), make_forum(state="held")
    session = make_session(forum)
    promise = {"session": session, "kind": "commitment"}
    mine = make_point(stakeholder=body, due_on=date(2027, 1, 31), responsible="The registrar", **promise)
    nobodys = make_point(**promise)
    make_point(state="submitted", **promise)
    make_point(state="merged", into=mine, **promise)
    make_point(session=session)
    make_point(session=make_session(make_forum()), kind="commitment")
    made = carry_commitments(forum, by=desk)
    assert [(a.point, a.stakeholder, a.responsible, a.due_on, a.text) for a in made] == [
        (mine, body, "The registrar", date(2027, 1, 31), mine.text),
        (nobodys, None, "to be named", None, nobodys.text),
    ]
    assert carry_commitments(forum, by=desk) == []
    assert list(queries.open_actions_of(body)) == [made[0]]
    with pytest.raises(NotAllowed):
        carry_commitments(forum, by=make_member(body))


def test_action_is_added_amended_and_closed_with_outcome():
    desk, body, forum = make_secretariat(), make_stakeholder(), make_forum(state="held")
    person = make_member(body)
    noted = note_action(forum, by=desk, text=" Open the register. ", stakeholder=body)
    assert note_action(forum, by=desk, text="Open the register.", stakeholder=body) == noted
    assert refused(lambda: note_action(forum, by=desk, text=" ", responsible=" ")) == [
        "Enter what needs to be done.",
        "Choose an organisation or enter who will do it.",
    ]
    amended = amend_action(noted, by=desk, text="Open it.", stakeholder=body, due_on=date(2027, 3, 1))
    assert (amended.text, amended.due_on) == ("Open it.", date(2027, 3, 1))
    said = Event.objects.about(noted).last().data["said"]
    assert said == {"text": "Open the register.", "by_when": "", "who": body.name}
    with pytest.raises(NotAllowed):
        say_done(amended, by=make_member(), note="Not mine.")
    assert refused(lambda: say_done(amended, by=person, note=" ")) == ["Enter the result."]
    told = say_done(amended, by=person, note="It is open since Monday.")
    assert (told.state, told.report, list(queries.reported_done())) == ("open", "It is open since Monday.", [told])
    assert refused(lambda: finish_action(told, by=desk, report="")) == ["Enter the result."]
    done = finish_action(told, by=desk, report="It is open.")
    assert (done.state, done.report, done.ended_on is None) == ("done", "It is open.", False)
    assert last_entry(done) == ("finish_action", "open", "done")
    assert refused(lambda: say_done(done, by=person, note="Again.")) == ["This action is done: open it again first."]
    again = reopen_action(done, by=desk, reason="It closed again.")
    assert (again.state, again.report, again.ended_on) == ("open", "", None)
    assert drop_action(again, by=desk, reason="The law has changed.").report == "The law has changed."


def test_actions_are_sorted_by_urgency():
    forum, today = make_forum(state="reported"), now().date()
    body = make_stakeholder()
    days = {"later": 30, "late": -3, "soon": 2}
    made = {name: make_action(forum, stakeholder=body, due_on=today + timedelta(days=n)) for name, n in days.items()}
    made["some day"] = make_action(forum, stakeholder=body)
    made["done"] = make_action(forum, stakeholder=body, state="done", due_on=today - timedelta(days=90))
    order = ["late", "soon", "later", "some day", "done"]
    assert list(queries.actions_of(forum)) == [made[name] for name in order]
    assert list(queries.open_actions_of(body)) == [made[name] for name in order[:-1]]
    assert list(ActionPoint.objects.filter(queries.overdue())) == [made["late"]]
    assert [name for name, action in made.items() if action.is_overdue] == ["late"]
    assert list(queries.commitments()) == []  # none of them was promised in a session


def test_communique_is_drafted_circulated_cleared_and_published_by_second_person():
    writer, head, second = make_secretariat(), make_head(), make_secretariat()
    forum = make_forum(state="held", contact="Desk, desk@example.org", title="Forum on rivers")
    came, stayed = make_stakeholder(contact_email="came@example.org"), make_stakeholder(contact_email="no@example.org")
    make_check_in(make_delegate(forum, came))
    make_delegate(forum, stayed)
    made = draft_communique(forum, by=writer, body="Rivers are to be shared.")
    assert draft_communique(forum, by=second, body="Another text.") == made
    kept = edit_communique(made, by=writer, body="Rivers are shared.", version=1)
    assert (kept.version, kept.body) == (2, "Rivers are shared.")
    with pytest.raises(Conflict) as clash:
        edit_communique(made, by=second, body="Rivers belong to all.", version=1)
    assert clash.value.theirs.body == "Rivers are shared."
    assert edit_communique(made, by=second, body="Rivers are shared.", version=1).version == 2  # the same words
    sent = circulate_communique(made, by=writer)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == ("came@example.org", "Forum on rivers: communiqué for your comments")
    assert ["Rivers are shared." in mail.body, "Desk, desk@example.org" in mail.body] == [True, True]
    assert refused(lambda: edit_communique(sent, by=writer, body="No.", version=2)) == [
        "The text is circulated for comment: take it back to draft first."
    ]
    cleared = clear_communique(sent, by=head)
    assert cleared.cleared_by == head
    back = return_communique(cleared, by=writer, reason="A river is missing.")
    assert (back.state, back.cleared_by) == ("draft", None)
    clear_communique(circulate_communique(back, by=writer), by=head)
    with pytest.raises(NotAllowed):
        publish_communique(made, by=writer)
    out = publish_communique(made, by=second)
    assert out.sha256 == hashlib.sha256(b"Rivers are shared.").hexdigest()
    assert queries.published_communique(out.sha256) == out
    assert queries.published_communique("0" * 64) is None
    assert needs_of(COMMUNIQUE_MOVES, out) == []


def test_published_communique_is_immutable():
    out = make_communique(state="published")
    with pytest.raises(DatabaseError), transaction.atomic():
        Communique.objects.filter(pk=out.pk).update(body="Other words.")


def test_forum_is_reported_once_everything_is_closed():
    desk, forum = make_secretariat(), make_forum(state="held")
    session = make_session(forum, state="open")
    make_point(session=session, state="submitted")
    row = {"key": "0" * 32, "kind": "check_in", "device": "Door 1", "payload": {}, "device_at": now(), "by": desk}
    queued = forum.queued_rows.create(outcome="conflict", reason="Came twice.", **row)
    assert refused(lambda: report_forum(forum, by=desk)) == [
        "1 point of the sessions is not validated yet: the minutes are not complete",
        "1 session is still open: the attendance is not closed",
        "The communiqué is not published yet",
        "1 check-in conflict is not resolved",
    ]
    session.points.update(state="validated")
    change(session, state="closed")
    make_communique(forum, state="published")
    change(queued, settled_at=now(), settled_by=desk)
    assert report_forum(forum, by=desk).state == "reported"
