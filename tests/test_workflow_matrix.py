"""Every table of moves × every state × every move × every kind of person, generated from the tables.

Verbs do exactly what the tables say, and the database triggers allow exactly the same moves.
"""

import copy
import importlib
import inspect
import pkgutil
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

import consultations.workflow
import positions.workflow
from consultations.models import Event
from ncm_portal import workflow
from ncm_portal.workflow import Blocked, Move, NotAllowed, make, no_conditions, verb
from tests.access_log import refusals
from tests.factories import make_point
from tests.paper_factories import make_paper
from tests.prepared import PREPARED
from tests.worlds import BARE, MODELS, READY, make_world

PACKAGES = (consultations.workflow, positions.workflow)
TABLES: dict[str, dict[str, Move]] = {
    name: found
    for package in PACKAGES
    for name, found in vars(package).items()
    if name.endswith("_MOVES") and isinstance(found, dict)
}
CASES = [(name, state) for name in TABLES for state in MODELS[name].State.values]
BARE_CASES = [
    (name, state)
    for name, state in CASES
    if any(state in move.sources and move.conditions is not no_conditions for move in TABLES[name].values())
]
WHY = "It was agreed so."
BEGUN = {"SUBMISSION_MOVES": ["submitted"]}  # what somebody typed for its author, as here, begins as sent
# A fact and two queues: moved by no table.
MOVED_BY_NOBODY = {"milestone", "outgoingmail", "job"}
MOVED_BY_THE_PORTAL = {"ATTACHMENT_MOVES"}  # some of their moves nobody else makes


def later() -> Any:
    """Return a time late enough for every condition."""
    return workflow.now() + timedelta(days=30)


# What a verb is given beside the record and the person, by the name of its argument.
ARGUMENTS = {
    "closes_at": lambda record: later(),
    "due_at": lambda record: later(),
    "until": lambda record: later(),
    "text": lambda record: "Words taken in part.",
    "rule": lambda record: "consensus",
    "report": lambda record: WHY,
    "because": lambda record: "spam",
    "into": lambda record: make_point(session=record.session),
    "newer": lambda record: make_paper(record.consultation, state="published"),
}


def _send(submission: Any) -> None:
    submission.reference, submission.submitted_at, submission.content_sha256 = "NCM-1", workflow.now(), "0" * 64


def _answer(clearance: Any) -> None:
    clearance.answered_at = workflow.now()


def _answered(invitation: Any) -> None:
    invitation.answered_at = workflow.now()


# Moves that a verb makes on its way, with what it sets beside the state.
ON_THE_WAY = {
    "take_in": ("take_in", _send),
    "answer": ("take_stance", _answer),
    "answer_by_letter": ("complete_by_letter", _answer),
    "ask_again": ("request_clearance", None),
    "answer_invitation": ("answer_invitation", _answered),
    "decline_invitation": ("decline_invitation", _answered),
    "add_file": ("add_file", None),
    "hold_file": ("add_file", None),
    "reject_file": ("add_file", None),
    "admit_file": ("judge_file", None),
    "refuse_file": ("judge_file", None),
    "remove_file": ("remove_file", None),
    "give_up_file": ("give_up_file", None),
}


def function(name: str, model: Any) -> Any:
    """Return the verb of this name; if two packages have one, that of the model's app."""
    own = [package for package in PACKAGES if package.__name__.startswith(model._meta.app_label)]
    return next(getattr(package, name) for package in (*own, *PACKAGES) if hasattr(package, name))


def calls(move: Move, record: Any) -> Any:
    """Return a function of person and reason that makes the move through its verb."""
    if move.verb in ON_THE_WAY:
        change = ON_THE_WAY[move.verb][1]
        return lambda by, reason: make(move, record, by=by, reason=reason, change=change)
    act = function(move.verb, type(record))
    names = list(inspect.signature(act).parameters.values())[1:]
    needed = [each.name for each in names if each.default is each.empty and each.name not in ("by", "reason", "note")]
    given = {name: ARGUMENTS[name](record) for name in needed}
    why = next((each.name for each in names if each.name in ("reason", "note")), None)
    return lambda by, reason: act(record, by=by, **given, **({why: reason} if why else {}))


def with_portal(table: str, people: dict[str, Any]) -> dict[str, Any]:
    """Return these people, and the portal if it makes moves of this table that nobody else makes."""
    return {**people, "the portal": None} if table in MOVED_BY_THE_PORTAL else people


def refusal(act: Any, by: Any, reason: str) -> Any:
    """Make a move and return the class of its refusal, or None."""
    try:
        act(by, reason)
    except Blocked as raised:
        return type(raised)
    return None


