"""Explore a frozen text: filter paragraphs, see who raised points, and a page for each paragraph."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import Group, PointKind
from consultations.queries.changes import PAPERS
from consultations.queries.search import searchable
from consultations.views.filters import Filter, Options
from consultations.views.page_cache import kept_until
from positions.models import Edition, Outcome, ReasonCode, Strength
from positions.queries import explorer
from positions.render.rulings import rulings

from . import public_papers
from .editions import _chosen, _editions
from .public_papers import address_of, enter_reading_of, part_of, standing

LABELS = {
    "theme": gettext_lazy("Theme"),
    "objective": gettext_lazy("Objective"),
    "group": gettext_lazy("Group"),
    "organisation": gettext_lazy("Organisation"),
    "strength": gettext_lazy("Strength"),
    "reserved": gettext_lazy("Reservations"),
}


# --- Which paragraphs, and who was heard where ----------------------------------------------------------------------


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_explore(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """Show the paragraphs of an edition that match the filters and contain the words; without any, points by group and
    theme.

    Unknown filters are ignored with a notice. Raises 404 like the edition.
    """
    editions = _editions(request, slug)
    edition = _chosen(editions, number)
    enter_reading_of(request, edition)
    content, traits = public_papers.content(edition.sha256), public_papers.traits(edition.sha256)
    filters = _filters(request, content, traits)
    requested = {each.name: each.chosen for each in filters if each.chosen}
    words = searchable(request.GET.get("words", ""))
    context = {
        **standing(edition, editions),
        "filters": [each for each in filters if each.options],
        "words": words,
        "chosen": [
            *([(_("Words in the text"), words)] if words else []),
            *((each.label, each.options[each.chosen][0]) for each in filters if each.chosen),
        ],
        "not_found": any(each.is_unknown for each in filters),
        "all": len(traits),
        **(_results(request, edition, requested, words) if requested or words else _groups_table(content)),
    }
    return render(request, "positions/explorer/explore.html", context)


def _filters(request: HttpRequest, content: dict[str, Any], traits: dict[int, explorer.Traits]) -> list[Filter]:
    """Return the filters with labelled options that occur in this text, and the selection."""
    rows = explorer.values(traits)
    options: dict[str, Options] = {
        "theme": {code: (title, None) for code, title in _themes(content).items()},
        "objective": {each["code"]: (f"{each['code']} {each['label']}", None) for each in content["provisions"]},
        "group": {code: (label, None) for code, label in _groups(content).items()},
        "organisation": {name: (name, None) for name in sorted(rows.get("organisation", ()))},
        "strength": {value: (capfirst(str(label)), None) for value, label in Strength.choices},
        "reserved": {explorer.RESERVED: (_("With a reservation"), None)},
    }
    return [
        Filter(
            name,
            label,
            {value: option for value, option in options[name].items() if value in rows.get(name, ())},
            request.GET.get(name, ""),
        )
        for name, label in LABELS.items()
    ]


def _themes(content: dict[str, Any]) -> dict[str, str]:
    """Return the titles of the themes in the reader's language, and a name for sections without one."""
    name = "title_sw" if get_language() == "sw" else "title"
    titles = {each["code"]: each[name] or each["title"] for each in content["themes"]}
    return {**titles, explorer.OTHER: _("Sections without a theme")}


def _groups(content: dict[str, Any]) -> dict[str, str]:
    """Return the labels of groups that are named, in order, and of the others; none if the edition records no
    groups.
    """
    present = set(explorer.groups_of(content).values())
    named = {code: str(label) for code, label in Group.choices if code in present}
    return {**named, explorer.OTHER: _("Others")} if named else {}


