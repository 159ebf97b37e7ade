"""Reference data: themes, the Compact's objectives and principles, SDG targets, instruments and terms."""

from typing import Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..db.fields import CleanCharField, CleanTextField


class Evidence(models.TextChoices):
    """How well a fact of the reference data is sourced."""

    ARTICLE = "S", _("the IOM Kenya article of 19 October 2017")
    READ = "R", _("read on a page")
    SECONDARY = "R2", _("read in a secondary source")
    INFERRED = "I", _("our inference")
    GENERAL = "G", _("general knowledge, to be confirmed by the secretariat")
    OWN = "N", _("entered by the secretariat")


class ThemeQuerySet(models.QuerySet["Theme"]):
    """Themes, with what visitors may read of them."""

    def announced(self) -> Self:
        """Return the themes of the reference data, and of others those that an announced consultation asks about."""
        links = self.model.consultations.through.objects.filter(theme=models.OuterRef("pk"))
        is_asked = models.Exists(links.exclude(consultation__state="draft"))
        return self.filter(~models.Q(evidence=Evidence.OWN) | is_asked)


class Theme(models.Model):
    """One of the seven themes of the national consultation, or a theme that the secretariat added."""

    objects = ThemeQuerySet.as_manager()

    code = models.SlugField(_("code"), max_length=8, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), unique=True)
    title = CleanCharField(_("title"), max_length=200)
    title_sw = CleanCharField(_("title in Kiswahili (unedited)"), max_length=200, blank=True)
    introduction = CleanTextField(_("introduction"), blank=True, max_length=2000)
    gcm_session = CleanCharField(_("thematic session of the Compact"), max_length=300, blank=True)
    lead_bodies = CleanCharField(_("Kenyan lead bodies (to be confirmed)"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)
    provisions: "models.ManyToManyField[Provision, ThemeProvision]" = models.ManyToManyField(
        "Provision", through="ThemeProvision", related_name="themes"
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["order"]

    def __str__(self) -> str:
        return str(self.local_title)

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return self.title_sw if self.title_sw and get_language() == "sw" else self.title


class Framework(models.TextChoices):
    GCM_OBJECTIVE = "GCM", _("Objective of the Global Compact for Migration")
    GCM_PRINCIPLE = "GCM-P", _("Guiding principle of the Global Compact for Migration")
    SDG = "SDG", _("Target of the Sustainable Development Goals")


OF_COMPACT = (Framework.GCM_OBJECTIVE, Framework.GCM_PRINCIPLE)


class Provision(models.Model):
    """Provision that an input or a paragraph refers to: an objective, a principle or a target."""

    framework = models.CharField(_("framework"), max_length=8, choices=Framework)
    code = CleanCharField(_("code"), max_length=12, unique=True)
    order = models.PositiveSmallIntegerField(_("order"))
    label = CleanCharField(_("short label"), max_length=120)
    title = CleanCharField(_("title"), max_length=300)
    reference = CleanCharField(_("paragraph of the resolution"), max_length=40, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)
    targets = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="served_by", verbose_name=_("SDG targets")
    )

    class Meta:
        verbose_name = _("provision")
        verbose_name_plural = _("provisions")
        ordering = ["framework", "order"]
        constraints = [models.UniqueConstraint(fields=["framework", "order"], name="provision_order")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def numeral(self) -> str:
        """Return its number in the Compact: objective "5.", guiding principle "(e)"."""
        is_principle = self.framework == Framework.GCM_PRINCIPLE
        return f"({self.code.rpartition('-')[2]})" if is_principle else f"{self.order}."


class Relation(models.TextChoices):
    LEAD = "lead", _("lead")
    RELATED = "related", _("related")


class ThemeProvision(models.Model):
    """Lead or related provision of a theme, with how well the mapping is sourced."""

    theme = models.ForeignKey(Theme, models.PROTECT, related_name="links", verbose_name=_("theme"))
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="links", verbose_name=_("provision"))
    relation = models.CharField(_("relation"), max_length=8, choices=Relation)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)

    class Meta:
        verbose_name = _("provision of a theme")
        verbose_name_plural = _("provisions of themes")
        ordering = ["theme", "relation", "provision"]
        constraints = [models.UniqueConstraint(fields=["theme", "provision"], name="themeprovision_once")]

    def __str__(self) -> str:
        return f"{self.theme}: {self.provision}"


class Instrument(models.Model):
    """Law, policy or agreement on which the position is based."""

    code = CleanCharField(_("code"), max_length=24, unique=True)
    title = CleanCharField(_("title"), max_length=300)
    short_title = CleanCharField(_("short title"), max_length=120)
    level = CleanCharField(_("level"), max_length=20)
    kind = CleanCharField(_("kind"), max_length=30)
    number = CleanCharField(_("number"), max_length=120, blank=True)
    adopted_on = models.DateField(_("adopted or assented to"), null=True, blank=True)
    adopted_precision = CleanCharField(_("precision"), max_length=20, blank=True)
    status = CleanCharField(_("status"), max_length=200, blank=True)
    notes = CleanCharField(_("notes"), max_length=300, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="instruments", verbose_name=_("themes"))

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["level", "short_title"]

    def __str__(self) -> str:
        return self.short_title


class Term(models.Model):
    """A term of the field, in English and Kiswahili (unedited)."""

    term = CleanCharField(_("term"), max_length=120, unique=True)
    term_sw = CleanCharField(_("Kiswahili (unedited)"), max_length=160, blank=True)
    kind = CleanCharField(_("kind"), max_length=20)
    definition = CleanTextField(_("definition"))
    note = CleanTextField(_("note"), blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["term"]

    def __str__(self) -> str:
        return self.term


class OutlinePart(models.Model):
    """A part of the usual outline of a national position paper."""

    order = models.PositiveSmallIntegerField(_("order"), unique=True)
    part = CleanCharField(_("part"), max_length=8)
    heading = CleanCharField(_("heading"), max_length=200)
    heading_sw = CleanCharField(_("heading in Kiswahili (unedited)"), max_length=200, blank=True, db_default="")
    length = CleanCharField(_("usual length"), max_length=40, blank=True)
    content = CleanTextField(_("content"), blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("part of the outline")
        verbose_name_plural = _("outline of a position paper")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.heading
