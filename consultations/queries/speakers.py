"""The list of speakers as a screen shows it: who speaks, who waits, how long each group has spoken."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from consultations.models import ForumSession, Group, Speech
from ncm_portal import workflow


@dataclass
class GroupTime:
    """How long a group has had the floor in a session."""

    label: str
    used: timedelta
    share: int  # of all that was spoken, in hundredths

    @property
    def minutes(self) -> str:
        """Minutes and seconds."""
        return clock(self.used)


@dataclass
class Speakers:
    """Who speaks in a session, since when, who waits, and the time by group, the longest first."""

    speaking: Speech | None
    waiting: list[Speech]
    groups: list[GroupTime]
    at: datetime

    @property
    def running(self) -> str:
        """For how long the one who speaks has spoken."""
        began = self.speaking.started_at if self.speaking else None
        return clock(self.at - began) if began else ""


def clock(length: timedelta) -> str:
    """A length of time in minutes and seconds: 4:05."""
    seconds = max(0, int(length.total_seconds()))
    return f"{seconds // 60}:{seconds % 60:02}"


def speakers(session: ForumSession | None) -> Speakers:
    """The list of `session` at this moment. One query."""
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
