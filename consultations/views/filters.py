"""Filters of the list of inputs in the query string, shared by every page with such a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations import queries
from consultations.models import (
    Consultation,
    Group,
    SubmissionState,
)
from consultations.permissions import is_secretariat, organisations_of
from consultations.templatetags.portal import span
from ncm_portal.workflow import Words

Options = Mapping[str, tuple[Words, Any]]  # URL value: (label, record)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:--(\d{4}-\d\d-\d\d))?", re.ASCII)
NOT_LISTED = (SubmissionState.DRAFT, SubmissionState.WITHDRAWN)


class Filter(NamedTuple):
    """Filter above the list: URL parameter, label, options and selected option."""

    name: str
    label: Promise
    options: Options
    requested: str

    @property
    def chosen(self) -> str:
        """Return the selected value as in the URL; empty for everything."""
        return self.requested if self.requested in self.options else ""

    @property
    def value(self) -> Any:
        """Return the record of the selected option, or None."""
        return self.options[self.chosen][1] if self.chosen else None

    @property
    def options_html(self) -> SafeString:
        """Return the option elements."""
        return _option_elements(
            tuple((value, str(label)) for value, (label, _record) in self.options.items()), self.chosen
        )

    @property
    def is_unknown(self) -> bool:
        """Return whether the URL has a value that does not exist."""
        return bool(self.requested) and not self.chosen


@lru_cache(maxsize=512)
def _option_elements(options: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """Return option elements, made once: they are half of a page's elements, and nearly always the same."""
    rows = ((value, " selected" if value == chosen else "", label) for value, label in options)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@dataclass(frozen=True)
class ListQuery:
    """Search words and filters of a query string."""

    words: str
    filters: list[Filter]

    @property
    def input_filters(self) -> queries.InputFilters:
        """Return the selection as filters on inputs."""
        result = {each.name: each.value for each in self.filters if each.value}
        return queries.InputFilters(consultation=result.pop("round", None), by_words=bool(self.words), **result)

    @property
    def round(self) -> Consultation | None:
        """Return the selected consultation."""
        return next((each.value for each in self.filters if each.name == "round"), None)

    @property
    def is_unknown(self) -> bool:
        """Return whether any filter has a value that does not exist."""
        return any(each.is_unknown for each in self.filters)

    @property
    def address(self) -> dict[str, str]:
        """Return the query string without empty or unknown values."""
        return {**({"q": self.words} if self.words else {}), **self.choices}

    @property
    def choices(self) -> dict[str, str]:
        """Return the query string without the search words."""
        return {each.name: each.chosen for each in self.filters if each.chosen}


def list_query(request: HttpRequest, rounds: list[Any]) -> ListQuery:
    """Parse the query string of `request`. States can be filtered by users who see more than inputs on file."""
    query = request.GET
    options: dict[str, dict[str, tuple[Words, Any]]] = {}
    for choice in queries.choices(request.user, _number(query.get("organisation", ""))):
        options.setdefault(choice.kind, {})[choice.code] = (choice.name, choice.pk)
    forums = [forum for item in rounds for forum in item.forums_announced]
    filters = [
        _filter(query, "theme", _("Theme"), options.get("theme", {})),
        _filter(query, "objective", _("Objective"), options.get("objective", {})),
        _filter(query, "group", _("Group"), {code: (str(label), code) for code, label in Group.choices}),
        _filter(query, "county", _("County"), options.get("county", {})),
        _filter(query, "forum", _("Forum"), {forum["slug"]: (forum["title"], forum["pk"]) for forum in forums}),
        _filter(query, "state", _("State"), _states(request.user)),
        _filter(query, "organisation", _("Organisation"), options.get("organisation", {})),
        _filter(query, "signed", _("Co-signatures"), {"yes": (_("Co-signed by others"), True)}),
        _filter(query, "arrived", _("Arrived"), _days(query.get("arrived", ""))),
        _filter(query, "round", _("Consultation"), {item.slug: (item.short_title, item) for item in rounds}),
    ]
    return ListQuery(queries.searchable(query.get("q", "")), filters)


def _filter(query: QueryDict, name: str, label: Promise, options: Options) -> Filter:
    return Filter(name, label, options, query.get(name, ""))


def _states(user: Any) -> Options:
    if not (is_secretariat(user) or organisations_of(user)):
        return {}
    return {state: (capfirst(str(state.label)), state) for state in SubmissionState if state not in NOT_LISTED}


def _days(typed: str) -> Options:
    """Parse a date range (inclusive): "2017-10-02" or "2017-10-02--2017-10-08"."""
    match = DAYS.fullmatch(typed)
    if match is None:
        return {}
    try:
        first, last = (date.fromisoformat(match[each] or match[1]) for each in (1, 2))
        words = span(first, last)
    except ValueError:
        return {}
    return {typed: (words, (first, last))} if date(1900, 1, 1) <= first <= last < date.max else {}


def _number(typed: str) -> int | None:
    """Parse the primary key of an organisation; None if invalid."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
