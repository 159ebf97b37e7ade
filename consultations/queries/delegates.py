"""The people of a forum for its desk: the list, the badges, and entries that may be one person."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

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
    StakeholderState,
)

from .invitations import addresses_of

D = DelegateState
LIVE = (D.NOMINATED, D.WAITLISTED, D.CONFIRMED)
LIKE = 0.85  # two words of a name that are this much alike are one word, misspelt
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
    """The delegates of `forum`, narrowed by words of name, title or organisation, by group, state and badge."""
    found = Delegate.objects.filter(forum=forum).select_related("stakeholder", "county", "sits_in_for", "merged_into")
    for word in words.split()[:10]:
        places = ("name", "title", "email", "stakeholder__name", "stakeholder__short_name")
        found = found.filter(Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR))
    if group:
        found = found.filter(group=group)
    if badge:
        found = found.filter(BADGES[badge])
    return found.filter(state=state) if state else found


class Badges(NamedTuple):
    """The badges of a forum: of the confirmed without one, of those withdrawn that have one."""

    to_print: int
    to_take_back: int


def badges(forum: Forum) -> Badges:
    """How many badges are still to be printed, and how many were printed for people who lost their seat. One query."""
    return Badges(
        *forum.delegates.aggregate(a=Count("pk", BADGES["to_print"]), b=Count("pk", BADGES["to_take_back"])).values()
    )


def came(person: Delegate) -> list[CheckIn]:
    """When a person came, by what was recorded of all entries that turned out to be that person."""
    entries = Q(delegate=person) | Q(delegate__merged_into=person)
    return list(CheckIn.objects.filter(entries, voids=None, voided_by=None).order_by("at", "pk"))


# --- Entries that may be one person ---------------------------------------------------------------------------------


def _words(name: str) -> tuple[str, ...]:
    """The words of a name without what stands before it: no case, no accents, no apostrophes."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(each))
    words = re.sub(r"[\W_]+", " ", re.sub(r"['’‘ʼ`´]", "", bare)).split()
    return tuple(word for word in words if word not in ADDRESSES)


def _same_word(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=lambda word: (len(word), word))
    if len(short) == 1:
        return long.startswith(short)
    return short == long or (len(short) > 3 and SequenceMatcher(None, short, long).ratio() >= LIKE)


def same_name(first: str, second: str) -> bool:
    """Whether two names may be those of one person, in whatever order of words: every word of the shorter one is in the
    longer one, misspelt or as an initial too, and at least one word stands in both in full."""
    short, long = sorted((_words(first), _words(second)), key=lambda words: (len(words), words))
    in_full = {word for word in short if len(word) > 1} & set(long)
    if not in_full or (len(short) < 2 and len(long) > 1):
        return False
    left = list(long)
    for word in sorted(short, key=lambda word: (word not in left, -len(word), word)):
        found = next((other for other in left if other == word), None)
        found = found or next((other for other in left if _same_word(word, other)), None)
        if found is None:
            return False
        left.remove(found)
    return True


class Person(NamedTuple):
    """An entry as its likeness is looked for."""

    pk: int
    name: str
    email: str


def twins(people: Iterable[Person]) -> list[tuple[int, int]]:
    """Pairs of entries that may be one person: the same e-mail address with a word of the name in common, or names that
    may be one. A mailbox that a whole ministry shares makes nobody the same."""
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
    """Live entries of `forum` that may be one person, in pairs. A substitute is somebody else than the principal."""
    found = Delegate.objects.filter(forum=forum, state__in=LIVE).select_related("stakeholder", "county")
    entries = {each.pk: each for each in found.annotate(came=Count("check_ins"))}
    pairs = twins(Person(each.pk, each.name, each.email) for each in entries.values())
    both = [(entries[first], entries[second]) for first, second in pairs]
    return [(one, two) for one, two in both if one.sits_in_for_id != two.pk and two.sits_in_for_id != one.pk]


def pair_of(forum: Forum, first: int, second: int) -> tuple[Delegate, Delegate] | None:
    """Two entries of `forum` by their numbers, or None."""
    found = Delegate.objects.filter(forum=forum, pk__in=[first, second]).select_related("stakeholder", "county")
    entries = {each.pk: each for each in found.annotate(came=Count("check_ins"))}
    return (entries[first], entries[second]) if len(entries) == 2 else None


# --- Seats ------------------------------------------------------------------------------------------------------------


COUNTED = (D.NOMINATED, D.CONFIRMED, D.WAITLISTED)
CROWD, SHARE = (
    4,
    4,
)  # a county is told of when it has at least four people, and more than one in four of those from counties


class GroupSeats(NamedTuple):
    """The seats of one group. `seats` and `reserve` are None where nothing was planned for it."""

    group: str
    label: str
    seats: int | None
    reserve: int | None
    nominated: int
    confirmed: int
    waitlisted: int

    @property
    def over(self) -> int:
        """Confirmed beyond the seats of the group."""
        return max(0, self.confirmed - self.seats) if self.seats is not None else 0

    @property
    def over_reserve(self) -> int:
        """On the reserve list beyond its places."""
        return max(0, self.waitlisted - self.reserve) if self.reserve is not None else 0

    @property
    def free(self) -> int | None:
        """Seats of the group that nobody has; None where none were planned."""
        return None if self.seats is None else max(0, self.seats - self.confirmed)


