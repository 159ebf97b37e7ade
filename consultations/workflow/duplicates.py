"""Possible duplicates: the search that suggests pairs, and the decisions of staff."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations import redaction, similarity
from consultations.models import (
    COMPARED,
    TO_COMPARE,
    Consultation,
    Job,
    JobKind,
    JobState,
    Likeness,
    LikenessState,
    Point,
    PointState,
    Submission,
    User,
)
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.database_roles import unlimited
from ncm_portal.workflow import Condition, Move, demand, either, journal, make, now, table, verb

from .points import merge

S = LikenessState
AT_ONCE = 200  # texts compared before results are saved and the worker can stop
WORDS_KEPT = 60
Text = Point | Submission


# --- What staff decide ----------------------------------------------------------------------------------------------


def may_become_one(likeness: Likeness) -> list[Condition]:
    """Both points are still valid. Two inputs are only marked as one campaign."""
    if (both := _standing(likeness)) is None or both[0] == both[1]:
        return []
    return [_is_valid(point) for point in both]


def standing_for(point: Point) -> Point:
    """Return the point that `point` is joined to, or itself."""
    return point.merged_into or point


def _standing(likeness: Likeness) -> tuple[Point, Point] | None:
    """Return the points that those of a pair are joined to; None for a pair of inputs."""
    first, second = likeness.first_point, likeness.second_point
    return (standing_for(first), standing_for(second)) if first and second else None


def _is_valid(point: Point) -> Condition:
    about = {"point": point.reference, "state": point.get_state_display()}
    is_validated = point.state == PointState.VALIDATED
    return either(is_validated, _("%(point)s is validated") % about, _("%(point)s is %(state)s") % about)


def nothing_stands_on_it(likeness: Likeness) -> list[Condition]:
    """The two points are not joined. Two inputs never are."""
    if (both := _standing(likeness)) is None:
        return []
    return [either(both[0] != both[1], _("The points are separate"), _("The points are joined: separate them first"))]


LIKENESS_MOVES = table(
    Move(
        "merge_likeness",
        gettext_lazy("Join as duplicates"),
        (S.OPEN,),
        S.MERGED,
        SECRETARIAT,
        may_become_one,
        needs_reason=True,
    ),
    Move(
        "dismiss_likeness",
        gettext_lazy("Not duplicates"),
        (S.OPEN,),
        S.DISMISSED,
        SECRETARIAT,
        needs_reason=True,
    ),
    Move(
        "reopen_likeness",
        gettext_lazy("Undo the decision"),
        (S.MERGED, S.DISMISSED),
        S.OPEN,
        SECRETARIAT,
        nothing_stands_on_it,
        needs_reason=True,
        undoes=True,
    ),
)


@verb
def merge_likeness(
    likeness: Likeness, *, by: User, reason: str, into: Point | None = None, at: datetime | None = None
) -> Likeness:
    """Decide that a pair are duplicates. Of two points one is joined to the other: to `into` if it is one of them, else
    to the first. Two inputs are marked as one campaign without other changes. `at` is the moment of the decision on its
    group.

    Raises NotAllowed or Blocked.
    """

    def join(row: Likeness) -> None:
        _decide(row, by, reason, at)
        if (both := _standing(row)) is not None:
            _join(*both, into, by, reason)

    return make(LIKENESS_MOVES["merge_likeness"], likeness, by=by, reason=reason, change=join)


def _join(first: Point, second: Point, into: Point | None, by: User, reason: str) -> None:
    if first == second:
        return
    kept, other = (second, first) if into is not None and standing_for(into) == second else (first, second)
    merge(other, into=kept, by=by, reason=reason)


@verb
def dismiss_likeness(likeness: Likeness, *, by: User, reason: str, at: datetime | None = None) -> Likeness:
    """Decide that a pair are not duplicates. The pair is not suggested again. `at` is as in `merge_likeness`."""
    move = LIKENESS_MOVES["dismiss_likeness"]
    return make(move, likeness, by=by, reason=reason, change=lambda row: _decide(row, by, reason, at))


@verb
def reopen_likeness(likeness: Likeness, *, by: User, reason: str) -> Likeness:
    """Undo the decision about a pair, which is then suggested again. The journal keeps both. Raises NotAllowed or
    Blocked.
    """

    def undecide(row: Likeness) -> None:
        row.decided_by, row.decided_at, row.reason = None, None, ""

    return make(LIKENESS_MOVES["reopen_likeness"], likeness, by=by, reason=reason, change=undecide)


def _decide(row: Likeness, by: User, reason: str, at: datetime | None) -> None:
    row.decided_by, row.decided_at, row.reason = by, at or now(), reason.strip()


@verb
def merge_group(likenesses: Iterable[Likeness], *, by: User, reason: str, into: Point | None = None) -> list[Likeness]:
    """Decide that several pairs are duplicates: all of them or none, at one moment. Points end up joined to `into`."""
    moment = now()
    return [merge_likeness(each, by=by, reason=reason, into=into, at=moment) for each in likenesses]


@verb
def dismiss_group(likenesses: Iterable[Likeness], *, by: User, reason: str) -> list[Likeness]:
    """Decide that several pairs are not duplicates: all of them or none, at one moment."""
    moment = now()
    return [dismiss_likeness(each, by=by, reason=reason, at=moment) for each in likenesses]


# --- The search -----------------------------------------------------------------------------------------------------


@verb
def ask_to_compare(consultation: Consultation, *, by: User) -> Job:
    """Queue a search for duplicates in the consultation; one search waits at a time."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Search for duplicates"))
    Consultation.objects.select_for_update(of=("self",), no_key=True).get(pk=consultation.pk)
    waiting = Job.objects.filter(kind=JobKind.COMPARE, consultation=consultation, state=JobState.WAITING).first()
    if waiting:
        return waiting
    job = Job.objects.create(kind=JobKind.COMPARE, consultation=consultation, by=by, at=now(), state=JobState.WAITING)
    journal("ask_to_compare", consultation, by=by)
    return job


