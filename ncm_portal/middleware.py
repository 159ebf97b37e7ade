"""Middleware: valid URLs, second factors for some offices, headers and compression; pages for server errors."""

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import brotli
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views import defaults

from consultations.bidi import isolated, may_turn
from consultations.integrity.gate import gate
from consultations.models import NotLogged
from consultations.permissions import needs_second_factor
from ncm_portal.errors import begin_request
from ncm_portal.features import permissions_policy
from ncm_portal.posted import problem_of, readable_words_of, words_of

View = Callable[..., HttpResponse]

# Browsers accept Brotli (RFC 7932) over TLS and from localhost. At this level it is as fast as gzip.
TAKES_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
BROTLI_QUALITY = 5

CANNOT_ANSWER = (OperationalError, InterfaceError)  # stopped by a limit, no connection, no free one, no disk

# Pages reachable without the required second factor: the own account, sign-out and the health check.
OPEN_BEFORE = ("account_", "mfa_", "health", "set_language")


class SecondFactorMiddleware:
    """Redirect people whose office needs a second factor, and who have none, to the page that sets one up.

    Those with one are asked for it at sign-in. Recovery codes alone do not count.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Return the redirect, or None to continue."""
        match = request.resolver_match
        if match is None or match.view_name.startswith(OPEN_BEFORE) or not lacks_second_factor(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))


class NotLoggedMiddleware:
    """Show an error page if an access that must be logged cannot be logged."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the error page (503) for NotLogged, or None for other exceptions."""
        if not isinstance(error, NotLogged):
            return None
        page = render(request, "not_logged.html", status=503)
        page["Retry-After"], page["Cache-Control"] = "60", "no-store, private"
        return page


def fitting_tables_middleware(get_response: View) -> View:
    """Answer 503 unless the code fits the tables of the database, see `consultations.integrity.gate`.

    After an error the tables are checked again, because an upgrade may have removed what this version uses.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if request.path_info == reverse("health"):
            return get_response(request)
        if _reason(gate.reason):
            return unavailable(request, is_upgrading=True)
        response = get_response(request)
        is_error = response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        return unavailable(request, is_upgrading=True) if is_error and _reason(gate.look_again) else response

    return respond


def _reason(look: Callable[[], str]) -> str:
    """Return why this process must not serve; empty if the database does not answer, which is left to the view."""
    with suppress(DatabaseError):
        return look()
    return ""


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an exception that no view handled: 503 with what was typed if the database cannot answer."""
    if isinstance(sys.exception(), CANNOT_ANSWER):
        return unavailable(request, is_upgrading=False)
    return defaults.server_error(request)


def unavailable(request: HttpRequest, *, is_upgrading: bool) -> HttpResponse:
    """Return the page (503) that asks to come back, with what was typed."""
    heading = "The portal is being upgraded" if is_upgrading else "The portal cannot answer right now"
    context = {"heading": heading, "words": readable_words_of(request), "is_upgrading": is_upgrading}
    page = HttpResponse(render_to_string("503.html", context), status=503)
    page["Retry-After"], page["Cache-Control"] = "60", "no-store, private"
    return page


def lacks_second_factor(user: Any) -> bool:
    """Return whether this person's office needs a second factor that is not set up."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return needs_second_factor(user) and not is_mfa_enabled(user, factors)


def readable_address_middleware(get_response: View) -> View:
    """Refuse URLs with a NUL character before they reach the database, which would fail.

    In the path it cannot exist: 404. In a query none of our forms sends it: 400.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return respond


class ReadableFormMiddleware:
    """Refuse posted data that is not a readable form, before any view, and show the entered text."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Return the refusal, or None to continue."""
        if request.method != "POST" or getattr(view, "takes_any_body", False):
            return None
        problem = problem_of(request, is_read_later=getattr(view, "csrf_exempt", False))
        if not problem:
            return None
        return render(request, "400.html", {"problem": problem, "words": words_of(request)}, status=400)


def headers_middleware(get_response: View) -> View:
    """Set the request's reference number, and the response headers that Django does not add: permissions policy,
    embedding and caching.

    It is the outermost middleware, and also adds Django's own headers to requests refused before Django could: unknown
    hosts or too many fields. Pages for signed-in people are not stored by any cache, nor by the browser's back button.
    A view's own Cache-Control is kept.
    """
    own = (SecurityMiddleware, ContentSecurityPolicyMiddleware, XFrameOptionsMiddleware)
    always = [middleware(get_response).process_response for middleware in own]

    def respond(request: HttpRequest) -> HttpResponse:
        request.reference = begin_request()  # type: ignore[attr-defined]
        response = get_response(request)
        for add_headers in always:
            add_headers(request, response)
        response.headers.setdefault("Permissions-Policy", permissions_policy())
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers and SESSION_KEY in getattr(request, "session", ()):
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return respond


def direction_middleware(get_response: View) -> View:
    """Isolate user text that would change the direction of the text after it, in whatever template.

    Views that compress their own response call `isolated` themselves.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = not response.streaming and response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and "Content-Encoding" not in response.headers and may_turn(response.content):
            response.content = isolated(response.content.decode()).encode()
            if "Content-Length" in response.headers:
                response.headers["Content-Length"] = str(len(response.content))
        return response

    return respond


class CompressionMiddleware(GZipMiddleware):
    """Compress pages for visitors: to about a fifth, with Brotli a tenth smaller still.

    Never with a session: compressing attacker-chosen text together with secrets reveals them by length (BREACH,
    CVE-2013-3587); visitors' pages contain public data only. Files are not compressed either: papers are served byte
    for byte, with their own strong ETag.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, compressed if it is a page for a visitor whose browser accepts it."""
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        is_for_one = settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)
        if not isinstance(response, HttpResponse) or not is_page or is_for_one:
            return response
        if not TAKES_BROTLI.search(request.headers.get("Accept-Encoding", "")):
            return super().process_response(request, response)
        response.content = brotli.compress(response.content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        response["Content-Encoding"], response["Content-Length"] = "br", str(len(response.content))
        patch_vary_headers(response, ["Accept-Encoding"])
        return response
