"""Near-duplicate texts: found by comparison, decided by people."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanTextField
from .accounts import User
from .points import Point
from .submissions import Submission


class LikenessState(models.TextChoices):
    OPEN = "open", _("to review")
    MERGED = "merged", _("joined to another")
    DISMISSED = "dismissed", _("not the same")


class Likeness(models.Model):
    """Two inputs or two points with nearly the same text: a suggestion that staff confirm or dismiss."""

    State = LikenessState

    first_point = models.ForeignKey(Point, models.PROTECT, null=True, related_name="+", verbose_name=_("first point"))
    second_point = models.ForeignKey(Point, models.PROTECT, null=True, related_name="+", verbose_name=_("second point"))
    first_input = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="+", verbose_name=_("first input")
    )
    second_input = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="+", verbose_name=_("second input")
    )
    score = models.FloatField(_("similarity from 0 to 1"))
    words = models.JSONField(_("words in common"), default=list)
    method = models.CharField(_("method"), max_length=40)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=10, choices=LikenessState, default=LikenessState.OPEN, editable=False
    )
    reason = CleanTextField(_("reason"), blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-score", "pk"]
        constraints = [
            one_of("state", LikenessState, "likeness_state"),
            models.CheckConstraint(
                condition=Q(
                    first_point__isnull=False, second_point__isnull=False, first_input=None, second_input=None,
                    first_point__lt=F("second_point"),
                )
                | Q(
                    first_point=None, second_point=None, first_input__isnull=False, second_input__isnull=False,
                    first_input__lt=F("second_input"),
                ),
                name="likeness_one_pair",
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="likeness_score"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None)
                | ~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="likeness_decided",
            ),
            models.UniqueConstraint(fields=["first_point", "second_point"], name="likeness_points_once"),
            models.UniqueConstraint(fields=["first_input", "second_input"], name="likeness_inputs_once"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-score", "id"], condition=Q(state="open"), name="likeness_open")]
        triggers = [
            *state_guards(
                "open", [("open", "merged"), ("open", "dismissed"), ("merged", "open"), ("dismissed", "open")]
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{self.first_point or self.first_input} ~ {self.second_point or self.second_input}"

    @property
    def per_cent(self) -> int:
        """Return the similarity in per cent."""
        return round(self.score * 100)
