"""Decision of the meeting, and publication by two officers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.permissions import SignedInRequest
from consultations.queries.history import history
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from ncm_portal.workflow import moves_open_to, needs_of
from positions import workflow
from positions.forms.clearance import ForumForm, NeededReasonForm, ReservationForm
from positions.models import BEFORE_ADOPTION, FINAL_KINDS, EditionKind, PaperState, PositionPaper
from positions.permissions import may_chair
from positions.queries.papers import numbered_paragraphs, paragraph_numbers
from positions.workflow import PAPER_MOVES
from positions.workflow.adoption import AFTER_CLEARANCE
from positions.workflow.conditions import announced_reservations
from positions.workflow.drafting import BEFORE_THE_SESSION
from positions.workflow.meeting import BEFORE_THE_MEETING

from .papers import HOME, known_paper, moves_on


@for_secretariat
@require_safe
def desk_adoption(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the forum, the quorum, the reservations and the decision."""
    return _show_adoption(request, known_paper(request, slug))


def _show_adoption(request: HttpRequest, paper: PositionPaper, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    numbers = paragraph_numbers(paper)
    reservations: list[Any] = list(paper.reservations.filter(withdrawn_at=None).select_related("stakeholder"))
    for reservation in reservations:
        reservation.number = numbers.get(reservation.paragraph_id)
    context = {
        "paper": paper,
        "forum_text": paper.editions.filter(kind=EditionKind.FORUM).defer("content").first(),
        "counts": paper.quorum_counts.select_related("by")[:5],
        "may_choose": paper.state in BEFORE_THE_SESSION,
        "may_count": paper.forum is not None and paper.state in BEFORE_ADOPTION and may_chair(request.user, paper),
        "reservations": sorted(reservations, key=lambda row: row.number or 0),
        "announced": _announced(paper, numbers),
        "may_confirm": paper.state in AFTER_CLEARANCE and may_chair(request.user, paper),
        "may_reserve": paper.state in BEFORE_THE_MEETING,
        "explanations": paper.explanations.filter(withdrawn_at=None).select_related("stakeholder"),
        "in_session": paper.state == PaperState.IN_SESSION and may_chair(request.user, paper),
        "decision": paper.decisions.select_related("forum", "chair", "quorum", "roll_call").first(),
        "reasons": outcome.reasons,
        "moves": moves_on("desk_adoption", paper, request.user),
        "needs": needs_of({verb: PAPER_MOVES[verb] for verb in HOME["desk_adoption"]}, paper),
    }
    return render(request, "positions/adoption/adoption.html", context, status=outcome.status)


def _announced(paper: PositionPaper, numbers: dict[int, int]) -> list[Any]:
    """Return the reservations announced in clearance and not on record, each with its `number`, and whether the words
    have moved since.
    """
    rows: list[Any] = list(announced_reservations(paper))
    for stance in rows:
        stance.number = numbers.get(stance.paragraph_id, 0)
        stance.has_moved = stance.wording_id != stance.paragraph.wording_id
    return sorted(rows, key=lambda stance: (stance.number, stance.clearance.ministry.name))


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_forum(request: SignedInRequest, slug: str) -> HttpResponse:
    """Choose the forum that adopts the paper."""
    paper = known_paper(request, slug)
    data = request.POST if request.method == "POST" else None
    form = ForumForm(data, paper=paper, initial={"forum": paper.forum.slug if paper.forum else ""})
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            outcome = attempt(lambda: workflow.choose_forum(paper, by=request.user, **form.cleaned_data))
            if not outcome.reasons:
                messages.success(request, _("The forum is chosen."))
                return redirect("desk_adoption", slug)
    context = {"paper": paper, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/adoption/forum.html", context, status=outcome.status)


@for_secretariat
@require_POST
def desk_quorum(request: SignedInRequest, slug: str) -> HttpResponse:
    """Count the quorum from the present check-ins."""
    paper = known_paper(request, slug)
    outcome = attempt(lambda: workflow.count_quorum(paper, by=request.user))
    if outcome.reasons:
        return _show_adoption(request, paper, outcome)
    messages.success(request, _("The quorum is counted, and who may vote is fixed."))
    return redirect("desk_adoption", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_reservation(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record a reservation as it will be printed."""
    paper = known_paper(request, slug)
    data = request.POST if request.method == "POST" else None
    form = ReservationForm(data, paragraphs=numbered_paragraphs(paper))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words: dict[str, Any] = form.cleaned_data
            outcome = attempt(lambda: workflow.record_reservation(paper, by=request.user, **words))
            if not outcome.reasons:
                messages.success(request, _("The reservation is on record."))
                return redirect("desk_adoption", slug)
    context = {"paper": paper, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/adoption/reservation.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_reservation_withdraw(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Record that an organisation withdrew its reservation before the decision."""
    paper = known_paper(request, slug)
    reservation = get_object_or_404(paper.reservations.select_related("stakeholder"), pk=pk)
    form = NeededReasonForm(request.POST if request.method == "POST" else None)
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            outcome = attempt(lambda: workflow.withdraw_reservation(reservation, by=request.user, reason=reason))
            if not outcome.reasons:
                messages.success(request, _("The reservation is withdrawn."))
                return redirect("desk_adoption", slug)
    context = {"paper": paper, "reservation": reservation, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/adoption/reservation_withdraw.html", context, status=outcome.status)


@for_secretariat
@require_safe
def desk_publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the adopted edition, its files, and its publication by two officers."""
    return _show_publication(request, known_paper(request, slug))


def _show_publication(request: HttpRequest, paper: PositionPaper, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    first = ["propose_publication"] if paper.publication_proposed_by_id is None else []
    way = "open_to_all" if paper.is_restricted else "restrict"
    moves = {verb: PAPER_MOVES[verb] for verb in [*first, "publish", "supersede", "take_back_supersession"]}
    context = {
        "paper": paper,
        "edition": _final(paper),
        "corrigenda": paper.corrigenda.select_related("base", "edition", "proposed_by"),
        "may_correct": paper.state == PaperState.PUBLISHED,
        "reasons": outcome.reasons,
        "moves": moves_open_to(moves, paper, request.user),
        "restriction": moves_open_to({way: PAPER_MOVES[way]}, paper, request.user),
        "needs": needs_of(moves, paper),
        "events": history(paper, limit=20),
    }
    return render(request, "positions/adoption/publication.html", context, status=outcome.status)


def _final(paper: PositionPaper) -> Any:
    """Return the newest adopted or corrected edition with its files."""
    return paper.editions.filter(kind__in=FINAL_KINDS).defer("content").prefetch_related("artefacts").first()


@for_secretariat
@require_POST
def desk_files(request: SignedInRequest, slug: str) -> HttpResponse:
    """Render the PDF and the JSON file of the adopted edition, which takes a few seconds."""
    paper = known_paper(request, slug)
    edition = get_object_or_404(paper.editions.filter(kind__in=FINAL_KINDS)[:1])
    outcome = attempt(lambda: workflow.make_files(edition, by=request.user))
    if outcome.reasons:
        return _show_publication(request, paper, outcome)
    messages.success(request, _("The files are ready and passed their checks."))
    return redirect("desk_publication", slug)
