"""Page of one move: what it will do, its reason, and what stands in its way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from consultations.forms.consequences import Confirmation, confirming
from consultations.forms.screening import WhyForm
from ncm_portal.workflow import Condition, Move, check

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt


def in_the_way(move: Move, record: Any, user: Any, conditions: list[Condition]) -> list[Condition]:
    """Return why `user` cannot make `move` now, each reason with the page where it is met. `conditions` are those of
    the move.
    """
    urls = {condition.text: condition.url for condition in conditions}
    known = replace(move, conditions=lambda record: conditions)
    reasons = attempt(lambda: check(known, record, by=user)).reasons
    return [Condition(reason, False, urls.get(reason, "")) for reason in reasons]


def move_page(
    request: HttpRequest,
    move: Move,
    record: Any,
    verb: Callable[..., Any],
    *,
    back: tuple[str, str],
    fields: type[forms.Form] | None = None,
) -> HttpResponse:
    """Show what `move` will do to `record`. POST calls `verb` once that is confirmed, and returns to `back`: the
    address and the title of a page. `fields` asks for the arguments of the verb, if it takes more than a reason.
    """
    effects, barriers = move.effects_on(record), in_the_way(move, record, request.user, move.conditions(record))
    form_class = confirming(fields or (WhyForm if move.needs_reason else forms.Form))
    form, outcome = form_class(request.POST if request.method == "POST" else None, effects=effects), NOTHING_DONE
    if request.method == "POST":
        outcome = _refused(barriers) if barriers else _make(request, record, verb, form)
        if outcome.status == 303:
            messages.success(request, _("Done: %(move)s.") % {"move": move.label})
            return redirect(back[0])
    context = {
        "move": move,
        "record": record,
        "effects": effects,
        "form": form,
        "reasons": outcome.reasons,
        "in_the_way": barriers,
        "back": back[0],
        "label": back[1],
    }
    return render(request, "consultations/consequences/move.html", context, status=outcome.status)


def _refused(barriers: list[Condition]) -> Outcome:
    return Outcome([barrier.text for barrier in barriers], 409)


def _make(request: HttpRequest, record: Any, verb: Callable[..., Any], form: Confirmation) -> Outcome:
    if not form.is_valid():
        return INVALID
    return attempt(lambda: verb(record, by=request.user, **form.values), record)
