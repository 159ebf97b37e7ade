"""The files of official editions are handed out nearly as fast as static ones.

An official file is everyone's and stays what it is: every cache may keep it for a year. So who may read it is asked
once a minute, and in between the file goes out before sessions, languages and the database are asked for anything. The
bytes come from the disk each time, and what was altered there does not go out.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.http import http_date

from consultations.stored_files import NotGenuine, StoredFile
from consultations.views.stored_files import Sent, send_file

FOR_EVER = "public, max-age=31536000, immutable"
SECONDS, MOST = 60, 512
View = Callable[[HttpRequest], HttpResponseBase]


class Stored(NamedTuple):
    """A file as it is handed out, with its strong validator (RFC 9110, 8.8.3), and who may keep it how long."""

    file: StoredFile
    sent: Sent
    cache: str


_known: dict[str, tuple[Stored, float]] = {}


def send(request: HttpRequest, stored: Stored) -> HttpResponseBase:
    """The stored file, or 304 to a reader who has it. Raises NotGenuine where its bytes do not fit its hash."""
    response = send_file(request, stored.file, stored.sent)
    response["ETag"], response["Last-Modified"] = stored.sent.etag, http_date(stored.sent.modified)
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
            except NotGenuine:
                _known.pop(request.path_info, None)
        return get_response(request)

    return respond
