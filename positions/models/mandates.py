"""Changes of mandates for single paragraphs, and ministries' answers by letter."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, no_delete, one_of, state_guards, together
from consultations.models import CleanCharField, CleanTextField, Stakeholder, User
from consultations.stored_files import StoredFile

from .clearance import Clearance, StanceValue
from .papers import PARAGRAPH_LIMIT, Paragraph, PositionPaper, Wording


class MandateChange(models.Model):
    """Ministry that additionally clears a paragraph, or does not clear one of its themes. The last change counts."""

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="mandate_changes", verbose_name=_("paper"))
    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, related_name="mandate_changes", verbose_name=_("paragraph")
    )
    ministry = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="mandate_changes", verbose_name=_("ministry")
    )
    adds = models.BooleanField(_("is to clear it"))
    reason = CleanTextField(_("reason"), max_length=2000)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change of a mandate")
        verbose_name_plural = _("changes of mandates")
        ordering = ["paper", "at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="mandatechange_reason")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.ministry.label}: {'+' if self.adds else '-'}"


class LetterState(models.TextChoices):
    TYPED = "typed", _("waiting for a second officer")
    COUNTED = "counted", _("countersigned, counts")
    STRUCK = "struck", _("struck out")


class AnswerByLetter(models.Model):
    """Ministry's answer on paper, typed by an officer. It counts once a second officer has countersigned it."""

    COMMITTED = (
        "state", "clearance", "reference", "received_on", "signed_by", "scan_name", "scan_type", "scan_sha256",
        "typed_by", "typed_at", "decided_by", "decided_at",
    )  # fmt: skip
    State = LetterState

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clearance = models.ForeignKey(Clearance, models.PROTECT, related_name="letters", verbose_name=_("clearance"))
    reference = CleanCharField(_("reference of the letter"), max_length=80)
    received_on = models.DateField(_("received on"))
    signed_by = CleanCharField(_("signed by"), max_length=200)
    scan_name = CleanCharField(_("file of the scan"), max_length=200, blank=True, editable=False)
    scan_type = models.CharField(_("type"), max_length=100, blank=True, editable=False)
    scan_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    typed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("typed by"), editable=False)
    typed_at = models.DateTimeField(_("typed"), editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"), editable=False
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=LetterState, default=LetterState.TYPED, editable=False)

    class Meta:
        verbose_name = _("answer by letter")
        verbose_name_plural = _("answers by letter")
        ordering = ["clearance", "typed_at", "pk"]
        constraints = [
            one_of("state", LetterState, "answerbyletter_state"),
            together("decided_by", "decided_at", name="answerbyletter_decided"),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(decided_by__isnull=False) & ~Q(scan_sha256=""),
                name="answerbyletter_counted",
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | ~Q(decided_by=F("typed_by")), name="answerbyletter_two_officers"
            ),
        ]
        triggers = [*state_guards("typed", [("typed", "counted"), ("typed", "struck")]), no_delete()]

    def __str__(self) -> str:
        return f"{self.clearance.ministry.label}, {self.reference}"

    @property
    def path(self) -> Path:
        """Return the path of the scan, outside the folders that the web server serves."""
        return Path(settings.MEDIA_ROOT) / "letters" / self.key.hex

    @property
    def stored_file(self) -> StoredFile:
        """Return the expected scan: path, size and hash."""
        return StoredFile(self.path, self.scan_sha256, None, f"{self._meta.label_lower} {self.pk}")


class LetterLine(models.Model):
    """Answer of a letter on the text of one paragraph."""

    COMMITTED = ("letter", "paragraph", "wording", "value", "reason", "proposed_text")

    letter = models.ForeignKey(AnswerByLetter, models.PROTECT, related_name="lines", verbose_name=_("letter"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="+", verbose_name=_("paragraph"))
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("wording"))
    value = models.CharField(_("stance"), max_length=18, choices=StanceValue)
    reason = CleanTextField(_("reason or comment"), blank=True, max_length=2000)
    proposed_text = CleanTextField(_("proposed wording"), blank=True, max_length=PARAGRAPH_LIMIT)

    class Meta:
        verbose_name = _("line of a letter")
        verbose_name_plural = _("lines of letters")
        ordering = ["letter", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__in=[each for each in StanceValue.values if each not in ("", "silent")]),
                name="letterline_value",
            ),
            models.UniqueConstraint(fields=["letter", "paragraph"], name="letterline_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.letter}: {self.get_value_display()}"


class ReminderStep(models.TextChoices):
    BEFORE = "before", _("before the due hour")
    DUE = "due", _("on the due day")
    AFTER = "after", _("after the due hour, also to the principal")
    HAND = "hand", _("by hand")


class ClearanceReminder(models.Model):
    """One reminder about a clearance: sent once for each due time and step, by hand as often as an officer asks."""

    clearance = models.ForeignKey(Clearance, models.PROTECT, related_name="reminders", verbose_name=_("clearance"))
    step = models.CharField(_("step"), max_length=6, choices=ReminderStep)
    due_at = models.DateTimeField(_("due"))
    to_principal = models.BooleanField(_("to the principal"), default=False)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("reminder of a clearance")
        verbose_name_plural = _("reminders of clearances")
        ordering = ["clearance", "at"]
        constraints = [
            one_of("step", ReminderStep, "clearancereminder_step"),
            models.UniqueConstraint(
                fields=["clearance", "step", "due_at"], condition=~Q(step="hand"), name="clearancereminder_once"
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.clearance}: {self.get_step_display()}"
