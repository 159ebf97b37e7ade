"""Who else is writing in a paper: a sign by the script of the drafting room, and the marks that it shows."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from consultations.permissions import SignedInRequest
from consultations.views.decorators import for_secretariat
from positions import workflow
from positions.forms.drafting import PresenceForm
from positions.models import Paragraph, PositionPaper, Presence
from positions.workflow.drafting import OPEN_STATES

from .papers import known_paper


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_writers(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show who else is writing in the paper; POST says which paragraph of a section one has open, or has closed."""
    paper = known_paper(request, slug)
    section = paper.sections.filter(pk=pk).first()
    if section is None:
        raise Http404
    form = PresenceForm(request.POST)
    if request.method == "POST" and form.is_valid() and paper.state in OPEN_STATES:
        key = form.cleaned_data["paragraph"]
        paragraph = Paragraph.objects.standing().filter(section=section, key=key).first() if key else None
        if paragraph or not key:
            act = workflow.leave if form.cleaned_data["is_closed"] else workflow.be_seen
            act(section, paragraph, request.user)
    return render(request, "positions/presence/writers.html", {"places": writers_in(paper, request.user)})


def writers_in(paper: PositionPaper, reader: Any) -> dict[str, list[Presence]]:
    """Return who else is writing in `paper`, by where it is shown: a section, a paragraph, or below a section where one
    is added. One query.
    """
    places: dict[str, list[Presence]] = {}
    for each in paper.presences.visible_to(reader).select_related("user", "paragraph"):
        at = str(each.paragraph.key) if each.paragraph else f"new-{each.section_id}"
        for place in (f"section-{each.section_id}", at):
            places.setdefault(place, []).append(each)
    return places
