"""Serve the files of official editions nearly as fast as static files.

An official file is public and never changes: caches may keep it for a year. Its permission is checked once a minute; in
between it is served before sessions, languages and the database are used. The bytes come from disk each time, and
altered files are not served.
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
    """File to serve with its strong validator (RFC 9110, 8.8.3) and caching rules."""

    file: StoredFile
    sent: Sent
    cache: str


_known: dict[str, tuple[Stored, float]] = {}


def send(request: HttpRequest, stored: Stored) -> HttpResponseBase:
    """Return the stored file, or 304 for a valid cache entry. Raises NotGenuine if its content does not match
    its hash.
    """
    response = send_file(request, stored.file, stored.sent)
    response["ETag"], response["Last-Modified"] = stored.sent.etag, http_date(stored.sent.modified)
    response["Cache-Control"], response["X-Frame-Options"] = stored.cache, settings.X_FRAME_OPTIONS
    return response


def remember(request: HttpRequest, stored: Stored) -> None:
    """Allow serving this official file at this URL without checks for a minute; never inside a transaction, which could
    roll back.
    """
    if stored.cache == FOR_EVER and not connection.in_atomic_block:
        if len(_known) >= MOST:
            _known.clear()
        _known[request.path_info] = (stored, time.monotonic() + SECONDS)


def official_files_middleware(get_response: View) -> View:
    """Serve files that were found official less than a minute ago."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        stored, until = _known.get(request.path_info, (None, 0.0))
        if stored is not None and until > time.monotonic() and request.method in ("GET", "HEAD"):
            try:
                return send(request, stored)
            except NotGenuine:
                _known.pop(request.path_info, None)
        return get_response(request)

    return respond
