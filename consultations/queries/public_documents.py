"""Documents of consultations for everybody, and who may read one."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from consultations.models import Consultation, ConsultationState, PublicDocument
from consultations.permissions import is_secretariat


def documents_of(consultations: Iterable[Consultation]) -> QuerySet[PublicDocument]:
    """Return the documents of these consultations that were not removed, in order."""
    return PublicDocument.objects.filter(consultation__in=consultations, removed_at=None)


def readable_document_of(user: Any, key: uuid.UUID) -> PublicDocument | None:
    """Return the document with this key, if `user` may read it: while a consultation is prepared, the secretariat."""
    rows = PublicDocument.objects.filter(key=key, removed_at=None)
    return (rows if is_secretariat(user) else rows.exclude(consultation__state=ConsultationState.DRAFT)).first()
