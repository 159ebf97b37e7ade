"""Page for each move of a paper: conditions, form and button."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from consultations.forms.consequences import Confirmation, confirming
from consultations.permissions import is_secretariat
from consultations.queries import public_holidays, working_day_after
from consultations.templatetags.portal import day
from consultations.views.consequences import in_the_way, note_done
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt
from consultations.workflow import written_hour
from ncm_portal.workflow import Move, moves_open_to, now
from positions import workflow
from positions.forms.clearance import (
    AdoptForm,
    DueForm,
    ExtendForm,
    NeededReasonForm,
    NoteForm,
    SilenceForm,
    SupersedeForm,
)
from positions.models import PositionPaper
from positions.workflow import PAPER_MOVES, days_to_give
from positions.workflow.clearance_steps import clearance_text

DONE = Outcome([])
CLOSE_OF_BUSINESS = time(17)
# Forms of moves. Their fields have the names of the verb's arguments.
MOVE_FORMS: dict[str, type[forms.Form]] = {
    "extend_review": ExtendForm,
    "request_clearance": DueForm,
    "reopen_text": NeededReasonForm,
    "clear_paper": NoteForm,
    "open_silence": SilenceForm,
    "break_silence": NeededReasonForm,
    "adopt": AdoptForm,
    "not_adopt": NeededReasonForm,
    "reopen_review": ExtendForm,
    "supersede": SupersedeForm,
    "take_back_supersession": NeededReasonForm,
    "restrict": NeededReasonForm,
    "open_to_all": NeededReasonForm,
    "suspend": NeededReasonForm,
    "withdraw_paper": NeededReasonForm,
}
# A move with a form elsewhere: the review page opens a round.
ELSEWHERE = ("open_review",)
MOVES_HERE = {verb: move for verb, move in PAPER_MOVES.items() if verb not in ELSEWHERE}
# Page of each move, to which it redirects.
HOME = {
    "desk_review": ["open_review", "close_review", "extend_review", "reopen_review"],
    "desk_clearance": [
        "fix_clearance_text", "request_clearance", "reopen_text", "clear_paper",
        "open_silence", "end_silence", "break_silence",
    ],
    "desk_adoption": ["lay_before_forum", "begin_session", "adopt", "not_adopt"],
    "desk_publication": [
        "propose_publication", "publish", "supersede", "take_back_supersession", "restrict", "open_to_all",
    ],
}  # fmt: skip


def _clearance_days(paper: PositionPaper) -> tuple[dict[str, Any], str]:
    """Return the earliest due time with enough working days for the ministries, and an explanation."""
    today = timezone.localdate(now())
    needed = days_to_give(paper)
    first = working_day_after(today, needed)
    off = [f"{name}, {day(date)}" for date, name in public_holidays(today, first).items()]
    words = ngettext(
        "One working day is needed: %(day)s at the earliest.",
        "%(count)s working days are needed: %(day)s at the earliest.",
        needed,
    ) % {"count": needed, "day": day(first)}
    if off:
        words = f"{words} {_('Not counted: %(days)s.') % {'days': '; '.join(off)}}"
    return {"due_at": datetime.combine(first, CLOSE_OF_BUSINESS)}, words


def _closing_hour(paper: PositionPaper) -> tuple[dict[str, Any], str]:
    """Return the present closing time of the round."""
    last = paper.rounds.order_by("-number").first()
    if last is None:
        return {}, ""
    return {"closes_at": last.closes_at}, _("It closes on %(day)s now.") % {"day": written_hour(last.closes_at)}


def _last_hour(paper: PositionPaper) -> tuple[dict[str, Any], str]:
    """Return the end of the silence procedure."""
    if paper.silence_until is None:
        return {}, ""
    return {}, _("The silence procedure ends on %(day)s.") % {"day": written_hour(paper.silence_until)}


# Initial values of a form, and advice.
BEGINNINGS: dict[str, Callable[[PositionPaper], tuple[dict[str, Any], str]]] = {
    "request_clearance": _clearance_days,
    "extend_review": _closing_hour,
    "break_silence": _last_hour,
}


def known_paper(request: HttpRequest, slug: str) -> PositionPaper:
    """Return the paper for people who may see it; raises 404 for others."""
    papers = PositionPaper.objects.visible_to(request.user).select_related("consultation", "forum")
    return get_object_or_404(papers, slug=slug)


def moves_on(page: str, paper: PositionPaper, user: Any) -> list[Any]:
    """Return the moves of `page` that `user` may make now."""
    return moves_open_to({verb: PAPER_MOVES[verb] for verb in HOME[page]}, paper, user)


def home_of(verb: str) -> str:
    """Return the URL name of the page with a move."""
    return next((page for page, verbs in HOME.items() if verb in verbs), "desk_paper")


def _way_back(request: HttpRequest, verb: str, slug: str) -> str:
    """Return where to redirect: the desk page of the move, or the papers for members, who have no desk."""
    return reverse(home_of(verb), args=[slug]) if is_secretariat(request.user) else reverse("papers")


@require_http_methods(["GET", "HEAD", "POST"])
def desk_paper_move(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Make a move: the verb is in the URL, the form has the verb's arguments.

    While conditions are not met, the page lists them and shows no form. Raises 404 for people without a part in it.
    """
    paper = known_paper(request, slug)
    move = MOVES_HERE.get(verb)
    if move is None or not (move.may(request.user, paper) or is_secretariat(request.user)):
        raise Http404
    initial, advice = BEGINNINGS.get(verb, lambda paper: ({}, ""))(paper)
    effects, conditions = move.effects_on(paper), move.conditions(paper)
    options: dict[str, Any] = {"initial": initial, "effects": effects} | (
        {"paper": paper} if verb == "supersede" else {}
    )
    fields = confirming(MOVE_FORMS.get(verb, forms.Form))
    form = fields(request.POST if request.method == "POST" else None, **options)
    outcome, back, before = NOTHING_DONE, _way_back(request, verb, slug), paper.state
    if request.method == "POST":
        outcome = _make(request, move, paper, form)
        if outcome == DONE:
            note_done(request, PAPER_MOVES, move, paper, before=before)
            return redirect(back)
    context = {
        "paper": paper,
        "move": move,
        "effects": effects,
        "advice": advice,
        "form": form,
        "reasons": outcome.reasons,
        "in_the_way": [] if form.is_bound else in_the_way(request, MOVES_HERE, move, paper, conditions),
        "needs": conditions,
        "text": clearance_text(paper) if verb == "break_silence" else None,
        "back": back,
    }
    return render(request, "positions/papers/move.html", context, status=outcome.status)


def _make(request: HttpRequest, move: Move, paper: PositionPaper, form: Confirmation) -> Outcome:
    """Call the verb with the entered values, if all are valid."""
    if not form.is_valid():
        return INVALID
    act = getattr(workflow, move.verb)
    return attempt(lambda: act(paper, by=request.user, **form.values))
