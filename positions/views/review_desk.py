"""Review at the desk: rounds, amendments by section, recommendations, decisions and final texts."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from ncm_portal.workflow import Blocked, Conflict, moves_open_to, needs_of
from positions import workflow
from positions.forms.review import AcceptForm, ChooseForm, DeclineForm, FitForm, RecommendForm, RoundForm
from positions.models import Amendment, Paragraph, PositionPaper, Section
from positions.queries.papers import paragraph_numbers
from positions.workflow import AMENDMENT_MOVES, PAPER_MOVES
from positions.workflow.drafting import OPEN_STATES

from .amendments import Group, Load, amendments_of, groups, loads, read, total, words_today
from .drafting import REFUSED
from .papers import HOME, known_paper

# --- Rounds and the queue -------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_review(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the review of a paper: its rounds, and waiting amendments by section; POST opens a round."""
    paper = known_paper(request, slug)
    form = RoundForm(request.POST if request.method == "POST" else None)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = attempt(lambda: workflow.open_review(paper, by=request.user, **form.cleaned_data)).reasons
        if not reasons:
            messages.success(request, _("The round is open. Everybody invited gets an e-mail."))
            return redirect("desk_review", slug)
    own = {verb: PAPER_MOVES[verb] for verb in HOME["desk_review"]}
    others = {verb: move for verb, move in own.items() if verb != "open_review"}
    context = {
        "paper": paper,
        "rounds": paper.rounds.select_related("edition").defer("edition__content").order_by("-number"),
        "sections": _sections(paper),
        "may_open": paper.state in OPEN_STATES,
        "form": form,
        "reasons": reasons,
        "needs": needs_of(own, paper),
        "moves": [each for each in moves_open_to(others, paper, request.user) if each.ready],
        "moves_at": reverse("desk_paper", args=[slug]) + "moves/",
    }
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/review_desk/review.html", context, status=status)


def _sections(paper: PositionPaper) -> list[Any]:
    """Return the sections of the paper with amendments, each with its `load`. Three queries."""
    held = loads(paper)
    rows = Paragraph.objects.filter(section__paper=paper, key__in=held).values_list("section", "key")
    keys: dict[int, list[Any]] = {}
    for section, key in rows:
        keys.setdefault(section, []).append(key)
    result: list[Any] = list(paper.sections.filter(pk__in=keys).order_by("order"))
    for each in result:
        each.load = total(held.get(key, Load()) for key in keys[each.pk])
    return result


