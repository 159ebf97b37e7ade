"""Follow-up of a forum: action points and the communiqué."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ncm_portal import workflow

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanCharField, CleanTextField
from .accounts import User
from .forums import Forum
from .organisations import Stakeholder
from .points import Point


class ActionState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class ActionPoint(models.Model):
    """Action point: who does what by when, as decided at a forum or promised in a commitment. Open until it is done."""

    COMMITTED = (
        "state", "forum", "point", "text", "stakeholder", "responsible", "due_on", "report", "ended_on", "by", "at",
    )  # fmt: skip
    State = ActionState

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="actions", verbose_name=_("forum"))
    point = models.OneToOneField(
        Point, models.PROTECT, null=True, blank=True, related_name="action", verbose_name=_("commitment")
    )
    text = CleanTextField(_("what needs to be done"), max_length=2000)
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, null=True, blank=True, related_name="actions", verbose_name=_("organisation")
    )
    responsible = CleanCharField(_("who will do it"), max_length=200, blank=True)
    due_on = models.DateField(_("by when"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=ActionState, default=ActionState.OPEN, editable=False)
    report = CleanTextField(_("what came of it"), max_length=2000, blank=True, editable=False)
    ended_on = models.DateField(_("ended"), null=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"), editable=False)
    at = models.DateTimeField(_("entered"), editable=False)

    class Meta:
        verbose_name = _("action point")
        verbose_name_plural = _("action points")
        ordering = ["due_on", "pk"]
        constraints = [
            one_of("state", ActionState, "actionpoint_state"),
            models.CheckConstraint(
                condition=Q(stakeholder__isnull=False) | ~Q(responsible=""),
                name="actionpoint_somebody_does_it",
                violation_error_message=_("Enter who will do it."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_on=None) | ~Q(state="open") & Q(ended_on__isnull=False),
                name="actionpoint_ended",
            ),
        ]
        triggers = [
            *state_guards("open", [("open", "done"), ("open", "dropped"), ("done", "open"), ("dropped", "open")]),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def who(self) -> str:
        """Return who will do it: the organisation, and a name if given."""
        return ", ".join(filter(None, [self.stakeholder.name if self.stakeholder else "", self.responsible]))

    @property
    def is_overdue(self) -> bool:
        """Return whether it is open although its due date in Nairobi has passed."""
        today = timezone.localdate(workflow.now())
        return self.state == ActionState.OPEN and self.due_on is not None and self.due_on < today


class CommuniqueState(models.TextChoices):
    DRAFT = "draft", _("in preparation")
    CIRCULATED = "circulated", _("circulated for comment")
    CLEARED = "cleared", _("cleared")
    PUBLISHED = "published", _("published")


class Communique(models.Model):
    """Short text by which a forum tells the public what it adopted."""

    COMMITTED = (
        "state", "forum", "body", "version", "written_by", "written_at", "cleared_by", "published_at", "sha256",
    )  # fmt: skip
    State = CommuniqueState

    forum = models.OneToOneField(Forum, models.PROTECT, related_name="communique", verbose_name=_("forum"))
    body = CleanTextField(_("text"), max_length=20_000)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=CommuniqueState, default=CommuniqueState.DRAFT, editable=False
    )
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("last written by"))
    written_at = models.DateTimeField(_("last written"))
    cleared_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("cleared by"), editable=False
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    sha256 = models.CharField(_("SHA-256 of the text"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("communiqué")
        verbose_name_plural = _("communiqués")
        ordering = ["forum"]
        constraints = [
            one_of("state", CommuniqueState, "communique_state"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, cleared_by__isnull=False) & ~Q(sha256="")
                | ~Q(state="published") & Q(published_at=None),
                name="communique_published",
            ),
        ]
        triggers = [
            *state_guards(
                "draft",
                [
                    ("draft", "circulated"),
                    ("circulated", "draft"),
                    ("circulated", "cleared"),
                    ("cleared", "draft"),
                    ("cleared", "published"),
                ],
            ),
            pgtrigger.Protect(
                name="published_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state="published")
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{self.forum}"
