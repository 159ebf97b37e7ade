"""Statistics of a forum, and its exports."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import charts, workflow
from consultations.models import Forum, ForumState
from consultations.permissions import SignedInRequest
from consultations.queries.forum_statistics import FEWEST, FORUM_LISTS, forum_figures

from .decorators import INVALID, NOTHING_DONE, Outcome, for_secretariat
from .followup import forum_of
from .page_cache import kept_for_visitors
from .pagination import SHEETS


def _context(forum: Forum) -> dict[str, Any]:
    figures = forum_figures(forum)
    shares = [(row.label, row.seat_share, row.spoken_share) for row in figures.groups]
    return {
        "forum": forum,
        "figures": figures,
        "fewest": FEWEST,
        "bars": charts.paired_bars(shares) if figures.minutes else None,
        "line": charts.time_line([each.number for each in figures.half_days]),
    }


@for_secretariat
@require_safe
def forum_figures_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the figures of a forum at any time, with the names of silent organisations."""
    return render(request, "consultations/forum_statistics/figures.html", _context(forum_of(slug)))


@login_not_required
@require_safe
@kept_for_visitors
def figures_of_forum(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the public figures of a forum once it is reported; raises 404 before."""
    reported = Forum.objects.filter(state=ForumState.REPORTED).select_related("consultation")
    return render(
        request,
        "consultations/forum_statistics/figures_of_forum.html",
        _context(get_object_or_404(reported, slug=slug)),
    )


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_lists(request: SignedInRequest, slug: str) -> HttpResponse | StreamingHttpResponse:
    """Show the lists of a forum; each is downloaded by POST, because the journal records exports."""
    forum = forum_of(slug)
    if request.method != "POST":
        return _lists(request, forum)
    what, _dot, form = request.POST.get("list", "").partition(".")
    if what not in FORUM_LISTS or form not in SHEETS:
        return _lists(request, forum, Outcome([_("Choose one of the lists below.")], INVALID.status))
    workflow.take_list(forum, by=request.user, what=what, form=form)
    write, kind = SHEETS[form]
    answer = StreamingHttpResponse(write(FORUM_LISTS[what].rows(forum)), content_type=kind)
    name = f"{forum.slug}-{what}-{timezone.localdate()}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lists(request: HttpRequest, forum: Forum, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    context = {"forum": forum, "lists": FORUM_LISTS, "reasons": outcome.reasons}
    return render(request, "consultations/forum_statistics/lists.html", context, status=outcome.status)
