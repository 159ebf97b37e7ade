"""The numbers under which inputs are known."""

from django.db import connection
from django.db.models.functions import Length
from django.utils import timezone

from consultations.models import Consultation, Submission

REFERENCE_LOCK = 20171018


def next_references(consultation: Consultation, number: int = 1) -> list[str]:
    """The next free references of the consultation's year; a lock until commit keeps them unique and gapless."""
    year = timezone.localtime(consultation.opens_at).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REFERENCE_LOCK, year])
    taken = Submission.objects.filter(reference__startswith=f"NCM-{year}-")
    last = taken.order_by(Length("reference").desc(), "-reference").values_list("reference", flat=True).first()
    first = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return [f"NCM-{year}-{turn:04d}" for turn in range(first, first + number)]
