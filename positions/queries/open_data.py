"""Inputs and points as plain data with stable names, for exports and the feed.

Each reader gets what the pages show to that reader: held-back passages are replaced, points that reveal them and
inaccessible files are left out, and only answers of published papers are included.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import batched
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from consultations.models import Attachment, AttachmentKind, Point, Stakeholder, Submission
from consultations.redaction import for_everybody
from positions.queries.papers import Answer, answers_by_key, answers_for

CHUNK = 500  # inputs held in memory at once
Data = dict[str, Any]


class _PointRow(NamedTuple):
    """Exported fields of a point, loaded as tuples: creating model instances would take twice as long."""

    pk: int
    submission: int | None
    reference: str
    kind: str
    theme: str
    text: str
    state: str
    merged_into: int | None
    held_back: bool


class _Along(NamedTuple):
    """Data exported with some inputs, by their keys; answers by the keys of the points."""

    objectives: dict[int, list[str]]
    files: dict[int, list[Data]]
    points: dict[int, list[_PointRow]]
    merged: dict[int, str]
    answers: dict[int, Answer]


def inputs_as_data(inputs: QuerySet[Submission], *, reader: Any) -> Iterator[Data]:
    """Yield each of `inputs`, which `reader` may read, with points, answers and file names, in order.

    Uses a server-side cursor, CHUNK inputs at a time, so that any number fits into memory.
    """
    full = Submission.objects.in_full_for(reader).filter(pk=OuterRef("pk"))
    rows = inputs.annotate(in_full=Exists(full)).values_list(
        "pk", "in_full", "reference", "title", "body", "proposed_wording", "language", "audience", "channel", "state",
        "submitted_at", "consultation__slug", "theme__code", "forum__slug", "stakeholder__name", "stakeholder__group",
        "stakeholder__county__name", named=True,
    )  # fmt: skip
    address, after = _page("input", "REFERENCE").split("REFERENCE")
    for chunk in batched(rows.iterator(chunk_size=CHUNK), CHUNK):
        along = _related_data([row.pk for row in chunk], reader)
        for row in chunk:
            yield _input(row, along, url=f"{address}{row.reference}{after}")


def _related_data(keys: list[int], reader: Any) -> _Along:
    """Return the data exported with the inputs `keys`, as far as `reader` may read it."""
    objectives = Submission.provisions.through.objects.filter(submission__in=keys)
    objectives = objectives.order_by("provision__framework", "provision__order")
    files = Attachment.objects.visible_to(reader).shown().filter(submission__in=keys, kind=AttachmentKind.EVIDENCE)
    points = _points(reader).filter(submission__in=keys).order_by("number")
    named = ("pk", "submission", "reference", "kind", "theme__code", "text", "state", "merged_into", "held_back")
    tuples = [_PointRow(*row) for row in points.values_list(*named)]
    merged = Point.objects.visible_to(reader).filter(
        pk__in={point.merged_into for point in tuples if point.merged_into}
    )
    return _Along(
        _grouped(objectives.values_list("submission", "provision__code")),
        _grouped(
            (of_input, {"name": name, "media_type": media_type, "size": size})
            for of_input, name, media_type, size in files.values_list("submission", "name", "media_type", "size")
        ),
        _grouped((point.submission, point) for point in tuples),
        dict(merged.values_list("pk", "reference")),
        answers_by_key(point.pk for point in tuples),
    )


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[int, list[Any]]:
    result: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        result[key].append(value)
    return result


def points_as_data(points: Iterable[Point]) -> list[Data]:
    """Yield each of `points` (of `public_points`) with its source, organisation and answer."""
    result = list(points)
    answers = answers_for(result)
    merged = {point.merged_into.pk: point.merged_into.reference for point in result if point.merged_into}
    return [
        {**_point(_point_tuple(point), merged, answers.get(point.pk), full=False), **_source(point)} for point in result
    ]


def _point_tuple(point: Point) -> _PointRow:
    kept = (point.pk, point.submission_id, point.reference, point.kind, point.theme.code, point.text, point.state)
    return _PointRow(*kept, point.merged_into_id, point.held_back)


def public_points(reader: Any) -> QuerySet[Point]:
    """Return valid points that `reader` may read, with what `points_as_data` needs."""
    same = Prefetch("merged_into", Point.objects.visible_to(reader).only("reference"))
    along = ("theme", "consultation", "submission", "session__forum", "stakeholder__county")
    return _points(reader).select_related(*along).prefetch_related(same)


def _points(reader: Any) -> QuerySet[Point]:
    return Point.objects.visible_to(reader).standing()


def _input(row: Any, along: _Along, *, url: str) -> Data:
    redact = (lambda text: text) if row.in_full else for_everybody
    points = along.points.get(row.pk, [])
    return {
        "reference": row.reference,
        "url": url,
        "consultation": row.consultation__slug,
        "organisation": {
            "name": row.stakeholder__name,
            "group": row.stakeholder__group,
            "county": row.stakeholder__county__name,
        },
        "theme": row.theme__code,
        "objectives": along.objectives.get(row.pk, []),
        "forum": row.forum__slug,
        "title": redact(row.title),
        "body": redact(row.body),
        "proposed_wording": redact(row.proposed_wording),
        "language": row.language,
        "audience": row.audience,
        "channel": row.channel,
        "state": row.state,
        "submitted_at": moment(row.submitted_at),
        "files": along.files.get(row.pk, []),
        "points": [_point(each, along.merged, along.answers.get(each.pk), full=row.in_full) for each in points],
    }


def _point(point: _PointRow, merged: dict[int, str], answer: Answer | None, *, full: bool) -> Data:
    return {
        "reference": point.reference,
        "kind": point.kind,
        "theme": point.theme,
        "text": point.text if full else for_everybody(point.text),
        "state": point.state,
        "merged_into": merged.get(point.merged_into) if point.merged_into else None,
        "answer": _answer(answer) if answer else None,
        **({"held_back": True} if full and point.held_back else {}),  # others never get the text of such a point
    }


def _answer(answer: Answer) -> Data:
    given = answer.disposition
    return {
        "paper": given.paper.slug,
        "url": _page("paper", given.paper.slug),
        "outcome": given.outcome,
        "reason_code": given.reason_code,
        "reason": given.reason,
        "paragraphs": answer.numbers,
    }


def _source(point: Point) -> Data:
    return {
        "consultation": point.consultation.slug,
        "organisation": _organisation(point.stakeholder) if point.stakeholder else None,
        "input": point.submission.reference if point.submission else None,
        "forum": point.session.forum.slug if point.session else None,
    }


def _organisation(body: Stakeholder) -> Data:
    return {"name": body.name, "group": body.group, "county": body.county.name if body.county else None}


def moment(at: datetime) -> str:
    """Format a time in UTC to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _page(url_name: str, *args: str) -> str:
    return settings.PORTAL_ADDRESS + reverse(url_name, args=args)
