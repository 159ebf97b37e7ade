"""Exports of the list of inputs as CSV, Excel workbook or JSON with the list's filters, streamed; and the open data
feed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import starmap
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Choices, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.functional import Promise
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from consultations import queries
from consultations.models import Audience, Channel, Event, Group, Language, Submission, SubmissionState
from consultations.views.filters import list_query
from consultations.views.pagination import SHEETS, csv_blocks, xlsx_blocks
from consultations.views.ratelimit import few_at_once, limited, line_of, seconds_to_wait
from consultations.workflow import enter_export
from ncm_portal.posted import takes_any_body
from positions.models import kind_in_words
from positions.queries.open_data import (
    TABLE,
    Data,
    inputs_as_data,
    inputs_as_rows,
    points_as_data,
    public_points,
)
from positions.render.labels import outcome_words


class Column(NamedTuple):
    """Column of a table of inputs: header, and the choices whose labels stand for its codes."""

    head: Promise
    words: type[Choices] | None = None


COLUMNS = {
    "reference": Column(_("Reference")),
    "submitted_at": Column(_("Sent")),
    "state": Column(_("State"), SubmissionState),
    "audience": Column(_("Who can read it"), Audience),
    "consultation": Column(_("Consultation")),
    "organisation": Column(_("Organisation")),
    "group": Column(_("Group"), Group),
    "county": Column(_("County")),
    "theme": Column(_("Theme")),
    "objectives": Column(_("Objectives")),
    "forum": Column(_("Forum")),
    "language": Column(_("Language"), Language),
    "channel": Column(_("Came by"), Channel),
    "title": Column(_("Title")),
    "body": Column(_("Text")),
    "proposed_wording": Column(_("Proposed wording")),
    "files": Column(_("Files")),
    "points": Column(_("Points")),
    "answers": Column(_("Answers")),
    "url": Column(_("Page")),
}
ANSWERS = TABLE.index("answers")


def _table(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    yield [str(COLUMNS[name].head) for name in TABLE]
    choices = ((place, COLUMNS[name].words) for place, name in enumerate(TABLE))
    words = [(place, dict(map(_in_words, each))) for place, each in choices if each]
    for row in rows:
        for place, known in words:
            row[place] = known[row[place]]
        row[ANSWERS] = "\n".join(starmap(_answer, row[ANSWERS].items()))
        yield row


def _in_words(choice: Choices) -> tuple[Any, str]:
    return choice.value, str(choice.label)


def _answer(reference: str, given: Data) -> str:
    where = f" ({given['paper']}, {', '.join(map(str, given['paragraphs']))})" if given["paragraphs"] else ""
    outcome = ", ".join(filter(None, [outcome_words(given["outcome"]).lower(), kind_in_words(given["reason_code"])]))
    return f"{reference}: {outcome}{where}. {given['reason']}".strip()


def _rows(inputs: QuerySet[Submission], reader: Any) -> Iterator[list[Any]]:
    return _table(inputs_as_rows(inputs, reader=reader, mark=f" ({_('held back')})"))


def as_csv(inputs: QuerySet[Submission], reader: Any) -> Iterator[bytes]:
    """Yield the inputs as a CSV file."""
    return csv_blocks(_rows(inputs, reader))


def as_xlsx(inputs: QuerySet[Submission], reader: Any) -> Iterator[bytes]:
    """Yield the inputs as a workbook."""
    return xlsx_blocks(_rows(inputs, reader))


def as_json(inputs: QuerySet[Submission], reader: Any) -> Iterator[bytes]:
    """Yield one object with the list of inputs, described by the feed's schema."""
    yield b'{"inputs": ['
    for number, row in enumerate(inputs_as_data(inputs, reader=reader)):
        yield (",\n" if number else "\n").encode() + json.dumps(row, ensure_ascii=False).encode()
    yield b"\n]}\n"


FORMATS = {
    "csv": (as_csv, SHEETS["csv"][1]),
    "xlsx": (as_xlsx, SHEETS["xlsx"][1]),
    "json": (as_json, "application/json"),
}


@csrf_exempt  # it changes nothing, and other methods get 405 whatever they send
@takes_any_body
@login_not_required
@require_safe
@limited("export")
@few_at_once("export")
def inputs_export(request: HttpRequest, form: str) -> StreamingHttpResponse:
    """Export what the list of inputs shows to the reader at the same URL, all pages in one file."""
    if form not in FORMATS:
        raise Http404
    requested = list_query(request, queries.public_rounds())
    inputs = queries.readable_inputs(request.user, requested.input_filters)
    if requested.words:
        inputs = queries.search_inputs(inputs, requested.words)
    if request.user.is_authenticated:  # visitors get public data
        enter_export(None, by=request.user, list="inputs", form=form)
    write, kind = FORMATS[form]
    answer = StreamingHttpResponse(write(inputs, request.user), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="inputs-{timezone.localdate()}.{form}"'
    return answer


# --- The feed ---------------------------------------------------------------------------------------------------------


PAGE = 100
EVERYBODY = AnonymousUser()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DESCRIPTION = json.loads(Path(__file__).with_name("openapi.json").read_text())
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Retry-After",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=60",
}


