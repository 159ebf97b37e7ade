"""Inputs and points as plain data with stable names, for exports and the feed.

Each reader gets what the pages show to that reader: held-back passages are replaced, points that reveal them and
inaccessible files are left out, and only answers of published papers are included.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import (
    Case,
    F,
    Func,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Concat
from django.urls import reverse

from consultations.models import Attachment, AttachmentKind, Point, Stakeholder, Submission
from consultations.models.points import STANDING, visible_with_input
from consultations.models.submissions import readable_in_full_by
from consultations.redaction import for_everybody
from positions.models import Disposition, PositionPaper
from positions.queries.papers import paragraph_numbers

CHUNK = 500  # inputs held in memory at once
BETWEEN = "\x1e"  # between lines that are split again; no text contains control characters
NAMED = "REFERENCE"  # stands for one in an address, which is built once
Data = dict[str, Any]


class _PointRow(NamedTuple):
    """Exported fields of a point."""

    pk: int
    reference: str
    kind: str
    theme: str
    text: str
    state: str
    merged_into: str | None  # its reference, if the reader may see it
    held_back: bool


class _Texts(Func):
    """Array of values as texts: related rows come in the statement of their input, and are read faster than JSON."""

    template = "ARRAY[%(expressions)s]::text[]"
    output_field = ArrayField(TextField())


COLUMNS = (
    "reference", "sent", "state", "audience", "consultation__slug", "stakeholder__name", "stakeholder__group",
    "stakeholder__county__name", "theme__code", "objectives", "forum__slug", "language", "channel", "title", "body",
    "proposed_wording", "files", "lines", "in_full", "answered",
)  # fmt: skip
TABLE = (
    "reference", "submitted_at", "state", "audience", "consultation", "organisation", "group", "county", "theme",
    "objectives", "forum", "language", "channel", "title", "body", "proposed_wording", "files", "points", "answers",
    "url",
)  # fmt: skip
LINES = TABLE.index("points")
WORDED = slice(TABLE.index("title"), LINES + 1)  # where a passage may be held back


def inputs_as_data(inputs: QuerySet[Submission], *, reader: Any) -> Iterator[Data]:
    """Yield each of `inputs`, which `reader` may read, with points, answers and file names, in order.

    Uses one statement and a server-side cursor, CHUNK inputs at a time, so that any number fits into memory and the
    first ones come at once; answers take a few more for each chunk that has some.
    """
    merged = Point.objects.visible_to(reader).filter(pk=OuterRef("merged_into")).order_by().values("reference")
    fields = ("pk", "reference", "kind", "theme__code", "text", "state", Subquery(merged), "held_back")
    related = _related(reader, file=_Texts("name", "media_type", "size"), point=_Texts(*fields))
    rows = inputs.annotate(**related).values_list(*COLUMNS, named=True)
    address = _address()
    for row, answers in _with_answers(rows):
        yield _input(row, answers, url=address.replace(NAMED, row.reference))


def inputs_as_rows(inputs: QuerySet[Submission], *, reader: Any, mark: str) -> Iterator[list[Any]]:
    """Yield each of `inputs`, which `reader` may read, as the values of TABLE, in order: codes and texts, points as
    lines, and published answers by the reference of the point.

    `mark` follows the reference of a point that comes from a held-back passage. See `inputs_as_data`; lines are put
    together by the database, which takes half as long.
    """
    marked = Case(When(held_back=True, then=Value(mark)), default=Value(""))
    line = Concat("reference", marked, Value(": "), "text", output_field=TextField())
    related = _related(reader, file=F("name"), point=line)
    for name, between in (("objectives", "; "), ("files", "\n"), ("lines", BETWEEN)):
        related[name] = Func(related[name], Value(between), function="array_to_string", output_field=TextField())
    rows = inputs.annotate(**related).values_list(*COLUMNS)
    address = _address()
    for row, answers in _with_answers(rows):
        *cells, in_full, answered = row
        if not in_full and "[[" in "".join(cells[WORDED]):
            cells[WORDED] = [BETWEEN.join(map(for_everybody, text.split(BETWEEN))) for text in cells[WORDED]]
        cells[LINES] = cells[LINES].replace(BETWEEN, "\n")
        given = {reference: answers[int(pk)] for pk, reference in answered}
        yield [*cells, given, address.replace(NAMED, row[0])]


def _with_answers(rows: QuerySet[Submission, Any]) -> Iterator[tuple[Any, dict[int, Data]]]:
    """Yield each row, whose last column is `answered` of `_related`, and the answers to its points."""
    with transaction.atomic():
        for chunk in batched(rows.iterator(chunk_size=CHUNK), CHUNK):
            answered = [int(pk) for row in chunk for pk, _reference in row[-1]]
            answers = _answers(answered) if answered else {}
            for row in chunk:
                yield row, answers


def _related(reader: Any, *, file: Any, point: Any) -> dict[str, Any]:
    """Return what is exported with an input, as far as `reader` may read it: whether in full, and arrays, in order, in
    which `file` and `point` stand for each.
    """
    of_it = {"submission": OuterRef("pk")}
    objectives = Submission.provisions.through.objects.filter(**of_it)
    files = Attachment.objects.visible_to(reader).shown().filter(**of_it, kind=AttachmentKind.EVIDENCE)
    points = Point.objects.visible_with_input(reader).standing()
    published = Disposition.objects.answered().filter(paper__in=PositionPaper.objects.published())
    answered = published.filter(
        visible_with_input(reader, "point__"), point__submission=OuterRef("pk"), point__state__in=STANDING
    )
    return {
        "sent": _moment(),
        "in_full": Case(When(readable_in_full_by(reader), then=Value(True)), default=Value(False)),
        "objectives": ArraySubquery(
            objectives.order_by("provision__framework", "provision__order").values("provision__code")
        ),
        "files": ArraySubquery(files.annotate(each=file).values("each")),
        "lines": ArraySubquery(points.filter(**of_it).order_by("number").annotate(each=point).values("each")),
        "answered": ArraySubquery(answered.order_by("point__number").values(each=_Texts("point", "point__reference"))),
    }


def points_as_data(points: Iterable[Point]) -> list[Data]:
    """Yield each of `points` (of `public_points`) with its source, organisation and answer."""
    result = list(points)
    answers = _answers([point.pk for point in result])
    return [{**_point(_point_tuple(point), answers.get(point.pk), full=False), **_source(point)} for point in result]


def _point_tuple(point: Point) -> _PointRow:
    kept = (point.pk, point.reference, point.kind, point.theme.code, point.text, point.state)
    return _PointRow(*kept, point.merged_into.reference if point.merged_into else None, point.held_back)


def public_points(reader: Any) -> QuerySet[Point]:
    """Return valid points that `reader` may read, with what `points_as_data` needs."""
    same = Prefetch("merged_into", Point.objects.visible_to(reader).only("reference"))
    along = ("theme", "consultation", "submission", "session__forum", "stakeholder__county")
    return _points(reader).select_related(*along).prefetch_related(same)


def _points(reader: Any) -> QuerySet[Point]:
    return Point.objects.visible_to(reader).standing()


def _input(row: Any, answers: dict[int, Data], *, url: str) -> Data:
    redact = str if row.in_full else for_everybody
    points = [_PointRow._make([int(pk), *texts, held == "true"]) for pk, *texts, held in row.lines]
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
        "objectives": row.objectives,
        "forum": row.forum__slug,
        "title": redact(row.title),
        "body": redact(row.body),
        "proposed_wording": redact(row.proposed_wording),
        "language": row.language,
        "audience": row.audience,
        "channel": row.channel,
        "state": row.state,
        "submitted_at": row.sent,
        "files": [{"name": name, "media_type": kind, "size": int(size)} for name, kind, size in row.files],
        "points": [_point(each, answers.get(each.pk), full=row.in_full) for each in points],
    }


def _point(point: _PointRow, answer: Data | None, *, full: bool) -> Data:
    return {
        "reference": point.reference,
        "kind": point.kind,
        "theme": point.theme,
        "text": point.text if full else for_everybody(point.text),
        "state": point.state,
        "merged_into": point.merged_into,
        "answer": answer,
        **({"held_back": True} if full and point.held_back else {}),  # others never get the text of such a point
    }


def _answers(points: list[int]) -> dict[int, Data]:
    """Return the newest published answer to each of the points with these keys, of those that `papers.answers_for`
    finds: one query, and one for each paper.
    """
    cited = Disposition.paragraphs.through.objects.filter(disposition=OuterRef("pk")).order_by().values("paragraph")
    published = Disposition.objects.answered().filter(paper__in=PositionPaper.objects.published(), point__in=points)
    rows = published.order_by("answered_at", "pk").values_list(
        "point", "paper", "paper__slug", "outcome", "reason_code", "reason", ArraySubquery(cited)
    )
    numbers = {paper: paragraph_numbers(paper) for paper in {row[1] for row in rows}}
    return {
        point: {
            "paper": slug,
            "url": _page("paper", slug),
            "outcome": outcome,
            "reason_code": code,
            "reason": reason,
            "paragraphs": sorted(numbers[paper][each] for each in paragraphs if each in numbers[paper]),
        }
        for point, paper, slug, outcome, code, reason, paragraphs in rows
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


def _moment() -> Func:
    """Return the time of sending in UTC to the second; as a text, which is read faster than a time."""
    form = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return Func(F("submitted_at"), template=form, output_field=TextField())


def _address() -> str:
    """Return the URL of an input, with NAMED in the place of its reference."""
    return _page("input", NAMED)


def _page(url_name: str, *args: str) -> str:
    return settings.PORTAL_ADDRESS + reverse(url_name, args=args)
