"""Attendance: check-ins, rows from offline devices, files of a forum and requests to speak."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.stored_files import StoredFile

from ..db.constraints import append_only, no_delete, one_of, together
from ..db.fields import CleanCharField, CleanTextField
from .accounts import User
from .delegates import Delegate, Invitation
from .forums import Forum, ForumSession
from .organisations import Group, Stakeholder


class CheckInChannel(models.TextChoices):
    QR = "qr", _("QR code")
    MANUAL = "manual", _("at the desk")
    SELF = "self", _("by the delegate")
    PAPER = "paper", _("paper register")


class CheckIn(models.Model):
    """Check-in of a delegate on a day of a forum. A resend is the same row; a correction is another row that
    voids it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delegate = models.ForeignKey(Delegate, models.PROTECT, related_name="check_ins", verbose_name=_("delegate"))
    channel = models.CharField(_("how"), max_length=8, choices=CheckInChannel)
    at = models.DateTimeField(_("check-in time"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    device = CleanCharField(_("device"), max_length=60, blank=True)
    device_at = models.DateTimeField(_("time on the device's clock"), null=True, blank=True)
    reason = CleanCharField(_("reason"), max_length=200, blank=True)
    voids = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="voided_by", verbose_name=_("voids")
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["at", "pk"]
        constraints = [one_of("channel", CheckInChannel, "checkin_channel")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.delegate}, {timezone.localtime(self.at):%d %b %H:%M}"


class QueuedKind(models.TextChoices):
    CHECK_IN = "check_in", _("check-in")
    POINT = "point", _("point of a session")


class QueuedOutcome(models.TextChoices):
    TAKEN = "taken", _("imported")
    CONFLICT = "conflict", _("imported, in conflict with another row")
    REFUSED = "refused", _("not imported")


class QueuedRow(models.Model):
    """One row of a device's queue, exactly as received, with its result. A resend is the same row."""

    Kind, Outcome = QueuedKind, QueuedOutcome

    key = models.UUIDField(_("key created by the device"), unique=True)
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="queued_rows", verbose_name=_("forum"))
    kind = models.CharField(_("kind"), max_length=8, choices=QueuedKind)
    device = CleanCharField(_("device"), max_length=60)
    payload = models.JSONField(_("as received"))
    device_at = models.DateTimeField(_("time on the device's clock"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=QueuedOutcome)
    reason = CleanTextField(_("why"), max_length=2000, blank=True)
    delegate = models.ForeignKey(
        Delegate, models.PROTECT, null=True, blank=True, related_name="queued_rows", verbose_name=_("delegate")
    )
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("resolved by"), editable=False
    )
    settled_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    settled_how = CleanCharField(_("how it was resolved"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("row of a device")
        verbose_name_plural = _("rows of devices")
        ordering = ["forum", "received_at", "pk"]
        constraints = [
            one_of("kind", QueuedKind, "queuedrow_kind"),
            one_of("outcome", QueuedOutcome, "queuedrow_outcome"),
            together("settled_by", "settled_at", name="queuedrow_settled"),
            models.CheckConstraint(condition=Q(outcome="taken") | ~Q(reason=""), name="queuedrow_says_why"),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.device}"


class ForumFileKind(models.TextChoices):
    DOCUMENT = "document", _("document of the forum")
    ANSWER = "answer", _("answer by letter, scanned")
    REGISTER = "register", _("signed register, scanned")


class ForumFile(models.Model):
    """File of a forum: a document for participants, or the scan of a paper."""

    COMMITTED = (
        "forum", "invitation", "kind", "title", "for_everybody", "name", "media_type", "size", "sha256", "by", "at",
        "removed_at",
    )  # fmt: skip
    Kind = ForumFileKind

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="files", verbose_name=_("forum"))
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, null=True, blank=True, related_name="files", verbose_name=_("invitation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ForumFileKind, default=ForumFileKind.DOCUMENT)
    title = CleanCharField(_("title"), max_length=200)
    for_everybody = models.BooleanField(_("everyone can read it"), default=False)
    name = CleanCharField(_("file name"), max_length=200, editable=False)
    media_type = models.CharField(_("type"), max_length=100, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"), editable=False)
    at = models.DateTimeField(_("added"), editable=False)
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    class Meta:
        verbose_name = _("file of a forum")
        verbose_name_plural = _("files of forums")
        ordering = ["forum", "at", "pk"]
        constraints = [
            one_of("kind", ForumFileKind, "forumfile_kind"),
            models.CheckConstraint(
                condition=Q(kind="answer", invitation__isnull=False) | ~Q(kind="answer") & Q(invitation=None),
                name="forumfile_of_invitation",
            ),
            models.CheckConstraint(
                condition=Q(for_everybody=False) | Q(kind="document"), name="forumfile_scans_stay_inside"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Return the path of the file, outside the folders that the web server serves."""
        return Path(settings.MEDIA_ROOT) / "forums" / self.key.hex[:2] / self.key.hex

    @property
    def stored_file(self) -> StoredFile:
        """Return the expected file: path, size and hash."""
        return StoredFile(self.path, self.sha256, self.size, f"{self._meta.label_lower} {self.pk}")


class Speech(models.Model):
    """Entry on the speakers' list of a session, with the speaking time once the floor was given."""

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    session = models.ForeignKey(ForumSession, models.PROTECT, related_name="speeches", verbose_name=_("session"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="speeches", verbose_name=_("organisation")
    )
    delegate = models.ForeignKey(
        Delegate, models.PROTECT, null=True, blank=True, related_name="speeches", verbose_name=_("delegate")
    )
    group = models.CharField(_("group"), max_length=24, choices=Group)
    order = models.PositiveIntegerField(_("order"))
    asked_at = models.DateTimeField(_("asked for the floor"))
    started_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    struck_at = models.DateTimeField(_("removed from the list"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("speech")
        verbose_name_plural = _("list of speakers")
        ordering = ["session", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(started_at__isnull=False, ended_at__gte=F("started_at")),
                name="speech_times",
            ),
            models.CheckConstraint(condition=Q(struck_at=None) | Q(started_at=None), name="speech_struck_before"),
            models.UniqueConstraint(
                fields=["session"], condition=Q(started_at__isnull=False, ended_at=None), name="speech_one_at_a_time"
            ),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return f"{self.stakeholder.label}"
