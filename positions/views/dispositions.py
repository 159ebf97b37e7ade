""" "I do not recognise my point in this": one reply of an author to what became of a point."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.models import Point
from consultations.permissions import organisations_of
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt
from positions.forms.misread import MisreadForm
from positions.queries.dispositions import what_became


@require_http_methods(["GET", "HEAD", "POST"])
def misread(request: HttpRequest, reference: str) -> HttpResponse:
    """A point of one's own input, what became of it, and the one reply to that. 404 for the points of others, and
    where there is nothing to reply to yet."""
    point = _own_point(request, reference)
    if request.method != "POST":
        return _show(request, point, MisreadForm())
    form = MisreadForm(request.POST)
    if not form.is_valid():
        return _show(request, point, form, INVALID)
    text = form.cleaned_data["text"]
    outcome = attempt(lambda: workflow.say_misread(point, point.stakeholder, by=request.user, text=text))
    if outcome.reasons:
        return _show(request, point, form, outcome)
    messages.success(request, _("The secretariat has your reply. It must answer, and you will read the answer here."))
    return redirect(reverse("my_input", args=[point.submission.key]) + f"#{point.reference}")


def _own_point(request: HttpRequest, reference: str) -> Point:
    own = Point.objects.filter(submission__isnull=False, stakeholder__in=organisations_of(request.user))
    return get_object_or_404(own.select_related("submission__consultation", "stakeholder"), reference=reference)


def _show(request: HttpRequest, point: Point, form: MisreadForm, outcome: Outcome = NOTHING_DONE) -> HttpResponse:
    (became,) = what_became([point], request.user)
    if not became.is_open_to_reply and became.misreading is None:
        raise Http404
    context = {"row": became, "submission": point.submission, "form": form, "reasons": outcome.reasons}
    return render(request, "positions/misread.html", context, status=outcome.status)
