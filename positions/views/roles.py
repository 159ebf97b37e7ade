"""The page "Who may do what"."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.views.memory import kept_for_visitors
from positions.roles import ROLES, tables


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest) -> HttpResponse:
    """The page "Who may do what"."""
    duties = [(role, duty) for role, (_person, duty) in ROLES.items()]
    return render(request, "positions/roles.html", {"duties": duties, "tables": tables()})
