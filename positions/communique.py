"""The first draft of a forum's communiqué, made from what it adopted: its paper, and the validated points of its
sessions. In English, as the paper is. Staff edit it from there."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.dateformat import format as written

from consultations.models import Forum, Point, PointKind, PointState, Theme
from consultations.queries import bodies_that_came
from consultations.queries.presence import came_by_half_day
from positions.models import Decision, PositionPaper
from positions.queries import latest_official

# What is told, in this order: what binds first.
TOLD = {
    PointKind.DECISION: "Decisions",
    PointKind.RECOMMENDATION: "Recommendations",
    PointKind.COMMITMENT: "Commitments",
}
LIMIT = 20_000  # characters of a communiqué
REST = "Further points ({count}) stand in the record of the sessions."


def adopted_points(forum: Forum) -> list[Point]:
    """What the sessions of `forum` adopted: validated decisions, recommendations and commitments, by theme. One query.

    Points that stand behind another are told by that one.
    """
    standing = Point.objects.filter(session__forum=forum, kind__in=TOLD)
    adopted = standing.filter(state__in=[PointState.VALIDATED, PointState.DISPOSED])
    found = adopted.select_related("theme", "stakeholder", "session").order_by("theme__order", "session", "number")
    return sorted(found, key=lambda point: (point.theme.order, list(TOLD).index(PointKind(point.kind))))


def first_draft(forum: Forum) -> str:
    """The draft as plain text, a blank line between paragraphs; what does not fit is counted in its last sentence."""
    with translation.override("en"):
        head = [f"Communiqué of the {forum.title}", f"{forum.place}, {_days(forum)}"]
        return fitted([*head, _opening(forum), *_papers(forum)], _by_theme(adopted_points(forum)))


def _day(at: date) -> str:
    return written(timezone.localdate(at) if isinstance(at, datetime) else at, "j F Y")


def _days(forum: Forum) -> str:
    """The day of the forum, or its first and its last."""
    return " – ".join(dict.fromkeys([_day(forum.starts_on), _day(forum.ends_on)]))


def _opening(forum: Forum) -> str:
    people = len(set().union(*came_by_half_day(forum).values()))
    bodies = list(bodies_that_came(forum))
    groups = len({body.group for body in bodies})
    convened = f", convened by {forum.convenors}," if forum.convenors else ""
    came = f"{people} people from {len(bodies)} organisations of {groups} groups took part."
    return f"The forum{convened} met on the consultation “{forum.consultation.title}”. {came}"


def _papers(forum: Forum) -> list[str]:
    """What the meeting decided on its paper, and where the text stands now."""
    told = []
    for paper in PositionPaper.objects.filter(forum=forum, is_restricted=False).order_by("pk"):
        decision = Decision.objects.filter(paper=paper, forum=forum).first()
        edition = latest_official(paper)
        if decision:
            how = f"On {_day(decision.at)} the meeting decided on the position paper “{paper.title}”: "
            how += f"{decision.get_rule_display()}."
            told.append(how + (f" It is edition {edition.number}, {edition.status}." if edition else ""))
    return told


def _by_theme(points: Iterable[Point]) -> list[str]:
    """The points as paragraphs: the heading of a theme, of a kind, then each point; an item ends its own line."""
    said: list[str] = []
    theme: Theme | None = None
    kind = ""
    for point in points:
        if point.theme != theme:
            theme, kind = point.theme, ""
            said.append(str(theme))
        if point.kind != kind:
            kind = point.kind
            said.append(TOLD[PointKind(kind)])
        said.append(_told(point))
    return said


def _told(point: Point) -> str:
    who = point.responsible or (point.stakeholder.name if point.stakeholder else "")
    when = f" (by {_day(point.due_on)})" if point.due_on else ""
    return f"- {who}: {point.text}{when}" if point.kind == PointKind.COMMITMENT and who else f"- {point.text}{when}"


def fitted(opening: Iterable[str], parts: list[str], limit: int = LIMIT) -> str:
    """Join paragraphs as far as they fit; items that do not are counted, so that none is lost in silence."""
    text = "\n\n".join(opening)
    for place, part in enumerate(parts):
        items = [each for each in parts[place:] if each.startswith("- ")]
        rest = REST.format(count=len(items))
        last = place == len(parts) - 1
        if len(text) + 2 + len(part) + (0 if last else 2 + len(rest)) > limit:
            return f"{text}\n\n{rest}"
        text = f"{text}\n\n{part}"
    return text
