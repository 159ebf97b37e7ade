"""First draft of a forum's communiqué, generated from its paper and the validated points of its sessions, in English.
Staff edit it afterwards.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone, translation
from django.utils.dateformat import format as written

from consultations.models import Forum, Point, PointKind, PointState, Theme
from consultations.queries import bodies_that_came
from consultations.queries.checkin import attendance_by_half_day
from positions.models import Decision, PositionPaper
from positions.queries.papers import latest_official

# In order of importance: binding points first.
TOLD = {
    PointKind.DECISION: "Decisions",
    PointKind.RECOMMENDATION: "Recommendations",
    PointKind.COMMITMENT: "Commitments",
}
LIMIT = 20_000  # maximum length of a communiqué in characters
LONGEST_HEADING = 90
REST = "Further points ({count}) stand in the record of the sessions."


def adopted_points(forum: Forum) -> list[Point]:
    """Return the validated decisions, recommendations and commitments of the sessions of `forum`, by theme. One query.

    Joined points are represented by the one they are joined to.
    """
    standing = Point.objects.of_forum(forum).filter(kind__in=TOLD)
    adopted = standing.filter(state__in=[PointState.VALIDATED, PointState.DISPOSED])
    rows = adopted.select_related("theme", "stakeholder", "session").order_by("theme__order", "session", "number")
    return sorted(rows, key=lambda point: (point.theme.order, list(TOLD).index(PointKind(point.kind))))


def first_draft(forum: Forum) -> str:
    """Return the draft as plain text with a blank line between paragraphs; its last sentence counts what does
    not fit.
    """
    with translation.override("en"):
        head = [f"Communiqué of the {forum.title}", f"{forum.place}, {_days(forum)}"]
        return fitted([*head, _opening(forum), *_papers(forum)], _by_theme(adopted_points(forum)))


def _day(at: date) -> str:
    return written(timezone.localdate(at) if isinstance(at, datetime) else at, "j F Y")


def _days(forum: Forum) -> str:
    """Return the date of the forum, or its first and last."""
    return " – ".join(dict.fromkeys([_day(forum.starts_on), _day(forum.ends_on)]))


def _opening(forum: Forum) -> str:
    people = len(set().union(*attendance_by_half_day(forum).values()))
    bodies = list(bodies_that_came(forum))
    groups = len({body.group for body in bodies})
    convened = f", convened by {forum.convenors}," if forum.convenors else ""
    took_part = [
        (people, "person", "people"),
        (len(bodies), "organisation", "organisations"),
        (groups, "group", "groups"),
    ]
    who, sent_by, of = (f"{number} {one if number == 1 else many}" for number, one, many in took_part)
    sentence = f" Taking part: {who} from {sent_by} of {of}." if people else ""
    return f"The forum{convened} met on the consultation “{forum.consultation.title}”.{sentence}"


def _papers(forum: Forum) -> list[str]:
    """Return the meeting's decision on its paper, and the paper's present state."""
    lines = []
    for paper in PositionPaper.objects.filter(forum=forum, is_restricted=False).order_by("pk"):
        decision = Decision.objects.filter(paper=paper, forum=forum).first()
        edition = latest_official(paper)
        if decision:
            how = f"On {_day(decision.at)} the meeting decided on the position paper “{paper.title}”: "
            how += f"{decision.get_rule_display()}."
            lines.append(how + (f" It is edition {edition.number}, {edition.status}." if edition else ""))
    return lines


def _by_theme(points: Iterable[Point]) -> list[str]:
    """Return the points as paragraphs: theme heading, kind heading, then each point on its own line."""
    lines: list[str] = []
    theme: Theme | None = None
    kind = ""
    for point in points:
        if point.theme != theme:
            theme, kind = point.theme, ""
            lines.append(str(theme))
        if point.kind != kind:
            kind = point.kind
            lines.append(TOLD[PointKind(kind)])
        lines.append(_sentence(point))
    return lines


def _sentence(point: Point) -> str:
    who = point.responsible or (point.stakeholder.name if point.stakeholder else "")
    when = f" (by {_day(point.due_on)})" if point.due_on else ""
    return f"- {who}: {point.text}{when}" if point.kind == PointKind.COMMITMENT and who else f"- {point.text}{when}"


def fitted(opening: Iterable[str], parts: list[str], limit: int = LIMIT) -> str:
    """Join paragraphs as far as they fit; the others are counted, so that none is lost silently."""
    text = "\n\n".join(opening)
    for place, part in enumerate(parts):
        items = [each for each in parts[place:] if each.startswith("- ")]
        rest = REST.format(count=len(items))
        last = place == len(parts) - 1
        if len(text) + 2 + len(part) + (0 if last else 2 + len(rest)) > limit:
            return f"{text}\n\n{rest}"
        text = f"{text}\n\n{part}"
    return text


class Block(NamedTuple):
    """Block of a communiqué: a paragraph, a heading or the items of a list."""

    kind: str
    lines: list[str]


def blocks(body: str) -> list[Block]:
    """Split a communiqué into blocks: a paragraph that starts with a dash is an item, a short one without a full stop
    is a heading. The text is not changed.
    """
    result: list[Block] = []
    for part in re.split(r"\n\s*\n", body.strip("\n")):
        if part.startswith("- "):
            if not result or result[-1].kind != "items":
                result.append(Block("items", []))
            result[-1].lines.append(part[2:])
        elif part.strip():
            is_heading = len(part) <= LONGEST_HEADING and "\n" not in part and part.rstrip()[-1] not in ".:;,!?"
            result.append(Block("heading" if is_heading else "text", [part]))
    return result
