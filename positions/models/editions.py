"""Editions and the files made from them."""

from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, one_of
from consultations.models import Office, User
from consultations.stored_files import StoredFile

from .papers import OFFICIAL_STATES, PaperState, PositionPaper


class EditionKind(models.TextChoices):
    DRAFT = "draft", _("draft")
    REVIEW = "review", _("review text")
    CLEARANCE = "clearance", _("clearance text")
    FORUM = "forum", _("forum text")
    ADOPTED = "adopted", _("adopted text")
    CORRECTED = "corrected", _("corrected text")


FINAL_KINDS = (EditionKind.ADOPTED, EditionKind.CORRECTED)

EVERYONES = Q(kind__in=FINAL_KINDS, paper__state__in=OFFICIAL_STATES, paper__is_restricted=False)


class EditionQuerySet(models.QuerySet["Edition"]):
    def official(self) -> Self:
        """Return adopted or corrected editions of published papers, which are public for ever."""
        return self.filter(EVERYONES)

    def visible_to(self, user: Any) -> Self:
        """Return the editions that `user` may read: official ones for everyone, all for the secretariat, for others
        those sent to them.
        """
        seen = EVERYONES
        if getattr(user, "is_authenticated", False) and user.is_active:
            if user.office in {Office.SECRETARIAT, Office.HEAD}:
                return self
            if user.office == Office.OFFICIAL:
                seen |= Q(kind__in=FINAL_KINDS, paper__state__in=(PaperState.ADOPTED, *OFFICIAL_STATES))
            bodies = [m.stakeholder for m in user.live_memberships]
            if any(body.is_verified_member for body in bodies):
                seen |= Q(kind=EditionKind.REVIEW, paper__is_restricted=False) & ~Q(paper__state=PaperState.WITHDRAWN)
                newer = self.model.objects.filter(paper=OuterRef("paper"), frozen_at__gt=OuterRef("frozen_at"))
                silent = Q(paper__state=PaperState.SILENCE, paper__is_restricted=False)
                seen |= silent & Q(kind=EditionKind.CLEARANCE) & Q(~Exists(newer))
            seen |= Q(clearances__ministry__in=[body.pk for body in bodies], paper__is_restricted=False)
            requested = Q(paper__consultation__chain_steps__institution__in=[body.pk for body in bodies])
            seen |= requested & Q(
                paper__is_restricted=False, kind=EditionKind.CLEARANCE, paper__consultation__chain_steps__is_asked=True
            )
        return self.filter(seen).distinct()


class Edition(models.Model):
    """Frozen, numbered and hashed text. Renderers read its canonical content and nothing else."""

    COMMITTED = ("paper", "number", "kind", "status", "sha256", "frozen_at", "frozen_by")

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="editions", verbose_name=_("paper"))
    number = models.CharField(_("number"), max_length=12)
    kind = models.CharField(_("kind"), max_length=10, choices=EditionKind)
    status = models.CharField(_("status"), max_length=120)
    content = models.TextField(_("canonical content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    frozen_at = models.DateTimeField(_("frozen"))
    frozen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("frozen by"))

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["paper", "-frozen_at", "-pk"]
        constraints = [
            one_of("kind", EditionKind, "edition_kind"),
            models.UniqueConstraint(fields=["paper", "number"], name="edition_number"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.paper.short_title}, {self.number}"


class ArtefactFormat(models.TextChoices):
    """Format of an edition's file: its extension."""

    PDF = "pdf", "PDF"
    JSON = "json", "JSON"
    CLEAN = "clean.pdf", _("PDF of the text alone")
    SUMMARY = "summary.pdf", _("PDF of the summary")
    AKN = "akn.xml", "Akoma Ntoso 3.0 (XML)"
    DOCX = "docx", _("Word document")
    XLSX = "xlsx", _("Excel workbook of all tables")
    PARAGRAPHS = "paragraphs.csv", _("Paragraphs (CSV)")
    POINTS = "points.csv", _("Points (CSV)")
    DISPOSITIONS = "dispositions.csv", _("Dispositions (CSV)")
    CLEARANCES = "clearances.csv", _("Clearances (CSV)")
    RESERVATIONS = "reservations.csv", _("Reservations (CSV)")


NEEDED = (ArtefactFormat.PDF, ArtefactFormat.JSON)  # required for publication; others are made on request


class Artefact(models.Model):
    """File made from an edition, rendered once and then served unchanged."""

    COMMITTED = ("edition", "format", "file", "sha256", "size", "renderer", "rendered_at")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="artefacts", verbose_name=_("edition"))
    format = models.CharField(_("format"), max_length=20, choices=ArtefactFormat)
    file = models.FileField(_("file"), upload_to="editions/", max_length=200)
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("bytes"))
    renderer = models.CharField(_("renderer"), max_length=60)
    rendered_at = models.DateTimeField(_("rendered"))

    class Meta:
        verbose_name = _("file of an edition")
        verbose_name_plural = _("files of editions")
        ordering = ["edition", "format"]
        constraints = [
            one_of("format", ArtefactFormat, "artefact_format"),
            models.UniqueConstraint(fields=["edition", "format"], name="artefact_once"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.edition} ({self.get_format_display()})"

    @property
    def stored_file(self) -> StoredFile:
        """Return the expected file: path, size and hash."""
        path = Path(settings.MEDIA_ROOT) / str(self.file.name)
        return StoredFile(path, self.sha256, self.size, f"{self._meta.label_lower} {self.pk}")
