"""The one way a record changes state: moves are data, `make` carries them out, the journal keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from .moves import Move, Role, Words


class Blocked(Exception):
    """A move that may not happen now. `reasons` holds every reason in plain words, never only the first."""

    def __init__(self, reasons: str | Sequence[str]) -> None:
        self.reasons = [reasons] if isinstance(reasons, str) else [str(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))


class NotAllowed(Blocked):
    """A move that this person may not make, whatever the state of the record."""


class NotTaken(Blocked):
    """A file that may not come in: of it only this is kept, in the access log."""

    def __init__(self, reasons: str | Sequence[str], *, name: str, data: bytes) -> None:
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.facts = {"file": name[:200], "size": len(data)}
        super().__init__(reasons)


class Conflict(Blocked):
    """Somebody else changed the record since it was opened. `theirs` is the record as it stands now."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs
        super().__init__(_("Someone changed this since you opened it. Both texts are shown and nothing is lost."))


_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The moment at which a verb acts, in UTC: the wall clock, or the clock of a replay."""
    return _clock.get() or timezone.now()


@contextmanager
def replayed_at(moment: datetime) -> Iterator[None]:
    """Let verbs act at `moment` (aware): for replaying a consultation of the past.

    The journal keeps the real time of writing beside it, so a replay is always recognisable as one.
    """
    token = _clock.set(moment)
    try:
        yield
    finally:
        _clock.reset(token)


def deadline_passed(deadline: datetime | None, at: datetime | None = None) -> bool:
    """Whether `deadline` has passed at `at` (default: now). The deadline's own instant is still in time."""
    return deadline is not None and (at or now()) > deadline


class VerbRun:
    """What one verb, with the verbs inside it, knows until its transaction ends."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[list[str], Any]] = {}

    def kept(self, owner: type, connection: Any) -> dict[Any, Any]:
        """What was kept for `owner` and no savepoint can have undone."""
        here = _savepoints(connection)
        return {
            key: value for (kind, key), (there, value) in self._kept.items() if kind is owner and _begins(here, there)
        }

    def keep(self, owner: type, connection: Any, values: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """Keep what was read or written now, and give it back."""
        here = _savepoints(connection)
        self._kept |= {(owner, key): (here, value) for key, value in values.items()}
        return values


def _savepoints(connection: Any) -> list[str]:
    return [name for name in connection.savepoint_ids if name]


def _begins(whole: list[str], part: list[str]) -> bool:
    return whole[: len(part)] == part


_run: ContextVar[VerbRun | None] = ContextVar("run", default=None)


def current_run() -> VerbRun | None:
    """The outermost verb that is under way, or None."""
    return _run.get()


def journal(
    verb: str,
    record: Model,
    *,
    by: Any,
    before: str = "",
    after: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    commits: Iterable[Model] = (),
) -> Model:
    """Write one entry of the journal about `record` and return it. It commits or rolls back with its transaction.

    `commits` names the records whose words this act wrote, as they stand in the database now: rows that it made, saved
    whole or holds locked. The entry commits to them. A record that `locked` gave is among them by itself.
    """
    manager: Any = apps.get_model("consultations", "Event")._default_manager
    said = {"before": before, "after": after, "reason": reason, "data": dict(data or {})}
    return manager.record(verb, record, by=by, commits=[*([record] if _is_held(record) else ()), *commits], **said)


def verb[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make `function(record, ..., *, by, ...)` a verb: one transaction; the access log tells of its refusal.

    A refusal undoes everything the verb did; the entry with every reason is written after that, once, by the outermost
    verb. It changed nothing, so the journal does not tell of it.
    """

    @wraps(function)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        if _run.get():
            with transaction.atomic():
                return function(*args, **kwargs)
        try:
            with _outermost(), transaction.atomic():
                return function(*args, **kwargs)
        except Blocked as refusal:
            _log_refusal(function.__name__, args, kwargs, refusal)
            raise

    return carried_out


@contextmanager
def _outermost() -> Iterator[None]:
    token = _run.set(VerbRun())
    try:
        yield
    finally:
        _run.reset(token)


def _log_refusal(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], refusal: Blocked) -> None:
    by = kwargs.get("by")
    record = next((value for value in (*args, by) if isinstance(value, Model) and value.pk), None)
    if record is not None:
        log_refusal(name, record, by=by, refusal=refusal, reason=str(kwargs.get("reason", "")))


def log_refusal(
    verb: str, record: Model, *, by: Any, refusal: Blocked, reason: str = "", data: Mapping[str, Any] | None = None
) -> None:
    """Enter in the access log that `verb` was refused about `record`, with every reason; `reason` is what was typed."""
    manager: Any = apps.get_model("consultations", "AccessEntry")._default_manager
    details = {**(data or {}), "verb": verb, "reasons": refusal.reasons, **({"reason": reason} if reason else {})}
    if isinstance(refusal, NotTaken):
        file = {"sha256": refusal.sha256, "details": {**refusal.facts, **details}}
        manager.add("upload_refused", by=by, about=record, **file)
    else:
        manager.add("refusal", by=by, about=record, details=details)


