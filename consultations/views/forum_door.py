"""The door's desk: what devices sent and is to be settled, queues that come as a file, and the signed register."""

import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.checkin import QueueFileForm, RegisterForm, SettleForm
from consultations.imports.queue_files import read_queue
from consultations.imports.refused_files import enter_refused_files
from consultations.models import CheckIn, Forum, QueuedKind, QueuedOutcome, QueuedRow
from consultations.queries import presence
from consultations.workflow.checkin import entered_on_paper, seated
from ncm_portal.workflow import Blocked, now

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .forums import desk_forum

SHOWN, SETTLED, FEW = 50, 20, 3
PART, PATIENCE = 200, 20  # rows of a file that are taken over at once; seconds after which the rest waits


# --- What is to be settled ------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door(request: HttpRequest, slug: str) -> HttpResponse:
    """What is to be settled of what devices sent; a queue that comes as a file is taken over here."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return _show(request, forum)
    form = QueueFileForm(request.POST, request.FILES)
    if not form.is_valid():
        enter_refused_files(request, form, forum)
        return _show(request, forum, INVALID, form)
    rows: list[Any] = []
    outcome = attempt(lambda: rows.extend(_take_file(request, forum, form.cleaned_data["file"])))
    if outcome.reasons:
        return _show(request, forum, outcome, form)
    if left := len(rows) - sum(row is not None for row in rows):
        words = ngettext("%(n)s row is not taken over yet.", "%(n)s rows are not taken over yet.", left) % {"n": left}
        messages.warning(request, f"{words} {_('Take the same file over once more: it goes on where it stopped.')}")
    else:
        messages.success(request, _told(rows))
    return redirect("forum_door", slug)


def _take_file(request: HttpRequest, forum: Forum, data: bytes) -> list[QueuedRow | None]:
    """Take a file over in parts, each by itself, so that others wait for no more than one of them; None for a row that
    has to wait for the next time. What was taken over before is the same rows."""
    queue, taken, begun = read_queue(data, forum), [], time.monotonic()
    told: Any = {"device": queue.device, "device_now": queue.device_now, "by": request.user}
    for start in range(0, max(1, len(queue.rows)), PART):
        if time.monotonic() - begun > PATIENCE:
            break
        taken += workflow.take_queue(forum, queue.rows[start : start + PART], **told)
    return taken + [None] * (len(queue.rows) - len(taken))


def _told(rows: list[QueuedRow]) -> str:
    numbers = {"rows": len(rows), "open": sum(row.outcome != QueuedOutcome.TAKEN for row in rows)}
    read = ngettext("The file holds %(rows)s row.", "The file holds %(rows)s rows.", len(rows)) % numbers
    if not numbers["open"]:
        return f"{read} {_('All of it is in the portal.')}"
    return f"{read} {_('To be settled: %(open)s. What was sent before is not counted again.') % numbers}"


def _open_rows(forum: Forum) -> Any:
    along = ("delegate__stakeholder", "by", "settled_by")
    return forum.queued_rows.exclude(outcome=QueuedOutcome.TAKEN).select_related(*along)


def _show(
    request: HttpRequest,
    forum: Forum,
    outcome: Outcome = NOTHING_DONE,
    file_form: QueueFileForm | None = None,
    settling: tuple[UUID, SettleForm] | None = None,
) -> HttpResponse:
    rows = _open_rows(forum)
    waiting = list(rows.filter(settled_at=None).order_by("received_at", "pk")[: SHOWN + 1])
    devices = forum.queued_rows.values("device").annotate(rows=Count("pk"), last=Max("received_at")).order_by("device")
    file_form = file_form or QueueFileForm()
    context = {
        "forum": forum,
        "reasons": outcome.reasons,
        "form": settling[1] if settling else file_form,
        "file_form": file_form,
        "cards": _cards(waiting[:SHOWN], settling),
        "more": len(waiting) > SHOWN,
        "settled": rows.filter(settled_at__isnull=False).order_by("-settled_at", "-pk")[:SETTLED],
        "devices": devices,
        "room": presence.present(forum),
        "came": [(half, len(people)) for half, people in presence.came_by_half_day(forum).items()],
        "doubles": len(workflow.checkin_conflicts.doubles(forum)[0]) if len(waiting) > FEW else 0,
    }
    return render(request, "consultations/forum_day/forum_door.html", context, status=outcome.status)


def _cards(rows: list[QueuedRow], settling: tuple[UUID, SettleForm] | None) -> list[dict[str, Any]]:
    """Each row with its times and a form: at the door, by the device's own clock, and when it arrived."""
    checks = {check.key: check for check in CheckIn.objects.filter(key__in=[row.key for row in rows], voided_by=None)}
    return [
        {
            "row": row,
            "check": checks.get(row.key),
            "off": clock_off(row, checks.get(row.key)),
            "text": _words(row),
            "form": settling[1] if settling and settling[0] == row.key else form_of(row, row.key in checks),
        }
        for row in rows
    ]


