"""Organisations without an input that were asked, have a draft, or could be asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from consultations.models import Consultation, Reminder, Stakeholder, Submission, SubmissionState
from ncm_portal.workflow import now


def silent_organisations(
    consultation: Consultation, *, group: str = "", last: str = "", draft: str = ""
) -> QuerySet[Stakeholder, Any]:
    """Return verified organisations without an input to `consultation`, by name.

    Each carries `has_draft`, `letter` (number of the last one; 0: asked, None: none), `written_at` and
    `wrote_to_principal`. `last` is never, week or today; `draft` is yes or no. One query.
    """
    inputs = Submission.objects.filter(consultation=consultation, stakeholder=OuterRef("pk"))
    letters = Reminder.objects.filter(consultation=consultation, stakeholder=OuterRef("pk")).order_by("-number")
    rows = Stakeholder.objects.verified().filter(~Exists(inputs.sent()))
    rows = rows.annotate(
        has_draft=Exists(inputs.filter(state=SubmissionState.DRAFT)),
        letter=Subquery(letters.values("number")[:1]),
        written_at=Subquery(letters.values("at")[:1]),
        wrote_to_principal=Subquery(letters.values("to_principal")[:1]),
    )
    return rows.filter(_conditions(group, last, draft)).order_by("name", "pk")


def _conditions(group: str, last: str, draft: str) -> Q:
    today = timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
    requested = Q(group=group) if group else Q()
    if draft:
        requested &= Q(has_draft=draft == "yes")
    written = {
        "never": Q(written_at=None),
        "week": Q(written_at__lte=now() - timedelta(days=7)),
        "today": Q(written_at__gte=today),
    }
    return requested & written.get(last, Q())
