"""The files of official editions are handed out nearly as fast as static ones.

An official file is everyone's and stays what it is: every cache may keep it for a year. So who may read it is asked
once a minute, and in between the file goes out before sessions, languages and the database are asked for anything. The
bytes come from the disk each time.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

FOR_EVER = "public, max-age=31536000, immutable"
SECONDS, MOST = 60, 512
View = Callable[[HttpRequest], HttpResponseBase]


class Stored(NamedTuple):
    """A file as it is handed out: where it lies, its strong validator (RFC 9110, 8.8.3), and what is said of it."""

    path: str
    etag: str
    modified: int
    name: str
    media_type: str
    cache: str


_known: dict[str, tuple[Stored, float]] = {}


def send(request: HttpRequest, stored: Stored) -> HttpResponseBase:
    """The stored file, or 304 to a reader who has it. Raises OSError where the file can't be read."""
    response: Any = get_conditional_response(request, etag=stored.etag, last_modified=stored.modified)
    if response is None:
        file = Path(stored.path).open("rb")  # noqa: SIM115 -- closed with the answer
        response = FileResponse(file, filename=stored.name, content_type=stored.media_type)
    response["ETag"], response["Last-Modified"] = stored.etag, http_date(stored.modified)
    response["Cache-Control"], response["X-Frame-Options"] = stored.cache, settings.X_FRAME_OPTIONS
    return response


def remember(request: HttpRequest, stored: Stored) -> None:
    """Let everyone have this official file at this address without being asked, for a minute; never inside a
    transaction, which may be taken back."""
    if stored.cache == FOR_EVER and not connection.in_atomic_block:
        if len(_known) >= MOST:
            _known.clear()
        _known[request.path_info] = (stored, time.monotonic() + SECONDS)


def official_files_middleware(get_response: View) -> View:
    """Answer for files that were found official less than a minute ago."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        stored, until = _known.get(request.path_info, (None, 0.0))
        if stored is not None and until > time.monotonic() and request.method in ("GET", "HEAD"):
            try:
                return send(request, stored)
            except OSError:
                _known.pop(request.path_info, None)
        return get_response(request)

    return respond
