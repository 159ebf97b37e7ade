"""What became of points: each with its group, answer, citing paragraphs and history.

For its author, and for everybody if the input is public. Shows nothing before a paper is published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, Min, Q, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from consultations.models import Event, Misreading, Point, Submission
from consultations.models.points import point_readable_by
from consultations.permissions import is_signed_in
from positions.models import Grounding, Paragraph
from positions.queries.papers import Answer, answers_for


class Place(NamedTuple):
    """Paragraph that takes up a point: the paper's slug and title, its number, text and language."""

    slug: str
    title: str
    number: int
    text: str
    paragraph: int  # its primary key
    language: str


class Line(NamedTuple):
    """One event in the history of a point, in plain words."""

    at: datetime
    text: str


@dataclass(frozen=True)
class PointOutcome:
    """What became of a point, as far as the reader may see it.

    `answers` are those of each paper that answered it, the first one first; of a joined point also the answers that a
    later paper gave to the one it is joined to. `places` are the paragraphs named in any of them. `into` is the point
    it is joined to; `others` the organisations of the points joined together, by name; `organisations` their total
    number. `misreading` is its author's reply to the answer.
    """

    point: Point
    answers: list[Answer]
    into: Point | None
    others: list[str]
    organisations: int
    places: list[Place]
    history: list[Line]
    misreading: Misreading | None
    is_open_to_reply: bool


def outcomes_of_points(points: list[Point], user: Any) -> list[PointOutcome]:
    """Return what became of `points`, in order, as `user` may read it. Under a dozen queries, whatever their number."""
    roots = {_root(point) for point in points}
    together = _joined(Q(pk__in=roots) | Q(merged_into__in=roots), user)
    return _Outcomes(points, together, user).all() if points else []


def outcomes_of_input(submission: Submission, user: Any) -> list[PointOutcome]:
    """Return what became of the points of an input that `user` may read, in order. One query for the points and their
    groups, and five for what became of them.
    """
    own = Point.objects.standing().filter(submission=submission).annotate(root=Coalesce("merged_into", "pk"))
    roots = own.order_by().values("root")
    # Not two conditions joined by OR, for which PostgreSQL would read all points.
    same = Point.objects.filter(merged_into__in=roots).order_by().values("pk")
    together = _joined(Q(pk__in=roots.union(same)), user)
    lines = [point for point in together if point.is_seen and point.submission_id == submission.pk]
    return _Outcomes(sorted(lines, key=lambda point: point.number), together, user).all() if lines else []


def _root(point: Point) -> int:
    """Return the key of the point that `point` is joined to, or its own."""
    return point.merged_into_id or point.pk


