"""Who has a paragraph of a paper open for writing at the moment, so that drafters see each other."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.models import Office, User
from ncm_portal import workflow

from .papers import Paragraph, PositionPaper, Section

HERE = timedelta(minutes=5)  # without a sign after which a paragraph counts as closed


class PresenceQuerySet(models.QuerySet["Presence"]):
    def visible_to(self, user: Any) -> Self:
        """Return who is writing now, besides `user`, in the order of coming: for those who may write too."""
        if getattr(user, "office", None) not in (Office.SECRETARIAT, Office.HEAD):
            return self.none()
        fresh = self.filter(seen_at__gte=workflow.now() - HERE).exclude(user=user)
        return fresh.order_by("since", "pk")


class Presence(models.Model):
    """Paragraph of a paper that a person has open for writing, a new one if it is None: one per person and paper, since
    when, and the last sign of it. Kept for at most a day, never used as evidence.
    """

    paper = models.ForeignKey(PositionPaper, models.CASCADE, related_name="presences", verbose_name=_("paper"))
    section = models.ForeignKey(Section, models.CASCADE, related_name="+", verbose_name=_("section"))
    paragraph = models.ForeignKey(
        Paragraph, models.CASCADE, null=True, related_name="+", verbose_name=_("paragraph it stands at")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("person"))
    since = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["paper", "user"], name="paper_presence_once")]

    def __str__(self) -> str:
        return f"{self.section}: {self.user}"
