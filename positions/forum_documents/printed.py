"""Prints of a forum's documents recorded in the journal, and changes since."""

from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple

from consultations.models import Event, Forum

from . import PAPERS, Day, Paper, content, fingerprint, prints_of

LOTS = 20  # reprints


class Standing(NamedTuple):
    """State of a document: why it cannot be printed yet, its number of sheets, and the state of the last print."""

    paper: Paper
    missing: str
    sheets: int
    last: Any  # journal entry, or None
    is_changed: bool
    people: set[int]  # people it is for, by primary key
    new: set[int]  # people without a print, or with changes


class Printed:
    """Prints of one forum, read from the journal once."""

    def __init__(self, day: Day) -> None:
        self.day = day

    @cached_property
    def entries(self) -> dict[str, list[Event]]:
        """Return the print entries by type of document, oldest first."""
        result: dict[str, list[Event]] = defaultdict(list)
        for entry in prints(self.day.forum):
            if entry.data.get("paper") in PAPERS:
                result[PAPERS[entry.data["paper"]].kind].append(entry)
        return dict(result)

    def standing(self, paper: Paper) -> Standing:
        """Return the present state of `paper`."""
        missing, entries = str(paper.missing(self.day)), self.entries.get(paper.kind, [])
        last = entries[-1] if entries else None
        if missing:
            return Standing(paper, missing, 0, last, is_changed=False, people=set(), new=set())
        made = content(self.day, paper.slug)
        if not paper.for_people:
            is_changed = last is not None and last.data["fingerprint"] != fingerprint(made)
            return Standing(paper, "", paper.sheets(made), last, is_changed, set(), set())
        had, now = _last_prints(entries), prints_of(made)
        new = {pk for pk, print_ in now.items() if had.get(pk) != print_}
        return Standing(paper, "", paper.sheets(made), last, bool(new), set(now), new)


def prints(forum: Forum) -> Any:
    """Return the journal entries about prints for `forum`, oldest first."""
    return Event.objects.about(forum).filter(verb="print_paper")


def _last_prints(entries: list[Event]) -> dict[int, str]:
    """Return the last print of each person."""
    return {int(pk): print_ for entry in entries for pk, print_ in entry.data.get("people", {}).items()}


def lot(forum: Forum, number: int) -> set[int] | None:
    """Return who was printed in the entry with this number; None if there is no such print of `forum`."""
    entry = prints(forum).filter(number=number).first()
    return {int(pk) for pk in entry.data.get("people", {})} if entry else None


__all__ = ["LOTS", "Printed", "Standing", "lot", "prints"]
