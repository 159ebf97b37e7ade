"""What those invited to a round do: propose, stand behind, confirm, answer the drafters, withdraw."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.views.decorators import attempt
from ncm_portal.workflow import Blocked, Conflict, needs_of
from positions import workflow
from positions.forms.review import AnswerForm, ConfirmForm, ProposalForm
from positions.models import Operation, Paragraph, ReviewRound
from positions.permissions import may_sponsor, speaks_for, sponsors
from positions.workflow import AMENDMENT_MOVES

from .amendments import amendments_of, groups
from .drafting import REFUSED
from .review import frame, is_in_time, known_round, read_in, sections_of, under_review

# --- Proposing ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def review_paragraph(request: HttpRequest, slug: str, key: UUID) -> HttpResponse:
    """Propose a change to a paragraph of the text under review: other words, a new one behind it, its removal …"""
    found = known_round(request, slug)
    bodies, row = sponsors(request.user, found), under_review(sections_of(found), key)
    if row is None or not bodies:
        raise Http404
    if request.method != "POST" and not is_in_time(found):
        messages.warning(request, _("The round is closed: no more amendments can be proposed."))
        return redirect("review_section", slug, row["place"])
    form = _proposal(request, found, bodies, row)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        reasons = _propose(request, found, key, form)
        if not reasons:
            messages.success(request, _("Proposed. You are told by mail what is decided."))
            return redirect(reverse("review_section", args=[slug, row["place"]]) + f"#p{row['number']}")
    context = {"paragraph": row, "sponsors": bodies, "form": form, "reasons": reasons, "operation": form.operation}
    context |= frame(request, found, False) | {"operations": Operation.choices}
    status = REFUSED if reasons or form.errors else 200
    return render(request, "positions/review/paragraph.html", context, status=status)


def _proposal(request: HttpRequest, found: ReviewRound, bodies: list[Any], row: dict[str, Any]) -> ProposalForm:
    """The form for the operation that the address or the form itself names; other words, where none is named."""
    is_sent = request.method == "POST"
    asked = (request.POST if is_sent else request.GET).get("operation", "")
    operation = asked if asked in Operation.values else Operation.REPLACE
    text = "" if operation == Operation.INSERT else row["text"]
    start = {"text": text, "round": found.number, "operation": operation}
    places = sections_of(found) if operation == Operation.MOVE else []
    data = request.POST if is_sent else None
    return ProposalForm(data, sponsors=bodies, operation=operation, places=places, own=row["key"], initial=start)


def _propose(request: HttpRequest, latest: ReviewRound, key: UUID, form: ProposalForm) -> list[str]:
    """Propose in the round whose text the writer read, and give back every reason why not."""
    read = get_object_or_404(latest.paper.rounds, number=form.cleaned_data["round"])
    known = Paragraph.objects.select_related("wording", "section").filter(section__paper=latest.paper)
    paragraph = get_object_or_404(known, key=key)
    given = form.words | {"operation": form.operation}
    if place := form.place_chosen:
        neighbour = get_object_or_404(known, key=place.key)
        given |= {"section": neighbour.section, "after": None if place.is_first else neighbour}
    return attempt(lambda: workflow.propose_amendment(read, paragraph, by=request.user, **given)).reasons


# --- One amendment --------------------------------------------------------------------------------------------------


def _known(request: HttpRequest, found: ReviewRound, pk: int) -> Any:
    """An amendment to the paper, read for its page; 404 for none, and for a withdrawn one of somebody else."""
    row = get_object_or_404(amendments_of(found.paper), pk=pk)
    if row.state == row.State.WITHDRAWN and not may_sponsor(request.user, row):
        raise Http404
    return read_in([row], sections_of(found))[0]


@require_safe
def review_amendment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One amendment: what it would change and why, who stands behind it, what is advised and decided."""
    found = known_round(request, slug)
    return _show(request, found, _known(request, found, pk))


