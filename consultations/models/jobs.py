"""Background jobs and their progress."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..db.constraints import one_of, state_guards
from .accounts import User
from .forums import Consultation


class JobKind(models.TextChoices):
    IMPORT_INPUTS = "import_inputs", _("import of inputs")
    COMPARE = "compare", _("search for duplicates")


class JobState(models.TextChoices):
    PREPARED = "prepared", _("to be confirmed")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Job(models.Model):
    """One background job. The worker runs waiting jobs one after the other; interrupted ones are restarted."""

    Kind, State = JobKind, JobState

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=JobKind)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("consultation")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("asked for"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.PREPARED, editable=False)
    asked = models.JSONField(_("what was requested"), default=dict)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    beat_at = models.DateTimeField(_("last heartbeat"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-at", "-pk"]
        constraints = [
            one_of("state", JobState, "job_state"),
            one_of("kind", JobKind, "job_kind"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], ended_at__isnull=False)
                | ~Q(state__in=["done", "failed"]) & Q(ended_at=None),
                name="job_ended",
            ),
        ]
        indexes = [models.Index(fields=["state", "at"], name="job_queue")]
        triggers = state_guards(
            "prepared",
            [("prepared", "waiting"), ("waiting", "running"), ("running", "done"), ("running", "failed")],
            or_begun=pgtrigger.Q(new__state="waiting"),  # only imports are confirmed first
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"
