"""Amendments for display: changes, conflicts, and open text in square brackets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_uppercase
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from positions.models import (
    Amendment,
    AmendmentState,
    CoSponsor,
    Operation,
    PositionPaper,
    Recommendation,
    rivals,
)
from positions.text.diff import Option, Span, bracketed, changed_stretch, redline

GIST = 160  # characters of a row: more than any screen shows
SIGNS = {  # shape and words of a row, by state
    AmendmentState.PROPOSED: ("none", gettext_lazy("proposed")),
    AmendmentState.STALE: ("half", gettext_lazy("to confirm")),
    AmendmentState.ACCEPTED: ("ok", gettext_lazy("accepted")),
    AmendmentState.IN_PART: ("ok", gettext_lazy("in part")),
    AmendmentState.NOT_ACCEPTED: ("x", gettext_lazy("not accepted")),
    AmendmentState.WITHDRAWN: ("gone", gettext_lazy("withdrawn")),
}


def amendments_of(paper: PositionPaper) -> QuerySet[Amendment]:
    """Return the amendments of all rounds of `paper` with what their pages show. Three queries, whatever their
    number.
    """
    joined = CoSponsor.objects.live().select_related("stakeholder")
    advised = Recommendation.objects.filter(replaced_at=None).select_related("by", "consent_by")
    rows = Amendment.objects.filter(round__paper=paper).select_related(
        "round", "paragraph__wording", "paragraph__section", "base", "sponsor", "by", "decided_by", "section", "after"
    )
    shown = rows.prefetch_related(
        Prefetch("cosponsors", joined, to_attr="joined"), Prefetch("recommendations", advised, to_attr="advised")
    )
    return shown.order_by("at", "pk")


def read(amendments: Iterable[Any], numbers: Mapping[int, int]) -> list[Any]:
    """Return the amendments, each with its `number`, its changes as `spans`, its `advice`, and its new position.

    `numbers` are those of the paragraphs by primary key; a removed paragraph has none.
    """
    result = list(amendments)
    for each in result:
        each.number = numbers.get(each.paragraph_id)
        each.behind = numbers.get(each.after_id) if each.after_id else None
        each.spans = spans(each)
        each.advice = each.advised[0] if each.advised else None
        each.is_stale = each.state == AmendmentState.STALE
    return result


def spans(amendment: Amendment) -> list[Span]:
    """Return the redline of an amendment."""
    before = amendment.base.text
    if amendment.operation == Operation.INSERT:
        return [Span("added", amendment.text)]
    if amendment.operation == Operation.DELETE:
        return [Span("removed", before)]
    return redline(before, amendment.text) if amendment.text else []


@dataclass
class Group:
    """Amendments of one paragraph."""

    amendments: list[Any] = field(default_factory=list)

    @cached_property
    def waiting(self) -> list[Any]:
        """Return undecided amendments."""
        return [each for each in self.amendments if each.is_open]

    @cached_property
    def untaken(self) -> list[Any]:
        """Return accepted amendments that are not in the text yet; new paragraphs are inserted at once."""
        return [each for each in self.amendments if each.is_untaken]

    @cached_property
    def contending(self) -> list[Any]:
        """Return active conflicting amendments, each with its `letter`."""
        result = [each for each in self.amendments if (each.is_open or each.is_untaken)]
        result = [each for each in result if rivals(each, self.amendments)]
        for place, each in enumerate(result):
            each.letter = letter(place)
        return result

    @cached_property
    def others(self) -> list[Any]:
        """Return amendments without conflicts."""
        contending = {each.pk for each in self.contending}
        return [each for each in self.amendments if each.pk not in contending]

    @cached_property
    def open_text(self) -> list[str | list[Option]]:
        """Return the paragraph with conflicting amendments in square brackets, by letter."""
        worded = [each for each in self.contending if each.operation != Operation.MOVE]
        if not worded:
            return []
        now = worded[0].paragraph.wording.text
        return bracketed(now, {each.letter: each.words_today for each in worded})


def letter(place: int) -> str:
    """Return A, B … Z, A2, B2 …, which label the texts in brackets."""
    turn, at = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(turn + 1) if turn else "")


def groups(amendments: Iterable[Any]) -> dict[int, Group]:
    """Return the amendments by the primary key of their paragraph, without withdrawn ones."""
    result: dict[int, Group] = defaultdict(Group)
    for each in amendments:
        if each.state != AmendmentState.WITHDRAWN:
            result[each.paragraph_id].amendments.append(each)
    return dict(result)


@dataclass
class Load:
    """Number of a section's amendments, of waiting ones, and of paragraphs with conflicts."""

    amendments: int = 0
    waiting: int = 0
    contended: int = 0


def loads(paper: PositionPaper, **of: Any) -> dict[Any, Load]:
    """Return the load of each paragraph by key. One query without texts."""
    queryset = Amendment.objects.filter(round__paper=paper, **of).exclude(state=AmendmentState.WITHDRAWN)
    held: dict[Any, list[Amendment]] = defaultdict(list)
    keys: dict[int, Any] = {}
    rows = queryset.only("pk", "state", "operation", "taken_at", "paragraph_id", "paragraph__key")
    for each in rows.select_related("paragraph"):
        keys[each.paragraph_id] = each.paragraph.key
        held[each.paragraph_id].append(each)
    return {keys[pk]: _load(own) for pk, own in held.items()}


def _load(own: list[Amendment]) -> Load:
    waiting = [each for each in own if each.is_open or each.is_untaken]
    touched = Counter(bool(rivals(each, waiting)) for each in waiting)
    return Load(len(own), len(waiting), int(touched[True] > 0))


def total(items: Iterable[Load]) -> Load:
    """Return the sum of several loads."""
    rows = list(items)
    return Load(*(sum(getattr(row, name) for row in rows) for name in ("amendments", "waiting", "contended")))


# --- Rows of a list -------------------------------------------------------------------------------------------------


def list_row(amendment: Any, words: Amendment) -> Any:
    """Return a row of the list with its sponsor (`who`) and section, a sign and the `gist`: the words that change."""
    amendment.who, amendment.heading, amendment.sign = words.sponsor, words.paragraph.section.heading, _sign(amendment)
    removed, added = changed_stretch(words.base.text, words.text)
    if words.operation == Operation.REPLACE:
        gist = _("“%(words)s”") % {"words": added} if added else _("delete “%(words)s”") % {"words": removed}
    else:
        gist = words.get_operation_display()
    amendment.gist = gist[:GIST]
    return amendment


def _sign(amendment: Any) -> tuple[str, str]:
    """Return the shape and the words for the state of an amendment."""
    if amendment.is_untaken:
        return "half", _("text to choose")
    if amendment.state == AmendmentState.PROPOSED and amendment.contends:
        return "two", _("same words")
    if amendment.state == AmendmentState.PROPOSED and amendment.is_advised:
        return "half", _("recommended")
    shape, words = SIGNS[amendment.state]
    return shape, str(words)