def told(move: Move, record: Any, may: bool, met: bool, reason: str) -> Any:
    """Return the class of the refusal that the table requires in this case, or None."""
    if not may:
        return NotAllowed
    if record.state not in move.sources or not met or (move.needs_reason and not reason):
        return Blocked
    return None


def stands(record: Any) -> tuple[str, int, int]:
    """Return the state of the record and its numbers of journal entries and logged refusals."""
    state = type(record)._base_manager.values_list("state", flat=True).get(pk=record.pk)
    return state, Event.objects.about(record).count(), len(refusals(record))


def try_all(move: Move, record: Any, people: dict[str, Any]) -> tuple[list[str], set[str]]:
    """Let people make the move; return differences from the table and who was allowed.

    The predicate is evaluated for everybody. Whoever is permitted makes the move, which is rolled back. Of those
    refused for the same reason one per role tries in turn; a refusal may only add one access log entry each.
    """
    met = all(condition.met for condition in move.conditions(record))
    act, before = calls(move, record), stands(record)
    wrong, winners, refused = [], set(), {}
    for role, person in people.items():
        may = move.may(person, record)
        for reason in ["", WHY] if move.needs_reason and may else [WHY]:
            expected = told(move, record, may, met, reason)
            if expected is None:
                winners.add(role)
                wrong += _made(move, record, act, person, reason)
            else:
                refused.setdefault((expected, reason), []).append((role, person))
    for (expected, reason), roles in refused.items():
        role, person = roles[zlib.crc32(f"{move.verb} {record.state}".encode()) % len(roles)]
        got = refusal(act, person, reason)
        wrong += [] if got is expected else [f"{move.verb} by {role}, {reason!r}: {expected}, not {got}"]
    kept = 0 if move.verb in ON_THE_WAY else len(refused)
    if stands(record) != (*before[:2], before[2] + kept):
        wrong.append(f"{move.verb}: a refusal changed something: {before}, {stands(record)}")
    return wrong, winners


def _made(move: Move, record: Any, act: Any, person: Any, reason: str) -> list[str]:
    """Make a permitted move, inspect it and roll it back; return the differences."""
    with transaction.atomic():
        got = refusal(act, person, reason)
        state, *_counts = stands(record)
        last = Event.objects.about(record).last()
        transaction.set_rollback(True)
    right = got is None and state == (move.target or state)
    entry = last and (last.verb, last.before, last.after, last.by)
    right = right and entry == (move.verb, record.state, state, person)
    return [] if right else [f"{move.verb} by {person}: refused with {got}, now {state}, journal {entry}"]


@pytest.fixture(autouse=True)
def files_are_sound(monkeypatch):
    """Skip the check of edition files on publication: none was printed here (tests/positions/edition prints)."""
    monkeypatch.setattr("positions.edition.problems", lambda frozen: [])
    monkeypatch.setattr("positions.edition.render_artefacts", lambda frozen: None)


@pytest.fixture(scope="module")
def shared_world(made_once):
    return made_once(make_world)


@pytest.fixture
def world(shared_world, db):
    return copy.deepcopy(shared_world)


@pytest.mark.parametrize(("table", "state"), CASES)
def test_verbs_do_what_the_table_says(world, table, state):
    model = MODELS[table]
    record = READY[model](world, state)
    assert record.state == state
    found, stuck = [], []
    for move in TABLES[table].values():
        with transaction.atomic():
            if state in move.sources and move.verb in PREPARED:
                PREPARED[move.verb](record)
            wrong, winners = try_all(move, record, with_portal(table, world.people.roles))
            found += wrong
            if (state in move.sources) != bool(winners):
                stuck.append(move.verb)
            transaction.set_rollback(True)
        record.refresh_from_db()
    assert found == []
    assert stuck == []  # each move out of this state was made by somebody, and no other


@pytest.mark.parametrize(("table", "state"), BARE_CASES)
def test_verbs_are_blocked_while_a_condition_is_not_met(world, table, state):
    model = MODELS[table]
    record = BARE[model](world, state)
    found, open_ones = [], []
    for move in TABLES[table].values():
        if state in move.sources and move.conditions is not no_conditions:
            wrong, winners = try_all(move, record, with_portal(table, world.people.roles))
            found += wrong
            open_ones += [move.verb] if winners else []
    assert found == []
    assert open_ones == []


