"""Enquiries: questions that people send to the secretariat, which owes them an answer by an hour."""

import uuid
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.db.email_addresses import NormalEmailField, normal_unless
from ncm_portal import workflow

from ..db.constraints import no_delete, one_of, state_guards, together
from ..db.fields import CleanCharField, CleanTextField
from .accounts import Language, Office, User
from .forums import Consultation

SUBJECT_LIMIT, TEXT_LIMIT = 150, 5_000


class EnquiryChannel(models.TextChoices):
    FORM = "form", _("form on the website")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")
    LETTER = "letter", _("letter")
    FORUM = "forum", _("at a forum")


class EnquiryState(models.TextChoices):
    RECEIVED = "received", _("to answer")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class Unanswered(models.TextChoices):
    """Why an enquiry is closed without an answer."""

    DUPLICATE = "duplicate", _("it was sent twice")
    NOT_FOR_US = "not_for_us", _("it is not for the secretariat")
    SPAM = "spam", _("it is spam")


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, user: Any) -> Self:
        """Return all of them to the secretariat, none to anybody else: they hold names and addresses of people."""
        reads = getattr(user, "is_active", False) and getattr(user, "office", "") in (Office.SECRETARIAT, Office.HEAD)
        return self.all() if reads else self.none()

    def open(self) -> Self:
        """Return those that wait for an answer."""
        return self.filter(state=EnquiryState.RECEIVED)

    def overdue(self) -> Self:
        """Return those that wait although their due hour has passed."""
        return self.open().filter(due_at__lt=workflow.now())


class Enquiry(models.Model):
    """Question of a person, about a consultation or in general. What is personal is erased a year after its end."""

    COMMITTED = (
        "state", "consultation", "name", "organisation", "email", "phone", "language", "channel", "subject", "text",
        "received_at", "due_at", "answer", "answered_by", "answered_at", "unanswered_because", "ended_at", "erased_at",
    )  # fmt: skip
    PERSONAL = ("name", "organisation", "email", "phone", "subject", "text", "answer")
    State = EnquiryState
    READ_WITH = ("consultation", "assigned_to")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    consultation = models.ForeignKey(
        Consultation, models.PROTECT, null=True, blank=True, related_name="enquiries", verbose_name=_("consultation")
    )
    name = CleanCharField(_("name"), max_length=120)
    organisation = CleanCharField(_("organisation"), max_length=200, blank=True)
    email = NormalEmailField(_("e-mail address"), blank=True)
    phone = CleanCharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    channel = models.CharField(_("received by"), max_length=6, choices=EnquiryChannel, default=EnquiryChannel.FORM)
    subject = CleanCharField(_("subject"), max_length=SUBJECT_LIMIT)
    text = CleanTextField(_("question"), max_length=TEXT_LIMIT)
    received_at = models.DateTimeField(_("received"))
    due_at = models.DateTimeField(_("to be answered by"))
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"), editable=False
    )
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("assigned to"))
    state = models.CharField(
        _("state"), max_length=8, choices=EnquiryState, default=EnquiryState.RECEIVED, editable=False
    )
    answer = CleanTextField(_("answer"), max_length=TEXT_LIMIT, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    unanswered_because = models.CharField(
        _("closed without an answer because"), max_length=10, choices=Unanswered, blank=True
    )
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    erased_at = models.DateTimeField(_("personal data erased"), null=True, editable=False)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["consultation", "state", "due_at"], name="enquiry_listed"),
            models.Index(fields=["ended_at"], name="enquiry_to_erase", condition=Q(erased_at=None)),
        ]
        constraints = [
            one_of("state", EnquiryState, "enquiry_state"),
            one_of("channel", EnquiryChannel, "enquiry_channel"),
            one_of("language", Language, "enquiry_language"),
            models.CheckConstraint(
                condition=Q(unanswered_because__in=["", *Unanswered.values]), name="enquiry_unanswered"
            ),
            normal_unless(Q(email=""), "enquiry_email"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False) | ~Q(name="") & ~Q(subject="") & ~Q(text=""), name="enquiry_words"
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=False) | ~Q(email="") | ~Q(phone="") | Q(channel__in=["letter", "forum"]),
                name="enquiry_can_be_answered",
            ),
            models.CheckConstraint(
                condition=Q(channel="form", entered_by=None) | ~Q(channel="form") & Q(entered_by__isnull=False),
                name="enquiry_entered",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("received_at")), name="enquiry_due"),
            together("answered_by", "answered_at", name="enquiry_answered_by"),
            models.CheckConstraint(
                condition=~Q(state="answered")
                | Q(answered_at__isnull=False) & (~Q(answer="") | Q(erased_at__isnull=False)),
                name="enquiry_answered",
            ),
            models.CheckConstraint(
                condition=Q(state="closed") & (Q(answered_at__isnull=False) | ~Q(unanswered_because=""))
                | ~Q(state="closed") & Q(unanswered_because=""),
                name="enquiry_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="received", ended_at=None, erased_at=None)
                | ~Q(state="received") & Q(ended_at__isnull=False),
                name="enquiry_ended",
            ),
        ]
        triggers = [
            *state_guards(
                "received",
                [
                    ("received", "answered"),
                    ("received", "closed"),
                    ("answered", "closed"),
                    ("answered", "received"),
                    ("closed", "received"),
                ],
            ),
            pgtrigger.Protect(
                name="erased_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__erased_at__isnull=False)
            ),
            no_delete(),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """Return the number that people quote, such as "ENQ-0012"."""
        return f"ENQ-{self.pk:04d}" if self.pk else ""

    @property
    def is_overdue(self) -> bool:
        """Return whether it waits although its due hour has passed."""
        return self.state == EnquiryState.RECEIVED and workflow.deadline_passed(self.due_at)

    @property
    def is_free(self) -> bool:
        """Return whether it waits and nobody has taken it."""
        return self.state == EnquiryState.RECEIVED and self.assigned_to_id is None

    @property
    def who(self) -> str:
        """Return who asks: the name, and the organisation if given."""
        return ", ".join(filter(None, [self.name, self.organisation])) or str(_("erased"))
