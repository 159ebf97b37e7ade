"""What waits for the secretariat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import MailState, OutgoingMail, Point, PointState, Stakeholder, Submission, SubmissionState
from consultations.permissions import is_secretariat
from ncm_portal.workflow import now

from .duplicates import number_of_groups
from .proposals import proposals_to_confirm

SOON = timedelta(days=2)


class Waiting(NamedTuple):
    """One thing that waits for the secretariat: in words, where to do it, whether its time is short."""

    text: str
    url: str
    urgent: bool = False


def waiting(user: Any) -> list[Waiting]:
    """What waits for a second person, whoever of the staff reads it; for the secretariat also what people sent: inputs,
    organisations, points of sessions, similar texts, mail that failed."""
    return [*_to_confirm(user), *(_sent(user) if is_secretariat(user) else [])]


def _to_confirm(user: Any) -> list[Waiting]:
    words = _("To confirm as the second person: %(proposal)s")
    return [
        Waiting(words % {"proposal": each}, reverse("desk_proposal", args=[each.key]), each.lapses_at <= now() + SOON)
        for each in proposals_to_confirm(user)
    ]


def _sent(user: Any) -> list[Waiting]:
    inputs = Submission.objects.visible_to(user).filter(state=SubmissionState.SUBMITTED).count()
    bodies = Stakeholder.objects.waiting().count()
    points = Point.objects.filter(state=PointState.SUBMITTED).count()
    alike = number_of_groups()
    failed = OutgoingMail.objects.filter(state=MailState.FAILED).count()
    rows = [
        (inputs, ngettext("%(n)s input to screen", "%(n)s inputs to screen", inputs), reverse("desk"), False),
        (
            bodies,
            ngettext("%(n)s organisation to verify", "%(n)s organisations to verify", bodies),
            reverse("desk_organisations"),
            False,
        ),
        (
            points,
            ngettext("%(n)s point of a session to validate", "%(n)s points of sessions to validate", points),
            reverse("desk_points"),
            False,
        ),
        (
            alike,
            ngettext("%(n)s group of similar texts to look at", "%(n)s groups of similar texts to look at", alike),
            reverse("likenesses"),
            False,
        ),
        (
            failed,
            ngettext("%(n)s mail could not be sent", "%(n)s mails could not be sent", failed),
            reverse("admin:consultations_outgoingmail_changelist") + "?state__exact=failed",
            True,
        ),
    ]
    return [Waiting(text % {"n": count}, url, urgent) for count, text, url, urgent in rows if count]
