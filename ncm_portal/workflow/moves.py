"""Moves as data: roles, source and target states, and conditions; and the answer to "needed before the next step"."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

Words = str | Promise


class Condition(NamedTuple):
    """One condition of a move in plain words, and whether it is met."""

    text: str
    met: bool


def either(met: bool, yes: str, no: str) -> Condition:
    """Return a condition worded as `yes` if it is met, else as `no`, which a refusal quotes."""
    return Condition(yes if met else no, met)


def no_conditions(record: Any) -> list[Condition]:
    """Return no conditions: only role and state matter."""
    return []


@dataclass(frozen=True)
class AllOf:
    """Conditions combined from others: `parts` can be listed without a record, for the table of all moves."""

    parts: tuple[Callable[[Any], list[Condition]], ...]

    def __call__(self, record: Any) -> list[Condition]:
        return [condition for part in self.parts for condition in part(record)]


def all_of(*parts: Callable[[Any], list[Condition]]) -> AllOf:
    """Return the conditions of all `parts` together."""
    return AllOf(parts)


class Role(NamedTuple):
    """Role: `may` decides for a person and a record, `words` describe it."""

    may: Callable[[Any, Any], bool]
    words: Words


@dataclass(frozen=True)
class Move:
    """One row of a table of moves.

    `sources` are the allowed states, `target` is the new state (None: unchanged), `role` decides and describes who may
    make it, `conditions` returns what must hold. A move that `undoes` another is not a next step: it has a button, but
    is not listed among what a record needs.
    """

    verb: str
    label: Words
    sources: tuple[str, ...]
    target: str | None
    role: Role
    conditions: Callable[[Any], list[Condition]] = no_conditions
    needs_reason: bool = False
    grave: bool = False
    undoes: bool = False

    @property
    def may(self) -> Callable[[Any, Any], bool]:
        """Return whether a person may make the move on a record, whatever its state."""
        return self.role.may

    @property
    def who(self) -> Words:
        """Return who may make the move, in words."""
        return self.role.words


@dataclass(frozen=True)
class OpenMove:
    """Move that a person could make in the present state of a record, with its conditions."""

    move: Move
    conditions: list[Condition] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Return the conditions that are not met."""
        return [condition.text for condition in self.conditions if not condition.met]

    @property
    def ready(self) -> bool:
        """Return whether all conditions are met."""
        return not self.reasons


def table(*moves: Move) -> dict[str, Move]:
    """Return a table of moves by verb."""
    return {move.verb: move for move in moves}


def moves_open_to(moves: Mapping[str, Move], record: Any, user: Any) -> list[OpenMove]:
    """Return those of `moves` that `user` may make on `record` from its present state, with their conditions."""
    return [
        OpenMove(move, move.conditions(record))
        for move in moves.values()
        if record.state in move.sources and move.may(user, record)
    ]


def _single(conditions: Callable[[Any], list[Condition]]) -> list[Callable[[Any], list[Condition]]]:
    if not isinstance(conditions, AllOf):
        return [conditions]
    return [single for part in conditions.parts for single in _single(part)]


def needs_of(moves: Mapping[str, Move], record: Any) -> list[Condition]:
    """Return what each of `moves` needs from the present state, and who can make it.

    Every condition appears once, for any reader. Empty in a final state.
    """
    onward = [move for move in moves.values() if record.state in move.sources and not move.undoes]
    requested = dict.fromkeys(part for move in onward for part in _single(move.conditions))  # one query each
    needs = dict.fromkeys(condition for part in requested for condition in part(record))
    for who in dict.fromkeys(move.who for move in onward):
        labels = ", ".join(str(move.label) for move in onward if move.who == who)
        needs[Condition(_("Next: %(moves)s. Who: %(who)s") % {"who": who, "moves": labels}, False)] = None
    return list(needs)


# --- What takes two people --------------------------------------------------------------------------------------------


def no_objection(record: Any, values: Mapping[str, Any], by: Any) -> None:
    """Check nothing: the act needs only the right two people."""


def nobody(record: Any) -> None:
    """Return nobody, for an act that concerns no person."""


@dataclass(frozen=True)
class Act:
    """Serious change that one person proposes and another confirms; `settings.GRAVE_ACTS` lists them.

    `record` is what it changes, `values` its arguments as JSON. `proposers` and `confirmers` decide who may do which.
    `consequences(record, values)` returns sentences on its effects. `check(record, values, by)` raises Blocked with
    every reason, at the proposal and again at the confirmation. `carry_out(record, values, by, proposal)` makes the
    change: `by` confirmed what `proposal.proposed_by` proposed. The person whom it `concerns` can do neither, and is
    notified of the proposal if it `warns`. It lapses after `open_for`.
    """

    code: str
    label: Words
    proposers: Role
    confirmers: Role
    consequences: Callable[[Any, Mapping[str, Any]], list[str]]
    carry_out: Callable[[Any, Mapping[str, Any], Any, Any], object]
    check: Callable[[Any, Mapping[str, Any], Any], None] = no_objection
    concerns: Callable[[Any], Any] = nobody
    open_for: timedelta = timedelta(days=7)
    warns: bool = False


@cache
def acts() -> dict[str, Act]:
    """Return the acts that need two people, by code."""
    return {act.code: act for act in map(import_string, settings.GRAVE_ACTS)}
