"""Rate limits per reader for expensive requests, and limits on how many of them one server process answers at once."""

import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
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


# --- At once ----------------------------------------------------------------------------------------------------------


SOON = 60  # seconds until a refused reader should try again
_running: Counter[str] = Counter()
_counting = Lock()


def few_at_once(what: str) -> Callable[[View], View]:
    """Limit how many streams of a view a server process sends at once, as settings.AT_ONCE says for `what`; then
    respond with 429. Each occupies a thread until its reader has the last byte, and other readers need some too.
    """

    def limit(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not _begun(what):
                return _too_often(request, SOON, is_busy=True)
            stream: Any = None
            try:
                response = view(request, *args, **kwargs)
                if isinstance(response, StreamingHttpResponse):
                    stream = response.streaming_content = _Stream(response, what)
                return response
            finally:
                if stream is None:
                    _ended(what)

        return answer

    return limit


class _Stream(Iterator[bytes]):
    """Content of a response that counts as running until it is closed, as a server closes every response, or gone."""

    def __init__(self, response: StreamingHttpResponse, what: str) -> None:
        self._content: Iterator[bytes] = iter(response)
        self.close = weakref.finalize(self, _ended, what)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._content)


def _begun(what: str) -> bool:
    with _counting:
        is_free = _running[what] < settings.AT_ONCE[what]
        _running[what] += is_free
    return is_free


def _ended(what: str) -> None:
    with _counting:
        _running[what] -= 1


# --- Again and again --------------------------------------------------------------------------------------------------


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


def _too_often(request: HttpRequest, wait: int, *, is_busy: bool = False) -> HttpResponse:
    page = render(request, "429.html", {"minutes": -(-wait // 60), "is_busy": is_busy}, status=429)
    page["Retry-After"] = str(wait)
    return page
