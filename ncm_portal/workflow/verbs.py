"""State changes: moves are data, `make` runs them, the journal records them."""

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
    """Raised for a move that is not possible now. `reasons` holds every reason in plain words."""

    def __init__(self, reasons: str | Sequence[str]) -> None:
        self.reasons = [reasons] if isinstance(reasons, str) else [str(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))


class NotAllowed(Blocked):
    """Raised for a move that this person may not make, whatever the state of the record."""


class NotTaken(Blocked):
    """Raised for a refused file, of which only an access log entry is kept."""

    def __init__(self, reasons: str | Sequence[str], *, name: str, data: bytes) -> None:
        self.sha256 = hashlib.sha256(data).hexdigest()
        self.facts = {"file": name[:200], "size": len(data)}
        super().__init__(reasons)


class Conflict(Blocked):
    """Raised if somebody else changed the record since it was opened. `theirs` is its present state."""

    def __init__(self, theirs: Any) -> None:
        self.theirs = theirs
        super().__init__(_("Someone changed this since you opened it. Both texts are shown and nothing is lost."))


_clock: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Return the time of verbs in UTC: the wall clock, or that of a replay."""
    return _clock.get() or timezone.now()


@contextmanager
def replayed_at(moment: datetime) -> Iterator[None]:
    """Context manager that runs verbs at `moment` (aware), to replay a past consultation.

    The journal also stores the real time, so that a replay is always recognisable.
    """
    token = _clock.set(moment)
    try:
        yield
    finally:
        _clock.reset(token)


def deadline_passed(deadline: datetime | None, at: datetime | None = None) -> bool:
    """Return whether `deadline` has passed at `at` (default: now). The exact time of the deadline is still in time."""
    return deadline is not None and (at or now()) > deadline


class VerbRun:
    """State of a verb and its nested verbs until its transaction ends."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[list[str], Any]] = {}
        self.waiting: list[Any] = []  # entries for the journal, which its manager writes when the outermost verb ends

    def kept(self, owner: type, connection: Any) -> dict[Any, Any]:
        """Return what was kept for `owner`, unless a savepoint may have been rolled back since."""
        here = _savepoints(connection)
        return {
            key: value for (kind, key), (there, value) in self._kept.items() if kind is owner and _begins(here, there)
        }

    def keep(self, owner: type, connection: Any, values: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """Keep a value that was read or written, and return it."""
        here = _savepoints(connection)
        self._kept |= {(owner, key): (here, value) for key, value in values.items()}
        return values


def _savepoints(connection: Any) -> list[str]:
    return [name for name in connection.savepoint_ids if name]


def _begins(whole: list[str], part: list[str]) -> bool:
    return whole[: len(part)] == part


_run: ContextVar[VerbRun | None] = ContextVar("run", default=None)


def current_run() -> VerbRun | None:
    """Return the outermost running verb, or None."""
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
    """Write one journal entry about `record` and return it. It is part of the transaction; within a verb it is written
    when the outermost one ends.

    `commits` lists the records whose texts this act wrote, as they are in the database now: created, fully saved or
    locked rows. The entry commits to them. A record from `locked` is included automatically.
    """
    fields = {"before": before, "after": after, "reason": reason, "data": dict(data or {})}
    return _events().record(verb, record, by=by, commits=[*([record] if _is_held(record) else ()), *commits], **fields)


def _events() -> Any:
    return apps.get_model("consultations", "Event")._default_manager


def verb[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Make `function(record, ..., *, by, ...)` a verb: one transaction, with refusals written to the access log.

    A refusal rolls the verb back; then the outermost verb logs it once, with every reason. The journal does not record
    it, since nothing changed.
    """

    @wraps(function)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        if _run.get():
            with transaction.atomic():
                return function(*args, **kwargs)
        try:
            with _outermost(), transaction.atomic():
                result = function(*args, **kwargs)
                _events().write_waiting()
                return result
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
    """Log that `verb` was refused about `record`, with every reason; `reason` is the reason entered by the person."""
    manager: Any = apps.get_model("consultations", "AccessEntry")._default_manager
    details = {**(data or {}), "verb": verb, "reasons": refusal.reasons, **({"reason": reason} if reason else {})}
    if isinstance(refusal, NotTaken):
        file = {"sha256": refusal.sha256, "details": {**refusal.facts, **details}}
        manager.add("upload_refused", by=by, about=record, **file)
    else:
        manager.add("refusal", by=by, about=record, details=details)


def demand(allowed: bool, *, who: Role | Words, to: Words) -> None:
    """Raise NotAllowed unless `allowed`: for verbs that create a record and have no source state."""
    if not allowed:
        words = who.words if isinstance(who, Role) else who
        raise NotAllowed(_("Only %(who)s can do this: %(move)s.") % {"who": words, "move": to})


def locked[Row: Model](record: Row) -> Row:
    """Return the record reloaded and locked until the transaction ends; records are locked one by one.

    `record` may be a lazy stand-in, like a request's user. Relations in READ_WITH of its model are loaded in the same
    query, unlocked. Concurrent foreign key checks on the row wait only for the end of the journal, which whoever
    changes this row also waits for.
    """
    rows = record.__class__._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=record.pk)
    along = getattr(record, "READ_WITH", ())
    row = (rows.select_related(*along).first() if along else None) or rows.first()
    if row is None:
        raise ObjectDoesNotExist(str(record))
    _forget_what_moved(row)
    row._held_by = _run.get()  # type: ignore[attr-defined]
    return row


def _forget_what_moved(row: Model) -> None:
    """Drop loaded relations that the row no longer names: a query that waits for a lock joins what the row named
    before it waited.
    """
    for name, related in list(row._state.fields_cache.items()):
        key: Any = row._meta.get_field(name)
        if getattr(row, key.attname) != (related.pk if related else None):
            del row._state.fields_cache[name]


def _is_held(record: Any) -> bool:
    """Return whether the running verb holds this row locked, so that nobody else can have changed it since."""
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
    """Make `move` on `record` as `by` and return the fresh row.

    Locks the row, checks person, state, reason and conditions, runs `change` on the locked row, saves it and writes the
    journal entry, all in one transaction. The entry commits to the row's text and to those of `commits`, which `change`
    can extend. `enter` writes the entry instead if it is about another record, such as the input of a file. Raises
    NotAllowed or Blocked with every reason.
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
            fields = {"before": before, "after": after, "reason": reason, "data": data}
            journal(move.verb, row, by=by, commits=[row, *commits], **fields)
    return row


def check(move: Move, row: Any, *, by: Any, reason: str | None = None) -> None:
    """Raise NotAllowed, or Blocked with every reason against the move now.

    A `reason` of None was not asked for yet.
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
    data = {"move": move.label, "state": row.get_state_display()}
    return [_("You cannot use “%(move)s” while this is %(state)s.") % data]


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
    """Make `move`, from its only source, on many new records at once within a verb.

    For each row: checks person and state, asks `reasons_against` for unmet conditions (which can be cached for similar
    rows), runs `change` and sets the state. `insert` writes them; each gets a journal entry `verb` that commits to its
    text. Returns the new rows, and the others with every reason: a refused row does not stop others. Raises NotAllowed.
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
    _events().record_many(verb, made, by=by, before=move.sources[0], after=move.target, data=data, commits=True)
    return made, refused
