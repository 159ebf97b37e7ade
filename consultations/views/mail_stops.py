"""Page behind the "stop e-mails" link of a mail."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.models import MailStop
from consultations.tokens import hash_in_stop_token

from .ratelimit import limited


@csrf_exempt  # mail programs send the form themselves (RFC 8058); the link permits both
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@limited("stop")
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Explain what stops and what continues: GET changes nothing, POST stops the mail or undoes that (`do=resume`)."""
    address_hash = hash_in_stop_token(token)
    if address_hash is None:
        raise Http404
    if request.method == "POST":
        act = workflow.resume_mail if request.POST.get("do") == "resume" else workflow.stop_mail
        act(address_hash)
        if "List-Unsubscribe" not in request.POST:  # mail programs do not follow redirects
            return redirect("mail_stop", token)
    stop = MailStop.objects.in_force().filter(address_hash=address_hash).first()
    return render(request, "consultations/mail_stops/mail_stop.html", {"stop": stop})
