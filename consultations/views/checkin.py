"""The page at the door and in the rooms: it works without a network, and as a plain form without scripts."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.bidi import isolated
from consultations.forms.checkin import ComeForm, WhoForm
from consultations.imports.queue_files import LARGEST, read_queue
from consultations.models import Delegate, Forum, PointKind, QueuedKind, QueuedOutcome
from consultations.permissions import is_secretariat, may_use_door
from consultations.queries import presence
from consultations.queries.checkin import badges, came_now, list_for_the_door, remark, sessions_at_hand
from ncm_portal.features import permissions_policy
from ncm_portal.posted import takes_any_body
from ncm_portal.workflow import Blocked, NotAllowed, now

TEMPLATE = "consultations/forum_day/door.html"
FILES = ("css/portal.css", "css/door.css", "js/door_queue.js", "js/door.js", "fonts/portal-sans.woff2", "img/door.svg")
WORKER = "js/door-worker.js"
BY_HAND = "online"  # the name of the device of whoever uses the page without scripts
MOST_FOUND = 12


def door_of(request: HttpRequest, slug: str) -> Forum:
    """The forum of an address, for those who work at its door or report on its sessions; else 404."""
    forum = get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)
    if not may_use_door(request.user, forum):
        raise Http404
    return forum


# --- The page -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, slug: str) -> HttpResponse:
    """Check delegates in and take points down. What scripts add is a queue that waits for the network."""
    forum = door_of(request, slug)
    if request.method == "POST":
        return _come(request, forum)
    return _show(request, forum, WhoForm(request.GET) if "who" in request.GET else WhoForm())


def _show(request: HttpRequest, forum: Forum, form: WhoForm, reasons: list[str] | None = None) -> HttpResponse:
    at_the_door = is_secretariat(request.user)
    wanted = form.cleaned_data["who"] if form.is_bound and form.is_valid() else ""
    context = {
        "forum": forum,
        "form": form,
        "reasons": reasons,
        "at_the_door": at_the_door,
        "wanted": wanted,
        "found": _found(forum, wanted) if wanted and at_the_door else [],
        "sessions": sessions_at_hand(forum, request.user),
        "kinds": PointKind.choices,
        "version": version(),
        "text_limit": workflow.checkin.POINT_LIMIT,
        "who_limit": workflow.checkin.WHO_LIMIT,
        "queue_kind": "ncm-door-queue",
    }
    if "Door-Keeps" in request.headers:  # what was said just now is not for the copy that a device keeps
        context["messages"] = []
    status = 409 if reasons else 422 if form.errors else 200
    response = render(request, TEMPLATE, context, status=status)
    response["Permissions-Policy"] = permissions_policy(used=["camera"])
    if form.is_bound or reasons:
        return response
    response.content = isolated(response.content.decode()).encode()
    return _compressed(request, response)


def _compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A third of the bytes, for somebody with a session too: nothing in these answers was chosen by whoever asks, and
    the token is masked anew each time (BREACH, CVE-2013-3587)."""
    patch_vary_headers(response, ["Accept-Encoding"])
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


def _found(forum: Forum, wanted: str) -> list[dict[str, Any]]:
    """The badges that a number, a code or a part of a name means, each as a card with a form of its own."""
    came, means = came_now(forum), _meant_by(wanted)
    cards: list[dict[str, Any]] = []
    for delegate in badges(forum):
        person = presence.person_of(delegate)
        if means(delegate, person):
            form = ComeForm(initial={"ticket": delegate.ticket})
            cards.append({"delegate": person, "remark": remark(person), "came": came.get(person.pk), "form": form})
    return cards[:MOST_FOUND]


def _meant_by(wanted: str) -> Callable[[Delegate, Delegate], bool]:
    """Whether a badge is meant: digits mean its number, a code its ticket, and words the name or the organisation."""
    code = wanted.rpartition(":")[2].replace("-", "").casefold()
    if wanted.isdecimal():
        return lambda badge, person: str(badge.badge_number) == wanted
    if re.fullmatch("[0-9a-f]{32}", code):
        return lambda badge, person: badge.ticket.hex == code
    words = wanted.casefold().split()
    return lambda badge, person: all(word in f"{person.name} {person.stakeholder.name}".casefold() for word in words)


