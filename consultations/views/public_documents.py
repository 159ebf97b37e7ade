"""Download of the documents of a consultation for everybody."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from consultations.queries.public_documents import readable_document_of

from .stored_files import hand_out


@login_not_required
@require_safe
def public_document(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Hand out a document: always as a download, never inline. Raises 404 before the consultation is announced."""
    file = readable_document_of(request.user, key)
    if file is None:
        raise Http404
    return hand_out(request, file.stored_file, file.name, file.media_type, for_everybody=True)
