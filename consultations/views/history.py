"""The whole history of a record at the desk, in sentences."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations.models import Consultation
from consultations.queries.history import history_context

from .decorators import for_secretariat, note_consultation

OURS = ("consultations", "positions")
PAGES = {  # page of a record at the desk, and the attributes that its address needs
    "consultation": ("desk_consultation", "slug"),
    "submission": ("desk_input", "key"),
    "point": ("desk_point", "reference"),
    "stakeholder": ("desk_organisation", "pk"),
    "user": ("desk_account", "pk"),
    "proposal": ("desk_proposal", "key"),
    "forum": ("forum_home", "slug"),
    "forumsession": ("forum_session", "forum.slug", "pk"),
    "delegate": ("forum_delegate", "forum.slug", "pk"),
    "invitation": ("forum_letter", "forum.slug", "key"),
    "enquiry": ("desk_enquiry", "key"),
    "actionpoint": ("forum_action", "forum.slug", "key"),
    "positionpaper": ("desk_paper", "slug"),
    "paragraph": ("desk_paragraph", "section.paper.slug", "key"),
}


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
    context = {"record": record, "address": _address(record), **history_context(record, request.GET)}
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


def _address(record: Any) -> str:
    """Return the page of a record at the desk; empty if it has none of its own."""
    page, *names = PAGES.get(record._meta.model_name, ("",))
    return reverse(page, args=[_attribute(record, name) for name in names]) if page else ""


def _attribute(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = getattr(record, name)
    return record
