"""The page "Who may do what", and the tables of rules behind it."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from consultations.queries.changes import PAPERS
from consultations.views.page_cache import kept_until
from positions.roles import ROLES, Allowed, allowed, tables


@login_not_required
@require_safe
@kept_until(PAPERS)
def show(request: HttpRequest) -> HttpResponse:
    """The page "Who may do what": one fold for each role, in sentences."""
    return render(request, "positions/roles/roles.html", {"roles": _roles(translation.get_language())})


@login_not_required
@require_safe
@kept_until(PAPERS)
def rules(request: HttpRequest) -> HttpResponse:
    """The same as tables: each rule with the states that it leads from and to."""
    return render(request, "positions/roles/rules.html", {"rules": _rules(translation.get_language())})


@cache
def _roles(language: str) -> SafeString:
    """Return the roles in the language of the page, cached like the tables."""
    shown = [
        {"name": role, "duty": duty, "allowed": [_sentence(each) for each in allowed(role)]}
        for role, (_person, duty) in ROLES.items()
    ]
    return render_to_string("positions/roles/_roles.html", {"roles": shown})


def _sentence(group: Allowed) -> dict[str, Any]:
    """Return what a role may do with one type of record as parts of a sentence."""
    words = [str(act) for act in group.acts]
    whose = f" ({group.limit}):" if group.limit else ":"
    return {"title": group.title, "whose": whose, "acts": [word[:1].lower() + word[1:] for word in words]}


@cache
def _rules(language: str) -> SafeString:
    """Return the tables in the language of the page, cached: they do not change at run time."""
    return render_to_string("positions/roles/_tables.html", {"tables": tables()})
