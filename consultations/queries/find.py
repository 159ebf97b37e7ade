"""Find inputs, points, organisations, people, forums and consultations by reference or words, each within what the
reader may see: what is not theirs looks like what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchQuery
from django.db.models import Case, CharField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    Consultation,
    ConsultationState,
    Enquiry,
    Forum,
    ForumState,
    Membership,
    Point,
    SearchEntry,
    Stakeholder,
    Submission,
    SubmissionState,
    Tally,
    User,
)
from consultations.permissions import is_secretariat, is_staff, organisations_of
from consultations.redaction import for_everybody

from .enquiries import number_in
from .search import HOLDS_BACK, AmongFew, as_array, beginning, keys_of, references_ending_with

FEW = 5  # results of a kind, of the reader's consultation and of others
MOST = 50  # rows of a small table among which these are
FEW_TEXTS = 2_000  # texts with the words that are looked up by key; of more the newest are walked through,
WALKED = 5_000  # and no more points than this: words that many inputs have may be in no point
SHORTEST, MOST_WORDS = 2, 4  # characters of a word: a single one is in nearly every text; words of a name
A_REFERENCE = re.compile(r"(?P<input>[A-Z0-9-]{0,20}\d)(?:\.(?P<point>\d{1,4}))?", re.ASCII | re.IGNORECASE)
A_PARAGRAPH = re.compile(r"(?P<sign>(?:§+|par\.?|paragraph|aya)\s*)?(?P<number>\d{1,4})", re.ASCII | re.IGNORECASE)


class Search:
    """What is looked for: words, and the consultation in which the reader works, if any."""

    def __init__(self, words: str, at: Consultation | None = None) -> None:
        self.words, self.at = words, at
        self._paragraph = A_PARAGRAPH.fullmatch(words)

    @property
    def paragraph(self) -> int | None:
        """Return the number of a paragraph: "§ 35", "paragraph 35" or "35"."""
        return int(self._paragraph["number"]) if self._paragraph else None

    @property
    def each(self) -> list[str]:
        """Return the words that are long enough to look for; none of "§ 35"."""
        if self._paragraph and self._paragraph["sign"]:
            return []
        return [word for word in self.words.split() if len(word) >= SHORTEST][:MOST_WORDS]

    @cached_property
    def others(self) -> list[int]:
        """Return the keys of the other consultations: "not this one" is in no index."""
        rows = Consultation.objects.exclude(pk=self.at.pk) if self.at else Consultation.objects.all()
        return list(rows.values_list("pk", flat=True))

    @cached_property
    def inputs(self) -> list[str]:
        """Return the references of inputs that the words can mean: "NCM-2026-0002", or "0002" of any year."""
        named = A_REFERENCE.fullmatch(self.words)
        return references_ending_with(named["input"]) if named and not named["point"] else []

    @cached_property
    def points(self) -> list[str]:
        """Return the references of points that the words can mean: "NCM-2026-0002.1", "0002.1", "F-2017.S2.1"."""
        named = A_REFERENCE.fullmatch(self.words)
        if named and named["point"]:
            return [f"{reference}.{named['point']}" for reference in references_ending_with(named["input"])]
        return [self.words.upper()] if "." in self.words and self.words[-1].isdigit() else []

    def each_in(self, *fields: str) -> Q:
        """Return the condition that each word is part of one of `fields`; nothing without a word."""
        if not self.each:
            return Q(pk__in=[])
        ors = (reduce(or_, (Q((f"{field}__icontains", word)) for field in fields)) for word in self.each)
        return reduce(and_, ors)


class Result(NamedTuple):
    """One result: its kind or reference, its name, a note, its address, and its consultation, if it has one."""

    label: str
    title: str
    note: str
    url: str
    place: int | None = None


def _few[Row: Model](rows: QuerySet[Row], search: Search) -> list[Row]:
    """Return the first of `rows`, those of the reader's consultation before those of others. At most two queries."""
    if search.at is None:
        return list(rows[:FEW])
    return [*rows.filter(consultation=search.at)[:FEW], *rows.filter(consultation__in=search.others)[:FEW]]


def few_of[Row](rows: Iterable[Row], at: Consultation | None, place_of: Callable[[Row], int]) -> list[Row]:
    """Return the first of a few `rows`, as `_few` does."""
    listed = list(rows)
    own = [row for row in listed if at and place_of(row) == at.pk]
    return [*own[:FEW], *[row for row in listed if not at or place_of(row) != at.pk][:FEW]]


def visible_consultations(user: Any) -> QuerySet[Consultation]:
    """Return the consultations that `user` may know of: those in preparation only for the secretariat."""
    rows = Consultation.objects.order_by("-opens_at", "-pk")
    return rows if is_secretariat(user) else rows.exclude(state=ConsultationState.DRAFT)


# --- Inputs and points ------------------------------------------------------------------------------------------------


class Matches(NamedTuple):
    """Conditions of inputs and of points that have the words, whoever may read them."""

    inputs: Q
    points: Q


