"""Review by stakeholders: rounds and the amendments proposed in them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models import CleanTextField, Stakeholder, User
from consultations.models.guards import no_delete, one_of, state_guards, together
from ncm_portal import workflow

from .editions import Edition
from .papers import PARAGRAPH_LIMIT, Paragraph, PositionPaper, Wording


class ReviewRound(models.Model):
    """A window in which members read an edition and propose changes to it."""

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="rounds", verbose_name=_("paper"))
    number = models.PositiveSmallIntegerField(_("round"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rounds", verbose_name=_("edition under review"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["paper", "number"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="reviewround_number"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="reviewround_dates"),
        ]

    def __str__(self):
        return f"{self.paper.short_title}, round {self.number}"

    @property
    def is_open(self) -> bool:
        """Whether an amendment may be proposed at this moment."""
        return self.opens_at <= workflow.now() and not workflow.deadline_passed(self.closes_at)


class AmendmentState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    ACCEPTED = "accepted", _("accepted")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Amendment(models.Model):
    """A member proposes other words for a paragraph, with a reason."""

    State = AmendmentState

    round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="amendments", verbose_name=_("round"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="amendments", verbose_name=_("paragraph"))
    base = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("wording it starts from"))
    text = CleanTextField(_("proposed text"), max_length=PARAGRAPH_LIMIT)
    reason = CleanTextField(_("reason"), max_length=2000)
    sponsor = models.ForeignKey(Stakeholder, models.PROTECT, related_name="amendments", verbose_name=_("sponsor"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    state = models.CharField(
        _("state"), max_length=12, choices=AmendmentState, default=AmendmentState.PROPOSED, editable=False
    )
    decision_reason = CleanTextField(_("reason of the decision"), blank=True, max_length=2000)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["round", "paragraph", "at"]
        constraints = [
            one_of("state", AmendmentState, "amendment_state"),
            together("decided_at", "decided_by", name="amendment_decided"),
            models.CheckConstraint(
                condition=~Q(state="not_accepted") | ~Q(decision_reason=""), name="amendment_reason"
            ),
        ]
        triggers = [
            *state_guards(
                "proposed", [("proposed", "accepted"), ("proposed", "not_accepted"), ("proposed", "withdrawn")]
            ),
            no_delete(),
        ]

    def __str__(self):
        return f"{self.sponsor.label}: {self.text[:40]}"
