"""Check-in page, which works offline, and without JavaScript as a plain form."""

import gzip
import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.bidi import isolated
from consultations.forms.checkin import ComeForm, QueueFileForm, RegisterForm, SettleForm, WhoForm
from consultations.imports.queue_files import LARGEST, read_queue
from consultations.imports.uploads import enter_refused_files
from consultations.models import CheckIn, Delegate, Forum, PointKind, QueuedKind, QueuedOutcome, QueuedRow
from consultations.permissions import SignedInRequest, is_secretariat, may_use_door
from consultations.queries import checkin
from consultations.queries.checkin import badges, checked_in_now, list_for_the_door, remark, sessions_at_hand
from consultations.workflow.checkin import entered_on_paper, seated
from ncm_portal.features import permissions_policy
from ncm_portal.posted import takes_any_body
from ncm_portal.workflow import Blocked, NotAllowed, now

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .forums import desk_forum

TEMPLATE = "consultations/checkin/door.html"
FILES = ("css/portal.css", "css/door.css", "js/door_queue.js", "js/door.js", "fonts/portal-sans.woff2", "img/door.svg")
WORKER = "js/door-worker.js"
BY_HAND = "online"  # device name of users without JavaScript
MOST_FOUND = 12


def door_of(request: HttpRequest, slug: str) -> Forum:
    """Return the forum for check-in staff and session rapporteurs; raises 404 for others."""
    forum = get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)
    if not may_use_door(request.user, forum):
        raise Http404
    return forum


# --- The page -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def door(request: SignedInRequest, slug: str) -> HttpResponse:
    """Check in delegates and record points. JavaScript adds an offline queue."""
    forum = door_of(request, slug)
    if request.method == "POST":
        return _check_in(request, forum)
    return _show(request, forum, WhoForm(request.GET) if "who" in request.GET else WhoForm())


def _show(request: HttpRequest, forum: Forum, form: WhoForm, reasons: list[str] | None = None) -> HttpResponse:
    at_the_door = is_secretariat(request.user)
    search = form.cleaned_data["who"] if form.is_bound and form.is_valid() else ""
    context = {
        "forum": forum,
        "form": form,
        "reasons": reasons,
        "at_the_door": at_the_door,
        "search": search,
        "cards": _matching_cards(forum, search) if search and at_the_door else [],
        "sessions": sessions_at_hand(forum, request.user),
        "kinds": PointKind.choices,
        "version": version(),
        "text_limit": workflow.checkin.POINT_LIMIT,
        "who_limit": workflow.checkin.WHO_LIMIT,
        "queue_kind": "ncm-door-queue",
    }
    if "Door-Keeps" in request.headers:  # messages must not be stored in a device's copy
        context["messages"] = []
    status = 409 if reasons else 422 if form.errors else 200
    response = render(request, TEMPLATE, context, status=status)
    response["Permissions-Policy"] = permissions_policy(used=["camera"])
    if form.is_bound or reasons:
        return response
    response.content = isolated(response.content.decode()).encode()
    return _compressed(request, response)


