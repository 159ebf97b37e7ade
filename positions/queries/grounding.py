"""Which points the paragraphs of a paper cite, and which neither a paragraph nor an answer takes up.

A consultation can have a million points, and a paper cites and answers some of them: numbers of all points come from
the tallies, and only the points of the paper are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from consultations.models import Consultation, Group, Point, PointState, Theme
from consultations.models.points import PointQuerySet
from positions.models import Disposition, Grounding, Paragraph, PositionPaper

from .papers import numbered_paragraphs, paragraphs_without_point

Place = tuple[int, str]  # a theme, and a group or "" at the forum


def number_unanswered(paper: PositionPaper) -> int:
    """Return the number of valid points without an answer, joined ones included. Two queries."""
    total = paper.consultation.tallies.aggregate(number=Sum("points"))["number"] or 0
    answered = Disposition.objects.filter(paper=paper).values("point")
    return total - _valid(paper).filter(pk__in=answered).count()


def number_unplaced(paper: PositionPaper) -> int:
    """Return the number of valid points with neither an answer nor a paragraph. A joined point is covered by the point
    that it is joined to. Two queries.
    """
    return points_by_place(paper.consultation).total() - len(_placed_points(paper))


def _citing(paper: PositionPaper) -> QuerySet[Grounding]:
    today = Paragraph.objects.standing().filter(section__paper=paper).order_by().values("wording")
    return Grounding.objects.filter(wording__in=today)


def _valid(paper: PositionPaper) -> PointQuerySet:
    return Point.objects.standing().filter(consultation=paper.consultation_id)


def _own(paper: PositionPaper) -> PointQuerySet:
    return _valid(paper).exclude(state=PointState.MERGED)


def points_by_place(consultation: Consultation) -> Counter[Place]:
    """Return the number of valid points, without joined ones, by theme and group. One query."""
    place = ("theme", "stakeholder__group")
    total = consultation.tallies.filter(points__gt=0).order_by().values_list(*place).annotate(number=Sum("points"))
    merged = Point.objects.filter(consultation=consultation, state=PointState.MERGED).order_by().values_list(*place)
    counts: Counter[Place] = Counter()
    for theme, group, number in total.union(merged.annotate(number=Value(0) - Count("pk")), all=True):
        counts[theme, group or ""] += number
    return +counts


def unplaced_points(paper: PositionPaper, themes: Iterable[Theme], most: int) -> list[Point]:
    """Return the first valid points on each of `themes` with neither an answer nor a paragraph, by reference. One
    query.
    """
    answers = Disposition.objects.filter(paper=paper, point=OuterRef("pk"))
    citing = _citing(paper).filter(point=OuterRef("pk"))
    points = _own(paper).filter(~Exists(answers), ~Exists(citing))
    shown = points.select_related("submission", "session", "stakeholder", "theme").order_by("reference")
    each = [shown.filter(theme=theme)[:most] for theme in themes]
    return list(each[0].union(*each[1:], all=True)) if each else []


def first_unanswered(paper: PositionPaper, theme: int | None = None) -> Point | None:
    """Return the first valid point without an answer by theme and reference, of `theme` first if it has one. A query
    for each theme until one has: each reads the points in their order.
    """
    answers = Disposition.objects.filter(paper=paper, point=OuterRef("pk"))
    waiting = _valid(paper).filter(~Exists(answers)).order_by("reference")
    themes = list(Theme.objects.order_by("order").values_list("pk", flat=True))
    for each in [theme, *themes] if theme else themes:
        if point := waiting.filter(theme=each).first():
            return point
    return None


# --- Coverage -------------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """Number of points of one group on one theme, and of those that a paragraph cites."""

    points: int
    grounded: int


@dataclass
class Coverage:
    """Open gaps between points and text."""

    unplaced: int  # points with neither a paragraph nor an answer
    answered: int  # points with an answer and no paragraph
    themes: list[tuple[Theme, int]]  # those with points of the first kind, and how many
    paragraphs_without_point: list[Paragraph]
    unconfirmed: list[tuple[Paragraph, Grounding]]
    groups: list[str]
    table: list[tuple[Theme, list[Cell]]]


def coverage(paper: PositionPaper, paragraphs: list[Paragraph] | None = None) -> Coverage:
    """Return the coverage of points by `paper`, for drafters. Pass `paragraphs` to avoid loading them again. At most
    six queries.

    A joined point is covered by the point it is joined to, so only the latter are counted.
    """
    paragraphs = numbered_paragraphs(paper) if paragraphs is None else paragraphs
    groundings = [
        (each, grounding) for each in paragraphs if each.wording for grounding in each.wording.groundings.all()
    ]
    cited = {grounding.point_id for _paragraph, grounding in groundings}
    placed, counts = _placed_points(paper), points_by_place(paper.consultation)
    left = counts.copy()
    left.subtract(placed.values())
    offered = Consultation.themes.through.objects.filter(consultation=paper.consultation, theme=OuterRef("pk"))
    themes: list[Any] = list(Theme.objects.annotate(is_offered=Exists(offered)).order_by("order"))
    groups, table = _cells(themes, counts, Counter(placed[pk] for pk in placed if pk in cited))
    return Coverage(
        unplaced=left.total(),
        answered=len(placed.keys() - cited),
        themes=_by_theme(themes, left),
        paragraphs_without_point=paragraphs_without_point(paragraphs),
        unconfirmed=[(paragraph, grounding) for paragraph, grounding in groundings if not grounding.is_confirmed],
        groups=groups,
        table=table,
    )


def _placed_points(paper: PositionPaper) -> dict[int, Place]:
    """Return the valid points that are answered or cited, without joined ones, with theme and group. One query."""
    keys = Disposition.objects.filter(paper=paper).values("point").union(_citing(paper).values("point"))
    rows = _own(paper).filter(pk__in=keys).order_by().values_list("pk", "theme", "stakeholder__group")
    return {pk: (theme, group or "") for pk, theme, group in rows}


def _by_theme(themes: list[Any], left: Counter[Place]) -> list[tuple[Theme, int]]:
    numbers: Counter[int] = Counter()
    for (theme, _group), number in left.items():
        numbers[theme] += number
    return [(theme, numbers[theme.pk]) for theme in themes if numbers[theme.pk]]


def _cells(
    themes: list[Any], counts: Counter[Place], grounded: Counter[Place]
) -> tuple[list[str], list[tuple[Theme, list[Cell]]]]:
    """Return the labels of groups with points, and a row of cells for each theme of the consultation."""
    present = {group for _theme, group in counts}
    heads = {**{code: str(label) for code, label in Group.choices}, "": _("At the forum")}
    shown = {code: label for code, label in heads.items() if code in present}
    rows = [
        (theme, [Cell(counts[theme.pk, code], grounded[theme.pk, code]) for code in shown])
        for theme in themes
        if theme.is_offered
    ]
    return list(shown.values()), rows
