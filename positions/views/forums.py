"""A forum: when and where, who convenes it, the programme, who comes, and the paper that it leads to."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Exists, OuterRef, Subquery, Window
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
from consultations.views.page_cache import kept_for_visitors
from positions.models import Decision
from positions.queries.communique import adopted_points
from positions.queries.papers import official_editions

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
    published = Communique.objects.filter(forum=OuterRef("pk"), state=CommuniqueState.PUBLISHED)
    announced = Forum.objects.exclude(state=ForumState.DRAFT).annotate(has_communique=Exists(published))
    forum = get_object_or_404(announced.select_related("consultation"), slug=slug)
    edition = _edition(forum)
    context = {
        "forum": forum,
        "slots": slots(forum.sessions.select_related("theme")),
        "edition": edition,
        "documents": readable_documents(request.user, forum),
        **(_outcome(forum, edition) if forum.state == ForumState.REPORTED else _expected(forum)),
    }
    return render(request, "positions/forums/forum.html", context)


def _edition(forum: Forum) -> Any:
    """The newest official edition of the paper of `forum`, or None; `decided_at` and `decided_how` say what this forum
    decided on it last. One query."""
    made = Decision.objects.filter(forum=forum, paper=OuterRef("paper")).order_by("-at")
    decided = {"decided_at": Subquery(made.values("at")[:1]), "decided_how": Subquery(made.values("rule")[:1])}
    return official_editions().filter(paper__forum=forum).annotate(**decided).first()


def _expected(forum: Forum) -> dict[str, Any]:
    """Who comes to a forum that is not reported yet."""
    return {"delegates": queries.delegates_of(forum)}


def _outcome(forum: Forum, edition: Any) -> dict[str, Any]:
    """What a reported forum left behind. The decision on a paper is told once the paper is public. Three queries."""
    has_decision = edition and edition.decided_at
    promised: list[Any] = list(queries.commitments().filter(forum=forum).annotate(of=Window(Count("pk")))[:SHOWN])
    return {
        "is_reported": True,
        "decision": Decision(at=edition.decided_at, rule=edition.decided_how) if has_decision else None,
        "decided": [point for point in adopted_points(forum) if point.kind == PointKind.DECISION],
        "promised": promised,
        "promises": promised[0].of if promised else 0,
        "attendance": queries.attendance(forum),
    }
