"""Rules of a consultation, and their changes after it has opened."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only, confirmed_by_two
from ..db.fields import CleanTextField
from .accounts import User
from .forums import Consultation


class RuleChange(models.Model):
    """All rules of a consultation from one moment on: proposed by one officer, confirmed by another.

    The columns are those of the consultation. `steps` holds its clearance steps: kind, institution, order, is_asked.
    The database allows an opened consultation only the rules of its last change.
    """

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="rule_changes", verbose_name=_("consultation")
    )
    quorum_member_share = models.DecimalField(
        _("share of member institutions for a quorum"), max_digits=4, decimal_places=3
    )
    quorum_groups = models.PositiveSmallIntegerField(_("groups for a quorum"))
    clearance_working_days = models.PositiveSmallIntegerField(_("working days for clearance"))
    needs_roll_call = models.BooleanField(_("adoption by roll call"))
    steps = models.JSONField(_("steps of the chain"), default=list)
    before = models.JSONField(_("previous values"), default=dict, encoder=DjangoJSONEncoder)
    reason = CleanTextField(_("reason"), max_length=2000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change of the rules")
        verbose_name_plural = _("changes of the rules")
        ordering = ["consultation", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="rulechange_reason"),
            models.CheckConstraint(condition=~Q(proposed_by=F("confirmed_by")), name="rulechange_two_officers"),
        ]
        triggers = [append_only(), confirmed_by_two("change_rules", "consultation_id")]

    def __str__(self) -> str:
        return f"{self.consultation}: {self.reason[:60]}"
