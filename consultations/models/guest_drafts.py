"""Inputs that visitors write before they have an account."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from ..db.constraints import one_of
from ..db.fields import CleanCharField, CleanTextField
from .accounts import Language
from .forums import Consultation
from .reference import Theme
from .submissions import BODY_LIMIT

KEPT = timedelta(days=14)  # after it was last saved


class GuestDraft(models.Model):
    """What a visitor has written on a theme. Its key is in a cookie of the visitor; nobody else reads it.

    `answers` holds pairs of a question and its answer, with the words of the question as it was asked.
    """

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="guest_drafts", verbose_name=_("consultation")
    )
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="+", verbose_name=_("main theme"))
    title = CleanCharField(_("title"), max_length=200, blank=True)
    answers = models.JSONField(_("answers"), default=list, blank=True)
    body = CleanTextField(_("text"), max_length=BODY_LIMIT, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    begun_at = models.DateTimeField(_("begun"), editable=False)
    edited_at = models.DateTimeField(_("last saved"), editable=False)

    class Meta:
        verbose_name = _("input of a visitor")
        verbose_name_plural = _("inputs of visitors")
        ordering = ["pk"]
        constraints = [
            one_of("language", Language, "guestdraft_language"),
            models.CheckConstraint(condition=Q(edited_at__gte=F("begun_at")), name="guestdraft_times"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("body"), BODY_LIMIT), name="guestdraft_body"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length(Cast("answers", models.TextField())), 3 * BODY_LIMIT),
                name="guestdraft_answers",
            ),
        ]
        indexes = [models.Index(fields=["edited_at"], name="guestdraft_to_erase")]

    def __str__(self) -> str:
        return self.title

    @property
    def text(self) -> str:
        """Return the answers, each below its question, and the free text, as the text of an input."""
        return joined(self.answers, self.body)


def joined(answers: list[list[str]], body: str) -> str:
    """Return answers below their questions, and a free text, as one text."""
    parts = [f"{question}\n{answer.strip()}" for question, answer in answers]
    return "\n\n".join(filter(None, [*parts, body.strip()]))
