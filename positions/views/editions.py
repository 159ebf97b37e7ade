"""Frozen texts: section by section, whole, in numbered lines, and two editions compared."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from consultations.queries.changes import PAPERS
from consultations.views.page_cache import kept_until
from positions.models import Edition
from positions.queries.papers import readable_editions
from positions.text.compare import Part, tally

from . import public_papers
from .public_papers import address_of, enter_reading_of, is_official, part_of, standing

KINDS = ("changed", "moved and changed", "moved", "new", "removed")


def _editions(request: HttpRequest, slug: str) -> list[Edition]:
    """Return the editions of the paper that the reader may see, newest first; raises 404 if there are none."""
    result = readable_editions(request.user, slug)
    if not result:
        raise Http404
    return result


def _chosen(editions: list[Edition], number: str) -> Edition:
    """Return the edition with this number; raises 404 if there is none for this reader."""
    result = next((each for each in editions if each.number == number), None)
    if result is None:
        raise Http404
    return result


# --- The text -------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_until(PAPERS)
def edition_section(request: HttpRequest, slug: str, number: str, place: int) -> HttpResponse:
    """Show a section of an edition; a very long one in parts. Raises 404 like the edition, and if it has no such
    section.
    """
    editions = _editions(request, slug)
    edition = _chosen(editions, number)
    chapters = public_papers.chapters(edition.sha256)
    at = next((at for at, each in enumerate(chapters) if each.place == place), None)
    if at is None:
        raise Http404
    enter_reading_of(request, edition)
    chapter = chapters[at]
    part = part_of(request, len(chapter.pages))
    shown = chapter.pages[part - 1]
    address, outcomes = address_of(edition), _outcomes(edition)
    context = {
        **standing(edition, editions),
        "chapter": chapter,
        "part": part,
        "before": chapters[at - 1] if at else None,
        "after": chapters[at + 1] if at + 1 < len(chapters) else None,
        "last": chapters[-1].numbers[-1],
        "address": address,
        "text": public_papers.rows(edition.sha256, address, shown, outcomes=outcomes, headed=False),
    }
    return render(request, "positions/editions/section.html", context)


@login_not_required
@require_safe
@kept_until(PAPERS)
def edition_whole(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Show the whole text of an edition; a very long one in parts. Raises 404 like the edition."""
    editions = _editions(request, slug)
    edition = _chosen(editions, number)
    enter_reading_of(request, edition)
    parts = public_papers.parts(edition.sha256)
    part = part_of(request, len(parts))
    address = address_of(edition)
    context = {
        **standing(edition, editions),
        "address": address,
        "text": public_papers.text(edition.sha256, address, part, outcomes=_outcomes(edition)),
        "parts": parts,
        "part": part,
    }
    return render(request, "positions/editions/whole.html", context)


def _outcomes(edition: Edition) -> str:
    """Return the address of what became of the paragraphs of an edition; "" before publication."""
    return reverse("paper_alignment", args=[edition.paper.slug]) if is_official(edition) else ""


# --- Two editions ---------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Compare two editions of a paper: the last two unless the URL names others.

    `from` and `to` are numbers of editions, `all` includes unchanged paragraphs.
    """
    editions, before, after = compared(request, slug)
    enter_reading_of(request, before, after)
    parts = public_papers.changes(before.sha256, after.sha256)
    tallied = tally(parts)
    context = {
        "paper": after.paper,
        "editions": editions,
        "before": before,
        "after": after,
        "official": is_official(before) and is_official(after),
        "parts": _shown(parts, whole="all" in request.GET),
        "whole": "all" in request.GET,
        "figures": [(kind, tallied[kind]) for kind in KINDS if tallied[kind]],
        "same": tallied["same"],
    }
    return render(request, "positions/editions/compare.html", context)


def compared(request: HttpRequest, slug: str) -> tuple[list[Edition], Edition, Edition]:
    """Return the editions that the reader may see, and the two to compare, the earlier one first; raises 404 for
    invalid or unreadable ones.
    """
    editions = _editions(request, slug)
    after = _chosen(editions, request.GET.get("to", editions[0].number))
    older = editions[editions.index(after) + 1 :] or editions[-1:]
    return editions, _chosen(editions, request.GET.get("from", older[0].number)), after


def _shown(parts: list[Part], *, whole: bool) -> list[dict[str, Any]]:
    """Return the sections with changes, each with its rows and the number left out; or everything."""
    return [
        {"part": part, "rows": part.rows if whole else part.changed, "left": len(part.rows) - len(part.changed)}
        for part in parts
        if whole or part.is_changed
    ]


# --- Lines ----------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_until(PAPERS)
def edition_lines(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Show an edition in numbered lines by section; `all` gives the whole text for printing."""
    return _lines(request, slug, number, line=0)


@login_not_required
@require_safe
@kept_until(PAPERS)
def edition_line(request: HttpRequest, slug: str, number: str, line: int) -> HttpResponse:
    """Redirect to the section with a quoted line. Raises 404 if the edition has no such line."""
    return _lines(request, slug, number, line=line)


def _lines(request: HttpRequest, slug: str, number: str, *, line: int) -> HttpResponse:
    edition = _chosen(_editions(request, slug), number)
    enter_reading_of(request, edition)
    blocks = public_papers.lines(edition.sha256)
    requested = [block for block in blocks if block.first <= line <= block.last]
    if line and not requested:
        raise Http404
    whole = "all" in request.GET
    context = {
        "paper": edition.paper,
        "edition": edition,
        "official": is_official(edition),
        "blocks": blocks,
        "shown": blocks if whole else requested or blocks[:1],
        "whole": whole,
        "line": line,
        "frozen": public_papers.facts(edition.sha256),
    }
    return render(request, "positions/editions/lines.html", context)
