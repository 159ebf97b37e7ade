"""Public pages: inputs, privacy notice and accessibility statement."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Submission
from consultations.views.filters import ListQuery, list_query
from consultations.views.page_cache import kept_for_visitors


@login_not_required
@require_safe
@kept_for_visitors
def inputs(request: HttpRequest) -> HttpResponse:
    """List the inputs that the user may read, filtered by the query string: newest first, or best match first if it has
    search words.

    Unknown values in the query string are ignored, with a notice.
    """
    rounds = queries.public_rounds()
    filters = list_query(request, rounds)
    before, after, lost = _edges(request)
    listed = (_search if filters.words else _list)(request, filters, before, after)
    page, chosen = listed.pop("page"), filters.round or queries.round_named("", rounds)
    context = {
        **listed,
        "words": filters.words,
        "filters": [each for each in filters.filters if each.options and (each.name != "round" or len(rounds) > 1)],
        "is_narrowed": bool(filters.address),
        "narrowed": f"?{urlencode(filters.address)}" if filters.address else "",
        "not_found": lost or filters.is_unknown,
        "inputs": page.rows,
        "newer": _address(filters, after=page.newer),
        "older": _address(filters, before=page.older),
        "round": chosen,
        "is_sample": any(item.is_sample for item in ([chosen] if chosen else rounds)),
    }
    return render(request, "consultations/public/inputs.html", context)


def _list(
    request: HttpRequest, filters: ListQuery, before: Submission | None, after: Submission | None
) -> dict[str, Any]:
    """Render a page of all filtered inputs, newest first."""
    readable = queries.readable_inputs(request.user, filters.input_filters)
    page = queries.input_page(readable, before=before, after=after)
    if after and not page.rows:
        page = queries.input_page(readable, before=None, after=None)
    return {"page": page, "counted": None if before or after else queries.counted(readable)}


def _search(
    request: HttpRequest, filters: ListQuery, before: Submission | None, after: Submission | None
) -> dict[str, Any]:
    """Render a page of search results, each with an excerpt; and organisations with similar names.

    If no input matches, the inputs of these organisations are listed.
    """
    readable = queries.readable_inputs(request.user, filters.input_filters).only(
        *queries.LISTED, "body", "proposed_wording"
    )
    page, hits = queries.ranked_page(readable, filters.words, before=before, after=after)
    names = [] if before or after else queries.named_like(readable, filters.words)
    by_name = bool(names) and not hits
    if by_name:
        page = queries.input_page(readable.filter(stakeholder__in=names), before=None, after=None)
        page = page._replace(older="")
    shown = {} if by_name else queries.shown(page.rows, filters.words, request.user)
    for item in page.rows:
        item.shown = shown.get(item.pk)
    return {
        "page": page,
        "counted": None if before or after else _matches(hits),
        "names": [(body, _address(filters, without_words=True, organisation=str(body.pk))) for body in names],
        "by_name": by_name,
    }


def _matches(hits: list[queries.Hit]) -> queries.Counted:
    """Return the number of ranked matches; counting all would mean searching again."""
    return queries.Counted(len(hits), is_more=len(hits) == queries.RANKED)


def _edges(request: HttpRequest) -> tuple[Submission | None, Submission | None, bool]:
    """Return the inputs at the edges of the requested page, and whether the URL names one that does not exist."""
    requested = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    edges = queries.readable_by_reference(request.user, requested.values()).only("reference", "submitted_at")
    result = {row.reference: row for row in edges} if requested else {}
    before, after = result.get(requested.get("before")), result.get(requested.get("after"))
    return before, after, len(result) < len(requested)


def _address(filters: ListQuery, *, without_words: bool = False, **edge: str) -> str:
    """Return the URL of a neighbouring page or an additional filter; empty if there is none."""
    if not any(edge.values()):
        return ""
    return reverse("inputs", query={**(filters.choices if without_words else filters.address), **edge})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy notice (Data Protection Act 2019, s. 29)."""
    return render(request, "consultations/public/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "consultations/public/accessibility.html")
