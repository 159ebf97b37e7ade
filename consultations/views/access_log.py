"""Page of one's own account activity."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.permissions import SignedInRequest
from consultations.queries.access_log import of_account

SHOWN = 50


@require_safe
def account_log(request: SignedInRequest) -> HttpResponse:
    """Show the last sign-ins, attempts, lockouts and warnings of the user's account."""
    context = {"entries": of_account(request.user)[:SHOWN], "most": SHOWN}
    return render(request, "account/access_log.html", context)
