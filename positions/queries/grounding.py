"""Which points the paragraphs of a paper cite, and which neither a paragraph nor an answer takes up.

A consultation can have a million points, and a paper cites and answers some of them: numbers of all points come from
the tallies, and only the points of the paper are read.

A later paper of the same consultation need not answer what an earlier one has answered, but answers what it cites.
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
from positions.models.dispositions import DispositionQuerySet

from .papers import numbered_paragraphs, paragraphs_without_point

Place = tuple[int, str]  # a theme, and a group or "" at the forum


def points_answered_before(paper: PositionPaper) -> DispositionQuerySet:
    """Return the published answers of other papers to points that `paper` does not cite: it need not answer them."""
    return Disposition.objects.of_other_papers(paper).filter(~_is_cited(paper, "point"))


def was_answered_before(paper: PositionPaper) -> Exists:
    """Return an annotation for points: whether other papers answered them and `paper` does not cite them."""
    return Exists(points_answered_before(paper).filter(point=OuterRef("pk")))


def unanswered(points: QuerySet[Point], paper: PositionPaper) -> QuerySet[Point]:
    """Return those of `points` that `paper` must still answer."""
    return points.filter(~_is_answered(paper), ~was_answered_before(paper))


def open_points(paper: PositionPaper) -> QuerySet[Point]:
    """Return the valid points that `paper` must still answer."""
    return unanswered(_valid(paper), paper)


def points_to_answer(paper: PositionPaper) -> PointQuerySet:
    """Return the valid points that `paper` answers or must answer: all but those that only other papers answered."""
    return _valid(paper).filter(_is_answered(paper) | ~was_answered_before(paper))


def number_unanswered(paper: PositionPaper) -> int:
    """Return the number of valid points that `paper` must still answer, joined ones included. Two queries."""
    total = paper.consultation.tallies.aggregate(number=Sum("points"))["number"] or 0
    return total - _valid(paper).filter(pk__in=_settled(paper)).count()


def number_unplaced(paper: PositionPaper) -> int:
    """Return the number of valid points with neither an answer nor a paragraph. A joined point is covered by the point
    that it is joined to. Two queries.
    """
    return points_by_place(paper.consultation).total() - sum(each.number for each in _placed_points(paper))


def _settled(paper: PositionPaper) -> QuerySet[Disposition, Any]:
    """Return the keys of the points that leave `paper` nothing to answer: it did, or another paper did before."""
    own = Disposition.objects.filter(paper=paper)
    return own.values("point").union(points_answered_before(paper).values("point"))


def _is_answered(paper: PositionPaper) -> Exists:
    return Exists(Disposition.objects.filter(paper=paper, point=OuterRef("pk")))


def _is_cited(paper: PositionPaper, point: str) -> Exists:
    return Exists(_citing(paper).filter(point=OuterRef(point)))


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
    points = unanswered(_own(paper), paper).filter(~_is_cited(paper, "pk"))
    shown = points.select_related("submission", "session", "stakeholder", "theme").order_by("reference")
    each = [shown.filter(theme=theme)[:most] for theme in themes]
    return list(each[0].union(*each[1:], all=True)) if each else []


def first_unanswered(paper: PositionPaper, theme: int | None = None) -> Point | None:
    """Return the first valid point that `paper` must still answer, by theme and reference, of `theme` first if it has
    one. A query for each theme until one has: each reads the points in their order.
    """
    waiting = open_points(paper).order_by("reference")
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
    answered_before: int  # points that only other papers answered: neither in `themes` nor in `table`
    themes: list[tuple[Theme, int]]  # those with points of the first kind, and how many
    paragraphs_without_point: list[Paragraph]
    unconfirmed: list[tuple[Paragraph, Grounding]]
    groups: list[str]
    table: list[tuple[Theme, list[Cell]]]


def coverage(paper: PositionPaper, paragraphs: list[Paragraph] | None = None) -> Coverage:
    """Return the coverage of points by `paper`, for drafters. Pass `paragraphs` to avoid loading them again. At most
    six queries.

    A joined point is covered by the point it is joined to, so only the latter are counted. Of points that an earlier
    paper answered, those that this one takes up too.
    """
    paragraphs = numbered_paragraphs(paper) if paragraphs is None else paragraphs
    groundings = [
        (each, grounding) for each in paragraphs if each.wording for grounding in each.wording.groundings.all()
    ]
    placed, counts = _placed_points(paper), points_by_place(paper.consultation)
    counts.subtract(_by_place(each for each in placed if each.is_before))
    left = counts.copy()
    left.subtract(_by_place(each for each in placed if not each.is_before))
    offered = Consultation.themes.through.objects.filter(consultation=paper.consultation, theme=OuterRef("pk"))
    themes: list[Any] = list(Theme.objects.annotate(is_offered=Exists(offered)).order_by("order"))
    groups, table = _cells(themes, counts, _by_place(each for each in placed if each.is_cited))
    return Coverage(
        unplaced=left.total(),
        answered=sum(each.number for each in placed if not (each.is_cited or each.is_before)),
        answered_before=sum(each.number for each in placed if each.is_before),
        themes=_by_theme(themes, left),
        paragraphs_without_point=paragraphs_without_point(paragraphs),
        unconfirmed=[(paragraph, grounding) for paragraph, grounding in groundings if not grounding.is_confirmed],
        groups=groups,
        table=table,
    )


class _Placed(NamedTuple):
    """Number of points of one theme and group that are cited, or answered here, or only in another paper."""

    theme: int
    group: str | None
    is_cited: bool
    is_answered: bool
    number: int

    @property
    def is_before(self) -> bool:
        """Return whether only another paper answered them."""
        return not (self.is_cited or self.is_answered)


def _placed_points(paper: PositionPaper) -> list[_Placed]:
    """Return the numbers of valid points that are answered or cited, without joined ones. One query."""
    keys = _settled(paper).union(_citing(paper).values("point"))
    rows = _own(paper).filter(pk__in=keys)
    rows = rows.annotate(is_cited=_is_cited(paper, "pk"), is_answered=_is_answered(paper))
    named = rows.order_by().values_list("theme", "stakeholder__group", "is_cited", "is_answered")
    return [_Placed(*row) for row in named.annotate(Count("pk"))]


def _by_place(rows: Iterable[_Placed]) -> Counter[Place]:
    numbers: Counter[Place] = Counter()
    for each in rows:
        numbers[each.theme, each.group or ""] += each.number
    return numbers


def _by_theme(themes: list[Any], left: Counter[Place]) -> list[tuple[Theme, int]]:
    numbers: Counter[int] = Counter()
    for (theme, _group), number in left.items():
        numbers[theme] += number
    return [(theme, numbers[theme.pk]) for theme in themes if numbers[theme.pk]]


def _cells(
    themes: list[Any], counts: Counter[Place], grounded: Counter[Place]
) -> tuple[list[str], list[tuple[Theme, list[Cell]]]]:
    """Return the labels of groups with points, and a row of cells for each theme of the consultation."""
    present = {group for (_theme, group), number in counts.items() if number}
    heads = {**{code: str(label) for code, label in Group.choices}, "": _("At the forum")}
    shown = {code: label for code, label in heads.items() if code in present}
    rows = [
        (theme, [Cell(counts[theme.pk, code], grounded[theme.pk, code]) for code in shown])
        for theme in themes
        if theme.is_offered
    ]
    return list(shown.values()), rows
