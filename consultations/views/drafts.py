"""Drafts: autosave, preview and sign-off."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import workflow
from consultations.forms import SubmissionForm
from consultations.forms.fields import MomentField
from consultations.forms.submissions import AUDIENCES, initial_of
from consultations.models import Attachment, Audience, Submission
from consultations.permissions import SignedInRequest, organisations_of
from consultations.queries import files_of
from consultations.redaction import holds_back
from ncm_portal.workflow import Blocked, Conflict, needs_of

from .submissions import AUTHOR_MOVES, EDITABLE, INSIDE, chosen_round, inside, keep, own_input, sign_offs


@require_POST
def draft_save(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Save a form as it is, for autosave; the Save button does the same.

    JSON: the time of saving and who else has the draft open; or why it was not saved (`reasons`), with the text that a
    colleague saved meanwhile (`theirs`). Never overwrites.
    """
    saved = _saved(request, key)
    consultation = saved.consultation if saved else chosen_round(request)[0]
    if consultation is None or not organisations_of(request.user):
        raise Http404
    form = SubmissionForm(request.POST, person=request.user, consultation=consultation, draft=saved)
    if not form.is_valid():
        problems = [str(problem) for item in form.errors.values() for problem in item]
        return JsonResponse({"reasons": problems}, status=422)
    form.cleaned_data["key"] = key
    try:
        kept = keep(request, form, consultation, saved)
    except Conflict as conflict:
        return JsonResponse({"reasons": conflict.reasons, "theirs": initial_of(conflict.theirs)}, status=409)
    except Blocked as refusal:
        return JsonResponse({"reasons": refusal.reasons}, status=409)
    return JsonResponse(_as_saved(request, kept))


def _saved(request: HttpRequest, key: UUID) -> Submission | None:
    """Return the draft with `key`; None if it does not exist yet. Raises 404 for another organisation's."""
    return own_input(request, key) if Submission.objects.filter(key=key).exists() else None


def _as_saved(request: SignedInRequest, draft: Submission) -> dict[str, Any]:
    hour = date_format(localtime(draft.edited_at), "H:i")
    others = workflow.be_seen(draft, request.user) if draft.state in EDITABLE else []
    return {
        "said": _("Saved at %(hour)s EAT (UTC+3).") % {"hour": hour},
        "seen_at": draft.edited_at.isoformat(),
        "address": reverse("draft", args=[draft.key]),
        "others": [each.user.name for each in others],
    }


# --- As others will see it ------------------------------------------------------------------------------------------


@require_safe
def draft_preview(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Show a draft exactly as others will see it, beside what only its organisation and the secretariat read."""
    result = own_input(request, key)
    return _show(request, result) if result.state in EDITABLE else redirect("my_input", result.key)


def _show(request: SignedInRequest, draft: Submission, reasons: list[str] | None = None) -> HttpResponse:
    files = files_of(request.user, draft)
    context = {
        "submission": draft,
        "provisions": draft.provisions.all(),
        "readers": AUDIENCES[Audience(draft.audience)],
        "inside": sign_offs(request, draft),
        "needs": needs_of(AUTHOR_MOVES, draft),
        "may_send": all(each.met for each in AUTHOR_MOVES["submit"].conditions(draft)),
        "differs": draft.audience == Audience.SECRETARIAT
        or holds_back(draft.body)
        or holds_back(draft.proposed_wording),
        "seen_at": draft.edited_at.isoformat(),
        "files": files,
        "shown": [file for file in files if file.state in (Attachment.State.READY, Attachment.State.WAITING)],
        "others": workflow.be_seen(draft, request.user),
        "reasons": reasons,
    }
    return render(request, "consultations/drafts/preview.html", context, status=409 if reasons else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_off(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Ask for the sign-off of a draft, or sign off what was read (`do`; `seen_at` is its text version, `file` its
    files).
    """
    draft = own_input(request, key)
    do = request.POST.get("do")
    if request.method != "POST" or do not in INSIDE:
        return redirect("draft_preview", key)
    try:
        seen_at = MomentField().clean(request.POST.get("seen_at"))
        inside(request, draft, do, seen_at, request.POST.getlist("file"))
    except Blocked as refusal:
        draft.refresh_from_db()
        return _show(request, draft, refusal.reasons)
    return redirect("draft_preview", key)
