"""The import of a list of delegates at the desk: uploaded, looked at row by row, names matched, then confirmed.

The page between carries the rows itself, signed: nothing of the file is kept before it is confirmed.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.forms.delegates import ListForm
from consultations.imports import NamesForm, RowState, suggestions
from consultations.imports.delegates import COLUMNS, NEEDED, import_delegates, shown, try_list
from consultations.imports.refused_files import enter_refused_files
from consultations.models import Forum

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, for_secretariat
from .forums import desk_forum
from .imports import STATES

SALT, HOURS = "list of delegates", 12
Rows = list[list[str]]


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def forum_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Upload a list; look at what it would do; confirm it."""
    forum = desk_forum(slug)
    if request.method == "POST" and "rows" in request.POST:
        rows = _carried(request.POST["rows"], forum)
        if rows is None:
            messages.error(request, _("The preview is too old or was altered. Upload the list again."))
            return redirect("forum_import", slug)
        return _preview_or_keep(request, forum, rows)
    form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
    if form.is_bound and form.is_valid():
        return _preview(request, forum, form.cleaned_data["rows"])
    enter_refused_files(request, form, forum)
    context = {"forum": forum, "form": form, "columns": [(name, name in NEEDED) for name in COLUMNS]}
    outcome = INVALID if form.errors else NOTHING_DONE
    return render(request, "consultations/forum_day/import.html", context, status=outcome.status)


def _carried(text: str, forum: Forum) -> Rows | None:
    """The rows that a preview of this forum carried; None for what is altered, old or of another forum."""
    try:
        return signing.loads(text, salt=f"{SALT} {forum.pk}", max_age=HOURS * 3600)
    except signing.BadSignature:
        return None


def _preview_or_keep(request: HttpRequest, forum: Forum, rows: Rows) -> HttpResponse:
    names = _names(request, forum, rows)
    if "confirm" not in request.POST:
        return _preview(request, forum, rows, names)
    done: list[Any] = []
    given = {"rows": rows, "names": names}
    outcome = attempt(lambda: done.append(import_delegates(forum, by=request.user, **given)))
    if not done:
        return _preview(request, forum, rows, names, outcome)
    words = {"new": done[0][RowState.NEW], "changed": done[0][RowState.CHANGED], "wrong": done[0][RowState.ERROR]}
    messages.success(request, _("%(new)s nominated, %(changed)s corrected, %(wrong)s left out.") % words)
    return redirect("forum_delegates", forum.slug)


def _names(request: HttpRequest, forum: Forum, rows: Rows) -> dict[str, int]:
    """The organisations that were chosen for names that nobody here has."""
    form = NamesForm(request.POST, suggested=suggestions(try_list(forum, rows).unknown))
    return form.confirmed if form.is_valid() else {}


def _preview(
    request: HttpRequest, forum: Forum, rows: Rows, names: dict[str, int] | None = None, outcome: Outcome = NOTHING_DONE
) -> HttpResponse:
    first, trial = try_list(forum, rows), try_list(forum, rows, names)
    chosen = {name: str(pk) for name, pk in (names or {}).items()}
    suggested = suggestions(first.unknown)
    initial = {f"name-{number}": chosen.get(name, "") for number, name in enumerate(suggested)}
    sections = [(label, trial.of(state), state) for state, label in STATES.items()]
    context = {
        "forum": forum,
        "reasons": outcome.reasons,
        "sections": [(label, [(row, list(shown(row))) for row in found], state) for label, found, state in sections],
        "names_form": NamesForm(suggested=suggested, initial=initial) if suggested else None,
        "carried": signing.dumps(rows, salt=f"{SALT} {forum.pk}", compress=True),
        "ready": len(trial.of(RowState.NEW)) + len(trial.of(RowState.CHANGED)),
    }
    return render(request, "consultations/forum_day/import_preview.html", context, status=outcome.status)
