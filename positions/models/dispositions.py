"""Answers to points."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import no_delete, one_of
from consultations.models import CleanTextField, Point, User

from .papers import Paragraph, PositionPaper


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", _("taken up")
    IN_PART = "accepted_in_part", _("taken up in part")
    MERGED = "merged", _("joined to another")
    NOTED = "noted", _("noted")
    NOT_ACCEPTED = "not_accepted", _("not taken up")


WITH_CODE = (Outcome.IN_PART, Outcome.NOTED, Outcome.NOT_ACCEPTED)  # outcomes that do not take a point up in full


class ReasonCode(models.TextChoices):
    """Reason codes for points that were not taken up, for statistics."""

    SCOPE = "scope", _("it is not for this paper")
    ELSEWHERE = "elsewhere", _("another office or process deals with it")
    LAW = "law", _("a law or agreement in force stands in the way")
    MEANS = "means", _("it needs means that nobody has granted")
    CONSENT = "consent", _("it needs the consent of other States")
    AGREEMENT = "agreement", _("those at the table did not agree")
    RISK = "risk", _("it could weaken what it wants to protect")
    TIME = "time", _("it came too late to be weighed")
    OTHER = "other", _("another reason")


class DispositionQuerySet(models.QuerySet["Disposition"]):
    def answered(self) -> Self:
        """Return dispositions published to the authors of the points."""
        return self.filter(answered_at__isnull=False)

    def of_other_papers(self, paper: PositionPaper) -> Self:
        """Return the published answers that other papers of the consultation of `paper` gave."""
        return self.answered().filter(paper__consultation=paper.consultation_id).exclude(paper=paper)


class Disposition(models.Model):
    """Answer to a point. Provisional until publication answers all of a paper's points at once."""

    COMMITTED = ("paper", "point", "outcome", "reason_code", "reason", "decided_by", "decided_at", "answered_at")

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="dispositions", verbose_name=_("paper"))
    point = models.ForeignKey(Point, models.PROTECT, related_name="dispositions", verbose_name=_("point"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason_code = models.CharField(_("kind of reason"), max_length=12, choices=ReasonCode, blank=True)
    reason = CleanTextField(_("reason"), blank=True, max_length=2000)
    paragraphs = models.ManyToManyField(
        Paragraph, blank=True, related_name="dispositions", verbose_name=_("paragraphs")
    )
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"))
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    objects = DispositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["point__reference"]
        constraints = [
            one_of("outcome", Outcome, "disposition_outcome"),
            models.CheckConstraint(
                condition=Q(outcome__in=WITH_CODE, reason_code__in=ReasonCode.values)
                | ~Q(outcome__in=WITH_CODE) & Q(reason_code=""),
                name="disposition_reason_code",
            ),
            models.UniqueConstraint(fields=["paper", "point"], name="disposition_once"),
            models.CheckConstraint(condition=Q(outcome="accepted") | ~Q(reason=""), name="disposition_reason"),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.point}: {self.get_outcome_display()}"

    @property
    def kind_of_reason(self) -> str:
        """Return the label of the reason code; empty for "other"."""
        return kind_in_words(self.reason_code)


def kind_in_words(code: str) -> str:
    """Return the label of a code; empty without one, or if it only says that there is a reason."""
    return "" if code in ("", ReasonCode.OTHER) else str(ReasonCode(code).label)
