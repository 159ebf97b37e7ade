"""Menus: the sections of the public pages, and the rail of the pages where people work."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consultations import permissions
from consultations.queries.history import PAGES
from consultations.queries.inbox import waiting_count
from consultations.queries.saved_filters import LISTS
from positions.queries.consultations import DeskConsultation, desk_consultations, waiting_numbers


def _anyone(user: Any) -> bool:
    return True


def _nobody(user: Any) -> bool:
    return False


def _visitor(user: Any) -> bool:
    return not user.is_authenticated


def _stakeholder(user: Any) -> bool:
    return user.is_authenticated and not user.is_staff


def _staff(user: Any) -> bool:
    return user.is_authenticated and user.is_staff


class Section(NamedTuple):
    """Menu entry: its first page, the names (or name prefixes) of its pages, who sees it, and whether people work on
    its pages, so that they have the rail.
    """

    label: Any
    url_name: str
    pages: tuple[str, ...]
    shown_to: Callable[[Any], bool]
    is_work: bool = False


DESK_PAGES = (
    "desk_", "any_", "late_", "non_responses", "likeness", "import_", "intake", "job", "forum_", "door_", "plenary_",
    "session_", "letter", "step", "annex", "brief", "coverage_desk", "consultation_move",
)  # fmt: skip
PUBLIC_PAGES = (
    "theme",
    "consultation",
    "write",
    "meeting_sheet",
    "forum",
    "forum_answer",
    "forum_pack",
    "commitments",
    "communique",
    "figures_of",
)
SHOWN_TO_ROOM = ("forum_screen",)  # a page that a projector shows has a header of its own, and no rail
SECTIONS = (
    Section(_("For you"), "for_you", ("for_you", "hand_over", "take_back"), permissions.is_signed_in, is_work=True),
    Section(_("Consultation"), "home", PUBLIC_PAGES, _anyone),
    Section(_("Inputs"), "inputs", ("input", "coverage_", "participation", "submit", "draft", "receipt"), _anyone),
    Section(_("Position papers"), "papers", ("paper", "edition_", "verify", "review"), _anyone),
    Section(_("My organisation"), "my_organisation", ("my_", "register_", "join_"), _stakeholder, is_work=True),
    Section(_("Clearance"), "clearances", ("clearance",), permissions.has_clearances, is_work=True),
    Section(_("Desk"), "desk", DESK_PAGES, permissions.is_secretariat, is_work=True),
    Section(_("Find"), "find", ("find",), _nobody, is_work=True),
    Section(_("Admin"), "admin:index", ("admin:",), _staff, is_work=True),
    Section(_("Account"), "account_email", ("account_", "mfa_", "notices"), permissions.is_signed_in, is_work=True),
    Section(_("Sign in"), "account_login", ("account_", "mfa_"), _visitor),
)


def _nearest(section: Section, page: str) -> int:
    """Return the length of the matching prefix of the page's name: the longest match wins."""
    return max((len(name) for name in section.pages if page.startswith(name)), default=0)


def _item(section: Section, page: str, nearest: int) -> dict[str, str]:
    here = nearest and _nearest(section, page) == nearest
    current = "page" if page == section.url_name else "true" if here else ""
    return {"label": section.label, "url": reverse(section.url_name), "current": current}


def _items(request: HttpRequest) -> list[dict[str, str]]:
    user: Any = getattr(request, "user", None)
    if user is None:
        return []
    page = _page(request)
    shown = [section for section in SECTIONS if section.shown_to(user)]
    nearest = max(_nearest(section, page) for section in shown)
    return [_item(section, page, nearest) for section in shown]


def _page(request: HttpRequest) -> str:
    """Return the name of the page; that of a history or of saved filters stands below the page that they belong to."""
    match = request.resolver_match
    if match is None:
        return ""
    if match.view_name == "desk_history" and (of := PAGES.get(match.kwargs.get("kind", "").partition(".")[2])):
        return f"{of[0]}_history"
    if match.view_name.startswith("desk_filter") and (of_list := LISTS.get(match.kwargs.get("page", ""))):
        return f"{of_list}_filters"
    return match.view_name


