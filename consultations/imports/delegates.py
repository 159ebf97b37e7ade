"""A list of delegates as a spreadsheet: each row tried before anything is kept."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from tablib import Dataset

from consultations.models import County, Delegate, DelegateRole, DelegateState, Forum, Sex, Stakeholder

from .cells import AddressCell, ChoiceCell, TextCell
from .resources import Problem
from .row_validation import RowState, _Organisations
from .spreadsheets import NotReadable, NotText, is_blank

MOST_ROWS = 1_000
NEEDED = ("organisation", "name")
COLUMNS = (*NEEDED, "title", "email", "role", "county", "sex", "access_needs")
LIMITS = {"name": 200, "title": 200, "access_needs": 300}
FORMULA = "\0"  # begins the reason that stands in place of a cell without text: no text that is read has it
TEXT, ADDRESS, ROLE = TextCell(), AddressCell(), ChoiceCell(DelegateRole, DelegateRole.DELEGATE)
LIVE = (DelegateState.NOMINATED, DelegateState.WAITLISTED, DelegateState.CONFIRMED)


@dataclass
class TriedDelegate:
    """A row of the list, what it says, whose entry it is here, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    state: RowState = RowState.ERROR
    said: dict[str, Any] = field(default_factory=dict)
    here: Delegate | None = None
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, column: str, why: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(self.number, column, self.cells.get(column, ""), why))


@dataclass
class ListTrial:
    """All rows of a list, and the names of organisations that nobody here has, each with its rows."""

    rows: list[TriedDelegate]
    unknown: dict[str, list[int]]

    def of(self, state: RowState) -> list[TriedDelegate]:
        """The rows of one state."""
        return [row for row in self.rows if row.state == state]

    def newcomers(self) -> Iterator[tuple[Stakeholder, dict[str, Any]]]:
        """Whom the list names newly: the organisation that sends them, and what is said of each."""
        new = self.of(RowState.NEW)
        bodies = _in_full(new)
        for row in new:
            said = {name: value for name, value in row.said.items() if name != "organisation"}
            if said["county"] is None:
                del said["county"]
            yield bodies[row.said["organisation"].pk], said

    def corrections(self) -> Iterator[tuple[Delegate, dict[str, Any]]]:
        """The entries of which the list says something else, each with what that is."""
        for row in self.of(RowState.CHANGED):
            if row.here:
                yield row.here, changes(row)

    def tally(self) -> Counter[RowState]:
        """How many rows there are of each state."""
        return Counter(row.state for row in self.rows)


def _in_full(rows: list[TriedDelegate]) -> dict[int, Stakeholder]:
    wanted = {row.said["organisation"].pk for row in rows}
    return {body.pk: body for body in Stakeholder.objects.filter(pk__in=wanted).select_related("county")}


def rows_of(sheet: Dataset) -> list[list[str]]:
    """The cells of a sheet by COLUMNS, as text that a page can carry to the next. Raises NotReadable."""
    missing = [name for name in NEEDED if name not in sheet.headers]
    if missing:
        raise NotReadable(_("These columns are missing: %(names)s") % {"names": ", ".join(missing)})
    if len(sheet) > MOST_ROWS:
        raise NotReadable(_("The list has more than %(rows)s rows. Split it.") % {"rows": f"{MOST_ROWS:,}"})
    return [[_carried(row.get(name)) for name in COLUMNS] for row in sheet.dict]


def _carried(cell: Any) -> str:
    return FORMULA + cell.why if isinstance(cell, NotText) else str("" if cell is None else cell)


def try_list(forum: Forum, rows: Sequence[Sequence[str]], names: Mapping[str, int] | None = None) -> ListTrial:
    """Try every row and write nothing. `names`: organisations that a person confirmed for names written otherwise."""
    organisations = _Organisations(names or {})
    reading = _Reading(organisations)
    tried = [
        reading.read(number, dict(zip(COLUMNS, row, strict=True)))
        for number, row in enumerate(rows, 2)
        if not is_blank(row)
    ]
    _compare(forum, tried)
    return ListTrial(tried, dict(organisations.unknown))


class _Reading:
    """Reads the rows of one list; what is the same for all of them is looked up once."""

    def __init__(self, organisations: _Organisations) -> None:
        self.organisations = organisations
        self.counties = {county.name.casefold(): county for county in County.objects.all()}
        self.sexes = {word.casefold(): value for value, label in Sex.choices for word in (value, str(label))}

    def read(self, number: int, cells: dict[str, str]) -> TriedDelegate:
        """Read one row: every cell of it, not only up to the first that is wrong."""
        tried = TriedDelegate(number, {name: text.removeprefix(FORMULA) for name, text in cells.items()})
        for name, text in cells.items():
            try:
                tried.said[name] = self._value(name, text, number)
            except ValueError as error:
                tried.wrong(name, str(error))
        return tried

    def _value(self, name: str, cell: str, number: int) -> Any:
        if cell.startswith(FORMULA):
            raise ValueError(cell.removeprefix(FORMULA))
        text = TEXT.clean(cell)
        if name in NEEDED and not text:
            raise ValueError(_("This cell is empty."))
        if name in LIMITS and len(text) > LIMITS[name]:
            figures = {"length": len(text), "limit": LIMITS[name]}
            raise ValueError(_("The text has %(length)s characters; %(limit)s are the limit.") % figures)
        readers = {
            "organisation": lambda: self.organisations.find(text, number),
            "email": lambda: ADDRESS.clean(text),
            "role": lambda: ROLE.clean(text),
            "county": lambda: _known(self.counties, text, _("“%(text)s” is no county.")),
            "sex": lambda: _known(self.sexes, text, _("“%(text)s” is neither female, male nor other.")) or "",
        }
        return readers[name]() if name in readers else text


def _known(known: Mapping[str, Any], text: str, words: Any) -> Any:
    if text and text.casefold() not in known:
        raise ValueError(words % {"text": text[:80]})
    return known.get(text.casefold())


def _compare(forum: Forum, rows: list[TriedDelegate]) -> None:
    """Say of each sound row whether it is new, the same as an entry here, changes one, or stands here twice."""
    sound = [row for row in rows if not row.problems]
    people = Delegate.objects.filter(forum=forum, state__in=LIVE, sits_in_for=None).select_related("county")
    here = {(each.stakeholder_id, each.name.casefold()): each for each in people}
    seen: dict[tuple[int, str], int] = {}
    for row in sound:
        key = (row.said["organisation"].pk, row.said["name"].casefold())
        if key in seen:
            row.wrong("name", _("Row %(row)s names the same person.") % {"row": seen[key]})
            continue
        seen[key], row.here = row.number, here.get(key)
        row.state = RowState.CHANGED if changes(row) else RowState.SAME if row.here else RowState.NEW


def changes(row: TriedDelegate) -> dict[str, Any]:
    """What a row says otherwise than the entry that is here. An empty cell says nothing."""
    if row.here is None:
        return {}
    said = {name: value for name, value in row.said.items() if name != "organisation" and row.cells.get(name)}
    return {name: value for name, value in said.items() if value not in ("", None) and getattr(row.here, name) != value}


def shown(row: TriedDelegate) -> Iterator[str]:
    """What a preview shows of a row: organisation and name, then what it changes."""
    yield row.cells["organisation"]
    yield row.cells["name"]
    yield ", ".join(f"{name}: {value}" for name, value in changes(row).items())
