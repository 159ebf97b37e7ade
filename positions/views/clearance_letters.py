"""Answers by letter: typed, stored with the scan, countersigned by a second officer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.forms.attachments import FileForm
from consultations.models import Event
from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from consultations.views.stored_files import hand_out
from ncm_portal.workflow import moves_open_to
from positions import workflow
from positions.forms.clearance import LetterForm
from positions.models import AnswerByLetter, LetterState
from positions.queries.clearance import live_stances
from positions.queries.papers import paragraph_numbers
from positions.workflow import LETTER_MOVES

from .clearance import known_clearance

VERBS: dict[str, Callable[..., Any]] = {
    "countersign_answer": lambda letter, by, reason: workflow.countersign_answer(letter, by=by),
    "strike_answer": workflow.strike_answer,
}
DONE = {
    "countersign_answer": gettext_lazy("Countersigned: the answer counts."),
    "strike_answer": gettext_lazy("Struck out. The letter stays on file."),
}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def letter_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Type a ministry's answer on paper; the next page takes the scan."""
    row = known_clearance(request, pk)
    data = request.POST if request.method == "POST" else None
    form = LetterForm(data, stances=live_stances(row))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            made: list[AnswerByLetter] = []
            outcome = attempt(lambda: made.append(_type(request, row, form)))
            if made:
                messages.success(
                    request, _("The letter is saved. Add the scan now; then another officer countersigns it.")
                )
                return redirect("letter", made[0].key)
    context = {"clearance": row, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/clearance_letters/letter_new.html", context, status=outcome.status)


def _type(request: SignedInRequest, row: Any, form: LetterForm) -> AnswerByLetter:
    given = {name: form.cleaned_data[name] for name in ("reference", "received_on", "signed_by")}
    return workflow.type_answer(row, by=request.user, lines=form.words, **given)


def _letter(key: UUID) -> AnswerByLetter:
    people = ("typed_by", "decided_by", "clearance__ministry", "clearance__paper__consultation")
    return get_object_or_404(AnswerByLetter.objects.select_related(*people), key=key)


@for_secretariat
@require_safe
def letter(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the typed answers beside the texts they refer to, the scan, and the button to countersign."""
    return _show(request, _letter(key))


def _show(request: HttpRequest, row: AnswerByLetter, outcome: Outcome = NOTHING_DONE, form: Any = None) -> HttpResponse:
    numbers = paragraph_numbers(row.clearance.paper)
    lines: list[Any] = list(row.lines.select_related("paragraph", "wording"))
    for line in lines:
        line.number = numbers.get(line.paragraph_id)
    context = {
        "letter": row,
        "lines": sorted(lines, key=lambda line: line.number or 0),
        "form": form or FileForm(),
        "waiting": row.state == LetterState.TYPED,
        "own": row.typed_by_id == request.user.pk,
        "moves": moves_open_to(LETTER_MOVES, row, request.user),
        "reasons": outcome.reasons,
        "events": Event.objects.about(row).reverse(),
    }
    return render(request, "positions/clearance_letters/letter.html", context, status=outcome.status)


@for_secretariat
@require_POST
def letter_move(request: HttpRequest, key: UUID, verb: str) -> HttpResponse:
    """Countersign the typed answer, or strike it out."""
    row = _letter(key)
    outcome = carry_out(request, row, verb, VERBS)
    if outcome.reasons:
        return _show(request, row, outcome)
    messages.success(request, DONE[verb])
    return redirect("clearance", row.clearance_id)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def letter_scan(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """Upload or download the scan of a letter: always as an attachment, never inline."""
    row = _letter(key)
    if request.method == "POST":
        return _take_scan(request, row)
    if not row.scan_sha256:
        raise Http404
    return hand_out(request, row.stored_file, row.scan_name, row.scan_type)


def _take_scan(request: SignedInRequest, row: AnswerByLetter) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, row, INVALID, form)
    file = form.cleaned_data["file"]
    data = file.read(settings.ATTACHMENT_MAX_BYTES + 1)
    outcome = attempt(lambda: workflow.add_scan(row, by=request.user, name=file.name or "", data=data))
    if outcome.reasons:
        return _show(request, row, outcome, form)
    messages.success(request, _("The scan is added."))
    return redirect("letter", row.key)
