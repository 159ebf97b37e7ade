"""Feedback on an input: questions and answers, co-signatures, misread points, reminders and presence."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only, no_delete, together
from ..db.fields import CleanTextField
from .accounts import User
from .forums import Consultation
from .organisations import Stakeholder
from .points import Point
from .submissions import Submission

WORDS_LIMIT = 2000


class Answered(models.Model):
    """Abstract base of texts that wait for an answer."""

    text = CleanTextField(_("text"), max_length=WORDS_LIMIT)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    answer = CleanTextField(_("answer"), max_length=WORDS_LIMIT, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by"), editable=False
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
        constraints = [
            together("answered_by", "answered_at", name="%(class)s_answered"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | ~Q(answer="") & Q(answered_at__isnull=False),
                name="%(class)s_answer",
            ),
        ]
        triggers = [no_delete()]


class Question(Answered):
    """Question of the desk to the author of a returned input, who answers it on the page of the input."""

    COMMITTED = ("submission", "text", "by", "at", "answer", "answered_by", "answered_at")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="questions", verbose_name=_("input"))

    def was_answered_by(self, moment: datetime | None) -> bool:
        """Return whether it had been answered at `moment` (aware)."""
        return self.answered_at is not None and moment is not None and self.answered_at <= moment

    class Meta(Answered.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return f"{self.submission}: {self.text[:60]}"


class Misreading(Answered):
    """Reply of an organisation that the answer misreads its point: one per point, and the desk must answer it."""

    COMMITTED = ("point", "stakeholder", "text", "by", "at", "answer", "answered_by", "answered_at")

    point = models.ForeignKey(Point, models.PROTECT, related_name="misreadings", verbose_name=_("point"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="misreadings", verbose_name=_("organisation")
    )

    class Meta(Answered.Meta):
        verbose_name = _("reply to a point")
        verbose_name_plural = _("replies to points")
        constraints = [
            *Answered.Meta.constraints,
            models.UniqueConstraint(fields=["point", "stakeholder"], name="misreading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.point}: {self.stakeholder}"


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    def live(self) -> Self:
        """Return endorsements that were not withdrawn."""
        return self.filter(withdrawn_at=None)


class Endorsement(models.Model):
    """Co-signature of another organisation's public input. It can be withdrawn; both acts stay on record."""

    COMMITTED = ("submission", "stakeholder", "by", "at", "withdrawn_by", "withdrawn_at")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="endorsements", verbose_name=_("input"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="endorsements", verbose_name=_("organisation")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawn by"), editable=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        ordering = ["at", "pk"]
        constraints = [
            together("withdrawn_by", "withdrawn_at", name="endorsement_withdrawn"),
            models.UniqueConstraint(
                fields=["submission", "stakeholder"], condition=Q(withdrawn_at=None), name="endorsement_once"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.submission}: {self.stakeholder}"


class Reminder(models.Model):
    """Letter that asks an organisation for its input; the first asks, later ones remind."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="reminders", verbose_name=_("consultation")
    )
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="reminders", verbose_name=_("organisation")
    )
    number = models.PositiveSmallIntegerField(_("number"))  # 0 is the first request
    to_principal = models.BooleanField(_("to the principal"), default=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["consultation", "stakeholder", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "stakeholder", "number"], name="reminder_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.stakeholder}: {self.number}"


class Presence(models.Model):
    """Last person who had a draft open, and when, so that colleagues see each other. Kept for at most a day, never used
    as evidence.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="presences", verbose_name=_("input"))
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("person"))
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["submission", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.submission}: {self.user}"