class _Outcomes:
    """Data for several points, loaded once. `together`: they and all points joined with them."""

    def __init__(self, points: list[Point], together: list[Any], user: Any) -> None:
        self.points = points
        self.roots = {point.pk: _root(point) for point in points}
        self.seen = {each.pk: each for each in together if each.is_seen}
        self.counts = _organisations(together)
        self.answers = answers_for([Point(pk=pk) for pk in {*self.roots.values(), *self.roots}])
        self.places = _places(answer for answers in self.answers.values() for answer in answers)
        self.written = self._written()
        self.in_full = _read_in_full(points, user)
        self.misreadings = _misreadings(self.in_full)
        self.events = _events(points)

    def all(self) -> list[PointOutcome]:
        return [self.outcome(point) for point in self.points]

    def outcome(self, point: Point) -> PointOutcome:
        root = self.roots[point.pk]
        answers = self.answers_to(point.pk, root)
        places = self.places_of(answers, root)
        return PointOutcome(
            point=point,
            answers=answers,
            into=self.seen.get(root) if root != point.pk else None,
            others=self.others(point, root),
            organisations=self.counts[root],
            places=places,
            history=sorted(self.history(point, root, answers, places)),
            misreading=self.misreadings.get(point.pk),
            is_open_to_reply=root in self.answers and point.pk in self.in_full and point.pk not in self.misreadings,
        )

    def others(self, point: Point, root: int) -> list[str]:
        """Return the other organisations of the group, as far as the reader may see their points."""
        group = [each for each in self.seen.values() if root in (each.pk, each.merged_into_id)]
        others = (each.stakeholder for each in group if each.stakeholder_id != point.stakeholder_id)
        return sorted({body.label for body in others if body})

    def answers_to(self, point: int, root: int) -> list[Answer]:
        """Return the answers to a point, and those to its root in papers that answered only the root."""
        own, joined = self.answers.get(point, []), self.answers.get(root, []) if root != point else []
        papers = {answer.disposition.paper_id for answer in own}
        result = own + [answer for answer in joined if answer.disposition.paper_id not in papers]
        return sorted(result, key=_when)

    def places_of(self, answers: list[Answer], root: int) -> list[Place]:
        """Return the paragraphs named in `answers`; where one names none, those of the answer to the root."""
        joined = {answer.disposition.paper_id: answer for answer in self.answers.get(root, [])}
        result = []
        for answer in answers:
            final = joined.get(answer.disposition.paper_id, answer)
            result += self.places[answer.disposition.pk] or self.places[final.disposition.pk]
        return result

    # --- History ----------------------------------------------------------------------------------------------------

    def history(self, point: Point, root: int, answers: list[Answer], places: list[Place]) -> Iterable[Line]:
        yield Line(point.created_at, _("Recorded as a point of the input."))
        for event in self.events[point.pk]:
            yield from self.event_lines(event, point)
        for place in places:
            written = self.written.get((root, place.paragraph))
            if written:
                about = {"number": place.number, "paper": place.title}
                yield Line(written, _("Paragraph %(number)s of %(paper)s cites it.") % about)
        for answer in answers:
            about = {"paper": answer.disposition.paper.short_title, "outcome": answer.disposition.get_outcome_display()}
            yield Line(_when(answer), _("Answered with %(paper)s: %(outcome)s.") % about)

    def event_lines(self, event: _Entry, point: Point) -> Iterable[Line]:
        """Return a journal entry in plain words; another point is named only if the reader may see it."""
        known = {each.reference for each in self.seen.values()}
        into = event.data.get("into", "")
        if event.verb == "merge" and into in known:
            yield Line(event.at, _("Joined to %(point)s, which says the same.") % {"point": into})
        elif event.verb == "merge":
            yield Line(event.at, _("Joined to another point that says the same."))
        elif event.verb == "unmerge":
            yield Line(event.at, _("Separated again: it counts as a point of its own."))
        elif event.verb == "say_misread" and point.pk in self.in_full:
            yield Line(event.at, _("Its author replied that the answer does not match the point."))
        elif event.verb == "answer_misreading" and point.pk in self.in_full:
            yield Line(event.at, _("The secretariat answered."))

    def _written(self) -> dict[tuple[int, int], datetime]:
        """Return when a visible paragraph was first based on a point, by their keys."""
        shown = {place.paragraph for item in self.places.values() for place in item}
        rows = Grounding.objects.filter(point__in=set(self.roots.values()), wording__paragraph__in=shown).order_by()
        first = rows.values_list("point", "wording__paragraph").annotate(Min("at"))
        return {(point, paragraph): at for point, paragraph, at in first}


def _when(answer: Answer) -> datetime:
    assert answer.disposition.answered_at is not None  # only published answers are loaded
    return answer.disposition.answered_at


TOLD = ("merge", "unmerge", "say_misread", "answer_misreading")


def _joined(group: Q, user: Any) -> list[Any]:
    """Return the points in `group` that count; `is_seen` marks those that `user` may read."""
    seen = Case(When(point_readable_by(user), then=True), default=False)
    points = Point.objects.standing().filter(group)
    return list(points.annotate(is_seen=seen).select_related("submission", "stakeholder").order_by())


def _read_in_full(points: list[Point], user: Any) -> set[int]:
    """Return the keys of those of `points` whose input `user` may read with its held-back passages."""
    if not is_signed_in(user):
        return set()
    own = Submission.objects.in_full_for(user).filter(points__in=points).order_by()
    return set(own.values_list("points", flat=True))


def _misreadings(points: set[int]) -> dict[int, Misreading]:
    """Return the reply of the author to each of the points with these keys."""
    rows = Misreading.objects.filter(point__in=points).select_related("stakeholder") if points else []
    return {each.point_id: each for each in rows}


def _organisations(together: list[Point]) -> dict[int, int]:
    """Return the number of organisations for each root. Counts all points, since a number reveals no content."""
    bodies = defaultdict(set)
    for point in together:
        bodies[_root(point)].update({point.stakeholder_id} - {None})
    return {root: len(item) for root, item in bodies.items()}


class _Entry(NamedTuple):
    """What a history needs of a journal entry."""

    verb: str
    at: datetime
    data: dict[str, Any]


def _events(points: list[Point]) -> dict[int, list[_Entry]]:
    """Return the journal entries about each of `points`. One query."""
    result = defaultdict(list)
    keys = [str(point.pk) for point in points]
    rows = Event.objects.filter(kind=Point._meta.label_lower, object_id__in=keys, verb__in=TOLD).order_by("number")
    for key, *fields in rows.values_list("object_id", *_Entry._fields):
        result[int(key)].append(_Entry(*fields))
    return result


def _places(answers: Iterable[Answer]) -> dict[int, list[Place]]:
    """Return the paragraphs named by each of `answers`, with their texts, by disposition."""
    result = {}
    for answer in answers:
        paper = answer.disposition.paper
        result[answer.disposition.pk] = [
            Place(paper.slug, paper.short_title, each.number, _text(each), each.pk, each.language)
            for each in answer.paragraphs
        ]
    return result


def _text(paragraph: Paragraph) -> str:
    return paragraph.wording.text if paragraph.wording else ""
