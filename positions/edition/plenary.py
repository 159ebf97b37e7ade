"""Decisions on paragraphs in an edition, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from positions.models import Decision, FloorDecision, FloorOutcome, Paragraph, Rule


def decisions(whole: Decision, numbers: dict[int, int], name: Callable[[Any], str]) -> list[dict[str, Any]]:
    """Return the decisions on paragraphs that led to that on the `whole`; empty if the text was not decided paragraph
    by paragraph.

    Each has the number of the paragraph when `tabled`, and its `number` in this edition (None: left out). `name` gives
    the name of an organisation on the day. Two queries.
    """
    over = Decision.objects.filter(paper=OuterRef("paper"), rule=Rule.NOT_ADOPTED, at__gte=OuterRef("at"))
    rows = FloorDecision.objects.filter(~Exists(over), paper=whole.paper).order_by("pk")
    along = ("wording", "decided", "moved_by", "reservation__stakeholder", "quorum")
    result = list(rows.select_related(*along).defer("quorum__electorate"))
    tabled = _tabled(whole, result) if result else {}
    return [_decision(row, tabled, numbers, name) for row in result]


def _tabled(whole: Decision, floor_decisions: list[FloorDecision]) -> dict[int, int]:
    """Return the numbers of the paragraphs in the text put before the meeting."""
    gone = {row.paragraph_id for row in floor_decisions if row.outcome == FloorOutcome.LEFT_OUT}
    text = Paragraph.objects.filter(Q(removed_at=None) | Q(pk__in=gone), section__paper=whole.paper)
    order = text.order_by("section__order", "order", "pk").values_list("pk", flat=True)
    return {pk: number for number, pk in enumerate(order, start=1)}


def _decision(
    row: FloorDecision, tabled: dict[int, int], numbers: dict[int, int], name: Callable[[Any], str]
) -> dict[str, Any]:
    counts = {vote: getattr(row, vote) for vote in ("yes", "no", "abstain")} if row.yes is not None else {}
    words = (
        {"before": row.wording.text, "proposed": row.amendment, "moved_by": name(row.moved_by)} if row.moved_by else {}
    )
    after = {"after": row.decided.text} if row.decided and row.decided_id != row.wording_id else {}
    return {
        "tabled": tabled[row.paragraph_id],
        "number": numbers.get(row.paragraph_id),
        "outcome": row.outcome,
        "mode": row.mode,
        "members_present": row.quorum.members_present,
        "groups_present": row.quorum.groups_present,
        **({"counts": counts} if counts else {}),
        **({"votes": row.votes} if row.votes else {}),
        **words,
        **after,
        **({"reservation": name(row.reservation.stakeholder)} if row.reservation else {}),
        **({"note": row.note} if row.note else {}),
    }


def on_older_words(stances: Iterable[Any], paragraphs: Iterable[Any]) -> dict[str, list[int]]:
    """Return the numbers of those of `paragraphs` that plenary changed after an office had answered on them."""
    today = {each.pk: (each.number, each.wording_id) for each in paragraphs}
    moved = [
        today[each.paragraph_id][0] for each in stances if each.value and each.wording_id != today[each.paragraph_id][1]
    ]
    return {"on_older_words": sorted(moved)} if moved else {}
