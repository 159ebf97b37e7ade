"""The agenda of the sample: acts with their moments, and everybody and everything they act on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from time import perf_counter
from typing import Any, NamedTuple

from consultations.models import (
    Communique,
    Consultation,
    County,
    Delegate,
    Forum,
    ForumSession,
    Point,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from ncm_portal.workflow import replayed_at
from positions import sample
from positions.models import Paragraph, PositionPaper, Section


@dataclass
class Stage:
    """Who and what is on stage, by the keys of the sample's files, each as the last verb left it. `work` lets the worker
    do a job that waits, and says whether there was one."""

    work: Callable[[], object]
    people: dict[str, User] = field(default_factory=dict)
    bodies: dict[str, Stakeholder] = field(default_factory=dict)
    inputs: dict[str, Submission] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    sessions: dict[str, ForumSession] = field(default_factory=dict)
    delegates: dict[str, Delegate] = field(default_factory=dict)
    sections: dict[str, Section] = field(default_factory=dict)
    paragraphs: dict[str, Paragraph] = field(default_factory=dict)
    consultation: Consultation = field(init=False)
    forum: Forum = field(init=False)
    paper: PositionPaper = field(init=False)
    communique: Communique = field(init=False)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The round, the paper and the forum, from the sample."""
        return sample.read("consultation")

    @cached_property
    def themes(self) -> dict[str, Theme]:
        """The themes of the reference data by code."""
        return {theme.code: theme for theme in Theme.objects.all()}

    @cached_property
    def counties(self) -> dict[str, County]:
        """The counties of the reference data by name."""
        return {county.name: county for county in County.objects.all()}

    @cached_property
    def _provisions(self) -> dict[str, Provision]:
        return {provision.code: provision for provision in Provision.objects.all()}

    def provisions(self, codes: Iterable[str]) -> list[Provision]:
        """The provisions with these codes."""
        return [self._provisions[code] for code in codes]

    def moment(self, act: str) -> datetime:
        """When an act of the timetable was done."""
        return self.facts["timetable"][act]

    def person(self, key: str) -> User:
        """A person as a page would know them at this moment: memberships are read anew."""
        person = self.people[key]
        person.__dict__.pop("live_memberships", None)
        return person


class Act(NamedTuple):
    """One thing that is done at one moment."""

    at: datetime
    do: Callable[..., object]
    args: tuple[Any, ...] = ()


class Chapter(NamedTuple):
    """A part of the story: its acts, and what to say of it once all of them are done."""

    title: str
    acts: Callable[[Stage], Iterable[Act]]
    tally: Callable[[Stage], str]


def one_after_another[Row](start: datetime, step: timedelta, rows: Iterable[Row]) -> list[tuple[datetime, Row]]:
    """Each of `rows` with its moment: the first at `start`, the others a `step` apart."""
    return [(start + step * number, row) for number, row in enumerate(rows)]


def play(stage: Stage, chapters: Iterable[Chapter], say: Callable[[str], None]) -> None:
    """Do every act of every chapter, each at its moment, in the order of time whatever its chapter.

    Says one line for each chapter when its last act is done. Raises what a verb raises.
    """
    left, spent, waiting = {}, {}, []
    for chapter in chapters:
        acts = list(chapter.acts(stage))
        left[chapter], spent[chapter] = len(acts), 0.0
        waiting += [(act, chapter) for act in acts]
    for act, chapter in sorted(waiting, key=lambda pair: pair[0].at):
        began = perf_counter()
        with replayed_at(act.at):
            act.do(stage, *act.args)
        left[chapter] -= 1
        spent[chapter] += perf_counter() - began
        if not left[chapter]:
            say(line(chapter.title, chapter.tally(stage), spent[chapter]))


def line(title: str, tally: str, seconds: float) -> str:
    """One line of progress: what, how much, how long."""
    return f"  {title + ' ':.<22} {tally:<58} {seconds:4.1f} s"
