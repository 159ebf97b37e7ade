"""The draft of a visitor, and the questions that it answers."""

import uuid

from consultations.models import KEPT, Consultation, GuestDraft, Theme
from ncm_portal.workflow import now

from .themes import questions_by_theme


def kept_draft(consultation: Consultation, key: uuid.UUID) -> GuestDraft | None:
    """Return the draft with this key, which only its writer has; None once it is to be erased. One query."""
    rows = GuestDraft.objects.filter(consultation=consultation, key=key, edited_at__gt=now() - KEPT)
    return rows.select_related("theme").first()


def questions_with_answers(consultation: Consultation, theme: Theme, draft: GuestDraft | None) -> list[tuple[str, str]]:
    """Return the questions about `theme`, each with the answer in `draft`, and then those that it answered and that are
    no longer asked. One query.
    """
    given = dict(map(tuple, draft.answers)) if draft else {}
    result = []
    for _theme, questions in questions_by_theme(consultation, theme):
        for question in questions:
            answers = [given.pop(text) for text in (question.text, question.text_sw) if text in given]
            result.append((str(question), "\n\n".join(answers)))
    return [*result, *given.items()]
