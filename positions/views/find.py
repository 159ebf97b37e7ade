"""Find references, names and commands: a page, and its results alone for static/js/palette.js."""

import re
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from consultations.permissions import SignedInRequest
from consultations.queries.find import SHORTEST, Result, Search, visible_consultations
from consultations.queries.search import searchable
from consultations.views.decorators import note_consultation
from positions.forms.find import FindForm
from positions.queries import find as queries

NOTHING = queries.Results([], [], [])


class Group(NamedTuple):
    """Results under one heading, each with its title in which the words are marked."""

    heading: str
    rows: list[tuple[Result, SafeString]]


@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """Show what `?q=` means to the reader, that of the consultation `?at=` first; `&part=results` alone."""
    at, part = request.GET.get("at", ""), request.GET.get("part") == "results"
    place = visible_consultations(request.user).filter(slug=at).first() if at else None
    if place:
        note_consultation(request, place)
    form = FindForm(request.GET, auto_id="%s", label_suffix="")
    search = Search(searchable(form.cleaned_data["q"]) if form.is_valid() else "", place)
    results = NOTHING if form.errors else queries.find(request.user, search)
    headings = zip((_("Go to"), _("Do"), _("Elsewhere")), results, strict=True)
    context = {
        "form": form,
        "words": search.words,
        "at": search.at,
        "groups": [_group(heading, rows, search) for heading, rows in headings if rows],
        "number": results.number,
        "advice": " ".join(str(error) for error in form["q"].errors if part) or _advice(search),
    }
    return render(request, f"positions/find/{'_results' if part else 'find'}.html", context)


def _advice(search: Search) -> str:
    """Return why something typed was not looked for; empty if all of it was."""
    if search.words and not search.each and search.paragraph is None:
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
