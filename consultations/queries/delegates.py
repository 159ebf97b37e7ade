"""Delegates of a forum for the desk: list, badges and possible duplicates."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    DECIDED,
    CheckIn,
    Delegate,
    DelegateState,
    Event,
    Forum,
    ForumState,
    Group,
    InvitationState,
    StakeholderState,
)

from .invitations import addresses_of

D = DelegateState
LIVE = (D.NOMINATED, D.WAITLISTED, D.CONFIRMED)
LIKE = 0.85  # two words of a name with this similarity count as one misspelt word
ADDRESSES = {
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "hon",
    "eng",
    "amb",
    "rev",
    "fr",
    "sr",
    "pastor",
    "sheikh",
    "bishop",
}


BADGES = {
    "to_print": Q(state=D.CONFIRMED, badge_printed_at=None),
    "to_take_back": Q(badge_printed_at__isnull=False) & ~Q(state=D.CONFIRMED),
}


def people_of(
    forum: Forum, *, words: str = "", group: str = "", state: str = "", badge: str = ""
) -> QuerySet[Delegate]:
    """Return the delegates of `forum`, filtered by words of name, title or organisation, by group, state and badge."""
    rows = Delegate.objects.filter(forum=forum).select_related("stakeholder", "county", "sits_in_for", "merged_into")
    for word in words.split()[:10]:
        places = ("name", "title", "email", "stakeholder__name", "stakeholder__short_name")
        rows = rows.filter(Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR))
    if group:
        rows = rows.filter(group=group)
    if badge:
        rows = rows.filter(BADGES[badge])
    return rows.filter(state=state) if state else rows


class Badges(NamedTuple):
    """Badges of a forum: confirmed delegates without one, and withdrawn delegates with one."""

    to_print: int
    to_take_back: int


def badges(forum: Forum) -> Badges:
    """Return the number of badges to print and of badges printed for people who lost their seat. One query."""
    return Badges(
        *forum.delegates.aggregate(a=Count("pk", BADGES["to_print"]), b=Count("pk", BADGES["to_take_back"])).values()
    )


def first_check_ins(person: Delegate) -> list[CheckIn]:
    """Return the first check-in of a person over all of their merged entries."""
    entries = Q(delegate=person) | Q(delegate__merged_into=person)
    return list(CheckIn.objects.filter(entries, voids=None, voided_by=None).order_by("at", "pk"))


# --- Entries that may be one person ---------------------------------------------------------------------------------


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name without titles, case, accents and apostrophes."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each))
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’‘ʼ`´]", "", bare)).split()
    return tuple(word for word in words if word not in ADDRESSES)


def _same_word(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=lambda word: (len(word), word))
    if len(short) == 1:
        return long.startswith(short)
    return short == long or (len(short) > 3 and SequenceMatcher(None, short, long).ratio() >= LIKE)


def same_name(first: str, second: str) -> bool:
    """Return whether two names may belong to one person, in any word order: every word of the shorter name occurs in
    the longer one, possibly misspelt or as an initial, and at least one word occurs in full in both.
    """
    short, long = sorted((_words(first), _words(second)), key=lambda words: (len(words), words))
    in_full = {word for word in short if len(word) > 1} & set(long)
    if not in_full or (len(short) < 2 and len(long) > 1):
        return False
    left = list(long)
    for word in sorted(short, key=lambda word: (word not in left, -len(word), word)):
        result = next((other for other in left if other == word), None)
        result = result or next((other for other in left if _same_word(word, other)), None)
        if result is None:
            return False
        left.remove(result)
    return True


class Person(NamedTuple):
    """Entry of a delegate as used to detect duplicates."""

    pk: int
    name: str
    email: str


def twins(people: Iterable[Person]) -> list[tuple[int, int]]:
    """Return pairs of entries that may be one person: the same e-mail address and a common word of the name, or similar
    names. A mailbox shared by a ministry alone is not enough.
    """
    by_word: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for word in {word for word in _words(person.name) if len(word) > 1}:
            by_word[word].append(person)
    pairs = set()
    for sharing in by_word.values():
        for place, one in enumerate(sharing):
            for other in sharing[place + 1 :]:
                same_box = bool(one.email) and one.email.casefold() == other.email.casefold()
                if same_box or same_name(one.name, other.name):
                    pairs.add((min(one.pk, other.pk), max(one.pk, other.pk)))
    return sorted(pairs)


def twins_of(forum: Forum) -> list[tuple[Delegate, Delegate]]:
    """Return pairs of active entries of `forum` that may be one person. A substitute is never a duplicate of the
    principal.
    """
    rows = Delegate.objects.filter(forum=forum, state__in=LIVE).select_related("stakeholder", "county")
    entries = {each.pk: each for each in rows.annotate(check_in_count=Count("check_ins"))}
    pairs = twins(Person(each.pk, each.name, each.email) for each in entries.values())
    both = [(entries[first], entries[second]) for first, second in pairs]
    return [(one, two) for one, two in both if one.sits_in_for_id != two.pk and two.sits_in_for_id != one.pk]


def pair_of(forum: Forum, first: int, second: int) -> tuple[Delegate, Delegate] | None:
    """Return two entries of `forum` by primary key, or None."""
    rows = Delegate.objects.filter(forum=forum, pk__in=[first, second]).select_related("stakeholder", "county")
    entries = {each.pk: each for each in rows.annotate(check_in_count=Count("check_ins"))}
    return (entries[first], entries[second]) if len(entries) == 2 else None


# --- Seats ------------------------------------------------------------------------------------------------------------


COUNTED = (D.NOMINATED, D.CONFIRMED, D.WAITLISTED)
CROWD, SHARE = (
    4,
    4,
)  # a county is mentioned if it has at least four people, and more than a quarter of those from counties


class GroupSeats(NamedTuple):
    """Seats of one group. `seats` and `reserve` are None if not planned."""

    group: str
    label: str
    seats: int | None
    reserve: int | None
    nominated: int
    confirmed: int
    waitlisted: int

    @property
    def over(self) -> int:
        """Return the number of confirmed delegates beyond the group's seats."""
        return max(0, self.confirmed - self.seats) if self.seats is not None else 0

    @property
    def over_reserve(self) -> int:
        """Return the number of people on the reserve list beyond its places."""
        return max(0, self.waitlisted - self.reserve) if self.reserve is not None else 0

    @property
    def free(self) -> int | None:
        """Return the group's free seats; None if not planned."""
        return None if self.seats is None else max(0, self.seats - self.confirmed)


