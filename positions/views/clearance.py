"""Clearance pages for clearing officers and the secretariat."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.models import Event
from consultations.permissions import SignedInRequest, has_clearances, is_member, is_secretariat
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from consultations.views.splitting import FRAGMENT
from ncm_portal.workflow import Blocked, Conflict, deadline_passed, moves_open_to, needs_of
from positions import workflow
from positions.forms.clearance import STANCES, ConfirmReservationForm, StanceForm
from positions.models import Clearance, PaperState, Paragraph, PositionPaper, Stance, StanceValue
from positions.notifications import asked_to_clear
from positions.permissions import may_answer, may_confirm_reservation
from positions.queries.clearance import (
    LOOKS,
    MOVED,
    NO_ANSWER,
    AnswerAt,
    Matrix,
    answer_at,
    live_stances,
    matrix_of,
    note_changes,
    note_sources,
)
from positions.queries.papers import paragraph_numbers
from positions.workflow import CLEARANCE_MOVES, PAPER_MOVES
from positions.workflow.adoption import AFTER_CLEARANCE
from positions.workflow.clearance_steps import clearance_text, steps_for
from positions.workflow.conditions import announced_reservations

from .papers import HOME, known_paper, moves_on

KEY = re.compile(r"[0-9]{1,18}")
OPENS = re.compile(r"([0-9]{1,6})-([0-9]{1,9})")  # an answer in the URL: the number of its paragraph, and its clearance

# --- The ministry's side --------------------------------------------------------------------------------------------


@require_safe
def clearances(request: HttpRequest) -> HttpResponse:
    """List the requests to a clearing officer's ministries, open ones first, and the steps waiting for an office."""
    if not (has_clearances(request.user) or is_secretariat(request.user)):
        raise Http404
    steps = steps_for(request.user)
    silences = PositionPaper.objects.under_silence() if is_member(request.user) else []
    live = Q(stances__replaced_at=None)
    queryset = Clearance.objects.visible_to(request.user).select_related("paper", "ministry", "edition")
    queryset = queryset.defer("edition__content").annotate(
        paragraphs=Count("stances", filter=live),
        open=Count("stances", filter=live & Q(stances__value=StanceValue.PENDING)),
    )
    rows = sorted(queryset, key=lambda row: (row.state != Clearance.State.REQUESTED, row.due_at, row.ministry.name))
    return render(
        request, "positions/clearance/clearances.html", {"clearances": rows, "steps": steps, "silences": silences}
    )


def known_clearance(request: HttpRequest, pk: int) -> Clearance:
    """Return the clearance for those who may read it; raises 404 for others."""
    rows = Clearance.objects.visible_to(request.user).select_related("paper__consultation", "ministry", "edition")
    return get_object_or_404(rows.defer("edition__content"), pk=pk)


