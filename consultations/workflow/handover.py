"""Handing over: open work of an officer goes to a colleague in one act, and comes back by another."""

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Event, ForumState, SessionRole, SessionState, Submission, User
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, now, verb

from .bulk_screening import assign_together
from .screening import CARED_FOR

OVER = (SessionState.CLOSED, SessionState.CANCELLED)
PLANNED = (ForumState.DRAFT, ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)


class OpenWork(NamedTuple):
    """What is assigned to one officer and not finished."""

    inputs: list[Submission]
    roles: list[SessionRole]


def open_work(person: User) -> OpenWork:
    """Return the open work of an officer: assigned inputs, and roles in sessions that are not over."""
    inputs = Submission.objects.filter(assigned_to=person, state__in=CARED_FOR, submitted_at__isnull=False)
    return OpenWork(
        list(inputs.select_related("consultation", "stakeholder").defer("body", "proposed_wording").order_by("pk")),
        list(_roles(person).select_related("session__forum").order_by("session__starts_at", "pk")),
    )


def _roles(person: User) -> QuerySet[SessionRole]:
    going = SessionRole.objects.filter(user=person, session__forum__state__in=PLANNED)
    return going.exclude(session__state__in=OVER)
