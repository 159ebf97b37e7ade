"""Verbs on points: extracted once, joined without loss, separated again."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from consultations import workflow
from consultations.models import Event, Point
from consultations.workflow import POINT_MOVES
from ncm_portal.workflow import Blocked, moves_open_to, needs_of
from tests.access_log import refused_verbs
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_member,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SECRETARIAT = "Only the secretariat can do this: {}."
WRITERS = "Only the secretariat or the session's rapporteur can do this: {}."
READERS = "Only the secretariat or the session's chair can do this: {}."


def refused(verb, *args, **kwargs):
    """Return the reasons of a refusal."""
    with pytest.raises(Blocked) as refusal:
        verb(*args, **kwargs)
    return refusal.value.reasons


def verbs(record):
    """Return the journal's verbs about a record, oldest first."""
    return [event.verb for event in Event.objects.about(record)]


def rapporteur_of(session):
    return session.roles.create(user=make_user(), kind="rapporteur").user


def outsiders():
    return [make_user(), make_member(), make_user("official"), make_user("sysadmin")]


# --- Out of an input ------------------------------------------------------------------------------------------------


def test_point_is_extracted_from_accepted_input():
    submission, by, provision = make_submission(), make_secretariat(), make_provision("GCM-02")
    point = workflow.split(submission, by=by, kind="finding", text=" Rain fails. ", provisions=[provision])
    assert (point.reference, point.number) == (f"{submission.reference}.1", 1)
    assert (point.text, point.kind, point.theme, point.stakeholder) == (
        "Rain fails.", "finding", submission.theme, submission.stakeholder,
    )  # fmt: skip
    assert (point.state, point.created_by, list(point.provisions.all())) == ("validated", by, [provision])
    assert verbs(point) == ["write", "validate"]


def test_points_of_input_are_numbered_consecutively():
    submission, by, other = make_submission(), make_head(), make_theme("T2")
    points = [workflow.split(submission, by=by, kind="finding", text=f"Point {n}", theme=other) for n in range(3)]
    assert [point.number for point in points] == [1, 2, 3]
    assert {point.theme for point in points} == {other}


def test_same_text_extracted_again_is_same_point():
    submission, by = make_submission(), make_secretariat()
    first, second, other = (
        workflow.split(submission, by=by, kind=kind, text="Rain fails.") for kind in ("finding", "finding", "challenge")
    )
    assert first == second != other
    assert Point.objects.count() == 2


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "set_aside", "withdrawn"])
def test_no_point_from_input_that_is_not_on_file(state):
    submission = make_submission(state=state)
    reasons = refused(workflow.split, submission, by=make_secretariat(), kind="finding", text="x")
    assert reasons == ["Put the input on file before splitting it into points."]
    assert (verbs(submission), refused_verbs(submission)) == ([], ["split"])


def test_empty_point_is_refused():
    submission = make_submission()
    reasons = refused(workflow.split, submission, by=make_secretariat(), kind="finding", text=" \n")
    assert reasons == ["Enter what the point says."]
    assert not Point.objects.exists()


def test_only_secretariat_extracts_points():
    submission = make_submission()
    for by in (*outsiders(), submission.author):
        reasons = refused(workflow.split, submission, by=by, kind="finding", text="x")
        assert reasons == [SECRETARIAT.format("Split an input into points")]


# --- In a session ---------------------------------------------------------------------------------------------------


def test_rapporteur_writes_and_submits_and_secretariat_validates():
    session, body = make_session(theme=make_theme("T2")), make_stakeholder()
    rapporteur = rapporteur_of(session)
    point = workflow.write_point(session, by=rapporteur, kind="commitment", text="We will.", stakeholder=body)
    assert point.reference == f"{session.forum.code}.S{session.order}.1"
    assert (point.state, point.theme, point.stakeholder) == ("draft", session.theme, body)
    assert workflow.hand_in(point, by=rapporteur).state == "submitted"
    assert refused(workflow.validate, point, by=rapporteur) == [READERS.format("Validate")]
    assert workflow.validate(point, by=make_secretariat()).state == "validated"
    assert verbs(point) == ["write", "hand_in", "validate"]
    assert refused_verbs(point) == ["validate"]


def test_session_point_requires_theme():
    session = make_session()
    reasons = refused(workflow.write_point, session, by=make_secretariat(), kind="finding", text="x")
    assert reasons == ["Choose the theme of the point."]
    assert (
        workflow.write_point(session, by=make_secretariat(), kind="finding", text="x", theme=make_theme()).number == 1
    )


def test_two_organisations_may_have_points_with_same_text():
    session, by = make_session(theme=make_theme()), make_secretariat()
    one, other = make_stakeholder(), make_stakeholder()
    points = [
        workflow.write_point(session, by=by, kind="finding", text="Yes.", stakeholder=body)
        for body in (one, other, one)
    ]
    assert points[0] == points[2] != points[1]


