"""What waits for the secretariat."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import ngettext

from consultations.models import MailState, OutgoingMail, Point, PointState, Stakeholder, Submission, SubmissionState
from consultations.permissions import is_secretariat

from .likeness import number_of_groups


class Waiting(NamedTuple):
    """One thing that waits for the secretariat: in words, where to do it, whether its time is short."""

    text: str
    url: str
    urgent: bool = False


def waiting(user: Any) -> list[Waiting]:
    """What people sent that waits for the secretariat: inputs, organisations, points of sessions, similar texts, mail
    that failed."""
    if not is_secretariat(user):
        return []
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
