"""Keep pages for visitors in memory until the journal has an entry that they depend on.

Making a page costs ten to twenty times as much as an empty one, mostly queries and templates. Verbs and admin edits
change everything that public pages show, and both write a journal entry before they commit; sign-ins and mail do not.
A page that is the same for everybody is kept with the number of the last entry that was known when it was made.

- A visit costs no query: `change_marker` tells that an entry was committed on this machine. Entries of other machines
  are looked for once in LOOK_EVERY seconds.
- What hides, restricts or corrects takes effect with its commit. Only the verbs of MAY_BE_LATE, which add something and
  come by the hundred on a deadline day, are shown up to `settings.PAGES_MAY_BE_LATE` seconds later, twice that while
  one thread makes the page anew.
- A page may name the areas of the journal that it depends on; by default it depends on all.
- The time limit of one minute covers what depends on the clock, such as "4 days left", and reference data, which is
  loaded without an entry.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from consultations.db.change_marker import last_change
from consultations.queries.journal import Change, changes_since

View = Callable[..., HttpResponse]
SECONDS = 60
LOOK_EVERY = 1.0  # seconds
MOST_WAITING = 10.0  # seconds that a reader waits for another thread that makes the same page

# Areas of the journal, with the kinds of records whose verbs write only what their pages read, besides all records of
# papers. Other kinds (consultations, organisations, forums, people, reference data) concern every page. A test compares
# what pages read with what verbs write.
INPUTS, FORUM_DAYS, PAPERS = "inputs", "forum days", "papers"
AREAS = {
    INPUTS: {"submission", "point", "attachment", "likeness", "endorsement"},
    FORUM_DAYS: {"delegate", "forumsession", "invitation"},
    PAPERS: {"point"},
}
EVERY_AREA = frozenset((INPUTS, FORUM_DAYS, PAPERS))
# Verbs that only add something.
MAY_BE_LATE = (
    "accept", "add_file", "admit_file", "answer", "ask_sign_off", "check_in", "comment", "compare", "create", "endorse",
    "hand_in", "hold_file", "import", "nominate", "remind", "seal_access_log", "sign_off", "split", "submit",
    "take_stance", "validate",
)  # fmt: skip


def area_of(kind: str) -> frozenset[str]:
    """Return the areas that verbs on records of this kind concern, such as "consultations.point"."""
    app, _, name = kind.partition(".")
    if app == "positions":
        return frozenset((PAPERS,))
    return frozenset(area for area, kinds in AREAS.items() if name in kinds) or EVERY_AREA


class Page(NamedTuple):
    """A kept page: the last entry known before it was made, and when that was (seconds of the monotonic clock)."""

    content: bytes
    number: int
    made_at: float


class Known:
    """What this process knows of the journal: the last entry, and the last one and last urgent one of each area."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew: every page that was kept before is out of date."""
        self.number, self._hash = -1, ""
        self._marker, self._looked_at = -1, float("-inf")
        self._last: dict[tuple[str, bool], int] = {}

    def look(self) -> int:
        """Return the number of the last entry; read the journal if it may have another than the known ones."""
        if self._is_fresh():
            return self.number
        with self._lock:
            if not self._is_fresh():
                marker, begun = (
                    last_change(),
                    time.monotonic(),
                )  # before the query: what comes later is looked for again
                self._take(changes_since(self.number, self._hash, MAY_BE_LATE))
                self._marker, self._looked_at = marker, begun
        return self.number

    def is_past(self, page: Page, areas: frozenset[str], *, urgent: bool) -> bool:
        """Return whether these areas have a later entry than the page knows; only of `urgent` ones if so asked."""
        return any(self._last.get((area, urgent), -1) > page.number for area in areas)

    def _is_fresh(self) -> bool:
        return self._marker == last_change() and time.monotonic() - self._looked_at < LOOK_EVERY

    def _take(self, changes: list[Change] | None) -> None:
        if changes is None:  # another journal than before, as after loading an archive
            self.forget()
            caches["pages"].clear()
            changes = changes_since(-1, "", MAY_BE_LATE) or []
        for change in changes:
            for area in area_of(change.kind):
                for urgent in {False, change.is_urgent}:
                    self._last[area, urgent] = max(change.number, self._last.get((area, urgent), -1))
            if change.number > self.number:
                self.number, self._hash = change.number, change.hash


known = Known()
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
            number, key = known.look(), _key(request)
            page: Page | None = caches["pages"].get(key)
            if page and _may_be_served(page, areas, settings.PAGES_MAY_BE_LATE):
                return _response(page)
            if maker := _begin(key):
                page = page if page and _may_be_served(page, areas, 2 * settings.PAGES_MAY_BE_LATE) else None
                page = page or _made_by(maker, key, number)
                return _response(page) if page else make()
            try:
                return _keep(key, number, make, request)
            finally:
                _end(key)

        answer.areas = areas  # type: ignore[attr-defined]
        return answer

    return decorate


def _may_be_served(page: Page, areas: frozenset[str], most_late: float) -> bool:
    """Return whether a page shows everything urgent, and everything else that is older than `most_late` seconds."""
    if known.is_past(page, areas, urgent=True):
        return False
    return not known.is_past(page, areas, urgent=False) or time.monotonic() - page.made_at < most_late


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


def _made_by(maker: threading.Event, key: str, number: int) -> Page | None:
    """Wait for the page that another thread makes; None if it cannot be kept, is too old or takes too long."""
    maker.wait(MOST_WAITING)
    page: Page | None = caches["pages"].get(key)
    return page if page and page.number >= number else None


def _keep(key: str, number: int, make: Callable[[], HttpResponse], request: HttpRequest) -> HttpResponse:
    """Make a page, and keep it if it is complete and without cookies or form tokens."""
    begun, response = time.monotonic(), make()
    is_personal = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    if response.status_code == 200 and not response.streaming and not is_personal:
        caches["pages"].set(key, Page(response.content, number, begun), SECONDS)
    return response


def _response(page: Page) -> HttpResponse:
    response = HttpResponse(page.content)
    patch_vary_headers(response, ["Cookie"])
    return response


def _is_for_everybody(request: HttpRequest) -> bool:
    cookies = set(request.COOKIES) - {settings.LANGUAGE_COOKIE_NAME}
    return not cookies and not connection.in_atomic_block and not settings.DEBUG


def _key(request: HttpRequest) -> str:
    parts = f"{get_language()}\n{request.get_full_path()}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
