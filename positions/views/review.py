"""Review rounds: what the desk opens, closes and decides, and what members read and propose."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import is_member, is_secretariat
from consultations.views.access import attempt, for_secretariat
from ncm_portal.workflow import Blocked, Conflict, moves_open_to, needs_of
from positions import workflow
from positions.forms.review import AcceptForm, AmendmentForm, DeclineForm, FitForm, RoundForm
from positions.models import Amendment, AmendmentState, Paragraph, PositionPaper, ReviewRound
from positions.permissions import may_sponsor, sponsors
from positions.queries import paragraph_numbers
from positions.wording import merge, redline
from positions.workflow import PAPER_MOVES
from positions.workflow.drafting import OPEN_STATES

from . import reading
from .drafting import REFUSED
from .paper_moves import HOME, known_paper

# --- The desk -------------------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_review(request: HttpRequest, slug: str) -> HttpResponse:
    """The review of a paper: its rounds and the amendments; POST opens a round until a stated hour."""
    paper = known_paper(request, slug)
    form = RoundForm(request.POST if request.method == "POST" else None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        closes_at = form.cleaned_data["closes_at"]
        reasons = attempt(lambda: workflow.open_review(paper, by=request.user, closes_at=closes_at)).reasons
        if not reasons:
            messages.success(request, _("The round is open. Every member of the NCM is told by mail."))
            return redirect("desk_review", slug)
    own = {verb: PAPER_MOVES[verb] for verb in HOME["desk_review"]}
    closing = {"close_review": own["close_review"]}
    amendments = _amendments(paper)
    context = {
        "paper": paper,
        "rounds": paper.rounds.select_related("edition").defer("edition__content").order_by("-number"),
        "waiting": [each for each in amendments if each.is_open],
        "decided": [each for each in amendments if not each.is_open],
        "may_open": paper.state in OPEN_STATES,
        "form": form,
        "reasons": reasons,
        "needs": needs_of(own, paper),
        "moves": [each for each in moves_open_to(closing, paper, request.user) if each.ready],
        "moves_at": reverse("desk_paper", args=[slug]) + "moves/",
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/desk/review.html", context, status=status)


def _of(paper: PositionPaper) -> QuerySet[Amendment]:
    found = Amendment.objects.filter(round__paper=paper)
    return found.select_related(
        "round", "paragraph__wording", "paragraph__section", "base", "sponsor", "by", "decided_by"
    )


def _amendments(paper: PositionPaper) -> list[Any]:
    """All amendments in the order of the text, each with its `number`, its changes and whether it is stale."""
    numbers = paragraph_numbers(paper)
    return sorted((_read(each, numbers) for each in _of(paper)), key=lambda each: (each.number or 0, each.at))


def _read(amendment: Any, numbers: dict[int, int]) -> Any:
    amendment.number = numbers.get(amendment.paragraph_id)
    amendment.spans = redline(amendment.base.text, amendment.text)
    amendment.is_stale = amendment.state == AmendmentState.STALE
    return amendment


@for_secretariat
@require_safe
def desk_amendment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One amendment: what it would change and why, what else is proposed for the paragraph, and the decision."""
    paper = known_paper(request, slug)
    return _show_amendment(request, paper, _amendment(paper, pk))


def _amendment(paper: PositionPaper, pk: int) -> Any:
    return _read(get_object_or_404(_of(paper), pk=pk), paragraph_numbers(paper))