class Misasked(Exception):
    """Raised if the URL has an unknown parameter or value."""


def feed(view: Callable[[HttpRequest], Data]) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a data view: CORS for all origins, and 304 for clients with current data.

    The ETag is that of the bytes; Last-Modified is the time of the last journal entry, since nothing public changes
    without one. Always in English: codes and labels must not depend on the client.
    """

    @csrf_exempt  # see `inputs_export`
    @takes_any_body
    @login_not_required
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=CORS)
        if wait := seconds_to_wait("feed", line_of(request)):
            return _refused(f"Too many requests: try again in {wait} seconds.", 429, **{"Retry-After": str(wait)})
        try:
            with translation.override("en"):
                changed = Event.objects.order_by("-number").values_list("recorded_at", flat=True).first() or EPOCH
                body = json.dumps(view(request), ensure_ascii=False, indent=1).encode()
        except Misasked as error:
            return _refused(str(error), 400)
        tag, stamp = f'"{hashlib.sha256(body).hexdigest()[:32]}"', int(changed.timestamp())
        headers = {**CORS, "ETag": tag, "Last-Modified": http_date(stamp)}
        response = HttpResponse(body, "application/json", headers=headers)
        answered = get_conditional_response(request, etag=tag, last_modified=stamp, response=response) or response
        for name, value in CORS.items():
            answered.headers.setdefault(name, value)
        return answered

    return answer


def _refused(why: str, status: int, **headers: str) -> HttpResponse:
    more = {"Cache-Control": "no-store", **headers}
    return HttpResponse(json.dumps({"error": why}), "application/json", status=status, headers={**CORS, **more})


@feed
def feed_inputs(request: HttpRequest) -> Data:
    """Return public inputs in order of acceptance: new ones appear at the end."""
    inputs = Submission.objects.visible_to(EVERYBODY).sent().order_by("decided_at", "pk")
    micros, pk = _after(request, 2)
    if pk:
        edge = EPOCH + timedelta(microseconds=micros)
        behind = Q(decided_at__gt=edge) | Q(decided_at=edge, pk__gt=pk)
        inputs = inputs.filter(behind, decided_at__gte=edge)  # redundant, so that the index is entered at the edge
    keys: list[tuple[int, Any]] = list(inputs.values_list("pk", "decided_at")[: PAGE + 1])
    shown = inputs.filter(pk__in=[key for key, _at in keys[:PAGE]])
    last = (
        "" if len(keys) <= PAGE else f"{(keys[PAGE - 1][1] - EPOCH) // timedelta(microseconds=1)}-{keys[PAGE - 1][0]}"
    )
    return {"inputs": list(inputs_as_data(shown, reader=EVERYBODY)), "next": _next("feed_inputs", last)}


@feed
def feed_points(request: HttpRequest) -> Data:
    """Return public points in order of creation."""
    (pk,) = _after(request, 1)
    points = public_points(EVERYBODY).filter(pk__gt=pk).order_by("pk")
    result = list(points[: PAGE + 1])
    last = "" if len(result) <= PAGE else str(result[PAGE - 1].pk)
    return {"points": points_as_data(result[:PAGE]), "next": _next("feed_points", last)}


@feed
def openapi(request: HttpRequest) -> Data:
    """Return the OpenAPI 3.1 description of the feed."""
    return {**DESCRIPTION, "servers": [{"url": settings.PORTAL_ADDRESS}]}


def _after(request: HttpRequest, parts: int) -> list[int]:
    """Parse `?after=` into numbers; zeros if absent. Raises Misasked for values that we never returned."""
    requested = request.GET.get("after", "")
    if not requested:
        return [0] * parts
    numbers = requested.split("-")
    if len(numbers) != parts or not all(each.isascii() and each.isdigit() and len(each) < 18 for each in numbers):
        raise Misasked("“after” is none that this feed gave: take the address of “next” as it is.")
    return [int(each) for each in numbers]


def _next(url_name: str, last: str) -> str | None:
    return settings.PORTAL_ADDRESS + reverse(url_name, query={"after": last}) if last else None
