"""Files of an input: evidence from its author, or the original of a paper input."""

import uuid
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.stored_files import StoredFile

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanCharField, CleanTextField
from ..db.search_triggers import search_attachment
from .accounts import User
from .submissions import Submission, readable_by, readable_in_full_by


class AttachmentKind(models.TextChoices):
    EVIDENCE = "evidence", _("attachment")
    ORIGINAL = "original", _("original received on paper or by mail")


class AttachmentState(models.TextChoices):
    UPLOADING = "uploading", _("being uploaded")
    WAITING = "waiting", _("waiting for the virus scanner")
    READY = "ready", _("ready")
    REFUSED = "refused", _("refused")
    REMOVED = "removed", _("removed")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: Any) -> Self:
        """Return files of the inputs that `user` may read. Originals, which may contain anything, and files that the
        desk hides only for those who may read the input in full: its organisation and the secretariat.
        """
        in_full, for_all = readable_in_full_by(user, "submission__"), Q(kind=AttachmentKind.EVIDENCE, is_hidden=False)
        return self.filter(readable_by(user, "submission__"), for_all | in_full)

    def stored(self) -> Self:
        """Return evidence that uses space: stored or uploading files, and sent files that were removed later, which are
        kept.
        """
        kept = Q(state=AttachmentState.REMOVED, received__gt=0)
        here = Q(state__in=[AttachmentState.UPLOADING, AttachmentState.WAITING, AttachmentState.READY])
        return self.filter(here | kept, kind=AttachmentKind.EVIDENCE)

    def shown(self) -> Self:
        """Return files that can be opened."""
        return self.filter(state=AttachmentState.READY)


class Attachment(models.Model):
    """One file, stored under a generated name outside the folders that the web server serves."""

    COMMITTED = ("state", "submission", "kind", "name", "media_type", "size", "sha256", "state_reason", "uploaded_by")
    SILENT_WHILE = {"sha256": ""}  # still uploading, or abandoned
    READ_WITH = ("submission",)  # relation whose state decides whether a file may change
    Kind, State = AttachmentKind, AttachmentState

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="attachments", verbose_name=_("input"), editable=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AttachmentKind, default=AttachmentKind.EVIDENCE)
    name = CleanCharField(_("file name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=100, blank=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    received = models.PositiveBigIntegerField(_("bytes received"), default=0, editable=False)  # 0: no original is kept
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    stored_as = models.CharField(_("stored as"), max_length=64, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=AttachmentState, default=AttachmentState.UPLOADING, editable=False
    )
    state_reason = CleanTextField(_("reason"), blank=True, editable=False)
    text = models.TextField(_("text in the file"), blank=True, editable=False)
    is_hidden = models.BooleanField(_("hidden from readers"), default=False, db_default=False, editable=False)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"), editable=False)
    uploaded_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            one_of("state", AttachmentState, "attachment_state"),
            one_of("kind", AttachmentKind, "attachment_kind"),
            models.CheckConstraint(condition=Q(received__lte=models.F("size")), name="attachment_received"),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "ready"])
                | Q(received=models.F("size")) & ~Q(sha256="") & ~Q(media_type=""),
                name="attachment_complete",
            ),
        ]
        triggers = [
            *state_guards(
                "uploading",
                [
                    ("uploading", "waiting"),
                    ("uploading", "ready"),
                    ("uploading", "refused"),
                    ("waiting", "ready"),
                    ("waiting", "refused"),
                    ("uploading", "removed"),
                    ("waiting", "removed"),
                    ("ready", "removed"),
                    ("refused", "removed"),
                ],
            ),
            no_delete(),
            search_attachment(),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Return the path of the file."""
        return Path(settings.MEDIA_ROOT) / "attachments" / self.stored_as[:2] / self.stored_as

    @property
    def stored_file(self) -> StoredFile:
        """Return the expected file: path, size and hash."""
        return StoredFile(self.path, self.sha256, self.size, f"{self._meta.label_lower} {self.pk}")
