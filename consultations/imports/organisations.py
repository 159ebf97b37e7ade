"""Organisations in spreadsheets: look-up by name, and import of organisations."""

from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from consultations.models import Stakeholder

from .resources import StakeholderResource
from .row_validation import RowReader, RowState, TriedRow

MOST_SUGGESTED = 50  # names for which suggestions are made: a sheet with only wrong names is the wrong sheet


class Organisations:
    """Look-up of organisations by name, case-insensitive. `confirmed` were chosen for differently spelt names."""

    def __init__(self, confirmed: Mapping[str, int] | None = None) -> None:
        self.named, by_pk = defaultdict(list), {}
        for body in Stakeholder.objects.only("pk", "name", "state"):
            self.named[body.name.casefold()].append(body)
            by_pk[body.pk] = body
        self.confirmed = {name.casefold(): by_pk[pk] for name, pk in (confirmed or {}).items() if pk in by_pk}
        self.unknown: dict[str, list[int]] = defaultdict(list)  # unknown names, each with its rows

    def find(self, name: str, number: int) -> Stakeholder:
        """Return the organisation with this name. Raises ValueError."""
        result = self.named.get(name.casefold(), [])
        if len(result) == 1:
            return result[0]
        if result:
            raise ValueError(_("More than one organisation is called “%(name)s”.") % {"name": name[:80]})
        if name.casefold() in self.confirmed:
            return self.confirmed[name.casefold()]
        self.unknown[name].append(number)
        raise ValueError(_("There is no organisation called “%(name)s”.") % {"name": name[:80]})


def suggestions(unknown: Mapping[str, list[int]]) -> dict[str, list[Stakeholder]]:
    """Return organisations with current, short or earlier names similar to the unknown ones, the most similar first."""
    return {name: result for name in list(unknown)[:MOST_SUGGESTED] if (result := _like(name))}


def _like(name: str) -> list[Stakeholder]:
    also = Q(short_name__iexact=name) | Q(names__name__iexact=name)
    likeness = TrigramSimilarity("name", name)
    exact = Stakeholder.objects.filter(also).distinct()[:3]
    alike = Stakeholder.objects.filter(name__trigram_similar=name).annotate(likeness=likeness).order_by("-likeness")
    return list({body.pk: body for body in (*exact, *alike[:4])}.values())[:4]


class OrganisationReader(RowReader):
    """Reader of organisation rows, identified by name. Missing columns change nothing."""

    fields = StakeholderResource.fields
    columns = tuple(name for name, cell in fields.items() if not cell.readonly)
    known = frozenset(fields)
    needed = ("name", "group")
    shown = ("name", "group", "county")

    def __init__(self) -> None:
        self.widgets = {name: cell.widget for name, cell in StakeholderResource().fields.items()}
        self.here: dict[str, list[Stakeholder]] = {}

    def read(self, number: int, cells: Mapping[str, Any]) -> TriedRow:
        """Read the cells that are present."""
        self.columns = tuple(name for name in self.columns if name in cells)
        return super().read(number, cells)

    def value(self, column: str, cell: Any, number: int) -> Any:
        """Return the value of a cell."""
        return self.widgets[column].clean(cell)

    def compare(self, rows: list[TriedRow]) -> None:
        """Validate the rows as the form of a single record would, and detect names repeated in the sheet."""
        names = {row.values["name"] for row in rows if "name" in row.values} - self.here.keys()
        result = defaultdict(list)
        for body in Stakeholder.objects.filter(name__in=names).select_related("county"):
            result[body.name].append(body)
        self.here |= {name: result[name] for name in names}
        for row in rows:
            self._compare(row)

    def _compare(self, row: TriedRow) -> None:
        name = row.values.get("name", "")
        known = self.here.get(name, [])
        if len(known) > 1:
            row.problems.clear()
            row.wrong("name", _("More than one is called “%(value)s”.") % {"value": name})
            return
        before = known[0] if known else Stakeholder()
        candidate = copy(before)
        for column, value in row.values.items():
            setattr(candidate, column, value)
        try:
            candidate.clean_fields(exclude=[*(problem.column for problem in row.problems), "county", "parent"])
        except ValidationError as error:
            for column, reasons in error.message_dict.items():
                for reason in reasons:
                    row.wrong(column, reason)
        if not row.problems:
            changed = any(getattr(before, column) != value for column, value in row.values.items())
            row.state = (RowState.CHANGED if changed else RowState.SAME) if known else RowState.NEW
            self.here[name] = [candidate]
