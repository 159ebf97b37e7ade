"""The whole history of a record at the desk, in sentences."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consultations.models import Consultation
from consultations.queries.history import desk_page, history_context

from .decorators import for_secretariat, note_consultation

OURS = ("consultations", "positions")


@for_secretariat
@require_safe
def desk_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show the history of the record `pk` of the model `kind`; `?show=` one kind of change, `?before=` older entries.

    Raises the same 404 for unknown records and those that the user may not read.
    """
    record = _record(request, kind, pk)
    consultation = record if isinstance(record, Consultation) else getattr(record, "consultation", None)
    if consultation:
        note_consultation(request, consultation)
    context = {"record": record, "address": desk_page(record), **history_context(record, request.GET)}
    return render(request, "consultations/history/history.html", context)


def _record(request: HttpRequest, kind: str, pk: int) -> Model:
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError) as error:
        raise Http404 from error
    if model._meta.app_label not in OURS:
        raise Http404
    rows: Any = model._default_manager.all()
    return get_object_or_404(rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows, pk=pk)
