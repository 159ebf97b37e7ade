"""Public page of a forum: dates, place, convenors, programme, participants and its paper."""

import hashlib
import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Exists, OuterRef, Subquery, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import (
    Communique,
    CommuniqueState,
    Forum,
    ForumFile,
    ForumSession,
    ForumState,
    PointKind,
    SessionKind,
)
from consultations.queries.forum_documents import documents, readable_documents
from consultations.queries.forums import earlier_days
from consultations.views.page_cache import kept_for_visitors
from positions.models import FINAL_KINDS, Decision, Edition, EditionKind
from positions.queries.communique import adopted_points
from positions.queries.open_data import Data
from positions.queries.papers import official_editions

SHOWN = 10  # commitments on the page of a forum; a link leads to the others


class Slot(NamedTuple):
    """Sessions at the same time."""

    starts_at: datetime
    ends_at: datetime
    sessions: list[ForumSession]


def slots(sessions: Iterable[ForumSession]) -> list[Slot]:
    """Group the programme into slots of sessions with the same start and end, in order of time."""
    ordered = sorted(sessions, key=lambda item: (item.starts_at, item.ends_at, item.order))
    together = groupby(ordered, key=lambda item: (item.starts_at, item.ends_at))
    return [Slot(start, end, list(item)) for (start, end), item in together]


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an announced forum. Raises 404 if there is none or it is in preparation."""
    published = Communique.objects.filter(forum=OuterRef("pk"), state=CommuniqueState.PUBLISHED)
    announced = Forum.objects.exclude(state=ForumState.DRAFT).annotate(has_communique=Exists(published))
    forum = get_object_or_404(announced.select_related("consultation"), slug=slug)
    edition = _edition(forum)
    context = {
        "forum": forum,
        "earlier": earlier_days(forum),
        "slots": slots(forum.sessions.select_related("theme")),
        "edition": edition,
        "documents": readable_documents(request.user, forum),
        **(_outcome(forum, edition) if forum.state == ForumState.REPORTED else _expected(forum)),
    }
    return render(request, "positions/forums/forum.html", context)


def _edition(forum: Forum) -> Any:
    """Return the newest official edition of the paper of `forum`, or None; `decided_at` and `decided_how` are this
    forum's last decision on it. One query.
    """
    made = Decision.objects.filter(forum=forum, paper=OuterRef("paper")).order_by("-at")
    decided = {"decided_at": Subquery(made.values("at")[:1]), "decided_how": Subquery(made.values("rule")[:1])}
    return official_editions().filter(paper__forum=forum).annotate(**decided).first()


def _expected(forum: Forum) -> dict[str, Any]:
    """Return the expected participants of a forum that is not reported yet."""
    return {"delegates": queries.delegates_of(forum)}


def _outcome(forum: Forum, edition: Any) -> dict[str, Any]:
    """Return the results of a reported forum. The decision on a paper is included once the paper is public. Three
    queries.
    """
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


# --- The forum pack ---------------------------------------------------------------------------------------------------


TEXT_BUDGET = 24_000  # characters of the paper that fit a page of 60 kB
LONGEST, SHORTEST = 240, 60


@cache
def _style() -> str:
    return (Path(settings.BASE_DIR) / "static" / "css" / "pack.css").read_text("utf-8").strip()


def _policy() -> dict[str, list[str]]:
    digest = b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {**settings.SECURE_CSP, "script-src": [CSP.NONE], "style-src": [f"'sha256-{digest}'"]}


@csp_override(_policy())
@login_not_required
@require_safe
@kept_for_visitors
def forum_pack(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the information pack of an announced forum. Raises 404 if there is none or it is in preparation."""
    announced = Forum.objects.exclude(state=ForumState.DRAFT).select_related("consultation")
    forum = get_object_or_404(announced, slug=slug)
    sessions = list(forum.sessions.select_related("theme").order_by("starts_at", "order"))
    context = {
        "forum": forum,
        "earlier": earlier_days(forum),
        "portal": settings.PORTAL_ADDRESS,
        "style": _style_element(),
        "slots": slots(sessions),
        "themes": _by_theme(sessions),
        "documents": _documents(forum),
        "text": _text(forum, request.user),
    }
    return render(request, "positions/forums/pack.html", context)


def _style_element() -> SafeString:
    return mark_safe(f"<style>{_style()}</style>")  # noqa: S308 (our own file)


def _by_theme(sessions: list[ForumSession]) -> list[tuple[Any, list[ForumSession]]]:
    """Return the sessions of each theme in order of themes."""
    result: dict[Any, list[ForumSession]] = defaultdict(list)
    for session in sessions:
        if session.theme and session.kind != SessionKind.BREAK:
            result[session.theme].append(session)
    return sorted(result.items(), key=lambda row: row[0].order)


def _documents(forum: Forum) -> list[tuple[ForumFile, str]]:
    """Return the public documents with full URLs: the page is read where it was saved."""
    rows = documents(forum).filter(for_everybody=True)
    return [(row, settings.PORTAL_ADDRESS + reverse("forum_document", args=[row.key])) for row in rows]


def _text(forum: Forum, user: Any) -> Data | None:
    """Return the paper of the forum in brief: the newest edition that this reader may have in the room.

    Never a text in clearance: saved pages are passed on.
    """
    readable = Edition.objects.visible_to(user).filter(paper__forum=forum, paper__is_restricted=False)
    shown = readable.filter(kind__in=(*FINAL_KINDS, EditionKind.REVIEW)).select_related("paper")
    edition = shown.order_by("-frozen_at", "-pk").first()
    if edition is None:
        return None
    sections: list[Data] = json.loads(edition.content)["sections"]
    number = sum(len(section["paragraphs"]) for section in sections)
    length = max(SHORTEST, min(LONGEST, TEXT_BUDGET // max(1, number)))
    for section in sections:
        section["lines"] = [(row["number"], beginning(row["text"], length)) for row in section["paragraphs"]]
    written = [section for section in sections if section["lines"]]
    return {"edition": edition, "sections": written, "is_final": edition.kind in FINAL_KINDS}


def beginning(text: str, length: int) -> str:
    """Return the beginning of `text`, at most `length` characters, cut between two words."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    whole = kept.rpartition(" ")[0] if text[length - 1] != " " else kept
    return f"{(whole or kept).rstrip()}…"
