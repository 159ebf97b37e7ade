"""For everybody: a published paper beside the 23 objectives of the Compact, and what each milestone left of it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.views.memory import kept_for_visitors
from positions import alignment
from positions.models import PositionPaper, ReflectionValue
from positions.queries import latest_official
from positions.views import reading

KINDS = [kind for kind in ReflectionValue if kind != ReflectionValue.STRUCK]


@login_not_required
@require_safe
@kept_for_visitors
def paper_alignment(request: HttpRequest, slug: str) -> HttpResponse:
    """What became of a published paper at each milestone, objective by objective. 404 for any other paper."""
    paper = PositionPaper.objects.filter(slug=slug).select_related("consultation", "forum").first()
    edition = latest_official(paper) if paper else None
    if paper is None or edition is None:
        raise Http404
    content = reading.content(edition.sha256)
    findings = alignment.public_findings(paper)
    context = {
        "paper": paper,
        "edition": edition,
        "language": content["language"],
        "milestones": alignment.milestones_of(paper),
        "alignment": alignment.laid_out(content, alignment.objectives(), findings, alignment.earlier_words(findings)),
        "kinds": KINDS,
    }
    return render(request, "positions/alignment.html", context)
