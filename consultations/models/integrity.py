"""Results of the nightly integrity checks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only


class IntegrityCheck(models.Model):
    """One integrity check: time, duration and findings of `manage.py verify_all`."""

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
