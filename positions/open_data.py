"""Inputs and points as plain data with stable names: what exports and the feed are written from.

Each reader gets what the pages show to that reader: passages that are held back are replaced, points that tell of them
and files that are not the reader's are left out, and of the answers only those of published papers are there.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from consultations.models import Attachment, AttachmentKind, Point, Stakeholder, Submission
from consultations.passages import for_everybody
from positions.queries import Answer, answers_for

CHUNK = 500  # inputs that are held in memory at once
Data = dict[str, Any]


def inputs_as_data(inputs: QuerySet[Submission], *, reader: Any) -> Iterator[Data]:
    """Each of `inputs`, which `reader` may read, with points, answers and names of files, in the order of `inputs`.

    Reads through a cursor of the database, CHUNK inputs at a time, so that any number of them fits.
    """
    full = Submission.objects.in_full_for(reader).filter(pk=OuterRef("pk"))
    files = Attachment.objects.visible_to(reader).shown().filter(kind=AttachmentKind.EVIDENCE)
    rows = inputs.annotate(in_full=Exists(full)).defer(None).select_related(None)
    rows = rows.select_related("stakeholder__county", "theme", "consultation", "forum").prefetch_related(
        "provisions",
        Prefetch("points", _points(reader).order_by("number"), to_attr="said"),
        Prefetch("attachments", files, to_attr="evidence"),
    )
    for chunk in batched(rows.iterator(chunk_size=CHUNK), CHUNK, strict=False):
        answers = answers_for(point for row in chunk for point in row.said)
        for row in chunk:
            yield _input(row, answers)
            vars(row).clear()  # its points lead back to it: without this it stays until the collector comes round


def points_as_data(points: Iterable[Point]) -> list[Data]:
    """Each of `points` (of `public_points`) with where it was said, who said it, and the answer to it."""
    found = list(points)
    answers = answers_for(found)
    return [{**_point(point, answers.get(point.pk), full=False), **_source(point)} for point in found]


def public_points(reader: Any) -> QuerySet[Point]:
    """Standing points that `reader` may read, with what `points_as_data` needs."""
    return _points(reader).select_related(
        "theme", "consultation", "submission", "session__forum", "stakeholder__county"
    )


def _points(reader: Any) -> QuerySet[Point]:
    same = Prefetch("merged_into", Point.objects.visible_to(reader).only("reference"))
    return Point.objects.visible_to(reader).standing().select_related("theme").prefetch_related(same)


def _input(row: Any, answers: dict[int, Answer]) -> Data:
    said = (lambda text: text) if row.in_full else for_everybody
    return {
        "reference": row.reference,
        "url": _page("input", row.reference),
        "consultation": row.consultation.slug,
        "organisation": _organisation(row.stakeholder),
        "theme": row.theme.code,
        "objectives": [provision.code for provision in row.provisions.all()],
        "forum": row.forum.slug if row.forum else None,
        "title": said(row.title),
        "body": said(row.body),
        "proposed_wording": said(row.proposed_wording),
        "language": row.language,
        "audience": row.audience,
        "channel": row.channel,
        "state": row.state,
        "submitted_at": moment(row.submitted_at),
        "files": [{"name": file.name, "media_type": file.media_type, "size": file.size} for file in row.evidence],
        "points": [_point(point, answers.get(point.pk), full=row.in_full) for point in row.said],
    }


def _point(point: Point, answer: Answer | None, *, full: bool) -> Data:
    return {
        "reference": point.reference,
        "kind": point.kind,
        "theme": point.theme.code,
        "text": point.text if full else for_everybody(point.text),
        "state": point.state,
        "merged_into": point.merged_into.reference if point.merged_into_id and point.merged_into else None,
        "answer": _answer(answer) if answer else None,
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
    """A moment in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _page(url_name: str, *args: str) -> str:
    return settings.PORTAL_ADDRESS + reverse(url_name, args=args)
