"""The database refuses state jumps, invalid initial states and deletions.

States and steps are read from the triggers, so that new ones are included automatically.
"""

import itertools
import re

import pgtrigger
import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from consultations.models import Delegate, Event, ForumSession, Job, OutgoingMail, Point
from tests.factories import (
    ROADS,
    bring,
    make_action,
    make_consultation,
    make_delegate,
    make_forum,
    make_invitation,
    make_likeness,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    walk,
)
from tests.office_factories import make_proposal

pytestmark = pytest.mark.django_db
MAKE = {
    "consultations.stakeholder": lambda state: make_stakeholder(state=state),
    "consultations.consultation": lambda state: make_consultation(state=state),
    "consultations.forum": lambda state: make_forum(state=state),
    "consultations.forumsession": lambda state: make_session(state=state),
    "consultations.delegate": lambda state: make_delegate(make_forum(), state=state),
    "consultations.invitation": lambda state: make_invitation(make_forum(), state=state),
    "consultations.actionpoint": lambda state: make_action(state=state),
    "consultations.proposal": lambda state: make_proposal(
        state=state, decided_by=make_secretariat() if state in ("confirmed", "refused") else None
    ),
    "consultations.submission": lambda state: make_submission(state=state),
    "consultations.point": lambda state: make_point(state=state, into=make_point() if state == "merged" else None),
    "consultations.likeness": lambda state: make_likeness(make_point(), make_point(), state=state),
}
MODELS = {model._meta.label_lower: model for model in ROADS if model._meta.app_label == "consultations"}


def steps(model):
    """Return the steps that the table's trigger allows."""
    return {
        step for trigger in model._meta.triggers if isinstance(trigger, pgtrigger.FSM) for step in trigger.transitions
    }


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def answer(sql, *values):
    """Return the database's error; empty on success."""
    try:
        run(sql, *values)
    except ProgrammingError as refusal:
        return str(refusal)
    return ""


def jumps(model):
    """Return every step between two states that is not allowed."""
    allowed = steps(model)
    return [pair for pair in itertools.permutations(model.State.values, 2) if pair not in allowed]


def test_every_guarded_table_is_tested():
    assert sorted(MAKE) == sorted(MODELS)
    assert all(steps(model) for model in MODELS.values())


@pytest.mark.parametrize("label", MAKE)
def test_raw_sql_cannot_skip_states(label):
    model = MODELS[label]
    table = connection.ops.quote_name(model._meta.db_table)
    answers = {}
    for state, group in itertools.groupby(jumps(model), key=lambda pair: pair[0]):
        record = MAKE[label](state)
        for jump in group:
            answers[jump] = answer(f"UPDATE {table} SET state = %s WHERE id = %s", jump[1], record.pk)
    refused = re.compile("Invalid transition|Cannot update rows")  # what was decided stays as it is altogether
    assert {jump: text for jump, text in answers.items() if not refused.search(text)} == {}


@pytest.mark.parametrize("label", MAKE)
def test_records_start_in_initial_state(label):
    model = MODELS[label]
    first = model._meta.get_field("state").default
    made = MAKE[label](first)
    born = []
    for state in model.State.values:
        if state == first:
            continue
        copy = model.objects.get(pk=made.pk)
        copy.pk, copy.state, copy._state.adding = None, state, True
        try:
            with transaction.atomic():
                copy.save()
        except ProgrammingError:
            continue
        born.append(state)
    assert born == []


@pytest.mark.parametrize("label", MAKE)
def test_raw_sql_cannot_delete_records(label):
    model = MODELS[label]
    record = MAKE[label](model._meta.get_field("state").default)
    with pytest.raises(ProgrammingError, match="Cannot delete"):
        run(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)} WHERE id = %s", record.pk)


def test_raw_sql_cannot_delete_memberships():
    membership = make_member().memberships.get()
    with pytest.raises(ProgrammingError, match="Cannot delete"):
        run("DELETE FROM consultations_membership WHERE id = %s", membership.pk)


@pytest.mark.parametrize("sql", ["UPDATE consultations_event SET hash = 'x'", "DELETE FROM consultations_event"])
def test_runtime_role_cannot_change_or_delete_journal(sql):
    Event.objects.record("test", make_secretariat(), by=None)
    with pytest.raises(ProgrammingError, match="permission denied for table consultations_event"):
        run(sql)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("sql", ["UPDATE consultations_event SET reason = 'x'", "DELETE FROM consultations_event"])
def test_owner_cannot_change_or_delete_journal(sql):
    Event.objects.record("test", make_secretariat(), by=None)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        run(sql)


@pytest.mark.usefixtures("by_owner")
@pytest.mark.parametrize("sql", ["TRUNCATE consultations_event", "TRUNCATE consultations_user CASCADE"])
def test_owner_cannot_truncate_journal(sql):
    Event.objects.record("test", make_secretariat(), by=None)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked keeps a table from being truncated, too
    with pytest.raises(ProgrammingError, match="Cannot truncate"):
        run(sql)
    assert Event.objects.count() == 1


# --- Jobs and outgoing mail: the same guards, without a table of moves and without a journal --------------------------


def make_job(state):
    job = Job.objects.create(kind="import_inputs", by=make_secretariat())
    road = {"prepared": [], "waiting": ["waiting"], "running": ["waiting", "running"]}.get(
        state, ["waiting", "running"]
    )
    job = walk(job, *road)
    return walk(job, state, ended_at=timezone.now()) if state in ("done", "failed") else job


def make_mail(state):
    mail = OutgoingMail.objects.create(
        to="a@example.org", subject="Hello", body="Hello", is_optional=True, submission=make_submission()
    )
    ended = {"sent": {"body": "", "sent_at": timezone.now()}, "stopped": {"body": ""}, "cancelled": {"body": ""}}.get(
        state, {}
    )
    return mail if state == "waiting" else walk(mail, state, **ended)


QUEUES = {
    Job: (make_job, ["prepared", "waiting"]),
    OutgoingMail: (make_mail, ["waiting"]),
}


@pytest.mark.parametrize("model", QUEUES)
def test_job_and_mail_states_follow_worker_steps(model):
    make, _born = QUEUES[model]
    table = connection.ops.quote_name(model._meta.db_table)
    answers = {
        (before, after): answer(f"UPDATE {table} SET state = %s WHERE id = %s", after, make(before).pk)
        for before, after in jumps(model)
    }
    assert len(answers) >= len(model.State)
    assert steps(model)
    assert {jump: text for jump, text in answers.items() if "Invalid transition" not in text} == {}


@pytest.mark.parametrize("model", QUEUES)
def test_jobs_and_mail_cannot_start_as_done(model):
    make, born = QUEUES[model]
    made, begun = make(born[0]), []
    columns = [
        field.column for field in model._meta.local_concrete_fields if field.column not in ("id", "key", "state")
    ]
    keyed = ", key" if model is Job else ""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    for state in model.State.values:
        sql = f"INSERT INTO {table} (state{keyed}, {names}) SELECT %s{', gen_random_uuid()' if keyed else ''}, {names}"
        if "Cannot insert" not in answer(f"{sql} FROM {table} WHERE id = %s", state, made.pk):
            begun.append(state)
    assert begun == born


def test_factories_reach_their_states():
    assert {bring(make_session(), state).state for state in ROADS[ForumSession]} == set(ForumSession.State.values)
    assert set(ROADS[Delegate]) == set(Delegate.State.values)
    assert set(ROADS[Point]) == set(Point.State.values)