def _compressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Compress the response, also for signed-in users: it contains nothing chosen by the requester, and the token is
    masked anew each time (BREACH, CVE-2013-3587).
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(response.content, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


def _matching_cards(forum: Forum, search: str) -> list[dict[str, Any]]:
    """Return the badges that match a number, a code or part of a name, as cards with a form each."""
    attended, means = checked_in_now(forum), _meant_by(search)
    cards: list[dict[str, Any]] = []
    for delegate in badges(forum):
        person = checkin.person_of(delegate)
        if means(delegate, person):
            form = ComeForm(initial={"ticket": delegate.ticket})
            cards.append(
                {"delegate": person, "remark": remark(person), "checked_in_at": attended.get(person.pk), "form": form}
            )
    return cards[:MOST_FOUND]


def _meant_by(search: str) -> Callable[[Delegate, Delegate], bool]:
    """Return whether a badge matches: digits are its number, a code its ticket, other words the name or
    organisation.
    """
    code = search.rpartition(":")[2].replace("-", "").casefold()
    if search.isdecimal():
        return lambda badge, person: str(badge.badge_number) == search
    if re.fullmatch("[0-9a-f]{32}", code):
        return lambda badge, person: badge.ticket.hex == code
    words = search.casefold().split()
    return lambda badge, person: all(word in f"{person.name} {person.stakeholder.name}".casefold() for word in words)


def _check_in(request: SignedInRequest, forum: Forum) -> HttpResponse:
    """Check one delegate in by the button of a card, as a queue of one row."""
    if not is_secretariat(request.user):
        raise Http404
    form = ComeForm(request.POST)
    if not form.is_valid():
        return _show(request, forum, WhoForm(), [_("No badge was sent. Look it up again.")])
    ticket, at = form.cleaned_data["ticket"].hex, now()
    data = {
        "key": str(form.cleaned_data["key"]),
        "kind": str(QueuedKind.CHECK_IN),
        "at": at.isoformat(),
        "code": ticket,
    }
    try:
        row = workflow.take_queue(forum, [data], device=BY_HAND, device_now=at, by=request.user)[0]
    except Blocked as refusal:
        return _show(request, forum, WhoForm(), refusal.reasons)
    if row.outcome == QueuedOutcome.REFUSED:
        return _show(request, forum, WhoForm(), [row.reason])
    message = _("%(name)s is checked in.") % {"name": row.delegate.name if row.delegate else ""}
    tell = messages.warning if row.outcome == QueuedOutcome.CONFLICT else messages.success
    tell(request, f"{message} {row.reason}".strip())
    return redirect("door", forum.slug)


# --- What the page takes along --------------------------------------------------------------------------------------


@require_safe
def door_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the list that a device stores, with a fresh token for sending its queue."""
    forum = door_of(request, slug)
    result = list_for_the_door(forum, request.user) | {"token": get_token(request), "version": version()}
    return _compressed(request, JsonResponse(result))


@takes_any_body
@require_POST
def door_queue(request: SignedInRequest, slug: str) -> JsonResponse:
    """Import the rows of a device. JSON: for each its key, result and reason (`answers`); or `reasons`."""
    forum = door_of(request, slug)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return JsonResponse({"reasons": [_("There are too many rows. Send fewer at a time.")]}, status=413)
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
    """Return the Web Application Manifest, with which phones can install the page."""
    forum = door_of(request, slug)
    here = reverse("door", args=[slug])
    icon = {"src": static("img/door.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    data = {
        "id": here,
        "name": _("Check-in: %(forum)s") % {"forum": forum.title},
        "short_name": _("Check-in %(code)s") % {"code": forum.code},
        "start_url": here,
        "scope": here,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0a5c35",
        "icons": [icon],
    }
    return JsonResponse(data, content_type="application/manifest+json")


@require_safe
def door_worker(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the service worker that keeps the page available offline. Its scope is the page's URL."""
    door_of(request, slug)
    page = reverse("door", args=[slug])
    shell = {"version": version(), "page": page, "files": [static(name) for name in FILES]}
    text = f"const SHELL = {json.dumps(shell)};\nimportScripts({json.dumps(static(WORKER))});\n"
    return HttpResponse(text, content_type="text/javascript")


def version() -> str:
    """Return the version of the page stored by devices: it changes with its files, template or language."""
    result = hashlib.sha256((get_language() or "").encode())
    for name in (*FILES, WORKER):
        result.update(Path(str(finders.find(name))).read_bytes())
    result.update(str(get_template(TEMPLATE).template.source).encode())  # type: ignore[attr-defined]
    return result.hexdigest()[:12]


# --- The check-in desk ------------------------------------------------------------------------------------------------


SHOWN, SETTLED, FEW = 50, 20, 3
PART, PATIENCE = 200, 20  # rows of a file imported at once; seconds after which the rest waits


# --- What is to be settled ------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door(request: HttpRequest, slug: str) -> HttpResponse:
    """Show check-in conflicts to resolve; import a queue from a file."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return _show_desk(request, forum)
    form = QueueFileForm(request.POST, request.FILES)
    if not form.is_valid():
        enter_refused_files(request, form, forum)
        return _show_desk(request, forum, INVALID, form)
    rows: list[Any] = []
    outcome = attempt(lambda: rows.extend(_take_file(request, forum, form.cleaned_data["file"])))
    if outcome.reasons:
        return _show_desk(request, forum, outcome, form)
    if left := len(rows) - sum(row is not None for row in rows):
        words = ngettext("%(n)s row is not imported yet.", "%(n)s rows are not imported yet.", left) % {"n": left}
        messages.warning(request, f"{words} {_('Upload the same file again: the import continues where it stopped.')}")
    else:
        messages.success(request, _summary(rows))
    return redirect("forum_door", slug)


def _take_file(request: HttpRequest, forum: Forum, data: bytes) -> list[QueuedRow | None]:
    """Import a file in separate parts, so that others wait for one part at most; None for a row to be retried later.
    Rows imported earlier are not duplicated.
    """
    queue, taken, begun = read_queue(data, forum), [], time.monotonic()
    values: Any = {"device": queue.device, "device_now": queue.device_now, "by": request.user}
    for start in range(0, max(1, len(queue.rows)), PART):
        if time.monotonic() - begun > PATIENCE:
            break
        taken += workflow.take_queue(forum, queue.rows[start : start + PART], **values)
    return taken + [None] * (len(queue.rows) - len(taken))


def _summary(rows: list[QueuedRow]) -> str:
    numbers = {"rows": len(rows), "open": sum(row.outcome != QueuedOutcome.TAKEN for row in rows)}
    read = ngettext("The file contains %(rows)s row.", "The file contains %(rows)s rows.", len(rows)) % numbers
    if not numbers["open"]:
        return f"{read} {_('All of it has been imported.')}"
    return f"{read} {_('Conflicts to resolve: %(open)s. Rows that were already sent are not counted again.') % numbers}"


def _open_rows(forum: Forum) -> Any:
    along = ("delegate__stakeholder", "by", "settled_by")
    return forum.queued_rows.exclude(outcome=QueuedOutcome.TAKEN).select_related(*along)


def _show_desk(
    request: HttpRequest,
    forum: Forum,
    outcome: Outcome = NOTHING_DONE,
    file_form: QueueFileForm | None = None,
    pending_form: tuple[UUID, SettleForm] | None = None,
) -> HttpResponse:
    rows = _open_rows(forum)
    waiting = list(rows.filter(settled_at=None).order_by("received_at", "pk")[: SHOWN + 1])
    devices = forum.queued_rows.values("device").annotate(rows=Count("pk"), last=Max("received_at")).order_by("device")
    file_form = file_form or QueueFileForm()
    context = {
        "forum": forum,
        "reasons": outcome.reasons,
        "form": pending_form[1] if pending_form else file_form,
        "file_form": file_form,
        "cards": _cards(waiting[:SHOWN], pending_form),
        "more": len(waiting) > SHOWN,
        "settled": rows.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")[:SETTLED],
        "devices": devices,
        "room": checkin.present(forum),
        "attended": [(half, len(people)) for half, people in checkin.attendance_by_half_day(forum).items()],
        "doubles": len(workflow.checkin_conflicts.doubles(forum)[0]) if len(waiting) > FEW else 0,
    }
    return render(request, "consultations/checkin/desk.html", context, status=outcome.status)


def _cards(rows: list[QueuedRow], pending_form: tuple[UUID, SettleForm] | None) -> list[dict[str, Any]]:
    """Return each row with its times and form: at check-in, by the device's clock, and on arrival."""
    checks = {check.key: check for check in CheckIn.objects.filter(key__in=[row.key for row in rows], voided_by=None)}
    return [
        {
            "row": row,
            "check": checks.get(row.key),
            "off": clock_off(row, checks.get(row.key)),
            "text": _words(row),
            "form": pending_form[1] if pending_form and pending_form[0] == row.key else form_of(row, row.key in checks),
        }
        for row in rows
    ]


def form_of(row: QueuedRow, has_check_in: bool, data: Any = None) -> SettleForm:
    """Return the form that resolves a row; its fields are prefixed, because a page shows many."""
    return SettleForm(data, has_check_in=has_check_in, prefix=f"row-{row.pk}")


def _words(row: QueuedRow) -> str:
    """Return the text of a point or the code of a badge as received."""
    payload = row.payload if isinstance(row.payload, dict) else {"as_text": row.payload}
    names = ["text", "as_text"] if row.kind == QueuedKind.POINT else ["code", "badge", "as_text"]
    return str(next((payload[name] for name in names if payload.get(name)), ""))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door_settle(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Resolve one row of a device."""
    forum = desk_forum(slug)
    row = get_object_or_404(forum.queued_rows.select_related("forum", "settled_by"), key=key)
    if request.method != "POST":
        return redirect("forum_door", slug)
    form = form_of(row, CheckIn.objects.filter(key=row.key, voided_by=None).exists(), request.POST)
    if not form.is_valid():
        return _show_desk(request, forum, INVALID, pending_form=(row.key, form))
    outcome = attempt(lambda: workflow.settle_queued(row, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show_desk(request, forum, outcome, pending_form=(row.key, form))
    messages.success(request, _("Resolved. All data that was sent is kept."))
    return redirect("forum_door", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door_doubles(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep the first check-in of every badge that was checked in on several devices."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return redirect("forum_door", slug)
    outcome = attempt(lambda: workflow.settle_doubles(forum, by=request.user))
    if outcome.reasons:
        return _show_desk(request, forum, outcome)
    messages.success(request, _("Resolved. All data that was sent is kept."))
    return redirect("forum_door", slug)


def clock_off(row: QueuedRow, check: CheckIn | None) -> str:
    """Return the difference of the device's clock in words; "" if less than two minutes or unknown."""
    minutes = round((row.device_at - check.at).total_seconds() / 60) if check else 0
    if abs(minutes) < 2:
        return ""
    words = {"hours": abs(minutes) // 60, "minutes": abs(minutes) % 60}
    if minutes > 0:
        return _("its clock was %(hours)s h %(minutes)s min ahead") % words
    return _("its clock was %(hours)s h %(minutes)s min behind") % words


# --- The signed register --------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def forum_registers(request: HttpRequest, slug: str) -> HttpResponse:
    """Redirect to the register of this half-day, or of the forum's first."""
    forum = desk_forum(slug)
    halves = checkin.half_days(forum)
    here = checkin.half_day(now())
    return redirect("forum_register", slug, (here if here in halves else halves[0]).code)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_register(request: SignedInRequest, slug: str, half: str) -> HttpResponse:
    """Enter who signed the paper register of a half-day."""
    forum = desk_forum(slug)
    result = checkin.half_called(half, checkin.half_days(forum))
    if result is None:
        raise Http404
    people = list(seated(forum))
    if request.method != "POST":
        return _show_register(request, forum, result, people)
    form = RegisterForm(request.POST, people=people)
    if not form.is_valid():
        return _show_register(request, forum, result, people, form, INVALID)
    try:
        entered, voided = workflow.enter_register(
            forum, result, by=request.user, signed=form.ticked, unsigned=form.unticked
        )
    except Blocked as refusal:
        return _show_register(request, forum, result, people, form, Outcome(refusal.reasons, 409))
    numbers = {"entered": entered, "voided": voided}
    messages.success(request, _("Entered: %(entered)s. Removed: %(voided)s.") % numbers)
    return redirect("forum_register", slug, half)


def _show_register(
    request: HttpRequest,
    forum: Forum,
    half: checkin.HalfDay,
    people: list[Any],
    form: RegisterForm | None = None,
    outcome: Outcome = NOTHING_DONE,
) -> HttpResponse:
    entered = entered_on_paper(forum, half)
    ticked = set(request.POST.getlist("signed")) if form else {str(pk) for pk in entered}
    attended = checkin.attendance_by_half_day(forum).get(half, set())
    context = {
        "forum": forum,
        "half": half,
        "halves": checkin.half_days(forum),
        "form": form or RegisterForm(people=people),
        "shown": ",".join(map(str, entered)) if form is None else form.data.get("shown", ""),
        "rows": [(person, str(person.pk) in ticked, person.pk in attended) for person in people],
        "signed": len(entered),
        "attended": len(attended),
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/checkin/register.html", context, status=outcome.status)
