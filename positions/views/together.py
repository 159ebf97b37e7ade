"""Amendments to the same words at the desk: one decision on all of them."""

from functools import partial

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from consultations.permissions import SignedInRequest
from consultations.views.decorators import attempt, for_secretariat
from consultations.views.splitting import without
from ncm_portal.workflow import Blocked, Conflict
from positions import workflow
from positions.forms.review import AcceptForm, DeclineForm
from positions.forms.together import TogetherForm
from positions.models import Advice, Amendment, PositionPaper
from positions.queries.papers import paragraph_numbers

from .amendments import Group, amendments_of, read
from .drafting import REFUSED
from .papers import known_paper
from .review_desk import go_on, known_amendment, show_again, together_form


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_amendments_together(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Decide on an amendment and on all others that change the same words, or show how the paragraph would read."""
    paper = known_paper(request, slug)
    amendment = known_amendment(paper, pk)
    if request.method != "POST":
        return redirect("desk_amendment", slug, pk)
    rows = read(amendments_of(paper).filter(paragraph=amendment.paragraph_id), paragraph_numbers(paper))
    query = without(QueryDict(request.POST.get("list", "")), "done")
    form = together_form(paper, next(each for each in rows if each.pk == pk), Group(rows), request.POST)
    if form is None:
        return _too_late(request, paper, amendment, query)
    if "show" in request.POST:
        form = TogetherForm(initial=form.as_read, contending=form.contending, may_accept=form.may_accept)
        return show_again(request, paper, pk, query, {"together": form})
    reasons, status = [], 200
    if form.is_valid():
        try:
            workflow.decide_together(amendment.paragraph, by=request.user, **form.decision)
        except Blocked as refusal:
            reasons, status = refusal.reasons, 409 if isinstance(refusal, Conflict) else REFUSED
        else:
            return go_on(request, paper, pk, query)
    form.show_again()
    return show_again(request, paper, pk, query, {"together": form}, reasons=reasons, status=status)


def _too_late(request: SignedInRequest, paper: PositionPaper, amendment: Amendment, query: QueryDict) -> HttpResponse:
    """Show that the amendments are decided, or fewer, by now; the entered reason stays in the forms for one of them."""
    reason = request.POST.get(f"reason_{amendment.pk}", "")
    verdicts = {amendment.pk: workflow.Verdict(Advice.DECLINE, reason)}
    act = partial(workflow.decide_together, amendment.paragraph, by=request.user, verdicts=verdicts)
    typed = {
        "accept": AcceptForm(auto_id="accept_%s", initial={"reason": reason}),
        "decline": DeclineForm(auto_id="decline_%s", initial={"reason": reason}),
    }
    return show_again(request, paper, amendment.pk, query, typed, reasons=attempt(act).reasons)
