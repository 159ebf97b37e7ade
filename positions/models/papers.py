"""Papers: sections, paragraphs, wordings, citations of points and comments."""

import hashlib
import uuid
from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.db.constraints import append_only, no_delete, one_of, state_guards, together
from consultations.models import (
    CleanCharField,
    CleanTextField,
    Consultation,
    Forum,
    Language,
    Office,
    Point,
    Provision,
    Theme,
    User,
)
from ncm_portal import workflow

PARAGRAPH_LIMIT = 3_000
COMMENT_LIMIT = 2_000


class PaperState(models.TextChoices):
    DRAFTING = "drafting", _("being drafted")
    REVIEW = "review", _("in review")
    CONSOLIDATION = "consolidation", _("being consolidated")
    CLEARANCE_TEXT = "clearance_text", _("fixed for clearance")
    IN_CLEARANCE = "in_clearance", _("in clearance")
    CLEARED = "cleared", _("cleared")
    SILENCE = "silence", _("under silence")
    FORUM_TEXT = "forum_text", _("before the forum")
    IN_SESSION = "in_session", _("in session")
    ADOPTED = "adopted", _("adopted")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("superseded")
    SUSPENDED = "suspended", _("suspended")
    WITHDRAWN = "withdrawn", _("withdrawn")


BEFORE_ADOPTION = (
    PaperState.DRAFTING,
    PaperState.REVIEW,
    PaperState.CONSOLIDATION,
    PaperState.CLEARANCE_TEXT,
    PaperState.IN_CLEARANCE,
    PaperState.CLEARED,
    PaperState.SILENCE,
    PaperState.FORUM_TEXT,
    PaperState.IN_SESSION,
)
OFFICIAL_STATES = (PaperState.PUBLISHED, PaperState.SUPERSEDED)

PAPER_STEPS = [
    ("drafting", "review"),
    ("review", "consolidation"),
    ("consolidation", "review"),
    ("consolidation", "clearance_text"),
    ("clearance_text", "in_clearance"),
    ("clearance_text", "consolidation"),
    ("in_clearance", "consolidation"),
    ("in_clearance", "cleared"),
    ("cleared", "silence"),
    ("silence", "cleared"),
    ("silence", "consolidation"),
    ("cleared", "forum_text"),
    ("forum_text", "in_session"),
    ("in_session", "adopted"),
    ("in_session", "consolidation"),
    ("adopted", "published"),
    ("published", "superseded"),
    ("superseded", "published"),
    *[(state.value, "suspended") for state in BEFORE_ADOPTION],
    *[("suspended", state.value) for state in BEFORE_ADOPTION],
    *[(state.value, "withdrawn") for state in BEFORE_ADOPTION],
    ("suspended", "withdrawn"),
]


class PaperQuerySet(models.QuerySet["PositionPaper"]):
    def published(self) -> Self:
        """Return official papers: published, or superseded after publication."""
        return self.filter(state__in=OFFICIAL_STATES, is_restricted=False)

    def under_silence(self) -> Self:
        """Return papers in a silence procedure, the first to end first."""
        open_ones = self.filter(state=PaperState.SILENCE, silence_until__gte=workflow.now(), is_restricted=False)
        return open_ones.order_by("silence_until")

    def visible_to(self, user: Any) -> Self:
        """Return the papers that `user` may see: official ones for everyone, all for the secretariat, those in review
        or under silence for members.

        A restricted paper, once adopted, is for officials, the secretariat and its head.
        """
        seen = Q(state__in=OFFICIAL_STATES, is_restricted=False)
        if getattr(user, "is_authenticated", False) and user.is_active:
            if user.office in {Office.SECRETARIAT, Office.HEAD}:
                return self
            if user.office == Office.OFFICIAL:
                seen |= Q(state__in=(PaperState.ADOPTED, *OFFICIAL_STATES))
            bodies = [m.stakeholder for m in user.live_memberships]
            if any(body.is_verified_member for body in bodies):
                seen |= Q(rounds__isnull=False, is_restricted=False) & ~Q(state=PaperState.WITHDRAWN)
                seen |= Q(state=PaperState.SILENCE, is_restricted=False)
            seen |= Q(clearances__ministry__in=[body.pk for body in bodies], is_restricted=False)
        return self.filter(seen).distinct()


