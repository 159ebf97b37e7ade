"""Cache pages for visitors in memory until the next journal entry.

Rendering a page costs ten to twenty times as much as an empty one, mostly queries and templates. Verbs and admin edits
change everything that public pages show, and both write a journal entry before they commit. So a page that is the same
for everybody is cached under the hash of the last journal entry, which one small query returns; sign-ins and mail do
not invalidate it. A time limit of one minute covers what depends on the clock, such as "4 days left", and reference
data, which is loaded without an entry.
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
    """Serve the page of `view` to visitors from memory until the next journal entry.

    Never for requests with a cookie other than the language cookie, inside a transaction, or in development.
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
    """Return whether a response can be cached: complete, and without cookies or form tokens."""
    is_personal = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    return response.status_code == 200 and not response.streaming and not is_personal


def _key(request: HttpRequest) -> str:
    last = Event.objects.order_by("-number").values_list("hash", flat=True).first()
    parts = f"{last}\n{get_language()}\n{request.get_full_path()}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
