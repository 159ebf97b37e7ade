"""Results of the integrity checks, for the secretariat and system administrators."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.models import IntegrityCheck
from consultations.permissions import is_staff

EARLIER = 30


@require_safe
def desk_checks(request: HttpRequest) -> HttpResponse:
    """Show the last check with its findings and what to do about them, and the times of earlier checks. Two queries."""
    if not is_staff(request.user):
        raise Http404
    last = IntegrityCheck.objects.first()
    earlier = IntegrityCheck.objects.defer("findings", "looked_at")[1 : EARLIER + 1]
    more = last.number - len(last.findings) if last else 0
    context = {"last": last, "earlier": earlier, "more": more}
    return render(request, "consultations/integrity/checks.html", context)