class PositionPaper(models.Model):
    """Position paper of one consultation."""

    shown: list[Any]  # what its reader may read, where that was asked for: see queries.papers.readable_papers
    review_closes: datetime | None

    COMMITTED = (
        "state", "consultation", "forum", "slug", "title", "short_title", "purpose", "language", "is_restricted",
        "clearance_note", "publication_proposed_by", "published_at", "published_by",
    )  # fmt: skip
    State = PaperState

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="papers", verbose_name=_("consultation")
    )
    forum = models.ForeignKey(
        Forum, models.PROTECT, null=True, blank=True, related_name="papers", verbose_name=_("forum that adopts it")
    )
    predecessor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("earlier paper whose place it takes"),
    )
    slug = models.SlugField(_("address"), unique=True)
    title = CleanCharField(_("title"), max_length=200)
    short_title = CleanCharField(_("short title"), max_length=60)
    purpose = CleanCharField(_("purpose"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    state = models.CharField(_("state"), max_length=16, choices=PaperState, default=PaperState.DRAFTING, editable=False)
    is_restricted = models.BooleanField(_("restricted: for officials only"), default=False, editable=False)
    suspended_from = models.CharField(_("state before suspension"), max_length=16, blank=True, editable=False)
    silence_until = models.DateTimeField(_("silence until"), null=True, editable=False)
    clearance_note = CleanTextField(_("clearance note"), blank=True, editable=False)
    publication_proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    publication_proposed_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("position paper")
        verbose_name_plural = _("position papers")
        ordering = ["-created_at"]
        constraints = [
            one_of("state", PaperState, "positionpaper_state"),
            one_of("language", Language, "positionpaper_language"),
            together("publication_proposed_at", "publication_proposed_by", name="positionpaper_proposed"),
            together("published_at", "published_by", name="positionpaper_published"),
            models.CheckConstraint(
                condition=~Q(published_by=models.F("publication_proposed_by")), name="positionpaper_two_officers"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "superseded"]) | Q(published_at__isnull=False),
                name="positionpaper_published_state",
            ),
            models.CheckConstraint(
                condition=Q(state="suspended") & ~Q(suspended_from="") | ~Q(state="suspended") & Q(suspended_from=""),
                name="positionpaper_suspended_from",
            ),
            models.UniqueConstraint(fields=["consultation", "purpose"], name="positionpaper_one_per_purpose"),
            models.CheckConstraint(
                condition=Q(predecessor=None) | ~Q(predecessor=models.F("pk")), name="positionpaper_not_before_itself"
            ),
        ]
        triggers = [
            *state_guards("drafting", PAPER_STEPS),
            pgtrigger.ReadOnly(name="predecessor_stays", fields=["predecessor"]),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_official(self) -> bool:
        """Return whether it is public."""
        return self.state in OFFICIAL_STATES and not self.is_restricted

    @property
    def is_sample(self) -> bool:
        """Return whether it has invented content, which every page must say."""
        return self.consultation.is_sample


class SectionPart(models.TextChoices):
    FRONT = "front", _("front matter")
    BODY = "body", _("body")
    THEME = "theme", _("theme")
    ANNEX = "annex", _("annex")


class Section(models.Model):
    """Section of the paper; a theme section has its theme."""

    number: str  # in print, and its paragraphs, where they were asked for: see queries.papers.outline
    standing: "list[Paragraph]"

    paper = models.ForeignKey(PositionPaper, models.PROTECT, related_name="sections", verbose_name=_("paper"))
    order = models.PositiveSmallIntegerField(_("order"))
    part = models.CharField(_("part"), max_length=6, choices=SectionPart)
    heading = CleanCharField(_("heading"), max_length=200)
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="sections", verbose_name=_("theme")
    )

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["paper", "order"]
        constraints = [
            one_of("part", SectionPart, "section_part"),
            models.UniqueConstraint(
                fields=["paper", "order"], name="section_order", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=Q(part="theme", theme__isnull=False) | ~Q(part="theme") & Q(theme=None), name="section_theme"
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class Strength(models.TextChoices):
    """Operative verbs from the weakest to the strongest commitment; empty: a narrative paragraph."""

    NARRATIVE = "", _("narrative, without an operative verb")
    NOTES = "notes", _("notes")
    WELCOMES = "welcomes", _("welcomes")
    SUPPORTS = "supports", _("supports")
    URGES = "urges", _("urges")
    CALLS_FOR = "calls_for", _("calls for")
    COMMITS_TO = "commits_to", _("commits to")
    RESERVES = "reserves", _("reserves")


class ParagraphQuerySet(models.QuerySet["Paragraph"]):
    def standing(self) -> Self:
        """Return paragraphs of the present text, in reading order."""
        return self.filter(removed_at=None).order_by("section__order", "order", "pk")


class Paragraph(models.Model):
    """Paragraph with a key that is stable while its text and position change."""

    number: int  # in print, where it was asked for: see queries.papers.numbered_paragraphs

    COMMITTED = ("strength", "is_secretariat_text", "language", "wording", "removed_at")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    section = models.ForeignKey(Section, models.PROTECT, related_name="paragraphs", verbose_name=_("section"))
    order = models.PositiveIntegerField(_("order"))
    strength = models.CharField(
        _("operative strength"), max_length=10, choices=Strength, blank=True, default=Strength.NARRATIVE
    )
    is_secretariat_text = models.BooleanField(_("secretariat text: rests on no point"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    provisions = models.ManyToManyField(Provision, blank=True, related_name="paragraphs", verbose_name=_("objectives"))
    wording = models.ForeignKey(
        "Wording", models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("words today")
    )
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)

    objects = ParagraphQuerySet.as_manager()

    class Meta:
        verbose_name = _("paragraph")
        verbose_name_plural = _("paragraphs")
        ordering = ["section", "order", "pk"]
        constraints = [
            one_of("strength", Strength, "paragraph_strength"),
            one_of("language", Language, "paragraph_language"),
        ]
        triggers = [no_delete()]

    def __str__(self) -> str:
        return self.wording.text[:60] if self.wording else str(self.key)

    @property
    def present_wording(self) -> "Wording":
        """Its words today: only while it is being written for the first time are there none."""
        assert self.wording is not None
        return self.wording


def wording_sha256(text: str) -> str:
    """Return the SHA-256 of a paragraph's text in UTF-8, which stances refer to."""
    return hashlib.sha256(text.encode()).hexdigest()


class Wording(models.Model):
    """One wording of a paragraph: author, time and reason. Never changed."""

    COMMITTED = ("paragraph", "number", "text", "sha256", "by", "at", "why")

    paragraph = models.ForeignKey(Paragraph, models.PROTECT, related_name="wordings", verbose_name=_("paragraph"))
    number = models.PositiveSmallIntegerField(_("number"))
    text = CleanTextField(_("text"), max_length=PARAGRAPH_LIMIT)
    sha256 = models.CharField(max_length=64, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    why = CleanCharField(_("why"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ["paragraph", "number"]
        constraints = [models.UniqueConstraint(fields=["paragraph", "number"], name="wording_number")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.text[:60]


class Descent(models.TextChoices):
    """Type of descent of a paragraph from another."""

    SPLIT = "split", _("split from it")
    MERGE = "merge", _("took it up")


class Lineage(models.Model):
    """Descent of a paragraph from another one that was split or merged. Never changed."""

    predecessor = models.ForeignKey(
        Paragraph, models.PROTECT, related_name="successions", verbose_name=_("earlier paragraph")
    )
    successor = models.ForeignKey(Paragraph, models.PROTECT, related_name="origins", verbose_name=_("later paragraph"))
    kind = models.CharField(_("how"), max_length=5, choices=Descent)
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("words it had until then"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    why = CleanCharField(_("why"), max_length=500)

    class Meta:
        verbose_name = _("descent of a paragraph")
        verbose_name_plural = _("descent of paragraphs")
        ordering = ["at", "pk"]
        constraints = [
            one_of("kind", Descent, "lineage_kind"),
            models.UniqueConstraint(fields=["predecessor", "successor"], name="lineage_once"),
            models.CheckConstraint(condition=~Q(predecessor=models.F("successor")), name="lineage_two_paragraphs"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self) -> Self:
        """Return unresolved comments."""
        return self.filter(resolved_at=None)


class Comment(models.Model):
    """Comment of a drafter on a paragraph, open until it is resolved."""

    paragraph = models.ForeignKey(
        Paragraph, models.PROTECT, related_name="comments", verbose_name=_("paragraph it stands at")
    )
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+", verbose_name=_("words it speaks of"))
    text = CleanTextField(_("comment"), max_length=COMMENT_LIMIT)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    resolution = CleanTextField(_("how it was resolved"), blank=True, max_length=COMMENT_LIMIT)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        constraints = [
            together("resolved_at", "resolved_by", name="comment_resolved"),
            models.CheckConstraint(condition=~Q(resolved_at=None) | Q(resolution=""), name="comment_resolution"),
        ]
        triggers = [
            no_delete(),
            pgtrigger.ReadOnly(name="said_for_good", fields=["wording", "text", "by", "at"]),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class GroundingRelation(models.TextChoices):
    RESTS_ON = "rests_on", _("cites")
    PARTLY = "partly", _("cites in part")
    CONTRARY = "contrary", _("goes against")


class GroundingQuerySet(models.QuerySet["Grounding"]):
    def carrying(self) -> Self:
        """Return citations that support the text: all but those of points that it goes against."""
        return self.exclude(relation=GroundingRelation.CONTRARY)


class Grounding(models.Model):
    """Citation of a point by a wording. Carried over to the next wording as unconfirmed."""

    wording = models.ForeignKey(Wording, models.PROTECT, related_name="groundings", verbose_name=_("wording"))
    point = models.ForeignKey(Point, models.PROTECT, related_name="groundings", verbose_name=_("point"))
    relation = models.CharField(
        _("relation"), max_length=8, choices=GroundingRelation, default=GroundingRelation.RESTS_ON
    )
    is_confirmed = models.BooleanField(_("confirmed"), default=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))

    objects = GroundingQuerySet.as_manager()

    class Meta:
        verbose_name = _("grounding")
        verbose_name_plural = _("groundings")
        ordering = ["wording", "point__reference"]
        constraints = [
            one_of("relation", GroundingRelation, "grounding_relation"),
            models.UniqueConstraint(fields=["wording", "point"], name="grounding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.point} ({self.get_relation_display()})"
