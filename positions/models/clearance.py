"""Clearances, stances, quorum counts, reservations and decisions."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, no_delete, one_of, state_guards
from consultations.models import CleanTextField, Forum, Stakeholder, User

from .editions import Edition
from .papers import PARAGRAPH_LIMIT, Paragraph, PositionPaper, Wording


class ClearanceState(models.TextChoices):
    REQUESTED = "requested", _("waiting for an answer")
    ANSWERED = "answered", _("answered")
    SILENT = "silent", _("silent")


class ClearanceQuerySet(models.QuerySet["Clearance"]):
    def visible_to(self, user: Any) -> Self:
        """Return the clearances that `user` may read: all for the secretariat, those of their ministry for clearing
        officers.
        """
        if not getattr(user, "is_authenticated", False) or not user.is_active:
            return self.none()
        if user.office in {"secretariat", "head"}:
            return self
        own = [m.stakeholder_id for m in user.live_memberships if m.role == m.Role.CLEARING_OFFICER]
        return self.filter(ministry__in=own)


class Clearance(models.Model):
    """Request to a ministry to clear the paragraphs of its mandate in one edition by a due time."""

    State = ClearanceState

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="clearances", verbose_name=_("paper"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="clearances", verbose_name=_("edition"))
    ministry = models.ForeignKey(Stakeholder, models.PROTECT, related_name="clearances", verbose_name=_("ministry"))
    requested_at = models.DateTimeField(_("requested"))
    due_at = models.DateTimeField(_("due"))
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ClearanceState, default=ClearanceState.REQUESTED, editable=False
    )

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("clearance")
        verbose_name_plural = _("clearances")
        ordering = ["paper", "ministry__name"]
        constraints = [
            one_of("state", ClearanceState, "clearance_state"),
            models.UniqueConstraint(fields=["paper", "ministry"], name="clearance_once"),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False) | ~Q(state="answered"),
                name="clearance_answered",
            ),
        ]
        triggers = [
            *state_guards(
                "requested",
                [
                    ("requested", "answered"),
                    ("requested", "silent"),
                    ("answered", "requested"),
                    ("silent", "requested"),
                ],
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{self.ministry.label}: {self.edition}"


class StanceValue(models.TextChoices):
    PENDING = "", _("not answered yet")
    AGREE = "agree", _("agree")
    COMMENT = "agree_with_comment", _("agree with comment")
    RESERVATION = "reservation", _("reservation")
    OBJECT = "object", _("object")
    ABSTAIN = "abstain", _("abstain")
    RECUSE = "recuse", _("recuse")
    SILENT = "silent", _("silent")


class Stance(models.Model):
    """Ministry's stance on one wording of one paragraph. A new open stance replaces it when the text changes."""

    COMMITTED = (
        "clearance", "paragraph", "wording", "value", "reason", "proposed_text", "by", "at", "letter", "replaced_at",
    )  # fmt: skip
    SILENT_WHILE = {"value": ""}  # asked, without an answer yet

    clearance = models.ForeignKey(Clearance, models.PROTECT, related_name="stances", verbose_name=_("clearance"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="stances", verbose_name=_("paragraph"))
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="stances", verbose_name=_("wording"))
    value = models.CharField(_("stance"), max_length=18, choices=StanceValue, blank=True, default=StanceValue.PENDING)
    reason = CleanTextField(_("reason or comment"), blank=True, max_length=2000)
    proposed_text = CleanTextField(_("proposed wording"), blank=True, max_length=PARAGRAPH_LIMIT)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), null=True)
    letter = models.ForeignKey(
        "AnswerByLetter", models.PROTECT, null=True, related_name="stances", verbose_name=_("by letter"), editable=False
    )
    replaced_at = models.DateTimeField(_("text moved"), null=True, editable=False)

    class Meta:
        verbose_name = _("stance")
        verbose_name_plural = _("stances")
        ordering = ["clearance", "paragraph__section__order", "paragraph__order", "pk"]
        constraints = [
            one_of("value", StanceValue, "stance_value"),
            models.UniqueConstraint(
                fields=["clearance", "paragraph"], condition=Q(replaced_at=None), name="stance_one_live"
            ),
            models.CheckConstraint(
                condition=Q(value__in=["", "silent"]) | Q(by__isnull=False, at__isnull=False), name="stance_by"
            ),
            models.CheckConstraint(
                condition=~Q(value="object") | ~Q(reason="") & ~Q(proposed_text=""),
                name="stance_objection_proposes",
                violation_error_message=_("An objection must give a reason and propose wording."),
            ),
            models.CheckConstraint(
                condition=~Q(value__in=["reservation", "agree_with_comment"]) | ~Q(reason=""),
                name="stance_says_why",
                violation_error_message=_("Enter the comment or the reservation."),
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.clearance.ministry.label}: {self.get_value_display()}"

    @property
    def mark(self) -> str:
        """Return a fingerprint of this wording and answer, to detect changes since the page was opened."""
        return f"{self.wording_id}.{self.at.timestamp() if self.at else 0:.6f}"


class QuorumCount(models.Model):
    """Quorum counted from the check-ins at one moment, with the frozen electorate."""

    COMMITTED = (
        "paper", "forum", "members_present", "members_total", "members_needed", "groups_present", "groups_needed",
        "electorate", "by", "at",
    )  # fmt: skip

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="quorum_counts", verbose_name=_("paper"))
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="quorum_counts", verbose_name=_("forum"))
    members_present = models.PositiveSmallIntegerField(_("member institutions present"))
    members_total = models.PositiveSmallIntegerField(_("member institutions"))
    members_needed = models.PositiveSmallIntegerField(_("member institutions needed"))
    groups_present = models.PositiveSmallIntegerField(_("groups present"))
    groups_needed = models.PositiveSmallIntegerField(_("groups needed"))
    electorate = models.JSONField(_("electorate"), default=list)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("counted by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("quorum count")
        verbose_name_plural = _("quorum counts")
        ordering = ["paper", "-at", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.members_present} / {self.members_total}"

    @property
    def is_met(self) -> bool:
        """Return whether enough member institutions and enough groups are present."""
        return self.members_present >= self.members_needed and self.groups_present >= self.groups_needed


class Rule(models.TextChoices):
    CONSENSUS = "consensus", _("consensus")
    WITH_RESERVATIONS = "consensus_with_reservations", _("consensus with reservations")
    NOT_ADOPTED = "not_adopted", _("not adopted")


class Decision(models.Model):
    """Decision of the meeting on the text."""

    COMMITTED = (
        "paper", "forum", "edition", "quorum", "roll_call", "is_by_paragraph", "rule", "reasons", "chair", "at",
    )  # fmt: skip

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="decisions", verbose_name=_("paper"))
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="decisions", verbose_name=_("forum"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="decisions", verbose_name=_("text decided on"))
    quorum = models.ForeignKey(QuorumCount, models.PROTECT, related_name="decisions", verbose_name=_("quorum"))
    roll_call = models.ForeignKey(
        "RollCall", models.PROTECT, null=True, related_name="decisions", verbose_name=_("roll call")
    )
    is_by_paragraph = models.BooleanField(_("paragraph by paragraph"), default=False)
    rule = models.CharField(_("rule"), max_length=28, choices=Rule)
    reasons = CleanTextField(_("reasons"), blank=True, max_length=5000)
    chair = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("chair"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["paper", "-at"]
        constraints = [
            one_of("rule", Rule, "decision_rule"),
            models.CheckConstraint(condition=Q(rule="consensus") | ~Q(reasons=""), name="decision_reasons"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.get_rule_display()}, {self.forum}"


class Reservation(models.Model):
    """Reservation of an organisation on a paragraph: printed below it, without blocking it."""

    COMMITTED = (
        "paper", "stakeholder", "paragraph", "text", "recorded_by", "recorded_at", "withdrawn_at", "withdrawn_reason",
    )  # fmt: skip

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="reservations", verbose_name=_("paper"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="reservations", verbose_name=_("organisation")
    )
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="reservations", verbose_name=_("paragraph"))
    text = CleanTextField(_("text as printed"), max_length=2000)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawn_reason = CleanTextField(_("why withdrawn"), max_length=2000, blank=True, editable=False)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        ordering = ["paper", "paragraph__section__order", "paragraph__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "paragraph"], condition=Q(withdrawn_at=None), name="reservation_once"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.stakeholder.label}: {self.text[:40]}"
