"""Addresses whose owners asked for no more mail, without an account. The address itself is not kept, only its hash."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.tokens import address_hash


class MailStopQuerySet(models.QuerySet["MailStop"]):
    def in_force(self) -> Self:
        """Those that were not taken back."""
        return self.filter(resumed_at=None)

    def covers(self, address: str) -> bool:
        """Whether the owner of `address` asked for no more mail."""
        return self.in_force().filter(address_hash=address_hash(address)).exists()


class MailStop(models.Model):
    """ "Stop writing to me", said by whoever reads the mail of an address; taken back by the same link."""

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
