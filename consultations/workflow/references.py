"""The numbers under which inputs are known."""

from django.utils import timezone

from consultations.db.constraints import after_lock
from consultations.models import Consultation

REFERENCE_LOCK = 20171018
LAST_REFERENCE = """
    SELECT reference FROM consultations_submission WHERE reference LIKE %s
    ORDER BY length(reference) DESC, reference DESC LIMIT 1
"""


def next_references(consultation: Consultation, number: int = 1) -> list[str]:
    """The next free references of the consultation's year; a lock until commit keeps them unique and gapless."""
    year = timezone.localtime(consultation.opens_at).year
    last = after_lock(LAST_REFERENCE, f"NCM-{year}-%", lock=(REFERENCE_LOCK, year))
    first = int(last[0].rsplit("-", 1)[1]) + 1 if last else 1
    return [f"NCM-{year}-{turn:04d}" for turn in range(first, first + number)]