@for_secretariat
@require_safe
def desk_review_section(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the amendments to one section by paragraph: conflicting ones side by side, waiting ones first."""
    paper = known_paper(request, slug)
    section = get_object_or_404(Section, pk=pk, paper=paper)
    numbers = paragraph_numbers(paper)
    held = groups(read(amendments_of(paper).filter(paragraph__section=section), numbers))
    rows = sorted(held.values(), key=lambda group: (group.amendments[0].number or 0, group.amendments[0].paragraph_id))
    sections = _sections(paper)
    context = {"paper": paper, "section": section, "rows": rows, "sections": sections}
    return render(request, "positions/review_desk/review_section.html", context)


# --- One amendment --------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_amendment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one amendment: changes, reason, other amendments of the paragraph, and the decision."""
    paper = known_paper(request, slug)
    return _show(request, paper, pk)


def _show(
    request: HttpRequest,
    paper: PositionPaper,
    pk: int,
    forms_given: Mapping[str, forms.Form] | None = None,
    *,
    reasons: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page of an amendment with submitted forms instead of fresh ones."""
    own = Amendment.objects.filter(round__paper=paper).only("paragraph")
    paragraph = get_object_or_404(own, pk=pk).paragraph_id
    rows = read(amendments_of(paper).filter(paragraph=paragraph), paragraph_numbers(paper))
    amendment = next(each for each in rows if each.pk == pk)
    group = groups(rows).get(paragraph) or Group()
    context = {
        "paper": paper,
        "amendment": amendment,
        "group": group,
        "others": [each for each in group.amendments if each.pk != pk],
        "needs": needs_of(AMENDMENT_MOVES, amendment),
        "may_accept": paper.state in OPEN_STATES and amendment.number is not None,
        "accept": AcceptForm(auto_id="accept_%s"),
        "in_part": _fit_form(amendment),
        "decline": DeclineForm(auto_id="decline_%s"),
        "recommend": RecommendForm(auto_id="recommend_%s"),
        **(forms_given or {}),
        "form": next((form for form in (forms_given or {}).values() if form.errors), None),
        "reasons": reasons,
    }
    status = REFUSED if status == 200 and (reasons or context["form"]) else status
    return render(request, "positions/review_desk/amendment.html", context, status=status)


def _fit_form(amendment: Any, **given: str) -> FitForm:
    """Return the form for an adapted text, initially the proposed one merged into the present text if that has
    changed.
    """
    start = {"text": words_today(amendment), "base": amendment.paragraph.wording_id, **given}
    return FitForm(initial=start, auto_id="fit_%s")


def _known(paper: PositionPaper, pk: int) -> Amendment:
    own = Amendment.objects.filter(round__paper=paper).select_related("round__paper", "paragraph")
    return get_object_or_404(own, pk=pk)


def _decide(
    request: HttpRequest, slug: str, pk: int, verb: Callable[..., Any], name: str, form: forms.Form, message: str
) -> HttpResponse:
    """Run the decision of a form on the page of an amendment; refusals keep the entered values."""
    paper = known_paper(request, slug)
    amendment = _known(paper, pk)
    if request.method != "POST":
        return redirect("desk_amendment", slug, pk)
    if not form.is_valid():
        return _show(request, paper, pk, {name: form})
    try:
        verb(amendment, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        return _show_conflict(request, paper, pk, form, conflict)
    except Blocked as refusal:
        return _show(request, paper, pk, {name: form}, reasons=refusal.reasons)
    messages.success(request, message)
    return redirect(
        "desk_review_section", slug, Paragraph.objects.values_list("section", flat=True).get(pk=amendment.paragraph_id)
    )


def _show_conflict(
    request: HttpRequest, paper: PositionPaper, pk: int, form: forms.Form, conflict: Conflict
) -> HttpResponse:
    """Show the present text after a concurrent change, and keep the entered text."""
    typed = {**form.cleaned_data, "base": conflict.theirs.wording_id}
    again = FitForm(initial=typed, auto_id="fit_%s")
    return _show(request, paper, pk, {"in_part": again}, reasons=conflict.reasons, status=409)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept an amendment as proposed."""
    form = AcceptForm(request.POST, auto_id="accept_%s")
    message = _("Accepted. The sponsor gets an e-mail.")
    return _decide(request, slug, pk, workflow.accept_amendment, "accept", form, message)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_in_part(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Accept an amendment with an adapted text, with the reason."""
    form = FitForm(request.POST, auto_id="fit_%s")
    message = _("Accepted in part. The sponsor gets an e-mail.")
    return _decide(request, slug, pk, workflow.accept_in_part, "in_part", form, message)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_decline(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Decline an amendment, with the reason."""
    form = DeclineForm(request.POST, auto_id="decline_%s")
    message = _("Not accepted. The sponsor gets an e-mail.")
    return _decide(request, slug, pk, workflow.decline_amendment, "decline", form, message)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendment_recommend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Recommend a decision, and ask the sponsor to consent."""
    form = RecommendForm(request.POST, auto_id="recommend_%s")
    message = _("Recommended. The sponsor gets an e-mail and can consent or insist.")
    return _decide(request, slug, pk, workflow.recommend, "recommend", form, message)


# --- One text of several --------------------------------------------------------------------------------------------


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_choose_text(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show the accepted amendments of a paragraph that are not in its text yet; POST chooses the final text."""
    paper = known_paper(request, slug)
    known = Paragraph.objects.select_related("section", "wording").filter(section__paper=paper, removed_at=None)
    paragraph = get_object_or_404(known, key=key)
    form, reasons, status = ChooseForm(request.POST or None), [], 200
    if request.method == "POST" and form.is_valid():
        try:
            workflow.choose_text(paragraph, by=request.user, **form.cleaned_data)
        except Conflict as conflict:
            form = ChooseForm(initial={**form.cleaned_data, "base": conflict.theirs.wording_id})
            reasons, status = conflict.reasons, 409
        except Blocked as refusal:
            reasons, status = refusal.reasons, REFUSED
        else:
            messages.success(request, _("The text of the paragraph is decided."))
            return redirect("desk_review_section", slug, paragraph.section_id)
    numbers = paragraph_numbers(paper)
    group = groups(read(amendments_of(paper).filter(paragraph=paragraph), numbers)).get(paragraph.pk) or Group()
    if request.method != "POST":
        if not group.untaken:
            raise Http404
        form = ChooseForm(
            initial={
                "text": words_today(group.untaken[0]) or paragraph.present_wording.text,
                "base": paragraph.wording_id,
            }
        )
    context = {
        "paper": paper,
        "paragraph": paragraph,
        "number": numbers[paragraph.pk],
        "group": group,
        "still_open": [each for each in group.contending if each.is_open],
        "form": form,
        "reasons": reasons,
    }
    return render(request, "positions/review_desk/choose_text.html", context, status=REFUSED if form.errors else status)
