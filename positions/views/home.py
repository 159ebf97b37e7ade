"""Home page and theme pages."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import (
    Consultation,
    ConsultationState,
    Instrument,
    Milestone,
    MilestoneState,
    PublicDocument,
    Tally,
    Theme,
    ThemeProvision,
)
from consultations.permissions import SignedInRequest
from consultations.queries.forums import as_if_open
from consultations.queries.letterhead import letterhead_in_force
from consultations.queries.public_documents import documents_of
from consultations.queries.statistics import by_county
from consultations.queries.themes import questions_by_theme
from consultations.views.consultations import which_round
from consultations.views.decorators import for_secretariat
from consultations.views.page_cache import kept_for_visitors
from consultations.workflow.enquiries import WITHIN
from ncm_portal import workflow
from positions.models import Edition
from positions.queries.consultations import public_steps
from positions.queries.papers import latest_edition, on_theme


@login_not_required
@require_safe
@kept_for_visitors
def home(request: HttpRequest) -> HttpResponse:
    """Show the open consultations, each with its button, or else the latest one; and the latest adopted paper.

    A single one is shown with its milestones, and each with its themes.
    """
    return _show_home(request, queries.public_rounds())


@for_secretariat
@require_safe
def preview(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the home page as it will be once a consultation in preparation is open; when it has opened, the home page
    itself.
    """
    consultation = get_object_or_404(Consultation, slug=slug)
    if consultation.state != ConsultationState.DRAFT:
        return redirect("home")
    page = _show_home(request, [as_if_open(consultation), *queries.public_rounds()], preview=consultation)
    page["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _show_home(request: HttpRequest, rounds: list[Consultation], **marks: Any) -> HttpResponse:
    is_open = [item for item in rounds if item.takes_inputs]
    if len(is_open) > 1:
        return render(request, "positions/home/several.html", _several(is_open) | marks)
    current = next(iter(rounds), None)
    edition = latest_edition(current)
    milestones = _milestones(current, edition)
    context = {
        "round": current,
        "participation": queries.participation(current) if current else None,
        "milestones": milestones,
        "next": next_milestone(milestones),
        "themes": queries.theme_figures(current)[0] if current else [],
        "edition": edition,
        "documents": documents_of([current]) if current else [],
    }
    return render(request, "positions/home/home.html", context | marks)


def _milestones(current: Consultation | None, edition: Edition | None) -> list[Milestone]:
    """Return the milestones below a consultation: never those of a finished one below one that is open.

    One without milestones that has closed shows those of the adopted position.
    """
    of_position = edition.paper.consultation if edition and not (current and current.takes_inputs) else None
    return queries.key_milestones(current, of_position)


def _several(rounds: list[Consultation]) -> dict[str, Any]:
    """Return the data of the home page for several open consultations, the first to close first."""
    shown = sorted(rounds, key=lambda item: item.closes_at)
    documents: dict[int, list[PublicDocument]] = defaultdict(list)
    for document in documents_of(shown):
        documents[document.consultation_id].append(document)
    listed = [documents[item.pk] for item in shown]
    return {
        "openings": list(zip(shown, queries.theme_figures(*shown), listed, strict=True)),
        "is_sample": any(item.is_sample for item in shown),
        "edition": latest_edition(None),
    }


def next_milestone(milestones: Iterable[Milestone]) -> Milestone | None:
    """Return the first of `milestones` that is neither held, cancelled nor past."""
    today = timezone.localdate(workflow.now())
    ahead = (item for item in milestones if item.state in (MilestoneState.PLANNED, MilestoneState.MOVED))
    dated = ((item, item.actual_start or item.planned_start) for item in ahead)
    return next((item for item, day in dated if day and day >= today), None)


# --- A consultation ---------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_for_visitors
def consultation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a consultation to who may take part in it: where it stands, its questions, the ways to write, and whom to
    ask.

    Raises 404 for one that has not opened.
    """
    current = next((item for item in queries.public_rounds() if item.slug == slug), None)
    if current is None:
        raise Http404
    newest = latest_edition(current)
    edition = newest if newest and newest.paper.consultation_id == current.pk else None
    questions = dict(questions_by_theme(current))
    context = {
        "round": current,
        "steps": public_steps(current, edition),
        "milestones": (milestones := queries.own_milestones(current)),
        "next": next_milestone(milestones),
        "themes": [(theme, questions.get(theme, [])) for theme in current.themes.order_by("order")],
        "participation": queries.participation(current),
        "silent": sum(not place.inputs for place in by_county(current)),
        "edition": edition,
        "documents": documents_of([current]),
        "letterhead": letterhead_in_force(current.pk),
        "answer_days": WITHIN,
    }
    return render(request, "positions/home/consultation.html", context)


MINUTES = 40  # of a meeting of one hour, for its questions


@login_not_required
@require_safe
@kept_for_visitors
def meeting_sheet(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Show a sheet to print for a meeting of a group of one hour on a theme: its questions, with places for notes.

    Raises 404 for a consultation that takes no inputs, and for a theme that is not one of its own.
    """
    current = next((item for item in queries.public_rounds() if item.slug == slug and item.takes_inputs), None)
    theme = current.themes.filter(code=code).first() if current else None
    if current is None or theme is None:
        raise Http404
    questions = [question for _theme, each in questions_by_theme(current, theme) for question in each]
    context = {
        "round": current,
        "theme": theme,
        "questions": questions,
        "minutes": MINUTES // max(1, len(questions)),
        "letterhead": letterhead_in_force(current.pk),
        "address": settings.PORTAL_ADDRESS + reverse("consultation", args=[slug]),
    }
    return render(request, "positions/home/meeting_sheet.html", context)


# --- A theme ----------------------------------------------------------------------------------------------------------


NEWEST = 10
MOST_NAMED = 100  # organisations; the others on demand


@login_not_required
@require_safe
@kept_for_visitors
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show a theme for the consultation `?round=`, or else the only open or the latest one (of several open ones the
    visitor chooses); with `?organisations=all` the names
    of all organisations whose inputs the user may read, otherwise of the first.

    Raises 404 for an unknown theme; an unknown consultation is ignored.
    """
    rounds = queries.public_rounds()
    current = queries.round_named(request.GET.get("round", ""), rounds)
    if rounds and current is None:
        return which_round(request, rounds)
    theme = get_object_or_404(_themes(current), code=code)
    others = [item for item in rounds if item != current]
    context: dict[str, Any] = {"theme": theme, "round": current, "others": others}
    if current:
        filters = queries.InputFilters(consultation=current, theme=theme)
        named = queries.named_organisations(current, request.user, theme)
        shows_all = request.GET.get("organisations") == "all"
        shown = list(named[: None if shows_all else MOST_NAMED + 1])
        context |= {
            "by_group": queries.inputs_by_group(current, [theme]),
            "organisations": shown if shows_all else shown[:MOST_NAMED],
            "has_more": not shows_all and len(shown) > MOST_NAMED,
            "inputs": queries.readable_inputs(request.user, filters)[:NEWEST],
            "paper": on_theme(current, theme),
        }
    return render(request, "positions/home/theme.html", context)


def _themes(current: Consultation | None) -> QuerySet[Theme]:
    """Return themes with their provisions, `framed_by` (short titles of instruments) and `points_standing` in
    `current`.
    """
    instruments = Instrument.objects.filter(themes=OuterRef("pk")).order_by("level", "short_title")
    points = Tally.objects.filter(consultation=current, theme=OuterRef("pk")).values("theme")
    links = ThemeProvision.objects.select_related("provision").order_by("provision__framework", "provision__order")
    counted = Theme.objects.announced().annotate(
        framed_by=ArraySubquery(instruments.values("short_title")),
        points_standing=Coalesce(Subquery(points.annotate(number=Sum("points")).values("number")), 0),
    )
    return counted.prefetch_related(Prefetch("links", links))