def _come(request: HttpRequest, forum: Forum) -> HttpResponse:
    """Check one delegate in by the button of a card: a queue of one row."""
    if not is_secretariat(request.user):
        raise Http404
    form = ComeForm(request.POST)
    if not form.is_valid():
        return _show(request, forum, WhoForm(), [_("Look the badge up once more: the button named none.")])
    ticket, at = form.cleaned_data["ticket"].hex, now()
    said = {
        "key": str(form.cleaned_data["key"]),
        "kind": str(QueuedKind.CHECK_IN),
        "at": at.isoformat(),
        "code": ticket,
    }
    try:
        row = workflow.take_queue(forum, [said], device=BY_HAND, device_now=at, by=request.user)[0]
    except Blocked as refusal:
        return _show(request, forum, WhoForm(), refusal.reasons)
    if row.outcome == QueuedOutcome.REFUSED:
        return _show(request, forum, WhoForm(), [row.reason])
    told = _("%(name)s is checked in.") % {"name": row.delegate.name if row.delegate else ""}
    tell = messages.warning if row.outcome == QueuedOutcome.CONFLICT else messages.success
    tell(request, f"{told} {row.reason}".strip())
    return redirect("door", forum.slug)


# --- What the page takes along --------------------------------------------------------------------------------------


@require_safe
def door_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The list that a device keeps, with a fresh token for what it sends."""
    forum = door_of(request, slug)
    told = list_for_the_door(forum, request.user) | {"token": get_token(request), "version": version()}
    return _compressed(request, JsonResponse(told))


@takes_any_body
@require_POST
def door_queue(request: HttpRequest, slug: str) -> JsonResponse:
    """Take over the rows of a device. JSON: for each its key, what became of it and why (`answers`); or `reasons`."""
    forum = door_of(request, slug)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return JsonResponse({"reasons": [_("This is too much at once: send fewer rows.")]}, status=413)
    try:
        queue = read_queue(request.body, forum)
        rows = workflow.take_queue(forum, queue.rows, device=queue.device, device_now=queue.device_now, by=request.user)
    except NotAllowed as refusal:
        return JsonResponse({"reasons": refusal.reasons}, status=403)
    except Blocked as refusal:
        return JsonResponse({"reasons": refusal.reasons}, status=422)
    answers = [[str(row.key), row.outcome, row.reason] for row in rows]
    return JsonResponse({"answers": answers, "now": now().isoformat()})


# --- What makes it an application -----------------------------------------------------------------------------------


@require_safe
def door_manifest(request: HttpRequest, slug: str) -> JsonResponse:
    """What a telephone needs to put the page among its applications (W3C Web Application Manifest)."""
    forum = door_of(request, slug)
    here = reverse("door", args=[slug])
    icon = {"src": static("img/door.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    told = {
        "id": here,
        "name": _("Door: %(forum)s") % {"forum": forum.title},
        "short_name": _("Door %(code)s") % {"code": forum.code},
        "start_url": here,
        "scope": here,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0a5c35",
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def door_worker(request: HttpRequest, slug: str) -> HttpResponse:
    """The script that keeps the page for the hours without a network. Its scope is the page's own address."""
    door_of(request, slug)
    page = reverse("door", args=[slug])
    shell = {"version": version(), "page": page, "files": [static(name) for name in FILES]}
    text = f"const SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(static(WORKER))});\n"
    return HttpResponse(text, content_type="text/javascript")


def version() -> str:
    """The version of the page that a device keeps: it changes with any of its files, its template or its language."""
    found = hashlib.sha256((get_language() or "").encode())
    for name in (*FILES, WORKER):
        found.update(Path(str(finders.find(name))).read_bytes())
    found.update(str(get_template(TEMPLATE).template.source).encode())  # type: ignore[attr-defined]
    return found.hexdigest()[:12]
