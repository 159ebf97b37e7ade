"""The text under review as those invited read it, or everyone: section by section, with what others propose."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.views.page_cache import kept_for_visitors
from positions.models import Audience, PositionPaper, ReviewRound
from positions.permissions import may_propose_amendment, sponsors

from . import reading
from .amendments import Load, amendments_of, groups, loads, read, total


def known_round(request: HttpRequest, slug: str, **only: Any) -> ReviewRound:
    """The latest review round of the paper that the reader may read; a 404 for everybody else and for none."""
    rounds = ReviewRound.objects.visible_to(request.user).filter(paper__slug=slug, **only)
    found = (
        rounds.select_related("paper__consultation", "edition").defer("edition__content").order_by("-number").first()
    )
    if found is None:
        raise Http404
    return found


def is_in_time(found: ReviewRound) -> bool:
    """Whether amendments may be proposed at this moment."""
    return found.is_open and found.paper.state == PositionPaper.State.REVIEW


def sections_of(found: ReviewRound) -> list[dict[str, Any]]:
    """The sections of the edition under review that hold text, each with its `place` among them from 1."""
    frozen = [each for each in reading.sections(reading.content(found.edition.sha256)) if each["paragraphs"]]
    return [{**section, "place": place} for place, section in enumerate(frozen, start=1)]


def under_review(sections: list[dict[str, Any]], key: Any) -> dict[str, Any] | None:
    """The paragraph of this key in the text under review, with the `place` of its section; None if there is none."""
    rows = (({**each, "place": section["place"]}) for section in sections for each in section["paragraphs"])
    return next((each for each in rows if each["key"] == str(key)), None)


def frozen_numbers(sections: list[dict[str, Any]]) -> dict[str, int]:
    """The number of each paragraph in the text under review, by its key."""
    return {each["key"]: each["number"] for section in sections for each in section["paragraphs"]}


def read_in(amendments: Any, sections: list[dict[str, Any]]) -> list[Any]:
    """Amendments with what the pages show; paragraphs have the numbers of the text under review."""
    numbers = frozen_numbers(sections)
    found = list(amendments)
    known = {each.paragraph_id: each.paragraph for each in found}
    known |= {each.after_id: each.after for each in found if each.after_id}
    return read(found, {pk: numbers[key] for pk, each in known.items() if (key := str(each.key)) in numbers})


# --- For those invited ----------------------------------------------------------------------------------------------


@require_safe
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """What the round is about, the contents with what is proposed where, and the reader's own amendments."""
    return _overview(request, known_round(request, slug))


@require_safe
def review_section(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """One section of the text under review with the amendments to it; those that contend stand side by side."""
    return _section(request, known_round(request, slug), place)


@require_safe
def review_print(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole text for the printer: what contends in square brackets, everything else proposed below."""
    return _print(request, known_round(request, slug))


# --- For everyone ---------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_for_visitors
def read_review(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for everyone, where the round is open to all readers."""
    return _overview(request, known_round(request, slug, audience=Audience.PUBLIC), in_public=True)


@login_not_required
@require_safe
@kept_for_visitors
def read_review_section(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """One section for everyone."""
    return _section(request, known_round(request, slug, audience=Audience.PUBLIC), place, in_public=True)


@login_not_required
@require_safe
@kept_for_visitors
def read_review_print(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole text for the printer, for everyone."""
    return _print(request, known_round(request, slug, audience=Audience.PUBLIC), in_public=True)


# --- Both -----------------------------------------------------------------------------------------------------------


def frame(request: HttpRequest, found: ReviewRound, in_public: bool) -> dict[str, Any]:
    """What every page of a round knows; `to` are the names of its addresses."""
    names = ("read_review", "read_review_section", "read_review_print")
    own = ("review", "review_section", "review_print")
    return {
        "paper": found.paper,
        "round": found,
        "in_public": in_public,
        "to": dict(zip(("text", "section", "print"), names if in_public else own, strict=True)),
        "may_propose": not in_public and is_in_time(found) and may_propose_amendment(request.user, found),
    }


def _overview(request: HttpRequest, found: ReviewRound, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(found)
    held = {str(key): load for key, load in loads(found.paper, round=found).items()}
    for section in sections:
        section["load"] = total(held.get(each["key"], Load()) for each in section["paragraphs"])
    own: list[Any] = []
    if not in_public:
        bodies = sponsors(request.user, found)
        own = read_in(amendments_of(found.paper).filter(round=found, sponsor__in=bodies), sections) if bodies else []
    context = frame(request, found, in_public) | {
        "sections": sections,
        "load": total(held.values()),
        "own": sorted(own, key=lambda each: (not each.is_stale, each.number or 0, each.at)),
    }
    return render(request, "positions/review/text.html", context)


def _section(request: HttpRequest, found: ReviewRound, place: int, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(found)
    section = next((each for each in sections if each["place"] == place), None)
    if section is None:
        raise Http404
    keys = [each["key"] for each in section["paragraphs"]]
    held = groups(read_in(amendments_of(found.paper).filter(round=found, paragraph__key__in=keys), sections))
    by_key = {str(group.amendments[0].paragraph.key): group for group in held.values()}
    for paragraph in section["paragraphs"]:
        paragraph["group"] = by_key.get(paragraph["key"])
    context = frame(request, found, in_public) | {
        "section": section,
        "before": next((each for each in sections if each["place"] == place - 1), None),
        "behind": next((each for each in sections if each["place"] == place + 1), None),
    }
    return render(request, "positions/review/section.html", context)


def _print(request: HttpRequest, found: ReviewRound, *, in_public: bool = False) -> HttpResponse:
    sections = sections_of(found)
    held = groups(read_in(amendments_of(found.paper).filter(round=found), sections))
    by_key = {str(group.amendments[0].paragraph.key): group for group in held.values()}
    for paragraph in (each for section in sections for each in section["paragraphs"]):
        paragraph["group"] = by_key.get(paragraph["key"])
    return render(request, "positions/review/print.html", frame(request, found, in_public) | {"sections": sections})