def test_commitment_has_owner_and_date():
    session, by, day = make_session(theme=make_theme()), make_secretariat(), date(2027, 3, 31)
    promise = {"kind": "commitment", "text": "We will.", "responsible": " The registrar ", "due_on": day}
    point = workflow.write_point(session, by=by, **promise)
    assert (point.responsible, point.due_on) == ("The registrar", day)
    assert workflow.write_point(session, by=by, **promise) == point
    assert workflow.write_point(session, by=by, **promise | {"due_on": None}) != point
    later = workflow.correct_point(point, by=by, **promise | {"due_on": date(2027, 6, 30)})
    assert (later.responsible, later.due_on) == ("The registrar", date(2027, 6, 30))
    assert Event.objects.about(point).last().data["due_on"] == "2027-03-31"


def test_others_cannot_write_points_in_session():
    session, elsewhere = make_session(theme=make_theme()), make_session()
    chair = session.roles.create(user=make_user(), kind="chair").user
    for by in (*outsiders(), chair, rapporteur_of(elsewhere)):
        reasons = refused(workflow.write_point, session, by=by, kind="finding", text="x")
        assert reasons == [WRITERS.format("Record a point")]


def test_only_own_rapporteur_submits_point():
    point = make_point(session=make_session(), state="draft")
    assert refused(workflow.hand_in, point, by=rapporteur_of(make_session())) == [WRITERS.format("Hand in")]


# --- Merging --------------------------------------------------------------------------------------------------------


@pytest.fixture
def twins():
    consultation = make_consultation()
    return [make_point(make_submission(consultation)) for _turn in range(3)]


def test_merged_point_is_joined_to_other_and_kept(twins):
    point, into, _other = twins
    merged = workflow.merge(point, into=into, by=make_secretariat(), reason="Both ask for a pass.")
    assert (merged.state, merged.merged_into, merged.text) == ("merged", into, point.text)
    event = Event.objects.about(point).last()
    assert (event.verb, event.reason, event.data) == ("merge", "Both ask for a pass.", {"into": into.reference})


def test_joined_points_move_to_new_target(twins):
    first, second, third = twins
    by = make_secretariat()
    workflow.merge(first, into=second, by=by, reason="same")
    workflow.merge(second, into=third, by=by, reason="same")
    assert sorted(point.pk for point in third.merged.all()) == sorted([first.pk, second.pk])


def test_merged_point_can_be_separated(twins):
    point, into, _other = twins
    by = make_secretariat()
    workflow.merge(point, into=into, by=by, reason="same")
    apart = workflow.unmerge(point, by=by, reason="Not the same county.")
    assert (apart.state, apart.merged_into) == ("validated", None)
    assert verbs(point) == ["merge", "unmerge"]


def test_refused_merge_lists_all_reasons(twins):
    point, into, _other = twins
    elsewhere = make_point(state="draft")
    by = make_secretariat()
    assert refused(workflow.merge, point, into=point, by=by, reason="x") == ["A point cannot be joined to itself."]
    assert refused(workflow.merge, point, into=elsewhere, by=by, reason="x") == [
        "Both points must belong to the same consultation.",
        f"{elsewhere.reference} is draft: choose a validated point.",
    ]
    assert refused(workflow.merge, point, into=into, by=by, reason=" ") == [
        "Enter a reason. It is kept in the journal."
    ]
    assert (verbs(point), refused_verbs(point)) == ([], ["merge"] * 3)


def test_point_cannot_be_merged_into_merged_point(twins):
    first, second, third = twins
    by = make_secretariat()
    workflow.merge(second, into=third, by=by, reason="same")
    reasons = refused(workflow.merge, first, into=second, by=by, reason="same")
    assert reasons == [f"{second.reference} is joined to another: choose a validated point."]


@pytest.mark.parametrize("verb", ["merge", "unmerge", "dispose", "validate"])
def test_only_secretariat_moves_points(verb, twins):
    point, into, _other = twins
    more = {"merge": {"into": into, "reason": "x"}, "unmerge": {"reason": "x"}}.get(verb, {})
    for by in outsiders():
        reasons = refused(getattr(workflow, verb), point, by=by, **more)
        who = READERS if verb == "validate" else SECRETARIAT
        assert reasons == [who.format(POINT_MOVES[verb].label)]


@pytest.mark.parametrize(
    ("verb", "open_in"),
    [
        ("hand_in", {"draft"}),
        ("validate", {"draft", "submitted"}),
        ("unmerge", {"merged"}),
        ("dispose", {"validated"}),
    ],
)
@pytest.mark.parametrize("state", ["draft", "submitted", "validated", "merged", "disposed"])
def test_move_is_refused_in_other_states(verb, open_in, state):
    into = make_point() if state == "merged" else None
    point = make_point(make_submission(), state=state, into=into)
    act, more = getattr(workflow, verb), {"reason": "x"} if verb == "unmerge" else {}
    if state in open_in:
        assert act(point, by=make_secretariat(), **more).state == POINT_MOVES[verb].target
    else:
        word = point.get_state_display()
        assert refused(act, point, by=make_secretariat(), **more) == [
            f"You cannot use “{POINT_MOVES[verb].label}” while this is {word}."
        ]


