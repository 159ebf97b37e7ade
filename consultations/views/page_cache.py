"""Pages for visitors are kept in memory until the next entry of the journal.

A page of the portal costs ten to twenty times what an empty one does, nearly all of it in asking and in filling the
template. Whatever the public pages show is changed by verbs and by edits in the admin, and both enter it in the
journal before they commit. So a page that everybody gets alike is kept together with the hash of the journal's last
entry, which stands for all before it, and asking for that is one small query: log-ins and mail in the outbox change
nothing. A minute bounds what depends on the clock, such as "4 days left", and what is loaded without an entry: the
reference data.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from consultations.models import Event

View = Callable[..., HttpResponse]
SECONDS = 60


def kept_for_visitors(view: View) -> View:
    """Let visitors get the page of `view` from memory until something is entered in the journal.

    Never for anybody with a cookie other than that of the language, inside a transaction, or while developing.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_for_everybody(request):
            return view(request, *args, **kwargs)
        key, kept = _key(request), caches["pages"]
        content = kept.get(key)
        if content is None:
            response = view(request, *args, **kwargs)
            if _may_be_kept(request, response):
                kept.set(key, response.content, SECONDS)
            return response
        response = HttpResponse(content)
        patch_vary_headers(response, ["Cookie"])
        return response

    return answer


def _is_for_everybody(request: HttpRequest) -> bool:
    cookies = set(request.COOKIES) - {settings.LANGUAGE_COOKIE_NAME}
    return not cookies and not connection.in_atomic_block and not settings.DEBUG


def _may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """Only a whole page without anything made for one reader: no cookie, no form token."""
    is_personal = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    return response.status_code == 200 and not response.streaming and not is_personal


def _key(request: HttpRequest) -> str:
    last = Event.objects.order_by("-number").values_list("hash", flat=True).first()
    parts = f"{last}\n{get_language()}\n{request.get_full_path()}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
