"""Rate limits per reader for expensive requests."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from ncm_portal.client_address import client_address

View = Callable[..., HttpResponseBase]


def limited(what: str) -> Callable[[View], View]:
    """Limit how often a reader may request a view, as settings.LIMITS says for `what`; then respond with 429 (RFC
    6585).
    """

    def limit(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            who = f"person-{person.pk}" if person.is_authenticated else line_of(request)
            wait = seconds_to_wait(what, who)
            return _too_often(request, wait) if wait else view(request, *args, **kwargs)

        return answer

    return limit


def seconds_to_wait(what: str, who: str) -> int:
    """Count one more request for `what` by a reader; return the seconds to wait if it exceeds the limit, else 0.

    Counted in the memory of each server process: refusing must be cheap, and floods must not reach the database.
    """
    most, seconds = settings.LIMITS[what]
    moment, counts = int(time.time()), caches["limits"]
    key = f"{what}:{moment // seconds}:{who}"
    counts.add(key, 0, seconds)
    try:
        number = counts.incr(key)
    except ValueError:  # it was evicted meanwhile, or has expired
        return 0
    return 0 if number <= most else seconds - moment % seconds


def line_of(request: HttpRequest) -> str:
    """Return the client address to count by; requests without a known address share one counter."""
    return client_address(request) or "somebody"


def _too_often(request: HttpRequest, wait: int) -> HttpResponse:
    page = render(request, "429.html", {"minutes": -(-wait // 60)}, status=429)
    page["Retry-After"] = str(wait)
    return page
