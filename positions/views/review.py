"""Text under review for the invited, or everyone, by section with amendments."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt
from consultations.views.page_cache import kept_for_visitors
from ncm_portal.workflow import Blocked, Conflict, needs_of
from positions import workflow
from positions.forms.review import AnswerForm, ConfirmForm, ProposalForm
from positions.models import Audience, Operation, Paragraph, PositionPaper, ReviewRound
from positions.permissions import may_propose_amendment, may_sponsor, sees_author, speaks_for, sponsors
from positions.workflow import AMENDMENT_MOVES

from . import public_papers
from .amendments import Load, amendments_of, groups, loads, read, total
from .drafting import REFUSED


def known_round(request: HttpRequest, slug: str, **only: Any) -> ReviewRound:
    """Return the latest review round of the paper that the reader may read; raises 404 otherwise."""
    rounds = ReviewRound.objects.visible_to(request.user).filter(paper__slug=slug, **only)
    result = (
        rounds.select_related("paper__consultation", "edition").defer("edition__content").order_by("-number").first()
    )
    if result is None:
        raise Http404
    return result


def is_in_time(review_round: ReviewRound) -> bool:
    """Return whether amendments can be proposed now."""
    return review_round.is_open and review_round.paper.state == PositionPaper.State.REVIEW


def sections_of(review_round: ReviewRound) -> list[dict[str, Any]]:
    """Return the sections with text of the edition under review, each with its `place` from 1."""
    frozen = [
        each
        for each in public_papers.sections(public_papers.content(review_round.edition.sha256))
        if each["paragraphs"]
    ]
    return [{**section, "place": place} for place, section in enumerate(frozen, start=1)]


def under_review(sections: list[dict[str, Any]], key: Any) -> dict[str, Any] | None:
    """Return the paragraph with this key in the text under review, with the `place` of its section; None if there is
    none.
    """
    rows = (({**each, "place": section["place"]}) for section in sections for each in section["paragraphs"])
    return next((each for each in rows if each["key"] == str(key)), None)


def frozen_numbers(sections: list[dict[str, Any]]) -> dict[str, int]:
    """Return the number of each paragraph in the text under review by key."""
    return {each["key"]: each["number"] for section in sections for each in section["paragraphs"]}


def read_in(amendments: Any, sections: list[dict[str, Any]]) -> list[Any]:
    """Return amendments for display; paragraphs have the numbers of the text under review."""
    numbers = frozen_numbers(sections)
    result = list(amendments)
    known = {each.paragraph_id: each.paragraph for each in result}
    known |= {each.after_id: each.after for each in result if each.after_id}
    return read(result, {pk: numbers[key] for pk, each in known.items() if (key := str(each.key)) in numbers})


# --- For those invited ----------------------------------------------------------------------------------------------


@require_safe
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the round, the contents with amendments, and the reader's own amendments."""
    return _overview(request, known_round(request, slug))


