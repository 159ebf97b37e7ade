"""Points: single requests in inputs, and statements made in sessions."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanCharField, CleanTextField
from ..db.search_triggers import POINT_COUNTS, list_split, search_point, tally
from .accounts import Office, User
from .forums import Consultation, ForumSession
from .organisations import Stakeholder
from .reference import Provision, Theme
from .submissions import Submission, readable_by, readable_in_full_by


class PointKind(models.TextChoices):
    FINDING = "finding", _("finding")
    GOOD_PRACTICE = "good_practice", _("good practice")
    CHALLENGE = "challenge", _("challenge")
    RECOMMENDATION = "recommendation", _("recommendation")
    COMMITMENT = "commitment", _("commitment")
    DECISION = "decision", _("decision")
    DISSENT = "dissent", _("dissent")


class PointState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("handed in")
    VALIDATED = "validated", _("validated")
    MERGED = "merged", _("joined to another")
    DISPOSED = "disposed", _("answered")
    WITHDRAWN = "withdrawn", _("taken back")


STANDING = (PointState.VALIDATED, PointState.MERGED, PointState.DISPOSED)  # they count
NOT_JOINED = (PointState.VALIDATED, PointState.DISPOSED)  # they count, and are not joined to another


def point_readable_by(user: Any) -> Q:
    """Return the condition of points whose source `user` may read: the input is visible, in full if the point comes
    from a held-back passage; or the point was validated at a forum.
    """
    seen = readable_by(user, "submission__") & Q(held_back=False) | readable_in_full_by(user, "submission__")
    seen |= Q(session__isnull=False) & ~Q(state__in=[PointState.DRAFT, PointState.SUBMITTED])
    if getattr(user, "is_authenticated", False) and user.office in {Office.SECRETARIAT, Office.HEAD}:
        seen |= Q(session__isnull=False)
    return seen


def visible_with_input(user: Any, source: str = "") -> Q:
    """Return the condition of points that `user` may read among those of an input known to be visible to `user`, for
    rows that reach a point by `source`, as "point__". Only points of a held-back passage are asked for their input.
    """
    in_full = Submission.objects.in_full_for(user).filter(pk=OuterRef(f"{source}submission"))
    return Q((f"{source}held_back", False)) | Q(Exists(in_full))


class PointQuerySet(models.QuerySet["Point"]):
    def visible_to(self, user: Any) -> Self:
        """Return the points that `user` may read."""
        return self.filter(point_readable_by(user))

    def visible_with_input(self, user: Any) -> Self:
        """Return what `visible_to` does of points whose input is known to be visible to `user`."""
        return self.filter(visible_with_input(user), submission__isnull=False)

    def of_forum(self, forum: Any) -> Self:
        """Return the points of a forum's sessions. Most points have no session, which PostgreSQL is told: it would read
        all points.
        """
        return self.filter(session__isnull=False, session__forum=forum)

    def standing(self) -> Self:
        """Return points that count: validated, merged or answered."""
        return self.filter(state__in=STANDING)


class Point(models.Model):
    """One request in an input, or one statement made in a session: the unit that positions are built from."""

    COMMITTED = (
        "state", "reference", "consultation", "submission", "session", "stakeholder", "number", "kind", "theme",
        "text", "held_back", "responsible", "due_on", "merged_into", "created_by",
    )  # fmt: skip
    State = PointState

    reference = models.CharField(_("reference"), max_length=30, unique=True, editable=False)
    consultation = models.ForeignKey(  # its index is that of points in order
        Consultation, models.PROTECT, related_name="points", db_index=False, verbose_name=_("consultation")
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("input")
    )
    session = models.ForeignKey(
        ForumSession, models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("session")
    )
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("raised by")
    )
    number = models.PositiveSmallIntegerField(_("number in its source"))
    kind = models.CharField(_("kind"), max_length=14, choices=PointKind)
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="points", verbose_name=_("theme"))
    provisions = models.ManyToManyField(Provision, blank=True, related_name="points", verbose_name=_("objectives"))
    text = CleanTextField(_("text"), max_length=2000)
    held_back = models.BooleanField(_("from a passage that is held back"), default=False, editable=False)
    responsible = CleanCharField(_("who will do it"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        editable=False,
        verbose_name=_("joined to"),
    )
    state = models.CharField(_("state"), max_length=10, choices=PointState, default=PointState.DRAFT, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name=_("written by"))
    compared_at = models.DateTimeField(_("compared with other inputs"), null=True, blank=True, editable=False)

    objects = PointQuerySet.as_manager()

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["reference"]
        indexes = [
            models.Index(fields=["session"], condition=Q(state="submitted"), name="point_handed_in"),
            models.Index(
                fields=["consultation"], condition=Q(state__in=STANDING, compared_at=None), name="point_to_compare"
            ),
            models.Index(fields=["consultation", "-id"], condition=Q(state="validated"), name="point_validated"),
            models.Index(fields=["kind", "-id"], name="point_kind"),
            models.Index(fields=["state", "-id"], name="point_state"),
            models.Index(fields=["consultation", "theme", "reference"], name="point_in_order"),
        ]
        constraints = [
            one_of("state", PointState, "point_state"),
            one_of("kind", PointKind, "point_kind"),
            models.CheckConstraint(
                condition=Q(submission__isnull=False, session=None) | Q(submission=None, session__isnull=False),
                name="point_one_source",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged") & Q(merged_into=None),
                name="point_merged",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")), name="point_not_into_itself"
            ),
            models.UniqueConstraint(fields=["submission", "number"], name="point_number_in_input"),
            models.UniqueConstraint(fields=["session", "number"], name="point_number_in_session"),
        ]
        triggers = [
            *state_guards(
                "draft",
                [
                    ("draft", "submitted"),
                    ("draft", "validated"),
                    ("submitted", "validated"),
                    ("submitted", "draft"),
                    ("validated", "merged"),
                    ("merged", "validated"),
                    ("validated", "disposed"),
                    ("draft", "withdrawn"),
                    ("submitted", "withdrawn"),
                    ("validated", "withdrawn"),
                ],
            ),
            no_delete(),
            search_point(),
            *tally(POINT_COUNTS),
            list_split(),
        ]

    def __str__(self) -> str:
        return self.reference
