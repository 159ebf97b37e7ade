"""Lists of inputs: filters and keyset pagination."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from consultations.models import (
    Consultation,
    County,
    Endorsement,
    Event,
    Provision,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)

from .changes import SHARED, kept

PAGE = 25
MOST_COUNTED = 1000
FEW = 500  # organisations
# Columns that a list shows of an input; loading the others takes longer than finding it.
LISTED = (
    "reference", "title", "language", "state", "audience", "submitted_at", "stakeholder__name", "stakeholder__group",
    "stakeholder__county__name", "theme__title", "theme__title_sw",
)  # fmt: skip
REFERENCE = re.compile(r"[A-Z0-9-]{1,20}", re.ASCII)


@dataclass(frozen=True)
class InputFilters:
    """Filters of the list of inputs; None and "" mean everything."""

    consultation: Consultation | None = None
    theme: Theme | int | None = None
    objective: Provision | int | None = None
    group: str = ""
    county: County | int | None = None
    forum: int | None = None
    state: str = ""
    organisation: Stakeholder | int | None = None
    signed: bool = False
    arrived: tuple[date, date] | None = None
    by_words: bool = False

    @property
    def conditions(self) -> dict[str, Any]:
        """Apply the filters to inputs. Resolves organisations first if they are few, so that the database looks up
        their inputs instead of scanning all. Search words come first.
        """
        result: dict[str, Any] = {
            "consultation": self.consultation,
            "theme": self.theme,
            "provisions": self.objective,
            "forum": self.forum,
            "state": self.state,
            "stakeholder": self.organisation,
        }
        if self.signed:
            result["pk__in"] = Endorsement.objects.live().values("submission")
        if self.arrived:
            first, last = self.arrived
            result |= {"submitted_at__gte": midnight(first), "submitted_at__lt": midnight(last + timedelta(days=1))}
        filters = {name: value for name, value in result.items() if value is not None and value != ""}
        return {**filters, **self._senders()}

    def _senders(self) -> dict[str, Any]:
        senders = {name: value for name, value in (("group", self.group), ("county", self.county)) if value}
        if senders and not self.by_words:
            few = list(Stakeholder.objects.filter(**senders).order_by().values_list("pk", flat=True)[: FEW + 1])
            if len(few) <= FEW:
                return {"stakeholder__in": few}
        return {f"stakeholder__{name}": value for name, value in senders.items()}


def midnight(day: date) -> datetime:
    """Return the start of a day in Nairobi."""
    return timezone.make_aware(datetime.combine(day, time.min))


class Choice(NamedTuple):
    """Filter option: its kind, key, URL value and label."""

    kind: str
    pk: int
    code: str
    name: str


def choices(user: Any, organisation: int | None) -> list[Choice]:
    """Return the themes, objectives and counties in order, and the organisation with that key if `user` may read an
    input of it.
    """
    if organisation is None:
        return _choices_for_all()
    read = Submission.objects.visible_to(user).sent().filter(stakeholder=OuterRef("pk"))
    return _choices(Stakeholder.objects.filter(Exists(read), pk=organisation))


def theme_choices() -> list[Choice]:
    """Return the themes in order."""
    return [choice for choice in _choices_for_all() if choice.kind == "theme"]


@kept(SHARED)
def _choices_for_all() -> list[Choice]:
    return _choices(Stakeholder.objects.none())


def _choices(named: QuerySet[Stakeholder]) -> list[Choice]:
    nothing = Value("")
    each = (
        Theme.objects.announced().order_by().values_list(Value("theme"), "pk", "code", "title", "title_sw", "order"),
        Provision.objects.order_by().values_list(Value("objective"), "pk", "code", "label", "framework", "order"),
        County.objects.order_by().values_list(Value("county"), "pk", "slug", "name", nothing, Value(0)),
        named.order_by().values_list(Value("organisation"), "pk", nothing, "name", nothing, Value(0)),
    )
    rows = each[0].union(*each[1:], all=True).order_by()
    return [
        _choice(*row) for row in sorted(rows, key=lambda row: (row[4] if row[0] == "objective" else "", row[5], row[3]))
    ]


def _choice(kind: str, pk: int, code: str, name: str, more: str, _order: int) -> Choice:
    match kind:
        case "theme":
            name = str(Theme(title=name, title_sw=more))
        case "objective":
            name = str(Provision(code=code, label=name))
    return Choice(kind, pk, code or str(pk), name)


class Counted(NamedTuple):
    """Number of rows of a list, up to a limit."""

    number: int
    is_more: bool

    def __str__(self) -> str:
        """Return the number in words for a page."""
        number = number_format(self.number, force_grouping=True)
        return _("more than %(number)s") % {"number": number} if self.is_more else number


class Page(NamedTuple):
    """Page of a list, newest first, with the keys of its neighbours."""

    rows: list[Any]
    newer: str
    older: str


def counted(rows: QuerySet[Model], *, most: int = 0) -> Counted:
    """Count `rows` up to `most` (MOST_COUNTED); "more than 1,000" is enough beyond that.

    Counts in list order, so that the database walks the list's index and stops.
    """
    most = most or MOST_COUNTED
    number = rows[: most + 1].count()
    return Counted(min(number, most), number > most)


def readable_inputs(user: Any, filters: InputFilters) -> QuerySet[Submission]:
    """Return the sent inputs that `user` may read, filtered by `filters`, newest first, with what a list shows."""
    rows = Submission.objects.visible_to(user).sent().filter(**filters.conditions)
    return rows.select_related("stakeholder__county", "theme").only(*LISTED).order_by("-submitted_at", "-pk")


def readable_by_reference(user: Any, references: Iterable[str]) -> QuerySet[Submission]:
    """Return the sent inputs that `user` may read among `references`; invalid references are ignored."""
    return by_reference(Submission.objects.visible_to(user).sent(), references)


def by_reference(inputs: QuerySet[Submission], references: Iterable[str]) -> QuerySet[Submission]:
    """Return those of `inputs` with one of `references`; invalid references are ignored."""
    return inputs.filter(reference__in=[item for item in references if REFERENCE.fullmatch(item)])


def input_page(inputs: QuerySet[Submission], *, before: Submission | None, after: Submission | None) -> Page:
    """Return the page of `inputs` after `before` (older) or before `after` (newer); the newest by default.

    Keyset pagination: a new input never shifts what a shared URL shows.
    """
    older, newer = beyond(before, "lt") if before else None, beyond(after, "gt") if after else None
    return page_between(inputs, "reference", older_than=older, newer_than=newer)


def page_between(rows: QuerySet[Model], key: str, *, older_than: Q | None, newer_than: Q | None) -> Page:
    """Return a page of `rows` (ordered, newest first) beyond an edge; `key` is the field that identifies a row
    in URLs.
    """
    if newer_than:
        result = list(rows.filter(newer_than).reverse()[: PAGE + 1])
        shown, more_newer, more_older = result[:PAGE][::-1], len(result) > PAGE, True
    else:
        result = list(rows.filter(older_than or Q())[: PAGE + 1])
        shown, more_newer, more_older = result[:PAGE], bool(older_than), len(result) > PAGE
    newer = str(getattr(shown[0], key)) if shown and more_newer else ""
    older = str(getattr(shown[-1], key)) if shown and more_older else ""
    return Page(shown, newer, older)


def page_behind(
    rows: QuerySet[Model], key: str, *, order: str, size: int, among: QuerySet[Model] | None = None
) -> tuple[list[Any], str]:
    """Return up to `size` of `rows` after the one identified by `key`, or from the start; and the key of the last one,
    if more follow.

    Ordered by one field, `order` ("-" for descending), then by primary key, which is the key. The edge is looked up
    `among` all rows, because it may have left the list.
    """
    field, is_falling = order.removeprefix("-"), order.startswith("-")
    side = "lt" if is_falling else "gt"
    known = rows.model._default_manager.all() if among is None else among
    edge = known.filter(pk=int(key)).values_list(field, flat=True).first() if _is_number(key) else None
    if edge is not None:
        behind = Q(**{f"{field}__{side}": edge}) | Q(**{field: edge, f"pk__{side}": int(key)})
        rows = rows.filter(behind)
    result = list(rows.order_by(order, "-pk" if is_falling else "pk")[: size + 1])
    return result[:size], str(result[size - 1].pk) if len(result) > size else ""


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdecimal() and len(key) < 19


def beyond(edge: Any, side: str, field: str = "submitted_at") -> Q:
    """Return inputs on one side ("gt": newer, "lt": older) of `edge` in order of sending, or of another time; `edge`
    holds both sort keys.
    """
    moment = getattr(edge, field)
    same_moment = Q(**{field: moment, f"pk__{side}": edge.pk})
    return Q(**{f"{field}__{side}e": moment}) & (Q(**{f"{field}__{side}": moment}) | same_moment)


# --- Requests to send late --------------------------------------------------------------------------------------------

LATE_VERBS = ("ask_late", "admit_late", "refuse_late")
OF_REQUEST = {"last_verb": "verb", "asked_at": "at", "asked_by": "by_name", "why": "reason"}


def asked_late() -> QuerySet[Submission, Any]:
    """Return drafts with an unanswered request to be sent late, the oldest request first.

    Each carries `asked_at`, `asked_by` and `why`. Their texts are not loaded: they were not sent.
    """
    drafts = late_requests().filter(state=SubmissionState.DRAFT, late_at=None).filter(Q(last_verb="ask_late"))
    shown = drafts.select_related("consultation", "stakeholder", "theme").defer("body", "proposed_wording")
    return shown.order_by(F("asked_at"), "pk")


def late_requests() -> QuerySet[Submission, Any]:
    """Return all inputs with the last entry about sending them late, if any: `last_verb`, `asked_at` and so on."""
    about = Event.objects.filter(
        kind=Submission._meta.label_lower, object_id=Cast(OuterRef("pk"), CharField()), verb__in=LATE_VERBS
    ).order_by("-number")
    last = {name: Subquery(about.values(field)[:1]) for name, field in OF_REQUEST.items()}
    return Submission.objects.annotate(**last)
