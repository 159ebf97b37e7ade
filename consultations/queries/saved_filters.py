"""Read the filters that a person has saved, as tabs above a list."""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from consultations.models import Consultation, FilteredPage, SavedFilter

LISTS = {FilteredPage.INPUTS: "desk_inputs", FilteredPage.POINTS: "desk_points"}
OF_THE_MOMENT = ("before", "after", "open", "done", "filter")  # parameters of a list that do not choose its rows
MOST_PARAMETERS = 20


class Tab(NamedTuple):
    """Tab above a list: its name, its address, and whether the list is filtered so now."""

    name: str
    url: str
    is_current: bool


class Tabs(NamedTuple):
    """Tabs above a list: all, and the person's own; and the page on which they are saved, renamed and removed."""

    tabs: list[Tab]
    manage: str


def normal_query(query: str) -> str:
    """Return a query string without empty values and what chooses no rows, in one order: equal filters are equal
    text. The tab of a list of inputs (`saved`) chooses rows.
    """
    try:
        pairs = parse_qsl(query.lstrip("?"), max_num_fields=MOST_PARAMETERS)
    except ValueError:  # more parameters than a list has
        return ""
    return urlencode(sorted((name, value) for name, value in pairs if name not in OF_THE_MOMENT))


def saved_filters(user: Any, consultation: Consultation, page: str) -> list[SavedFilter]:
    """Return the filters that `user` has saved for a list of a consultation, the first first. One query."""
    return list(SavedFilter.objects.visible_to(user).filter(consultation=consultation, page=page))


def saved_tabs(user: Any, consultation: Consultation, page: str, query: str) -> Tabs:
    """Return the tabs above the list `page` of a consultation, which is filtered by the query string `query` now. One
    query.
    """
    now, address = normal_query(query), list_address(consultation, page)
    own = [
        Tab(each.name, f"{address}?{each.query}", each.query == now) for each in saved_filters(user, consultation, page)
    ]
    manage = reverse("desk_filters", args=[consultation.slug, page], query={"query": now} if now else None)
    return Tabs([Tab("", address, not now), *own], manage)


def list_address(consultation: Consultation, page: str) -> str:
    """Return the address of a list of a consultation."""
    return reverse(LISTS[FilteredPage(page)], args=[consultation.slug])
