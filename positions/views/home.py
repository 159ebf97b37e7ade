"""The first page: what is open, where the position goes, what was heard, what was adopted."""

from collections.abc import Iterable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Milestone, MilestoneState
from consultations.views.page_cache import kept_for_visitors
from ncm_portal import workflow
from positions.queries.papers import latest_edition


@login_not_required
@require_safe
@kept_for_visitors
def home(request: HttpRequest) -> HttpResponse:
    """The consultation that is open, or else the latest, with its milestones and themes; the latest adopted paper."""
    current = queries.current_round()
    edition = latest_edition(current)
    # a round without a way of its own shows the way of the adopted position
    milestones = queries.key_milestones(current, edition.paper.consultation if edition else None)
    context = {
        "round": current,
        "participation": queries.participation(current) if current else None,
        "milestones": milestones,
        "next": next_milestone(milestones),
        "themes": queries.theme_figures(current) if current else [],
        "edition": edition,
    }
    return render(request, "positions/home.html", context)


def next_milestone(milestones: Iterable[Milestone]) -> Milestone | None:
    """The first of `milestones` that has not been held or cancelled and does not lie in the past."""
    today = timezone.localdate(workflow.now())
    ahead = (found for found in milestones if found.state in (MilestoneState.PLANNED, MilestoneState.MOVED))
    return next((found for found in ahead if (found.actual_start or found.planned_start) >= today), None)
