"""The journal (append-only, hash-chained) and the outbox."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ncm_portal import workflow

from ..db.bulk_copy import copy_in, made_alike
from ..db.changes import mark_change
from ..db.constraints import no_truncate, one_of, state_guards
from ..db.fields import CleanTextField, clean_text
from ..db.locks import after_lock
from ..journal_entries import (
    ERASES,
    FIRST_HASH,
    FORMAT,
    OLD_FORMAT,
    Entry,
    as_json,
    canonical,
    chain_hash,
    digest,
    message,
)
from .commitments import (
    CommittedWords,
    Salt,
    Salted,
    Subject,
    Worded,
    committed_by,
    committed_together,
    salted,
    subject_of,
)

JOURNAL_LOCK = 20171017
LAST_ENTRY = "SELECT number, hash FROM consultations_event ORDER BY number DESC LIMIT 1"
PLACED = ("id", "number", "previous_hash", "hash")  # fields that depend on the entry before
# `chain_hash` in SQL, so that nothing is computed elsewhere while the end is locked. Both hashes in it are hexadecimal:
# they need no escaping.
HASH = f"""encode(sha256(convert_to(
    '[{FORMAT},' || {{number}} || ',"' || {{previous}} || '","' || entered.digest || '"]', 'UTF8')), 'hex')"""
INSERT = f"""
    SELECT pg_advisory_xact_lock(%s);
    WITH RECURSIVE entered (place, {{columns}}) AS (VALUES {{rows}}),
    last AS (
        SELECT coalesce(max(number), 0) AS number, coalesce(max(hash), '{FIRST_HASH}') AS hash
        FROM ({LAST_ENTRY}) AS entry
    ),
    chain AS (
        SELECT entered.*, last.number + 1 AS number, last.hash::text AS previous_hash,
            {HASH.format(number="last.number + 1", previous="last.hash")} AS hash
        FROM entered CROSS JOIN last WHERE place = 1
        UNION ALL
        SELECT entered.*, chain.number + 1, chain.hash, {HASH.format(number="chain.number + 1", previous="chain.hash")}
        FROM chain JOIN entered ON entered.place = chain.place + 1
    )
    INSERT INTO consultations_event (number, previous_hash, hash, {{columns}})
    SELECT number, previous_hash, hash, {{columns}} FROM chain ORDER BY place
    RETURNING id, number, previous_hash, hash
