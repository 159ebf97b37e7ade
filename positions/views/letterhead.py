"""Letterhead of a consultation at the desk."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations import workflow
from consultations.forms.letterhead import LetterheadForm
from consultations.models import Consultation
from consultations.permissions import SignedInRequest
from consultations.queries.letterhead import letterhead_in_force
from consultations.views.decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_letterhead(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the letterhead with its logo, and change it. What was typed is kept if the logo is refused."""
    consultation = consultation_at(request, slug)
    last = letterhead_in_force(consultation.pk, with_logo=True)
    form = LetterheadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        instance=last,
        initial={"number": last.number if last else 0},
    )
    logo, logo_type = (last.logo, last.logo_type) if last else ("", "")
    outcome = NOTHING_DONE
    if request.method == "POST":
        outcome = _save(request, form, consultation) if form.is_valid() else INVALID
        if outcome.status == 303:
            messages.success(request, _("Saved. Letters and mails that were sent stay as they were."))
            return redirect("desk_letterhead", slug)
    context = {
        "consultation": consultation,
        "form": form,
        "reasons": outcome.reasons,
        "logo": f"data:{logo_type};base64,{logo}" if logo else "",
    }
    return render(request, "positions/letter_texts/letterhead.html", context, status=outcome.status)


def _save(request: SignedInRequest, form: LetterheadForm, consultation: Consultation) -> Outcome:
    data = form.cleaned_data
    file = data["logo_file"]
    return attempt(
        lambda: workflow.change_letterhead(
            consultation,
            by=request.user,
            number=data["number"],
            values={name: data[name] for name in workflow.LETTERHEAD_TEXTS},
            logo=(file.name, file.read()) if file else None,
            keeps_logo=not data["removes_logo"],
        )
    )
