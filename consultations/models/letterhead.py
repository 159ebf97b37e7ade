"""Letterhead of a consultation: what stands above and below its letters, and who its mail is from."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only
from ..db.fields import CleanCharField, CleanTextField
from .accounts import User
from .forums import Consultation


class Letterhead(models.Model):
    """Version of a letterhead, in force from `at` until the next one. What is empty is as the portal has it."""

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="letterheads", verbose_name=_("consultation")
    )
    number = models.PositiveIntegerField(_("version"), default=1, editable=False)
    lines = CleanTextField(
        _("lines of the letterhead"),
        max_length=300,
        blank=True,
        help_text=_("Up to 4 lines. The last one is printed large."),
    )
    contact = CleanCharField(
        _("contact"), max_length=200, blank=True, help_text=_("Telephone, address or website, below the letterhead.")
    )
    signatory_name = CleanCharField(_("name of who signs"), max_length=120, blank=True)
    signatory_title = CleanCharField(_("title of who signs"), max_length=120, blank=True)
    sender_name = CleanCharField(
        _("name of the sender of mail"), max_length=80, blank=True, help_text=_("Mailboxes show it before the address.")
    )
    reply_to = models.EmailField(
        _("address for replies"), blank=True, help_text=_("Without one, mails say that nobody reads replies.")
    )
    logo = models.TextField(_("logo"), blank=True, editable=False)  # in base64: it travels with the rows of an archive
    logo_type = models.CharField(_("type of the logo"), max_length=20, blank=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    at = models.DateTimeField(_("when"), editable=False)

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        ordering = ["consultation", "number"]
        constraints = [models.UniqueConstraint(fields=["consultation", "number"], name="letterhead_number")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.consultation}, {self.number}"
