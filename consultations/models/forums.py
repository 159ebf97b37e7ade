"""Consultations, their milestones, and forums."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ncm_portal import workflow

from ..db.constraints import no_delete, one_of, rules_locked, state_guards
from ..db.fields import CleanCharField, CleanTextField
from .accounts import User
from .reference import Evidence, Theme


class ConsultationState(models.TextChoices):
    DRAFT = "draft", _("in preparation")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    ARCHIVED = "archived", _("archived")


# Settings that decide how a text is cleared and adopted. Once a consultation has opened, only two officers can change
# them.
RULES = ("quorum_member_share", "quorum_groups", "clearance_working_days", "needs_roll_call")


# Words after /desk/ in addresses that belong to no consultation: none may be the slug of one.
DESK_WORDS = (
    "accounts", "all", "checks", "commitments", "consultations", "enquiries", "find", "forums", "history", "imports",
    "inputs", "intake", "jobs", "late", "letters", "likenesses", "new", "non-responses", "organisations", "papers",
    "points", "proposals", "replies", "settings",
)  # fmt: skip


class Consultation(models.Model):
    """Round in which organisations say what the country's position should be."""

    State = ConsultationState

    slug = models.SlugField(_("address"), unique=True)
    title = CleanCharField(_("title"), max_length=200)
    short_title = CleanCharField(_("short title"), max_length=40)
    purpose = CleanTextField(_("purpose"), max_length=2000)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    themes = models.ManyToManyField(Theme, related_name="consultations", verbose_name=_("themes"))
    state = models.CharField(
        _("state"), max_length=10, choices=ConsultationState, default=ConsultationState.DRAFT, editable=False
    )
    quorum_member_share = models.DecimalField(
        _("share of member institutions for a quorum"), max_digits=4, decimal_places=3, default="0.667"
    )
    quorum_groups = models.PositiveSmallIntegerField(_("groups for a quorum"), default=5)
    clearance_working_days = models.PositiveSmallIntegerField(_("working days for clearance"), default=10)
    needs_roll_call = models.BooleanField(
        _("adoption by roll call"),
        default=False,
        help_text=_("Each member institution present answers yes, no or abstain."),
    )
    is_sample = models.BooleanField(_("invented for the demo"), default=False, editable=False)
    team = models.ManyToManyField(
        User,
        related_name="team_of",
        blank=True,
        verbose_name=_("team"),
        help_text=_("Officers who work on it. If nobody is chosen, all officers of the secretariat do."),
    )
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="copies", verbose_name=_("copied from"), editable=False
    )

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opens_at"]
        constraints = [
            one_of("state", ConsultationState, "consultation_state"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="consultation_dates",
                violation_error_message=_("The consultation must close after it opens."),
            ),
            models.CheckConstraint(
                condition=Q(quorum_member_share__gt=0, quorum_member_share__lte=1), name="consultation_quorum"
            ),
        ]
        triggers = [
            *state_guards("draft", [("draft", "open"), ("open", "closed"), ("closed", "open"), ("closed", "archived")]),
            rules_locked(*RULES),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse an address that the desk uses for something else."""
        if self.slug in DESK_WORDS:
            raise ValidationError({"slug": _("The desk uses this word. Choose another address, such as review-2026.")})

    @property
    def takes_inputs(self) -> bool:
        """Return whether inputs can be sent now."""
        return self.state == ConsultationState.OPEN and not workflow.deadline_passed(self.closes_at)

    @property
    def days_left(self) -> int:
        """Return the calendar days in Nairobi from today to the deadline; 0 on the last day."""
        return max(0, (timezone.localdate(self.closes_at) - timezone.localdate(workflow.now())).days)


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    MOVED = "moved", _("moved")
    CANCELLED = "cancelled", _("cancelled")


class Milestone(models.Model):
    """Event that the position is written for, with its planned and its actual date."""

    State = MilestoneState

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, null=True, blank=True, related_name="milestones", verbose_name=_("consultation")
    )
    title = CleanCharField(_("title"), max_length=250)
    short_title = CleanCharField(_("short title"), max_length=80, blank=True)
    kind = CleanCharField(_("kind"), max_length=40)
    level = CleanCharField(_("level"), max_length=20)
    place = CleanCharField(_("place"), max_length=120, blank=True)
    planned_start = models.DateField(_("planned from"), null=True, blank=True)
    planned_end = models.DateField(_("planned to"), null=True, blank=True)
    planned_precision = CleanCharField(_("precision"), max_length=20, default="day", blank=True)
    actual_start = models.DateField(_("took place from"), null=True, blank=True)
    actual_end = models.DateField(_("took place to"), null=True, blank=True)
    actual_precision = CleanCharField(_("precision"), max_length=20, default="day", blank=True)
    state = models.CharField(_("state"), max_length=10, choices=MilestoneState, default=MilestoneState.PLANNED)
    is_key = models.BooleanField(_("shown in the timeline on the home page"), default=False)
    reference = CleanCharField(_("reference or note"), max_length=250, blank=True)
    evidence = models.CharField(_("evidence"), max_length=4, choices=Evidence, default=Evidence.OWN)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = [models.functions.Coalesce("actual_start", "planned_start"), "pk"]
        constraints = [
            one_of("state", MilestoneState, "milestone_state"),
            models.CheckConstraint(
                condition=Q(planned_start__isnull=False) | Q(actual_start__isnull=False), name="milestone_dated"
            ),
            models.UniqueConstraint(
                fields=["title", "planned_start", "actual_start"], nulls_distinct=False, name="milestone_once"
            ),
        ]

    def __str__(self) -> str:
        return self.short_title or self.title


YEARS = range(2000, 2101)  # far beyond them, date arithmetic and time zone conversion fail
LONGEST = 31  # days of a forum
NO_YEAR = _("Enter a year from 2000 to 2100.")


def in_our_time(day: date) -> bool:
    """Return whether a date or datetime lies within the plausible years of a forum."""
    return day.year in YEARS


def _demand_our_time(record: models.Model, *names: str) -> None:
    days = {name: getattr(record, name) for name in names}
    if wrong := [name for name, day in days.items() if day and not in_our_time(day)]:
        raise ValidationError(dict.fromkeys(wrong, NO_YEAR))


class ForumState(models.TextChoices):
    DRAFT = "draft", _("in preparation")
    ANNOUNCED = "announced", _("announced")
    REGISTRATION_CLOSED = "registration_closed", _("registration closed")
    IN_SESSION = "in_session", _("in session")
    HELD = "held", _("held")
    REPORTED = "reported", _("reported")
    CANCELLED = "cancelled", _("cancelled")


class Forum(models.Model):
    """Meeting of the stakeholders of a consultation."""

    State = ForumState

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="forums", verbose_name=_("consultation")
    )
    code = CleanCharField(_("code"), max_length=20, unique=True)
    slug = models.SlugField(_("address"), unique=True)
    title = CleanCharField(_("title"), max_length=200)
    place = CleanCharField(_("place"), max_length=120)
    venue = CleanCharField(_("venue"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    convenors = CleanCharField(_("convened by"), max_length=300, blank=True)
    concept = CleanTextField(_("concept note"), blank=True, max_length=5000)
    seats = models.PositiveSmallIntegerField(_("seats"), default=50)
    respond_by = models.DateField(_("answers to letters by"), null=True, blank=True)
    letter_text = CleanTextField(
        _("text of the letter of invitation"),
        blank=True,
        max_length=4000,
        help_text=_("The text between the salutation and the programme. Leave a blank line between paragraphs."),
    )
    contact = CleanCharField(_("contact"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ForumState, default=ForumState.DRAFT, editable=False)
    source = CleanTextField(_("source"), blank=True)

    class Meta:
        verbose_name = _("forum")
        verbose_name_plural = _("forums")
        ordering = ["-starts_on"]
        constraints = [
            one_of("state", ForumState, "forum_state"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="forum_dates"),
        ]
        triggers = [
            *state_guards(
                "draft",
                [
                    ("draft", "announced"),
                    ("announced", "registration_closed"),
                    ("registration_closed", "announced"),
                    ("registration_closed", "in_session"),
                    ("in_session", "registration_closed"),
                    ("in_session", "held"),
                    ("held", "in_session"),
                    ("held", "reported"),
                    ("draft", "cancelled"),
                    ("announced", "cancelled"),
                    ("registration_closed", "cancelled"),
                ],
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Validate that its days are plausible and few."""
        _demand_our_time(self, "starts_on", "ends_on", "respond_by")
        if self.starts_on and self.ends_on and (self.ends_on - self.starts_on).days >= LONGEST:
            words = _("A forum can last up to %(days)s days.")
            raise ValidationError({"ends_on": ValidationError(words, params={"days": LONGEST})})


class SessionKind(models.TextChoices):
    PLENARY = "plenary", _("plenary")
    BREAKOUT = "breakout", _("breakout")
    BREAK = "break", _("break")


class SessionState(models.TextChoices):
    PLANNED = "planned", _("planned")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


class InProgramme(models.Manager["ForumSession"]):
    """Manager of sessions that are not cancelled; `everything` includes those."""

    def get_queryset(self) -> models.QuerySet["ForumSession"]:
        return super().get_queryset().exclude(state=SessionState.CANCELLED)


class ForumSession(models.Model):
    """Session of a forum's programme."""

    State = SessionState
    objects = InProgramme()
    everything = models.Manager()

    forum = models.ForeignKey(Forum, models.PROTECT, related_name="sessions", verbose_name=_("forum"))
    order = models.PositiveSmallIntegerField(_("order"))
    title = CleanCharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind, default=SessionKind.PLENARY)
    theme = models.ForeignKey(Theme, models.PROTECT, null=True, blank=True, verbose_name=_("theme"))
    room = CleanCharField(_("room"), max_length=80, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(
        _("state"), max_length=10, choices=SessionState, default=SessionState.PLANNED, editable=False
    )

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["forum", "starts_at", "order"]
        constraints = [
            one_of("state", SessionState, "forumsession_state"),
            models.UniqueConstraint(
                fields=["forum", "order"], condition=~Q(state="cancelled"), name="forumsession_order"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="forumsession_times",
                violation_error_message=_("The session must end after it starts."),
            ),
        ]
        triggers = [
            *state_guards(
                "planned", [("planned", "open"), ("open", "closed"), ("closed", "open"), ("planned", "cancelled")]
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Validate that its times are plausible."""
        _demand_our_time(self, "starts_at", "ends_at")


class SessionRoleKind(models.TextChoices):
    CHAIR = "chair", _("chair")
    MODERATOR = "moderator", _("moderator")
    RAPPORTEUR = "rapporteur", _("rapporteur")
    SPEAKER = "speaker", _("speaker")


class SessionRole(models.Model):
    """Role of a person in a session: chair, moderator, rapporteur or speaker."""

    session = models.ForeignKey(ForumSession, models.PROTECT, related_name="roles", verbose_name=_("session"))
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="session_roles", verbose_name=_("person")
    )
    name = CleanCharField(_("name"), max_length=200, blank=True)
    kind = models.CharField(_("role"), max_length=12, choices=SessionRoleKind)
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("role in a session")
        verbose_name_plural = _("roles in sessions")
        ordering = ["session", "order", "pk"]
        constraints = [one_of("kind", SessionRoleKind, "sessionrole_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.user or self.name}"
