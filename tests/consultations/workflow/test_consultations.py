"""Consultations: opened on their day or early, extended."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, OutgoingMail
from consultations.workflow import CONSULTATION_MOVES
from ncm_portal.workflow import Blocked, NotAllowed, needs_of, now
from tests.factories import make_consultation, make_head, make_member, make_secretariat, make_stakeholder

pytestmark = pytest.mark.django_db


def refused(act, *args, **kwargs):
    """Return the reasons of a refusal."""
    with pytest.raises(Blocked) as refusal:
        act(*args, **kwargs)
    return refusal.value.reasons


def test_consultation_opens_with_themes_and_future_deadline():
    past = {"opens_at": now() - timedelta(days=9), "closes_at": now() - timedelta(days=1)}
    bare = make_consultation(state="draft", themes=(), **past)
    reasons = ["It has no theme yet", "Its deadline has passed"]
    assert refused(workflow.open_consultation, bare, by=make_secretariat()) == reasons
    assert [need.text for need in needs_of(CONSULTATION_MOVES, bare)][:2] == reasons


@pytest.mark.parametrize("state", ["open", "closed"])
def test_extension_moves_deadline_and_mails_verified_organisations(state):
    person, _waiting = make_member(), make_member(make_stakeholder(state="registered"))
    consultation = make_consultation(state=state)
    before, later = consultation.closes_at, consultation.closes_at + timedelta(days=3)
    extended = workflow.extend(consultation, closes_at=later, by=make_head(), reason="Floods in Tana River.")
    assert (extended.state, extended.closes_at, extended.takes_inputs) == ("open", later, True)
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [person.email]
    event = Event.objects.about(consultation).last()
    assert event.data == {"from": before.isoformat(), "to": later.isoformat()}


def test_journal_records_deadline_from_locked_row():
    seen, by = make_consultation(), make_head()
    deadlines = [seen.closes_at + timedelta(days=days) for days in (7, 14)]
    for later in deadlines:
        workflow.extend(seen, closes_at=later, by=by, reason="Floods.")
    assert Event.objects.about(seen).last().data["from"] == deadlines[0].isoformat()


def test_deadline_moves_only_later_and_into_future():
    consultation, by = make_consultation(), make_head()
    reason = ["The new deadline must be in the future and later than the old one."]
    earlier = consultation.closes_at - timedelta(hours=1)
    assert refused(workflow.extend, consultation, closes_at=earlier, by=by, reason="x") == reason
    with time_machine.travel(consultation.closes_at + timedelta(days=9), tick=False):
        passed = consultation.closes_at + timedelta(days=1)
        assert refused(workflow.extend, consultation, closes_at=passed, by=by, reason="x") == reason
    assert not OutgoingMail.objects.exists()


# --- On its day, or before it ---------------------------------------------------------------------------------------


@time_machine.travel("2026-12-02T06:00:00Z", tick=False)
def test_secretariat_opens_a_consultation_from_its_planned_day_on():
    tonight, tomorrow = now() + timedelta(hours=10), now() + timedelta(hours=20)
    planned = {"state": "draft", "closes_at": now() + timedelta(days=90)}
    assert workflow.open_consultation(
        make_consultation(opens_at=tonight, **planned), by=make_secretariat()
    ).takes_inputs
    later = make_consultation(opens_at=tomorrow, **planned)
    reason = "It is planned for 3 December 2026. Before that day only the head of the secretariat can open it"
    assert refused(workflow.open_consultation, later, by=make_head()) == [reason]


def test_head_opens_a_consultation_early_and_the_planned_time_moves_to_now():
    planned = now() + timedelta(days=26)
    draft = make_consultation(state="draft", opens_at=planned, closes_at=planned + timedelta(days=30))
    with pytest.raises(NotAllowed):
        workflow.open_early(draft, by=make_secretariat(), reason="The minister asked.")
    effects = CONSULTATION_MOVES["open_early"].effects_on(draft)
    assert effects.heading == f"This opens {draft.short_title} 26 days early"
    assert effects.sentences[-1].endswith("56 days instead of 30.")
    opened = workflow.open_early(draft, by=make_head(), reason="The minister asked.")
    assert (opened.state, opened.takes_inputs) == ("open", True)
    assert timezone.now() - opened.opens_at < timedelta(minutes=1)
    event = Event.objects.about(draft).last()
    assert (event.verb, event.reason, event.data["from"]) == (
        "open_early",
        "The minister asked.",
        planned.isoformat(),
    )


def test_nothing_is_opened_early_on_its_day():
    draft = make_consultation(state="draft")
    assert refused(workflow.open_early, draft, by=make_head(), reason="Now.") == [
        "The planned day has come, so it is not early"
    ]
    assert all("early" not in need.text for need in needs_of(CONSULTATION_MOVES, draft))
