"""Counters of mails per person, organisation and address, for rate limits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..db.constraints import one_of


class MailScope(models.TextChoices):
    PERSON = "person", _("caused by a person")
    ORGANISATION = "organisation", _("caused by an organisation")
    ADDRESS = "address", _("to one address")
    ACCOUNT = "account", _("from the account pages, to one address")
    ENQUIRY = "enquiry", _("receipts of enquiries, to one address")


class MailCount(models.Model):
    """Number of mails of a scope in a time window: a row per person, organisation or address (by its hash)."""

    scope = models.CharField(_("scope"), max_length=12, choices=MailScope)
    key = models.CharField(_("whose"), max_length=64)
    since = models.DateTimeField(_("since"))
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("count of mails")
        verbose_name_plural = _("counts of mails")
        constraints = [
            one_of("scope", MailScope, "mailcount_scope"),
            models.UniqueConstraint(fields=["scope", "key", "since"], name="mailcount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.number}"
