"""Texts of letters and mails: those in force, and their versions."""

from datetime import datetime

from consultations.models import LetterText

Texts = dict[tuple[str, str], LetterText]


def texts_in_force(consultation_id: int, at: datetime | None = None) -> Texts:
    """Return the last version of each text that an office changed, now or `at`, by kind and language. One query."""
    rows = LetterText.objects.filter(consultation=consultation_id)
    if at:
        rows = rows.filter(at__lte=at)
    last = rows.order_by("kind", "language", "-number").distinct("kind", "language")
    return {(each.kind, each.language): each for each in last}


def versions_of(consultation_id: int, kind: str, language: str) -> list[LetterText]:
    """Return the versions of a text, the last first."""
    rows = LetterText.objects.filter(consultation=consultation_id, kind=kind, language=language)
    return list(rows.select_related("by").order_by("-number"))
