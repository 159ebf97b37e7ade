"""Words of inputs that the desk hides from readers, and objections of their authors."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from ..db.constraints import no_delete, one_of, state_guards, together
from ..db.fields import CleanTextField
from .accounts import User
from .submissions import Submission


class HidingGround(models.TextChoices):
    PERSONAL = "personal", _("personal data of a third person")
    DANGER = "danger", _("danger to somebody")
    UNLAWFUL = "unlawful", _("unlawful")


class HidingState(models.TextChoices):
    HIDDEN = "hidden", _("hidden")
    OBJECTED = "objected", _("objection to answer")
    UPHELD = "upheld", _("hidden, objection answered")
    LIFTED = "lifted", _("shown again")


class HidingQuerySet(models.QuerySet["Hiding"]):
    def standing(self) -> Self:
        """Return what is hidden now."""
        return self.exclude(state=HidingState.LIFTED)


class Hiding(models.Model):
    """Phrases of one input that two officers hid on a listed ground. The input keeps its text as it was sent."""

    COMMITTED = (
        "state", "submission", "ground", "words", "note", "proposed_by", "confirmed_by", "at", "objection",
        "objected_by", "objected_at", "answer", "answered_by", "answered_at",
    )  # fmt: skip
    State = HidingState
    READ_WITH = ("submission__stakeholder", "submission__consultation")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="hidings", verbose_name=_("input"))
    ground = models.CharField(_("ground"), max_length=8, choices=HidingGround)
    words = models.JSONField(_("words"), default=list)
    points = models.JSONField(_("points held back with them"), default=list)
    files = models.JSONField(_("files hidden with them"), default=list)
    note = CleanTextField(_("note"), max_length=2000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))
    at = models.DateTimeField(_("hidden"))
    objection = CleanTextField(_("objection"), max_length=2000, blank=True)
    objected_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("objection by"))
    objected_at = models.DateTimeField(_("objection"), null=True)
    answer = CleanTextField(_("answer"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=HidingState, default=HidingState.HIDDEN, editable=False)

    objects = HidingQuerySet.as_manager()

    class Meta:
        verbose_name = _("words hidden from readers")
        verbose_name_plural = _("words hidden from readers")
        ordering = ["at", "pk"]
        constraints = [
            one_of("state", HidingState, "hiding_state"),
            one_of("ground", HidingGround, "hiding_ground"),
            together("objected_at", "objected_by", name="hiding_objected"),
            together("answered_at", "answered_by", name="hiding_answered"),
            models.CheckConstraint(condition=~Q(proposed_by=F("confirmed_by")), name="hiding_two_people"),
            models.CheckConstraint(condition=~Q(note=""), name="hiding_note"),
            models.CheckConstraint(
                condition=Q(state__in=["hidden", "lifted"]) | Q(objected_at__isnull=False) & ~Q(objection=""),
                name="hiding_objection",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["hidden", "objected"]) | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="hiding_answer",
            ),
        ]
        triggers = [
            *state_guards(
                "hidden",
                [
                    ("hidden", "objected"),
                    ("objected", "upheld"),
                    ("hidden", "lifted"),
                    ("objected", "lifted"),
                    ("upheld", "lifted"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="stays_as_confirmed",
                fields=[
                    "submission", "ground", "words", "points", "files", "note", "proposed_by", "confirmed_by", "at",
                ],
            ),
            no_delete(),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_ground_display()}"

    @property
    def notice(self) -> str:
        """Return what readers see in the place of the words, in the language of the input."""
        return notice_of(self.ground, self.at, self.submission.language)


def notice_of(ground: str, at: datetime, language: str) -> str:
    """Return the notice of words hidden at `at` (aware) on this ground: "(Words hidden on 2 December 2026: …)"."""
    with translation.override(language):
        day = date_format(timezone.localdate(at), "j F Y")
        words = gettext("Words hidden on %(day)s: %(ground)s") % {"day": day, "ground": HidingGround(ground).label}
    return f"({words})"


SHORT_NOTICE = gettext_lazy("words hidden")  # in titles
