"""Review rounds, amendments, co-sponsors and recommendations."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import no_delete, one_of, state_guards, together
from consultations.models import CleanTextField, Office, Stakeholder, StakeholderState, User
from ncm_portal import workflow
from positions.text.diff import merge

from .editions import Edition
from .papers import PARAGRAPH_LIMIT, PaperState, Paragraph, PositionPaper, Section, Wording


class Audience(models.TextChoices):
    MEMBERS = "members", _("members of the NCM")
    STAKEHOLDERS = "stakeholders", _("all verified organisations")
    PUBLIC = "public", _("everyone may read, verified organisations may propose")


class RoundQuerySet(models.QuerySet["ReviewRound"]):
    def visible_to(self, user: Any) -> Self:
        """Return the rounds whose text `user` may read: public ones, and those that their organisation is
        invited to.
        """
        live = Q(paper__is_restricted=False) & ~Q(paper__state=PaperState.WITHDRAWN)
        seen = Q(audience=Audience.PUBLIC) & live
        if getattr(user, "is_authenticated", False) and user.is_active:
            if user.office in {Office.SECRETARIAT, Office.HEAD}:
                return self
            bodies = [m.stakeholder for m in user.live_memberships if m.stakeholder.state == StakeholderState.VERIFIED]
            if bodies:
                seen |= Q(audience=Audience.STAKEHOLDERS) & live
            if any(body.is_verified_member for body in bodies):
                seen |= live
        return self.filter(seen)


class ReviewRound(models.Model):
    """Review round: a period in which the invited read an edition and propose amendments."""

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="rounds", verbose_name=_("paper"))
    number = models.PositiveSmallIntegerField(_("round"))
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="rounds", verbose_name=_("edition under review"))
    audience = models.CharField(_("who is invited"), max_length=12, choices=Audience, default=Audience.MEMBERS)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    reminded_at = models.DateTimeField(_("reminded"), null=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["paper", "number"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="reviewround_number"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="reviewround_dates"),
            one_of("audience", Audience, "reviewround_audience"),
        ]

    def __str__(self) -> str:
        return f"{self.paper.short_title}, round {self.number}"

    @property
    def is_open(self) -> bool:
        """Return whether amendments can be proposed now."""
        return self.opens_at <= workflow.now() and not workflow.deadline_passed(self.closes_at)

    def invites(self, body: Stakeholder) -> bool:
        """Return whether `body` can propose amendments in this round."""
        return body.is_verified_member or (
            self.audience != Audience.MEMBERS and body.state == StakeholderState.VERIFIED
        )


class Operation(models.TextChoices):
    REPLACE = "replace", _("change the text")
    INSERT = "insert", _("add a paragraph after it")
    DELETE = "delete", _("remove the paragraph")
    MOVE = "move", _("move the paragraph")
    SPLIT = "split", _("split the paragraph")


WITH_TEXT = (Operation.REPLACE, Operation.INSERT, Operation.SPLIT)
# What an operation changes of a paragraph. Two that change the same conflict; a new paragraph after it changes nothing.
TOUCHES: dict[str, frozenset[str]] = {
    Operation.REPLACE: frozenset({"words"}),
    Operation.SPLIT: frozenset({"words"}),
    Operation.DELETE: frozenset({"words", "place"}),
    Operation.MOVE: frozenset({"place"}),
    Operation.INSERT: frozenset(),
}


class AmendmentState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    STALE = "stale", _("to be confirmed: the paragraph has changed")
    ACCEPTED = "accepted", _("accepted")
    IN_PART = "in_part", _("accepted in part")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN_AMENDMENTS = (AmendmentState.PROPOSED, AmendmentState.STALE)
TAKEN_AMENDMENTS = (AmendmentState.ACCEPTED, AmendmentState.IN_PART)
AMENDMENT_STEPS = [
    ("proposed", "stale"),
    ("stale", "proposed"),
    ("proposed", "accepted"),
    *[(state.value, "in_part") for state in OPEN_AMENDMENTS],
    *[(state.value, "not_accepted") for state in OPEN_AMENDMENTS],
    *[(state.value, "withdrawn") for state in OPEN_AMENDMENTS],
]


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def open(self) -> Self:
        """Return amendments neither decided nor withdrawn."""
        return self.filter(state__in=OPEN_AMENDMENTS)

    def untaken(self) -> Self:
        """Return accepted amendments that are not in the text yet."""
        return self.filter(state__in=TAKEN_AMENDMENTS, taken_at=None, paragraph__removed_at=None)


class Amendment(models.Model):
    """Amendment to a paragraph by an organisation, with a reason.

    `base` is the wording it changes. An accepted amendment is applied at `taken_at`: at once, or when one text was
    chosen among conflicting ones.
    """

    COMMITTED = (
        "state", "round", "paragraph", "operation", "base", "text", "section", "after", "reason", "sponsor", "by",
        "at", "decision_reason", "decided_text", "decided_by", "decided_at"
    )  # fmt: skip
    State = AmendmentState

    round = models.ForeignKey(ReviewRound, models.PROTECT, related_name="amendments", verbose_name=_("round"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="amendments", verbose_name=_("paragraph"))
    operation = models.CharField(_("operation"), max_length=7, choices=Operation, default=Operation.REPLACE)
    base = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("wording it starts from"))
    text = CleanTextField(_("proposed text"), max_length=PARAGRAPH_LIMIT, blank=True)
    section = models.ForeignKey(
        Section, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("section it moves to")
    )
    after = models.ForeignKey(
        Paragraph, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("paragraph it moves behind")
    )
    reason = CleanTextField(_("reason"), max_length=2000)
    sponsor = models.ForeignKey(Stakeholder, models.PROTECT, related_name="amendments", verbose_name=_("sponsor"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    state = models.CharField(
        _("state"), max_length=12, choices=AmendmentState, default=AmendmentState.PROPOSED, editable=False
    )
    decision_reason = CleanTextField(_("reason of the decision"), blank=True, max_length=2000)
    decided_text = CleanTextField(_("text accepted in part"), blank=True, max_length=PARAGRAPH_LIMIT)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    taken_at = models.DateTimeField(_("taken into the text"), null=True, editable=False)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["round", "paragraph", "at"]
        constraints = [
            one_of("state", AmendmentState, "amendment_state"),
            one_of("operation", Operation, "amendment_operation"),
            together("decided_at", "decided_by", name="amendment_decided"),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "not_accepted", "in_part"]) | ~Q(decision_reason=""),
                name="amendment_reason",
            ),
            models.CheckConstraint(condition=~Q(state="in_part") | ~Q(decided_text=""), name="amendment_in_part"),
            models.CheckConstraint(
                condition=Q(operation__in=WITH_TEXT) & ~Q(text="") | ~Q(operation__in=WITH_TEXT) & Q(text=""),
                name="amendment_text",
            ),
            models.CheckConstraint(
                condition=Q(operation="move", section__isnull=False)
                | ~Q(operation="move") & Q(section=None, after=None),
                name="amendment_place",
            ),
            models.CheckConstraint(condition=Q(taken_at=None) | Q(state__in=TAKEN_AMENDMENTS), name="amendment_taken"),
        ]
        triggers = [*state_guards("proposed", AMENDMENT_STEPS), no_delete()]

    def __str__(self) -> str:
        return f"{self.sponsor.label}: {self.text[:40] or self.get_operation_display()}"

    @property
    def is_open(self) -> bool:
        """Return whether it waits for a decision, or for its sponsor."""
        return self.state in OPEN_AMENDMENTS

    @property
    def is_untaken(self) -> bool:
        """Return whether it was accepted and is not in the text yet."""
        return self.state in TAKEN_AMENDMENTS and self.taken_at is None

    @property
    def final_text(self) -> str:
        """Return the resulting text: as decided in part, or as proposed."""
        return self.decided_text or self.text

    @property
    def words_today(self) -> str:
        """Return the text of the paragraph with its changes merged into the present text."""
        now = self.paragraph.present_wording
        if self.base_id == now.pk or self.operation == Operation.DELETE:
            return self.final_text
        return merge(self.base.text, self.final_text, now.text).text


def rivals(amendment: Amendment, others: Iterable[Amendment]) -> list[Amendment]:
    """Return the active ones of `others` that change the same part of the same paragraph as `amendment`. Pure."""
    return [
        other
        for other in others
        if other.pk != amendment.pk
        and other.paragraph_id == amendment.paragraph_id
        and (other.is_open or other.is_untaken)
        and not TOUCHES[other.operation].isdisjoint(TOUCHES[amendment.operation])
    ]


class CoSponsorQuerySet(models.QuerySet["CoSponsor"]):
    def live(self) -> Self:
        """Return active co-sponsors."""
        return self.filter(left_at=None)


class CoSponsor(models.Model):
    """Co-sponsor of an amendment. It can leave; both acts stay on record."""

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="cosponsors", verbose_name=_("amendment"), editable=False
    )
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="cosponsored", verbose_name=_("organisation")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("joined"), editable=False)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    left_at = models.DateTimeField(_("left"), null=True, editable=False)

    objects = CoSponsorQuerySet.as_manager()

    class Meta:
        verbose_name = _("co-sponsor")
        verbose_name_plural = _("co-sponsors")
        ordering = ["at", "pk"]
        constraints = [
            together("left_by", "left_at", name="cosponsor_left"),
            models.UniqueConstraint(
                fields=["amendment", "stakeholder"], condition=Q(left_at=None), name="cosponsor_once"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.stakeholder}"


class Advice(models.TextChoices):
    ACCEPT = "accept", _("accept it")
    IN_PART = "in_part", _("accept it in part")
    DECLINE = "decline", _("do not accept it")


class Consent(models.TextChoices):
    CONSENTS = "consents", _("consents")
    INSISTS = "insists", _("insists")


class Recommendation(models.Model):
    """Drafters' recommendation on an amendment, and whether its sponsor consents or insists."""

    COMMITTED = (
        "amendment", "advice", "text", "reason", "by", "at", "consent", "consent_reason", "consent_by", "consent_at",
        "replaced_at",
    )  # fmt: skip

    amendment = models.ForeignKey(
        Amendment, models.PROTECT, related_name="recommendations", verbose_name=_("amendment"), editable=False
    )
    advice = models.CharField(_("recommendation"), max_length=7, choices=Advice)
    text = CleanTextField(_("recommended text"), blank=True, max_length=PARAGRAPH_LIMIT)
    reason = CleanTextField(_("reason"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("when"), editable=False)
    consent = models.CharField(_("answer of the sponsor"), max_length=8, choices=Consent, blank=True, editable=False)
    consent_reason = CleanTextField(_("reason of the sponsor"), blank=True, max_length=2000)
    consent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    consent_at = models.DateTimeField(null=True, editable=False)
    replaced_at = models.DateTimeField(_("replaced"), null=True, editable=False)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["amendment", "at"]
        constraints = [
            one_of("advice", Advice, "recommendation_advice"),
            models.CheckConstraint(condition=Q(consent__in=["", *Consent.values]), name="recommendation_consent"),
            together("consent_by", "consent_at", name="recommendation_answered"),
            models.CheckConstraint(
                condition=Q(consent="", consent_at=None) | ~Q(consent="") & Q(consent_at__isnull=False),
                name="recommendation_answer",
            ),
            models.CheckConstraint(
                condition=~Q(consent="insists") | ~Q(consent_reason=""), name="recommendation_insists"
            ),
            models.CheckConstraint(condition=Q(advice="in_part") | Q(text=""), name="recommendation_text"),
            models.UniqueConstraint(
                fields=["amendment"], condition=Q(replaced_at=None), name="recommendation_one_live"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.amendment}: {self.get_advice_display()}"
