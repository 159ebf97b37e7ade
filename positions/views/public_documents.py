"""Documents for the public among the settings of a consultation: added and removed."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from consultations import workflow
from consultations.forms.public_documents import PublicDocumentForm
from consultations.permissions import SignedInRequest
from consultations.queries.public_documents import documents_of
from consultations.views.decorators import INVALID, NOTHING_DONE, attempt, consultation_at, for_secretariat

from .consultation_settings import Frame


def documents(request: SignedInRequest, frame: Frame) -> HttpResponse:
    """List the documents; POST adds one. A refused file is explained at its field, and what was typed is kept."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form, outcome = PublicDocumentForm(*sent), NOTHING_DONE
    if form.is_bound:
        outcome = INVALID
        if form.is_valid():
            data = dict(form.cleaned_data)
            file = data.pop("file")
            given = {**data, "name": file.name, "data": file.read()}
            refusal = attempt(lambda: workflow.add_document(frame.consultation, by=request.user, **given))
            if not refusal.reasons:
                messages.success(request, _("“%(title)s” is added.") % {"title": data["title"]})
                return redirect(frame.url())
            form.add_error("file", " ".join(refusal.reasons))
    return frame.show(request, "documents", outcome, form=form, documents=documents_of([frame.consultation]))


@for_secretariat
@require_POST
def desk_settings_document_remove(request: SignedInRequest, slug: str, key: uuid.UUID) -> HttpResponse:
    """Remove a document from the public page."""
    frame = Frame(consultation_at(request, slug), "documents", guided=False)
    document = get_object_or_404(frame.consultation.documents, key=key)
    workflow.withdraw_document(document, by=request.user)
    messages.success(request, _("“%(title)s” is removed. The file stays on record.") % {"title": document.title})
    return redirect(frame.url())