def _results(request: HttpRequest, edition: Edition, filters: dict[str, str], words: str) -> dict[str, Any]:
    """Return the matching paragraphs: the numbers of all, and one page with texts."""
    content, requested = public_papers.content(edition.sha256), {**({"words": words} if words else {}), **filters}
    with_words = explorer.containing(content, words)
    matching = explorer.matching(public_papers.traits(edition.sha256), filters)
    numbers = [number for number in matching if number in with_words]
    pages = explorer.sheets(content, numbers, public_papers.MOST)
    part, address = part_of(request, len(pages)), address_of(edition)
    return {
        "numbers": numbers,
        "text": public_papers.rows(edition.sha256, address, pages[part - 1]),
        "previous": _page_at(requested, part - 1, len(pages)),
        "next": _page_at(requested, part + 1, len(pages)),
    }


def _page_at(requested: dict[str, str], part: int, pages: int) -> str:
    return f"?{urlencode({**requested, 'part': part})}" if 0 < part <= pages else ""


def _groups_table(content: dict[str, Any]) -> dict[str, Any]:
    """Return the table of points by group and theme."""
    groups, themes = _groups(content), _themes(content)
    lines = explorer.participation_by_theme(content, [code for code in groups if code != explorer.OTHER])
    shown = [(cell.group, groups[cell.group]) for cell in lines[0].cells] if lines and groups else []
    others = any(group == explorer.OTHER for group, _label in shown)
    return {
        "groups": shown,
        "others": others,
        "only_present": "organisations" not in content,
        "lines": [{"title": themes.get(line.theme, line.theme), "line": line} for line in lines],
    }


# --- One paragraph --------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@kept_until(PAPERS)
def paper_paragraph(request: HttpRequest, slug: str, number: str, paragraph: int) -> HttpResponse:
    """Show a paragraph of an edition at a citable URL, with everything the edition records about it.

    Raises 404 like the edition, and if it has no such paragraph.
    """
    editions = _editions(request, slug)
    edition = _chosen(editions, number)
    enter_reading_of(request, edition)
    content = public_papers.content(edition.sha256)
    passage = explorer.passage(content, paragraph)
    if passage is None:
        raise Http404
    by_number = {each.number: each for each in editions}
    steps = public_papers.history(tuple(each.sha256 for each in reversed(editions)), passage.paragraph["key"])
    context = {
        **standing(edition, editions),
        "passage": passage,
        "address": settings.PORTAL_ADDRESS + request.path,
        "place": address_of(edition) + public_papers.place(edition.sha256, paragraph),
        "strength": capfirst(str(Strength(passage.paragraph["strength"]).label)),
        "theme": _themes(content).get(passage.section["theme"] or "", ""),
        "sources": [_source(each) for each in passage.sources],
        "answered": [_answer(each) for each in passage.answered],
        "rulings": _decided(content, paragraph),
        "steps": [(step, by_number[step.edition]) for step in reversed(steps)],
    }
    return render(request, "positions/explorer/paragraph.html", context)


def _source(source: dict[str, Any]) -> dict[str, Any]:
    """Return a source with labels: its reference, its group, and its point with the answer."""
    groups: dict[str, Any] = dict(Group.choices)
    content = _answer(source["content"]) if source["content"] else {}
    return {**content, **public_papers.named(source), "group": groups.get(source["group"], "")}


def _answer(point: dict[str, Any]) -> dict[str, Any]:
    """Return a point with the labels of its kind, its outcome and its reason code."""
    kinds, outcomes, reasons = dict(PointKind.choices), dict(Outcome.choices), dict(ReasonCode.choices)
    about = {"point": point["reference"], "organisation": point["organisation"], "relation": ""}
    return {
        **point,
        **public_papers.named(about),
        "into_short": public_papers.short(point.get("into", "")),
        "kind": kinds.get(point["kind"], point["kind"]),
        "outcome": point["outcome"],
        "outcome_words": outcomes.get(point["outcome"], ""),
        "reason_kind": reasons.get(point["reason_code"], ""),
    }


def _decided(content: dict[str, Any], paragraph: int) -> list[dict[str, Any]]:
    """Return the meeting's decision on this paragraph, if it was decided separately."""
    rows = (content["adoption"] or {}).get("paragraphs", [])
    return rulings({"adoption": {"paragraphs": [row for row in rows if row["number"] == paragraph]}})
