"""What the production server (gunicorn) does in our way: it loads the portal, sends no server name, and answers invalid
requests with plain error pages.

gunicorn has no setting for the name or the pages. It sends "Server: gunicorn", and answers unreadable requests before
Django sees them.
"""

import logging
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.csp import build_policy

from ncm_portal.errors import begin_request
from ncm_portal.features import permissions_policy

log = logging.getLogger(__name__)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{reason} · NCM Portal</title></head>
<body><h1>The portal could not read that request</h1>
<p>{advice} If it happens again, write to the secretariat and give this reference number: {reference}</p>
</body></html>
"""
AGAIN = "Go back and try again."
ADVICE = {
    414: "Its address is too long. Go back and shorten what you typed, such as words to find: 200 characters at most."
}


def standing_headers() -> dict[str, str]:
    """Return the headers of a response that Django did not create."""
    return {
        "Content-Security-Policy": build_policy(settings.SECURE_CSP),
        "Permissions-Policy": permissions_policy(),
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def refusal(status: int, reason: str) -> bytes:
    """Return the complete HTTP response to an unreadable request. Its reference number is logged."""
    reference = begin_request()
    log.warning("%s: %s", status, reason)
    page = PAGE.format(reason=reason, advice=ADVICE.get(status, AGAIN), reference=reference).encode()
    fields = {"Connection": "close", "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))}
    lines = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in (fields | standing_headers()).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + page


def load() -> None:
    """Load what the first request would: all addresses with their views, and the words of the languages."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            reverse("home")


def keep_quiet() -> None:
    """Patch gunicorn, if running, to hide its name and use our error pages."""
    from gunicorn import util
    from gunicorn.http import wsgi

    class Response(wsgi.Response):
        def default_headers(self) -> list[str]:
            return [line for line in super().default_headers() if not line.startswith("Server:")]

    def write_error(sock: Any, status_int: int, reason: str, mesg: str) -> None:
        util.write_nonblock(sock, refusal(status_int, reason))

    wsgi.Response = Response
    util.write_error = write_error
