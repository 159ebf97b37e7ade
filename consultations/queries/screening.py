"""The list of inputs at the desk: tabs with their numbers, filters, order, and the input that follows another."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Channel,
    Consultation,
    Language,
    Stakeholder,
    Submission,
    SubmissionState,
    Tally,
    UnsplitInput,
)

from .changes import INPUTS, kept
from .duplicates import in_campaign
from .for_you import READ_WITHIN
from .holidays import WorkingDays
from .inbox import LABELS, group_of
from .search import with_each_word
from .submissions import Page, beyond, midnight, page_between

S = SubmissionState
SHOWN = (  # characters in a row of the list
    "key", "reference", "title", "state", "language", "submitted_at", "resent_at", "decided_at", "stakeholder__name",
    "stakeholder__short_name", "assigned_to__name",
)  # fmt: skip


class Tab(NamedTuple):
    """Tab above the list: its label, and what it shows to a person."""

    label: Promise
    condition: Callable[[Any], Q]


TO_READ = Q(state=S.SUBMITTED)
TABS: dict[str, Tab] = {
    "to-read": Tab(_("To read"), lambda user: TO_READ),
    "mine": Tab(_("Mine"), lambda user: Q(assigned_to=user, state__in=[S.SUBMITTED, S.RETURNED])),
    "to-split": Tab(_("To split"), lambda user: Q(unsplit__isnull=False)),
    "with-sender": Tab(_("With the sender"), lambda user: Q(state=S.RETURNED)),
    "on-paper": Tab(_("On paper"), lambda user: TO_READ & ~Q(channel=Channel.WEB)),
    "kiswahili": Tab(_("Kiswahili"), lambda user: TO_READ & Q(language=Language.KISWAHILI)),
    "all": Tab(_("All"), lambda user: Q()),
}
ALL = "all"
IN_DUE_ORDER = ("to-read", "on-paper", "kiswahili")  # tabs of inputs to read; the oldest is due first
OLDEST, NEWEST, WAITS = "oldest", "newest", "waits"
ORDERS = {  # the field, and whether the list falls
    OLDEST: ("submitted_at", False),
    NEWEST: ("submitted_at", True),
    WAITS: ("waits_since", False),
}


def tab_numbers(consultation: Consultation, user: Any) -> dict[str, int]:
    """Return the number of inputs on each tab. One query beside the numbers that are kept."""
    mine = Submission.objects.filter(TABS["mine"].condition(user), consultation=consultation)
    return {**_numbers().get(consultation.pk, {}), "mine": mine.count()}


@kept(INPUTS)
def _numbers() -> dict[int, dict[str, int]]:
    """Return the numbers that are the same for everybody, for each consultation. Three queries.

    Inputs on file are counted by the counters that the database maintains, the others by an index.
    """
    result: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(TABS, 0))
    few = Submission.objects.filter(state__in=[S.SUBMITTED, S.RETURNED, S.WITHDRAWN], submitted_at__isnull=False)
    counted = {
        name: Count("pk", filter=TABS[name].condition(None))
        for name in ("to-read", "with-sender", "on-paper", "kiswahili")
    }
    withdrawn = Count("pk", filter=Q(state=S.WITHDRAWN))
    rows = few.order_by().values_list("consultation").annotate(withdrawn=withdrawn, **counted)
    for consultation, gone, *numbers in rows:
        result[consultation] |= {ALL: gone, **dict(zip(counted, numbers, strict=True))}
    for consultation, sent in Tally.objects.order_by().values_list("consultation").annotate(Sum("inputs")):
        result[consultation][ALL] += sent
    unsplit = UnsplitInput.objects.order_by().values_list("submission__consultation")
    for consultation, number in unsplit.annotate(Count("pk")):
        result[consultation]["to-split"] = number
    return dict(result)


# --- Rows -------------------------------------------------------------------------------------------------------------


def narrowed(inputs: QuerySet[Submission], filters: Mapping[str, Any], user: Any) -> QuerySet[Submission]:
    """Return those of `inputs` on the tab and with the other filters of an InputFilterForm."""
    filters = dict(filters)
    inputs = inputs.filter(TABS[filters.pop("saved", ALL)].condition(user))
    filters.pop("order", None)
    words, assigned = filters.pop("words", ""), filters.pop("assigned", "")
    if name := filters.pop("organisation", ""):
        named = Stakeholder.objects.filter(Q(name__icontains=name) | Q(short_name__icontains=name))
        inputs = inputs.filter(stakeholder__in=named.order_by().values("pk"))
    if since := filters.pop("since", None):
        inputs = inputs.filter(submitted_at__gte=midnight(since))
    if until := filters.pop("until", None):
        inputs = inputs.filter(submitted_at__lt=midnight(until + timedelta(days=1)))
    if assigned:
        inputs = inputs.filter(assigned_to={"me": user.pk, "nobody": None}.get(assigned, assigned))
    return with_each_word(inputs, words).filter(**filters)


def in_order(inputs: QuerySet[Submission], order: str) -> QuerySet[Submission]:
    """Return inputs with what a row shows, in one of ORDERS."""
    rows = inputs.select_related("stakeholder", "assigned_to").only(*SHOWN)
    rows = rows.annotate(alike=in_campaign("merged", "open"), waits_since=Coalesce("resent_at", "submitted_at"))
    field, falls = ORDERS[order]
    sign = "-" if falls else ""
    return rows.order_by(f"{sign}{field}", f"{sign}pk")


def list_page(rows: QuerySet[Submission], order: str, *, before: Any, after: Any) -> Page:
    """Return the page of `rows` behind the input `before`, or the one that ends at `after`; the first by default."""
    behind = _behind(before, order) if before else None
    ahead = _behind(after, order, back=True) if after else None
    return page_between(rows, "reference", older_than=behind, newer_than=ahead)


def note_due(rows: list[Any]) -> None:
    """Set `due` of inputs to read: the group of their due day as in the inbox, and its label."""
    calendar = WorkingDays([row.submitted_at for row in rows])
    for row in rows:
        group = group_of(calendar.after(timezone.localdate(row.submitted_at), READ_WITHIN))
        row.due = group, LABELS[group]


def next_to_read(rows: QuerySet[Submission], order: str, edge: Any) -> Submission | None:
    """Return the input to read that follows `edge` in a list, or else its first one."""
    return next_in(rows.filter(state=S.SUBMITTED), order, edge)


def next_in(rows: QuerySet[Submission], order: str, edge: Any) -> Submission | None:
    """Return the input that follows `edge` in a list, or else its first other one."""
    others = rows.exclude(pk=edge.pk)
    return others.filter(_behind(edge, order)).first() or others.first()


def _behind(edge: Any, order: str, *, back: bool = False) -> Q:
    field, falls = ORDERS[order]
    edge.waits_since = edge.resent_at or edge.submitted_at
    return beyond(edge, "lt" if falls != back else "gt", field)
