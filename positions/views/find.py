"""Find references, names and commands: a page, and its results alone for static/js/palette.js."""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.models import clean_text
from consultations.permissions import SignedInRequest
from consultations.queries.find import SHORTEST, Result, Search, visible_consultations
from consultations.queries.search import LONGEST, searchable
from consultations.views.decorators import note_consultation
from positions.queries import find as queries


class Group(NamedTuple):
    """Results under one heading, each with its title in which the words are marked."""

    heading: str
    rows: list[tuple[Result, SafeString]]


@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """Show what `?q=` means to the reader, that of the consultation `?at=` first; `&part=results` alone."""
    typed = request.GET.get("q", "")
    at = request.GET.get("at", "")
    place = visible_consultations(request.user).filter(slug=at).first() if at else None
    if place:
        note_consultation(request, place)
    search = Search(searchable(typed), place)
    results = queries.find(request.user, search)
    headings = zip((_("Go to"), _("Do"), _("Elsewhere")), results, strict=True)
    context = {
        "words": search.words,
        "at": search.at,
        "groups": [_group(heading, rows, search) for heading, rows in headings if rows],
        "number": results.number,
        "advice": _advice(typed, search),
    }
    part = "_results" if request.GET.get("part") == "results" else "find"
    return render(request, f"positions/find/{part}.html", context)


def _advice(typed: str, search: Search) -> str:
    """Return why something typed was not looked for; empty if all of it was."""
    try:
        clean = " ".join(clean_text(typed).split())
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    if len(clean) > LONGEST:
        return _("Only the first %(number)s characters were looked for. Use fewer words.") % {"number": LONGEST}
    if clean and not search.each and search.paragraph is None:
        return _("Enter a word of %(number)s or more characters.") % {"number": SHORTEST}
    return ""


def _group(heading: str, rows: list[Result], search: Search) -> Group:
    return Group(heading, [(row, marked(row.title, search.words.split())) for row in rows])


def marked(text: str, words: list[str]) -> SafeString:
    """Return `text` as HTML in which the beginnings of words that are one of `words` are marked."""
    beginnings = "|".join(re.escape(word) for word in words)
    parts = re.split(rf"(?<!\w)({beginnings})", text, flags=re.IGNORECASE) if words else [text]
    shown = (format_html("<mark>{}</mark>", part) if turn % 2 else part for turn, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in shown))
