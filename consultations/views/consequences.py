"""Page of one move: what it will do, its reason, and what stands in its way."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from consultations.forms.consequences import Confirmation, confirming
from consultations.forms.screening import WhyForm
from ncm_portal.workflow import Condition, Move, check, way_back

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt


def in_the_way(
    request: HttpRequest, moves: Mapping[str, Move], move: Move, record: Any, conditions: list[Condition]
) -> list[Condition]:
    """Return why this person cannot make `move` now, each reason with the page where it is met. `conditions` are those
    of the move; where `record` is in the wrong state, that is the page of the one of `moves` which comes before.
    """
    urls = {condition.text: condition.url for condition in conditions}
    known = replace(move, conditions=lambda record: conditions)
    reasons = attempt(lambda: check(known, record, by=request.user)).reasons
    is_too_soon = record.state not in move.sources and move.may(request.user, record)
    before = _move_before(request, moves, move, record) if is_too_soon else ""
    return [Condition(reason, False, urls.get(reason, before)) for reason in reasons]


def _move_before(request: HttpRequest, moves: Mapping[str, Move], move: Move, record: Any) -> str:
    """Return the address of the move that brings `record` where `move` can be made; "" without one."""
    onward = [each for each in moves.values() if record.state in each.sources and not each.undoes]
    verb = next((each.verb for each in onward if each.target in move.sources and not each.grave), "")
    return verb and f"{request.path.removesuffix(f'{move.verb}/')}{verb}/"


def note_done(request: HttpRequest, moves: Mapping[str, Move], move: Move, record: Any, *, before: str) -> None:
    """Tell `request` that `move` is made on `record`, which was in the state `before`; with the page of the move that
    takes it back, if this person can: it has the address of this one but for its verb.
    """
    record.refresh_from_db()
    undo = way_back(moves, record, request.user, to=before)
    address = f"{request.path.removesuffix(f'{move.verb}/')}{undo.verb}/" if undo else ""
    messages.success(request, _("Done: %(move)s.") % {"move": move.label}, extra_tags=address)


def move_page(
    request: HttpRequest,
    moves: Mapping[str, Move],
    name: str,
    record: Any,
    verb: Callable[..., Any],
    *,
    back: tuple[str, str],
    fields: type[forms.Form] | None = None,
) -> HttpResponse:
    """Show what the move `name` will do to `record`. POST calls `verb` once that is confirmed, and returns to `back`:
    the address and the title of a page. `fields` asks for the arguments of the verb, if it takes more than a reason.
    """
    move, before = moves[name], record.state
    effects, barriers = move.effects_on(record), in_the_way(request, moves, move, record, move.conditions(record))
    form_class = confirming(fields or (WhyForm if move.needs_reason else forms.Form))
    form, outcome = form_class(request.POST if request.method == "POST" else None, effects=effects), NOTHING_DONE
    if request.method == "POST":
        outcome = _refused(barriers) if barriers else _make(request, record, verb, form)
        if outcome.status == 303:
            note_done(request, moves, move, record, before=before)
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
