"""What every request gets besides Django's own: a sound address, a second factor for some offices, headers."""

import re
from collections.abc import Callable
from typing import Any

import brotli
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from consultations.bidi import isolated, may_turn
from consultations.models import NotLogged
from consultations.permissions import needs_second_factor
from ncm_portal.errors import begin_request
from ncm_portal.features import permissions_policy
from ncm_portal.posted import problem_of, words_of

View = Callable[..., HttpResponse]

# Browsers take Brotli (RFC 7932) over TLS and from the machine itself. At this level it takes no longer than gzip.
TAKES_BROTLI = re.compile(r"\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
BROTLI_QUALITY = 5

# What somebody without a second factor can still reach: their own account, the way out, and the load balancer's page.
OPEN_BEFORE = ("account_", "mfa_", "health", "set_language")


class SecondFactorMiddleware:
    """Send a person whose office needs a second factor, and who has none, to the page that sets one up.

    Whoever has one is asked for it by the log-in itself. Recovery codes alone are not a second factor.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """In: the request, after its address was resolved. Out: the redirect, or None to go on."""
        match = request.resolver_match
        if match is None or match.view_name.startswith(OPEN_BEFORE) or not lacks_second_factor(request.user):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))


class NotLoggedMiddleware:
    """Say in plain words that something may be shown only where that can be entered in the access log, and can't be."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """In: what a view raised. Out: the page for it (503), or None for what is none of ours."""
        if not isinstance(error, NotLogged):
            return None
        page = render(request, "not_logged.html", status=503)
        page["Retry-After"], page["Cache-Control"] = "60", "no-store, private"
        return page


def lacks_second_factor(user: Any) -> bool:
    """Whether this person's office needs a second factor that the person has not set up."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return needs_second_factor(user) and not is_mfa_enabled(user, factors)


def readable_address_middleware(get_response: View) -> View:
    """Refuse an address with a NUL in it, before it reaches the database, which would fail on it.

    In the path nothing of that name can exist: 404. In a query no form of ours writes one: 400.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return respond


class ReadableFormMiddleware:
    """Refuse what is posted and is no form that can be read, with the words that somebody typed, before any view."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """In: the request, after its address was resolved. Out: the page that refuses it, or None to go on."""
        if request.method != "POST" or getattr(view, "takes_any_body", False):
            return None
        problem = problem_of(request, is_read_later=getattr(view, "csrf_exempt", False))
        if not problem:
            return None
        return render(request, "400.html", {"problem": problem, "words": words_of(request)}, status=400)


def headers_middleware(get_response: View) -> View:
    """Give the request its reference number, and the answer the headers that Django does not add: what the page may
    use, who may embed it, what nobody may keep.

    It stands outermost, and adds Django's own headers too where a request was refused before Django could: of a host
    that is not ours, with too many fields. A page made for somebody who is signed in is not kept by any cache, and not
    by a shared computer's back button. A view that gives a Cache-Control of its own keeps it.
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
    """Let no text that somebody typed turn round what follows it on a page, whatever template shows it.

    A view that compresses its page itself sees to it before (`isolated`).
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
    """Compress pages for visitors: about a fifth of the bytes on a slow line, and a tenth less of them with Brotli.

    Never for somebody who has a session. Compressed together, an address that a stranger chose and words that only one
    person may read can give those words away by their length (BREACH, CVE-2013-3587); a visitor's page holds nothing
    that is not public. Files are left alone too: a paper is served byte for byte, under its own strong ETag.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """In: the finished answer. Out: the same, compressed if it is a page for a visitor whose browser takes it."""
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