def demand(allowed: bool, *, who: Role | Words, to: Words) -> None:
    """Raise NotAllowed unless `allowed`: for verbs that make a record and so have no state to move from."""
    if not allowed:
        words = who.words if isinstance(who, Role) else who
        raise NotAllowed(_("Only %(who)s can do this: %(move)s.") % {"who": words, "move": to})


def locked[Row: Model](record: Row) -> Row:
    """The record as it stands now, locked until the transaction ends: each record by itself, one after another.

    `record` may stand in for one, as the person of a request does. What its kind names in READ_WITH comes along in the
    same query, unlocked. Others may refer to the row meanwhile: they hold the journal's end while their foreign key is
    checked, and whoever moves this row waits for that end.
    """
    rows = record.__class__._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=record.pk)
    along = getattr(record, "READ_WITH", ())
    row = (rows.select_related(*along) if along else rows).first()
    if row is None:
        raise ObjectDoesNotExist(str(record))
    row._held_by = _run.get()  # type: ignore[attr-defined]
    return row


def _is_held(record: Any) -> bool:
    """Whether the verb that is under way holds this row locked: nobody else can have changed it since it was read."""
    run = _run.get()
    return run is not None and getattr(record, "_held_by", None) is run


def make[Row: Model](
    move: Move,
    record: Row,
    *,
    by: Any,
    reason: str = "",
    change: Callable[[Row], None] | None = None,
    data: Mapping[str, Any] | None = None,
    commits: Iterable[Model] = (),
    enter: Callable[[Row], object] | None = None,
) -> Row:
    """Carry out `move` on `record` as `by` and return the fresh row.

    Locks the row, checks person, state, reason and conditions, runs `change` on the locked row, saves it and writes
    the journal entry, all in one transaction. The entry commits to the row's words and to those of `commits`, to which
    `change` may add. `enter` writes the entry instead where the journal tells of another record, such as the input
    to which a file belongs. Raises NotAllowed or Blocked with every reason.
    """
    with transaction.atomic():
        row = locked(record)
        check(move, row, by=by, reason=reason)
        before = row.state  # type: ignore[attr-defined]
        if change:
            change(row)
        if move.target:
            row.state = move.target  # type: ignore[attr-defined]
        row.save()
        if enter:
            enter(row)
        else:
            after = row.state  # type: ignore[attr-defined]
            said = {"before": before, "after": after, "reason": reason, "data": data}
            journal(move.verb, row, by=by, commits=[row, *commits], **said)
    return row


def check(move: Move, row: Any, *, by: Any, reason: str | None = None) -> None:
    """Raise NotAllowed, or Blocked with every reason that stands against the move now.

    A `reason` of None means that it was not asked for yet.
    """
    _check_person(move, row, by)
    reasons = _wrong_state(move, row) + [condition.text for condition in move.conditions(row) if not condition.met]
    if move.needs_reason and reason is not None and not reason.strip():
        reasons.append(_("Enter a reason. It is kept in the journal."))
    if reasons:
        raise Blocked(reasons)


def _check_person(move: Move, row: Any, by: Any) -> None:
    if not move.may(by, row):
        raise NotAllowed(_("Only %(who)s can do this: %(move)s.") % {"who": move.who, "move": move.label})


def _wrong_state(move: Move, row: Any) -> list[str]:
    if row.state in move.sources:
        return []
    said = {"move": move.label, "state": row.get_state_display()}
    return [_("You cannot use “%(move)s” while this is %(state)s.") % said]


def make_many[Row: Model](
    move: Move,
    rows: Iterable[Row],
    *,
    by: Any,
    insert: Callable[[list[Row]], None],
    change: Callable[[Row], None],
    reasons_against: Callable[[Row], list[str]],
    verb: str,
    data: Mapping[str, Any] | None = None,
) -> tuple[list[Row], list[tuple[Row, list[str]]]]:
    """Carry out `move`, from its only source, on many records that begin with it: within a verb, all together.

    For each new row: checks person and state, asks `reasons_against` for the conditions that are not met (it may know
    them from a row like this one), runs `change` and sets the state. `insert` writes them; the journal gets an entry
    `verb` for each, which commits to its words. Returns the rows that are new, and the others with every reason: one
    keeps out no other. Raises NotAllowed.
    """
    refused: list[tuple[Row, list[str]]] = []
    made: list[Row] = []
    for row in rows:
        _check_person(move, row, by)
        if reasons := [*_wrong_state(move, row), *reasons_against(row)]:
            refused.append((row, reasons))
        else:
            change(row)
            row.state = move.target  # type: ignore[attr-defined]
            made.append(row)
    insert(made)
    manager: Any = apps.get_model("consultations", "Event")._default_manager
    manager.record_many(verb, made, by=by, before=move.sources[0], after=move.target, data=data, commits=True)
    return made, refused