class SeatPlan(NamedTuple):
    """All groups with a seat planned or a person named, the counties of those confirmed, and the seats of the forum."""

    seats: int
    groups: list[GroupSeats]
    counties: dict[str, int]

    @property
    def confirmed(self) -> int:
        """Seats that are taken."""
        return sum(row.confirmed for row in self.groups)

    @property
    def planned(self) -> int:
        """Seats that were given to groups."""
        return sum(row.seats or 0 for row in self.groups)

    @property
    def free(self) -> int:
        """Seats that nobody has."""
        return max(0, self.seats - self.confirmed)


class Seated(NamedTuple):
    """What the plan counts of a person: group, county (its name, or nothing), state."""

    group: str
    county: str
    state: str


def seat_plan(forum: Forum) -> SeatPlan:
    """The seats of `forum` as they stand. A substitute sits on the seat of the principal. Two queries."""
    quotas = {row.group: (row.seats, row.reserve) for row in forum.quotas.all()}
    people = Delegate.objects.filter(forum=forum, state__in=COUNTED, sits_in_for=None).order_by()
    rows = people.values_list("group", "county__name", "state").annotate(Count("pk"))
    counted = Counter({Seated(group, county or "", state): number for group, county, state, number in rows})
    return plan(forum.seats, quotas, counted)


def plan(seats: int, quotas: Mapping[str, tuple[int, int]], people: Mapping[Seated, int]) -> SeatPlan:
    """The plan for `people`, each kind with its number. Groups keep the order of the register."""
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
    return SeatPlan(seats, groups, dict(sorted(counties.items(), key=lambda found: (-found[1], found[0]))))


def after(before: SeatPlan, chosen: Iterable[Seated], state: str) -> SeatPlan:
    """The plan once all `chosen` are in `state`; the others stay where they are."""
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
    return made._replace(counties=dict(sorted(counties.items(), key=lambda found: (-found[1], found[0]))))


def balance(seats: SeatPlan) -> list[str]:
    """What is out of balance in a plan, in plain words: too many first, then who is missing, then one county only."""
    found = []
    if seats.confirmed > seats.seats:
        words = {"taken": seats.confirmed, "seats": seats.seats}
        found.append(_("%(taken)s people are confirmed, but the forum has %(seats)s seats.") % words)
    for row in seats.groups:
        words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
        if row.over:
            found.append(_("%(group)s: %(taken)s confirmed, seats planned: %(seats)s.") % words)
        if row.over_reserve:
            words = {"group": row.label, "taken": row.waitlisted, "seats": row.reserve}
            found.append(_("%(group)s: %(taken)s on the reserve list, places planned: %(seats)s.") % words)
    for row in seats.groups:
        if row.seats and row.confirmed * 2 < row.seats:
            words = {"group": row.label, "taken": row.confirmed, "seats": row.seats}
            found.append(_("%(group)s: only %(taken)s of %(seats)s seats are taken.") % words)
    return found + _crowded(seats.counties)


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
    """Seats of `group` that nobody has (below zero when there are too many); None where none were planned for it."""
    quota = forum.quotas.filter(group=group).first()
    if quota is None:
        return None
    taken = Delegate.objects.filter(forum=forum, group=group, state=D.CONFIRMED, sits_in_for=None).count()
    return quota.seats - taken


# --- Decisions to be sent ---------------------------------------------------------------------------------------------


CURRENT = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)
DECISIONS = ("confirm", "waitlist", "refuse_delegate", "withdraw_delegate")
KIND = Delegate._meta.label_lower


def untold() -> QuerySet[Delegate]:
    """The people of current forums whom the last decision of the secretariat was not told.

    What an institution answered itself, by its link or on paper, is none; but whoever was told something before, of a
    seat perhaps, is told of that change too. An entry that is another's hears nothing.
    """
    decided = Event.objects.filter(kind=KIND, object_id=Cast(OuterRef("pk"), CharField()), after=OuterRef("state"))
    by_desk = decided.filter(verb__in=DECISIONS, by__isnull=False).exclude(data__has_key="letter")
    found = Delegate.objects.filter(forum__state__in=CURRENT, state__in=DECIDED, merged_into=None)
    return found.exclude(told=F("state")).filter(Exists(by_desk) | ~Q(told=""))


def untold_of(forum: Forum) -> QuerySet[Delegate]:
    """Those of one forum, by institution and name, with what a mail says of each."""
    found = untold().filter(forum=forum).select_related("forum", "stakeholder", "user", "sits_in_for")
    return found.order_by("stakeholder__name", "stakeholder", "name", "pk")


def own_address(delegate: Delegate) -> str:
    """The person's own address: as typed, else that of the person's account; empty where there is none. What an
    organisation typed counts while it is verified, or where the person was told something before."""
    user, is_known = delegate.user, delegate.stakeholder.state == StakeholderState.VERIFIED or delegate.told
    return (delegate.email if is_known else "") or (user.email if user and user.is_active else "")


def institution_addresses(people: Iterable[Delegate]) -> dict[int, str]:
    """Where mail to each institution of these people of one forum goes: where its letter went, else its contact
    address or primary focal point; empty where there is none. Two queries."""
    rows = list(people)
    if not rows:
        return {}
    letters = rows[0].forum.invitations.exclude(email="").filter(stakeholder__in={row.stakeholder_id for row in rows})
    return addresses_of({row.stakeholder for row in rows}) | dict(letters.values_list("stakeholder", "email"))


def refusal_reasons(people: Iterable[Delegate]) -> dict[int, str]:
    """Why each of the refused among them was refused, as the journal keeps it."""
    refused = [str(row.pk) for row in people if row.state == Delegate.State.REFUSED]
    if not refused:
        return {}
    rows = Event.objects.filter(kind=KIND, object_id__in=refused, verb="refuse_delegate")
    return {int(pk): reason for pk, reason in rows.values_list("object_id", "reason")}
