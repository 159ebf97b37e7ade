"""Lists of large tables: pages by key, estimated counts, and a limit to the records that one page looks through.

A page costs the same wherever it is and however large the table is. It begins behind a record instead of after a number
of rows; PostgreSQL's planner says about how many records there are; and where what is asked for is rare and has no
index, a page ends after MOST_LOOKED_AT records, says so and offers to go on.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from itertools import takewhile
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ChangeList
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .base import ReadOnlyAdmin

BEFORE, AFTER = "before", "after"  # the key of the record behind which a page begins, down or up the list
MOST_COUNTED = 10_000
MOST_SKIPPED = 10_000  # records that a link with the number of a page may skip
MOST_LOOKED_AT = 10_000
CHECKBOX = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
PARTS, TITLES = ("year", "month", "day"), ("Y", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT")
MOST_COST = 25_000  # for PostgreSQL's planner; about a tenth of a second


class LongListAdmin(ReadOnlyAdmin):
    """Admin of records that may be millions."""

    orders: tuple[str, ...] = ("-pk",)  # columns that the list can be ordered by, the first by default: each is indexed
    sortable_by: ClassVar[list[str] | tuple[str, ...] | None] = ()
    columns: tuple[str, ...] = ()  # columns that a list reads
    show_facets = admin.ShowFacets.NEVER  # they count every record

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LongList

    def action_checkbox(self, obj: Any) -> SafeString:
        """Return the box that selects a record, as Django's, but without a template for each row."""
        label = _("Select this object for an action - {}").format(obj)
        return format_html(CHECKBOX, ACTION_CHECKBOX_NAME, obj.pk, label)


class Place(NamedTuple):
    """Place in the order of a list: a record's value in the column that orders the list, and its key."""

    value: Any
    pk: int


class Expected(NamedTuple):
    """What PostgreSQL's planner expects of a list: the number of records, and the cost of reading all of them."""

    rows: int
    cost: float


class Walk(NamedTuple):
    """Records in the order in which they were found, and the key behind which the list goes on, if it does."""

    rows: list[Any]
    goes_on: int | None
    is_cut: bool = False  # whether it ended because enough records were looked through


