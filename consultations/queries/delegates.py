"""The people of a forum for its desk: the list, the badges, and entries that may be one person."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from consultations.models import CheckIn, Delegate, DelegateState, Forum

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