@pytest.mark.parametrize("state", TABLES["PAPER_MOVES"]["suspend"].sources)
def test_suspended_paper_resumes_its_state(world, state):
    paper = READY[MODELS["PAPER_MOVES"]](world, state)
    halted = positions.workflow.suspend(paper, by=world.people.head, reason=WHY)
    assert (halted.state, halted.suspended_from) == ("suspended", state)
    resumed = positions.workflow.resume(halted, by=world.people.head)
    assert (resumed.state, resumed.suspended_from) == (state, "")


# --- Who --------------------------------------------------------------------------------------------------------

OFFICERS = {"secretariat", "second officer", "officer who acts for the organisation", "head"}
OWN = {"focal point", "officer who acts for the organisation"}
WHO = {
    "the secretariat": OFFICERS,
    "the head of the secretariat": {"head"},
    "the chair": {"head"},
    "the secretariat, or the portal automatically": OFFICERS,
    "anyone with the link in the letter, or the secretariat for an answer on paper": OFFICERS,
    "the secretariat (not for an organisation they act for)": OFFICERS - OWN,
    "a member of the secretariat other than the one who typed the input": OFFICERS - {"secretariat"},
    "focal points and alternates of the organisation": OWN,
    "the primary focal point of the organisation": {"focal point"},
    "the secretariat or the organisation that sends the delegate": OFFICERS | OWN,
    "the secretariat or the session's rapporteur": OFFICERS | {"rapporteur"},
    "the secretariat or the session's chair": OFFICERS | {"chair of the session"},
    "a clearing officer of the ministry": {"clearing officer"},
    "an officer of the secretariat other than the one who proposed the correction": OFFICERS - {"secretariat"},
    "an officer of the secretariat other than the one who typed the letter": OFFICERS - {"secretariat"},
    "an officer of the secretariat other than the one who wrote the text last": OFFICERS - {"secretariat"},
    "a second person with the right to confirm it, who neither proposed it nor is concerned by it": OFFICERS - {"head"}
    | {"system administrator"},
    "whoever proposed it": {"head"},
    "the authors of the input, or the secretariat for the original of what came on paper": OWN,
    "the portal by itself": {"the portal"},
    "whoever decided, within 10 minutes": set(),  # of what nobody decided on
    "the sponsor": OWN | {"clearing officer"},
    "a member of the NCM, or the secretariat for a member": OFFICERS
    | OWN
    | {"clearing officer", "clearing officer of another"},
    "an officer of the secretariat other than the one who proposed publication": OFFICERS - {"secretariat"},
}


@pytest.mark.parametrize("table", TABLES)
def test_predicate_text_matches_its_behaviour(world, table):
    """Refusal messages and the page of roles state what the predicate checks."""
    model = MODELS[table]
    state = "adopted" if table == "PAPER_MOVES" else model._meta.get_field("state").default
    record = READY[model](world, state)
    allowed = {
        move.verb: {
            role for role, person in with_portal(table, world.people.everybody).items() if move.may(person, record)
        }
        for move in TABLES[table].values()
    }
    assert allowed == {move.verb: WHO[str(move.who)] for move in TABLES[table].values()}


# --- The database's own guards ------------------------------------------------------------------------------------


def trigger(model: Any, name: str) -> Any:
    """Return the model's trigger of this name, or None."""
    return next((each for each in getattr(model._meta, "triggers", []) if each.name == name), None)


def edges(table: dict[str, Move]) -> set[tuple[str, str]]:
    """Return the state transitions of the moves. "resume" returns to the state before "suspend"."""
    found = {(source, move.target) for move in table.values() if move.target for source in move.sources}
    if "resume" in table:
        found |= {(target, source) for source, target in found if target == "suspended"}
    return {(source, str(target)) for source, target in found if source != target}


