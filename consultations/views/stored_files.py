"""The one way in which a stored file goes out: its own bytes, or a page that says why it can't be given now."""

from typing import NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from consultations.stored_files import NotGenuine, StoredFile, open_genuine

LATER = 60 * 60  # seconds: somebody has to put the file back


class Sent(NamedTuple):
    """How a file goes out: under which name, as what, and how a reader knows again what is at hand already."""

    name: str
    media_type: str
    etag: str = ""
    modified: int | None = None
    to_be_saved: bool = False


def send_file(request: HttpRequest, file: StoredFile, sent: Sent) -> HttpResponseBase:
    """The stored file, or 304 to a reader who has it. Raises NotGenuine, also where only 304 would have been said."""
    opened = open_genuine(file)
    known = get_conditional_response(request, etag=sent.etag, last_modified=sent.modified) if sent.etag else None
    if known is not None:
        opened.close()
        return known
    return FileResponse(opened, as_attachment=sent.to_be_saved, filename=sent.name, content_type=sent.media_type)


def hand_out(
    request: HttpRequest, file: StoredFile, name: str, media_type: str, *, for_everybody: bool = False, etag: str = ""
) -> HttpResponseBase:
    """Hand out a file that came from outside: always to be saved, never to be shown in the portal's name.

    Where its bytes are not those that were stored, or are gone, the answer is the page that says so (503).
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
    """The page that says that a file is not what was stored, or not there; nobody keeps it."""
    answer = render(request, "consultations/stored_files/not_genuine.html", status=503)
    answer["Retry-After"], answer["Cache-Control"] = str(LATER), "no-store"
    return answer
