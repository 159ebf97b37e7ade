"""Speakers' list for the screen: current speaker, queue, and speaking time by group."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from consultations.models import ForumSession, Group, Speech
from ncm_portal import workflow


@dataclass
class GroupTime:
    """Speaking time of a group in a session."""

    label: str
    used: timedelta
    share: int  # share of all speaking time in per cent

    @property
    def minutes(self) -> str:
        """Return minutes and seconds."""
        return clock(self.used)


@dataclass
class Speakers:
    """Current speaker and start time, queue, and speaking time by group, the longest first."""

    speaking: Speech | None
    waiting: list[Speech]
    groups: list[GroupTime]
    at: datetime

    @property
    def running(self) -> str:
        """Return how long the current speaker has spoken."""
        began = self.speaking.started_at if self.speaking else None
        return clock(self.at - began) if began else ""


def clock(length: timedelta) -> str:
    """Format a duration in minutes and seconds: 4:05."""
    seconds = max(0, int(length.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


def speakers(session: ForumSession | None) -> Speakers:
    """Return the present list of `session`. One query."""
    at = workflow.now()
    held = session.speeches.filter(struck_at=None) if session else Speech.objects.none()
    rows = list(held.select_related("stakeholder", "delegate").order_by("order", "pk"))
    used: Counter[str] = Counter()
    for row in rows:
        if row.started_at:
            used[row.group] += int(((row.ended_at or at) - row.started_at).total_seconds())
    labels, total = dict(Group.choices), sum(used.values())
    times = [
        GroupTime(str(labels.get(group, group)), timedelta(seconds=taken), round(100 * taken / total) if total else 0)
        for group, taken in used.most_common()
    ]
    return Speakers(
        speaking=next((row for row in rows if row.started_at and not row.ended_at), None),
        waiting=[row for row in rows if row.started_at is None],
        groups=times,
        at=at,
    )
