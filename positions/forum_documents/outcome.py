"""Printed outcome of a forum: minutes and communiqué."""

from collections import Counter
from typing import Any

from django.utils import timezone

from consultations.models import ActionPoint, ActionState, CommuniqueState, ForumState, Group, PointKind
from positions.models import Decision, FloorDecision, FloorMode, FloorOutcome, QuorumCount, Rule
from positions.queries.communique import blocks
from positions.queries.papers import paragraph_numbers

from .people import Only, attendance
from .programme import point, session
from .reading import Content, Day, head


def minutes(day: Day, *, only: Only = None) -> Content:
    """Return the minutes: attendance, validated points of each session, decisions and action points."""
    attended = attendance(day)
    return {
        **head(day, "minutes"),
        "is_draft": day.forum.state != ForumState.REPORTED,
        "came": len(attended["people"]),
        "organisations": len({each["organisation"] for each in attended["people"]}),
        "confirmed": attended["confirmed"],
        "by_group": _by_group(attended["people"]),
        "halves": [
            {**each, "came": sum(each["code"] in row["came"] for row in attended["people"])}
            for each in attended["halves"]
        ],
        "sessions": [{**session(row), "points": _points(day, row.pk)} for row in day.working_sessions],
        "floor": _floor(day),
        "decisions": [_decision(row) for row in day.decisions],
        "counts": [_count(row) for row in day.counts],
        "actions": [_action(row) for row in day.actions],
    }


def _by_group(people: list[Content]) -> list[Content]:
    """Return the numbers of people and organisations by group."""
    heads = Counter(each["group"] for each in people)
    bodies = {group: {each["organisation"] for each in people if each["group"] == group} for group in heads}
    known = [(code, str(label)) for code, label in [*Group.choices, ("", "")] if code in heads]
    return [{"name": name, "people": heads[code], "organisations": len(bodies[code])} for code, name in known]


def _points(day: Day, session_pk: int) -> list[Content]:
    """Return the validated points of a session by kind."""
    rows = [point(row) for row in day.points.get(session_pk, [])]
    result = []
    for kind in PointKind:
        own = [row for row in rows if row["kind"] == kind]
        if own:
            result.append({"kind": kind.value, "name": str(kind.label), "points": own})
    return result


def _moment(moment: Any) -> str:
    local = timezone.localtime(moment)
    return local.isoformat(timespec="minutes")


def _floor(day: Day) -> list[Content]:
    numbers = {paper.pk: paragraph_numbers(paper) for paper in {row.paper for row in day.floor}}
    return [_floor_decision(row, numbers[row.paper_id].get(row.paragraph_id)) for row in day.floor]


def _floor_decision(row: FloorDecision, number: int | None) -> Content:
    reservation = row.reservation
    return {
        "paper": row.paper.title,
        "number": number,
        "tabled": row.wording.text,
        "decided": row.decided.text if row.decided and row.decided_id != row.wording_id else "",
        "amendment": row.amendment,
        "moved_by": row.moved_by.name if row.moved_by else "",
        "outcome": row.outcome,
        "outcome_name": str(FloorOutcome(row.outcome).label),
        "mode": str(FloorMode(row.mode).label),
        "tally": [row.yes, row.no, row.abstain] if row.yes is not None else [],
        "reservation": [reservation.stakeholder.name, reservation.text] if reservation else [],
        "note": row.note,
        "at": _moment(row.at),
        "quorum": _count(row.quorum),
    }


def _decision(row: Decision) -> Content:
    return {
        "paper": row.paper.title,
        "edition": row.edition.number,
        "rule": row.rule,
        "rule_name": str(Rule(row.rule).label),
        "reasons": row.reasons,
        "chair": row.chair.name,
        "at": _moment(row.at),
        "quorum": _count(row.quorum),
    }


def _count(row: QuorumCount) -> Content:
    return {
        "at": _moment(row.at),
        "members": [row.members_present, row.members_needed, row.members_total],
        "groups": [row.groups_present, row.groups_needed],
        "is_met": row.is_met,
    }


def _action(row: ActionPoint) -> Content:
    who = [row.stakeholder.name if row.stakeholder else "", row.responsible]
    return {
        "text": row.text,
        "who": ", ".join(filter(None, who)),
        "due_on": row.due_on.isoformat() if row.due_on else "",
        "state": row.state,
        "state_name": str(ActionState(row.state).label),
    }


def communique(day: Day, *, only: Only = None) -> Content:
    """Return the communiqué with its state. Raises LookupError if there is none."""
    row = day.communique
    if row is None:
        raise LookupError
    return {
        **head(day, "communique"),
        "blocks": [[block.kind, block.lines] for block in blocks(row.body)],
        "version": row.version,
        "state": row.state,
        "state_name": str(CommuniqueState(row.state).label),
        "published": _moment(row.published_at) if row.published_at else "",
        "sha256": row.sha256,
    }
