"""Files of an input: upload on a page or in chunks, remove, and download."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from consultations import workflow
from consultations.forms.attachments import FileForm, PieceForm
from consultations.models import Attachment, Audience, Submission, SubmissionState
from consultations.permissions import SignedInRequest, is_secretariat, may_submit
from consultations.queries import files_of
from consultations.uploads.disk_space import NoRoom
from ncm_portal.workflow import Blocked, NotAllowed

from .stored_files import hand_out

READ_AT_ONCE = 1024 * 1024
EDITABLE = (SubmissionState.DRAFT, SubmissionState.RETURNED)


def _with_files_of_mine(request: HttpRequest, key: uuid.UUID) -> Submission:
    """Return the input whose files the user manages: as an author, or as the secretariat for a paper input. Raises 404
    otherwise.
    """
    readable = Submission.objects.visible_to(request.user).select_related("stakeholder", "consultation")
    result = get_object_or_404(readable, key=key)
    if not may_submit(request.user, result) and not (is_secretariat(request.user) and result.entered_by_id):
        raise Http404
    return result


def _home_of(user: Any, submission: Submission) -> str:
    """Return the URL of the page that edits the input, or else of the page that shows it."""
    if submission.state in EDITABLE:
        return reverse("draft", args=[submission.key])
    return reverse("my_input" if may_submit(user, submission) else "intake_check", args=[submission.key])


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_add(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """Add a file to an input: GET shows the form, POST uploads."""
    submission = _with_files_of_mine(request, key)
    mails = _takes_mails(submission)
    form, standing = FileForm(mails=mails), []
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES, mails=mails)
        if form.is_valid():
            refused = _store(request, submission, form.cleaned_data["file"])
            if not refused:
                messages.success(request, _("File added."))
                return redirect("attachment_add", key)
            form.add_error("file", refused)
    else:
        standing = _why_not(request, submission)
    context = {"submission": submission, "form": form, "reasons": standing, "home": _home_of(request.user, submission)}
    context |= {"files": files_of(request.user, submission), "mails": mails}
    status = 422 if form.errors else 200
    return render(request, "consultations/attachments/add.html", context, status=status)


def _takes_mails(submission: Submission) -> bool:
    """Return whether the upload is the original of a paper input, which may be an e-mail."""
    return submission.entered_by_id is not None and submission.state not in EDITABLE


def _why_not(request: SignedInRequest, submission: Submission) -> list[str]:
    try:
        workflow.kind_of_files(submission, request.user)
    except Blocked as refusal:
        return refusal.reasons
    return []


def _store(request: SignedInRequest, submission: Submission, file: UploadedFile) -> list[str]:
    """Store a whole file; return every reason why it was refused."""
    by, begun = request.user, None
    try:
        begun = workflow.begin_file(submission, by=by, key=uuid.uuid4(), name=str(file.name), size=file.size or 0)
        for piece in file.chunks(READ_AT_ONCE):
            begun = workflow.receive(begun, by=by, offset=begun.received, data=piece)
        added = workflow.add_file(begun, by=by)
    except NoRoom as full:
        if begun:
            workflow.remove_file(begun, by=by)  # it was abandoned, and would block the input
        return full.reasons
    except Blocked as refusal:
        return refusal.reasons
    if added.state != Attachment.State.REFUSED:
        return []
    workflow.remove_file(added, by=by)  # the page says why; in the list it would be in the way
    return [f"{added.name}: {added.state_reason}"]


# --- Piece by piece ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_chunk(request: SignedInRequest, key: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    """Receive the next chunk of a file whose key the browser made; GET returns how much was received.

    JSON: `received` is the offset to continue from, also after a refusal (`reasons`); after the last byte the file is
    inspected and `state` is its result. 507 (RFC 4918): the disk is full, and the chunk can be sent again later.
    """
    submission = _with_files_of_mine(request, key)
    known = Attachment.objects.filter(submission=submission, key=file).first()
    if request.method != "POST":
        return JsonResponse(_as_json(known) if known else {"state": "", "received": 0})
    form = PieceForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"reasons": [str(each) for item in form.errors.values() for each in item]}, status=422)
    try:
        taken = _take_piece(request, submission, file, form.cleaned_data)
    except Blocked as refusal:
        status = {NotAllowed: 403, NoRoom: 507}.get(type(refusal), 409)
        return JsonResponse({**(_as_json(known) if known else {}), "reasons": refusal.reasons}, status=status)
    return JsonResponse(_as_json(taken))


def _take_piece(request: SignedInRequest, submission: Submission, key: uuid.UUID, piece: dict[str, Any]) -> Attachment:
    by = request.user
    begun = workflow.begin_file(submission, by=by, key=key, name=piece["name"], size=piece["size"])
    begun = workflow.receive(begun, by=by, offset=piece["offset"], data=piece["piece"])
    is_whole = begun.state == Attachment.State.UPLOADING and begun.received == begun.size
    return workflow.add_file(begun, by=by) if is_whole else begun


def _as_json(file: Attachment) -> dict[str, Any]:
    return {
        "state": file.state,
        "received": file.received,
        "size": file.size,
        "name": file.name,
        "reasons": [file.state_reason] if file.state_reason else [],
        "address": reverse("attachment", args=[file.key]),
        "remove": reverse("attachment_remove", args=[file.key]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_remove(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """Remove a file from an input; GET asks for confirmation."""
    file = get_object_or_404(Attachment.objects.visible_to(request.user).select_related("submission"), key=key)
    submission = _with_files_of_mine(request, file.submission.key)
    home, reasons = _home_of(request.user, submission), []
    if request.method == "POST":
        try:
            workflow.remove_file(file, by=request.user)
        except Blocked as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, _("%(name)s has been removed.") % {"name": file.name})
            return redirect(home)
    context = {"submission": submission, "file": file, "home": home, "reasons": reasons}
    return render(request, "consultations/attachments/remove.html", context, status=409 if reasons else 200)


# --- Handing out ------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def attachment(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Download a file, for readers of its input: always as an attachment, never inline."""
    readable = Attachment.objects.visible_to(request.user).shown().select_related("submission")
    file = get_object_or_404(readable, key=key)
    submission = file.submission
    is_public = submission.state == SubmissionState.ACCEPTED and submission.audience == Audience.PUBLIC
    is_public = is_public and file.kind == Attachment.Kind.EVIDENCE
    etag = f'"{file.sha256}"' if is_public else ""
    return hand_out(request, file.stored_file, file.name, file.media_type, for_everybody=is_public, etag=etag)
