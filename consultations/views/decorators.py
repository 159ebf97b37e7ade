"""Whose page it is, and the one way in which a button of a page becomes a verb."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse

from consultations.forms import ReasonForm
from consultations.permissions import is_secretariat, is_staff
from ncm_portal.workflow import Blocked

View = Callable[..., HttpResponse]


def for_secretariat(view: View) -> View:
    """Show a page to the secretariat only. For everybody else it is not there: the same 404 as for an unknown one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_secretariat(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_staff(view: View) -> View:
    """Show a page to whoever holds an office of the staff, system administrators too; it is not there for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


class Outcome(NamedTuple):
    """What came of a verb: why it did not happen (no reason: it did), and the HTTP status that goes with that."""

    reasons: list[str]
    status: int = 303


NOTHING_DONE = Outcome([], 200)  # of a page that is only looked at
INVALID = Outcome([], 422)  # of a form whose fields say what is wrong


def carry_out(request: HttpRequest, record: Any, verb: str, verbs: Mapping[str, Callable[..., Any]]) -> Outcome:
    """Carry out the one of `verbs` that the address names, on `record`, as the reader and with the reason typed.

    404 for a verb that this page does not have. Nothing is raised when the record may not move: the reasons come back.
    """
    if verb not in verbs:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return Outcome(form.problems, 422)
    return attempt(lambda: verbs[verb](record, by=request.user, reason=form.cleaned_data["reason"]), record)


def attempt(act: Callable[[], Any], record: Any = None) -> Outcome:
    """Run a verb and give back every reason for which it was refused; then `record` is read again as it stands."""
    try:
        act()
    except Blocked as refusal:
        if record is not None:
            record.refresh_from_db()
        return Outcome(refusal.reasons, 409)
    return Outcome([])