"""  # noqa: S608 - constants
LOADED = "load_archive"  # loaded from an archive; "elsewhere" counts its bare entries
MANY = 20  # number of entries from which COPY is faster
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, record: models.Model) -> Self:
        """Entries about `record`, oldest first."""
        kind, key = subject_of(record)
        return self.filter(kind=kind, object_id=key).order_by("number")


class _Mark:
    """Callback that Django forgets when the savepoint of its time is rolled back, so that it tells what still holds."""

    def __init__(self) -> None:
        transaction.on_commit(self)

    def __call__(self) -> None:
        """Do nothing."""


class _Waiting:
    """Entries of a verb that wait for its end. They are written before if somebody reads the journal within it, and
    once more if that was rolled back with a savepoint.
    """

    def __init__(self, events: list["Event"]) -> None:
        self.events = events
        self.entered = _Mark()
        self.written: _Mark | None = None


class EventManager(models.Manager["Event"]):
    """Writes the journal. Within a verb its entries are written together when the outermost one ends, so that others
    wait for its writing and commit, and for nothing else that it does.
    """

    def get_queryset(self) -> EventQuerySet:
        """Return all entries, also those that the running verb has entered so far."""
        self.write_waiting()
        return EventQuerySet(self.model, using=self._db)

    def about(self, record: models.Model) -> EventQuerySet:
        """Entries about `record`, oldest first."""
        return self.get_queryset().about(record)

    def record(self, verb: str, record: models.Model, *, commits: Iterable[Worded] = (), **data: Any) -> "Event":
        """Append one entry about `record` and return it. It also commits to the texts of the records in `commits`."""
        return self._append(verb, [(record, commits)], **data)[0]

    def record_many(
        self, verb: str, records: Iterable[models.Model], *, commits: bool = False, **data: Any
    ) -> list["Event"]:
        """Append one entry about each of `records`, of one model, at once; with `commits` each commits to the text of
        its own record.
        """
        about = list(records)
        if not commits or not about:
            return self._append(verb, [(record, ()) for record in about], **data)
        words = committed_together(about)
        return self._append(verb, [(record, [own]) for record, own in zip(about, words, strict=True)], **data)

    def _append(self, verb: str, entries: list[tuple[models.Model, Iterable[Worded]]], **data: Any) -> list["Event"]:
        """Prepare entries, and write them now or when the running verb ends.

        An entry that erases a salt is written at once: the database asks for it before it lets go of the salt.
        """
        if not entries:
            return []
        run = workflow.current_run()
        with transaction.atomic(savepoint=False):
            events = _prepared(verb, entries, **data)
            if run is None or data.get("erases"):
                self.write_waiting()
                self._write(events)
            else:
                run.waiting.append(_Waiting(events))
        return events

    def write_waiting(self) -> None:
        """Write what the running verb has entered, except for what was rolled back with a savepoint."""
        run = workflow.current_run()
        if run and run.waiting:
            standing = {id(callback[1]) for callback in connection.run_on_commit}
            entered = [each for each in run.waiting if id(each.entered) in standing]
            due = [each for each in entered if id(each.written) not in standing]
            self._write([event for each in due for event in each.events])
            for each in due:
                each.written = _Mark()

    def _write(self, events: list["Event"]) -> None:
        """Write prepared entries: only their place in the chain is computed while its end is locked, until commit."""
        if not events:
            return
        transaction.on_commit(mark_change)
        if len(events) < MANY:
            self._insert(events)
            return
        number, previous = self._locked_end()
        for event in events:
            number += 1
            event.pk, event.number, event.previous_hash = None, number, previous
            event.hash = previous = chain_hash(number, previous, event.digest or "")
        copy_in(events)

    def _insert(self, events: list["Event"]) -> None:
        """Lock the end of the chain, and compute and insert the entries, in one message: nothing is done here between
        the lock and the commit.
        """
        fields = [field for field in self.model._meta.concrete_fields if field.name not in PLACED]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        row = ", ".join(f"%s::{field.db_type(connection)}" for field in fields)
        rows = ", ".join(f"({place}, {row})" for place in range(1, len(events) + 1))
        query = INSERT.format(columns=columns, rows=rows)
        values = [
            field.get_db_prep_save(field.pre_save(event, add=True), connection) for event in events for field in fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(query, [JOURNAL_LOCK, *values])
            cursor.nextset()
            for event, written in zip(events, cursor.fetchall(), strict=True):
                event.pk, event.number, event.previous_hash, event.hash = written
                event._state.adding, event._state.db = False, connection.alias

    def _locked_end(self) -> tuple[Any, ...]:
        """Return the number and hash of the last entry, locked until commit, so that the chain has one order."""
        return after_lock(LAST_ENTRY, lock=(JOURNAL_LOCK,)) or (0, FIRST_HASH)


def _prepared(
    verb: str,
    entries: list[tuple[models.Model, Iterable[Worded]]],
    *,
    by: Any,
    before: str = "",
    after: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    erases: Collection[int] = (),
) -> list["Event"]:
    """Return entries that lack only their place in the chain. They commit to texts as the table stores them: with
    unified line ends, in one Unicode form. `erases` lists salts that the entry destroys and therefore does not use.
    """
    name = str(getattr(by, "name", "") or _("the system"))
    shared: dict[str, Any] = {
        "verb": str(verb), "before": str(before), "after": str(after), "by": by if getattr(by, "pk", None) else None,
        "by_name": name, "at": workflow.now(), "recorded_at": timezone.now(), "reason": clean_text(reason),
        "data": as_json(data or {}), "format": FORMAT,
    }  # fmt: skip
    prepared = [(record, committed_by(others)) for record, others in entries]
    words = _Words(shared, prepared, erases)
    return list(made_alike(Event, (words.of_entry(record, others) for record, others in prepared), shared))


class _Words:
    """State shared by entries that are written together: their texts to commit to, and the salts required."""

    def __init__(
        self, shared: dict[str, Any], entries: list[tuple[models.Model, list[CommittedWords]]], erases: Collection[int]
    ) -> None:
        by = shared["by"]
        self.happened = shared["verb"], shared["before"], shared["after"], by.pk if by else None
        self.moments = micros(shared["at"]), micros(shared["recorded_at"])
        self.erases = {ERASES: list(erases)} if erases else {}
        self.messages = {word: message(word, shared[word]) for word in ("reason", "data", "by_name") if shared[word]}
        subjects = [
            subject for record, others in entries for subject in (subject_of(record), *(s.subject for s in others))
        ]
        self.salts = _salts([*subjects, *([subject_of(by)] if by else [])], erases)
        # Name of the actor; without one the salt is that of the record.
        self.of_person: dict[str, list[Any]] = {}
        if by:
            self.of_person = {"by_name": salted(self.salts[subject_of(by)], self.messages.pop("by_name"))}

    def of_entry(self, record: models.Model, others: list[CommittedWords]) -> dict[str, Any]:
        """Return what an entry about `record` does not share with those beside it."""
        about, label = subject_of(record), str(record)[:200]
        commitments = self.commitments(about, label, others)
        named = {"kind": about[0], "object_id": about[1], "object_label": label}
        return named | {"commitments": commitments, "digest": self.digest(about, commitments)}

    def commitments(self, about: Subject, label: str, others: list[CommittedWords]) -> dict[str, Any]:
        """Return the commitments that replace the texts of an entry and of `others`, each with its own salt."""
        own = self.salts[about]
        result = {word: salted(own, item) for word, item in self.messages.items()}
        if label:
            result["object_label"] = salted(own, message("object_label", label))
        result |= {each.key: salted(self.salts[each.subject], message(each.key, each.words)) for each in others}
        return result | self.of_person | self.erases

    def digest(self, about: Subject, commitments: dict[str, Any]) -> str:
        """Return the digest of an entry with these commitments."""
        return digest(about, self.happened, self.moments, canonical(commitments))


def _salts(subjects: list[Subject], erases: Collection[int]) -> dict[Subject, Salted]:
    """Return a salt for each subject: from this verb's cache, the others in one query."""
    if (run := workflow.current_run()) is None or erases:
        return Salt.objects.of(subjects, other_than=erases)
    known = run.kept(Salt, connection)
    if missing := [subject for subject in subjects if subject not in known]:
        known |= run.keep(Salt, connection, Salt.objects.of(missing))
    return known


