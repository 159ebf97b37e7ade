"""Read the access log in tests of refusals, restricted reads and exports."""

from typing import Any

from django.db.models import Model

from consultations.models import Access, AccessEntry


def entries(what: str, about: Model | None = None) -> list[AccessEntry]:
    """Return entries of one kind, optionally about one record, oldest first."""
    rows = AccessEntry.objects.about(about) if about is not None else AccessEntry.objects.order_by("pk")
    return list(rows.filter(what=what).select_related("by"))


def refusals(about: Model | None = None) -> list[AccessEntry]:
    """Return the refused verbs with their entries, oldest first."""
    return entries(Access.REFUSAL, about)


def refused_verbs(about: Model | None = None) -> list[str]:
    """Return the names of refused verbs, oldest first."""
    return [entry.details["verb"] for entry in refusals(about)]


def last_refusal(about: Model | None = None) -> tuple[Any, str, str, list[str]]:
    """Return who was last refused what, with the entered reason and every reason of the refusal."""
    entry = refusals(about)[-1]
    return entry.by, entry.details["verb"], entry.reason, entry.details["reasons"]