class SeatPlan(NamedTuple):
    """All groups with planned seats or named people, the counties of confirmed delegates, and the seats of the
    forum.
    """

    seats: int
    groups: list[GroupSeats]
    counties: dict[str, int]

    @property
    def confirmed(self) -> int:
        """Return the number of taken seats."""
        return sum(row.confirmed for row in self.groups)

    @property
    def planned(self) -> int:
        """Return the number of seats assigned to groups."""
        return sum(row.seats or 0 for row in self.groups)

    @property
    def free(self) -> int:
        """Return the number of free seats."""
        return max(0, self.seats - self.confirmed)


class Seated(NamedTuple):
    """What the plan counts of a person: group, county (name or empty) and state."""

    group: str
    county: str
    state: str


def seat_plan(forum: Forum) -> SeatPlan:
    """Return the present seat plan of `forum`. A substitute uses the principal's seat. Two queries."""
    quotas = {row.group: (row.seats, row.reserve) for row in forum.quotas.all()}
    people = Delegate.objects.filter(forum=forum, state__in=COUNTED, sits_in_for=None).order_by()
    rows = people.values_list("group", "county__name", "state").annotate(Count("pk"))
    counted = Counter({Seated(group, county or "", state): number for group, county, state, number in rows})
    return plan(forum.seats, quotas, counted)


def plan(seats: int, quotas: Mapping[str, tuple[int, int | None]], people: Mapping[Seated, int]) -> SeatPlan:
    """Return the plan for `people`, with the number of each kind. Groups keep the order of the register."""
    numbers: Counter[tuple[str, str]] = Counter()
    counties: Counter[str] = Counter()
    for kind, number in people.items():
        numbers[kind.group, kind.state] += number
        if kind.county and number and kind.state == D.CONFIRMED:
            counties[kind.county] += number
    named = {group for (group, _state), number in numbers.items() if number}
    groups = []
    for code, label in [*Group.choices, ("", _("Without a group"))]:
        if code in quotas or code in named:
            planned = quotas.get(code, (None, None))
            groups.append(GroupSeats(code, str(label), *planned, *(numbers[code, state] for state in COUNTED)))
    return SeatPlan(seats, groups, dict(sorted(counties.items(), key=lambda item: (-item[1], item[0]))))


def after(before: SeatPlan, chosen: Iterable[Seated], state: str) -> SeatPlan:
    """Return the plan after all `chosen` are moved to `state`."""
    chosen = list(chosen)
    quotas = {row.group: (row.seats, row.reserve) for row in before.groups if row.seats is not None}
    people: Counter[Seated] = Counter()
    for row in before.groups:
        for name in COUNTED:
            people[Seated(row.group, "", name)] += getattr(row, name.value)
    for kind in chosen:
        people[Seated(kind.group, "", kind.state)] -= 1
        people[Seated(kind.group, "", state)] += 1
    moved = Counter(before.counties)
    for kind in chosen:
        moved[kind.county] += (state == D.CONFIRMED) - (kind.state == D.CONFIRMED)
    made = plan(before.seats, quotas, {kind: number for kind, number in people.items() if kind.state in COUNTED})
    counties = {name: number for name, number in moved.items() if name and number > 0}
    return made._replace(counties=dict(sorted(counties.items(), key=lambda item: (-item[1], item[0]))))


