"""The account's page on which a person chooses how notices come."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms import NoticesForm


@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """At once, together once a day, or not at all; and a number for text messages."""
    form = NoticesForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = {"phone": request.user.phone, **form.cleaned_data}
        workflow.choose_notices(request.user, by=request.user, **chosen)
        messages.success(request, _("Kept. It counts for every notice from now on."))
        return redirect("notices")
    return render(request, "account/notices.html", {"form": form}, status=422 if form.errors else 200)
