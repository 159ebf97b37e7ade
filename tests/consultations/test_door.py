"""Rows of offline devices: stored as received, imported once, and resolved by people."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from consultations import workflow
from consultations.models import CheckIn, Event, Point, QueuedRow
from consultations.queries import checkin
from consultations.workflow import checkin_queue
from ncm_portal.workflow import Blocked, NotAllowed, now
from tests.factories import (
    change,
    make_check_in,
    make_delegate,
    make_forum,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
)
from tests.threads import at_once, wait_until_one_waits

pytestmark = pytest.mark.django_db
MORNING = checkin.HalfDay(now().date() - timedelta(days=1), "am").begins


@pytest.fixture
def door():
    """Forum of yesterday with two delegates, an officer, and two devices with correct clocks."""
    forum = make_forum(starts_on=MORNING.date(), state="in_session")
    body = make_stakeholder("Coast Network", short_name="")
    one = make_delegate(forum, body, name="Asha Ng'ang'a", badge_number=1)
    two = make_delegate(forum, name="Brian", badge_number=2)
    return SimpleNamespace(forum=forum, one=one, two=two, body=body, by=make_secretariat(name="Desk"))


def code(delegate):
    return f"NCM:{delegate.forum.code}:{delegate.ticket.hex}"


def arrival(delegate=None, at=MORNING, **more):
    """Return a check-in row of a queue."""
    data = {"key": str(uuid.uuid4()), "kind": "check_in", "at": at.isoformat(), "how": "qr"}
    return data | ({"code": code(delegate)} if delegate else {}) | more


def point_row(session, text="A pass.", at=MORNING, **more):
    """Return a point row of a queue."""
    row = {"key": str(uuid.uuid4()), "kind": "point", "at": at.isoformat(), "session": session.pk, "text": text}
    return row | {"sort": "recommendation", "organisation": None} | more


def send(door, *rows, device="a", by=None, device_now=None):
    made = workflow.take_queue(door.forum, rows, device=device, device_now=device_now or now(), by=by or door.by)
    return [(row.outcome, row.reason) for row in made]


def outcomes(found):
    return [outcome for outcome, _reason in found]


TAKEN = ("taken", "")


# --- Taking over ----------------------------------------------------------------------------------------------------


def test_device_rows_are_imported_once_and_stored_as_received(door):
    rows = [arrival(door.one), arrival(badge=2, how="typed", at=MORNING + timedelta(minutes=4))]
    assert send(door, *rows) == [TAKEN, TAKEN]
    before = list(CheckIn.objects.values()), Event.objects.count()
    assert send(door, *rows, device="b") == [TAKEN, TAKEN]
    assert (list(CheckIn.objects.values()), Event.objects.count()) == before
    assert [row.payload for row in QueuedRow.objects.order_by("device_at")] == rows
    first, second = CheckIn.objects.all()
    assert (str(first.key), first.delegate, first.channel, first.device) == (rows[0]["key"], door.one, "qr", "a")
    assert (second.delegate, second.channel, second.by) == (door.two, "manual", door.by)
    assert [event.data for event in Event.objects.about(door.one)] == [{"device": "a"}]
    assert [event.data for event in Event.objects.about(door.forum)] == [{"device": "a", "taken": 2}]


def test_wrong_device_clock_is_corrected(door):
    ahead = timedelta(hours=7, minutes=12)
    send(door, arrival(door.one, at=MORNING + ahead), device_now=now() + ahead)
    check = CheckIn.objects.get()
    assert abs(check.at - MORNING) < timedelta(seconds=5)
    assert check.device_at == MORNING + ahead
    send(door, arrival(door.two, at=now() + timedelta(days=900)))
    assert CheckIn.objects.get(delegate=door.two).at <= now()


def test_same_badge_on_two_devices_counts_once_and_is_conflict(door):
    send(door, arrival(door.one, at=MORNING + timedelta(minutes=31)))
    again = arrival(door.one, at=MORNING + timedelta(minutes=40))
    assert send(door, again) == [("taken", "Already checked in on this device at 09:31.")]
    told = "Asha Ng'ang'a was also checked in by a with the same badge at 09:31."
    assert send(door, arrival(door.one), device="b") == [("conflict", told)]
    assert send(door, arrival(door.one, at=MORNING + timedelta(hours=6)), device="b") == [TAKEN]  # in the afternoon
    assert CheckIn.objects.count() == 3
    assert checkin.attendance_by_half_day(door.forum)[checkin.half_day(MORNING)] == {door.one.pk}


def test_rows_are_processed_by_device_time_and_answered_in_sent_order(door):
    """A device sends its latest row first: the earliest check-in counts."""
    rows = [arrival(door.one, at=MORNING + timedelta(minutes=turn)) for turn in (20, 0, 10)]
    again = ("taken", "Already checked in on this device at 09:00.")
    assert send(door, *rows) == [again, TAKEN, again]
    assert CheckIn.objects.get().device_at == MORNING


def test_double_seat_is_conflict(door):
    substitute = make_delegate(door.forum, door.body, name="Chebet", badge_number=3, sits_in_for=door.one)
    assert send(door, arrival(substitute)) == [TAKEN]
    told = "Chebet has the same seat and was checked in at 09:00. One of them sits in for the other."
    assert send(door, arrival(door.one, at=MORNING + timedelta(minutes=1))) == [("conflict", told)]


def test_refused_rows_are_kept_with_reason(door):
    gone = make_delegate(door.forum, name="Dida", state="withdrawn", badge_number=4)
    elsewhere = make_delegate(make_forum(), name="Elsewhere", badge_number=1)
    rows = [
        arrival(gone), arrival(elsewhere), arrival(code="NCM:X:12"), arrival(code=uuid.uuid4().hex), arrival(badge=99), arrival(),
        arrival(code=f"NCM:OTHER:{door.one.ticket.hex}"), arrival(code={"a": 1}, badge=True),
        {"kind": "wish", "at": "yesterday", "key": 7}, "\0 \ud800", 1e999,
    ]  # fmt: skip
    assert [reason for _outcome, reason in send(door, *rows)] == [
        "Dida is withdrawn, not confirmed, so the badge is not valid.",
        "The badge belongs to another forum.",
        "This is not a badge code, or it was altered.",
        "There is no badge with this code.",
        "There is no badge with the number 99 at this forum.",
        "The badge number is missing.",
        "The badge belongs to another forum.",
        "The badge number is missing.",
        *["This is not a check-in or a point of a session."] * 3,
    ]
    assert not CheckIn.objects.exists()
    assert [row.payload for row in QueuedRow.objects.filter(payload__has_key="as_text").order_by("pk")] == [
        {"as_text": json.dumps("\0 \ud800")}, {"as_text": "Infinity"}
    ]  # fmt: skip
    assert set(outcomes(send(door, *rows))) == {"refused"}
    assert QueuedRow.objects.count() == len(rows)


def test_merged_duplicate_checks_in_as_kept_entry(door):
    double = make_delegate(door.forum, door.body, state="withdrawn", badge_number=5)
    change(double, merged_into=door.one)
    assert send(door, arrival(double)) == [TAKEN]
    assert CheckIn.objects.get().delegate == door.one


def test_queue_of_other_forum_or_too_long_is_refused(door):
    row = arrival(door.one)
    send(door, row)
    with pytest.raises(Blocked) as refusal:
        workflow.take_queue(make_forum(), [arrival(), row], device="a", device_now=now(), by=door.by)
    assert refusal.value.reasons == ["This queue belongs to another forum. Nothing was imported."]
    with pytest.raises(Blocked) as refusal:
        send(door, *[{}] * 2_001)
    assert refusal.value.reasons == ["2,001 rows are too many. Send up to 2,000 at a time."]
    with pytest.raises(NotAllowed):
        send(door, by=make_member())
    assert QueuedRow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_devices_are_processed_in_turn():
    forum, by = make_forum(starts_on=MORNING.date()), make_secretariat()
    rows = [arrival(make_delegate(forum)) for _turn in range(3)]
    door = SimpleNamespace(forum=forum, by=by)
    sent = at_once(*(lambda name=name: send(door, *rows, device=name) for name in "aab"))
    assert [outcomes(found) for found in sent] == [["taken"] * 3] * 3
    assert (CheckIn.objects.count(), QueuedRow.objects.count()) == (3, 3)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["key", "kind", "at", "code", "text"]), inner),
        max_leaves=5,
    ),
    st.datetimes(),
)
def test_any_device_data_can_be_parsed(raw, local):
    clock = checkin_queue.Clock(checkin_queue.moment(local.isoformat(), MORNING), MORNING)
    row = checkin_queue.read(raw, clock, SimpleNamespace(pk=1))
    assert row.key == checkin_queue.read(raw, clock, SimpleNamespace(pk=1)).key
    assert MORNING - checkin_queue.LONGEST_WAIT <= clock.at_the_door(row.device_at) <= MORNING
    json.dumps(row.payload, allow_nan=False).encode()
    assert len(row.word("text")) >= 0
    assert row.number("session") is None or row.number("session") >= 0
    assert row.day("at") is None or row.day("at").year > 0


# --- Points ---------------------------------------------------------------------------------------------------------


def test_points_are_drafts_of_their_session(door):
    session = make_session(door.forum, theme=make_theme("T1"), starts_at=MORNING)
    rows = [point_row(session, organisation=door.body.pk, sort="finding"), point_row(session, "Another.", theme="T2")]
    assert send(door, *rows) == [TAKEN, TAKEN]
    assert send(door, *rows) == [TAKEN, TAKEN]
    found = [(p.text, p.kind, p.stakeholder, p.theme.code, p.state) for p in Point.objects.order_by("number")]
    assert found == [
        ("A pass.", "finding", door.body, "T1", "draft"), ("Another.", "recommendation", None, "T2", "draft"),
    ]  # fmt: skip


def test_offline_commitment_has_owner_and_date(door):
    session = make_session(door.forum, theme=make_theme("T1"), starts_at=MORNING)
    row = point_row(session, sort="commitment", responsible="The registrar", due_on="2027-03-31")
    bad = point_row(session, "Two.", responsible="x" * 201, due_on="2027-02-31")
    assert send(door, row, bad) == [
        TAKEN,
        (
            "refused",
            "“Who will do it” must be 200 characters or fewer. The date in “By when” is not valid.",
        ),
    ]
    point = Point.objects.get()
    assert (point.responsible, point.due_on.isoformat()) == ("The registrar", "2027-03-31")


def test_refused_point_lists_all_reasons(door):
    session, foreign = make_session(door.forum), make_session()
    waiting = make_stakeholder(state="registered")
    rows = [
        point_row(foreign), point_row(session, theme="T9", sort="wish", organisation=waiting.pk), point_row(session), point_row(session, " "),
        point_row(session, "x" * 2_001, theme="T1"), point_row(session, "a\0", theme="T1"),
    ]  # fmt: skip
    assert [reason for _outcome, reason in send(door, *rows)] == [
        "The session is not part of this forum, or you are not its rapporteur.",
        (
            "Its kind is not recognised. The organisation that raised it is not on the "
            "register or not verified. Its theme is not a theme of this consultation."
        ),
        "Choose the theme of the point.",
        "Choose the theme of the point.",
        "The point is 2,001 characters long. It must be 2,000 characters or fewer.",
        "The text contains characters that cannot be shown (U+0000). Remove them and send it again.",
    ]
    assert not Point.objects.exists()


def test_late_offline_point_is_draft(door):
    session = make_session(door.forum, theme=make_theme("T1"), starts_at=MORNING, state="open")
    workflow.close_session(session, by=door.by)
    before, after = now() - timedelta(minutes=5), now() + timedelta(minutes=5)
    found = send(door, point_row(session, at=before), point_row(session, "Late.", at=after), device_now=after)
    assert found[0] == TAKEN
    assert found[1][0] == "conflict"
    reference = Point.objects.get(text="Late.").reference
    assert found[1][1].endswith(f"point {reference} is a draft.")


def test_rapporteur_can_send_points_of_own_session_only(door):
    own, other = (make_session(door.forum, theme=make_theme("T1")) for _turn in range(2))
    person = own.roles.create(user=make_user(), kind="rapporteur").user
    found = send(door, point_row(own), point_row(other), arrival(door.one), by=person)
    assert outcomes(found) == ["taken", "refused", "refused"]
    assert found[2][1] == "Only the secretariat can check in delegates."


# --- Settling -------------------------------------------------------------------------------------------------------


@pytest.fixture
def rivals(door):
    """The same badge on three devices; the last to arrive was the first check-in."""
    for minutes, device in ((30, "a"), (40, "b"), (10, "c")):
        send(door, arrival(door.one, at=MORNING + timedelta(minutes=minutes)), device=device)
    door.b, door.c = QueuedRow.objects.filter(outcome="conflict").order_by("pk")
    return door


def counting_devices(door):
    return list(checkin.counting(door.forum).order_by("device").values_list("device", flat=True))


@pytest.mark.parametrize(
    ("how", "stay", "open_ones"),
    [("first", ["c"], 0), ("this", ["b"], 0), ("void", ["a", "c"], 1), ("note", ["a", "b", "c"], 1)],
)
def test_conflict_is_resolved_by_voiding_row(rivals, how, stay, open_ones):
    settled = workflow.settle_queued(rivals.b, by=rivals.by, how=how, note="Asked at the desk.")
    assert (settled.settled_by, counting_devices(rivals)) == (rivals.by, stay)
    assert settled.settled_how == f"{workflow.ConflictResolution(how).label}. Asked at the desk."
    assert QueuedRow.objects.filter(outcome="conflict", settled_at=None).count() == open_ones
    assert CheckIn.objects.filter(voids=None).count() == 3
    with pytest.raises(Blocked) as refusal:
        workflow.settle_queued(rivals.b, by=rivals.by, how=how, note="Again.")
    assert "Desk has already resolved it." in refusal.value.reasons


def test_resolution_reports_every_missing_value(rivals):
    send(rivals, arrival(badge=99))
    lost = QueuedRow.objects.get(outcome="refused")
    taken = QueuedRow.objects.get(outcome="taken")
    for row, how, reasons in [
        (lost, "first", ["It did not create a check-in that could be voided. Keep it with a note."]),
        (lost, "note", ["Enter a note: what you found out and why it can stay."]),
        (
            taken,
            "wish",
            ["It was imported without a conflict, so there is nothing to resolve.", "Choose how to resolve it."],
        ),
    ]:
        with pytest.raises(Blocked) as refusal:
            workflow.settle_queued(row, by=rivals.by, how=how)
        assert refusal.value.reasons == reasons
    with pytest.raises(NotAllowed):
        workflow.settle_queued(lost, by=make_member(), how="note", note="Mine.")


@pytest.mark.django_db(transaction=True)
def test_concurrent_resolution_waits_for_the_first(door):
    """One voids the first check-in while another keeps it: together they would void everybody."""
    for minutes, device in ((30, "a"), (40, "b"), (10, "c")):
        send(door, arrival(door.one, at=MORNING + timedelta(minutes=minutes)), device=device)
    b, c = QueuedRow.objects.filter(outcome="conflict").order_by("pk")
    second = make_secretariat(name="Second")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            workflow.settle_queued(c, by=door.by, how="void")
            answer = pool.submit(at_once, lambda: workflow.settle_queued(b, by=second, how="first"))
            wait_until_one_waits()
        [settled] = answer.result()
    assert (settled.settled_by, counting_devices(door)) == (second, ["a"])


def test_repeated_badges_are_resolved_together_without_substitutes(rivals):
    substitute = make_delegate(rivals.forum, rivals.body, name="Chebet", badge_number=3, sits_in_for=rivals.two)
    signed = checkin.half_day(MORNING)
    workflow.enter_register(rivals.forum, signed, by=rivals.by, signed=[rivals.one.pk])
    for who, device in ((substitute, "a"), (substitute, "b"), (rivals.two, "c")):
        send(rivals, arrival(who), device=device)
    assert workflow.settle_doubles(rivals.forum, by=rivals.by) == 2
    left = checkin.counting(rivals.forum).filter(delegate=rivals.one)
    assert sorted((check.channel, check.device) for check in left) == [("paper", ""), ("qr", "c")]
    assert QueuedRow.objects.filter(outcome="conflict", settled_at=None).count() == 2
    assert [event.verb for event in Event.objects.about(rivals.one)].count("void_check_in") == 2
    with pytest.raises(Blocked) as refusal:
        workflow.settle_doubles(rivals.forum, by=rivals.by)
    assert refusal.value.reasons == ["There are no more badges checked in on several devices to resolve."]
    with pytest.raises(NotAllowed):
        workflow.settle_doubles(rivals.forum, by=make_member())


# --- The signed register --------------------------------------------------------------------------------------------


def test_register_is_entered_once_and_can_be_corrected(door):
    half = checkin.half_day(MORNING)
    make_session(door.forum, starts_at=MORNING + timedelta(minutes=30))
    both = [door.one.pk, door.two.pk]
    send(door, arrival(door.one))
    assert workflow.enter_register(door.forum, half, by=door.by, signed=both) == (2, 0)
    assert workflow.enter_register(door.forum, half, by=door.by, signed=both) == (0, 0)
    check = CheckIn.objects.get(delegate=door.two)
    assert (check.channel, check.at, check.device) == ("paper", MORNING + timedelta(minutes=30), "")
    assert checkin.attendance_by_half_day(door.forum) == {half: set(both)}
    assert send(door, arrival(door.two, at=MORNING + timedelta(minutes=31)), device="b") == [TAKEN]
    signed = {"signed": [door.one.pk], "unsigned": [door.two.pk]}
    assert workflow.enter_register(door.forum, half, by=door.by, **signed) == (0, 1)
    assert workflow.enter_register(door.forum, half, by=door.by, signed=both) == (1, 0)


def test_register_of_future_half_day_or_with_withdrawn_delegate_is_refused(door):
    later = checkin.half_day(now() + timedelta(days=1))
    stranger = make_delegate(door.forum, state="withdrawn")
    with pytest.raises(Blocked) as refusal:
        workflow.enter_register(door.forum, later, by=door.by, signed=[stranger.pk])
    assert refusal.value.reasons == [
        "This half-day has not started, so nobody can have signed for it.",
        "Someone you ticked no longer has a seat. Reload the register.",
    ]
    with pytest.raises(NotAllowed):
        workflow.enter_register(door.forum, later, by=make_member(), signed=[])
    assert make_check_in(door.one).device == ""
