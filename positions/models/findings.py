"""Briefs for milestones, and findings after them."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, one_of
from consultations.models import OF_COMPACT, CleanCharField, CleanTextField, Milestone, Provision, User

from .corrections import TRUSTED
from .editions import Edition
from .papers import OFFICIAL_STATES, Paragraph, PositionPaper

BRIEF_PART, NOTE_LIMIT, CORRECTION_LIMIT = 700, 1000, 500


class ReflectionValue(models.TextChoices):
    """How far an international document reflects a paragraph."""

    REFLECTED = "reflected", _("reflected")
    IN_PART = "in_part", _("in part")
    NOT_REFLECTED = "not_reflected", _("not reflected")
    CONTRARY = "contrary", _("contrary")
    STRUCK = "struck", _("struck out")


NEEDS_NOTE = (ReflectionValue.IN_PART, ReflectionValue.NOT_REFLECTED, ReflectionValue.CONTRARY)


def _of_the_compact() -> pgtrigger.Trigger:
    """Return a trigger that refuses findings on anything but an objective or guiding principle of the Compact."""
    listed = ", ".join(f"'{framework}'" for framework in OF_COMPACT)
    return pgtrigger.Trigger(
        name="of_the_compact",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
            IF NOT EXISTS (
                SELECT FROM consultations_provision WHERE id = NEW.provision_id AND framework IN ({listed})
            ) THEN
                RAISE EXCEPTION 'pgtrigger: a finding names an objective or a principle of the Compact';
            END IF;
            RETURN NEW;
        """,
    )


class ReflectionQuerySet(models.QuerySet["Reflection"]):
    def current(self) -> Self:
        """Return the latest finding on each paragraph, provision and milestone, including withdrawn ones."""
        return self.filter(replaced_by=None)

    def standing(self) -> Self:
        """Return findings that are not withdrawn."""
        return self.current().exclude(value=ReflectionValue.STRUCK)

    def public(self) -> Self:
        """Return public findings: released ones on public papers."""
        released = Release.objects.filter(milestone=OuterRef("milestone"), paper=OuterRef("edition__paper"))
        official = Q(edition__paper__state__in=OFFICIAL_STATES, edition__paper__is_restricted=False)
        return self.standing().filter(official, Exists(released))


class Reflection(models.Model):
    """Finding on how a milestone reflects one paragraph in one provision of the Compact: an objective or a guiding
    principle. A correction is a new row.
    """

    COMMITTED = (
        "edition", "milestone", "paragraph", "provision", "value", "reference", "note", "replaces", "reason", "by",
        "at",
    )  # fmt: skip
    Value = ReflectionValue

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="reflections", verbose_name=_("edition"))
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="reflections", verbose_name=_("milestone"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="reflections", verbose_name=_("paragraph"))
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="reflections", verbose_name=_("provision"))
    value = models.CharField(_("finding"), max_length=14, choices=ReflectionValue)
    reference = CleanCharField(_("where it stands"), max_length=200)
    note = CleanTextField(_("note"), max_length=NOTE_LIMIT, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("corrects")
    )
    reason = CleanCharField(_("reason for the correction"), max_length=CORRECTION_LIMIT, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    objects = ReflectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reflection")
        verbose_name_plural = _("reflections")
        ordering = ["milestone", "provision__order", "paragraph", "pk"]
        constraints = [
            one_of("value", ReflectionValue, "reflection_value"),
            models.CheckConstraint(condition=~Q(reference=""), name="reflection_reference"),
            models.CheckConstraint(condition=~Q(value__in=NEEDS_NOTE) | ~Q(note=""), name="reflection_note"),
            models.CheckConstraint(condition=Q(replaces=None) | ~Q(reason=""), name="reflection_correction_reason"),
            models.CheckConstraint(condition=~Q(value="struck") | ~Q(replaces=None), name="reflection_struck_before"),
            models.UniqueConstraint(
                fields=["milestone", "paragraph", "provision"], condition=Q(replaces=None), name="reflection_once"
            ),
        ]
        triggers = [append_only(), _of_the_compact()]

    def __str__(self) -> str:
        return f"{self.paragraph}, {self.provision}: {self.get_value_display()}"


class Release(models.Model):
    """Release of the findings of a paper after one milestone to the public."""

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="releases", verbose_name=_("paper"))
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="releases", verbose_name=_("milestone"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("release of findings")
        verbose_name_plural = _("releases of findings")
        ordering = ["paper", "at"]
        constraints = [models.UniqueConstraint(fields=["paper", "milestone"], name="release_once")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.paper.short_title}: {self.milestone}"


class BriefQuerySet(models.QuerySet["Brief"]):
    def visible_to(self, user: Any) -> Self:
        """Return the briefs that `user` may read: officials, the secretariat and its head only."""
        known = getattr(user, "is_authenticated", False) and user.is_active and user.office in TRUSTED
        return self if known else self.none()


class Brief(models.Model):
    """Brief that officials take to a milestone. Restricted: part of no edition. Earlier texts are kept."""

    COMMITTED = ("edition", "milestone", "number", "ask", "flexibility", "red_line", "speaking_points", "by", "at")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="briefs", verbose_name=_("edition"))
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="briefs", verbose_name=_("milestone"))
    number = models.PositiveSmallIntegerField(_("version"))
    ask = CleanTextField(_("what Kenya asks"), max_length=BRIEF_PART)
    flexibility = CleanTextField(_("flexibility"), max_length=BRIEF_PART, blank=True)
    red_line = CleanTextField(_("red line"), max_length=BRIEF_PART, blank=True)
    speaking_points = CleanTextField(_("speaking points"), max_length=2 * BRIEF_PART, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    objects = BriefQuerySet.as_manager()

    class Meta:
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")
        ordering = ["edition", "milestone", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "milestone", "number"], name="brief_version"),
            models.CheckConstraint(condition=~Q(ask=""), name="brief_asks"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.edition}, {self.milestone}: {self.number}"


class BriefParagraph(models.Model):
    """One paragraph of a brief, in order."""

    brief = models.ForeignKey(Brief, models.PROTECT, related_name="chosen", verbose_name=_("brief"))
    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="+", verbose_name=_("paragraph"))
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("paragraph of a brief")
        verbose_name_plural = _("paragraphs of briefs")
        ordering = ["brief", "order"]
        constraints = [
            models.UniqueConstraint(fields=["brief", "paragraph"], name="briefparagraph_once"),
            models.UniqueConstraint(fields=["brief", "order"], name="briefparagraph_order"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.brief}: {self.paragraph}"
