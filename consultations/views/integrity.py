"""What the checks of everything stored found, for the secretariat and the technicians."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.models import IntegrityCheck
from consultations.permissions import is_staff

EARLIER = 30


@require_safe
def desk_checks(request: HttpRequest) -> HttpResponse:
    """The last check with its findings and what to do about them, and when the earlier ones were. Two queries."""
    if not is_staff(request.user):
        raise Http404
    last = IntegrityCheck.objects.first()
    earlier = IntegrityCheck.objects.defer("findings", "looked_at")[1 : EARLIER + 1]
    more = last.number - len(last.findings) if last else 0
    context = {"last": last, "earlier": earlier, "more": more}
    return render(request, "consultations/integrity/checks.html", context)
