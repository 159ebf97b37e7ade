"""The account's page on which a person sees what happened with the account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.queries.access_log import of_account

SHOWN = 50


@require_safe
def account_log(request: HttpRequest) -> HttpResponse:
    """The last log-ins, tries, lock-outs and warnings of one's own account."""
    context = {"entries": of_account(request.user)[:SHOWN], "most": SHOWN}
    return render(request, "account/access_log.html", context)
