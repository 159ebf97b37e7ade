"""The desk's consultations: all of them over the years, and the overview, forums and papers of each."""

from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.charts import NARROW, TimeBars, time_bars, week_columns
from consultations.models import (
    Consultation,
    ConsultationState,
    Forum,
    Group,
    Office,
    Submission,
    SubmissionState,
    User,
)
from consultations.permissions import SignedInRequest
from consultations.queries import statistics
from consultations.queries.inbox import in_groups, inbox
from consultations.views.decorators import LAST_CONSULTATION, consultation_at, for_secretariat
from consultations.views.statistics import map_of
from consultations.workflow import CONSULTATION_MOVES
from ncm_portal import workflow
from positions.models import ClearanceState, PositionPaper
from positions.queries.consultations import (
    ClearanceTime,
    DeskConsultation,
    Step,
    clearance_times,
    coming_dates,
    desk_consultations,
    steps_of,
    waiting_numbers,
    years_of,
)

FEWEST = 8
EXPORT_FORMS = (("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON"))
MOST_IN_PICTURE = 30
WIDE, LABELS = 1040, 150  # of the picture of all consultations


@for_secretariat
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Lead to the consultation last worked in, if it is under way, or to the only one under way, or else to all."""
    under_way = [each for each in desk_consultations() if each.is_under_way]
    last = request.COOKIES.get(LAST_CONSULTATION)
    fitting = [each for each in under_way if each.slug == last] or under_way
    return redirect("desk_consultation", fitting[0].slug) if len(fitting) == 1 else redirect("desk_all")


# --- All consultations ------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Consultation in the list of all: its steps, and its numbers of inputs and organisations."""

    consultation: Consultation
    steps: list[Step]
    inputs: int
    organisations: int

    @property
    def here(self) -> int:
        """Return the number of the step it has reached, from 1."""
        return next(turn for turn, step in enumerate(self.steps, 1) if step.state == "here")


@for_secretariat
@require_safe
def desk_all(request: HttpRequest) -> HttpResponse:
    """List all consultations over the years, by whether they are under way, over or in preparation."""
    known = {each.pk: each for each in desk_consultations()}
    rows = _with_numbers().prefetch_related("forums", "papers")
    groups: dict[str, list[Row]] = {"now": [], "before": [], "ahead": []}
    for row in rows.order_by("-opens_at", "-pk"):
        groups[_period(known[row.pk])].append(
            Row(row, _steps(row, dated=False), row.input_count, row.organisation_count)
        )
    context = {"groups": groups, "number": len(known), "picture": _years(groups)}
    return render(request, "positions/consultations/all.html", context)


def _years(groups: dict[str, list[Row]]) -> TimeBars:
    """Return the picture of the latest consultations over the years, the earliest first."""
    listed = [row.consultation for rows in groups.values() for row in rows]
    latest = sorted(listed, key=lambda each: each.opens_at)[-MOST_IN_PICTURE:]
    rows = [years_of(each, each.forums.all(), each.papers.all()) for each in latest]
    return time_bars(rows, timezone.localdate(workflow.now()), width=WIDE, left=LABELS)


def _with_numbers() -> QuerySet[Consultation, Any]:
    organisations = Count("tallies__stakeholder", filter=Q(tallies__inputs__gt=0), distinct=True)
    return Consultation.objects.annotate(
        input_count=Coalesce(Sum("tallies__inputs"), 0), organisation_count=organisations
    )


def _period(consultation: DeskConsultation) -> str:
    if consultation.state == ConsultationState.DRAFT:
        return "ahead"
    return "now" if consultation.is_under_way else "before"


def _steps(consultation: Consultation, *, dated: bool) -> list[Step]:
    forums = sorted(consultation.forums.all(), key=lambda each: each.starts_on, reverse=True)
    papers = sorted(consultation.papers.all(), key=lambda each: each.created_at, reverse=True)
    return steps_of(consultation, forums, papers, dated=dated)


# --- One consultation -------------------------------------------------------------------------------------------------


