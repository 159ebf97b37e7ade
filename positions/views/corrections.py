"""After adoption: corrections by two officers, and restricted annexes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.models import Event
from consultations.permissions import SignedInRequest, is_secretariat
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from consultations.workflow import enter_reading
from ncm_portal.workflow import moves_open_to
from positions import workflow
from positions.forms.corrections import AnnexForm, CorrectionForm
from positions.models import TRUSTED, Corrigendum, Paragraph, PositionPaper, RestrictedAnnex
from positions.queries.briefs import briefs_of
from positions.queries.papers import readable_editions
from positions.text.diff import redline
from positions.workflow import CORRIGENDUM_MOVES
from positions.workflow.conditions import final_edition
from positions.workflow.corrections import printed_paragraphs

from .papers import known_paper

# --- Corrections ------------------------------------------------------------------------------------------------------

VERBS: dict[str, Callable[..., Any]] = {
    "issue_corrigendum": lambda row, by, reason: workflow.issue_corrigendum(row, by=by),
    "decline_corrigendum": workflow.decline_corrigendum,
}
DONE = {
    "issue_corrigendum": gettext_lazy("The corrected edition is in force, with its files."),
    "decline_corrigendum": gettext_lazy("The correction is not issued. The proposal stays on file."),
}


def _printed(paper: PositionPaper) -> list[tuple[Paragraph, dict[str, Any]]]:
    """Return the paragraphs of the edition in force with their printed text; raises 404 if there is none."""
    base = final_edition(paper)
    if base is None:
        raise Http404
    known = {str(each.key): each for each in Paragraph.objects.filter(section__paper=paper)}
    return [(known[key], words) for key, words in printed_paragraphs(base).items()]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_corrigendum_new(request: SignedInRequest, slug: str) -> HttpResponse:
    """Propose a correction: edit the printed texts."""
    paper = known_paper(request, slug)
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(data, printed=_printed(paper))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            made: list[Corrigendum] = []
            words = form.words
            outcome = attempt(lambda: made.append(workflow.propose_corrigendum(paper, by=request.user, **words)))
            if made:
                messages.success(request, _("Proposed. A second officer must issue it."))
                return redirect("desk_corrigendum", slug, made[0].pk)
    context = {"paper": paper, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/corrections/corrigendum_new.html", context, status=outcome.status)


def _corrigendum(request: HttpRequest, slug: str, pk: int) -> tuple[PositionPaper, Corrigendum]:
    paper = known_paper(request, slug)
    people = ("base", "edition", "proposed_by", "decided_by")
    rows = paper.corrigenda.select_related(*people).defer("base__content", "edition__content")
    return paper, get_object_or_404(rows, pk=pk)


@for_secretariat
@require_safe
def desk_corrigendum(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show a proposed correction as a redline, with the button for the second officer."""
    return _show(request, *_corrigendum(request, slug, pk))


def _show(
    request: HttpRequest, paper: PositionPaper, row: Corrigendum, outcome: Outcome = NOTHING_DONE
) -> HttpResponse:
    printed = printed_paragraphs(row.base)
    corrections = [
        {"number": printed[str(each.paragraph.key)]["number"], "spans": redline(each.before, each.after)}
        for each in row.corrections.select_related("paragraph")
    ]
    context = {
        "paper": paper,
        "corrigendum": row,
        "corrections": corrections,
        "moves": moves_open_to(CORRIGENDUM_MOVES, row, request.user),
        "reasons": outcome.reasons,
        "events": Event.objects.about(row).reverse(),
    }
    return render(request, "positions/corrections/corrigendum.html", context, status=outcome.status)


@for_secretariat
@require_POST
def desk_corrigendum_move(request: HttpRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Issue a proposed correction as the second officer, which prints it, or refuse it."""
    paper, row = _corrigendum(request, slug, pk)
    outcome = carry_out(request, row, verb, VERBS)
    if outcome.reasons:
        return _show(request, paper, row, outcome)
    messages.success(request, DONE[verb])
    return redirect("desk_corrigendum", slug, pk)


# --- For officials only -----------------------------------------------------------------------------------------------


def trusted_paper(request: HttpRequest, slug: str) -> PositionPaper:
    """Return the paper for officials, the secretariat and its head; raises the same 404 for others as for an unknown
    one.
    """
    if getattr(request.user, "office", "") not in TRUSTED:
        raise Http404
    return get_object_or_404(PositionPaper.objects.visible_to(request.user).select_related("consultation"), slug=slug)


def standing_annexes(request: HttpRequest, paper: PositionPaper) -> Any:
    """Return the present annexes of the paper that the reader may read."""
    return RestrictedAnnex.objects.visible_to(request.user).filter(paper=paper, replaced_at=None)


@require_safe
def annexes(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the restricted annexes of a paper."""
    paper = trusted_paper(request, slug)
    result = list(standing_annexes(request, paper).select_related("by"))
    if result:
        enter_reading(paper, by=request.user)
    context = {
        "paper": paper,
        "annexes": result,
        "may_write": is_secretariat(request.user),
        "has_text": bool(readable_editions(request.user, slug)),
        "briefs": briefs_of(paper, request.user),
    }
    response = render(request, "positions/corrections/annexes.html", context)
    response["Cache-Control"] = "no-store, private"
    return response


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def annex_write(request: SignedInRequest, slug: str, number: int) -> HttpResponse:
    """Write or rewrite a restricted annex (number 0: a new one)."""
    paper = trusted_paper(request, slug)
    annex = get_object_or_404(standing_annexes(request, paper), number=number) if number else None
    if annex:
        enter_reading(paper, by=request.user)
    initial = {"title": annex.title, "text": annex.text} if annex else {}
    form = AnnexForm(request.POST if request.method == "POST" else None, initial=initial)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words = {**form.cleaned_data, "number": number or None}
            outcome = attempt(lambda: workflow.write_annex(paper, by=request.user, **words))
            if not outcome.reasons:
                messages.success(
                    request, _("The annex is saved. Only officials, the secretariat and its head can read it.")
                )
                return redirect("annexes", slug)
    context = {"paper": paper, "annex": annex, "form": form, "reasons": outcome.reasons}
    response = render(request, "positions/corrections/annex_write.html", context, status=outcome.status)
    response["Cache-Control"] = "no-store, private"
    return response