def test_panel_names_who_makes_next_move():
    point = make_point(state="draft")
    assert [need.text for need in needs_of(POINT_MOVES, point)] == [
        "Next: Hand in. Who: the secretariat or the session's rapporteur",
        "Next: Validate. Who: the secretariat or the session's chair",
    ]
    assert [str(found.move.label) for found in moves_open_to(POINT_MOVES, point, make_head())] == [
        "Hand in",
        "Validate",
        "Take back",
    ]


# --- Read back by the session's chair -------------------------------------------------------------------------------


def chair_of(session):
    return session.roles.create(user=make_user(), kind="chair").user


def test_chair_validates_points_of_own_session_only():
    session = make_session(theme=make_theme())
    chair, rapporteur = chair_of(session), rapporteur_of(session)
    stranger = chair_of(make_session())
    point = workflow.write_point(session, by=rapporteur, kind="finding", text="Said so.")
    assert refused(workflow.send_back, point, by=chair, reason="Not so.") == [
        "You cannot use “Send back” while this is draft."
    ]
    workflow.hand_in(point, by=rapporteur)
    for act, more in ((workflow.validate, {}), (workflow.send_back, {"reason": "Not so."})):
        label = POINT_MOVES[act.__name__].label
        for by in (stranger, rapporteur):
            assert refused(act, point, by=by, **more) == [READERS.format(label)]
    assert refused(workflow.send_back, point, by=chair, reason=" ") == ["Enter a reason. It is kept in the journal."]
    sent = workflow.send_back(point, by=chair, reason="It was the union that said so.")
    assert (sent.state, Event.objects.about(point).last().reason) == ("draft", "It was the union that said so.")
    union = make_stakeholder()
    said = {"text": "The union said so.", "kind": "finding", "stakeholder": union}
    assert refused(workflow.correct_point, point, by=chair, **said) == [WRITERS.format("Correct a point")]
    right = workflow.correct_point(point, by=rapporteur, **said)
    assert (right.text, right.stakeholder, right.theme) == ("The union said so.", union, session.theme)
    assert Event.objects.about(point).last().data["text"] == "Said so."
    workflow.hand_in(right, by=rapporteur)
    assert workflow.validate(right, by=chair).state == "validated"
    assert refused(workflow.correct_point, right, by=rapporteur, **said | {"text": " "}) == [
        "Enter what the point says.",
        f"Only a draft of a session can be corrected: {point.reference} is validated.",
    ]


def test_correction_cannot_duplicate_text_of_other_point():
    session = make_session(theme=make_theme())
    by = rapporteur_of(session)
    one, two = (workflow.write_point(session, by=by, kind="finding", text=text) for text in ("One.", "Two."))
    assert refused(workflow.correct_point, two, by=by, text=one.text, kind="finding") == [
        "This session already has a point with the same text."
    ]


# --- At the same moment, and the database itself --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_points_extracted_concurrently_have_different_numbers():
    submission, by = make_submission(), make_secretariat()
    points = at_once(
        *(lambda n=n: workflow.split(submission, by=by, kind="finding", text=f"Point {n}") for n in range(4))
    )
    assert sorted(point.number for point in points) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_point_extracted_twice_concurrently_is_one_point():
    submission, by = make_submission(), make_secretariat()
    points = at_once(*[lambda: workflow.split(submission, by=by, kind="finding", text="Once")] * 3)
    assert {point.pk for point in points} == {Point.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_concurrent_merges_make_no_cycle(twins):
    first, second, _other = twins
    by = make_secretariat()
    results = at_once(
        lambda: workflow.merge(first, into=second, by=by, reason="same"),
        lambda: workflow.merge(second, into=first, by=by, reason="same"),
    )
    assert sorted(type(result).__name__ for result in results) == ["Blocked", "Point"]
    first.refresh_from_db()
    second.refresh_from_db()
    assert sorted([first.state, second.state]) == ["merged", "validated"]


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "wish"}, {"submission": None}, {"state": "merged"}, {"number": 2}],
)
def test_database_refuses_incomplete_point(wrong):
    submission = make_submission()
    point, _second = make_point(submission), make_point(submission)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(point, **wrong)


def test_database_refuses_point_joined_to_itself():
    point = make_point()
    with pytest.raises(IntegrityError), transaction.atomic():
        change(point, state="merged", merged_into=point)


def test_a_point_has_one_source():
    point = make_point()
    with pytest.raises(IntegrityError), transaction.atomic():
        change(point, session=make_session())
