"""Read the history of a record: entries of the journal about it, merged with what was refused, newest first."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from heapq import merge
from typing import Any, NamedTuple

from django.db.models import Model
from django.urls import reverse

from consultations.history import Kind, verbs_of
from consultations.models import Access, AccessEntry, Event

NEWEST = 20  # entries on the page of a record
PAGE = 50  # entries on a page of its history
FILTERS = (Kind.DECISIONS, Kind.WORDS, Kind.MAIL, Kind.PEOPLE)
REFUSED = (Access.REFUSAL, Access.UPLOAD_REFUSED)
PAGES = {  # page of a record at the desk, and the attributes that its address needs
    "ministry": ("desk_organisation", "pk"),
    "milestone": ("desk_settings_milestone", "consultation.slug", "pk"),
    "publicholiday": ("desk_holidays",),
    "amendment": ("desk_amendment", "round.paper.slug", "pk"),
    "clearance": ("desk_clearance", "paper.slug"),
    "edition": ("desk_publication", "paper.slug"),
    "consultation": ("desk_consultation", "slug"),
    "submission": ("desk_input", "key"),
    "point": ("desk_point", "reference"),
    "stakeholder": ("desk_organisation", "pk"),
    "user": ("desk_account", "pk"),
    "proposal": ("desk_proposal", "key"),
    "forum": ("forum_home", "slug"),
    "forumsession": ("forum_session", "forum.slug", "pk"),
    "delegate": ("forum_delegate", "forum.slug", "pk"),
    "invitation": ("forum_letter", "forum.slug", "key"),
    "enquiry": ("desk_enquiry", "key"),
    "actionpoint": ("forum_action", "forum.slug", "key"),
    "positionpaper": ("desk_paper", "slug"),
    "paragraph": ("desk_paragraph", "section.paper.slug", "key"),
}


def desk_page(record: Model) -> str:
    """Return the address of the page of a record at the desk; empty if it has none of its own."""
    page, *paths = PAGES.get(record._meta.model_name or "", ("",))
    parts = [_attribute(record, path) for path in paths]
    return reverse(page, args=parts) if page and None not in parts else ""


def _attribute(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def history(record: Model, *, limit: int | None = NEWEST) -> list[Any]:
    """Return the history of `record` including refusals, newest first, for staff. Two queries."""
    return with_refusals(Event.objects.about(record).reverse()[:limit], record, limit=limit)


def with_refusals(events: Iterable[Event], record: Model, *, limit: int | None = None) -> list[Any]:
    """Return these journal entries about `record`, newest first, merged with the refusals in between. One query."""
    refused = AccessEntry.objects.about(record).filter(what__in=REFUSED).select_related("by").reverse()[:limit]
    return list(merge(events, refused, key=_when, reverse=True))[:limit]


def _when(entry: Any) -> datetime:
    return entry.recorded_at if isinstance(entry, Event) else entry.at


class HistoryPage(NamedTuple):
    """Page of a history: entries, and where the next page begins; empty if there is none."""

    rows: list[Any]
    older: str


def history_page(record: Model, change: str, before: str) -> HistoryPage:
    """Return the entries about `record` of one kind of change, or all, that are older than `before`, a page's `older`.
    Refusals stand among all and among decisions. Two queries.
    """
    events = Event.objects.about(record).reverse()
    refused = AccessEntry.objects.about(record).filter(what__in=REFUSED).select_related("by").reverse()
    if change in FILTERS:
        events = events.filter(verb__in=verbs_of(change, record._meta.label_lower))
        refused = refused if change == Kind.DECISIONS else refused.none()
    if edge := _moment(before):
        events, refused = events.filter(recorded_at__lt=edge), refused.filter(at__lt=edge)
    rows = list(merge(events[: PAGE + 1], refused[: PAGE + 1], key=_when, reverse=True))
    return HistoryPage(rows[:PAGE], f"{_when(rows[PAGE - 1]):%Y%m%d%H%M%S%f}" if len(rows) > PAGE else "")


def _moment(written: str) -> datetime | None:
    """Parse where a page begins; None if it is nothing of the kind."""
    try:
        return datetime.strptime(written, "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None


def history_context(record: Model, query: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of a page with the history of `record`, at the desk and in the administration, for the query
    string of its address: `show` one kind of change, `before` older entries.
    """
    filters = [(kind.value, kind.label) for kind in FILTERS]
    chosen = query.get("show", "") if query.get("show") in dict(filters) else ""
    page = history_page(record, chosen, query.get("before", ""))
    return {"filters": filters, "chosen": chosen, "events": page.rows, "older": page.older}
