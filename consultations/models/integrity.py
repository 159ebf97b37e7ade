"""What the checks of everything stored found, night after night."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only


class IntegrityCheck(models.Model):
    """One check of everything that is stored: when, how long, and what `manage.py verify_all` found."""

    begun_at = models.DateTimeField(_("begun"))
    seconds = models.FloatField(_("seconds"))
    number = models.PositiveIntegerField(_("number of findings"))
    findings = models.JSONField(_("first findings"), default=list)
    looked_at = models.JSONField(_("checked"), default=dict)

    class Meta:
        verbose_name = _("check of all stored data")
        verbose_name_plural = _("checks of all stored data")
        ordering = ["-begun_at", "-pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}: {self.number}"
