"""Addresses whose owners stopped our mail without an account. Only a hash of the address is stored."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.tokens import address_hash


class MailStopQuerySet(models.QuerySet["MailStop"]):
    def in_force(self) -> Self:
        """Return the stops that were not undone."""
        return self.filter(resumed_at=None)

    def covers(self, address: str) -> bool:
        """Return whether mail to `address` is stopped."""
        return self.in_force().filter(address_hash=address_hash(address)).exists()


class MailStop(models.Model):
    """Request of a mail recipient to get no more mail; undone by the same link."""

    address_hash = models.CharField(_("SHA-256 of the address"), max_length=64, unique=True, editable=False)
    stopped_at = models.DateTimeField(_("stopped"), default=timezone.now, editable=False)
    resumed_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    objects = MailStopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering = ["-stopped_at"]

    def __str__(self) -> str:
        return self.address_hash[:12]
