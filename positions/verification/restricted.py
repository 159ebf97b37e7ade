"""Restricted prints: recognised by the hash in the journal, for permitted readers only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consultations.models import Event
from positions.models import FINAL_KINDS, Brief, Edition, RestrictedAnnex
from positions.permissions import may_print_restricted

RESTRICTED = "print_restricted"  # verb of the journal
SHOWN = 5  # printing times


@dataclass(frozen=True)
class RestrictedCopy:
    """Print of the delegation's copy of `edition`, or of `brief`: its printing times, latest first, and whether its
    content was changed since.
    """

    edition: Edition
    brief: Brief | None
    printed: list[datetime]
    is_outdated: bool

    @property
    def shown(self) -> list[datetime]:
        """Return the last printing times."""
        return self.printed[:SHOWN]

    @property
    def earlier(self) -> int:
        """Return how many earlier ones there were."""
        return len(self.printed) - len(self.shown)


def find_restricted(sha256: str, reader: Any) -> RestrictedCopy | None:
    """Return the restricted print with this hash for `reader`. For others there is no query, no result, and no
    difference in time from an unknown hash. At most four queries.
    """
    if not may_print_restricted(reader, None):
        return None
    printed = list(_entries(sha256).order_by("-number").only("kind", "object_id", "at"))
    if not printed:
        return None
    return KINDS[printed[0].kind](reader, printed[0].object_id, [entry.at for entry in printed])


def is_restricted_print(sha256: str) -> bool:
    """Return whether a restricted document with this hash was ever printed: for the journal only."""
    return _entries(sha256).exists()


def _entries(sha256: str) -> Any:
    return Event.objects.filter(kind__in=KINDS, verb=RESTRICTED, data__sha256=sha256)


def _delegations(reader: Any, pk: str, printed: list[datetime]) -> RestrictedCopy | None:
    edition = _editions(reader).filter(pk=pk).first()
    if edition is None:
        return None
    annexes = RestrictedAnnex.objects.filter(paper=edition.paper)
    is_rewritten = annexes.filter(at__gt=printed[0]).exists()
    return RestrictedCopy(edition, None, printed, is_rewritten or _is_replaced(edition))


def _brief(reader: Any, pk: str, printed: list[datetime]) -> RestrictedCopy | None:
    brief = Brief.objects.visible_to(reader).filter(pk=pk).select_related("milestone").first()
    edition = brief and _editions(reader).filter(pk=brief.edition_id).first()
    if not brief or not edition:
        return None
    newer = Brief.objects.filter(edition=edition, milestone=brief.milestone, number__gt=brief.number)
    return RestrictedCopy(edition, brief, printed, newer.exists() or _is_replaced(edition))


def _editions(reader: Any) -> Any:
    return Edition.objects.visible_to(reader).select_related("paper__consultation").defer("content")


def _is_replaced(edition: Edition) -> bool:
    """Return whether a newer adopted or corrected text of the same paper exists."""
    final = Edition.objects.filter(paper=edition.paper, kind__in=FINAL_KINDS).order_by("-frozen_at", "-pk")
    return final.values_list("pk", flat=True).first() not in (None, edition.pk)


KINDS = {Edition._meta.label_lower: _delegations, Brief._meta.label_lower: _brief}
