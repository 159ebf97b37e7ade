"""Invitations to a forum, their seats, and the delegates."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.db.email_addresses import NormalEmailField

from ..db.constraints import no_delete, one_of, state_guards
from ..db.fields import CleanCharField, CleanTextField
from .accounts import User
from .forums import Forum
from .organisations import County, Group, Stakeholder


class SeatQuota(models.Model):
    """Number of seats of a group at a forum, and the length of its reserve list."""

    forum = models.ForeignKey(Forum, models.PROTECT, related_name="quotas", verbose_name=_("forum"))
    group = models.CharField(_("group"), max_length=24, choices=Group)
    seats = models.PositiveSmallIntegerField(_("seats"))
    reserve = models.PositiveSmallIntegerField(_("reserve places"), default=0)

    class Meta:
        verbose_name = _("seats of a group")
        verbose_name_plural = _("seats by group")
        ordering = ["forum", "group"]
        constraints = [
            one_of("group", Group, "seatquota_group"),
            models.UniqueConstraint(fields=["forum", "group"], name="seatquota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()}: {self.seats}"


class InvitationState(models.TextChoices):
    DRAFT = "draft", _("not sent yet")
    SENT = "sent", _("sent, no answer yet")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed with no reply")
    DISCARDED = "discarded", _("discarded, never sent")


class Invitation(models.Model):
    """Letter of invitation to an organisation: seats and reply date. Anyone with its link can answer for it."""

    State = InvitationState
    READ_WITH = ("forum", "stakeholder")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    forum = models.ForeignKey(Forum, models.PROTECT, related_name="invitations", verbose_name=_("forum"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="forum_invitations", verbose_name=_("organisation")
    )
    seats = models.PositiveSmallIntegerField(_("seats"), default=1)
    reference = CleanCharField(_("reference of the letter"), max_length=60, unique=True)
    addressee = CleanCharField(_("addressee of the letter"), max_length=200, blank=True)
    email = NormalEmailField(_("e-mail address"), blank=True)
    respond_by = models.DateField(_("answer by"))
    state = models.CharField(
        _("state"), max_length=10, choices=InvitationState, default=InvitationState.DRAFT, editable=False
    )
    token_round = models.PositiveSmallIntegerField(_("issue number of the link"), default=1, editable=False)
    token_hash = models.CharField(_("hash of the link"), max_length=64, unique=True, null=True, editable=False)
    text = CleanTextField(_("text as sent"), max_length=4000, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("last reminded"), null=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_by = CleanCharField(_("who answered"), max_length=200, blank=True, editable=False)
    answer_reference = CleanCharField(_("reference of the reply letter"), max_length=80, blank=True, editable=False)
    message = CleanTextField(_("their message"), max_length=2000, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation to a forum")
        verbose_name_plural = _("invitations to forums")
        ordering = ["forum", "stakeholder__name", "pk"]
        constraints = [
            one_of("state", InvitationState, "invitation_state"),
            models.UniqueConstraint(
                fields=["forum", "stakeholder"], condition=~Q(state="discarded"), name="invitation_once"
            ),
            models.CheckConstraint(condition=Q(seats__gt=0), name="invitation_seats"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], sent_at=None, token_hash=None)
                | ~Q(state__in=["draft", "discarded"]) & Q(sent_at__isnull=False, token_hash__isnull=False),
                name="invitation_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["answered", "declined"]) | Q(answered_at__isnull=False),
                name="invitation_answered",
            ),
        ]
        triggers = [
            *state_guards(
                "draft",
                [
                    ("draft", "sent"),
                    ("draft", "discarded"),
                    ("sent", "answered"),
                    ("sent", "declined"),
                    ("sent", "lapsed"),
                    ("lapsed", "answered"),
                    ("lapsed", "declined"),
                    ("answered", "declined"),
                    ("declined", "answered"),
                ],
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.stakeholder.label}"

    @property
    def words(self) -> str:
        """Return the text of the letter: as sent, or as it would be sent now."""
        return self.text or self.forum.letter_text

    @property
    def is_late(self) -> bool:
        """Return whether the first answer came after the reply date."""
        return self.answered_at is not None and timezone.localdate(self.answered_at) > self.respond_by


class DelegateState(models.TextChoices):
    NOMINATED = "nominated", _("nominated")
    CONFIRMED = "confirmed", _("confirmed")
    WAITLISTED = "waitlisted", _("on the reserve list")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


# What is decided about a named person and notified to that person.
DECIDED = [
    DelegateState.CONFIRMED.value,
    DelegateState.WAITLISTED.value,
    DelegateState.REFUSED.value,
    DelegateState.WITHDRAWN.value,
]


class DelegateRole(models.TextChoices):
    DELEGATE = "delegate", _("delegate")
    OBSERVER = "observer", _("observer")
    RESOURCE_PERSON = "resource_person", _("resource person")
    RAPPORTEUR = "rapporteur", _("rapporteur")


class Sex(models.TextChoices):
    FEMALE = "f", _("female")
    MALE = "m", _("male")
    OTHER = "x", _("other")


class Delegate(models.Model):
    """Person whom an organisation sends to a forum; name, title and group are kept as they were then."""

    calendar: str  # the address of the person's own calendar, where it is told: see queries.invitations.people_of
    reason: str  # why the person has no seat, where that is told: see notifications.delegates.news_of

    State = DelegateState
    READ_WITH = ("forum", "stakeholder")

    forum = models.ForeignKey(Forum, models.PROTECT, related_name="delegates", verbose_name=_("forum"))
    stakeholder = models.ForeignKey(
        Stakeholder, models.PROTECT, related_name="delegates", verbose_name=_("organisation")
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account"))
    name = CleanCharField(_("name"), max_length=200)
    title = CleanCharField(_("title"), max_length=200, blank=True)
    email = NormalEmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=16, choices=DelegateRole, default=DelegateRole.DELEGATE)
    group = models.CharField(_("group"), max_length=24, choices=Group, blank=True)
    county = models.ForeignKey(County, models.PROTECT, null=True, blank=True, verbose_name=_("county"))
    sex = models.CharField(
        _("sex"), max_length=1, choices=Sex, blank=True, help_text=_("Only if the person stated it.")
    )
    access_needs = CleanCharField(
        _("access needs"), max_length=300, blank=True, help_text=_("A ramp, a sign language interpreter, large print.")
    )
    invitation = models.ForeignKey(
        Invitation,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="delegates",
        verbose_name=_("invitation"),
    )
    sits_in_for = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutes", verbose_name=_("sits in for")
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("same person as"),
    )
    ticket = models.UUIDField(_("code on the badge"), default=uuid.uuid4, unique=True, editable=False)
    badge_printed_at = models.DateTimeField(_("badge printed"), null=True, blank=True, editable=False)
    badge_number = models.PositiveSmallIntegerField(_("badge"), null=True, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=DelegateState, default=DelegateState.NOMINATED, editable=False
    )
    told = models.CharField(_("last state notified"), max_length=12, choices=DelegateState, blank=True, editable=False)
    told_at = models.DateTimeField(_("notified"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["forum", "name", "pk"]
        constraints = [
            one_of("state", DelegateState, "delegate_state"),
            models.CheckConstraint(condition=Q(sex__in=["", *Sex.values]), name="delegate_sex"),
            models.CheckConstraint(
                condition=Q(told="", told_at=None) | Q(told__in=DECIDED, told_at__isnull=False), name="delegate_told"
            ),
            models.UniqueConstraint(fields=["forum", "badge_number"], name="delegate_badge"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(state="withdrawn") & ~Q(merged_into=F("pk")), name="delegate_merged"
            ),
            models.CheckConstraint(
                condition=Q(sits_in_for=None) | ~Q(sits_in_for=F("pk")), name="delegate_sits_in_for_another"
            ),
        ]
        triggers = [
            *state_guards(
                "nominated",
                [
                    ("nominated", "confirmed"),
                    ("nominated", "waitlisted"),
                    ("nominated", "refused"),
                    ("waitlisted", "confirmed"),
                    ("nominated", "withdrawn"),
                    ("confirmed", "withdrawn"),
                    ("waitlisted", "withdrawn"),
                ],
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.name
