"""The journal (append-only, hash-chained) and the outbox."""

import hashlib
import json

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ncm_portal import workflow

from .copying import copy_in
from .guards import after_lock, append_only, no_truncate, one_of
from .text import CleanTextField, clean_text

JOURNAL_LOCK = 20171017
LAST_ENTRY = "SELECT number, hash FROM consultations_event ORDER BY number DESC LIMIT 1"
FIRST_HASH = "0" * 64
LOADED = "load_archive"  # this portal was begun with the archive of a consultation; "elsewhere" counts its bare entries
MANY = 20  # entries that are worth a COPY


def _kind_of(record):
    """The name of the record's kind: a ministry is an organisation, wherever it was edited."""
    return record._meta.concrete_model._meta.label_lower


class EventQuerySet(models.QuerySet):
    def about(self, record):
        """Entries about `record`, oldest first."""
        return self.filter(kind=_kind_of(record), object_id=str(record.pk)).order_by("number")

    def record(self, verb, record, *, by, before="", after="", reason="", data=None):
        """Append one entry about `record` and return it."""
        return self.record_many(verb, [record], by=by, before=before, after=after, reason=reason, data=data)[0]

    def record_many(self, verb, records, *, by, before="", after="", reason="", data=None):
        """Append one entry about each of `records`, in one go.

        The hash is that of the reason as the table keeps it: with unified line ends, in one Unicode form. A refusal is
        written outside any transaction: the end of the chain is locked until its entry stands.
        """
        with transaction.atomic(savepoint=False):
            return self._append(verb, records, by=by, before=before, after=after, reason=reason, data=data)

    def _append(self, verb, records, *, by, before, after, reason, data):
        number, previous = self._locked_end()
        said = {
            "verb": verb, "before": before, "after": after,
            "by": by if getattr(by, "pk", None) else None,
            "by_name": str(getattr(by, "name", "") or _("the system")),
            "at": workflow.now(), "recorded_at": timezone.now(),
            "reason": clean_text(reason), "data": json.loads(json.dumps(data or {}, default=str)),
        }  # fmt: skip
        events = []
        for record in records:
            number += 1
            named = {"kind": _kind_of(record), "object_id": str(record.pk), "object_label": str(record)[:200]}
            event = self.model(number=number, previous_hash=previous, **named, **said)
            event.hash = previous = event.computed_hash()
            events.append(event)
        if len(events) < MANY:
            return self.bulk_create(events)
        copy_in(events)
        return events

    def _locked_end(self):
        """Number and hash of the last entry. The lock serialises writers until they commit: the chain has one order."""
        return after_lock(LAST_ENTRY, lock=(JOURNAL_LOCK,)) or (0, FIRST_HASH)


class Event(models.Model):
    """One entry of the journal: what was done to which record, by whom, when and why."""

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    kind = models.CharField(_("kind of record"), max_length=60)
    object_id = models.CharField(_("record"), max_length=64)
    object_label = models.CharField(_("record's name"), max_length=200)
    verb = models.CharField(_("what was done"), max_length=80)
    before = models.CharField(_("state before"), max_length=40, blank=True)
    after = models.CharField(_("state after"), max_length=40, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    by_name = models.CharField(_("name at the time"), max_length=200)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("written at"))
    reason = CleanTextField(_("reason"), blank=True)
    data = models.JSONField(_("details"), default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-number"]
        indexes = [models.Index(fields=["kind", "object_id", "number"], name="event_about")]
        triggers = [append_only(), no_truncate()]

    def __str__(self):
        return f"{self.number}: {self.object_label}, {self.verb}"

    @property
    def is_bare(self) -> bool:
        """Whether only its hash is here: it tells of other things than the archive with which this portal was begun."""
        return not self.kind

    def computed_hash(self) -> str:
        """SHA-256 over the entry's content and the hash before it."""
        content = {
            "number": self.number, "kind": self.kind, "object_id": self.object_id, "object_label": self.object_label,
            "verb": self.verb, "before": self.before, "after": self.after, "by": self.by_id, "by_name": self.by_name,
            "at": self.at.timestamp(), "recorded_at": self.recorded_at.timestamp(), "reason": self.reason,
            "data": self.data, "previous_hash": self.previous_hash,
        }  # fmt: skip
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class Medium(models.TextChoices):
    MAIL = "mail", _("e-mail")
    SMS = "sms", _("text message")


class OutgoingMail(models.Model):
    """A mail or text message that waits in the outbox until the worker sends it, once. Its text, which may hold a link
    that lets its reader in, is deleted as soon as it left."""

    State = MailState

    medium = models.CharField(_("by"), max_length=4, choices=Medium, default=Medium.MAIL)
    to = models.CharField(_("to"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    in_digest = models.BooleanField(_("part of the day's mail"), default=False)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    due_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("state", MailState, "outgoingmail_state"),
            one_of("medium", Medium, "outgoingmail_medium"),
            models.CheckConstraint(
                condition=models.Q(in_digest=False) | models.Q(user__isnull=False), name="outgoingmail_digest"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | ~models.Q(state="sent") & models.Q(sent_at=None),
                name="outgoingmail_sent_at",
            ),
            models.CheckConstraint(condition=~models.Q(state="sent") | models.Q(body=""), name="outgoingmail_no_text"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="outgoingmail_queue")]

    def __str__(self):
        return f"{self.to}: {self.subject}"
