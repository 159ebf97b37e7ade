"""Consultations: opening, closing, extending, archiving."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, ConsultationState, User
from consultations.notifications import recipients
from consultations.permissions import HEAD, SECRETARIAT
from ncm_portal.workflow import Blocked, Condition, Move, all_of, deadline_passed, either, make, now, table, verb

from .consequences import (
    of_archiving,
    of_closing_consultation,
    of_extending,
    of_opening_consultation,
    of_opening_early,
    written_day,
)

C = ConsultationState


def ready_to_open(consultation: Consultation) -> list[Condition]:
    """The consultation has themes, and its deadline is in the future."""
    themes, facts = (reverse("desk_settings_page", args=[consultation.slug, page]) for page in ("themes", "facts"))
    return [
        either(consultation.themes.exists(), _("It has at least one theme"), _("It has no theme yet"), themes),
        either(
            not deadline_passed(consultation.closes_at),
            _("Its deadline is in the future"),
            _("Its deadline has passed"),
            facts,
        ),
    ]


def its_day_has_come(consultation: Consultation) -> list[Condition]:
    """The planned day has come."""
    day = timezone.localdate(consultation.opens_at)
    planned = {"day": written_day(day)}
    ahead = _("It is planned for %(day)s. Before that day only the head of the secretariat can open it") % planned
    return [either(day <= timezone.localdate(now()), _("The planned day has come"), ahead)]


def its_day_is_ahead(consultation: Consultation) -> list[Condition]:
    """The planned day is still to come."""
    ahead = timezone.localdate(consultation.opens_at) > timezone.localdate(now())
    return [either(ahead, _("The planned day is still to come"), _("The planned day has come, so it is not early"))]


CONSULTATION_MOVES = table(
    Move(
        "open_consultation",
        gettext_lazy("Open for inputs"),
        (C.DRAFT,),
        C.OPEN,
        SECRETARIAT,
        all_of(ready_to_open, its_day_has_come),
        consequences=of_opening_consultation,
    ),
    Move(
        "open_early",
        gettext_lazy("Open before the planned day"),
        (C.DRAFT,),
        C.OPEN,
        HEAD,
        all_of(ready_to_open, its_day_is_ahead),
        needs_reason=True,
        undoes=True,  # another way to the same step: nobody needs it
        consequences=of_opening_early,
    ),
    Move(
        "close_consultation",
        gettext_lazy("Close for inputs"),
        (C.OPEN,),
        C.CLOSED,
        SECRETARIAT,
        consequences=of_closing_consultation,
        is_early=lambda consultation: not deadline_passed(consultation.closes_at),
    ),
    Move(
        "extend",
        gettext_lazy("Extend the deadline"),
        (C.OPEN, C.CLOSED),
        C.OPEN,
        HEAD,
        needs_reason=True,
        consequences=of_extending,
    ),
    Move("archive", gettext_lazy("Archive"), (C.CLOSED,), C.ARCHIVED, HEAD, grave=True, consequences=of_archiving),
)


@verb
def open_consultation(consultation: Consultation, *, by: User) -> Consultation:
    """Let organisations send inputs until the deadline."""
    return make(CONSULTATION_MOVES["open_consultation"], consultation, by=by)


@verb
def open_early(consultation: Consultation, *, by: User, reason: str) -> Consultation:
    """Let organisations send inputs before the planned day. The planned time moves to now; the journal keeps it."""
    data: dict[str, str] = {}

    def move_day(row: Consultation) -> None:
        data["from"], row.opens_at = row.opens_at.isoformat(), now()
        data["to"] = row.opens_at.isoformat()

    return make(CONSULTATION_MOVES["open_early"], consultation, by=by, reason=reason, change=move_day, data=data)


@verb
def close_consultation(consultation: Consultation, *, by: User) -> Consultation:
    """Stop accepting inputs."""
    return make(CONSULTATION_MOVES["close_consultation"], consultation, by=by)


@verb
def extend(consultation: Consultation, *, closes_at: datetime, by: User, reason: str) -> Consultation:
    """Move the deadline to a later time in the future. Mails every verified organisation."""

    def move_deadline(row: Consultation) -> None:
        if closes_at <= row.closes_at or deadline_passed(closes_at):
            raise Blocked(_("The new deadline must be in the future and later than the old one."))
        data["from"], row.closes_at = row.closes_at.isoformat(), closes_at

    data = {"to": closes_at.isoformat()}
    row = make(CONSULTATION_MOVES["extend"], consultation, by=by, reason=reason, change=move_deadline, data=data)
    recipients.deadline_extended(row)
    return row


@verb
def archive(consultation: Consultation, *, by: User) -> Consultation:
    """Archive a consultation."""
    return make(CONSULTATION_MOVES["archive"], consultation, by=by)