@for_secretariat
@require_safe
def desk_consultation(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show where a consultation stands, what waits in it, who has written, the next dates and the team."""
    consultation = consultation_at(request, slug)
    places = statistics.by_county(consultation)
    groups = queries.inputs_by_group(consultation, list(consultation.themes.all()))
    context = {
        "consultation": consultation,
        "steps": _steps(consultation, dated=True),
        "figures": queries.participation(consultation),
        "sent_today": _sent_today(consultation),
        "all_groups": len(Group),
        "places": places,
        "heard_places": sum(bool(place.inputs) for place in places),
        "map": map_of(places),
        "export_forms": EXPORT_FORMS,
        "fewest": _fewest(groups),
        "most": max((each.total for each in groups.groups), default=0),
        **_pace(consultation),
        "waiting": waiting_numbers().get(consultation.pk, {}),
        "inbox": in_groups([row for row in inbox(request.user) if row.place == consultation.short_title]),
        "team": _team(consultation),
        "dates": coming_dates(consultation, consultation.forums.all()),
        "moves": workflow.moves_open_to(CONSULTATION_MOVES, consultation, request.user),
        "moves_at": f"{reverse('desk_consultation', args=[slug])}moves/",
    }
    return render(request, "positions/consultations/overview.html", context)


def _pace(consultation: Consultation) -> dict[str, Any]:
    """Return the pictures of how the work goes, with their tables."""
    previous, weeks = statistics.inputs_by_week(consultation)
    clearances = clearance_times(consultation)
    return {
        "previous": previous,
        "weeks": weeks,
        "week_picture": week_columns([(week.inputs, week.before) for week in weeks]),
        "answers": statistics.times_to_answer(consultation),
        "clearances": clearances,
        "clearance_picture": _clearance_picture(clearances) if clearances else None,
    }


def _clearance_picture(clearances: list[ClearanceTime]) -> TimeBars:
    """Return the clearances on a line of time; today is on it only where an answer is still to come."""
    waits = any(each.clearance.state == ClearanceState.REQUESTED for each in clearances)
    today = timezone.localdate(workflow.now()) if waits else None
    return time_bars([each.stretch for each in clearances], today, width=NARROW, left=NARROW * 2 // 5)


def _sent_today(consultation: Consultation) -> int:
    today = timezone.localdate(workflow.now())
    return sum(consultation.day_tallies.filter(day=today).order_by().values_list("inputs", flat=True))


def _fewest(by_group: statistics.InputsByGroup) -> list[tuple[str, int]]:
    """Return the groups with the fewest inputs, with their numbers."""
    silent = [(str(label), 0) for label in by_group.silent]
    with_inputs = sorted(((str(group.label), group.total) for group in by_group.groups), key=lambda row: row[1])
    return [*silent, *with_inputs][:FEWEST]


def _team(consultation: Consultation) -> QuerySet[User, Any]:
    """Return its team, or else all officers of the secretariat, with the numbers of inputs that each has to decide."""
    waiting = Submission.objects.filter(consultation=consultation, state=SubmissionState.SUBMITTED)
    assigned = waiting.filter(assigned_to=OuterRef("pk")).order_by().values("assigned_to")
    number = Coalesce(Subquery(assigned.annotate(number=Count("pk")).values("number")), 0)
    officers = User.objects.filter(office__in=[Office.SECRETARIAT, Office.HEAD], is_active=True)
    if consultation.team.exists():
        officers = officers.filter(team_of=consultation)
    return officers.annotate(open_count=number).order_by("name", "pk")


@for_secretariat
@require_safe
def desk_forums(request: HttpRequest, slug: str) -> HttpResponse:
    """List the forums of a consultation, the latest first."""
    consultation = consultation_at(request, slug)
    forums = Forum.objects.filter(consultation=consultation).order_by("-starts_on", "-pk")
    return render(request, "positions/consultations/forums.html", {"consultation": consultation, "forums": forums})


@for_secretariat
@require_safe
def desk_papers(request: HttpRequest, slug: str) -> HttpResponse:
    """List the position papers of a consultation, the latest first."""
    consultation = consultation_at(request, slug)
    papers = PositionPaper.objects.filter(consultation=consultation).order_by("-created_at", "-pk")
    return render(request, "positions/consultations/papers.html", {"consultation": consultation, "papers": papers})
