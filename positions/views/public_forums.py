"""A forum: when and where, who convenes it, the programme, who comes, and the paper that it leads to."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import (
    Communique,
    CommuniqueState,
    Forum,
    ForumSession,
    ForumState,
    PointKind,
)
from consultations.queries.forum_documents import readable_documents
from consultations.queries.presence import came_by_half_day
from consultations.views.memory import kept_for_visitors
from positions.communique import adopted_points
from positions.models import Decision, Edition
from positions.queries import official_editions

SHOWN = 10  # commitments on the page of a forum; the others are a link away


class Slot(NamedTuple):
    """Sessions that run at the same time."""

    starts_at: datetime
    ends_at: datetime
    sessions: list[ForumSession]


def slots(sessions: Iterable[ForumSession]) -> list[Slot]:
    """The programme as it is printed: one slot for sessions with the same beginning and end, in order of time."""
    ordered = sorted(sessions, key=lambda found: (found.starts_at, found.ends_at, found.order))
    together = groupby(ordered, key=lambda found: (found.starts_at, found.ends_at))
    return [Slot(start, end, list(found)) for (start, end), found in together]


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of an announced forum. 404 when there is none, and while it is in preparation."""
    announced = Forum.objects.exclude(state=ForumState.DRAFT).select_related("consultation")
    forum = get_object_or_404(announced, slug=slug)
    edition = official_editions().filter(paper__forum=forum).first()
    context = {
        "forum": forum,
        "slots": slots(forum.sessions.select_related("theme")),
        "delegates": queries.delegates_of(forum),
        "edition": edition,
        "documents": readable_documents(request.user, forum),
        "communique": Communique.objects.filter(forum=forum, state=CommuniqueState.PUBLISHED).first(),
        **(_outcome(forum, edition) if forum.state == ForumState.REPORTED else {}),
    }
    return render(request, "positions/forum.html", context)


def _outcome(forum: Forum, edition: Edition | None) -> dict[str, Any]:
    """What a reported forum left behind. The decision on a paper is told once the paper is public."""
    promised = queries.commitments().filter(forum=forum)
    return {
        "is_reported": True,
        "decision": Decision.objects.filter(forum=forum, paper=edition.paper).first() if edition else None,
        "decided": [point for point in adopted_points(forum) if point.kind == PointKind.DECISION],
        "promised": promised[:SHOWN],
        "promises": promised.count(),
        "came": len(set().union(*came_by_half_day(forum).values())),
        "bodies": queries.bodies_that_came(forum).count(),
    }
