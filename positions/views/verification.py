"""Verify a copy: look up an entered or scanned hash among official editions and files, or examine an uploaded file
without keeping it.
"""

from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from consultations.queries import published_communique
from consultations.queries.changes import PAPERS
from consultations.uploads.upload_handler import BoundedUploadHandler
from consultations.views.page_cache import kept_for_visitors, kept_until
from consultations.views.ratelimit import limited
from positions import workflow
from positions.forms.verification import TOO_LARGE, FileForm, HashForm, hash_in
from positions.queries.papers import find_copy
from positions.verification import LARGEST, examine, find_restricted, seals_of_ours

PAGE = "positions/verification/verify.html"


class CopyUploadHandler(BoundedUploadHandler):
    """Upload handler that keeps a file while it is examined, up to the size of our largest file."""

    most = LARGEST


@csrf_exempt  # the body, and the token in it, is read once the size limit is set
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """Show both forms; with ?hash= redirect to the result or show the error. POST examines a file."""
    if request.method == "POST":
        return _verify_file(request)
    form = HashForm(request.GET) if "hash" in request.GET else HashForm()
    if form.is_bound and form.is_valid():
        requested = form.cleaned_data["hash"]
        return redirect("verify_communique" if published_communique(requested) else "verify_hash", requested)
    return _forms(request, form, FileForm(), status=422 if form.is_bound else 200)


def _forms(request: HttpRequest, hash_form: HashForm, file_form: FileForm, *, status: int = 200) -> HttpResponse:
    form = file_form if file_form.is_bound else hash_form  # the edition that may have a problem
    forms = {"form": form, "hash_form": hash_form, "file_form": file_form}
    context = {**forms, "largest": LARGEST, "too_large": TOO_LARGE}
    return render(request, PAGE, context, status=status)


@limited("copy")
def _verify_file(request: HttpRequest) -> HttpResponseBase:
    request.upload_handlers = [CopyUploadHandler(request)]
    return _look(request)


@csrf_protect
def _look(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _forms(request, HashForm(), form, status=422)
    file = form.cleaned_data["file"]
    verdict = examine(Path(file.temporary_file_path()))
    if verdict.communique:
        return redirect("verify_communique", verdict.sha256)
    if not verdict.is_authentic and find_restricted(verdict.sha256, request.user):
        return redirect("verify_hash", verdict.sha256)
    if not verdict.is_authentic:
        workflow.note_false_copy(verdict, name=str(file.name), size=file.size, by=request.user)
    context = {"verdict": verdict, "edition_copy": verdict.edition_copy, "name": file.name}
    return render(request, PAGE, context)


@login_not_required
@require_safe
@kept_until(PAPERS)
def verify_hash(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show what has this hash. 404 with an explanation if it is neither an official edition or file, nor a restricted
    print that this reader may read.
    """
    requested = hash_in(sha256)
    if not requested:
        form = HashForm({"hash": sha256})
        form.is_valid()
        return _forms(request, form, FileForm(), status=404)
    result = find_copy(requested)
    context: dict[str, Any] = {"hash_form": HashForm(), "requested": requested, "edition_copy": result}
    if result and result.file:
        context["seals"] = seals_of_ours(result.file)
    if result is None and (copy := find_restricted(requested, request.user)):
        response = render(request, PAGE, {"copy": copy, "requested": requested})
        response["Cache-Control"] = "no-store, private"
        return response
    return render(request, PAGE, context, status=200 if result else 404)


@login_not_required
@require_safe
@kept_for_visitors
def verify_communique(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show the published communiqué with this hash; raises 404 if there is none."""
    result = published_communique(hash_in(sha256))
    if result is None:
        raise Http404
    return render(request, PAGE, {"communique": result})
