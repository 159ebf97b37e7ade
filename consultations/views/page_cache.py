"""Keep pages for visitors in memory until the journal has an entry that they depend on.

Making a page costs ten to twenty times as much as an empty one, mostly queries and templates. A page that is the same
for everybody is kept with the moment of the journal before it was made. What hides, restricts or corrects takes effect
with its commit. Only verbs of MAY_BE_LATE are shown up to `settings.PAGES_MAY_BE_LATE` seconds later, and twice that
while one thread makes the page anew. A page may name the areas of the journal that it depends on; by default all.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from consultations.queries.changes import EVERY_AREA, SECONDS, Moment, known, may_keep

View = Callable[..., HttpResponse]
MOST_WAITING = 10.0  # seconds that a reader waits for another thread that makes the same page


class Page(NamedTuple):
    """A kept page, and the moment before it was made."""

    content: bytes
    moment: Moment


_making: dict[str, threading.Event] = {}
_making_lock = threading.Lock()


def kept_for_visitors(view: View) -> View:
    """Serve the page of `view` to visitors from memory until the journal has an entry that may change it.

    Never to requests with a cookie other than that of the language, inside a transaction, or in development.
    """
    return kept_until(*EVERY_AREA)(view)


def kept_until(*names: str) -> Callable[[View], View]:
    """Like `kept_for_visitors`, for a page that only entries of these areas can change."""
    areas = frozenset(names)

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            def make() -> HttpResponse:
                return view(request, *args, **kwargs)

            if not _is_for_everybody(request):
                return make()
            moment, key = known.look(), _key(request)
            page: Page | None = caches["pages"].get(key)
            if page and _may_be_served(page, areas, settings.PAGES_MAY_BE_LATE):
                return _response(page)
            if maker := _begin(key):
                page = page if page and _may_be_served(page, areas, 2 * settings.PAGES_MAY_BE_LATE) else None
                page = page or _made_by(maker, key, moment)
                return _response(page) if page else make()
            try:
                return _keep(key, moment, make, request)
            finally:
                _end(key)

        answer.areas = areas  # type: ignore[attr-defined]
        return answer

    return decorate


def _may_be_served(page: Page, areas: frozenset[str], most_late: float) -> bool:
    """Return whether a page shows everything urgent, and everything else that is older than `most_late` seconds."""
    if known.is_past(page.moment, areas, urgent=True):
        return False
    return not known.is_past(page.moment, areas, urgent=False) or time.monotonic() - page.moment.at < most_late


def _begin(key: str) -> threading.Event | None:
    """Return the event of the thread that makes this page; None if this thread now does, until `_end`."""
    with _making_lock:
        if key in _making:
            return _making[key]
        _making[key] = threading.Event()
        return None


def _end(key: str) -> None:
    with _making_lock:
        _making.pop(key).set()


def _made_by(maker: threading.Event, key: str, moment: Moment) -> Page | None:
    """Wait for the page that another thread makes; None if it cannot be kept, is too old or takes too long."""
    maker.wait(MOST_WAITING)
    page: Page | None = caches["pages"].get(key)
    return page if page and page.moment[:2] >= moment[:2] else None


def _keep(key: str, moment: Moment, make: Callable[[], HttpResponse], request: HttpRequest) -> HttpResponse:
    """Make a page, and keep it if it is complete and without cookies or form tokens."""
    response = make()
    is_personal = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if response.status_code == 200 and not response.streaming and not is_personal:
        caches["pages"].set(key, Page(response.content, moment), SECONDS)
    return response


def _response(page: Page) -> HttpResponse:
    response = HttpResponse(page.content)
    patch_vary_headers(response, ["Cookie"])
    return response


def _is_for_everybody(request: HttpRequest) -> bool:
    cookies = set(request.COOKIES) - {settings.LANGUAGE_COOKIE_NAME}
    return not cookies and may_keep()


def _key(request: HttpRequest) -> str:
    parts = f"{get_language()}\n{request.get_full_path()}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