def micros(moment: datetime) -> int:
    """Return a datetime as microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def _append_only_but_for_blanks() -> pgtrigger.Trigger:
    """Return a trigger that refuses UPDATE and DELETE, except blanking texts whose salt was destroyed."""
    blank = {"object_label": "''", "by_name": "''", "reason": "''", "data": "'{}'::jsonb"}
    kept = " AND ".join(
        f"""(NEW.{word} = OLD.{word} OR NEW.{word} = {nothing} AND NOT EXISTS (
            SELECT FROM consultations_salt WHERE id = (OLD.commitments -> '{word}' ->> 0)::bigint))"""
        for word, nothing in blank.items()
    )
    words = ", ".join(f"'{word}'" for word in blank)
    return pgtrigger.Trigger(
        name="append_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                IF OLD.format = {FORMAT} AND {kept}
                    AND to_jsonb(NEW) - ARRAY[{words}] = to_jsonb(OLD) - ARRAY[{words}]
                THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
        """,
    )


class Event(models.Model):
    """One journal entry: what was done to which record, by whom, when and why.

    The only change the database allows is blanking texts whose salt was destroyed.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    format = models.PositiveSmallIntegerField(_("format"), default=OLD_FORMAT)
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
    commitments = models.JSONField(_("commitments"), default=dict)
    digest = models.CharField(_("SHA-256 of the content"), max_length=64, null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    objects = EventManager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["kind", "object_id", "number"], name="event_about"),
            models.Index(fields=["verb", "-number"], name="event_verb"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(format=OLD_FORMAT, digest=None) | models.Q(format=FORMAT, digest__isnull=False),
                name="event_digest",
            )
        ]
        triggers = [_append_only_but_for_blanks(), no_truncate()]

    def __str__(self) -> str:
        return f"{self.number}: {self.object_label}, {self.verb}"

    @property
    def is_bare(self) -> bool:
        """Return whether only the hash is stored, for entries older than the archive that this portal started from."""
        return not self.kind

    def as_entry(self) -> Entry:
        """Return the entry as values for verification."""
        return Entry(
            self.number, self.format, self.kind, self.object_id, self.object_label, self.verb, self.before, self.after,
            self.by_id, self.by_name, micros(self.at), micros(self.recorded_at), self.reason, self.data,
            self.commitments, self.digest, self.previous_hash, self.hash,
        )  # fmt: skip

    def computed_hash(self) -> str:
        """Return the SHA-256 of the entry's content and the previous hash."""
        return self.as_entry().computed_hash()


class MailState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("not sent: mail to this address is stopped")
    CANCELLED = "cancelled", _("not sent: what it reports was undone at once")


class Medium(models.TextChoices):
    MAIL = "mail", _("e-mail")
    SMS = "sms", _("text message")


class OutgoingMail(models.Model):
    """Mail or text message that waits in the outbox until the worker sends it once. Its text, which may contain a
    sign-in link, is deleted after sending.
    """

    State = MailState

    medium = models.CharField(_("by"), max_length=4, choices=Medium, default=Medium.MAIL)
    to = models.CharField(_("to"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    is_optional = models.BooleanField(_("recipient can stop it"), default=False)
    in_digest = models.BooleanField(_("part of the daily mail"), default=False)
    sender = models.CharField(_("name of the sender"), max_length=80, blank=True, default="", db_default="")
    reply_to = models.EmailField(_("address for replies"), blank=True, default="", db_default="")
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    due_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    submission = models.ForeignKey(
        "Submission", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("input decided on")
    )

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
            models.CheckConstraint(
                condition=~models.Q(state__in=["sent", "stopped", "cancelled"]) | models.Q(body=""),
                name="outgoingmail_no_text",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="stopped") | models.Q(is_optional=True), name="outgoingmail_stopped"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | models.Q(submission__isnull=False),
                name="outgoingmail_cancelled",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="outgoingmail_queue")]
        triggers = state_guards(
            "waiting",
            [
                ("waiting", "sent"),
                ("waiting", "failed"),
                ("waiting", "stopped"),
                ("waiting", "cancelled"),
                ("failed", "waiting"),
            ],
        )

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
