"""The page "Who may do what"."""

from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from consultations.queries.changes import PAPERS
from consultations.views.page_cache import kept_until
from positions.roles import ROLES, tables


@login_not_required
@require_safe
@kept_until(PAPERS)
def show(request: HttpRequest) -> HttpResponse:
    """The page "Who may do what"."""
    return render(request, "positions/roles/roles.html", {"rules": _rules(translation.get_language())})


@cache
def _rules(language: str) -> SafeString:
    """Return the roles and tables in the language of the page, cached: they do not change at run time."""
    duties = [(role, duty) for role, (_person, duty) in ROLES.items()]
    return render_to_string("positions/roles/_tables.html", {"duties": duties, "tables": tables()})
