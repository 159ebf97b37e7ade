"""Lists that go on, page behind page, each page found by the key of the last row before it."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from consultations.queries import page_behind


class Further(NamedTuple):
    """A page of a list that goes on: its rows, and the addresses of the next one and of the first, empty where there is
    no next one or this is the first."""

    rows: list[Any]
    next: str
    first: str


def further(request: HttpRequest, page: str, name: str, rows: QuerySet[Any], **options: Any) -> Further:
    """The page of `rows` that `request` asks for by `name`; `page` is the view of the list. Options: of page_behind.

    What else the address asks for, of another list on the same page too, is kept.
    """
    found, last = page_behind(rows, request.GET.get(name, ""), **options)
    kept = {other: value for other, value in request.GET.items() if other != name}
    next_, first = (reverse(page, query={**kept, **edge}) for edge in ({name: last}, {}))
    return Further(found, next_ if last else "", first if name in request.GET else "")
