"""Moves are data: who may take a record from which state to which, what must hold first; and what it needs to move."""

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
    """One line of "What does this need to move?": what must hold, in plain words, and whether it holds."""

    text: str
    met: bool


def either(met: bool, yes: str, no: str) -> Condition:
    """A condition in the words that hold: `yes` when it is met, `no` when it is not, as a refusal will quote it."""
    return Condition(yes if met else no, met)


def no_conditions(record: Any) -> list[Condition]:
    """Conditions of a move that needs nothing but the right person and the right state."""
    return []


@dataclass(frozen=True)
class AllOf:
    """Conditions that are made of others: `parts` can be listed without a record, in the table of all moves."""

    parts: tuple[Callable[[Any], list[Condition]], ...]

    def __call__(self, record: Any) -> list[Condition]:
        return [condition for part in self.parts for condition in part(record)]


def all_of(*parts: Callable[[Any], list[Condition]]) -> AllOf:
    """The conditions of all `parts`, told together."""
    return AllOf(parts)


class Role(NamedTuple):
    """Who may do something: `may` decides for a person and a record, `words` say the same to people."""

    may: Callable[[Any, Any], bool]
    words: Words


@dataclass(frozen=True)
class Move:
    """One row of a table of moves.

    `sources` are the states it may start from, `target` the state it leads to (None: the state stays),
    `role` decides who and says so in words, `conditions` lists what must hold. A move that `undoes` another is
    no way onward: it has its button, and no place among what a record needs.
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
        """Whether a person may make the move on a record, whatever its state."""
        return self.role.may

    @property
    def who(self) -> Words:
        """Who may make the move, in words."""
        return self.role.words


@dataclass(frozen=True)
class OpenMove:
    """A move that a person could make on a record in its present state, with what still stands in its way."""

    move: Move
    conditions: list[Condition] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """What is not met yet, in plain words."""
        return [condition.text for condition in self.conditions if not condition.met]

    @property
    def ready(self) -> bool:
        """True when nothing stands in the way."""
        return not self.reasons


def table(*moves: Move) -> dict[str, Move]:
    """A table of moves, by verb."""
    return {move.verb: move for move in moves}


def moves_open_to(moves: Mapping[str, Move], record: Any, user: Any) -> list[OpenMove]:
    """Those of `moves` that `user` may make on `record` from its present state, each with its conditions."""
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
    """Answer "What does this need to move?": what each of `moves` needs from the present state, then who moves it on.

    Every condition stands once, whoever looks. Empty where the record has come to its end.
    """
    onward = [move for move in moves.values() if record.state in move.sources and not move.undoes]
    asked = dict.fromkeys(part for move in onward for part in _single(move.conditions))  # each asks the database once
    needs = dict.fromkeys(condition for part in asked for condition in part(record))
    for who in dict.fromkeys(move.who for move in onward):
        labels = ", ".join(str(move.label) for move in onward if move.who == who)
        needs[Condition(_("Next: %(moves)s. Who: %(who)s") % {"who": who, "moves": labels}, False)] = None
    return list(needs)


# --- What takes two people --------------------------------------------------------------------------------------------


def no_objection(record: Any, values: Mapping[str, Any], by: Any) -> None:
    """The check of an act that needs nothing but the right two people."""


def nobody(record: Any) -> None:
    """Whom an act concerns that is about no person."""


@dataclass(frozen=True)
class Act:
    """A grave change that one person proposes and another confirms; `settings.GRAVE_ACTS` names each.

    `record` is what it changes, `values` what was proposed, as JSON. `proposers`
    and `confirmers` decide who does either. `consequences(record, values)` says in
    sentences what will happen. `check(record, values, by)` raises Blocked with every reason, at the proposal and again
    at the confirmation. `carry_out(record, values, by, proposal)` makes the change: `by` confirmed what
    `proposal.proposed_by` proposed. The person whom it `concerns` does neither, and is
    told of the proposal at once if it `warns`. It lapses after `open_for`.
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
    """The acts that need two people, by code."""
    return {act.code: act for act in map(import_string, settings.GRAVE_ACTS)}
