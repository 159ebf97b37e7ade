"""Amendments of a paper as a list: tabs, order, and the words that rows show."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from positions.models import TOUCHES, Amendment, AmendmentState, PositionPaper, Recommendation

from .papers import paragraph_numbers

TABS = {
    "to-decide": _("To decide"),
    "recommended": _("Recommended"),
    "to-confirm": _("To confirm"),
    "decided": _("Decided"),
    "all": _("All"),
}
LAST = 10**9  # place of a removed paragraph, which has no number


def amendments_at_a_glance(paper: PositionPaper) -> list[Any]:
    """Return the amendments of all rounds in the order of the text, without their words. Two queries.

    Each has the `number` of its paragraph, its `tabs`, and `contends`: whether another changes the same words.
    """
    numbers = paragraph_numbers(paper)
    live = Recommendation.objects.filter(amendment=OuterRef("pk"), replaced_at=None)
    names = ("state", "operation", "taken_at", "at", "paragraph_id", "paragraph__section_id")
    queryset = Amendment.objects.filter(round__paper=paper).annotate(is_advised=Exists(live))
    rows: list[Any] = list(queryset.select_related("paragraph").only(*names))
    contended = _contended(rows)
    for each in rows:
        each.number, each.contends = numbers.get(each.paragraph_id), each.pk in contended
        each.tabs = _tabs(each)
    return sorted(rows, key=lambda each: (each.number or LAST, each.paragraph_id, each.at, each.pk))


def _contended(amendments: Iterable[Amendment]) -> set[int]:
    """Return the keys of undecided amendments that change what another one changes, as `rivals` says."""
    active = [each for each in amendments if each.is_open or each.is_untaken]
    touched = Counter((each.paragraph_id, part) for each in active for part in TOUCHES[each.operation])
    return {each.pk for each in active if any(touched[each.paragraph_id, part] > 1 for part in TOUCHES[each.operation])}


def _tabs(amendment: Any) -> set[str]:
    """Return the tabs of an amendment. An accepted one waits until the text of its paragraph is chosen."""
    tabs = {"all"}
    if amendment.state == AmendmentState.PROPOSED or amendment.is_untaken:
        tabs.add("to-decide")
    elif amendment.state == AmendmentState.STALE:
        tabs.add("to-confirm")
    else:
        tabs.add("decided")
    return tabs | ({"recommended"} if amendment.is_open and amendment.is_advised else set())


def tab_numbers(amendments: Iterable[Any]) -> dict[str, int]:
    """Return the number of amendments of each tab."""
    held = Counter(tab for each in amendments for tab in each.tabs)
    return {tab: held[tab] for tab in TABS}


def amendment_words(keys: Collection[int]) -> QuerySet[Amendment]:
    """Return what rows of the list show of the amendments with these keys: words, sponsor and section."""
    names = ("operation", "text", "base__text", "paragraph__section__heading", "paragraph__section__order")
    sponsor = ("sponsor__name", "sponsor__short_name")
    rows = Amendment.objects.filter(pk__in=keys).select_related("base", "sponsor", "paragraph__section")
    return rows.only(*names, *sponsor)
