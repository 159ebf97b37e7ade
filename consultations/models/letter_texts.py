"""Texts of letters and mails that an office changed: versions by consultation, kind and language."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.letter_texts import LONGEST_BODY, LONGEST_SUBJECT

from ..db.constraints import append_only, one_of
from ..db.fields import CleanCharField, CleanTextField
from .accounts import Language, User
from .forums import Consultation


class LetterText(models.Model):
    """Version of a text, in force from `at` until the next one. An empty version restores the text that comes with the
    portal.
    """

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="letter_texts", verbose_name=_("consultation")
    )
    kind = models.CharField(_("letter or mail"), max_length=40)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    number = models.PositiveIntegerField(_("version"))
    subject = CleanCharField(_("subject"), max_length=LONGEST_SUBJECT, blank=True)
    body = CleanTextField(_("text"), max_length=LONGEST_BODY, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("text of a letter or mail")
        verbose_name_plural = _("texts of letters and mails")
        ordering = ["consultation", "kind", "language", "number"]
        constraints = [
            one_of("language", Language, "lettertext_language"),
            models.CheckConstraint(
                condition=Q(subject="", body="") | ~Q(subject="") & ~Q(body=""), name="lettertext_whole"
            ),
            models.UniqueConstraint(fields=["consultation", "kind", "language", "number"], name="lettertext_number"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language}), {self.number}"

    @property
    def is_own(self) -> bool:
        """Return whether it replaces the text that comes with the portal."""
        return bool(self.body)