@require_safe
def clearance(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one ministry's paragraphs: its stance on each, the points behind it, and what changed since its last answer.

    With `?show=changed` only what changed.
    """
    return _show(request, known_clearance(request, pk))


def _show(request: HttpRequest, row: Clearance, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    stances = live_stances(row)
    note_changes(row, stances)
    note_sources(stances, request.user)
    changed = [stance for stance in stances if stance.earlier]
    pending = sum(stance.value == StanceValue.PENDING for stance in stances)
    requested, is_open = row.state == Clearance.State.REQUESTED, row.paper.state == PaperState.IN_CLEARANCE
    context = {
        "clearance": row,
        "stances": changed if request.GET.get("show") == "changed" and changed else stances,
        "changed": len(changed),
        "all": len(stances),
        "pending": pending,
        "taken": len(stances) - pending,
        "to_confirm": _to_confirm(request, row),
        "open_words": ",".join(str(each.wording_id) for each in stances if each.value == StanceValue.PENDING),
        "may_answer": is_open and row.state != Clearance.State.SILENT and may_answer(request.user, row),
        "reasons": outcome.reasons,
        "needs": CLEARANCE_MOVES["answer"].conditions(row) if requested else [],
        "moves": moves_open_to({"record_silence": CLEARANCE_MOVES["record_silence"]}, row, request.user),
        "letters": row.letters.select_related("typed_by") if is_secretariat(request.user) else [],
        "may_type": is_open and row.state != Clearance.State.SILENT and is_secretariat(request.user),
        "events": Event.objects.about(row).reverse()[:20],
    }
    return render(request, "positions/clearance/clearance.html", context, status=outcome.status)


def _to_confirm(request: HttpRequest, row: Clearance) -> set[int]:
    """Return the keys of the paragraphs with an announced reservation that the person can put on record now."""
    if row.paper.state not in AFTER_CLEARANCE or not may_confirm_reservation(request.user, row):
        return set()
    return set(announced_reservations(row.paper).filter(clearance=row).values_list("paragraph", flat=True))


@require_safe
def clearance_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a print version of one ministry's paragraphs, to read in a meeting, answer by hand and return as a
    letter.
    """
    row = known_clearance(request, pk)
    choices = [label for value, label in STANCES]
    context = {"clearance": row, "stances": live_stances(row), "choices": choices}
    return render(request, "positions/clearance/clearance_print.html", context)


@require_POST
def clearance_agree(request: SignedInRequest, pk: int) -> HttpResponse:
    """Agree to every paragraph without a stance."""
    row = known_clearance(request, pk)
    before = row.stances.filter(replaced_at=None, value=StanceValue.PENDING).count()
    shown = request.POST.get("seen")
    seen = None if shown is None else {int(key) for key in shown.split(",") if KEY.fullmatch(key)}
    outcome = attempt(lambda: workflow.agree_to_rest(row, by=request.user, seen=seen))
    if outcome.reasons:
        return _show(request, row, outcome)
    words = ngettext("Agreed to %(count)s paragraph.", "Agreed to %(count)s paragraphs.", before)
    done = words % {"count": before} if before else _("The answer is complete.")
    messages.success(request, done)
    return redirect("clearance", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def clearance_reservation(request: SignedInRequest, pk: int, key: UUID) -> HttpResponse:
    """Confirm a reservation that the ministry announced, with its text as it will be printed; what it said in clearance
    is suggested. Raises 404 if there is none to confirm.
    """
    row = known_clearance(request, pk)
    stance = announced_reservations(row.paper).filter(clearance=row, paragraph__key=key).first()
    if stance is None or not may_confirm_reservation(request.user, row):
        raise Http404
    start = {"text": stance.reason, "seen": stance.paragraph.wording_id}
    form = ConfirmReservationForm(request.POST if request.method == "POST" else None, initial=start)
    outcome = NOTHING_DONE if request.method != "POST" else INVALID
    if form.is_bound and form.is_valid():
        outcome = attempt(lambda: workflow.confirm_reservation(stance, by=request.user, **form.cleaned_data))
        if not outcome.reasons:
            messages.success(request, _("The reservation is on record."))
            return (
                redirect("desk_adoption", row.paper.slug) if is_secretariat(request.user) else redirect("clearance", pk)
            )
        form = ConfirmReservationForm({**form.cleaned_data, "seen": stance.paragraph.wording_id})
    context = {
        "clearance": row,
        "stance": stance,
        "number": paragraph_numbers(row.paper).get(stance.paragraph_id),
        "has_moved": stance.wording_id != stance.paragraph.wording_id,
        "form": form,
        "reasons": outcome.reasons,
    }
    return render(request, "positions/clearance/reservation.html", context, status=outcome.status)


@require_POST
def clearance_silence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record after the due time that the ministry did not answer."""
    return _act_of_secretariat(request, pk, workflow.record_silence, _silent_words)


@require_POST
def clearance_remind(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remind the ministry of what waits for its answer; say to whom the mail goes."""
    return _act_of_secretariat(request, pk, workflow.remind_clearance, _reminded_words)


def _act_of_secretariat(
    request: SignedInRequest, pk: int, act: Callable[..., Any], words_of: Callable[[Clearance], str]
) -> HttpResponse:
    row = known_clearance(request, pk)
    if not is_secretariat(request.user):
        raise Http404
    outcome = attempt(lambda: act(row, by=request.user))
    if outcome.reasons:
        return _show(request, row, outcome)
    messages.success(request, words_of(row))
    return redirect("desk_clearance", row.paper.slug)


def _silent_words(row: Clearance) -> str:
    return _("%(name)s is recorded as silent.") % {"name": row.ministry.name}


def _reminded_words(row: Clearance) -> str:
    names = get_text_list([each.name or each.address for each in asked_to_clear(row)], _("and"))
    words = _("%(ministry)s is reminded. The mail goes to %(names)s now, and cannot be taken back.")
    return words % {"ministry": row.ministry.label, "names": names}


@require_http_methods(["GET", "HEAD", "POST"])
def clearance_stance(request: SignedInRequest, pk: int, key: UUID) -> HttpResponse:
    """Take a stance on one paragraph: the present text, the choice, the reason and an alternative text."""
    row = known_clearance(request, pk)
    stance = next((each for each in live_stances(row) if each.paragraph.key == key), None)
    if stance is None or not may_answer(request.user, row):
        raise Http404
    note_changes(row, [stance])
    note_sources([stance], request.user)
    initial = {"value": stance.value, "reason": stance.reason, "proposed_text": stance.proposed_text}
    form = StanceForm(request.POST if request.method == "POST" else None, initial=initial)
    outcome, seen, theirs = NOTHING_DONE, request.POST.get("seen", stance.mark), None
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            outcome, theirs = _take(request, row, stance.paragraph, form.cleaned_data)
            if not outcome.reasons:
                messages.success(request, _("Recorded: paragraph %(number)s.") % {"number": stance.number})
                return redirect("clearance", pk)
    context = {
        "clearance": row,
        "stance": stance,
        "words": theirs.wording if theirs else stance.wording,
        "form": form,
        "reasons": outcome.reasons,
        "seen": theirs.mark if theirs else seen,
        "theirs": theirs,
        "moved": theirs is not None and not seen.startswith(f"{theirs.wording_id}."),
    }
    return render(request, "positions/clearance/stance.html", context, status=outcome.status)


def _take(
    request: SignedInRequest, row: Clearance, paragraph: Paragraph, words: dict[str, Any]
) -> tuple[Outcome, Stance | None]:
    """Return the result, and the present stance if text or answer changed since the officer read them."""
    seen = request.POST.get("seen")
    try:
        workflow.take_stance(row, paragraph, by=request.user, seen=seen, **words)
    except Conflict as conflict:
        return Outcome(conflict.reasons, 409), conflict.theirs
    except Blocked as refusal:
        return Outcome(refusal.reasons, 409), None
    return NOTHING_DONE, None


# --- The secretariat's side -----------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_clearance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the answers as paragraphs by ministries, with one of them in the pane, and the next moves."""
    paper = known_paper(request, slug)
    matrix = matrix_of(paper, reader=request.user)
    opens = OPENS.fullmatch(request.GET.get("open", ""))
    waiting = _waiting(matrix)
    first = waiting[0][1] if waiting else next(iter(matrix.where(*LOOKS)), (0, None))
    number, at = (int(opens[1]), int(opens[2])) if opens else (first[0], first[1] and first[1].pk)
    column = next((each for each in matrix.columns if each.pk == at), None)
    answer = answer_at(paper, number, column) if column else None
    only_open = request.GET.get("show") == "open"
    address = reverse("desk_clearance", args=[slug])
    context = {
        "paper": paper,
        "matrix": matrix,
        "rows": [row for row in matrix.rows if row.is_open or not only_open],
        "unsettled": sum(row.is_open for row in matrix.rows),
        "only_open": only_open,
        "address": f"{address}?show=open&" if only_open else f"{address}?",
        "waiting": waiting,
        "answer": answer,
        "opens": bool(opens and answer),
        "acts": _acts(request.user, paper, answer) if answer else {},
        "text": clearance_text(paper),
        "steps": workflow.asked_steps(paper) if matrix.columns else [],
        "moves": moves_on("desk_clearance", paper, request.user),
        "needs": needs_of({verb: PAPER_MOVES[verb] for verb in HOME["desk_clearance"]}, paper),
    }
    part = "#pane" if request.headers.get(FRAGMENT) == "pane" else ""
    response = render(request, f"positions/clearance/desk_clearance.html{part}", context)
    patch_vary_headers(response, [FRAGMENT])
    return response


def _waiting(matrix: Matrix) -> list[tuple[str, tuple[int, Any]]]:
    """Return what stands between the text and its clearance, each with the first answer of its kind."""
    words = (
        (StanceValue.OBJECT, lambda n: ngettext("%(n)s objection to settle", "%(n)s objections to settle", n)),
        (NO_ANSWER, lambda n: ngettext("%(n)s without an answer", "%(n)s without an answer", n)),
        (MOVED, lambda n: ngettext("%(n)s moved since", "%(n)s moved since", n)),
    )
    rows_of = ((says, matrix.where(look)) for look, says in words)
    return [(says(len(rows)) % {"n": len(rows)}, rows[0]) for says, rows in rows_of if rows]


def _acts(user: Any, paper: PositionPaper, answer: AnswerAt) -> dict[str, Any]:
    """Return what the person can do next about an answer."""
    row, is_open = answer.clearance, paper.state == PaperState.IN_CLEARANCE
    announced = answer.stance.value == StanceValue.RESERVATION and paper.state in AFTER_CLEARANCE
    waits = is_open and row.state == Clearance.State.REQUESTED
    return {
        "silence": waits and deadline_passed(row.due_at),
        "letter": is_open and row.state != Clearance.State.SILENT,
        "confirm": announced and may_confirm_reservation(user, row),
        "waits": waits,
    }
