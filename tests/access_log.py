"""What the access log holds, for tests of what is refused, read and taken out."""

from typing import Any

from django.db.models import Model

from consultations.models import Access, AccessEntry


def entries(what: str, about: Model | None = None) -> list[AccessEntry]:
    """Entries of one kind, about one record where it is given, oldest first."""
    rows = AccessEntry.objects.about(about) if about is not None else AccessEntry.objects.order_by("pk")
    return list(rows.filter(what=what).select_related("by"))


def refusals(about: Model | None = None) -> list[AccessEntry]:
    """The verbs that were refused, oldest first."""
    return entries(Access.REFUSAL, about)


def refused_verbs(about: Model | None = None) -> list[str]:
    """The names of the verbs that were refused, oldest first."""
    return [entry.details["verb"] for entry in refusals(about)]


def last_refusal(about: Model | None = None) -> tuple[Any, str, str, list[str]]:
    """Who was refused what last, with the reason that was typed and every reason of the refusal."""
    entry = refusals(about)[-1]
    return entry.by, entry.details["verb"], entry.reason, entry.details["reasons"]
