"""Files that a form does not take: told beside the field, and entered in the access log."""

import hashlib
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest

from consultations import workflow
from consultations.uploads.disk_space import NotKept


def enter_refused_files(request: HttpRequest, form: BaseForm, about: Model | None = None) -> None:
    """Enter each file of the request beside whose field `form` says that something is wrong with it. One for whose
    bytes there was no room is not refused."""
    for name, file in request.FILES.items():
        if name in form.errors and not isinstance(file, NotKept):
            reasons = [str(reason) for reason in form.errors[name]]
            facts: dict[str, Any] = {"name": str(file.name), "size": file.size or 0, "sha256": _hash(file)}
            workflow.enter_refused_file(about, by=request.user, reasons=reasons, **facts)


def _hash(file: Any) -> str:
    hashed = hashlib.sha256()
    for piece in file.chunks():
        hashed.update(piece)
    return hashed.hexdigest()
