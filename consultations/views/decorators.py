"""Decorators of desk pages, and the shared way to run a verb from a POST."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from consultations.forms import ReasonForm
from consultations.models import Consultation
from consultations.permissions import is_secretariat, is_staff
from ncm_portal.workflow import Blocked

View = Callable[..., HttpResponseBase]


def for_secretariat(view: View) -> View:
    """Restrict a page to the secretariat; others get the same 404 as for an unknown page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_secretariat(request.user):
            raise Http404
        response = view(request, *args, **kwargs)
        if consultation := vars(request).get("consultation"):
            response.set_cookie(LAST_CONSULTATION, consultation.slug, **COOKIE)
        return response

    return guarded


def for_staff(view: View) -> View:
    """Restrict a page to staff including system administrators; others get a 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_staff(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


# --- The consultation of a page ---------------------------------------------------------------------------------------


LAST_CONSULTATION = "consultation"  # cookie: the one that /desk/ opens
COOKIE: dict[str, Any] = {
    "max_age": 90 * 86400, "httponly": True, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE,
}  # fmt: skip


def consultation_at(request: HttpRequest, slug: str) -> Consultation:
    """Return the consultation that the URL of a desk page names, and note it for the rail. Raises 404."""
    consultation = get_object_or_404(Consultation, slug=slug)
    note_consultation(request, consultation)
    return consultation


def note_consultation(request: HttpRequest, consultation: Consultation) -> None:
    """Note the consultation of a page whose URL names only a record, for its rail."""
    vars(request)["consultation"] = consultation


class Outcome(NamedTuple):
    """Result of a verb: the reasons of a refusal (empty if it succeeded) and the HTTP status."""

    reasons: list[str]
    status: int = 303


NOTHING_DONE = Outcome([], 200)  # of a page shown by GET
INVALID = Outcome([], 422)  # of a form with errors at its fields


def carry_out(request: HttpRequest, record: Any, verb: str, verbs: Mapping[str, Callable[..., Any]]) -> Outcome:
    """Run the one of `verbs` named in the URL on `record`, as the user and with the entered reason.

    Raises 404 for a verb that this page does not offer. Refusals are returned as reasons, not raised.
    """
    if verb not in verbs:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return Outcome(form.problems, 422)
    return attempt(lambda: verbs[verb](record, by=request.user, reason=form.cleaned_data["reason"]), record)


def attempt(act: Callable[[], Any], record: Any = None) -> Outcome:
    """Run a verb and return every reason of a refusal; `record` is then reloaded."""
    try:
        act()
    except Blocked as refusal:
        if record is not None:
            record.refresh_from_db()
        return Outcome(refusal.reasons, 409)
    return Outcome([])
