"""After adoption: corrections by two officers, and restricted annexes."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, no_delete, one_of, state_guards, together
from consultations.models import CleanCharField, CleanTextField, Office, User

from .editions import Edition
from .papers import PARAGRAPH_LIMIT, Paragraph, PositionPaper

TRUSTED = (Office.SECRETARIAT, Office.HEAD, Office.OFFICIAL)


class CorrigendumState(models.TextChoices):
    PROPOSED = "proposed", _("proposed, waiting for a second officer")
    ISSUED = "issued", _("issued")
    DECLINED = "declined", _("not issued")


class Corrigendum(models.Model):
    """Correction of mistakes in a published text by two officers, as an edition of its own: 1.0.1, 1.0.2 ..."""

    COMMITTED = (
        "state", "paper", "base", "edition", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at",
    )  # fmt: skip
    State = CorrigendumState

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="corrigenda", verbose_name=_("paper"))
    base = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("edition that is corrected"))
    edition = models.OneToOneField(
        Edition, models.PROTECT, null=True, related_name="corrigendum", verbose_name=_("corrected edition")
    )
    reason = CleanTextField(_("reason"), max_length=2000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    state = models.CharField(
        _("state"), max_length=8, choices=CorrigendumState, default=CorrigendumState.PROPOSED, editable=False
    )

    class Meta:
        verbose_name = _("corrigendum")
        verbose_name_plural = _("corrigenda")
        ordering = ["paper", "-proposed_at", "-pk"]
        constraints = [
            one_of("state", CorrigendumState, "corrigendum_state"),
            together("decided_by", "decided_at", name="corrigendum_decided"),
            models.CheckConstraint(condition=~Q(reason=""), name="corrigendum_reason"),
            models.CheckConstraint(
                condition=~Q(state="issued") | Q(edition__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="corrigendum_two_officers",
            ),
            models.UniqueConstraint(fields=["paper"], condition=Q(state="proposed"), name="corrigendum_one_open"),
        ]
        triggers = [*state_guards("proposed", [("proposed", "issued"), ("proposed", "declined")]), no_delete()]

    def __str__(self) -> str:
        return f"{self.base}: {self.get_state_display()}"


class Correction(models.Model):
    """Printed and corrected text of one paragraph."""

    COMMITTED = ("corrigendum", "paragraph", "before", "after")

    corrigendum = models.ForeignKey(
        Corrigendum, models.PROTECT, related_name="corrections", verbose_name=_("corrigendum")
    )
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="+", verbose_name=_("paragraph"))
    before = CleanTextField(_("as printed"), max_length=PARAGRAPH_LIMIT)
    after = CleanTextField(_("as corrected"), max_length=PARAGRAPH_LIMIT)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["corrigendum", "paragraph__section__order", "paragraph__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["corrigendum", "paragraph"], name="correction_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="correction_corrects"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.corrigendum}: {self.after[:40]}"


class RestrictedAnnexQuerySet(models.QuerySet["RestrictedAnnex"]):
    def visible_to(self, user: Any) -> Self:
        """Return the annexes that `user` may read: officials, the secretariat and its head only."""
        known = getattr(user, "is_authenticated", False) and user.is_active and user.office in TRUSTED
        return self if known else self.none()


class RestrictedAnnex(models.Model):
    """Restricted annex of a paper: part of no edition, so of no PDF, JSON, search, feed or mail."""

    COMMITTED = ("paper", "number", "title", "text", "by", "at", "replaced_at")

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="restricted_annexes", verbose_name=_("paper"))
    number = models.PositiveSmallIntegerField(_("number"))
    title = CleanCharField(_("title"), max_length=200)
    text = CleanTextField(_("text"), max_length=20_000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    replaced_at = models.DateTimeField(_("replaced"), null=True, editable=False)

    objects = RestrictedAnnexQuerySet.as_manager()

    class Meta:
        verbose_name = _("restricted annex")
        verbose_name_plural = _("restricted annexes")
        ordering = ["paper", "number", "-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "number"], condition=Q(replaced_at=None), name="restrictedannex_one_live"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.paper.short_title}: {self.number}"