def matches(user: Any, search: Search, organisations: Iterable[Stakeholder] = ()) -> Matches:
    """Return who has each word as the beginning of a word in one text: of the input, a point or a file. Inputs are also
    those of `organisations`; officers find held-back words too. One query.
    """
    sent = Q(stakeholder__in=[body.pk for body in organisations]) if organisations else Q(pk__in=[])
    if not search.each:
        return Matches(sent, Q(pk__in=[]))
    query = " & ".join(f"({beginning(word)})" for word in search.each)
    entries = SearchEntry.objects.order_by().filter(words=SearchQuery(query, config="portal", search_type="raw"))
    pair = Concat(Cast("submission", CharField()), Value(":"), Cast("point", CharField()))
    points, reads_all = Point.objects.order_by().filter(search.each_in("text")), is_secretariat(user)
    held_back = Submission.objects.order_by().filter(HOLDS_BACK)
    held = held_back.filter(search.each_in("title", "body", "proposed_wording"))
    few, in_held, in_sessions, in_held_points = keys_of(
        entries.annotate(pair=pair).values("pair"),
        held.values("pk")[:FEW_TEXTS] if reads_all else held.none().values("pk"),
        points.filter(session__isnull=False).values("pk")[:FEW_TEXTS],
        points.filter(held_back=True, submission__in=held_back.values("pk")).values("pk")[:FEW_TEXTS]
        if reads_all
        else points.none().values("pk"),
        few=FEW_TEXTS,
    )
    if few is None:
        of_input, of_point = (
            entries.filter((name, OuterRef("pk"))).values("pk")[:1] for name in ("submission", "point")
        )
        last = Point.objects.order_by("-pk").values("pk")[:1]
        inputs = Q(IsNull(Subquery(of_input), False))
        spoken = Q(IsNull(Subquery(of_point), False), pk__gt=Subquery(last) - WALKED)
    else:
        pairs = [each.split(":") for each in filter(None, few.split(","))]
        inputs = _among(",".join({key for key, _point in pairs}))
        spoken = _among(",".join(key for _input, key in pairs if key))
    return Matches(inputs | _among(in_held) | sent, spoken | _among(in_sessions, in_held_points))


def _among(*keys: str | None) -> Q:
    return Q(AmongFew(F("pk"), Value(as_array(*keys)))) if any(keys) else Q(pk__in=[])


def find_inputs(user: Any, search: Search, words: Matches) -> list[Result]:
    """Return inputs with this reference, else the newest with these words. Drafts only for their organisation."""
    unfinished = Q(submitted_at=None) & ~Q(state=SubmissionState.DRAFT)
    rows = Submission.objects.visible_to(user).exclude(unfinished).select_related("stakeholder")
    rows = rows.order_by("-submitted_at", "-pk").only(
        "key", "reference", "title", "submitted_at", "state", "consultation_id", "stakeholder__name",
        "stakeholder__short_name",
    )  # fmt: skip
    named = list(rows.filter(reference__in=search.inputs)) if search.inputs else []
    worded = [] if named and not search.words.isdecimal() else _few(rows.filter(words.inputs), search)
    return [_input(row, user) for row in _named_first(named, worded)]


