"""Enquiries at the desk: the list with its tabs, what is found by words, and what waits for a person."""

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Enquiry, EnquiryState
from consultations.permissions import is_secretariat

from .changes import INPUTS as IN_INPUTS
from .changes import kept
from .inbox import INPUTS, LABELS, NOW, Kind, group_of, page

E = EnquiryState
A_NUMBER = re.compile(r"(?:enq)?[ -]?0*([1-9]\d{0,8})", re.ASCII | re.IGNORECASE)
SEARCHED = ("name", "organisation", "email", "phone", "subject", "text")
MOST_WORDS = 8


class Tab(NamedTuple):
    """Tab above the list: its label, what it shows to a person, and in which order."""

    label: Promise
    condition: Callable[[Any], Q]
    order: str = "due_at"


TABS: dict[str, Tab] = {
    "open": Tab(_("To answer"), lambda user: Q(state=E.RECEIVED)),
    "mine": Tab(_("Mine"), lambda user: Q(state=E.RECEIVED, assigned_to=user)),
    "overdue": Tab(_("Overdue"), lambda user: Q(state=E.RECEIVED, due_at__lt=NOW)),
    "answered": Tab(_("Answered"), lambda user: Q(state=E.ANSWERED), "-ended_at"),
    "closed": Tab(_("Closed"), lambda user: Q(state=E.CLOSED), "-ended_at"),
}
OPEN = "open"


def about(user: Any, consultation: Consultation | None) -> QuerySet[Enquiry]:
    """Return the enquiries about a consultation that `user` may read; those about none with None."""
    return Enquiry.objects.visible_to(user).filter(consultation=consultation)


def tab_numbers(enquiries: QuerySet[Enquiry], user: Any) -> dict[str, int]:
    """Return the number of enquiries on each tab. One query."""
    counted = {code: Count("pk", filter=tab.condition(user)) for code, tab in TABS.items()}
    return enquiries.order_by().aggregate(**counted)


@kept(IN_INPUTS)
def waiting_elsewhere() -> dict[int | None, int]:
    """Return how many enquiries wait in each consultation, under None those about none. At most one query."""
    rows = Enquiry.objects.open().order_by().values_list("consultation").annotate(number=Count("pk"))
    return defaultdict(int, rows)


def with_words(enquiries: QuerySet[Enquiry], words: str) -> QuerySet[Enquiry]:
    """Return those with this number, or with each of the words in what was typed."""
    if number := number_in(words):
        return enquiries.filter(pk=number)
    for word in words.split()[:MOST_WORDS]:
        enquiries = enquiries.filter(Q(*((f"{field}__icontains", word) for field in SEARCHED), _connector=Q.OR))
    return enquiries


def number_in(words: str) -> int | None:
    """Return the number that "ENQ-0012", "enq 12" or "0012" names; None for other words."""
    match = A_NUMBER.fullmatch(words.strip())
    return int(match[1]) if match else None


def note_due(rows: list[Any]) -> None:
    """Set `due` of enquiries that wait: the group of their due hour as in the inbox, and its label."""
    for row in rows:
        group = group_of(timezone.localdate(row.due_at), row.due_at)
        row.due = group, LABELS[group]


# --- What waits for a person ------------------------------------------------------------------------------------------


def _mine(user: Any) -> QuerySet[Enquiry]:
    return Enquiry.objects.open().filter(assigned_to=user)


def _unassigned(user: Any) -> QuerySet[Enquiry]:
    return Enquiry.objects.open().filter(assigned_to=None)


def _overdue_of_others(user: Any) -> QuerySet[Enquiry]:
    late = Enquiry.objects.open().filter(due_at__lt=NOW, assigned_to__isnull=False)
    return late.exclude(assigned_to=user)


FACTS = {"what": "subject", "who": "name", "key": Cast("key", CharField())}
KINDS = (
    Kind(
        "enquiry_mine", INPUTS, is_secretariat, _mine,
        _("Answer the question “%(what)s”"), _("Answer"), page("desk_enquiry", "key"),
        about=_("%(who)s; assigned to you"), since="received_at", due_at="due_at", facts=FACTS,
        own=lambda user: Q(assigned_to=user),
    ),
    Kind(
        "enquiry", INPUTS, is_secretariat, _unassigned,
        _("Answer the question “%(what)s”"), _("Open"), page("desk_enquiry", "key"),
        many=_("Answer the question “%(what)s” and %(others)s more"), about=_("%(who)s; assigned to nobody"),
        about_many=_("%(who)s has waited longest; assigned to nobody"),
        each=("consultation_id",), since="received_at", due_at="due_at", facts=FACTS,
    ),
    Kind(
        "enquiry_overdue", INPUTS, is_secretariat, _overdue_of_others,
        _("Overdue: the question “%(what)s”"), _("Open"), page("desk_enquiry", "key"),
        many=_("Overdue: the question “%(what)s” and %(others)s more"), about=_("%(who)s; assigned to %(by)s"),
        about_many=_("%(who)s has waited longest; assigned to %(by)s"),
        each=("consultation_id",), since="received_at", due_at="due_at",
        facts={**FACTS, "by": "assigned_to__name"},
    ),
)  # fmt: skip