def form_of(row: QueuedRow, has_check_in: bool, data: Any = None) -> SettleForm:
    """The form that settles a row; its fields are named after it, since many stand on one page."""
    return SettleForm(data, has_check_in=has_check_in, prefix=f"row-{row.pk}")


def _words(row: QueuedRow) -> str:
    """The words of a point, or the code of a badge, as they came."""
    said = row.payload if isinstance(row.payload, dict) else {"as_text": row.payload}
    names = ["text", "as_text"] if row.kind == QueuedKind.POINT else ["code", "badge", "as_text"]
    return str(next((said[name] for name in names if said.get(name)), ""))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door_settle(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Settle one row that a device sent."""
    forum = desk_forum(slug)
    row = get_object_or_404(forum.queued_rows.select_related("forum", "settled_by"), key=key)
    if request.method != "POST":
        return redirect("forum_door", slug)
    form = form_of(row, CheckIn.objects.filter(key=row.key, voided_by=None).exists(), request.POST)
    if not form.is_valid():
        return _show(request, forum, INVALID, settling=(row.key, form))
    outcome = attempt(lambda: workflow.settle_queued(row, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _show(request, forum, outcome, settling=(row.key, form))
    messages.success(request, _("Settled. Everything that came is still kept."))
    return redirect("forum_door", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_door_doubles(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the first of every badge that came at several devices, all together."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return redirect("forum_door", slug)
    outcome = attempt(lambda: workflow.settle_doubles(forum, by=request.user))
    if outcome.reasons:
        return _show(request, forum, outcome)
    messages.success(request, _("Settled. Everything that came is still kept."))
    return redirect("forum_door", slug)


def clock_off(row: QueuedRow, check: CheckIn | None) -> str:
    """How far the device's clock was off, in words; "" for less than two minutes, or where it is not known."""
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
    """The way to the register of this half-day, or else of the forum's first."""
    forum = desk_forum(slug)
    halves = presence.half_days(forum)
    here = presence.half_day(now())
    return redirect("forum_register", slug, (here if here in halves else halves[0]).code)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_register(request: HttpRequest, slug: str, half: str) -> HttpResponse:
    """Enter who signed the register of a half-day, as it lies on the table."""
    forum = desk_forum(slug)
    found = presence.half_called(half, presence.half_days(forum))
    if found is None:
        raise Http404
    people = list(seated(forum))
    if request.method != "POST":
        return _show_register(request, forum, found, people)
    form = RegisterForm(request.POST, people=people)
    if not form.is_valid():
        return _show_register(request, forum, found, people, form, INVALID)
    try:
        entered, voided = workflow.enter_register(
            forum, found, by=request.user, signed=form.ticked, unsigned=form.unticked
        )
    except Blocked as refusal:
        return _show_register(request, forum, found, people, form, Outcome(refusal.reasons, 409))
    numbers = {"entered": entered, "voided": voided}
    messages.success(request, _("Entered: %(entered)s. Taken off: %(voided)s.") % numbers)
    return redirect("forum_register", slug, half)


def _show_register(
    request: HttpRequest,
    forum: Forum,
    half: presence.HalfDay,
    people: list[Any],
    form: RegisterForm | None = None,
    outcome: Outcome = NOTHING_DONE,
) -> HttpResponse:
    entered = entered_on_paper(forum, half)
    ticked = set(form.data.getlist("signed")) if form else {str(pk) for pk in entered}
    came = presence.came_by_half_day(forum).get(half, set())
    context = {
        "forum": forum,
        "half": half,
        "halves": presence.half_days(forum),
        "form": form or RegisterForm(people=people),
        "shown": ",".join(map(str, entered)) if form is None else form.data.get("shown", ""),
        "rows": [(person, str(person.pk) in ticked, person.pk in came) for person in people],
        "signed": len(entered),
        "came": len(came),
        "reasons": outcome.reasons,
    }
    return render(request, "consultations/forum_day/register.html", context, status=outcome.status)
