"""Posted data: whether it is a readable form, and the entered text if not."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

PLAIN, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SECRET = ("password", "token", "secret", "code", "credential", "login")  # never shown again
DAMAGED = "\ufffd"


def takes_any_body[View: Callable[..., Any]](view: View) -> View:
    """Mark a view that reads the request body itself, as sent by its script."""
    view.takes_any_body = True  # type: ignore[attr-defined]
    return view


def problem_of(request: HttpRequest, *, is_read_later: bool = False) -> str:
    """Return why posted data is not a readable form; empty if it is.

    If it `is_read_later`, by a view that first sets its size limit, only the content type is checked.
    """
    if request.content_type not in (PLAIN, MULTIPART) and (request.content_type or request.body):
        return _("It was not sent as a form.")
    if is_read_later:
        return ""
    try:
        posted = request.POST
    except UnreadablePostError:  # the connection broke: nobody receives the response
        return ""
    except BadRequest:
        if request.content_type != PLAIN:
            raise
        return _("Its characters are not in UTF-8.")
    if _is_damaged(posted) and not _is_readable(request):
        return _("Some of its characters could not be read. They are shown as %(sign)s below.") % {"sign": DAMAGED}
    return ""


def _is_damaged(posted: QueryDict) -> bool:
    return any(DAMAGED in text for name, values in posted.lists() for text in (name, *values))


def _is_readable(request: HttpRequest) -> bool:
    """Return whether a replacement character was entered literally. Multipart bodies are consumed by then: it counts as
    damage.
    """
    if request.content_type != PLAIN:
        return False
    try:
        unquote_to_bytes(request.body).decode()
    except UnicodeDecodeError:
        return False
    return True


def words_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the entered text by field names, as far as it is readable, to copy and send again."""
    return [(name, text) for name, text in _pairs(request) if text.strip() and not _is_secret(name)]


def readable_words_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return `words_of` a request that has not been validated: an empty list unless it is a readable form."""
    try:
        return words_of(request) if request.method == "POST" else []
    except (UnreadablePostError, BadRequest):
        return []


def _is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRET)


def _pairs(request: HttpRequest) -> Iterable[tuple[str, str]]:
    if request.content_type == MULTIPART:
        return [(name, text) for name, values in request.POST.lists() for text in values]
    if request.content_type == PLAIN:
        posted = QueryDict(request.body, encoding="utf-8")
        return [(name, text) for name, values in posted.lists() for text in values]
    text = request.body.decode("utf-8", "replace").replace("\0", DAMAGED)
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return [("", text)]
    if isinstance(read, dict):
        return [(str(name), value) for name, value in read.items() if isinstance(value, str)]
    return [("", text)]
