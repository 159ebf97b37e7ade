"""Decisions on paragraphs as rows for print and pages: plain ones grouped, the others one by one."""

from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from positions.render.labels import vote_words
from positions.render.plain import spans

Content = dict[str, Any]
MORE = ("counts", "proposed", "after", "reservation", "note")


def ruling_words(outcome: str) -> str:
    """Return the label of the decision on a paragraph."""
    return {
        "adopted": _("Adopted"),
        "with_reservation": _("Adopted with a reservation"),
        "sent_back": _("Sent back"),
        "left_out": _("Left out"),
    }.get(outcome, outcome)


def mode_words(row: Content) -> str:
    """Return the label of how it was decided, with the count if there was one."""
    known = {"consensus": _("Consensus"), "show_of_hands": _("Show of hands"), "roll_call": _("Roll call")}
    manner = known.get(row["mode"]) or str(row["mode"])
    tally = _("%(yes)s yes, %(no)s no, %(abstain)s abstain")
    return f"{manner}: {tally % row['counts']}" if "counts" in row else manner


def rulings(content: Content) -> list[Content]:
    """Return the decisions on paragraphs in order; empty if the text was not decided that way."""
    rows = (content.get("adoption") or {}).get("paragraphs", [])
    result: list[Content] = []
    for _key, group in groupby(enumerate(rows), key=_alike):
        same = [row for _place, row in group]
        result.append(_row(same[0], [row["tabled"] for row in same]))
    return result


def _alike(at: tuple[int, Content]) -> tuple[Any, ...]:
    """Return whether neighbours can share a row: adopted by consensus with the same people present, without details."""
    place, row = at
    is_plain = row["outcome"] == "adopted" and row["number"] == row["tabled"] and not any(name in row for name in MORE)
    return (row["members_present"], row["groups_present"]) if is_plain else (place,)


def _row(row: Content, tabled: list[int]) -> Content:
    moved = row["number"] is not None and row["number"] != row["tabled"]
    places = spans(sorted(tabled))
    return {
        "places": _("%(tabled)s (now %(number)s)") % {"tabled": places, "number": row["number"]} if moved else places,
        "outcome": ruling_words(row["outcome"]),
        "how": mode_words(row),
        "members": row["members_present"],
        "groups": row["groups_present"],
        "votes": [(vote["name"], vote_words(vote["vote"])) for vote in row.get("votes", [])],
        "moved_by": row.get("moved_by", ""),
        "before": row.get("before", ""),
        "proposed": row.get("proposed", ""),
        "is_changed": "after" in row,
        "reservation": row.get("reservation", ""),
        "note": row.get("note", ""),
    }


def older_words(content: Content) -> list[tuple[str, str]]:
    """Return the offices that answered on earlier texts than those adopted, with the paragraphs."""
    rows = content.get("clearances", [])
    return [(row["ministry"], spans(row["on_older_words"])) for row in rows if row.get("on_older_words")]