def _named_first[Row: Model](named: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    return list({row.pk: row for row in [*named, *others]}.values())


def _input(row: Submission, user: Any) -> Result:
    title = for_everybody(row.title) or _("Without a title")
    label = row.reference or capfirst(str(row.get_state_display()))
    return Result(label, title, row.stakeholder.label, _address_of_input(row, user), row.consultation_id)


def _address_of_input(row: Submission, user: Any) -> str:
    if row.submitted_at is None:
        return reverse("draft", args=[row.key])
    if is_secretariat(user):
        return reverse("desk_input", args=[row.key])
    if any(body.pk == row.stakeholder_id for body in organisations_of(user)):
        return reverse("my_input", args=[row.key])
    return reverse("input", args=[row.reference])


def find_points(user: Any, search: Search, words: Matches) -> list[tuple[Point, Result]]:
    """Return points with this reference, else the newest with these words, each with its row."""
    rows = Point.objects.visible_to(user).select_related("submission", "session__forum", "stakeholder")
    rows = rows.order_by("-pk").only(
        "reference", "text", "state", "consultation_id", "submission__reference", "session__forum__slug",
        "stakeholder__name", "stakeholder__short_name",
    )  # fmt: skip
    named = list(rows.filter(reference__in=search.points)) if search.points else []
    return [(row, _point(row, user)) for row in named or _few(rows.filter(words.points), search)]


def _point(row: Point, user: Any) -> Result:
    note = row.stakeholder.label if row.stakeholder else ""
    title = Truncator(row.text).chars(120)
    return Result(row.reference, title, note, _address_of_point(row, user), row.consultation_id)


def _address_of_point(row: Point, user: Any) -> str:
    if is_secretariat(user):
        return reverse("desk_point", args=[row.reference])
    if row.submission:
        return reverse("input", args=[row.submission.reference])
    assert row.session is not None  # a point has one of the two
    return reverse("forum", args=[row.session.forum.slug])


# --- Enquiries --------------------------------------------------------------------------------------------------------


def find_enquiries(user: Any, search: Search) -> list[Result]:
    """Return enquiries with this number, else the newest with these words in who asks or about what; only for the
    secretariat.
    """
    if not is_secretariat(user):
        return []
    number, rows = number_in(search.words), Enquiry.objects.visible_to(user).order_by("-received_at", "-pk")
    words = search.each_in("name", "organisation", "email", "subject")
    few = few_of(rows.filter(Q(pk=number) if number else words)[:MOST], search.at, lambda row: row.consultation_id or 0)
    return [
        Result(
            row.reference, row.subject or _("Question, erased"), row.who, reverse("desk_enquiry", args=[row.key]),
            row.consultation_id,
        )
        for row in few
    ]  # fmt: skip


# --- Organisations and people -----------------------------------------------------------------------------------------


def find_organisations(user: Any, search: Search) -> list[tuple[Stakeholder, Result]]:
    """Return organisations with these words in their names, each with its row: for staff all, for others their own and
    those of which they may read an input.
    """
    rows = Stakeholder.objects.filter(search.each_in("name", "short_name")).select_related("county")
    own = [body.pk for body in organisations_of(user)]
    if not is_staff(user):
        read = Submission.objects.visible_to(user).sent().filter(stakeholder=OuterRef("pk"))
        rows = rows.filter(Q(pk__in=own) | Exists(read))
    sums = (
        Tally.objects.filter(stakeholder=OuterRef("pk")).order_by().values("stakeholder").annotate(number=Sum("inputs"))
    )
    rows = rows.annotate(sent=Coalesce(Subquery(sums.values("number")), 0)).order_by("name", "pk")
    return [(row, _organisation(row, user, own)) for row in rows[:FEW]]


def _organisation(row: Any, user: Any, own: list[int]) -> Result:
    if is_secretariat(user):
        address = reverse("desk_organisation", args=[row.pk])
    elif is_staff(user):
        address = reverse("admin:consultations_stakeholder_change", args=[row.pk])
    elif row.pk in own:
        address = reverse("my_organisation")
    else:
        address = reverse("inputs", query={"organisation": row.pk})
    number = ngettext("%(number)s input", "%(number)s inputs", row.sent) % {"number": row.sent}
    about = [number] if is_staff(user) else [row.get_group_display()]
    note = " · ".join([*about, *([row.county.name] if row.county else [])])
    return Result(_("Organisation"), row.name, note, address)


def find_people(user: Any, search: Search, organisations: Iterable[Stakeholder]) -> list[Result]:
    """Return people with these words in their name or address, then those of `organisations`; only for staff."""
    if not is_staff(user):
        return []
    acting = Membership.objects.live().select_related("stakeholder")
    named = search.each_in("name", "email")
    of_them = Q(pk__in=acting.filter(stakeholder__in=[body.pk for body in organisations]).values("user"))
    rows = User.objects.only("name", "email", "office", "is_active").filter(named | of_them if organisations else named)
    people = list(rows.order_by(Case(When(named, then=0), default=1), "name", "pk")[:FEW])
    roles: dict[int, Membership] = {}
    for membership in acting.filter(user__in=people).order_by("-is_primary", "pk") if people else []:
        roles.setdefault(membership.user_id, membership)
    return [_person(person, roles.get(person.pk)) for person in people]


def _person(person: User, membership: Membership | None) -> Result:
    if not person.is_active:
        note = _("Account closed")
    elif membership:
        note = capfirst(f"{membership.get_role_display()}, {membership.stakeholder.label}")
    else:
        note = capfirst(str(person.get_office_display())) if person.office else person.email
    return Result(_("Person"), person.name, note, reverse("desk_account", args=[person.pk]))


# --- Forums and consultations -----------------------------------------------------------------------------------------


def find_forums(user: Any, search: Search) -> list[Result]:
    """Return forums with these words in their title, place or code; those in preparation only for the secretariat."""
    rows = Forum.objects.filter(search.each_in("title", "venue", "code")).order_by("-starts_on", "-pk")
    page = "forum_home" if is_secretariat(user) else "forum"
    if not is_secretariat(user):
        rows = rows.exclude(state=ForumState.DRAFT)
    return [
        Result(_("Forum"), row.title, str(row.get_state_display()), reverse(page, args=[row.slug]), row.consultation_id)
        for row in few_of(rows[:MOST], search.at, lambda row: row.consultation_id)
    ]


def find_consultations(user: Any, search: Search) -> list[Result]:
    """Return consultations with these words in their titles."""
    rows = visible_consultations(user).filter(search.each_in("title", "short_title"))[:FEW]
    return [Result(_("Consultation"), row.title, _standing(row), address_of(row, user)) for row in rows]


def _standing(row: Consultation) -> str:
    return capfirst(str(row.get_state_display()))


def address_of(row: Consultation, user: Any) -> str:
    """Return the address of a consultation for its reader."""
    if is_secretariat(user):
        return reverse("desk_consultation", args=[row.slug])
    return reverse("inputs", query={"round": row.slug})
