"""Import of delegates to a forum: new nominations and corrections of existing entries."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import County, Delegate, DelegateRole, DelegateState, Forum, Sex, Stakeholder

from .cells import AddressCell, ChoiceCell, TextCell
from .organisations import Organisations
from .row_validation import RowReader, RowState, Trial, TriedRow
from .spreadsheets import NotReadable, Sheet

MOST_ROWS = 1_000
TEXT, ADDRESS, ROLE = TextCell(), AddressCell(), ChoiceCell(DelegateRole, DelegateRole.DELEGATE)
LIVE = (DelegateState.NOMINATED, DelegateState.WAITLISTED, DelegateState.CONFIRMED)


class DelegateReader(RowReader):
    """Reader of delegate rows, identified by organisation and name. Empty cells are ignored."""

    columns = ("organisation", "name", "title", "email", "role", "county", "sex", "access_needs")
    known, needed = frozenset(columns), ("organisation", "name")
    limits = {"name": 200, "title": 200, "access_needs": 300}

    def __init__(self, forum: Forum, names: Mapping[str, int] | None = None) -> None:
        self.organisations = Organisations(names)
        self.unknown = self.organisations.unknown
        self.counties = {county.name.casefold(): county for county in County.objects.all()}
        self.sexes = {word.casefold(): value for value, label in Sex.choices for word in (value, str(label))}
        people = Delegate.objects.filter(forum=forum, state__in=LIVE, sits_in_for=None).select_related("county")
        self.here = {(each.stakeholder_id, each.name.casefold()): each for each in people}
        self.seen: dict[tuple[int, str], int] = {}

    @classmethod
    def check(cls, sheet: Sheet) -> None:
        """Raise NotReadable if columns are missing or the list is too long."""
        super().check(sheet)
        if len(sheet) > MOST_ROWS:
            raise NotReadable(_("The list has more than %(rows)s rows. Split it.") % {"rows": f"{MOST_ROWS:,}"})

    def value(self, column: str, cell: Any, number: int) -> Any:
        """Return the value of a cell."""
        text = TEXT.clean(cell)
        if column in self.needed and not text:
            raise ValueError(_("This cell is empty."))
        if column == "organisation":
            return self.organisations.find(text, number)
        if column == "email":
            return ADDRESS.clean(text)
        if column == "role":
            return ROLE.clean(text)
        if column == "county":
            return _known(self.counties, text, _("“%(text)s” is not a county."))
        if column == "sex":
            return _known(self.sexes, text, _("“%(text)s” is not “female”, “male” or “other”.")) or ""
        return text

    def compare(self, rows: list[TriedRow]) -> None:
        """Set the state of each valid row: new, unchanged, a correction, or a duplicate."""
        for row in rows:
            if not row.problems:
                self._compare(row)

    def _compare(self, row: TriedRow) -> None:
        key = (row.values["organisation"].pk, row.values["name"].casefold())
        if key in self.seen:
            row.wrong("name", _("Row %(row)s names the same person.") % {"row": self.seen[key]})
            return
        self.seen[key] = row.number
        row.state = RowState.NEW
        if here := self.here.get(key):
            row.like, row.changes = here.pk, _changes(here, row)
            row.state = RowState.CHANGED if row.changes else RowState.SAME


def _known(known: Mapping[str, Any], text: str, words: Any) -> Any:
    if text and text.casefold() not in known:
        raise ValueError(words % {"text": text[:80]})
    return known.get(text.casefold())


def _changes(here: Delegate, row: TriedRow) -> dict[str, Any]:
    data = {name: value for name, value in row.values.items() if name != "organisation" and row.cells.get(name)}
    return {name: value for name, value in data.items() if value not in ("", None) and getattr(here, name) != value}


class DelegateTrial(Trial):
    """All rows of a list, as arguments of the verb."""

    def newcomers(self) -> Iterator[tuple[Stakeholder, dict[str, Any]]]:
        """Return the new delegates: the organisation and the values of each."""
        new = [row.values for row in self.built(self.of(RowState.NEW))]
        bodies = Stakeholder.objects.select_related("county").in_bulk({item["organisation"].pk for item in new})
        for item in new:
            yield (
                bodies[item.pop("organisation").pk],
                {name: value for name, value in item.items() if value is not None},
            )

    def corrections(self) -> Iterator[tuple[Delegate, dict[str, Any]]]:
        """Return the existing entries to correct, with their new values."""
        changed = list(self.whole(self.of(RowState.CHANGED)))
        people = Delegate.objects.select_related("county").in_bulk([row.like for row in changed])
        return ((people[row.like], row.changes) for row in changed)


def try_list(forum: Forum, sheet: Sheet, names: Mapping[str, int] | None = None) -> DelegateTrial:
    """Validate every row without writing. `names`: organisations confirmed by a person for differently spelt names.

    Raises NotReadable if columns are missing or the list is too long, NoRoom if the disk is full.
    """
    return DelegateTrial(sheet, DelegateReader(forum, names))
