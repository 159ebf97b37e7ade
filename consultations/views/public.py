"""Pages for everyone: the list of inputs, the privacy notice, the accessibility statement."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Submission
from consultations.views.filters import Asked, asked_of
from consultations.views.page_cache import kept_for_visitors


@login_not_required
@require_safe
@kept_for_visitors
def inputs(request: HttpRequest) -> HttpResponse:
    """The inputs that the reader may read, narrowed by what the address chooses: newest first, or the best match first
    where it has words to search for.

    What the address asks for and is not there is left out with a notice; the list is shown all the same.
    """
    rounds = queries.public_rounds()
    current = rounds[0] if rounds else None
    asked = asked_of(request, rounds)
    before, after, lost = _edges(request)
    listed = (_search if asked.words else _list)(request, asked, before, after)
    page = listed.pop("page")
    context = {
        **listed,
        "words": asked.words,
        "filters": [each for each in asked.filters if each.options and (each.name != "round" or len(rounds) > 1)],
        "is_narrowed": bool(asked.address),
        "narrowed": f"?{urlencode(asked.address)}" if asked.address else "",
        "not_found": lost or asked.is_unknown,
        "inputs": page.rows,
        "newer": _address(asked, after=page.newer),
        "older": _address(asked, before=page.older),
        "round": asked.round or current,
    }
    return render(request, "consultations/public/inputs.html", context)


def _list(request: HttpRequest, asked: Asked, before: Submission | None, after: Submission | None) -> dict[str, Any]:
    """A page of all that was asked for, newest first."""
    readable = queries.readable_inputs(request.user, asked.wanted)
    page = queries.input_page(readable, before=before, after=after)
    if after and not page.rows:
        page = queries.input_page(readable, before=None, after=None)
    return {"page": page, "counted": None if before or after else queries.counted(readable)}


def _search(request: HttpRequest, asked: Asked, before: Submission | None, after: Submission | None) -> dict[str, Any]:
    """A page of what has the words, each input with the passage that has them; organisations with a name like that.

    Where no input has the words, the inputs of these organisations are listed.
    """
    readable = queries.readable_inputs(request.user, asked.wanted).only(*queries.LISTED, "body", "proposed_wording")
    page, hits = queries.ranked_page(readable, asked.words, before=before, after=after)
    names = [] if before or after else queries.named_like(readable, asked.words)
    by_name = bool(names) and not hits
    if by_name:
        page = queries.input_page(readable.filter(stakeholder__in=names), before=None, after=None)
        page = page._replace(older="")
    shown = {} if by_name else queries.shown(page.rows, asked.words, request.user)
    for found in page.rows:
        found.shown = shown.get(found.pk)
    return {
        "page": page,
        "counted": None if before or after else _matches(hits),
        "names": [(body, _address(asked, without_words=True, organisation=str(body.pk))) for body in names],
        "by_name": by_name,
    }


def _matches(hits: list[queries.Hit]) -> queries.Counted:
    """How many matches there are, as far as they were ranked: to count the others would be to search again."""
    return queries.Counted(len(hits), is_more=len(hits) == queries.RANKED)


def _edges(request: HttpRequest) -> tuple[Submission | None, Submission | None, bool]:
    """The inputs between which the asked page lies, and whether the address named one that is not there."""
    asked = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    edges = queries.readable_by_reference(request.user, asked.values()).only("reference", "submitted_at")
    found = {row.reference: row for row in edges} if asked else {}
    before, after = found.get(asked.get("before")), found.get(asked.get("after"))
    return before, after, len(found) < len(asked)


def _address(asked: Asked, *, without_words: bool = False, **edge: str) -> str:
    """The address of a neighbouring page, or of one that chooses more; empty where there is none."""
    if not any(edge.values()):
        return ""
    return reverse("inputs", query={**(asked.choices if without_words else asked.address), **edge})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, for how long, and what they may ask for (Data Protection Act 2019, s. 29)."""
    return render(request, "consultations/public/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, what is known not to work, and whom to tell."""
    return render(request, "consultations/public/accessibility.html")
