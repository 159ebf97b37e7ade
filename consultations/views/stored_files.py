"""Serve stored files: their verified content, or a page that explains why not."""

from typing import NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from consultations.stored_files import NotGenuine, StoredFile, open_genuine

LATER = 60 * 60  # seconds: somebody has to restore the file


class Sent(NamedTuple):
    """How a file is served: name, media type and cache validator."""

    name: str
    media_type: str
    etag: str = ""
    modified: int | None = None
    to_be_saved: bool = False


def send_file(request: HttpRequest, file: StoredFile, sent: Sent) -> HttpResponseBase:
    """Return the stored file, or 304 for a valid cache entry. Raises NotGenuine, also in the latter case."""
    opened = open_genuine(file)
    known = get_conditional_response(request, etag=sent.etag, last_modified=sent.modified) if sent.etag else None
    if known is not None:
        opened.close()
        return known
    return FileResponse(opened, as_attachment=sent.to_be_saved, filename=sent.name, content_type=sent.media_type)


def hand_out(
    request: HttpRequest, file: StoredFile, name: str, media_type: str, *, for_everybody: bool = False, etag: str = ""
) -> HttpResponseBase:
    """Serve an uploaded file: always as an attachment, never inline.

    If its content is altered or missing, returns an error page (503).
    """
    try:
        answer = send_file(request, file, Sent(name, media_type, etag, to_be_saved=True))
    except NotGenuine:
        return not_genuine(request)
    if etag:
        answer["ETag"] = etag
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "no-cache" if for_everybody else "no-store, private"
    return answer


def not_genuine(request: HttpRequest) -> HttpResponse:
    """Return the error page for an altered or missing file, uncacheable."""
    answer = render(request, "consultations/stored_files/not_genuine.html", status=503)
    answer["Retry-After"], answer["Cache-Control"] = str(LATER), "no-store"
    return answer
