"""Proposals: serious changes that one person proposes and another confirms."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

import pgtrigger
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ncm_portal import workflow

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanTextField
from .accounts import User
from .submissions import reads_all_sent


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", _("waiting for a second person")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("not confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("lapsed")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: Any) -> Self:
        """Return the proposals that `user` may read: all of them for staff, but those that quote inputs only for those
        who read all inputs.
        """
        known = getattr(user, "is_authenticated", False) and user.is_active and user.is_staff
        rows = self if known else self.none()
        return rows if reads_all_sent(user) else rows.exclude(act="hide_words")

    def open(self) -> Self:
        """Return pending proposals that have not lapsed."""
        return self.filter(state=ProposalState.PROPOSED, lapses_at__gte=workflow.now())


class Proposal(models.Model):
    """Serious change of one record, proposed by one person. Nothing changes until another person confirms it."""

    State = ProposalState

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    act = models.CharField(_("act"), max_length=40)
    record_kind = models.CharField(_("kind of record"), max_length=60)
    record_id = models.PositiveBigIntegerField(_("record"))
    record_label = models.CharField(_("record's name"), max_length=200)
    values = models.JSONField(_("what is proposed"), default=dict, encoder=DjangoJSONEncoder)
    told = models.JSONField(_("consequences, as proposed"), default=list)
    reason = CleanTextField(_("reason"), max_length=2000)
    concerns = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("person concerned"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    lapses_at = models.DateTimeField(_("lapses"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    state = models.CharField(
        _("state"), max_length=9, choices=ProposalState, default=ProposalState.PROPOSED, editable=False
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal for a second person")
        verbose_name_plural = _("proposals for a second person")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            one_of("state", ProposalState, "proposal_state"),
            models.CheckConstraint(condition=~Q(reason=""), name="proposal_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed") ^ Q(decided_at__isnull=False), name="proposal_decided"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "refused"], decided_by__isnull=False)
                & ~Q(decided_by=F("proposed_by"))
                | Q(state="withdrawn", decided_by=F("proposed_by"))
                | Q(state__in=["proposed", "lapsed"], decided_by=None),
                name="proposal_two_people",
            ),
            models.CheckConstraint(
                condition=Q(concerns=None)
                | ~Q(concerns=F("proposed_by")) & (Q(decided_by=None) | ~Q(concerns=F("decided_by"))),
                name="proposal_not_in_ones_own_matter",
            ),
            models.UniqueConstraint(
                fields=["act", "record_kind", "record_id"], condition=Q(state="proposed"), name="proposal_one_open"
            ),
        ]
        triggers = [
            *state_guards("proposed", [("proposed", end) for end in ("confirmed", "refused", "withdrawn", "lapsed")]),
            pgtrigger.ReadOnly(
                name="stays_as_proposed",
                exclude=["lapses_at", "decided_by", "decided_at", "state"],
            ),
            pgtrigger.Protect(
                name="decided_stays", operation=pgtrigger.Update, condition=~pgtrigger.Q(old__state="proposed")
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{self.definition.label}: {self.record_label}"

    @property
    def definition(self) -> workflow.Act:
        """Return the definition of the proposed act."""
        return workflow.acts()[self.act]

    @cached_property
    def record(self) -> Any:
        """Return the current record."""
        return self.records_of([self])[self.record_id]

    @staticmethod
    def records_of(proposals: "Iterable[Proposal]") -> dict[int, Any]:
        """Return the records of proposals that concern one model, by key. One query."""
        rows = list(proposals)
        return apps.get_model(rows[0].record_kind)._base_manager.in_bulk([row.record_id for row in rows])

    @property
    def consequences(self) -> list[str]:
        """Return sentences about the effects of confirming; for a decided proposal, those shown at the time."""
        if self.state != ProposalState.PROPOSED:
            return self.told
        return self.definition.consequences(self.record, self.values)

    @property
    def is_over(self) -> bool:
        """Return whether it has lapsed."""
        return self.state == ProposalState.PROPOSED and workflow.deadline_passed(self.lapses_at)
