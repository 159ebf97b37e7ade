"""Which ministry clears which paragraph: overview, and changes for single paragraphs."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations.models import Membership, MembershipRole, Ministry, Stakeholder
from consultations.permissions import SignedInRequest
from consultations.views.decorators import INVALID, NOTHING_DONE, attempt, for_secretariat
from positions import workflow
from positions.forms.clearance import MandateForm
from positions.models import Paragraph, PositionPaper, Stance, StanceValue
from positions.queries.papers import ministries_of, paragraph_numbers
from positions.workflow.mandates import ADJUSTABLE

from .papers import known_paper


class Cell(NamedTuple):
    """Stance of one ministry on one paragraph: label, symbol and URL. Without a label: not asked."""

    word: str = ""
    kind: str = ""
    clearance: int | None = None


@for_secretariat
@require_safe
def desk_matrix(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the overview: a row for each paragraph, a column for each ministry, in words as well as colour."""
    paper = known_paper(request, slug)
    paragraphs = list(Paragraph.objects.standing().filter(section__paper=paper).select_related("section", "wording"))
    mandated = ministries_of(paragraphs)
    stances = _stances(paper)
    ministries = sorted({*mandated, *(ministry for ministry, _pk in stances)}, key=lambda body: (body.name, body.pk))
    planned = {(ministry, each.pk) for ministry, own in mandated.items() for each in own}
    rows = [
        (number, each, [_cell(ministry, each, stances, planned) for ministry in ministries])
        for number, each in enumerate(paragraphs, start=1)
    ]
    changes = paper.mandate_changes.select_related("ministry", "by").order_by("-at", "-pk")
    numbers = paragraph_numbers(paper)
    context = {
        "paper": paper,
        "ministries": ministries,
        "rows": rows,
        "changes": [(numbers.get(change.paragraph_id), change) for change in changes],
        "may_change": paper.state in ADJUSTABLE,
    }
    return render(request, "positions/mandates/matrix.html", context)


def _stances(paper: PositionPaper) -> dict[tuple[Stakeholder, int], Stance]:
    """Return the present stance of each ministry on each paragraph."""
    live = Prefetch("stances", queryset=Stance.objects.filter(replaced_at=None), to_attr="live")
    rows = paper.clearances.select_related("ministry").prefetch_related(live)
    return {(row.ministry, stance.paragraph_id): stance for row in rows for stance in row.live}


def _cell(ministry: Stakeholder, paragraph: Paragraph, stances: dict[Any, Stance], planned: set[Any]) -> Cell:
    stance = stances.get((ministry, paragraph.pk))
    if stance is None:
        return Cell(_("to be asked")) if (ministry, paragraph.pk) in planned else Cell()
    moved = stance.wording_id != paragraph.wording_id and stance.value != StanceValue.PENDING
    word = stance.get_value_display()
    word = _("%(stance)s, on an earlier text") % {"stance": word} if moved else word
    return Cell(word, "wait" if moved else stance.value or "requested", stance.clearance_id)


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_mandate(request: SignedInRequest, slug: str, key: UUID) -> HttpResponse:
    """Add or remove a ministry for one paragraph, with a reason."""
    paper = known_paper(request, slug)
    standing = Paragraph.objects.standing().filter(section__paper=paper).select_related("section__paper", "wording")
    paragraph = get_object_or_404(standing, key=key)
    clearing = list(ministries_of([paragraph]))
    officers = Membership.objects.live().filter(role=MembershipRole.CLEARING_OFFICER).values("stakeholder")
    others = Ministry.objects.filter(pk__in=officers).exclude(pk__in=[body.pk for body in clearing])
    data = request.POST if request.method == "POST" else None
    form = MandateForm(data, clearing=clearing, others=others.order_by("name"))
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = INVALID
        if form.is_valid():
            words = form.words
            outcome = attempt(lambda: workflow.adjust_mandate(paragraph, by=request.user, **words))
            if not outcome.reasons:
                message = (
                    _("%(name)s must clear the paragraph now.")
                    if words["adds"]
                    else _("%(name)s does not need to clear the paragraph any more.")
                )
                messages.success(request, message % {"name": words["ministry"].name})
                return redirect("desk_matrix", slug)
    context = {
        "paper": paper,
        "paragraph": paragraph,
        "number": paragraph_numbers(paper)[paragraph.pk],
        "clearing": clearing,
        "form": form,
        "reasons": outcome.reasons,
    }
    return render(request, "positions/mandates/mandate.html", context, status=outcome.status)
