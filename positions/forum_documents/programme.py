"""Printed programme of a forum and note sheets for rapporteurs."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from consultations.models import ForumSession, Point, PointKind, SessionKind, SessionRoleKind

from .people import Only
from .reading import Content, Day, head, named

MOST_KNOWN = 12  # points repeated on a sheet; the others are on the portal


def session(row: ForumSession) -> Content:
    """Return a session as values: title, place, times in Nairobi and roles."""
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return {
        "title": row.title,
        "kind": row.kind,
        "kind_name": str(SessionKind(row.kind).label),
        "theme": row.theme.title if row.theme else "",
        "theme_sw": row.theme.title_sw if row.theme else "",
        "room": row.room,
        "day": start.date().isoformat(),
        "starts": f"{start:%H:%M}",
        "ends": f"{end:%H:%M}",
        "roles": [
            {"role": kind.value, "role_name": str(kind.label), "names": names}
            for kind in SessionRoleKind
            if (names := [who for each in row.roles.all() if each.kind == kind and (who := named(each))])
        ],
    }


def programme(day: Day, *, only: Only = None) -> Content:
    """Return the programme by day."""
    rows = [session(row) for row in day.sessions]
    days = sorted({row["day"] for row in rows})
    result = [{"day": each, "sessions": [row for row in rows if row["day"] == each]} for each in days]
    return {**head(day, "programme"), "days": result, "concept": day.forum.concept, "contact": day.forum.contact}


def point(row: Point) -> Content:
    """Return a point as values."""
    return {
        "reference": row.reference,
        "kind": row.kind,
        "kind_name": str(PointKind(row.kind).label),
        "text": row.text,
        "organisation": row.stakeholder.name if row.stakeholder else "",
        "responsible": row.responsible,
        "due_on": row.due_on.isoformat() if row.due_on else "",
    }


def session_sheets(day: Day, *, only: Only = None) -> Content:
    """Return a sheet for the rapporteur of each session: known points, and space to write by kind."""
    sheets = [_sheet(day, row) for row in day.working_sessions]
    return {**head(day, "session-sheets"), "sheets": sheets}


def _sheet(day: Day, row: ForumSession) -> Content:
    known: list[Any] = day.known_points.get(row.theme_id, []) if row.theme_id else []
    return {
        **session(row),
        "order": row.order,
        "known": [point(each) for each in known[:MOST_KNOWN]],
        "more": max(0, len(known) - MOST_KNOWN),
        "address": settings.PORTAL_ADDRESS + reverse("session_points", args=[row.pk]),
    }
