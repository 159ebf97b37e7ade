"""Filters that officers save for themselves: save, rename, remove."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from consultations import workflow
from consultations.forms.saved_filters import FilterNameForm, SaveFilterForm
from consultations.models import Consultation, FilteredPage, SavedFilter
from consultations.permissions import SignedInRequest
from consultations.queries.saved_filters import list_address, normal_query, saved_filters, saved_tabs

from .decorators import INVALID, NOTHING_DONE, Outcome, attempt, consultation_at, for_secretariat


@for_secretariat
@require_http_methods(["GET", "HEAD", "POST"])
def desk_filters(request: SignedInRequest, slug: str, page: str) -> HttpResponse:
    """List the person's own filters of a list, and save the one of `?query=` under a name."""
    consultation = _consultation(request, slug, page)
    if request.method != "POST":
        return _show(request, consultation, page, SaveFilterForm(initial={"query": request.GET.get("query", "")}))
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        return _show(request, consultation, page, form, INVALID)
    values = form.cleaned_data
    outcome = attempt(lambda: workflow.save_filter(consultation, by=request.user, page=page, **values))
    if outcome.reasons:
        return _show(request, consultation, page, form, outcome)
    messages.success(request, _("The filter is saved."))
    return redirect(f"{list_address(consultation, page)}?{values['query']}")


@for_secretariat
@require_POST
def desk_filter_move(request: SignedInRequest, slug: str, page: str, pk: int, verb: str) -> HttpResponse:
    """Rename or remove a filter of one's own. Raises the same 404 for those of others and unknown ones."""
    consultation = _consultation(request, slug, page)
    own = SavedFilter.objects.visible_to(request.user).filter(consultation=consultation, page=page)
    saved, form = get_object_or_404(own, pk=pk), FilterNameForm(request.POST)
    if verb == "remove":
        outcome, done = attempt(lambda: workflow.remove_filter(saved, by=request.user)), _("The filter is removed.")
    elif verb == "rename":
        if not form.is_valid():
            return _show(
                request,
                consultation,
                page,
                SaveFilterForm(),
                Outcome(list(map(str, form.errors["name"])), 422),
                form,
                saved,
            )
        name, done = form.cleaned_data["name"], _("The filter has its new name.")
        outcome = attempt(lambda: workflow.rename_filter(saved, by=request.user, name=name), saved)
    else:
        raise Http404
    if outcome.reasons:
        return _show(request, consultation, page, SaveFilterForm(), outcome, form, saved)
    messages.success(request, done)
    return redirect("desk_filters", slug, page)


def _consultation(request: SignedInRequest, slug: str, page: str) -> Consultation:
    if page not in FilteredPage:
        raise Http404
    return consultation_at(request, slug)


def _show(
    request: SignedInRequest,
    consultation: Consultation,
    page: str,
    form: SaveFilterForm,
    outcome: Outcome = NOTHING_DONE,
    renaming: FilterNameForm | None = None,
    renamed: SavedFilter | None = None,
) -> HttpResponse:
    """Show the page; `renaming` is the form of the filter `renamed` as it was sent."""
    query = normal_query(str(form["query"].value() or ""))
    rows: list[dict[str, Any]] = []
    for each in saved_filters(request.user, consultation, page):
        sent = renaming is not None and renamed is not None and renamed.pk == each.pk
        typed = renaming["name"].value() if renaming is not None and sent else each.name
        rows.append({"saved": each, "url": f"{list_address(consultation, page)}?{each.query}", "typed": typed})
    context = {
        "consultation": consultation,
        "page": page,
        "heading": FilteredPage(page).label,
        "form": form,
        "reasons": outcome.reasons,
        "query": query,
        "rows": rows,
        "saved": saved_tabs(request.user, consultation, page, query),
    }
    return render(request, "consultations/saved_filters/saved_filters.html", context, status=outcome.status)
