"""Pages for everyone: the list of inputs with who has been heard, the privacy notice, the accessibility statement."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from consultations import queries
from consultations.models import Consultation, County, Group, Provision, Submission, Theme
from consultations.views.memory import kept_for_visitors


class Filter(NamedTuple):
    """One choice above the list: its name in the address, its label, the options, and the option that is chosen."""

    name: str
    label: Promise
    options: dict[str, tuple[str, Any]]  # in the address: (in words, what it stands for)
    asked: str

    @property
    def chosen(self) -> str:
        """What is chosen, in the address's words; empty for everything."""
        return self.asked if self.asked in self.options else ""

    @property
    def found(self) -> Any:
        """What the chosen option stands for, or None."""
        return self.options[self.chosen][1] if self.chosen else None

    @property
    def is_unknown(self) -> bool:
        """Whether the address asks for something that there is not."""
        return bool(self.asked) and not self.chosen


def _filters(asked: QueryDict, rounds: list[Consultation], themes: Iterable[Theme]) -> list[Filter]:
    provisions, counties = Provision.objects.all(), County.objects.order_by("name")
    return [
        _filter(asked, "theme", _("Theme"), {theme.code: (str(theme), theme) for theme in themes}),
        _filter(asked, "objective", _("Objective"), {made.code: (str(made), made) for made in provisions}),
        _filter(asked, "group", _("Group"), {code: (str(label), code) for code, label in Group.choices}),
        _filter(asked, "county", _("County"), {county.slug: (county.name, county) for county in counties}),
        _filter(asked, "round", _("Consultation"), {found.slug: (found.short_title, found) for found in rounds}),
    ]


def _filter(asked: QueryDict, name: str, label: Promise, options: dict[str, tuple[str, Any]]) -> Filter:
    return Filter(name, label, options, asked.get(name, ""))


@login_not_required
@require_safe
@kept_for_visitors
def inputs(request: HttpRequest) -> HttpResponse:
    """The inputs that the reader may read, newest first, narrowed by theme, objective, group, county and round.

    What the address asks for and is not there is left out with a notice; the list is shown all the same.
    """
    rounds = queries.public_rounds()
    current = rounds[0] if rounds else None
    themes = list(Theme.objects.all())
    filters = _filters(request.GET, rounds, themes)
    found = {each.name: each.found for each in filters if each.found}
    wanted = queries.Wanted(consultation=found.pop("round", None), **found)
    readable = queries.readable_inputs(request.user, wanted)
    before, after, lost = _edges(request)
    page = queries.input_page(readable, before=before, after=after)
    if after and not page.rows:
        page = queries.input_page(readable, before=None, after=None)
    context = {
        "filters": [each for each in filters if each.name != "round" or len(rounds) > 1],
        "is_narrowed": bool(wanted.conditions),
        "not_found": lost or any(each.is_unknown for each in filters),
        "number": None if before or after else readable.count(),
        "inputs": page.rows,
        "newer": _address(filters, after=page.newer),
        "older": _address(filters, before=page.older),
        "round": wanted.consultation or current,
        "heard": _heard(wanted.consultation or current, themes),
    }
    return render(request, "consultations/inputs.html", context)


def _heard(consultation: Consultation | None, themes: list[Theme]) -> queries.Heard | None:
    return queries.heard(consultation, themes) if consultation else None


def _edges(request: HttpRequest) -> tuple[Submission | None, Submission | None, bool]:
    """The inputs between which the asked page lies, and whether the address named one that is not there."""
    asked = {name: request.GET[name] for name in ("before", "after") if request.GET.get(name)}
    edges = queries.readable_by_reference(request.user, asked.values()).only("reference", "submitted_at")
    found = {row.reference: row for row in edges} if asked else {}
    before, after = found.get(asked.get("before")), found.get(asked.get("after"))
    return before, after, len(found) < len(asked)


def _address(filters: list[Filter], **edge: str) -> str:
    """The address of a neighbouring page, empty where there is none."""
    if not any(edge.values()):
        return ""
    chosen = {found.name: found.chosen for found in filters if found.chosen}
    return reverse("inputs", query={**chosen, **edge})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, for how long, and what they may ask for (Data Protection Act 2019, s. 29)."""
    return render(request, "consultations/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the portal is, what is known not to work, and whom to tell."""
    return render(request, "consultations/accessibility.html")
