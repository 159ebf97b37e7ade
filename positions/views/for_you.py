"""For you: everything that waits for the person who has signed in."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import Office, Stakeholder, StakeholderState, Submission, SubmissionState, User
from consultations.permissions import SignedInRequest, is_official, is_secretariat, live_memberships, organisations_of
from consultations.queries.forums import public_rounds
from consultations.queries.inbox import TABS, NextDate, Row, in_groups, inbox, next_dates
from ncm_portal.workflow import now
from positions.queries.briefs import in_force

MOST_NAMED = 5  # colleagues with inputs, open consultations


@require_safe
def for_you(request: SignedInRequest) -> HttpResponse:
    """Show what waits for the user, the most urgent first; with `?show=` one kind of work only. An unknown one is
    ignored.
    """
    rows, shown = inbox(request.user), request.GET.get("show", "")
    tabs = _tabs(rows, shown)
    if any(tab["current"] for tab in tabs[1:]):
        rows = [row for row in rows if row.tab == shown]
    context = {
        "groups": in_groups(rows),
        "tabs": tabs,
        "today": now(),
        "office": dict(Office.choices)[Office(request.user.office)] if request.user.office else "",
        "bodies": [] if request.user.is_staff else _bodies(request.user),
        "recorded": [] if request.user.is_staff else organisations_of(request.user),
        **_about(request.user, next_dates(timezone.localdate(now()))),
    }
    return render(request, "positions/for_you/page.html", context)


def _tabs(rows: list[Row], shown: str) -> list[dict[str, Any]]:
    """Return the kinds of work that wait, each with its number: none if there is only one."""
    numbers = {tab: sum(row.tab == tab for row in rows) for tab in TABS}
    waiting = [tab for tab in TABS if numbers[tab]]
    if len(waiting) < 2:
        return []
    here = shown if shown in waiting else ""
    every = {"label": _("All"), "number": len(rows), "url": reverse("for_you"), "current": not here}
    return [every, *({**_tab(tab, here), "number": numbers[tab]} for tab in waiting)]


def _tab(tab: str, here: str) -> dict[str, Any]:
    return {"label": TABS[tab], "url": reverse("for_you", query={"show": tab}), "current": tab == here}


def _about(user: User, dates: list[NextDate]) -> dict[str, Any]:
    """Return what stands beside the list, by the role of the person: the end of a consultation once."""
    if is_secretariat(user):
        return {"dates": dates, "given": _given(user)}
    if is_official(user):
        return {"dates": dates, "is_official": True, **_for_officials(user, dates)}
    if user.is_staff:
        return {"dates": dates}
    bodies = _bodies(user)
    return {
        "dates": [each for each in dates if each.kind != "closes"],
        "open_rounds": [each for each in public_rounds() if each.takes_inputs][:MOST_NAMED],
        "may_write": any(body.state == StakeholderState.VERIFIED for body in bodies),
        "has_none": not bodies,
    }


def _bodies(user: User) -> list[Stakeholder]:
    """Return the organisations for which the person acts or clears, each once."""
    return list(dict.fromkeys(member.stakeholder for member in live_memberships(user)))


def _for_officials(user: User, dates: list[NextDate]) -> dict[str, Any]:
    """Return the positions in force, and the next milestone with the days until then."""
    today = timezone.localdate(now())
    milestone = next((each for each in dates if each.kind == "milestone"), None)
    days = (milestone.day - today).days if milestone else None
    return {"positions": in_force(user, today), "milestone": milestone, "days": days}


def _given(user: User) -> list[User]:
    """Return who else has inputs to read, with their `number`. One query, which looks up the inputs of each officer."""
    waiting = Submission.objects.filter(assigned_to=OuterRef("pk"), state=SubmissionState.SUBMITTED).order_by()
    number = Subquery(waiting.values("assigned_to").annotate(number=Count("pk")).values("number"))
    officers = User.objects.filter(office__in=[Office.SECRETARIAT, Office.HEAD]).exclude(pk=user.pk)
    return list(officers.annotate(number=number).filter(number__gt=0).only("name").order_by("name")[:MOST_NAMED])
