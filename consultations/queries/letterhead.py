"""Letterhead in force, now or when a letter was sent."""

from datetime import datetime

from consultations.models import Letterhead


def letterhead_in_force(consultation_id: int, *, with_logo: bool = False) -> Letterhead | None:
    """Return the last version of a consultation's letterhead, by default without its logo. One query."""
    rows = Letterhead.objects.filter(consultation=consultation_id).order_by("-number")
    return (rows if with_logo else rows.defer("logo")).first()


def letterheads_of(consultation_id: int) -> list[Letterhead]:
    """Return the versions, the last first, with their logos."""
    return list(Letterhead.objects.filter(consultation=consultation_id).order_by("-number"))


def as_of(versions: list[Letterhead], moment: datetime | None) -> Letterhead | None:
    """Return the one of the versions that was in force at `moment`; without one, the last."""
    return next((each for each in versions if moment is None or each.at <= moment), None)
