"""Groups of possible duplicates, and how many organisations make a point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from consultations.models import (
    Consultation,
    Endorsement,
    Group,
    Likeness,
    LikenessState,
    Point,
    PointState,
    Submission,
    SubmissionState,
)

MOST_PAIRS = 2_000  # undecided pairs that are put into groups: the most similar ones
OVER = [PointState.WITHDRAWN, PointState.DISPOSED]
GONE = [SubmissionState.WITHDRAWN, SubmissionState.SET_ASIDE, SubmissionState.RETURNED]


@dataclass(frozen=True)
class Alike:
    """Texts connected by open pairs: inputs of one campaign, or possibly duplicate points."""

    pairs: list[Likeness]
    texts: list[Point] | list[Submission]

    @property
    def is_of_points(self) -> bool:
        """Return whether it is a group of points rather than inputs."""
        return isinstance(self.texts[0], Point)

    @property
    def organisations(self) -> int:
        """Return the number of organisations of its texts."""
        return len({text.stakeholder_id for text in self.texts} - {None})

    @property
    def best(self) -> int:
        """Return the similarity of its most similar pair, in per cent."""
        return max(pair.per_cent for pair in self.pairs)


def pairs_of(consultation: Consultation) -> QuerySet[Likeness]:
    """Return the pairs of texts of a consultation."""
    return Likeness.objects.filter(
        Q(first_point__consultation=consultation) | Q(first_input__consultation=consultation)
    )


def open_pairs(consultation: Consultation | None = None) -> QuerySet[Likeness]:
    """Return undecided pairs whose texts still count, the most similar first; of one consultation or of all. Answered
    points, and those joined to one, cannot be joined any more.
    """
    rows = (pairs_of(consultation) if consultation else Likeness.objects.all()).filter(state=LikenessState.OPEN)
    over = Q(first_point__state__in=OVER) | Q(second_point__state__in=OVER)
    over |= Q(first_point__merged_into__state__in=OVER) | Q(second_point__merged_into__state__in=OVER)
    gone = Q(first_input__state__in=GONE) | Q(second_input__state__in=GONE)
    return rows.exclude(over).exclude(gone).order_by("-score", "pk")


class Twin(NamedTuple):
    """Point that is nearly the same as another, and the key of their pair."""

    pair: int
    point: Point


def twins_of(points: Iterable[Point]) -> dict[int, list[Twin]]:
    """Return the undecided duplicates of each of `points` by its key, the most similar first. One query."""
    result: dict[int, list[Twin]] = {point.pk: [] for point in points}
    pairs = open_pairs().filter(Q(first_point__in=result) | Q(second_point__in=result))
    for pair in pairs.select_related("first_point__stakeholder", "second_point__stakeholder"):
        first, second = pair.first_point, pair.second_point
        for one, other in ((first, second), (second, first)):
            if one and other and one.pk in result:
                result[one.pk].append(Twin(pair.pk, other))
    return result


def groups_alike(limit: int, consultation: Consultation | None = None) -> tuple[list[Alike], int, bool]:
    """Return the first `limit` groups of possible duplicates of a consultation or of all, the most similar first, the
    total, and whether there are more. Campaigns of inputs come first. A few queries.
    """
    groups, is_more = _groups(consultation)
    first = sorted(groups, key=lambda group: not group.is_of_inputs)[:limit]
    return _read([group.pairs for group in first]), len(groups), is_more


def number_of_groups(consultation: Consultation | None = None) -> tuple[int, bool]:
    """Return the number of undecided groups of a consultation or of all, and whether there are more. One query."""
    groups, is_more = _groups(consultation)
    return len(groups), is_more


def groups_among(pairs: Iterable[dict[str, Any]]) -> int:
    """Return the number of groups that pairs form, of which each has the keys of its texts by side and kind."""
    return len(_connected([_edge(turn, **pair) for turn, pair in enumerate(pairs)]))


def _groups(consultation: Consultation | None = None) -> tuple[list[_Group], bool]:
    """Return the groups of the MOST_PAIRS most similar pairs, and whether there are more pairs. When these are decided,
    the others follow.
    """
    pairs = _edges(open_pairs(consultation)[: MOST_PAIRS + 1])
    return _connected(pairs[:MOST_PAIRS]), len(pairs) > MOST_PAIRS


def group_of(likeness: Likeness) -> Alike:
    """Return the group of an open pair; a decided pair is a group of its own. A few queries."""
    groups = (group.pairs for group in _groups()[0])
    return _read([next((pairs for pairs in groups if likeness.pk in pairs), [likeness.pk])])[0]


class _Group(NamedTuple):
    """Keys of the pairs of a group, in order."""

    pairs: list[int]
    is_of_inputs: bool


_Text = tuple[bool, int]  # an input or a point, and its key
_Edge = tuple[int, _Text, _Text]  # the key of a pair, and its texts


def _edges(pairs: QuerySet[Likeness]) -> list[_Edge]:
    """Return the pairs by the keys of their texts. One query."""
    rows = pairs.values_list("pk", "first_input", "second_input", "first_point", "second_point")
    return [_edge(*row) for row in rows]


def _edge(
    pk: int, first_input: int | None, second_input: int | None, first_point: int | None, second_point: int | None
) -> _Edge:
    is_of_inputs = bool(first_input)
    return pk, (is_of_inputs, first_input or first_point or 0), (is_of_inputs, second_input or second_point or 0)


def _connected(edges: list[_Edge]) -> list[_Group]:
    """Return the pairs as groups that share no text."""
    leader: dict[_Text, _Text] = {}

    def lead(text: _Text) -> _Text:
        while leader.setdefault(text, text) != text:
            leader[text] = leader[leader[text]]
            text = leader[text]
        return text

    for _pk, first, second in edges:
        leader[lead(second)] = lead(first)
    groups = defaultdict(list)
    for pk, first, _second in edges:
        groups[lead(first)].append(pk)
    return [_Group(item, is_of_inputs) for (is_of_inputs, _text), item in groups.items()]


def _read(groups: list[list[int]]) -> list[Alike]:
    """Return the groups of pairs with these keys, with their texts in order of arrival."""
    rows = Likeness.objects.filter(pk__in=[pk for pairs in groups for pk in pairs]).select_related(
        *(f"{side}_{kind}__{more}" for side in ("first", "second") for kind, more in WITH)
    )
    result = {pair.pk: pair for pair in rows}
    return [_alike([result[pk] for pk in pairs]) for pairs in groups]


WITH = [("point", "stakeholder"), ("point", "theme"), ("point", "submission"), ("point", "merged_into")]
WITH += [("input", "stakeholder"), ("input", "theme")]


def _alike(pairs: list[Likeness]) -> Alike:
    texts: dict[int, Any] = {}
    for pair in pairs:
        both = (pair.first_point or pair.first_input, pair.second_point or pair.second_input)
        texts |= {each.pk: each for each in both if each}
    return Alike(pairs, [texts[pk] for pk in sorted(texts)])


class Decided(NamedTuple):
    """Decision on a group: one of its pairs, and how many texts it was about."""

    pair: Likeness
    texts: int


def last_decisions(consultation: Consultation, most: int) -> list[Decided]:
    """Return the last decisions on groups of a consultation, the latest first: the pairs decided by one person at one
    moment, for one reason, are one decision. Two queries.
    """
    rows = pairs_of(consultation).exclude(state=LikenessState.OPEN)
    decisions = rows.values("decided_at", "decided_by", "state", "reason")
    numbers = decisions.order_by("-decided_at", "decided_by", "state", "reason").annotate(
        pair=Min("pk"), one=_texts("first"), other=_texts("second")
    )[:most]
    texts = {row["pair"]: len({*row["one"], *row["other"]}) for row in numbers}
    pairs = Likeness.objects.filter(pk__in=texts).select_related(
        "first_point", "second_point", "first_input", "second_input", "decided_by"
    )
    return [Decided(pair, texts[pair.pk]) for pair in sorted(pairs, key=lambda pair: list(texts).index(pair.pk))]


def _texts(side: str) -> ArrayAgg:
    return ArrayAgg(Coalesce(f"{side}_point", f"{side}_input"), distinct=True)


# --- Campaigns ------------------------------------------------------------------------------------------------------

IN_CAMPAIGN = """(
    WITH RECURSIVE campaign (id) AS (
        SELECT consultations_submission.id
        UNION
        SELECT other.id FROM campaign CROSS JOIN LATERAL (
            SELECT second_input_id FROM consultations_likeness
            WHERE first_input_id = campaign.id AND state = ANY(%s)
            UNION ALL
            SELECT first_input_id FROM consultations_likeness
            WHERE second_input_id = campaign.id AND state = ANY(%s)
        ) AS other (id)
    )
    SELECT count(*) FROM campaign JOIN consultations_submission AS sent USING (id) WHERE sent.state <> ALL(%s)
)"""


def in_campaign(*states: str) -> RawSQL:
    """Return an annotation for inputs: the size of the campaign, including the input itself, connected by pairs in
    these states. It counts non-public inputs too, since a number reveals no content.
    """
    return RawSQL(IN_CAMPAIGN, [list(states), list(states), GONE], output_field=IntegerField())  # noqa: S611 - no words of anybody's


def pair_of_input(state: str) -> Subquery:
    """Return an annotation for inputs: the key of the most similar pair in this state."""
    of_it = Q(first_input=OuterRef("pk")) | Q(second_input=OuterRef("pk"))
    return Subquery(Likeness.objects.filter(of_it, state=state).order_by("-score", "pk").values("pk")[:1])


# --- How many say so ------------------------------------------------------------------------------------------------


def organisations_behind(points: Iterable[Point]) -> dict[int, int]:
    """Return how many organisations make each of `points`: its own and those of all points joined to it.

    Counts non-public points too, since a number reveals no content. One query.
    """
    own = {point.pk: point.merged_into_id or point.pk for point in points}
    roots = sorted(set(own.values()))
    together = Point.objects.standing().filter(Q(pk__in=roots) | Q(merged_into__in=roots))  # each has an index
    rows = together.annotate(root=Coalesce("merged_into", "pk"))
    counts = dict(rows.order_by().values_list("root").annotate(Count("stakeholder", distinct=True)))
    return {pk: counts.get(root, 0) for pk, root in own.items()}


@dataclass(frozen=True)
class Signed:
    """Co-signatures of an input in order, and their number by group."""

    endorsements: list[Endorsement]

    @property
    def by_group(self) -> list[tuple[str, int]]:
        """Return the groups in the order of the register, with their number of organisations."""
        groups = [endorsement.stakeholder.group for endorsement in self.endorsements]
        return [(str(label), groups.count(code)) for code, label in Group.choices if code in groups]


def co_signatures(submission: Submission) -> Signed:
    """Return the current co-signatures of an input. One query."""
    return Signed(list(submission.endorsements.live().select_related("stakeholder")))


def likeness_note(consultation: Consultation) -> dict[str, int] | None:
    """Return the figures of the search for duplicates, for the paper's note on the method; None if it found none. One
    query.
    """
    rows = Likeness.objects.filter(first_point__consultation=consultation)
    numbers = rows.aggregate(
        pairs=Count("pk"),
        merged=Count("pk", filter=Q(state=LikenessState.MERGED)),
        dismissed=Count("pk", filter=Q(state=LikenessState.DISMISSED)),
    )
    return numbers if numbers["pairs"] else None
