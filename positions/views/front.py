"""The front page of the desk: what people sent that waits, and the papers that are being written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.models import IntegrityCheck
from consultations.views.decorators import for_secretariat
from consultations.views.screening import front
from positions.models import OFFICIAL_STATES, PaperState, PositionPaper

ENDED = (*OFFICIAL_STATES, PaperState.WITHDRAWN)


@for_secretariat
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the secretariat, on one page; papers that are still under way stand first."""
    papers = sorted(PositionPaper.objects.select_related("consultation"), key=lambda paper: paper.state in ENDED)
    last = IntegrityCheck.objects.defer("findings", "looked_at").first()
    return render(request, "positions/desk/front.html", front(request) | {"papers": papers, "last": last})
