"""Questions about the themes of a consultation, which whoever writes an input is asked."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..db.fields import CleanCharField
from .forums import Consultation
from .reference import Theme

MOST_QUESTIONS = 4  # about one theme


class ThemeQuestion(models.Model):
    """Plain question about a theme in one consultation, in English and Kiswahili."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="theme_questions", verbose_name=_("consultation")
    )
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="questions", verbose_name=_("theme"))
    order = models.PositiveSmallIntegerField(_("order"))
    text = CleanCharField(_("question"), max_length=300)
    text_sw = CleanCharField(_("question in Kiswahili"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("question about a theme")
        verbose_name_plural = _("questions about themes")
        ordering = ["consultation", "theme", "order"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "theme", "order"], name="themequestion_order"),
            models.CheckConstraint(condition=Q(order__gte=1, order__lte=MOST_QUESTIONS), name="themequestion_few"),
            models.CheckConstraint(condition=~Q(text=""), name="themequestion_text"),
        ]

    def __str__(self) -> str:
        return self.text_sw if self.text_sw and get_language() == "sw" else self.text
