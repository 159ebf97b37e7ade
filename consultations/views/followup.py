"""Action points: created after a forum, tracked until done, reported by organisations, read by everybody."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consultations import queries, workflow
from consultations.forms.followup import (
    OVERDUE,
    REPORTED,
    ActionForm,
    CommitmentFilterForm,
    DeskCommitmentsForm,
    ReportForm,
)
from consultations.models import ActionPoint, ActionState, Event, Forum, Stakeholder
from consultations.permissions import SignedInRequest, organisations_of
from consultations.queries.followup import in_order, open_before, with_source
from consultations.workflow import ACTION_MOVES
from ncm_portal.workflow import moves_open_to

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, carry_out, for_secretariat
from .page_cache import kept_for_visitors

MOST_BEFORE = 30  # of earlier forums, on the page of a later one
MOST, MOST_FOR_ALL = 500, 100  # actions per page at the desk, and on the public page
VERBS = {"drop_action": workflow.drop_action, "reopen_action": workflow.reopen_action}
BY_REASON = {verb: ACTION_MOVES[verb] for verb in VERBS}


def forum_of(slug: str) -> Forum:
    """Return the forum with this slug in any state; raises 404 if there is none."""
    return get_object_or_404(Forum.objects.select_related("consultation"), slug=slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_actions(request: SignedInRequest, slug: str) -> HttpResponse:
    """List the action points of a forum, overdue first, with a form to add one."""
    forum = forum_of(slug)
    if request.method != "POST":
        return _list(request, forum)
    form = ActionForm(request.POST)
    if not form.is_valid():
        return _list(request, forum, INVALID, form)
    outcome = attempt(lambda: workflow.note_action(forum, by=request.user, **form.cleaned_data))
    if outcome.reasons:
        return _list(request, forum, outcome, form)
    messages.success(request, _("Saved. It stays on this page until it is done or dropped."))
    return redirect("forum_actions", slug)


def _list(
    request: HttpRequest, forum: Forum, outcome: Outcome = NOTHING_DONE, form: forms.Form | None = None
) -> HttpResponse:
    actions = list(queries.actions_of(forum)[:MOST])
    context = {
        "forum": forum,
        "reasons": outcome.reasons,
        "form": form or ActionForm(),
        "actions": actions,
        "open": sum(action.state == ActionState.OPEN for action in actions),
        "overdue": sum(action.is_overdue for action in actions),
        "left_open": list(open_before(forum)[:MOST_BEFORE]),
        "to_carry": len(workflow.commitments_to_carry(forum)),
    }
    return render(request, "consultations/followup/actions.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_actions_carry(request: SignedInRequest, slug: str) -> HttpResponse:
    """Create an action point for every validated commitment, each once."""
    forum = forum_of(slug)
    if request.method == "POST":
        made = len(workflow.carry_commitments(forum, by=request.user))
        message = ngettext("%(n)s commitment is carried over.", "%(n)s commitments are carried over.", made)
        messages.success(
            request, message % {"n": made} if made else _("Every commitment has already been carried over.")
        )
    return redirect("forum_actions", slug)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_action(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Show one action point with its history; edit it while it is open."""
    action = _action(slug, key)
    if request.method != "POST":
        return _show(request, action)
    form = ActionForm(request.POST, action=action)
    if not form.is_valid():
        return _show(request, action, INVALID, form=form)
    outcome = attempt(lambda: workflow.amend_action(action, by=request.user, **form.cleaned_data), action)
    if outcome.reasons:
        return _show(request, action, outcome, form=form)
    messages.success(request, _("Saved."))
    return redirect("forum_action", slug, key)


def _action(slug: str, key: UUID) -> ActionPoint:
    return get_object_or_404(with_source(ActionPoint.objects.filter(forum__slug=slug)), key=key)