def _show_amendment(
    request: HttpRequest,
    paper: PositionPaper,
    amendment: Any,
    *,
    accept: AcceptForm | FitForm | None = None,
    decline: DeclineForm | None = None,
    reasons: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    others = [_read(each, {}) for each in _of(paper).filter(paragraph=amendment.paragraph_id).exclude(pk=amendment.pk)]
    bad = next((form for form in (accept, decline) if form and form.errors), None)
    context = {
        "paper": paper,
        "amendment": amendment,
        "others": others,
        "may_decide": amendment.is_open,
        "may_accept": paper.state in OPEN_STATES and amendment.number is not None,
        "accept": accept or _accept_form(amendment),
        "fitted": _fitted(amendment),
        "decline": decline or DeclineForm(auto_id="decline_%s"),
        "form": bad,
        "reasons": reasons,
    }
    status = REFUSED if status == 200 and (bad or reasons) else status
    return render(request, "positions/desk/amendment.html", context, status=status)


def _fitted(amendment: Any) -> Any:
    """The proposed words brought into the text that changed meanwhile; None for an amendment that is not stale."""
    if not amendment.is_stale:
        return None
    return merge(amendment.base.text, amendment.text, amendment.paragraph.wording.text)


def _accept_form(amendment: Any, **given: str) -> AcceptForm | FitForm:
    fitted = _fitted(amendment)
    if fitted is None:
        return AcceptForm(initial=given)
    return FitForm(initial={"text": fitted.text, "base": amendment.paragraph.wording_id, **given})


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take proposed words into the text, fitted in where the paragraph changed meanwhile."""
    paper = known_paper(request, slug)
    amendment = _amendment(paper, pk)
    if request.method != "POST":
        return redirect("desk_amendment", slug, pk)
    form = (FitForm if "base" in request.POST else AcceptForm)(request.POST)
    if not form.is_valid():
        return _show_amendment(request, paper, amendment, accept=form)
    try:
        accept = workflow.accept_in_part if "base" in form.fields else workflow.accept_amendment
        accept(amendment, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        fresh = next(each for each in _amendments(paper) if each.pk == pk)
        again = _accept_form(fresh, reason=form.cleaned_data["reason"])
        return _show_amendment(request, paper, fresh, accept=again, reasons=conflict.reasons, status=409)
    except Blocked as refusal:
        fresh = next(each for each in _amendments(paper) if each.pk == pk)
        form = _accept_form(fresh, reason=form.cleaned_data["reason"]) if fresh.is_stale else form
        return _show_amendment(request, paper, fresh, accept=form, reasons=refusal.reasons)
    messages.success(request, _("Accepted. The sponsor is told by mail."))
    return redirect("desk_review", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave the text as it is, and say why."""
    paper = known_paper(request, slug)
    amendment = _amendment(paper, pk)
    if request.method != "POST":
        return redirect("desk_amendment", slug, pk)
    form = DeclineForm(request.POST, auto_id="decline_%s")
    if not form.is_valid():
        return _show_amendment(request, paper, amendment, decline=form)
    reason = form.cleaned_data["reason"]
    outcome = attempt(lambda: workflow.decline_amendment(amendment, by=request.user, reason=reason))
    if outcome.reasons:
        return _show_amendment(request, paper, amendment, decline=form, reasons=outcome.reasons)
    messages.success(request, _("Not accepted. The sponsor is told by mail."))
    return redirect("desk_review", slug)


# --- Members --------------------------------------------------------------------------------------------------------


def _round(request: HttpRequest, slug: str) -> ReviewRound:
    """The latest review round of the paper, for members and the secretariat; 404 for everybody else and for none."""
    if not (is_member(request.user) or is_secretariat(request.user)):
        raise Http404
    paper = known_paper(request, slug)
    found = paper.rounds.select_related("edition").defer("edition__content").order_by("-number").first()
    if found is None:
        raise Http404
    found.paper = paper
    return found


@require_safe
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """The text under review, paragraph by paragraph, with the amendments that members propose."""
    return _show_review(request, _round(request, slug))


def _show_review(request: HttpRequest, found: ReviewRound, reasons: list[str] | None = None) -> HttpResponse:
    amendments = [_read(each, {}) for each in _of(found.paper).filter(round=found).order_by("at")]
    shown: dict[str, list[Any]] = {}
    for each in amendments:
        if each.state != AmendmentState.WITHDRAWN:
            shown.setdefault(str(each.paragraph.key), []).append(each)
    sections = reading.sections(reading.content(found.edition.sha256))
    for paragraph in (each for section in sections for each in section["paragraphs"]):
        paragraph["amendments"] = shown.get(paragraph["key"], [])
    numbers = {each["key"]: each["number"] for section in sections for each in section["paragraphs"]}
    own = [each for each in amendments if may_sponsor(request.user, each)]
    for each in own:
        each.number = numbers.get(str(each.paragraph.key))
    context = {
        "paper": found.paper,
        "round": found,
        "sections": sections,
        "own": own,
        "may_propose": is_in_time(found) and bool(sponsors(request.user, found)),
        "reasons": reasons,
    }
    return render(request, "positions/desk/review_text.html", context, status=REFUSED if reasons else 200)


def is_in_time(found: ReviewRound) -> bool:
    """Whether amendments may be proposed at this moment."""
    return found.is_open and found.paper.state == PositionPaper.State.REVIEW


@require_http_methods(["GET", "HEAD", "POST"])
def review_paragraph(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Propose other words for a paragraph of the text under review."""
    latest = _round(request, slug)
    bodies = sponsors(request.user, latest)
    under_review = _under_review(latest, key)
    if under_review is None or not bodies:
        raise Http404
    if request.method != "POST" and not is_in_time(latest):
        messages.warning(request, _("The round is closed: no more amendments can be proposed."))
        return redirect("review", slug)
    start = {"text": under_review["text"], "round": latest.number}
    form = AmendmentForm(request.POST if request.method == "POST" else None, sponsors=bodies, initial=start)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = _propose(request, latest, key, form)
        if not reasons:
            messages.success(request, _("Proposed. You are told by mail what is decided."))
            return redirect("review", slug)
    context = {
        "paper": latest.paper,
        "round": latest,
        "paragraph": under_review,
        "sponsors": bodies,
        "form": form,
        "reasons": reasons,
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/desk/review_paragraph.html", context, status=status)


def _under_review(found: ReviewRound, key: UUID) -> dict[str, Any] | None:
    sections = reading.sections(reading.content(found.edition.sha256))
    paragraphs = (each for section in sections for each in section["paragraphs"])
    return next((each for each in paragraphs if each["key"] == str(key)), None)


def _propose(request: HttpRequest, latest: ReviewRound, key: UUID, form: AmendmentForm) -> list[str]:
    """Propose in the round whose text the writer read, and give back every reason why not."""
    read = get_object_or_404(latest.paper.rounds, number=form.cleaned_data["round"])
    paragraph = get_object_or_404(
        Paragraph.objects.select_related("wording", "section"), key=key, section__paper=latest.paper
    )
    return attempt(lambda: workflow.propose_amendment(read, paragraph, by=request.user, **form.words)).reasons


@require_http_methods(["GET", "HEAD", "POST"])
def review_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back an amendment of one's own organisation. The same 404 for anybody else's and for none."""
    found = _round(request, slug)
    amendment = get_object_or_404(_of(found.paper), pk=pk)
    if not may_sponsor(request.user, amendment):
        raise Http404
    if request.method == "POST":
        reasons = attempt(lambda: workflow.withdraw_amendment(amendment, by=request.user)).reasons
        if reasons:
            return _show_review(request, found, reasons)
        messages.success(request, _("The amendment is withdrawn."))
    return redirect("review", slug)