class LongList(ChangeList):
    """List of a large table."""

    model_admin: LongListAdmin
    is_long = True
    is_cut = False
    is_first = False
    newer: int | None = None
    older: int | None = None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Model]:
        """Remove the place in the list from the parameters that links repeat, as Django does with page numbers."""
        for name in (BEFORE, AFTER):
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Model]) -> list[Any]:
        """Return the first requested column that has an index, and the key in the same direction."""
        orders = self.model_admin.orders
        known = {name.removeprefix("-") for name in orders}
        requested = [str(name) for name in super().get_ordering(request, queryset)]
        self.order = next((name for name in requested if name.removeprefix("-") in known), orders[0])
        self.order_by = list(dict.fromkeys([self.order, "-pk" if self.order.startswith("-") else "pk"]))
        return self.order_by

    def get_results(self, request: HttpRequest) -> None:
        """Read the page, and count the records or estimate their number."""
        self._way_back = f"?{self.preserved_filters}" if self.preserved_filters else ""
        self.preserved_filters = ""
        expected = self._expected()
        self._read_page(request, is_costly=self._is_narrowed and expected.cost > MOST_COST)
        self.multi_page = bool(self.older or self.newer)
        self._count(expected)
        self.can_show_all = not self.is_estimate and self.result_count <= self.list_max_show_all
        if self.show_all and self.can_show_all and self.multi_page:
            self.result_list = list(self._rows)
            self.newer = self.older = None
        self.show_full_result_count, self.full_result_count, self.show_admin_actions = False, None, True

    def url_for_result(self, result: Any) -> str:
        """Return the address of a record with the way back to this page of the list.

        Django adds the way back to each address by asking which page the address leads to, a fifth of the page's time.
        """
        return f"{super().url_for_result(result)}{self._way_back}"

    @property
    def _rows(self) -> QuerySet[Model]:
        return self.queryset.only(*self.model_admin.columns)

    @property
    def _is_narrowed(self) -> bool:
        """Return whether records may be left out, apart from those before and after days in the order of the list."""
        dates = f"{self.date_hierarchy}__" if self.date_hierarchy == self._column else ()
        return bool(self.query) or any(not name.startswith(dates) for name in self.get_filters_params())

    @property
    def links(self) -> list[tuple[str, str]]:
        """Return the links to other pages, as (label, URL)."""
        links = [] if self.is_first else [(_("First page"), self.get_query_string())]
        links += [(_("Previous"), self.get_query_string({AFTER: self.newer}))] if self.newer else []
        return links + ([(_("Next"), self.get_query_string({BEFORE: self.older}))] if self.older else [])

    # --- How many ---

    def _expected(self) -> Expected:
        answer = self._rows[: self.list_per_page + 1].explain(format="json")
        if not answer:  # the conditions exclude each other: nothing is asked of the database
            return Expected(0, 0)
        page = json.loads(answer)[0]["Plan"]
        whole = next((plan for plan in page.get("Plans", []) if plan["Parent Relationship"] == "Outer"), page)
        return Expected(whole["Plan Rows"], whole["Total Cost"])

    @property
    def most_looked_at(self) -> str:
        """Return how many records a costly page looks through."""
        return number_format(MOST_LOOKED_AT, force_grouping=True)

    def _count(self, expected: Expected) -> None:
        """Count up to MOST_COUNTED records, unless the page shows all of them or counting would take long."""
        self.is_estimate = False
        if not self.multi_page:
            self.result_count = len(self.result_list)
        elif expected.rows > MOST_COUNTED or expected.cost > MOST_COST:
            self.result_count, self.is_estimate = max(expected.rows, len(self.result_list)), True
        else:
            self.result_count = self.queryset.order_by()[: MOST_COUNTED + 1].count()
            self.is_estimate = self.result_count > MOST_COUNTED

    @cached_property
    def number(self) -> str:
        """Return the number of records, exact or to two digits."""
        if not self.is_estimate:
            return number_format(self.result_count, force_grouping=True)
        rounded = round(self.result_count, 2 - len(str(self.result_count)))
        return _("about %(number)s") % {"number": number_format(rounded, force_grouping=True)}

    # --- Which ---

    def _read_page(self, request: HttpRequest, *, is_costly: bool) -> None:
        before, after = (self._place(request.GET.get(name, "")) for name in (BEFORE, AFTER))
        if after:
            walk = self._walk(after, is_costly=is_costly, is_reversed=True)
            if walk.goes_on:
                rows = walk.rows[::-1]
                self._show(walk, rows, newer=walk.goes_on, older=rows[-1].pk if rows else walk.goes_on)
                return
        skipped = 0 if before or after else self._skipped(request, most=0 if is_costly else MOST_SKIPPED)
        walk = self._walk(before, is_costly=is_costly, skipped=skipped)
        self._show(
            walk, walk.rows, newer=walk.rows[0].pk if walk.rows and (before or skipped) else None, older=walk.goes_on
        )
        self.is_first = not before and not skipped

    def _show(self, walk: Walk, rows: list[Any], *, newer: int | None, older: int | None) -> None:
        self.result_list, self.newer, self.older, self.is_cut = rows, newer, older, walk.is_cut

    def _place(self, key: str) -> Place | None:
        """Return the place of a record in the order of the list, whether or not the list still contains it."""
        if not re.fullmatch("[0-9]{1,18}", key):
            return None
        rows = self.model._default_manager.filter(pk=int(key)).values_list(self._column, "pk")
        return next((Place(*row) for row in rows), None)

    @property
    def _column(self) -> str:
        return self.order.removeprefix("-")

    def _skipped(self, request: HttpRequest, *, most: int) -> int:
        """Return the number of records before a page asked for by its number, as links did in earlier versions."""
        skipped = (self.page_num - 1) * self.list_per_page
        if 0 <= skipped <= most:
            return skipped
        words = _("This page cannot be opened by its number. Go on from the first page, or use a filter.")
        messages.warning(request, words)
        raise IncorrectLookupParameters(words)

    def _walk(self, place: Place | None, *, is_costly: bool, is_reversed: bool = False, skipped: int = 0) -> Walk:
        """Return up to a page of records behind `place`; if that is costly, among the next MOST_LOOKED_AT."""
        rows, end = self._rows.reverse() if is_reversed else self._rows, None
        ahead, back = ("<", ">") if self.order.startswith("-") != is_reversed else (">", "<")
        if place:
            rows = rows.filter(self._compared(ahead, place))
        if is_costly and (end := self._end(place, ahead, rows.query.order_by)):
            rows = rows.filter(self._compared(f"{back}=", end))
        size = self.list_per_page
        result = list(rows[skipped : skipped + size + 1])
        if len(result) > size:
            return Walk(result[:size], result[size - 1].pk)
        return Walk(result, end.pk if end else None, is_cut=end is not None)

    def _compared(self, sign: str, place: Place) -> Func:
        """Return the condition of records on one side of a place, as a comparison of rows, which an index answers."""
        mine = [F(name.removeprefix("-")) for name in self.order_by]
        its = [Value(value) for value in place[-len(mine) :]]
        rows = (Func(*each, function="ROW", output_field=BooleanField()) for each in (mine, its))
        return Func(*rows, template="%(expressions)s", arg_joiner=f" {sign} ", output_field=BooleanField())

    def _end(self, place: Place | None, ahead: str, order: Any) -> Place | None:
        """Return the place of the last record that is looked at, if there are more."""
        rows = self.model._default_manager.order_by(*order)
        rows = rows.filter(self._compared(ahead, place)) if place else rows
        rows = rows.filter(**self.dates) if self._column == self.date_hierarchy else rows
        return next(
            (Place(*row) for row in rows.values_list(self._column, "pk")[MOST_LOOKED_AT - 1 : MOST_LOOKED_AT]), None
        )

    # --- When ---

    def get_filters(self, request: HttpRequest) -> Any:
        """Keep the range of days chosen from the calendar."""
        answer: Any = super().get_filters(request)
        dates = {name: values[-1] for name, values in answer[2].items()}
        self.dates = {name: value for name, value in dates.items() if name.startswith(f"{self.date_hierarchy}__")}
        return answer

    @cached_property
    def calendar(self) -> dict[str, Any]:
        """Return the years, months or days to choose from, for Django's template: all between the first record and the
        last. Django's own calendar leaves out empty ones, for which it reads every record.
        """
        names = [f"{self.date_hierarchy}__{part}" for part in PARTS]
        chosen = [int(self.params[name]) for name in takewhile(self.params.__contains__, names)]

        def link(*numbers: int) -> str:
            return self.get_query_string(dict(zip(names, numbers, strict=False)), [f"{self.date_hierarchy}__"])

        def title(*numbers: int) -> str:
            if not numbers:
                return _("All dates")
            year, month, day = (*numbers, 1, 1)[:3]
            return capfirst(date_format(date(year, month, day), TITLES[len(numbers) - 1]))

        return {
            "show": True,
            "field_name": label_for_field(self.date_hierarchy, self.model),
            "back": {"link": link(*chosen[:-1]), "title": title(*chosen[:-1])} if chosen else None,
            "choices": [
                {"title": title(*chosen, number), "link": link(*chosen, number)} for number in self._numbers(*chosen)
            ]
            or [{"title": title(*chosen)}],
        }

    def _numbers(self, *chosen: int) -> Iterable[int]:
        """Return the years, or the months of a year, or the days of a month."""
        match chosen:
            case ():
                dates = self.model._default_manager.values_list(self.date_hierarchy, flat=True)
                dates = dates.exclude(**{self.date_hierarchy: None}).order_by(self.date_hierarchy)
                first, last = dates.first(), dates.last()
                return range(timezone.localtime(first).year, timezone.localtime(last).year + 1) if last else ()
            case (_year,):
                return range(1, 13)
            case (year, month):
                return range(1, monthrange(year, month)[1] + 1)
        return ()
