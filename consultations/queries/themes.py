"""Questions about the themes of a consultation, for whoever writes an input."""

from itertools import groupby

from consultations.models import Consultation, Theme, ThemeQuestion


def questions_by_theme(
    consultation: Consultation, theme: Theme | None = None
) -> list[tuple[Theme, list[ThemeQuestion]]]:
    """Return the themes with their questions in order, or only `theme`, once it is chosen. One query."""
    rows = ThemeQuestion.objects.filter(consultation=consultation, theme__consultations=consultation)
    rows = rows.filter(theme=theme) if theme else rows
    ordered = rows.select_related("theme").order_by("theme__order", "order")
    return [(each, list(questions)) for each, questions in groupby(ordered, key=lambda question: question.theme)]
