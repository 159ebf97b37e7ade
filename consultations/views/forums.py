"""The home page of a forum at the desk: where it stands, what moves it, and the way to every part of the work."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.models import Event, Forum
from consultations.queries.forum_tasks import counts_of, figures, linked, next_actions
from consultations.queries.forums import doors
from consultations.queries.seating import balance
from consultations.workflow import FORUM_MOVES
from ncm_portal.workflow import Move, moves_open_to, needs_of

from .decorators import NOTHING_DONE, Outcome, carry_out, for_secretariat


def _verb(move: Move) -> Callable[..., Any]:
    """The verb of a move, for a page that always sends a reason: it goes along where the move keeps one."""
    verb = getattr(workflow, move.verb)
    return verb if move.needs_reason else lambda record, *, by, reason: verb(record, by=by)


VERBS = {name: _verb(move) for name, move in FORUM_MOVES.items()}


def desk_forum(slug: str) -> Forum:
    """The forum with this address, whatever its state; 404 when there is none."""
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


@for_secretariat
@require_safe
def forum_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a forum stands and what is to be done."""
    return _show(request, desk_forum(slug))


def _show(request: HttpRequest, forum: Forum, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    counts = counts_of(forum)
    moves = {name: replace(move, conditions=cache(move.conditions)) for name, move in FORUM_MOVES.items()}  # asked once
    context = {
        "forum": forum,
        "actions": linked(forum, next_actions(counts)),
        "figures": figures(counts),
        "plan": counts.seats,
        "balance": balance(counts.seats),
        "reasons": outcome.reasons,
        "doors": doors(forum),
        "moves": moves_open_to(moves, forum, request.user),
        "needs": needs_of(moves, forum),
        "events": Event.objects.about(forum).reverse()[:20],
        "moves_at": f"{reverse('forum_home', args=[forum.slug])}moves/",
    }
    return render(request, "consultations/forum_day/home.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_move(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Announce, open, close or cancel a forum: the verb stands in the address."""
    forum = desk_forum(slug)
    if request.method != "POST":
        return redirect("forum_home", slug)
    outcome = carry_out(request, forum, verb, VERBS)
    if outcome.reasons:
        return _show(request, forum, outcome)
    messages.success(request, _("Done: %(move)s.") % {"move": FORUM_MOVES[verb].label})
    return redirect("forum_home", slug)