def _show(
    request: HttpRequest,
    action: ActionPoint,
    outcome: Outcome = NOTHING_DONE,
    *,
    form: forms.Form | None = None,
    report: ReportForm | None = None,
) -> HttpResponse:
    is_open = action.state == ActionState.OPEN
    context = {
        "action": action,
        "reasons": outcome.reasons,
        "form": report if report and report.errors else form or ActionForm(action=action),
        "amending": form or ActionForm(action=action),
        "report": report or ReportForm(initial={"report": action.report}),
        "is_open": is_open,
        "moves": moves_open_to(BY_REASON, action, request.user),
        "events": Event.objects.about(action).reverse(),
        "here": reverse("forum_action", args=[action.forum.slug, action.key]),
    }
    return render(request, "consultations/followup/desk_action.html", context, status=outcome.status)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_action_move(request: SignedInRequest, slug: str, key: UUID, verb: str) -> HttpResponse:
    """Confirm, drop or reopen an action by the verb in the URL."""
    action = _action(slug, key)
    if request.method != "POST":
        return redirect("forum_action", slug, key)
    report = None
    if verb == "finish_action":
        report = ReportForm(request.POST)
        if not report.is_valid():
            return _show(request, action, INVALID, report=report)
        text = report.cleaned_data["report"]
        outcome = attempt(lambda: workflow.finish_action(action, by=request.user, report=text), action)
    else:
        outcome = carry_out(request, action, verb, VERBS)
    if outcome.reasons:
        return _show(request, action, outcome, report=report)
    messages.success(request, _("Done: %(move)s.") % {"move": ACTION_MOVES[verb].label})
    return redirect("forum_action", slug, key)


# --- For who does it --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def my_action(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Show an action of the user's organisation, with a form to report it done. Raises 404 for another's."""
    bodies = organisations_of(request.user)
    action = get_object_or_404(with_source(ActionPoint.objects.filter(stakeholder__in=bodies)), key=key)
    posted = request.POST if request.method == "POST" else None
    form, outcome = ReportForm(posted, initial={"report": action.report}), NOTHING_DONE
    if posted is not None and form.is_valid():
        text = form.cleaned_data["report"]
        outcome = attempt(lambda: workflow.say_done(action, by=request.user, note=text), action)
        if not outcome.reasons:
            messages.success(request, _("Thank you. The secretariat will read it and mark the action as done."))
            return redirect("my_action", key)
    elif posted is not None:
        outcome = INVALID
    is_open = action.state == ActionState.OPEN
    context = {"action": action, "form": form, "reasons": outcome.reasons, "is_open": is_open}
    return render(request, "consultations/followup/action.html", context, status=outcome.status)


# --- Over all forums --------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_for_visitors
def commitments(request: HttpRequest) -> HttpResponse:
    """List commitments from reported forums by institution, with their outcome."""
    result = queries.commitments()
    form = CommitmentFilterForm(request.GET, bodies=_bodies(result))
    context = {"form": form, **_by_body(_narrowed(result, form.filters))}
    return render(request, "consultations/followup/commitments.html", context)


def _bodies(actions: QuerySet[ActionPoint]) -> QuerySet[Stakeholder]:
    return Stakeholder.objects.filter(pk__in=actions.order_by().values("stakeholder")).only("name").order_by("name")


def _narrowed(actions: QuerySet[ActionPoint], filters: dict[str, Any]) -> QuerySet[ActionPoint]:
    """Filter actions by organisation and state."""
    state = filters.get("state")
    if filters.get("organisation"):
        actions = actions.filter(stakeholder=filters["organisation"])
    if state == OVERDUE:
        return actions.filter(queries.overdue())
    if state == REPORTED:
        return actions.filter(pk__in=queries.reported_done().values("pk"))
    return actions.filter(state=state) if state else actions


def _by_body(actions: QuerySet[ActionPoint]) -> dict[str, Any]:
    """Return the actions grouped by organisation in name order, and their number."""
    rows = list(actions[: MOST_FOR_ALL + 1])
    result: dict[str, list[ActionPoint]] = {}
    for row in rows[:MOST_FOR_ALL]:
        result.setdefault(row.stakeholder.name if row.stakeholder else row.responsible, []).append(row)
    shown = min(len(rows), MOST_FOR_ALL)
    return {"bodies": sorted(result.items()), "number": shown, "is_more": len(rows) > MOST_FOR_ALL}


@for_secretariat
@require_safe
def desk_commitments(request: HttpRequest) -> HttpResponse:
    """List the action points of all forums, overdue first."""
    every = ActionPoint.objects.all()
    form = DeskCommitmentsForm(request.GET, bodies=_bodies(every))
    result = in_order(with_source(_narrowed(every, form.filters)))
    context = {
        "form": form,
        "actions": result[:MOST],
        "number": result.count(),
        "overdue": every.filter(queries.overdue()).count(),
        "most": MOST,
    }
    return render(request, "consultations/followup/desk_commitments.html", context)
