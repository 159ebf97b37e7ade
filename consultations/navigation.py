"""Main menu: which sections a person sees, and which is current."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import permissions


def _anyone(user: Any) -> bool:
    return True


def _visitor(user: Any) -> bool:
    return not user.is_authenticated


def _stakeholder(user: Any) -> bool:
    return user.is_authenticated and not user.is_staff


def _staff(user: Any) -> bool:
    return user.is_authenticated and user.is_staff


class Section(NamedTuple):
    """Menu entry: its first page, the names (or name prefixes) of its pages, and who sees it."""

    label: Any
    url_name: str
    pages: tuple[str, ...]
    shown_to: Callable[[Any], bool]


SECTIONS = (
    Section(_("Consultation"), "home", ("theme", "forum", "commitments", "communique", "figures_of"), _anyone),
    Section(_("Inputs"), "inputs", ("input", "coverage_", "participation", "submit", "draft", "receipt"), _anyone),
    Section(_("Position papers"), "papers", ("paper", "edition_", "verify", "review"), _anyone),
    Section(_("My organisation"), "my_organisation", ("my_", "register_", "join_"), _stakeholder),
    Section(_("Clearance"), "clearances", ("clearance", "step"), permissions.has_clearances),
    Section(
        _("Desk"),
        "desk",
        ("desk_", "late_", "non_responses", "likeness", "import_", "intake", "job", "forum_", "door_", "plenary_"),
        permissions.is_secretariat,
    ),
    Section(_("Admin"), "admin:index", ("admin:",), _staff),
    Section(_("Account"), "account_email", ("account_", "mfa_", "notices"), permissions.is_signed_in),
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
    page = request.resolver_match.view_name if request.resolver_match else ""
    shown = [section for section in SECTIONS if section.shown_to(user)]
    nearest = max(_nearest(section, page) for section in shown)
    return [_item(section, page, nearest) for section in shown]


def nav(request: HttpRequest) -> dict[str, Any]:
    """Context processor: add the menu and the other language to every page.

    Adds `nav`, a lazy list of {label, url, current}, and `other_language`. At most one query for a signed-in person,
    none for a visitor.
    """
    swahili = (get_language() or "").startswith("sw")
    other = {"code": "en", "name": "English"} if swahili else {"code": "sw", "name": "Kiswahili"}
    return {"nav": SimpleLazyObject(lambda: _items(request)), "other_language": other}
