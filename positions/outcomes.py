"""What became of what somebody said: each point with its group, its answer, the words that rest on it, its history.

For its author, and where the input is public for everybody. Before a paper is published nothing of it stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Min, Q
from django.utils.translation import gettext as _

from consultations.models import Event, Misreading, Point, Submission
from consultations.queries import organisations_behind
from positions.models import Grounding, Paragraph
from positions.queries import Answer, answers_for, paragraph_numbers


class Place(NamedTuple):
    """A paragraph in which a point was taken up: its paper's address and title, its number, its words."""

    slug: str
    title: str
    number: int
    text: str
    paragraph: int  # its key


class Line(NamedTuple):
    """One thing that happened to a point, in plain words."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Became:
    """What became of a point, as far as the reader may see it.

    `into` is the point behind which it stands; `others` the organisations whose points stand together with it, by
    name; `organisations` how many there are in all. `misreading` is what its author wrote about the answer.
    """

    point: Point
    answer: Answer | None
    into: Point | None
    others: list[str]
    organisations: int
    places: list[Place]
    history: list[Line]
    misreading: Misreading | None
    is_open_to_reply: bool


def what_became(points: list[Point], user: Any) -> list[Became]:
    """What became of `points`, in their order, as `user` may read it. A dozen queries, whatever their number."""
    return _Outcomes(points, user).all() if points else []


class _Outcomes:
    """What several points need, read once."""

    def __init__(self, points: list[Point], user: Any) -> None:
        self.points = points
        self.roots = {point.pk: point.merged_into_id or point.pk for point in points}
        roots = set(self.roots.values())
        together = Point.objects.standing().filter(Q(pk__in=roots) | Q(merged_into__in=roots))
        seen = Point.objects.visible_to(user).filter(pk__in=together.values("pk"))
        self.seen = {each.pk: each for each in seen.select_related("submission", "stakeholder")}
        self.counts = organisations_behind(points)
        self.answers = answers_for([Point(pk=pk) for pk in roots.union(self.roots)])
        self.places = _places(self.answers.values())
        self.written = self._written()
        own = Submission.objects.in_full_for(user).filter(points__in=points)
        self.in_full = set(own.values_list("points", flat=True))
        said = Misreading.objects.filter(point__in=self.in_full).select_related("stakeholder")
        self.misreadings = {each.point_id: each for each in said}
        self.events = _events(points)

    def all(self) -> list[Became]:
        return [self.became(point) for point in self.points]

    def became(self, point: Point) -> Became:
        root = self.roots[point.pk]
        answer, final = self.answers.get(point.pk), self.answers.get(root)
        places = self.places_of(answer) or self.places_of(final)
        return Became(
            point=point,
            answer=answer,
            into=self.seen.get(root) if root != point.pk else None,
            others=self.others(point, root),
            organisations=self.counts[point.pk],
            places=places,
            history=sorted(self.history(point, root, answer, places)),
            misreading=self.misreadings.get(point.pk),
            is_open_to_reply=final is not None and point.pk in self.in_full and point.pk not in self.misreadings,
        )

    def others(self, point: Point, root: int) -> list[str]:
        """The other organisations of the group, as far as the reader may see their points."""
        group = [each for each in self.seen.values() if root in (each.pk, each.merged_into_id)]
        names = {each.stakeholder.label for each in group if each.stakeholder_id not in (None, point.stakeholder_id)}
        return sorted(names)

    def places_of(self, answer: Answer | None) -> list[Place]:
        return self.places[answer.disposition.pk] if answer else []

    # --- History ----------------------------------------------------------------------------------------------------

    def history(self, point: Point, root: int, answer: Answer | None, places: list[Place]) -> Iterable[Line]:
        yield Line(point.created_at, _("Taken out of the input as a point."))
        for event in self.events[point.pk]:
            yield from self.told(event, point)
        for place in places:
            written = self.written.get((root, place.paragraph))
            if written:
                about = {"number": place.number, "paper": place.title}
                yield Line(written, _("Paragraph %(number)s of %(paper)s was written on it.") % about)
        if answer:
            about = {"paper": answer.disposition.paper.short_title, "outcome": answer.disposition.get_outcome_display()}
            yield Line(answer.disposition.answered_at, _("Answered with %(paper)s: %(outcome)s.") % about)

    def told(self, event: Event, point: Point) -> Iterable[Line]:
        """An entry of the journal in plain words; another point is named only where the reader may see it."""
        known = {each.reference for each in self.seen.values()}
        into = event.data.get("into", "")
        if event.verb == "merge" and into in known:
            yield Line(event.at, _("Joined with %(point)s, which says the same.") % {"point": into})
        elif event.verb == "merge":
            yield Line(event.at, _("Joined with another point that says the same."))
        elif event.verb == "unmerge":
            yield Line(event.at, _("It stands on its own again."))
        elif event.verb == "say_misread" and point.pk in self.in_full:
            yield Line(event.at, _("Its author wrote that the point was misread."))
        elif event.verb == "answer_misreading" and point.pk in self.in_full:
            yield Line(event.at, _("The secretariat answered."))

    def _written(self) -> dict[tuple[int, int], datetime]:
        """When a paragraph that is shown was first written on a point, by their keys."""
        shown = {place.paragraph for found in self.places.values() for place in found}
        rows = Grounding.objects.filter(point__in=set(self.roots.values()), wording__paragraph__in=shown).order_by()
        first = rows.values_list("point", "wording__paragraph").annotate(Min("at"))
        return {(point, paragraph): at for point, paragraph, at in first}


TOLD = ("merge", "unmerge", "say_misread", "answer_misreading")


def _events(points: list[Point]) -> dict[int, list[Event]]:
    """What the journal has to tell about each of `points`. One query."""
    found = defaultdict(list)
    keys = [str(point.pk) for point in points]
    asked = Event.objects.filter(kind=Point._meta.label_lower, object_id__in=keys, verb__in=TOLD)
    for event in asked.order_by("number"):
        found[int(event.object_id)].append(event)
    return found


def _places(answers: Iterable[Answer]) -> dict[int, list[Place]]:
    """The paragraphs that each of `answers` names, with their words, by the disposition. A query for each paper."""
    dispositions = [answer.disposition for answer in answers]
    numbers = {paper: paragraph_numbers(paper) for paper in {each.paper for each in dispositions}}
    named = {paragraph.pk for each in dispositions for paragraph in each.paragraphs.all()}
    texts = dict(Paragraph.objects.filter(pk__in=named, wording__isnull=False).values_list("pk", "wording__text"))
    return {
        each.pk: sorted(
            Place(each.paper.slug, each.paper.short_title, numbers[each.paper][row.pk], texts.get(row.pk, ""), row.pk)
            for row in each.paragraphs.all()
            if row.pk in numbers[each.paper]
        )
        for each in dispositions
    }
