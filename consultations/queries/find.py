"""Find inputs, points, organisations, people, forums and consultations by reference or words, each within what the
reader may see: what is not theirs looks like what is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    Consultation,
    ConsultationState,
    Forum,
    ForumState,
    Membership,
    Point,
    Stakeholder,
    Submission,
    SubmissionState,
    Tally,
    User,
)
from consultations.permissions import is_secretariat, is_staff, organisations_of
from consultations.redaction import for_everybody

from .search import MOST_WORDS, points_with_each_word, references_ending_with, with_each_word

FEW = 5  # results of a kind, of the reader's consultation and of others
SHORTEST = 2  # characters: a single one is in nearly every text
A_REFERENCE = re.compile(r"(?P<input>[A-Z0-9-]{0,20}\d)(?:\.(?P<point>\d{1,4}))?", re.ASCII | re.IGNORECASE)
A_PARAGRAPH = re.compile(r"(?:(?:§+|par\.?|paragraph|aya)\s*)?(\d{1,4})", re.ASCII | re.IGNORECASE)


class Search(NamedTuple):
    """What is looked for: words, and the consultation in which the reader works, if any."""

    words: str
    at: Consultation | None = None

    @property
    def each(self) -> list[str]:
        """Return the words that are long enough to look for."""
        return [word for word in self.words.split() if len(word) >= SHORTEST][:MOST_WORDS]

    @property
    def paragraph(self) -> int | None:
        """Return the number of a paragraph: "§ 35", "paragraph 35" or "35"."""
        number = A_PARAGRAPH.fullmatch(self.words)
        return int(number[1]) if number else None

    @property
    def inputs(self) -> list[str]:
        """Return the references of inputs that the words can mean: "NCM-2026-0002", or "0002" of any year."""
        named = A_REFERENCE.fullmatch(self.words)
        return references_ending_with(named["input"]) if named and not named["point"] else []

    @property
    def points(self) -> list[str]:
        """Return the references of points that the words can mean: "NCM-2026-0002.1", "0002.1", "F-2017.S2.1"."""
        named = A_REFERENCE.fullmatch(self.words)
        if not named or not named["point"]:
            return [self.words.upper()]
        return [f"{reference}.{named['point']}" for reference in references_ending_with(named["input"])]

    def each_in(self, *fields: str) -> Q:
        """Return the condition that each word is part of one of `fields`; nothing without a word."""
        if not self.each:
            return Q(pk__in=[])
        ors = (reduce(lambda any_, field: any_ | Q((f"{field}__icontains", word)), fields, Q()) for word in self.each)
        return reduce(and_, ors)


class Result(NamedTuple):
    """One result: its kind or reference, its name, a note, its address, and its consultation, if it has one."""

    label: str
    title: str
    note: str
    url: str
    place: int | None = None


def _few[Row: Model](rows: QuerySet[Row], at: Consultation | None) -> list[Row]:
    """Return the first of `rows`, those of the consultation `at` before those of others."""
    if at is None:
        return list(rows[:FEW])
    return [*rows.filter(consultation=at)[:FEW], *rows.exclude(consultation=at)[:FEW]]


def _named_first[Row: Model](named: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    return list({row.pk: row for row in [*named, *others]}.values())


def visible_consultations(user: Any) -> QuerySet[Consultation]:
    """Return the consultations that `user` may know of: those in preparation only for the secretariat."""
    rows = Consultation.objects.order_by("-opens_at", "-pk")
    return rows if is_secretariat(user) else rows.exclude(state=ConsultationState.DRAFT)


# --- Inputs and points ------------------------------------------------------------------------------------------------


def find_inputs(user: Any, search: Search) -> list[Result]:
    """Return inputs with this reference, then the newest with these words. Drafts only for their organisation."""
    unfinished = Q(submitted_at=None) & ~Q(state=SubmissionState.DRAFT)
    rows = Submission.objects.visible_to(user).exclude(unfinished).select_related("stakeholder")
    rows = rows.order_by("-submitted_at", "-pk").only(
        "key", "reference", "title", "submitted_at", "state", "consultation_id", "stakeholder__name",
        "stakeholder__short_name",
    )  # fmt: skip
    named = rows.filter(reference__in=search.inputs) if search.inputs else []
    worded: list[Submission] = []
    if search.each:
        worded = _few(with_each_word(rows, " ".join(search.each), in_full=is_secretariat(user)), search.at)
    return [_input(row, user) for row in _named_first(named, worded)]


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


def find_points(user: Any, search: Search) -> list[tuple[Point, Result]]:
    """Return points with this reference, then those with these words, each with its row."""
    rows = Point.objects.visible_to(user).select_related("submission", "session__forum", "stakeholder")
    rows = rows.order_by("-pk").only(
        "reference", "text", "state", "consultation_id", "submission__reference", "session__forum__slug",
        "stakeholder__name", "stakeholder__short_name",
    )  # fmt: skip
    worded = _few(points_with_each_word(rows, " ".join(search.each)), search.at) if search.each else []
    results = _named_first(rows.filter(reference__in=search.points), worded)
    return [(row, _point(row, user)) for row in results]


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
    of_them = Q(pk__in=acting.filter(stakeholder__in=[body.pk for body in organisations]).values("user"))
    rows = User.objects.only("name", "email", "office", "is_active").order_by("name", "pk")
    named = list(rows.filter(search.each_in("name", "email"))[:FEW])
    people = _named_first(named, rows.filter(of_them)[: FEW - len(named)] if len(named) < FEW else [])
    roles: dict[int, Membership] = {}
    for membership in acting.filter(user__in=people).order_by("-is_primary", "pk"):
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
        for row in _few(rows, search.at)
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
        return reverse("desk_rules", args=[row.slug])
    return reverse("inputs", query={"round": row.slug})
