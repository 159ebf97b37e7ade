"""What the address of the list of inputs asks for: words and choices, shared by every page that lists them."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
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

Options = dict[str, tuple[str, Any]]  # in the address: (in words, what it stands for)
DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:--(\d{4}-\d\d-\d\d))?", re.ASCII)
NOT_LISTED = (SubmissionState.DRAFT, SubmissionState.WITHDRAWN)


class Filter(NamedTuple):
    """One choice above the list: its name in the address, its label, the options, and the option that is chosen."""

    name: str
    label: Promise
    options: Options
    asked: str

    @property
    def chosen(self) -> str:
        """What is chosen, in the address's words; empty for everything."""
        return self.asked if self.asked in self.options else ""

    @property
    def found(self) -> Any:
        """What the chosen option stands for, or None."""
        return self.options[self.chosen][1] if self.chosen else None

    @property
    def is_unknown(self) -> bool:
        """Whether the address asks for something that there is not."""
        return bool(self.asked) and not self.chosen


@dataclass(frozen=True)
class Asked:
    """All that an address asks of the list: the words to search for, and the filters with what is chosen."""

    words: str
    filters: list[Filter]

    @property
    def wanted(self) -> queries.Wanted:
        """The choices as conditions on inputs."""
        found = {each.name: each.found for each in self.filters if each.found}
        return queries.Wanted(consultation=found.pop("round", None), by_words=bool(self.words), **found)

    @property
    def round(self) -> Consultation | None:
        """The consultation that is asked for."""
        return next((each.found for each in self.filters if each.name == "round"), None)

    @property
    def is_unknown(self) -> bool:
        """Whether a choice names something that there is not."""
        return any(each.is_unknown for each in self.filters)

    @property
    def address(self) -> dict[str, str]:
        """What is asked for, as the query of an address; without what is empty or unknown."""
        return {**({"q": self.words} if self.words else {}), **self.choices}

    @property
    def choices(self) -> dict[str, str]:
        """The same without the words."""
        return {each.name: each.chosen for each in self.filters if each.chosen}


def asked_of(request: HttpRequest, rounds: list[Consultation]) -> Asked:
    """Read the address of `request`. States are a choice for those who see more than accepted inputs."""
    asked = request.GET
    options: dict[str, Options] = {}
    for choice in queries.choices(request.user, _number(asked.get("organisation", ""))):
        options.setdefault(choice.kind, {})[choice.code] = (choice.name, choice.pk)
    forums = [forum for found in rounds for forum in found.forums_announced]
    filters = [
        _filter(asked, "theme", _("Theme"), options.get("theme", {})),
        _filter(asked, "objective", _("Objective"), options.get("objective", {})),
        _filter(asked, "group", _("Group"), {code: (str(label), code) for code, label in Group.choices}),
        _filter(asked, "county", _("County"), options.get("county", {})),
        _filter(asked, "forum", _("Forum"), {forum["slug"]: (forum["title"], forum["pk"]) for forum in forums}),
        _filter(asked, "state", _("State"), _states(request.user)),
        _filter(asked, "organisation", _("Organisation"), options.get("organisation", {})),
        _filter(asked, "signed", _("Co-signatures"), {"yes": (_("Co-signed by others"), True)}),
        _filter(asked, "arrived", _("Arrived"), _days(asked.get("arrived", ""))),
        _filter(asked, "round", _("Consultation"), {found.slug: (found.short_title, found) for found in rounds}),
    ]
    return Asked(queries.searchable(asked.get("q", "")), filters)


def _filter(asked: QueryDict, name: str, label: Promise, options: Options) -> Filter:
    return Filter(name, label, options, asked.get(name, ""))


def _states(user: Any) -> Options:
    if not (is_secretariat(user) or organisations_of(user)):
        return {}
    return {state: (capfirst(str(state.label)), state) for state in SubmissionState if state not in NOT_LISTED}


def _days(typed: str) -> Options:
    """The days between which inputs are asked for, both counted: "2017-10-02" or "2017-10-02--2017-10-08"."""
    found = DAYS.fullmatch(typed)
    if found is None:
        return {}
    try:
        first, last = (date.fromisoformat(found[each] or found[1]) for each in (1, 2))
        words = span(first, last)
    except ValueError:
        return {}
    return {typed: (words, (first, last))} if date(1900, 1, 1) <= first <= last < date.max else {}


def _number(typed: str) -> int | None:
    """The number of an organisation; None where it can be none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