def _show(request: HttpRequest, found: ReviewRound, amendment: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of one amendment, with whatever a refused form adds to it."""
    sections = sections_of(found)
    same = amendments_of(found.paper).filter(round=amendment.round_id, paragraph=amendment.paragraph_id)
    group = groups(read_in(same, sections)).get(amendment.paragraph_id)
    row, is_own = under_review(sections, amendment.paragraph.key), may_sponsor(request.user, amendment)
    standing = {each.stakeholder_id for each in amendment.joined} | {amendment.sponsor_id}
    context = frame(request, found, False) | {
        "amendment": amendment,
        "place": row["place"] if row else None,
        "needs": needs_of(AMENDMENT_MOVES, amendment),
        "rivals": [each for each in group.contending if each.pk != amendment.pk] if group else [],
        "is_own": is_own,
        "leavable": [each for each in amendment.joined if speaks_for(request.user, each.stakeholder_id)],
        "joinable": [each for each in sponsors(request.user, found) if each.pk not in standing],
        "merged": _merged(amendment),
        "confirm": _confirm_form(amendment) if is_own and amendment.is_stale else None,
        "answer": AnswerForm(auto_id="answer_%s") if is_own and amendment.advice else None,
        **more,
    }
    context["form"] = next((each for each in (more.get("confirm"), more.get("answer")) if each and each.errors), None)
    return render(request, "positions/review/amendment.html", context, status=status)


def _merged(amendment: Any) -> Any:
    """The proposed words in those of today, where the paragraph still stands; None for one that is not stale."""
    return workflow.merged(amendment) if amendment.is_stale and not amendment.paragraph.removed_at else None


def _confirm_form(amendment: Any) -> ConfirmForm | None:
    fitted = _merged(amendment)
    if fitted is None:
        return None
    text = fitted.text if amendment.text else ""
    start = {"text": text, "base": amendment.paragraph.wording_id}
    return ConfirmForm(initial=start, with_text=bool(amendment.text))


def _own(request: HttpRequest, slug: str, pk: int) -> tuple[ReviewRound, Any]:
    """The round and an amendment of the reader's own organisation. The same 404 for anybody else's and for none."""
    found = known_round(request, slug)
    amendment = _known(request, found, pk)
    if not may_sponsor(request.user, amendment):
        raise Http404
    return found, amendment


def _done(request: HttpRequest, slug: str, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("review_amendment", slug, pk)


def _fresh(found: ReviewRound, pk: int) -> Any:
    """The amendment as it stands after a refusal."""
    return read_in(list(amendments_of(found.paper).filter(pk=pk)), sections_of(found))[0]


def _press(
    request: HttpRequest, found: ReviewRound, amendment: Any, act: Callable[[], Any], words: str
) -> HttpResponse:
    """Carry out what a button of the page of an amendment does, and come back with a word or with every reason."""
    reasons = attempt(act).reasons
    if reasons:
        return _show(request, found, _fresh(found, amendment.pk), reasons=reasons, status=REFUSED)
    return _done(request, found.paper.slug, amendment.pk, words)


@require_http_methods(["GET", "HEAD", "POST"])
def review_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back an amendment of one's own organisation."""
    found, amendment = _own(request, slug, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    act = partial(workflow.withdraw_amendment, amendment, by=request.user)
    return _press(request, found, amendment, act, _("The amendment is withdrawn."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_confirm(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm a stale amendment of one's own organisation in words that fit the paragraph as it stands now."""
    found, amendment = _own(request, slug, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    form = ConfirmForm(request.POST, with_text=bool(amendment.text))
    if not form.is_valid():
        return _show(request, found, amendment, confirm=form, status=REFUSED)
    try:
        workflow.confirm_amendment(amendment, by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        typed = {"text": form.cleaned_data["text"], "base": conflict.theirs.wording_id}
        again = ConfirmForm(initial=typed, with_text=bool(amendment.text))
        reasons = [_("The paragraph changed once more. Its words of now stand above; what you typed is kept below.")]
        return _show(request, found, _fresh(found, pk), confirm=again, reasons=reasons, status=409)
    except Blocked as refusal:
        return _show(request, found, _fresh(found, pk), confirm=form, reasons=refusal.reasons, status=REFUSED)
    return _done(request, slug, pk, _("Confirmed. The drafters decide on it in these words."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_answer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Consent to what the drafters recommend on one's own amendment, or insist on it."""
    found, amendment = _own(request, slug, pk)
    if request.method != "POST" or amendment.advice is None:
        return redirect("review_amendment", slug, pk)
    form = AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return _show(request, found, amendment, answer=form, status=REFUSED)
    reasons = attempt(
        lambda: workflow.answer_recommendation(amendment.advice, by=request.user, **form.cleaned_data)
    ).reasons
    if reasons:
        return _show(request, found, _fresh(found, pk), answer=form, reasons=reasons, status=REFUSED)
    return _done(request, slug, pk, _("Your answer is kept. The drafters see it beside the amendment."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_join(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Stand behind an amendment of another organisation, in the name of the body that the button carries."""
    found = known_round(request, slug)
    amendment = _known(request, found, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    body = next((each for each in sponsors(request.user, found) if str(each.pk) == request.POST.get("body")), None)
    if body is None:
        raise Http404
    act = partial(workflow.join_amendment, amendment, by=request.user, body=body)
    return _press(request, found, amendment, act, _("Your organisation stands behind the amendment."))


@require_http_methods(["GET", "HEAD", "POST"])
def review_leave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Stand behind an amendment no longer."""
    found = known_round(request, slug)
    amendment = _known(request, found, pk)
    if request.method != "POST":
        return redirect("review_amendment", slug, pk)
    own = (each for each in amendment.joined if speaks_for(request.user, each.stakeholder_id))
    cosponsor = next((each for each in own if str(each.stakeholder_id) == request.POST.get("body")), None)
    if cosponsor is None:
        raise Http404
    cosponsor.amendment = amendment
    act = partial(workflow.leave_amendment, cosponsor, by=request.user)
    return _press(request, found, amendment, act, _("Your organisation does not stand behind the amendment any more."))