def compare(job: Job, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Compare new texts with all others and store the similar pairs, without deciding anything.

    The runner of JobKind.COMPARE. Compared texts are marked together with their pairs, so that an interrupted search
    continues where it was.
    """
    assert job.consultation is not None
    inputs, points = inputs_to_compare(job.consultation), points_to_compare(job.consultation)
    total = inputs.filter(TO_COMPARE).count() + points.filter(NOT_COMPARED).count()
    counted = {"done": 0}

    def add(number: int) -> None:
        counted["done"] += number
        progress(counted["done"], total)

    progress(0, total)
    result = _search(inputs, TO_COMPARE, "input", similarity.INPUTS_ALIKE, add)
    result += _search(points, NOT_COMPARED, "point", similarity.POINTS_ALIKE, add)
    journal("compare", job.consultation, by=job.by, data={"texts": total, "pairs": result, "method": similarity.METHOD})
    return {"texts": total, "pairs": result}


NOT_COMPARED = Q(compared_at=None)


def inputs_to_compare(consultation: Consultation) -> QuerySet[Submission]:
    """Return the inputs compared for campaigns: those waiting at the desk and those on file."""
    return Submission.objects.filter(consultation=consultation, state__in=COMPARED).order_by("pk")


def points_to_compare(consultation: Consultation) -> QuerySet[Point]:
    """Return the points compared for duplicates: all that count."""
    return Point.objects.standing().filter(consultation=consultation).order_by("pk")


def _search[Row: Text](texts: QuerySet[Row], is_new: Q, kind: str, at_least: float, add: Callable[[int], None]) -> int:
    """Compare the new ones of `texts` in batches, and return how many pairs were stored."""
    with unlimited():
        new = {row.pk: row for row in texts.filter(is_new)}
        rows = {**{row.pk: row for row in texts.exclude(pk__in=new)}, **new} if new else {}
    if not new:
        return 0
    old = [(pk, _words(row)) for pk, row in rows.items() if pk not in new]
    pairs = similarity.pairs_among([(pk, _words(row)) for pk, row in new.items()], old, at_least=at_least)
    kept, keys = 0, iter(new)
    while some := list(islice(keys, AT_ONCE)):
        likenesses = [_likeness(kind, pair, rows) for item in islice(pairs, len(some)) for pair in item]
        with transaction.atomic():
            kept += _keep(kind, [each for each in likenesses if each is not None])
            texts.model.objects.filter(pk__in=some).update(compared_at=now())
        add(len(some))
    return kept


def _words(row: Text) -> str:
    """Return a text including held-back passages: only the secretariat reads the results."""
    if isinstance(row, Point):
        return row.text
    return redaction.in_full("\n".join([row.title, row.body, row.proposed_wording]))


def _likeness(kind: str, pair: similarity.Pair[int], rows: dict[int, Any]) -> Likeness | None:
    """Return the row to store; None for points of one input, or points already joined."""
    first, second = sorted([rows[pair.first], rows[pair.second]], key=lambda row: row.pk)
    if isinstance(first, Point) and _is_known(first, second):
        return None
    words = similarity.shared_words(_words(first), _words(second))[:WORDS_KEPT]
    fields = {f"first_{kind}": first, f"second_{kind}": second, "score": round(pair.score, 4), "words": words}
    return Likeness(method=similarity.METHOD, found_at=now(), **fields)


def _is_known(first: Point, second: Point) -> bool:
    is_one_source = first.submission_id is not None and first.submission_id == second.submission_id
    return is_one_source or (first.merged_into_id or first.pk) == (second.merged_into_id or second.pk)


def _keep(kind: str, likenesses: list[Likeness]) -> int:
    """Store the new pairs, skipping pairs that were decided before; return how many."""
    before = Likeness.objects.count()
    Likeness.objects.bulk_create(likenesses, ignore_conflicts=True)
    return Likeness.objects.count() - before
