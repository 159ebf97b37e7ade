"""Plenary: screens and decisions on paragraphs."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, one_of, together
from consultations.models import CleanCharField, CleanTextField, Forum, ForumSession, Stakeholder, User

from .clearance import Decision, QuorumCount, Reservation, Rule
from .papers import PARAGRAPH_LIMIT, Paragraph, PositionPaper, Wording


class Screen(models.Model):
    """Present content of a forum's screen. `version` grows with every change, so that viewers load changes only."""

    forum = models.OneToOneField(Forum, models.PROTECT, related_name="screen", verbose_name=_("forum"))
    session = models.ForeignKey(
        ForumSession, models.PROTECT, null=True, related_name="+", verbose_name=_("session"), editable=False
    )
    heading = CleanCharField(_("item of the agenda"), max_length=200, blank=True)
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, null=True, related_name="+", verbose_name=_("paragraph"))
    amendment = CleanTextField(_("words proposed from the floor"), blank=True, max_length=PARAGRAPH_LIMIT)
    moved_by = models.ForeignKey(
        Stakeholder, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("changed by"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("screen of a forum")
        verbose_name_plural = _("screens of forums")

    def __str__(self) -> str:
        return self.heading


class FloorOutcome(models.TextChoices):
    ADOPTED = "adopted", _("adopted")
    WITH_RESERVATION = "with_reservation", _("adopted with a reservation")
    SENT_BACK = "sent_back", _("sent back")
    LEFT_OUT = "left_out", _("left out")


NOT_ADOPTED = (FloorOutcome.SENT_BACK, FloorOutcome.LEFT_OUT)


class FloorMode(models.TextChoices):
    CONSENSUS = "consensus", _("consensus")
    SHOW_OF_HANDS = "show_of_hands", _("show of hands")
    ROLL_CALL = "roll_call", _("roll call")


class FloorDecisionQuerySet(models.QuerySet["FloorDecision"]):
    def counting(self) -> Self:
        """Return the last decision on each paragraph since the discussion started; earlier ones are kept.

        After a meeting that did not adopt the text there are none: it is decided anew when it comes back.
        """
        newest = self.model.objects.filter(paragraph=OuterRef("paragraph")).order_by("-pk").values("pk")[:1]
        over = Decision.objects.filter(paper=OuterRef("paper"), rule=Rule.NOT_ADOPTED, at__gte=OuterRef("at"))
        return self.filter(~Exists(over), pk=Subquery(newest))


class FloorDecision(models.Model):
    """Decision of plenary on one paragraph, with the quorum and electorate at that moment. Never changed."""

    COMMITTED = (
        "paper", "paragraph", "wording", "decided", "amendment", "moved_by", "outcome", "mode", "quorum", "yes", "no",
        "abstain", "votes", "reservation", "note", "by", "at",
    )  # fmt: skip
    Outcome, Mode = FloorOutcome, FloorMode

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="floor_decisions", verbose_name=_("paper"))
    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, related_name="floor_decisions", verbose_name=_("paragraph")
    )
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("words as tabled"))
    decided = models.ForeignKey(
        Wording, models.PROTECT, null=True, related_name="+", verbose_name=_("words as decided")
    )
    amendment = CleanTextField(_("words proposed from the floor"), blank=True, max_length=PARAGRAPH_LIMIT)
    moved_by = models.ForeignKey(
        Stakeholder, models.PROTECT, null=True, related_name="floor_amendments", verbose_name=_("proposed by")
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=FloorOutcome)
    mode = models.CharField(_("how"), max_length=14, choices=FloorMode, default=FloorMode.CONSENSUS)
    quorum = models.ForeignKey(
        QuorumCount, models.PROTECT, related_name="floor_decisions", verbose_name=_("quorum of that moment")
    )
    yes = models.PositiveSmallIntegerField(_("yes"), null=True)
    no = models.PositiveSmallIntegerField(_("no"), null=True)
    abstain = models.PositiveSmallIntegerField(_("abstain"), null=True)
    votes = models.JSONField(_("votes"), null=True)
    reservation = models.ForeignKey(
        Reservation, models.PROTECT, null=True, related_name="floor_decisions", verbose_name=_("reservation")
    )
    note = CleanTextField(_("note of the chair"), blank=True, max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("chair"))
    at = models.DateTimeField(_("when"))

    objects = FloorDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a paragraph")
        verbose_name_plural = _("decisions on paragraphs")
        ordering = ["paper", "at", "pk"]
        constraints = [
            one_of("outcome", FloorOutcome, "floordecision_outcome"),
            one_of("mode", FloorMode, "floordecision_mode"),
            together("yes", "no", "abstain", name="floordecision_tally"),
            models.CheckConstraint(
                condition=Q(outcome__in=NOT_ADOPTED, decided=None)
                | ~Q(outcome__in=NOT_ADOPTED) & Q(decided__isnull=False),
                name="floordecision_words",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="with_reservation") | Q(reservation__isnull=False),
                name="floordecision_reservation",
            ),
            models.CheckConstraint(
                condition=Q(mode="consensus", yes=None) | ~Q(mode="consensus") & Q(yes__isnull=False),
                name="floordecision_counted",
            ),
            models.CheckConstraint(condition=Q(moved_by=None) | ~Q(amendment=""), name="floordecision_amendment"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.paragraph}: {self.get_outcome_display()}"
