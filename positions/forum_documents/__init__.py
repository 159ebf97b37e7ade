"""Printed documents of a forum: which exist, their purpose, and the data they are made from.

Each is a function from a forum to JSON values; `positions.render.day` reads nothing else, so that the same forum gives
the same bytes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ncm_portal.workflow import Words
from positions.text.canonical import canonical

from . import outcome, people, programme
from .reading import Content, Day

ROWS = {"register": 17, "attendance": 14}  # one-line rows per page of a table


@dataclass(frozen=True)
class Paper:
    """Type of document: name, purpose, data function and number of sheets.

    `missing` returns why it cannot be printed yet, or nothing. `exact` is False if the number of sheets is an estimate.
    `for_people`: it is printed person by person, possibly for some of them only.
    """

    slug: str
    title: Words
    purpose: Words
    make: Callable[..., Content]
    sheets: Callable[[Content], int]
    missing: Callable[[Day], str]
    exact: bool = False
    for_people: bool = False

    @property
    def kind(self) -> str:
        """Return the type of document: documents of one type replace each other, such as badges in two formats."""
        return self.slug.removesuffix("-single")


def _somebody(day: Day) -> str:
    return "" if day.confirmed else _("No delegate is confirmed yet.")


def _programme(day: Day) -> str:
    return "" if day.working_sessions else _("There is no programme yet.")


def _missing_check_ins(day: Day) -> str:
    return "" if day.check_ins else _("Nobody has checked in yet.")


def _missing_end(day: Day) -> str:
    return _missing_check_ins(day) if people.is_over(day) else _("The forum has not ended yet.")


def _missing_communique(day: Day) -> str:
    return "" if day.communique else _("There is no communiqué yet.")


def _nothing(day: Day) -> str:
    return ""


def _one_each(content: Content) -> int:
    return len(content["people"])


def _pages(rows: int, on_a_page: int) -> int:
    return max(1, -(-rows // on_a_page))


def _badge_sheets(content: Content) -> int:
    return -(-len(content["people"]) // 4)


def _register_sheets(content: Content) -> int:
    rows = len(content["people"]) + content["blank"]
    return len(content["halves"]) * _pages(rows, ROWS["register"])


def _attendance_sheets(content: Content) -> int:
    return _pages(len(content["people"]) + len(content["absent"]), ROWS["attendance"])


def _programme_sheets(content: Content) -> int:
    return _pages(sum(len(each["sessions"]) for each in content["days"]), 16)


def _seat_sheets(content: Content) -> int:
    return _pages(sum(len(each["confirmed"]) + len(each["reserve"]) + 4 for each in content["groups"]), 26)


def _minutes_sheets(content: Content) -> int:
    points = sum(len(kind["points"]) for each in content["sessions"] for kind in each["points"])
    return 2 + _pages(points + 3 * len(content["sessions"]) + 3 * len(content["floor"]) + len(content["actions"]), 14)


PAPERS = {
    paper.slug: paper
    for paper in (
        Paper(
            "badges",
            gettext_lazy("Badges, four on a sheet"),
            gettext_lazy("For A6 badge holders, with the code to scan at the entrance. Cut along the marks."),
            people.badges,
            _badge_sheets,
            _somebody,
            exact=True,
            for_people=True,
        ),
        Paper(
            "badges-single",
            gettext_lazy("Badges, one on a page"),
            gettext_lazy("The same badges for a badge printer, on A6 paper."),
            people.single_badges,
            _one_each,
            _somebody,
            exact=True,
            for_people=True,
        ),
        Paper(
            "name-plates",
            gettext_lazy("Name-plates"),
            gettext_lazy("For the table. Fold along the line, so that both sides show the name."),
            people.plates,
            _one_each,
            _somebody,
            exact=True,
            for_people=True,
        ),
        Paper(
            "register",
            gettext_lazy("Register to be signed"),
            gettext_lazy("One sheet for each half-day, with blank rows for people who come without registering."),
            people.register,
            _register_sheets,
            _somebody,
        ),
        Paper(
            "programme",
            pgettext_lazy("of a forum", "Programme"),
            gettext_lazy("For everybody’s folder: times, rooms and roles."),
            programme.programme,
            _programme_sheets,
            _programme,
        ),
        Paper(
            "session-sheets",
            gettext_lazy("Sheets for rapporteurs"),
            gettext_lazy(
                "For each session: what the portal knows already, and ruled space to write "
                "on when there is no connection."
            ),
            programme.session_sheets,
            lambda content: 3 * len(content["sheets"]),
            _programme,
        ),
        Paper(
            "seat-plan",
            gettext_lazy("Seats by group"),
            gettext_lazy(
                "For the head and the ushers: who has a seat, who is on the reserve list and which seats are free."
            ),
            people.seat_plan,
            _seat_sheets,
            _nothing,
        ),
        Paper(
            "attendance",
            gettext_lazy("Register of attendance"),
            gettext_lazy("For the file: who attended which half-day, when they checked in and how."),
            people.attendance,
            _attendance_sheets,
            _missing_check_ins,
        ),
        Paper(
            "certificates",
            gettext_lazy("Certificates of participation"),
            gettext_lazy("For people who attended, with the days. The head of the secretariat signs them."),
            people.certificates,
            _one_each,
            _missing_end,
            exact=True,
            for_people=True,
        ),
        Paper(
            "minutes",
            gettext_lazy("Minutes"),
            gettext_lazy("What was said and decided, and who does what by when. It is a draft until it is reported."),
            outcome.minutes,
            _minutes_sheets,
            _nothing,
        ),
        Paper(
            "communique",
            gettext_lazy("Communiqué"),
            gettext_lazy("The short text for the public, with its state."),
            outcome.communique,
            lambda content: _pages(sum(len(line) for _kind, lines in content["blocks"] for line in lines), 2500),
            _missing_communique,
        ),
    )
}


def content(day: Day, slug: str, *, only: people.Only = None) -> Content:
    """Return the content of a document in English as JSON values. `only` limits the people."""
    with translation.override("en"):
        return PAPERS[slug].make(day, only=only)


def fingerprint(made: Content) -> str:
    """Return the SHA-256 of a document's content without its timestamp, which changes when anything printed changes."""
    return hashlib.sha256(canonical({**made, "as_of": ""})).hexdigest()


def prints_of(made: Content) -> dict[int, str]:
    """Return a short fingerprint of what is printed of each person, by primary key."""
    return {each["pk"]: hashlib.sha256(canonical(each)).hexdigest()[:12] for each in made["people"]}


__all__ = [
    "PAPERS",
    "Content",
    "Day",
    "Paper",
    "content",
    "fingerprint",
    "prints_of",
]
