"""Import of a spreadsheet of inputs from upload to result, and the progress page of background jobs."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import imports
from consultations.imports import InputsImportForm, NamesForm, RowState, Trial, enter_refused_files
from consultations.models import Consultation, Job, JobKind, JobState
from consultations.permissions import SignedInRequest
from consultations.uploads.disk_space import NoRoom
from consultations.workflow import confirm_import, confirm_names
from ncm_portal.workflow import Blocked

from .decorators import NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat, note_consultation

SHOWN = 100  # rows per page of a preview
MOVING = {JobState.WAITING, JobState.RUNNING}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    RowState.ERROR: gettext_lazy("wrong"),
    RowState.CHANGED: gettext_lazy("already here with a different text or objectives"),
    RowState.SAME: gettext_lazy("unchanged"),
    RowState.NEW: gettext_lazy("new"),
}


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def import_inputs(request: SignedInRequest, slug: str) -> HttpResponse:
    """Upload a spreadsheet of inputs to a consultation; a readable one leads to its preview."""
    consultation = consultation_at(request, slug)
    form = InputsImportForm(request.POST or None, request.FILES or None, consultation=consultation)
    if request.method == "POST" and form.is_valid():
        try:
            job = _prepared(request, form)
        except NoRoom as full:
            form.add_error("file", str(full))
        else:
            return redirect("job", job.key)
    enter_refused_files(request, form)
    own = Job.objects.filter(kind=JobKind.IMPORT_INPUTS, consultation=consultation).exclude(state=JobState.PREPARED)
    context = {
        "consultation": consultation,
        "form": form,
        "recent": own.select_related("by", "consultation")[:10],
    }
    return render(request, "consultations/imports/import.html", context, status=422 if form.errors else 200)


def _prepared(request: SignedInRequest, form: InputsImportForm) -> Job:
    """Create the job of a valid upload. Raises NoRoom if the disk is full."""
    chosen = form.cleaned_data
    kept = {name: chosen[name] for name in ("consultation", "channel", "received_on")}
    trial = imports.try_rows(form.sheet, by=request.user, **kept)
    options = {**kept, "encoding": chosen["encoding"], "name": chosen["file"].name, "rows": len(form.sheet)}
    return imports.keep_upload(form.content, trial, by=request.user, options=options)


@for_secretariat
@require_safe
def import_template(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the template workbook of a consultation."""
    from consultations.imports.template import template

    consultation = get_object_or_404(Consultation, slug=slug)
    return _workbook(template(consultation), f"{consultation.slug}-inputs.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


# --- One job --------------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def job(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the preview of an import, the progress of a job, or its result."""
    return _show(request, _job(key))


def _job(key: UUID, **of_kind: str) -> Job:
    return get_object_or_404(Job.objects.select_related("by", "consultation"), key=key, **of_kind)


def _show(request: HttpRequest, import_job: Job, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    """Render a job; while it runs the page refreshes itself, unless the user stopped that."""
    if import_job.consultation:
        note_consultation(request, import_job.consultation)
    context = {"job": import_job, "reasons": outcome.reasons, "still": "still" in request.GET}
    if import_job.kind == JobKind.IMPORT_INPUTS and import_job.state == JobState.PREPARED:
        context |= _preview(request, import_job)
    if import_job.kind == JobKind.IMPORT_INPUTS and import_job.state == JobState.DONE:
        context |= _result(import_job)
    page = render(request, "consultations/imports/job.html", context, status=outcome.status)
    if import_job.state in MOVING and not context["still"]:
        page["Refresh"] = "2"
    return page


def _preview(request: HttpRequest, import_job: Job) -> dict[str, Any]:
    try:
        trial = imports.tried(import_job)
    except Blocked as gone:
        return {"reasons": gone.reasons}
    tally = trial.tally()
    first = next((state for state in STATES if tally[state]), RowState.NEW)
    requested = request.GET.get("show", first)
    state = RowState(requested) if requested in tally else first
    return {
        "tally": [(state.value, tally[state], label) for state, label in STATES.items()],
        "show": state.value,
        "label": STATES[state],
        "rows": _page(request, trial, state),
        "new": tally[RowState.NEW],
        "wrong": tally[RowState.ERROR],
        "not_read": ", ".join(trial.not_read),
        "encoding": imports.ENCODINGS.get(import_job.asked["encoding"], ""),
        "names_form": NamesForm(suggested=imports.suggestions(trial.unknown)),
        "confirmed": import_job.asked["names"],
    }


class Rows(NamedTuple):
    """Page of the rows of a preview."""

    shown: list[Any]
    earlier: int | None
    later: int | None


def _page(request: HttpRequest, trial: Trial, state: RowState) -> Rows:
    rows, given = trial.of(state), request.GET.get("from", "")
    start = min(int(given), len(rows)) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    later = start + SHOWN if start + SHOWN < len(rows) else None
    return Rows(list(trial.whole(rows[start : start + SHOWN])), max(0, start - SHOWN) if start else None, later)


def _result(results: Job) -> dict[str, Any]:
    result = results.result
    return {
        "taken": sum(map(len, result["taken"].values())),
        "organisations": len(result["taken"]),
        "tally": [(state.value, result["tally"][state], STATES[state]) for state in STATES if state != RowState.NEW],
        "refused": result["refused"][:SHOWN],
        "more_refused": max(0, len(result["refused"]) - SHOWN),
        "wrong": result["tally"][RowState.ERROR] + len(result["refused"]),
    }


@for_secretariat
@require_POST
def job_names(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Confirm which organisations are meant by unknown names."""
    result = _job(key)
    try:
        form = NamesForm(request.POST, suggested=imports.suggestions(imports.tried(result).unknown))
    except Blocked as gone:
        return _show(request, result, Outcome(gone.reasons, 409))
    if not form.is_valid():
        messages.error(request, _("Choose one of the suggested names."))
        return redirect("job", key)
    outcome = attempt(
        lambda: confirm_names(result, by=request.user, names=form.confirmed, wrong_rows=imports.wrong_rows), result
    )
    return _show(request, result, outcome) if outcome.reasons else redirect("job", key)


@for_secretariat
@require_POST
def job_confirm(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Confirm an import, once; it then runs in the background."""
    result = _job(key, kind=JobKind.IMPORT_INPUTS)
    outcome = attempt(lambda: confirm_import(result, by=request.user), result)
    if outcome.reasons:
        return _show(request, result, outcome)
    messages.success(request, _("Confirmed. You do not need to wait: we will e-mail you when it is done."))
    return redirect("job", key)


@for_secretariat
@require_safe
def job_left_out(request: HttpRequest, key: UUID) -> HttpResponse:
    """Return the invalid rows to correct and upload again."""
    result = _job(key, kind=JobKind.IMPORT_INPUTS)
    try:
        return _workbook(imports.left_out(result), "rows-to-correct.xlsx")
    except Blocked as gone:
        messages.warning(request, " ".join(gone.reasons))
        return redirect(reverse("any_import_inputs"))
