"""Clearance steps of other offices, roll calls and explanations of position."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, no_delete, one_of, step_locked, together
from consultations.models import CleanCharField, CleanTextField, Consultation, Stakeholder, User

from .clearance import QuorumCount
from .editions import Edition
from .papers import PositionPaper


class StepKind(models.TextChoices):
    LEGAL = "legal", _("legal vetting")
    FOREIGN = "foreign", _("foreign affairs concurrence")
    OTHER = "other", _("concurrence")


class ChainStep(models.Model):
    """Clearance step by one office in addition to the ministries: a setting of the consultation."""

    answer: "StepAnswer | None"  # of the steps of one paper: see workflow.clearance_steps.asked_steps
    waiting: "StepAnswer | None"

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="chain_steps", verbose_name=_("consultation")
    )
    kind = models.CharField(_("step"), max_length=8, choices=StepKind)
    institution = models.ForeignKey(Stakeholder, models.PROTECT, related_name="chain_steps", verbose_name=_("office"))
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    is_asked = models.BooleanField(_("is asked"), default=True)

    class Meta:
        verbose_name = _("step of the chain")
        verbose_name_plural = _("steps of the chain")
        ordering = ["consultation", "order", "pk"]
        constraints = [
            one_of("kind", StepKind, "chainstep_kind"),
            models.UniqueConstraint(fields=["consultation", "kind", "institution"], name="chainstep_once"),
        ]
        triggers = [
            step_locked(),
            pgtrigger.ReadOnly(name="stays_where_it_is", fields=["consultation"]),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{str(self.get_kind_display()).capitalize()}, {self.institution.name}"


class StepAnswerQuerySet(models.QuerySet["StepAnswer"]):
    def counting(self) -> Self:
        """Return answers that count: by the office itself, or by a countersigned letter."""
        return self.filter(Q(letter_reference="") | Q(countersigned_at__isnull=False))


class StepAnswer(models.Model):
    """Answer of an office on one frozen text. An answer by letter counts once a second officer has countersigned it."""

    COMMITTED = (
        "paper", "step", "edition", "concurs", "text", "letter_reference", "by", "at", "countersigned_by",
        "countersigned_at",
    )  # fmt: skip

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="step_answers", verbose_name=_("paper"))
    step = models.ForeignKey(ChainStep, models.PROTECT, related_name="answers", verbose_name=_("step"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="step_answers", verbose_name=_("text"))
    concurs = models.BooleanField(_("concurs"))
    text = CleanTextField(_("note"), blank=True, max_length=5000)
    letter_reference = CleanCharField(_("reference of the letter"), max_length=80, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    countersigned_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("countersigned by"), editable=False
    )
    countersigned_at = models.DateTimeField(_("countersigned"), null=True, editable=False)

    objects = StepAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a step")
        verbose_name_plural = _("answers to steps")
        ordering = ["step", "-at", "-pk"]
        constraints = [
            together("countersigned_by", "countersigned_at", name="stepanswer_countersigned"),
            models.CheckConstraint(condition=Q(concurs=True) | ~Q(text=""), name="stepanswer_says_why"),
            models.CheckConstraint(
                condition=Q(countersigned_by=None) | ~Q(countersigned_by=F("by")) & ~Q(letter_reference=""),
                name="stepanswer_two_officers",
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.step}: {self.edition.number}"


class RollCall(models.Model):
    """Vote of each member institution counted as present: yes, no or abstain. Never changed."""

    COMMITTED = ("paper", "quorum", "votes", "yes", "no", "abstain", "by", "at")

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="roll_calls", verbose_name=_("paper"))
    quorum = models.ForeignKey(QuorumCount, models.PROTECT, related_name="roll_calls", verbose_name=_("quorum"))
    votes = models.JSONField(_("votes"))
    yes = models.PositiveSmallIntegerField(_("yes"))
    no = models.PositiveSmallIntegerField(_("no"))
    abstain = models.PositiveSmallIntegerField(_("abstain"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("roll call")
        verbose_name_plural = _("roll calls")
        ordering = ["paper", "-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(yes__gt=0) | Q(no__gt=0) | Q(abstain__gt=0), name="rollcall_votes")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.yes} / {self.no} / {self.abstain}"


class Explanation(models.Model):
    """Explanation of an organisation's position on the whole text: printed in the record, without blocking it."""

    COMMITTED = ("paper", "stakeholder", "text", "recorded_by", "recorded_at", "withdrawn_at", "withdrawn_reason")

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="explanations", verbose_name=_("paper"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="explanations", verbose_name=_("organisation")
    )
    text = CleanTextField(_("text as printed"), max_length=5000)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_reason = CleanTextField(_("why withdrawn"), max_length=2000, blank=True, editable=False)

    class Meta:
        verbose_name = _("explanation of position")
        verbose_name_plural = _("explanations of position")
        ordering = ["paper", "stakeholder__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "stakeholder"], condition=Q(withdrawn_at=None), name="explanation_once"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.stakeholder.label}: {self.text[:40]}"