def test_each_guarded_model_has_a_table_and_each_table_a_guarded_model():
    guarded = {model for model in apps.get_models() if trigger(model, "state_moves") and not model._meta.proxy}
    assert set(MODELS) == set(TABLES)
    assert set(MODELS.values()) == {model for model in guarded if model._meta.model_name not in MOVED_BY_NOBODY}
    assert set(MODELS.values()) == {
        model
        for model in apps.get_models()
        if not model._meta.proxy
        and model._meta.app_label in {"consultations", "positions"}
        and any(field.name == "state" for field in model._meta.fields)
        and model._meta.model_name not in MOVED_BY_NOBODY
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_database_lets_the_same_steps_through_as_the_table(table):
    assert set(trigger(MODELS[table], "state_moves").transitions) == edges(TABLES[table])


@pytest.mark.parametrize("table", TABLES)
def test_states_are_known_and_can_be_reached(table):
    model, states = MODELS[table], set(MODELS[table].State.values)
    born = model._meta.get_field("state").default
    named = {state for move in TABLES[table].values() for state in (*move.sources, move.target) if state}
    assert named == states
    assert states - {born} == {target for _source, target in edges(TABLES[table])} - {born}
    assert [verb for verb, move in TABLES[table].items() if verb != move.verb] == []


def refused_by_trigger(sql: str, values: list[Any]) -> bool:
    """Return whether a database trigger refuses this statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return "pgtrigger:" in str(error)
    return False


@pytest.mark.parametrize(("table", "state"), CASES)
def test_the_database_refuses_every_other_step(world, table, state):
    model = MODELS[table]
    record = READY[model](world, state)
    sql = f'UPDATE "{model._meta.db_table}" SET state = %s WHERE id = %s'
    allowed = edges(TABLES[table])
    wrong = [target for target in model.State.values if target != state and (state, target) not in allowed]
    assert [target for target in wrong if not refused_by_trigger(sql, [target, record.pk])] == []
    assert refused_by_trigger(sql, ["nowhere", record.pk])


@pytest.mark.parametrize("table", TABLES)
def test_the_database_lets_a_record_begin_at_the_beginning_only(world, table):
    model = MODELS[table]
    born = model._meta.get_field("state").default
    record = READY[model](world, born)
    columns = [field.column for field in model._meta.local_concrete_fields if field.column not in ("id", "state")]
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" (state, {names}) SELECT %s, {names} FROM "{model._meta.db_table}" WHERE id = %s'
    others = [state for state in model.State.values if state != born]
    assert [state for state in others if not refused_by_trigger(sql, [state, record.pk])] == BEGUN.get(table, [])
    assert not refused_by_trigger(sql, [born, record.pk])


@pytest.mark.parametrize("table", [name for name in TABLES if name != "SESSION_MOVES"])
def test_the_database_keeps_every_record(world, table):
    model = MODELS[table]
    record = READY[model](world, model._meta.get_field("state").default)
    assert refused_by_trigger(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', [record.pk])


# --- Verbs --------------------------------------------------------------------------------------------------------


def is_verb(act: Any) -> bool:
    """Return whether a function is a verb: one transaction, with refusals logged."""
    return inspect.unwrap(act) is not act and act.__code__ is verb(lambda: None).__code__


def functions() -> dict[str, Any]:
    """Return every public function defined in the modules of the two packages."""
    found = {}
    for package in PACKAGES:
        names = [each.name for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
        for module in map(importlib.import_module, names):
            own = {name: each for name, each in vars(module).items() if inspect.isfunction(each)}
            own = {n: each for n, each in own.items() if each.__module__ == module.__name__ and n[0] != "_"}
            found |= {f"{package.__name__}.{name}": each for name, each in own.items()}
    return found


def test_each_move_is_made_by_a_verb():
    moves = {name for table in TABLES.values() for name in table}
    makers = {
        (MODELS[table], ON_THE_WAY.get(name, (name, None))[0]) for table, moves in TABLES.items() for name in moves
    }
    assert [name for model, name in makers if not is_verb(function(name, model))] == []
    assert set(ON_THE_WAY) - moves == set()


# What changes no record: entries of the access log, which must stand although the verb around them is refused, and the
# count of mails, which a refused verb takes back. And steps that verbs share, on records that they hold.
NO_VERBS = {
    "consultations.workflow.enter_export",
    "consultations.workflow.enter_reading",
    "consultations.workflow.enter_refused_file",
    "consultations.workflow.count_mail",
    "positions.workflow.note_false_copy",
    "positions.workflow.replace_stances",
    "positions.workflow.open_text",
}


def test_every_act_of_a_person_is_a_verb():
    """Functions that take a person and only return data are not verbs."""
    signatures = {name: inspect.signature(act) for name, act in functions().items()}
    asking = {name for name, signature in signatures.items() if signature.return_annotation is bool} | NO_VERBS
    acting = {n: act for n, act in functions().items() if "by" in signatures[n].parameters and n not in asking}
    assert [name for name, act in acting.items() if not is_verb(act)] == []
    assert [name for name, act in functions().items() if is_verb(act) and name not in acting] == []
    kinds = {name: inspect.signature(act).parameters["by"].kind for name, act in acting.items()}
    assert [name for name, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY] == []


def test_the_packages_offer_every_verb():
    offered = {f"{package.__name__}.{name}" for package in PACKAGES for name in vars(package)}
    assert sorted(name for name, act in functions().items() if is_verb(act) and name not in offered) == []