# --- The rail ---------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """Entry of the rail: the names (or prefixes) of its pages, its sign (a path in a square of 16), and the kind of
    things that wait there.
    """

    label: Promise
    url_name: str
    pages: tuple[str, ...]
    sign: str
    kind: str = ""


class Link(NamedTuple):
    """Entry of the rail on one page."""

    label: Any
    url: str
    sign: str
    current: str
    number: int


class Rail(NamedTuple):
    """Rail of a page: links of the person, the consultation of the page, all consultations, and groups of links."""

    own: list[Link]
    consultation: DeskConsultation | None
    consultations: list[DeskConsultation]
    groups: list[tuple[Promise | str, list[Link]]]


OVERVIEW = "M1.5 8h13M2.2 8a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0M10.2 8a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0"
INPUTS = "M3.5 1.5h6l3 3v10h-9zM6 7h4M6 9.5h4M6 12h2.5"
LETTERS = "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5"
POINTS = "M2.5 4h3M2.5 12h3M8 4h6M8 12h6M4 8h10"
DUPLICATES = "M2 2h8.5v8.5H2zM5.5 10.5V14H14V5.5h-3.5"
PEOPLE = "M5.5 5a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0M3 14c0-3 2-5 5-5s5 2 5 5"
TILES = "M2 2h3.5v3.5H2zM6.3 2h3.5v3.5H6.3zM6.3 6.3h3.5v3.5H6.3zM10.5 6.3H14v3.5h-3.5zM6.3 10.5h3.5V14H6.3z"
EMPTY = "M3.5 1.5h6l3 3v10h-9zM6 9.5h4"
FORUM = "M2 13a6 6 0 0112 0M5 13a3 3 0 016 0M6.5 3.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0"
PAPER = "M3 1.5h10v13H3zM5.5 5h5M5.5 8h5M5.5 11h5"
CHECK = "M2 8.5l4 4 8-9"
REPLIES = "M6.5 3L2 7.5 6.5 12M2 7.5h7c3 0 5 2 5 5"
QUESTION = "M2 3h12v8.5H8l-3 3v-3H2zM6.5 6a1.5 1.5 0 1 1 2 1.4c-.4.2-.5.4-.5.8M8 9.6v.2"
CLOCK = "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8M8 4.5V8l2.5 2"
SETTINGS = (
    "M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M9.2 4.5a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0M3.2 11.5a1.8 1.8 0 1 0 3.6 0"
)

SETTINGS_PAGES = ("desk_settings", "desk_new", "desk_rules", "desk_letter")

IN_CONSULTATION: tuple[tuple[Promise | str, tuple[Entry, ...]], ...] = (
    ("", (Entry(_("Overview"), "desk_consultation", ("desk_consultation", "consultation_move"), OVERVIEW),)),
    (
        _("Listen"),
        (
            Entry(
                _("Inputs"),
                "desk_inputs",
                ("desk_input", "desk_bulk", "desk_hiding", "import_", "job"),
                INPUTS,
                "inputs",
            ),
            Entry(_("Letters, mail and calls"), "intake", ("intake",), LETTERS),
            Entry(_("Points"), "desk_points", ("desk_point", "session_"), POINTS, "points"),
            Entry(_("Duplicates"), "likenesses", ("likeness",), DUPLICATES),
            Entry(_("Coverage"), "coverage_desk", ("coverage_desk",), TILES),
            Entry(_("No input yet"), "non_responses", ("non_responses",), EMPTY),
            Entry(_("Late"), "late_inputs", ("late_",), CLOCK),
            Entry(_("Enquiries"), "desk_enquiries", ("desk_enquir",), QUESTION, "enquiries"),
        ),
    ),
    (_("Meet"), (Entry(_("Forums"), "desk_forums", ("forum_", "door_", "plenary_", "desk_forum"), FORUM),)),
    (
        _("Write"),
        (
            Entry(
                _("Position papers"),
                "desk_papers",
                ("desk_paper", "desk_", "annex", "brief", "step", "letter"),
                PAPER,
            ),
            Entry(_("Replies"), "desk_replies", ("desk_repl",), REPLIES, "replies"),
        ),
    ),
    ("", (Entry(_("Settings"), "desk_settings", SETTINGS_PAGES, SETTINGS),)),
)
ADMIN = Entry(_("Admin"), "admin:index", ("admin:",), "M2.5 2.5h11v11h-11zM2.5 8h11M6.5 5.3h3M6.5 10.8h3")
CHECKS = Entry(_("Checks of all stored data"), "desk_checks", ("desk_checks",), CHECK)
ACROSS: tuple[Entry, ...] = (
    Entry(_("General enquiries"), "desk_general_enquiries", ("desk_general_enquir",), QUESTION, "enquiries"),
    Entry(_("Organisations"), "desk_organisations", ("desk_organisation",), PEOPLE, "new"),
    Entry(_("Action points"), "desk_commitments", ("desk_commitment",), CHECK, "reported"),
    Entry(_("Second person"), "desk_proposals", ("desk_proposal",), PEOPLE),
    Entry(_("People and offices"), "desk_accounts", ("desk_account", "desk_offices"), PEOPLE),
    Entry(_("Holidays and offices"), "desk_holidays", ("desk_holiday",), SETTINGS),
    CHECKS,
    ADMIN,
)
TRAY = "M2.5 9.5h3l1 2h3l1-2h3M2.5 9.5v4h11v-4M2.5 9.5l2-6.5h7l2 6.5"
FOR_YOU = Entry(_("For you"), "for_you", ("for_you",), TRAY, "mine")
OWN: tuple[tuple[Entry, Callable[[Any], bool]], ...] = (
    (Entry(_("My organisation"), "my_organisation", ("my_", "register_", "join_"), PEOPLE), _stakeholder),
    (Entry(_("Write your input"), "submit", ("submit", "draft"), INPUTS), _stakeholder),
    (Entry(_("Clearance"), "clearances", ("clearance",), CHECK), permissions.has_clearances),
    (Entry(_("Position papers"), "papers", ("paper",), PAPER), _anyone),
    (CHECKS, _staff),
    (ADMIN, _staff),
)


def _links(entries: tuple[Entry, ...], page: str, slug: str, numbers: dict[str, int]) -> list[Link]:
    return [
        Link(
            entry.label,
            reverse(entry.url_name, args=[slug] if slug else []),
            entry.sign,
            _current(entry, page),
            numbers.get(entry.kind, 0),
        )
        for entry in entries
    ]


def _current(entry: Entry, page: str) -> str:
    """Return the value of aria-current: this page, or a page below it."""
    nearest = _length(entry, page)
    known = [each for _heading, group in IN_CONSULTATION for each in group]
    known += [FOR_YOU, *ACROSS, *(each for each, _who in OWN)]
    here = nearest and nearest == max(_length(each, page) for each in known)
    return "page" if page == entry.url_name else "true" if here else ""


def _length(entry: Entry, page: str) -> int:
    return max((len(name) for name in entry.pages if page.startswith(name)), default=0)


def _rail(request: HttpRequest) -> Rail | None:
    """Return the rail, or None on a page where nobody works, or for a visitor."""
    user, page = getattr(request, "user", None), _page(request)
    if not permissions.is_signed_in(user) or page in SHOWN_TO_ROOM:
        return None
    nearest = max(_nearest(section, page) for section in SECTIONS)
    if not nearest or not any(each.is_work for each in SECTIONS if _nearest(each, page) == nearest):
        return None
    is_desk = permissions.is_secretariat(user)
    entries = (FOR_YOU, *(() if is_desk else (entry for entry, who in OWN if who(user))))
    own = _links(entries, page, "", {"mine": waiting_count(user)})
    return _rail_of_desk(request, page, own) if is_desk else Rail(own, None, [], [])


def _rail_of_desk(request: HttpRequest, page: str, own: list[Link]) -> Rail:
    consultations, numbers = desk_consultations(), waiting_numbers()
    here = next((each for each in consultations if _is_at(request, each)), None)
    groups: list[tuple[Promise | str, list[Link]]] = []
    if here:
        waiting = numbers.get(here.pk, {})
        groups = [(heading, _links(entries, page, here.slug, waiting)) for heading, entries in IN_CONSULTATION]
    groups.append((_("Across all"), _links(ACROSS, page, "", numbers.get(None, {}))))
    return Rail(own, here, consultations, groups)


def _is_at(request: HttpRequest, consultation: DeskConsultation) -> bool:
    """Return whether a page is of this consultation: it said so, or its URL names one of its forums or papers."""
    noted, match = vars(request).get("consultation"), request.resolver_match
    if noted or match is None:
        return bool(noted and noted.pk == consultation.pk)
    records = {"desk/forums/": consultation.forums, "door/": consultation.forums, "desk/papers/": consultation.papers}
    records |= {"restricted/": consultation.papers, "steps/": consultation.papers}
    named = next((each for start, each in records.items() if match.route.startswith(f"{start}<slug:slug>")), [])
    return match.kwargs.get("slug") in {each.slug for each in named}


def nav(request: HttpRequest) -> dict[str, Any]:
    """Context processor: add the menu, the rail and the other language to every page.

    Adds `nav`, a lazy list of {label, url, current}, `rail`, and `other_language`. At most one query for a signed-in
    person, none for a visitor; two more for the number of *For you*, and two for the rail of the secretariat.
    """
    swahili = (get_language() or "").startswith("sw")
    other = {"code": "en", "name": "English"} if swahili else {"code": "sw", "name": "Kiswahili"}
    return {
        "nav": SimpleLazyObject(lambda: _items(request)),
        "rail": SimpleLazyObject(lambda: _rail(request)),
        "other_language": other,
    }