def balance(seats: SeatPlan) -> list[str]:
    """Return the imbalances of a plan in plain words: over-full groups first, then missing groups, then a single
    county.
    """
    result = []
    words: dict[str, Any]
    if seats.confirmed > seats.seats:
        words = {"taken": seats.confirmed, "seats": seats.seats}
        result.append(_("%(taken)s people are confirmed, but the forum has %(seats)s seats.") % words)
    for row in seats.groups:
        words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
        if row.over:
            result.append(_("%(group)s: %(taken)s confirmed, seats planned: %(seats)s.") % words)
        if row.over_reserve:
            words = {"group": row.label, "taken": row.waitlisted, "seats": row.reserve}
            result.append(_("%(group)s: %(taken)s on the reserve list, places planned: %(seats)s.") % words)
    for row in seats.groups:
        if row.seats and row.confirmed * 2 < row.seats:
            words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
            result.append(_("%(group)s: only %(taken)s of %(seats)s seats are taken.") % words)
    return result + _crowded(seats.counties)


def _crowded(counties: Mapping[str, int]) -> list[str]:
    total = sum(counties.values())
    crowded = [(name, number) for name, number in counties.items() if number >= CROWD and number * SHARE > total]
    words = ngettext(
        "%(county)s: %(number)s of the %(total)s person from a county.",
        "%(county)s: %(number)s of the %(total)s people from counties.",
        total,
    )
    return [words % {"county": name, "number": number, "total": total} for name, number in crowded]


def free_in_group(forum: Forum, group: str) -> int | None:
    """Return the free seats of `group` (negative if over-full); None if not planned."""
    quota = forum.quotas.filter(group=group).first()
    if quota is None:
        return None
    taken = Delegate.objects.filter(forum=forum, group=group, state=D.CONFIRMED, sits_in_for=None).count()
    return quota.seats - taken


# --- Decisions to be sent ---------------------------------------------------------------------------------------------


CURRENT = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)
DECISIONS = ("confirm", "waitlist", "refuse_delegate", "withdraw_delegate")
KIND = Delegate._meta.label_lower


def not_notified() -> QuerySet[Delegate]:
    """Return the people of current forums who were not notified of the secretariat's last decision.

    Answers by the institution itself need no notification, unless the person had been notified of something before,
    such as a seat. Merged entries are left out.
    """
    decided = Event.objects.filter(kind=KIND, object_id=Cast(OuterRef("pk"), CharField()), after=OuterRef("state"))
    by_desk = decided.filter(verb__in=DECISIONS, by__isnull=False).exclude(data__has_key="letter")
    rows = Delegate.objects.filter(forum__state__in=CURRENT, state__in=DECIDED, merged_into=None)
    return rows.exclude(told=F("state")).filter(Exists(by_desk) | ~Q(told=""))


def awaiting_notice(forum: Forum) -> QuerySet[Delegate]:
    """Return those of one forum, ordered by institution and name, with what a mail needs."""
    rows = not_notified().filter(forum=forum).select_related("forum", "stakeholder", "user", "sits_in_for")
    return rows.order_by("stakeholder__name", "stakeholder", "name", "pk")


def own_address(delegate: Delegate) -> str:
    """Return the person's own address: as entered, or of the person's account; empty if there is none. Addresses
    entered by an organisation count only while it is verified, or if the person was notified before.
    """
    user, is_known = delegate.user, delegate.stakeholder.state == StakeholderState.VERIFIED or delegate.told
    return (delegate.email if is_known else "") or (user.email if user and user.is_active else "")


def institution_addresses(people: Iterable[Delegate]) -> dict[int, str]:
    """Return the mail address of each institution of these people of one forum: of its letter, or its contact address
    or primary focal point; empty if there is none. Two queries.
    """
    rows = list(people)
    if not rows:
        return {}
    letters = rows[0].forum.invitations.exclude(Q(email="") | Q(state=InvitationState.DISCARDED))
    letters = letters.filter(stakeholder__in={row.stakeholder_id for row in rows})
    return addresses_of({row.stakeholder for row in rows}) | dict(letters.values_list("stakeholder", "email"))


def refusal_reasons(people: Iterable[Delegate]) -> dict[int, str]:
    """Return the reasons of the refused people, from the journal."""
    refused = [str(row.pk) for row in people if row.state == Delegate.State.REFUSED]
    if not refused:
        return {}
    rows = Event.objects.filter(kind=KIND, object_id__in=refused, verb="refuse_delegate")
    return {int(pk): reason for pk, reason in rows.values_list("object_id", "reason")}
