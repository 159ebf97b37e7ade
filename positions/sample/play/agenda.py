"""Agenda of the sample: acts with their times, and the people and records involved."""

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
    """People and records by their keys in the sample's files, each as the last verb left it. `work` runs a waiting job,
    and returns whether there was one.
    """

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
        """Return the round, the paper and the forum of the sample."""
        return sample.read("consultation")

    @cached_property
    def themes(self) -> dict[str, Theme]:
        """Return the themes of the reference data by code."""
        return {theme.code: theme for theme in Theme.objects.all()}

    @cached_property
    def counties(self) -> dict[str, County]:
        """Return the counties of the reference data by name."""
        return {county.name: county for county in County.objects.all()}

    @cached_property
    def _provisions(self) -> dict[str, Provision]:
        return {provision.code: provision for provision in Provision.objects.all()}

    def provisions(self, codes: Iterable[str]) -> list[Provision]:
        """Return the provisions with these codes."""
        return [self._provisions[code] for code in codes]

    def moment(self, act: str) -> datetime:
        """Return the time of an act of the timetable."""
        return self.facts["timetable"][act]

    def person(self, key: str) -> User:
        """Return a person as a page would load them: memberships are read anew."""
        person = self.people[key]
        person.__dict__.pop("live_memberships", None)
        return person


class Act(NamedTuple):
    """One act at one time."""

    at: datetime
    do: Callable[..., object]
    args: tuple[Any, ...] = ()


class Chapter(NamedTuple):
    """Chapter of the sample: its acts, and a summary after all of them."""

    title: str
    acts: Callable[[Stage], Iterable[Act]]
    tally: Callable[[Stage], str]


def one_after_another[Row](start: datetime, step: timedelta, rows: Iterable[Row]) -> list[tuple[datetime, Row]]:
    """Return each of `rows` with its time: the first at `start`, the others a `step` apart."""
    return [(start + step * number, row) for number, row in enumerate(rows)]


def play(stage: Stage, chapters: Iterable[Chapter], say: Callable[[str], None]) -> None:
    """Run every act of every chapter in order of time across chapters.

    Prints one line for each finished chapter. Raises what a verb raises.
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
    """Return one line of progress: chapter, result and duration."""
    return f"  {title + ' ':.<22} {tally:<58} {seconds:4.1f} s"
