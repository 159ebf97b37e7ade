"""Documents of a consultation that everybody can read: the paper it asks about, background, questions and answers."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.stored_files import StoredFile

from ..db.constraints import no_delete, one_of
from ..db.fields import CleanCharField
from .accounts import Language, User
from .forums import Consultation


class PublicDocumentKind(models.TextChoices):
    PAPER = "paper", _("consultation paper")
    BACKGROUND = "background", _("background")
    QUESTIONS = "questions", _("questions and answers")


class PublicDocument(models.Model):
    """File of a consultation for everybody, from the moment that the consultation is announced until it is removed."""

    COMMITTED = (
        "consultation", "kind", "title", "language", "name", "media_type", "size", "sha256", "by", "at", "removed_at",
    )  # fmt: skip
    Kind = PublicDocumentKind

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="documents", verbose_name=_("consultation")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=PublicDocumentKind)
    title = CleanCharField(_("title"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    name = CleanCharField(_("file name"), max_length=200, editable=False)
    media_type = models.CharField(_("type"), max_length=100, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"), editable=False)
    at = models.DateTimeField(_("added"), editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    class Meta:
        verbose_name = _("document for the public")
        verbose_name_plural = _("documents for the public")
        ordering = ["consultation", "kind", "at", "pk"]
        constraints = [
            one_of("kind", PublicDocumentKind, "publicdocument_kind"),
            one_of("language", Language, "publicdocument_language"),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Return the path of the file, outside the folders that the web server serves."""
        return Path(settings.MEDIA_ROOT) / "documents" / self.key.hex[:2] / self.key.hex

    @property
    def stored_file(self) -> StoredFile:
        """Return the expected file: path, size and hash."""
        return StoredFile(self.path, self.sha256, self.size, f"{self._meta.label_lower} {self.pk}")

    @property
    def extension(self) -> str:
        """Return the type as people know it, such as "PDF"."""
        return self.name.rpartition(".")[2].upper()
