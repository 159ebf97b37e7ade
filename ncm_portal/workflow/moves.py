"""Moves as data: roles, source and target states, and conditions; and the answer to "needed before the next step"."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

Words = str | Promise


class Condition(NamedTuple):
    """One condition of a move in plain words, whether it is met, and the address of the page where it is met.

    In a list of what a record needs, the possible next moves stand after the conditions: they are not unmet needs.
    """

    text: str
    met: bool
    url: str = ""
    is_move: bool = False


def either(met: bool, yes: str, no: str, url: str = "") -> Condition:
    """Return a condition worded as `yes` if it is met, else as `no`, which a refusal quotes. `url` is where it is met;
    a condition that is met leads nowhere.
    """
    return Condition(yes if met else no, met, "" if met else url)


type Conditions = Callable[[Any], list[Condition]]


def met_at(address: Callable[[Any], str]) -> Callable[[Conditions], Conditions]:
    """Let the conditions of a function that are not met lead to `address` of the record, unless they lead elsewhere."""

    def decorate(conditions: Conditions) -> Conditions:
        @wraps(conditions)
        def linked(record: Any) -> list[Condition]:
            return [each if each.met or each.url else each._replace(url=address(record)) for each in conditions(record)]

        return linked

    return decorate


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


MANY_MAILS = 20  # more than these are sent only after somebody typed what they are about


class Consequences(NamedTuple):
    """What a move will do, in plain sentences, which its page shows before it is made.

    `heading` and `button` say it in short; without them the label of the move stands there. So many `mails` go out; if
    they are `many`, or any where the move is grave, `name` must be typed first.
    """

    sentences: tuple[str, ...] = ()
    heading: str = ""
    button: str = ""
    mails: int = 0
    name: str = ""
    many: int = MANY_MAILS

    @property
    def typed(self) -> str:
        """Return what must be typed before the move is made, or nothing."""
        return self.name if self.mails > self.many else ""

    @property
    def fingerprint(self) -> str:
        """Return a short hash of the heading and of what must be typed. A confirmation counts only for the heading that
        was shown; counts may have changed meanwhile.
        """
        return hashlib.sha256(f"{self.heading}\n{self.typed}".encode()).hexdigest()[:16]


class Role(NamedTuple):
    """Role: `may` decides for a person and a record, `words` describe it."""

    may: Callable[[Any, Any], bool]
    words: Words


@dataclass(frozen=True)
class Move:
    """One row of a table of moves.

    `sources` are the allowed states, `target` is the new state (None: unchanged), `role` decides and describes who may
    make it, `conditions` returns what must hold. `consequences` returns what it will do: such a move is made only after
    somebody has read and confirmed that on its page. `is_early` says whether its day is still ahead: until then it can
    be made, but is not the button that is offered first. A move that `undoes` another is not a next step: it has a
    button, but is not listed among what a record needs.
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
    consequences: Callable[[Any], Consequences] | None = None
    is_early: Callable[[Any], bool] | None = None

    @property
    def may(self) -> Callable[[Any, Any], bool]:
        """Return whether a person may make the move on a record, whatever its state."""
        return self.role.may

    @property
    def who(self) -> Words:
        """Return who may make the move, in words."""
        return self.role.words

    @property
    def asks(self) -> bool:
        """Return whether it has a page that says what it will do."""
        return self.consequences is not None

    def effects_on(self, record: Any) -> Consequences:
        """Return what it will do to `record`, with words for the button that makes it."""
        effects = self.consequences(record) if self.consequences else Consequences()
        effects = effects._replace(many=0) if self.grave else effects
        return effects if effects.button else effects._replace(button=button_words(self.label, effects.mails))


def button_words(label: Words, mails: int) -> str:
    """Return the words of a button that also sends so many mails."""
    words = ngettext("%(move)s and send %(n)s e-mail", "%(move)s and send %(n)s e-mails", mails)
    return words % {"move": label, "n": mails} if mails else str(label)


@dataclass(frozen=True)
class OpenMove:
    """Move that a person could make in the present state of a record, with its conditions."""

    move: Move
    conditions: list[Condition] = field(default_factory=list)
    is_early: bool = False

    @property
    def unmet(self) -> list[Condition]:
        """Return the conditions that are not met."""
        return [condition for condition in self.conditions if not condition.met]

    @property
    def reasons(self) -> list[str]:
        """Return the conditions that are not met, in words."""
        return [condition.text for condition in self.unmet]

    @property
    def ready(self) -> bool:
        """Return whether all conditions are met."""
        return not self.unmet


def table(*moves: Move) -> dict[str, Move]:
    """Return a table of moves by verb."""
    return {move.verb: move for move in moves}


def moves_open_to(moves: Mapping[str, Move], record: Any, user: Any) -> list[OpenMove]:
    """Return those of `moves` that `user` may make on `record` from its present state, with their conditions."""
    return [
        OpenMove(move, move.conditions(record), bool(move.is_early and move.is_early(record)))
        for move in moves.values()
        if record.state in move.sources and move.may(user, record)
    ]


def way_back(moves: Mapping[str, Move], record: Any, user: Any, *, to: str) -> Move | None:
    """Return the move that brings `record` back to the state `to`, if `user` may make it now."""
    back = {verb: move for verb, move in moves.items() if move.undoes and move.target == to}
    return next((open_.move for open_ in moves_open_to(back, record, user) if open_.ready), None)


def _single(conditions: Callable[[Any], list[Condition]]) -> list[Callable[[Any], list[Condition]]]:
    if not isinstance(conditions, AllOf):
        return [conditions]
    return [single for part in conditions.parts for single in _single(part)]


def needs_of(moves: Mapping[str, Move], record: Any) -> list[Condition]:
    """Return what `moves` need from the present state, then which are possible and who can make them.

    Every condition appears once, for any reader. What only a grave move needs is not listed: nobody works towards
    cancelling. Empty in a final state.
    """
    onward = [move for move in moves.values() if record.state in move.sources and not move.undoes]
    requested = dict.fromkeys(part for move in onward if not move.grave for part in _single(move.conditions))
    needs = dict.fromkeys(condition for part in requested for condition in part(record))
    for who in dict.fromkeys(move.who for move in onward):
        labels = ", ".join(str(move.label) for move in onward if move.who == who)
        words = _("Next: %(moves)s. Who: %(who)s") % {"who": who, "moves": labels}
        needs[Condition(words, met=False, is_move=True)] = None
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