@require_safe
def review_section(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """Show one section of the text under review with its amendments; conflicting ones side by side."""
    return _section(request, known_round(request, slug), place)


@require_safe
def review_print(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the whole text for printing: conflicts in square brackets, other amendments below."""
    return _print(request, known_round(request, slug))


# --- For everyone ---------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_for_visitors
def read_review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the round to everyone, if it is public."""
    return _overview(request, known_round(request, slug, audience=Audience.PUBLIC), in_public=True)


@login_not_required
@require_safe
@kept_for_visitors
def read_review_section(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """Show one section to everyone."""
    return _section(request, known_round(request, slug, audience=Audience.PUBLIC), place, in_public=True)


@login_not_required
@require_safe
@kept_for_visitors
def read_review_print(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the whole text for printing to everyone."""
    return _print(request, known_round(request, slug, audience=Audience.PUBLIC), in_public=True)


# --- Both -----------------------------------------------------------------------------------------------------------


def frame(request: HttpRequest, review_round: ReviewRound, in_public: bool) -> dict[str, Any]:
    """Return the context of every page of a round; `to` are its URL names."""
    names = ("read_review", "read_review_section", "read_review_print")
    own = ("review", "review_section", "review_print")
    return {
        "paper": review_round.paper,
        "round": review_round,
        "in_public": in_public,
        "to": dict(zip(("text", "section", "print"), names if in_public else own, strict=True)),
        "is_in_time": is_in_time(review_round),
        "may_propose": not in_public and is_in_time(review_round) and may_propose_amendment(request.user, review_round),
    }


def _overview(request: HttpRequest, review_round: ReviewRound, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(review_round)
    held = {str(key): load for key, load in loads(review_round.paper, round=review_round).items()}
    for section in sections:
        section["load"] = total(held.get(each["key"], Load()) for each in section["paragraphs"])
    own: list[Any] = []
    if not in_public:
        bodies = sponsors(request.user, review_round)
        own = (
            read_in(amendments_of(review_round.paper).filter(round=review_round, sponsor__in=bodies), sections)
            if bodies
            else []
        )
    context = frame(request, review_round, in_public) | {
        "sections": sections,
        "load": total(held.values()),
        "own": sorted(own, key=lambda each: (not each.is_stale, each.number or 0, each.at)),
    }
    return render(request, "positions/review/text.html", context)


def _section(request: HttpRequest, review_round: ReviewRound, place: int, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(review_round)
    section = next((each for each in sections if each["place"] == place), None)
    if section is None:
        raise Http404
    keys = [each["key"] for each in section["paragraphs"]]
    held = groups(
        read_in(amendments_of(review_round.paper).filter(round=review_round, paragraph__key__in=keys), sections)
    )
    by_key = {str(group.amendments[0].paragraph.key): group for group in held.values()}
    for paragraph in section["paragraphs"]:
        paragraph["group"] = by_key.get(paragraph["key"])
    context = frame(request, review_round, in_public) | {
        "section": section,
        "before": next((each for each in sections if each["place"] == place - 1), None),
        "behind": next((each for each in sections if each["place"] == place + 1), None),
    }
    return render(request, "positions/review/section.html", context)


def _print(request: HttpRequest, review_round: ReviewRound, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(review_round)
    held = groups(read_in(amendments_of(review_round.paper).filter(round=review_round), sections))
    by_key = {str(group.amendments[0].paragraph.key): group for group in held.values()}
    for paragraph in (each for section in sections for each in section["paragraphs"]):
        paragraph["group"] = by_key.get(paragraph["key"])
    return render(
        request, "positions/review/print.html", frame(request, review_round, in_public) | {"sections": sections}
    )


# --- What invited organisations do ------------------------------------------------------------------------------------


# --- Proposing ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def review_paragraph(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Propose an amendment to a paragraph of the text under review: new text, a new paragraph, deletion …"""
    result = known_round(request, slug)
    bodies, row = sponsors(request.user, result), under_review(sections_of(result), key)
    if row is None or not bodies:
        raise Http404
    if request.method != "POST" and not is_in_time(result):
        messages.warning(request, _("The round is closed: no more amendments can be proposed."))
        return redirect("review_section", slug, row["place"])
    form = _proposal(request, result, bodies, row)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = _propose(request, result, key, form)
        if not reasons:
            messages.success(request, _("Proposed. You get the decision by e-mail."))
            return redirect(reverse("review_section", args=[slug, row["place"]]) + f"#p{row['number']}")
    context = {
        "paragraph": row,
        "sponsors": bodies,
        "form": form,
        "reasons": reasons,
        "operation": form.proposed_operation,
    }
    context |= frame(request, result, False) | {"operations": Operation.choices}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/review/paragraph.html", context, status=status)


def _proposal(request: HttpRequest, review_round: ReviewRound, bodies: list[Any], row: dict[str, Any]) -> ProposalForm:
    """Return the form for the operation in the URL or the form; by default a new text."""
    is_sent = request.method == "POST"
    requested = (request.POST if is_sent else request.GET).get("operation", "")
    operation = requested if requested in Operation.values else Operation.REPLACE
    text = "" if operation == Operation.INSERT else row["text"]
    start = {"text": text, "round": review_round.number, "operation": operation}
    places = sections_of(review_round) if operation == Operation.MOVE else []
    data = request.POST if is_sent else None
    return ProposalForm(data, sponsors=bodies, operation=operation, places=places, own=row["key"], initial=start)


def _propose(request: SignedInRequest, latest: ReviewRound, key: UUID, form: ProposalForm) -> list[str]:
    """Propose in the round whose text the author read; return every reason of a refusal."""
    read = get_object_or_404(latest.paper.rounds, number=form.cleaned_data["round"])
    known = Paragraph.objects.select_related("wording", "section").filter(section__paper=latest.paper)
    paragraph = get_object_or_404(known, key=key)
    given = form.words | {"operation": form.proposed_operation}
    if place := form.place_chosen:
        neighbour = get_object_or_404(known, key=place.key)
        given |= {"section": neighbour.section, "after": None if place.is_first else neighbour}
    return attempt(lambda: workflow.propose_amendment(read, paragraph, by=request.user, **given)).reasons


# --- One amendment --------------------------------------------------------------------------------------------------


def _known(request: HttpRequest, review_round: ReviewRound, pk: int) -> Any:
    """Return an amendment to the paper for its page; raises 404 if there is none, or it is withdrawn and somebody
    else's.
    """
    row = get_object_or_404(amendments_of(review_round.paper), pk=pk)
    if row.state == row.State.WITHDRAWN and not may_sponsor(request.user, row):
        raise Http404
    return read_in([row], sections_of(review_round))[0]


@require_safe
def review_amendment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one amendment: changes, reason, co-sponsors, recommendation and decision."""
    result = known_round(request, slug)
    return _show(request, result, _known(request, result, pk))


def _show(
    request: HttpRequest, review_round: ReviewRound, amendment: Any, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render the page of one amendment with the given forms."""
    sections = sections_of(review_round)
    same = amendments_of(review_round.paper).filter(round=amendment.round_id, paragraph=amendment.paragraph_id)
    group = groups(read_in(same, sections)).get(amendment.paragraph_id)
    row, is_own = under_review(sections, amendment.paragraph.key), may_sponsor(request.user, amendment)
    standing = {each.stakeholder_id for each in amendment.joined} | {amendment.sponsor_id}
    context = frame(request, review_round, False) | {
        "amendment": amendment,
        "place": row["place"] if row else None,
        "needs": needs_of(AMENDMENT_MOVES, amendment),
        "rivals": [each for each in group.contending if each.pk != amendment.pk] if group else [],
        "is_own": is_own,
        "author": amendment.by.name if sees_author(request.user, amendment) else "",
        "leavable": [each for each in amendment.joined if speaks_for(request.user, each.stakeholder_id)],
        "joinable": [each for each in sponsors(request.user, review_round) if each.pk not in standing],
        "merged": _merged(amendment),
        "confirm": _confirm_form(amendment) if is_own and amendment.is_stale else None,
        "answer": AnswerForm(auto_id="answer_%s") if is_own and amendment.advice else None,
        **more,
    }
    context["form"] = next((each for each in (more.get("confirm"), more.get("answer")) if each and each.errors), None)
    return render(request, "positions/review/amendment.html", context, status=status)


def _merged(amendment: Any) -> Any:
    """Return the proposed text merged into the present one, if the paragraph exists; None unless it is stale."""
    return workflow.merged(amendment) if amendment.is_stale and not amendment.paragraph.removed_at else None


def _confirm_form(amendment: Any) -> ConfirmForm | None:
    fitted = _merged(amendment)
    if fitted is None:
        return None
    text = fitted.text if amendment.text else ""
    start = {"text": text, "base": amendment.paragraph.wording_id}
    return ConfirmForm(initial=start, with_text=bool(amendment.text))


def _own(request: HttpRequest, slug: str, pk: int) -> tuple[ReviewRound, Any]:
    """Return the round and an amendment of the reader's own organisation. Raises the same 404 for others and unknown
    ones.
    """
    result = known_round(request, slug)
    amendment = _known(request, result, pk)
    if not may_sponsor(request.user, amendment):
        raise Http404
    return result, amendment


def _done(request: HttpRequest, slug: str, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("review_amendment", slug, pk)


def _fresh(review_round: ReviewRound, pk: int) -> Any:
    """Return the amendment reloaded after a refusal."""
    return read_in(list(amendments_of(review_round.paper).filter(pk=pk)), sections_of(review_round))[0]


def _press(
    request: HttpRequest, review_round: ReviewRound, amendment: Any, act: Callable[[], Any], words: str
) -> HttpResponse:
    """Run the act of a button on the page of an amendment; redirect with a message or show the reasons."""
    reasons = attempt(act).reasons
    if reasons:
        return _show(request, review_round, _fresh(review_round, amendment.pk), reasons=reasons, status=REFUSED)
    return _done(request, review_round.paper.slug, amendment.pk, words)


@require_http_methods(["GET", "HEAD", "POST"])
def review_withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Withdraw an amendment of one's own organisation."""
    result, amendment = _own(request, slug, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    act = partial(workflow.withdraw_amendment, amendment, by=request.user)
    return _press(request, result, amendment, act, _("The amendment is withdrawn."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_confirm(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm a stale amendment of one's own organisation with a text adapted to the present paragraph."""
    result, amendment = _own(request, slug, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    form = ConfirmForm(request.POST, with_text=bool(amendment.text))
    if not form.is_valid():
        return _show(request, result, amendment, confirm=form, status=REFUSED)
    try:
        workflow.confirm_amendment(amendment, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        typed = {"text": form.cleaned_data["text"], "base": conflict.theirs.wording_id}
        again = ConfirmForm(initial=typed, with_text=bool(amendment.text))
        reasons = [_("The paragraph has changed again. Its current text is above; what you typed is below.")]
        return _show(request, result, _fresh(result, pk), confirm=again, reasons=reasons, status=409)
    except Blocked as refusal:
        return _show(request, result, _fresh(result, pk), confirm=form, reasons=refusal.reasons, status=REFUSED)
    return _done(request, slug, pk, _("Confirmed. The drafters decide on this text."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_answer(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Consent to the drafters' recommendation on one's own amendment, or insist on it."""
    result, amendment = _own(request, slug, pk)
    if request.method != "POST" or amendment.advice is None:
        return redirect("review_amendment", slug, pk)
    form = AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return _show(request, result, amendment, answer=form, status=REFUSED)
    reasons = attempt(
        lambda: workflow.answer_recommendation(amendment.advice, by=request.user, **form.cleaned_data)
    ).reasons
    if reasons:
        return _show(request, result, _fresh(result, pk), answer=form, reasons=reasons, status=REFUSED)
    return _done(request, slug, pk, _("Your answer is saved. The drafters see it next to the amendment."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_join(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Co-sponsor an amendment of another organisation, in the name of the organisation in the form."""
    result = known_round(request, slug)
    amendment = _known(request, result, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    body = next((each for each in sponsors(request.user, result) if str(each.pk) == request.POST.get("body")), None)
    if body is None:
        raise Http404
    act = partial(workflow.join_amendment, amendment, by=request.user, body=body)
    return _press(request, result, amendment, act, _("Your organisation is a co-sponsor of the amendment."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_leave(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Stop co-sponsoring an amendment."""
    result = known_round(request, slug)
    amendment = _known(request, result, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    own = (each for each in amendment.joined if speaks_for(request.user, each.stakeholder_id))
    cosponsor = next((each for each in own if str(each.stakeholder_id) == request.POST.get("body")), None)
    if cosponsor is None:
        raise Http404
    cosponsor.amendment = amendment
    act = partial(workflow.leave_amendment, cosponsor, by=request.user)
    return _press(
        request, result, amendment, act, _("Your organisation is not a co-sponsor of the amendment any more.")
    )
