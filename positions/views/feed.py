"""The feed: public inputs and points as JSON for other programs, page by page, the same for everybody.

`openapi.json` beside this file describes it; tests hold the answers against the description.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods

from consultations.models import Event, Submission
from consultations.views.ratelimit import line_of, seconds_to_wait
from positions.queries.open_data import Data, inputs_as_data, points_as_data, public_points

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
    """The address asks for something that the description does not know."""


def feed(view: Callable[[HttpRequest], Data]) -> Callable[[HttpRequest], HttpResponse]:
    """Let a view that gives data answer every program of every site, and only with 304 one that has the data already.

    The entity tag is that of the bytes. Nothing public changes without an entry in the journal, whose last moment
    is when the answer changed last. Always in English: codes and words must not depend on who asks.
    """

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
        answered = get_conditional_response(request, etag=tag, last_modified=stamp, response=response)
        for name, value in CORS.items():
            answered.headers.setdefault(name, value)
        return answered

    return answer


def _refused(why: str, status: int, **headers: str) -> HttpResponse:
    more = {"Cache-Control": "no-store", **headers}
    return HttpResponse(json.dumps({"error": why}), "application/json", status=status, headers={**CORS, **more})


@feed
def feed_inputs(request: HttpRequest) -> Data:
    """Public inputs in the order of acceptance: whoever went to the end finds new ones behind it."""
    inputs = Submission.objects.visible_to(EVERYBODY).sent().order_by("decided_at", "pk")
    micros, pk = _after(request, 2)
    if pk:
        edge = EPOCH + timedelta(microseconds=micros)
        behind = Q(decided_at__gt=edge) | Q(decided_at=edge, pk__gt=pk)
        inputs = inputs.filter(behind, decided_at__gte=edge)  # said twice, so that the index is entered at the edge
    keys = list(inputs.values_list("pk", "decided_at")[: PAGE + 1])
    shown = inputs.filter(pk__in=[key for key, _at in keys[:PAGE]])
    last = (
        "" if len(keys) <= PAGE else f"{(keys[PAGE - 1][1] - EPOCH) // timedelta(microseconds=1)}-{keys[PAGE - 1][0]}"
    )
    return {"inputs": list(inputs_as_data(shown, reader=EVERYBODY)), "next": _next("feed_inputs", last)}


@feed
def feed_points(request: HttpRequest) -> Data:
    """Public points in the order in which they were written."""
    (pk,) = _after(request, 1)
    points: QuerySet[Any] = public_points(EVERYBODY).filter(pk__gt=pk).order_by("pk")
    found = list(points[: PAGE + 1])
    last = "" if len(found) <= PAGE else str(found[PAGE - 1].pk)
    return {"points": points_as_data(found[:PAGE]), "next": _next("feed_points", last)}


@feed
def openapi(request: HttpRequest) -> Data:
    """What the feed is, for programs that make programs (OpenAPI 3.1)."""
    return {**DESCRIPTION, "servers": [{"url": settings.PORTAL_ADDRESS}]}


def _after(request: HttpRequest, parts: int) -> list[int]:
    """The numbers of `?after=`; noughts where nothing is asked. Raises Misasked for what no answer of ours gave."""
    asked = request.GET.get("after", "")
    if not asked:
        return [0] * parts
    numbers = asked.split("-")
    if len(numbers) != parts or not all(each.isascii() and each.isdigit() and len(each) < 18 for each in numbers):
        raise Misasked("“after” is none that this feed gave: take the address of “next” as it is.")
    return [int(each) for each in numbers]


def _next(url_name: str, last: str) -> str | None:
    return settings.PORTAL_ADDRESS + reverse(url_name, query={"after": last}) if last else None
