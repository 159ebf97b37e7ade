"""The access log (append-only, sealed into the journal): sign-ins, refusals, and reads or exports of restricted data.

It is separate from the journal because nothing here changes records: entries take no lock that others wait for, and do
not invalidate cached pages.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ncm_portal.client_address import present_client_address

from ..db.constraints import append_only, no_truncate, one_of
from ..db.fields import UNREADABLE
from .accounts import Office
from .commitments import subject_of

log = logging.getLogger(__name__)

CANONICAL: Any = {"sort_keys": True, "ensure_ascii": False, "separators": (",", ":")}
SEAL_LOCK = 20171023  # held shared by each entry until commit, and exclusively to find the settled end of the log
KEPT_FOR = timedelta(days=365)  # retention: no entry is deleted earlier, enforced by the database


class Access(models.TextChoices):
    LOG_IN = "log_in", _("signed in")
    LOG_IN_FAILED = "log_in_failed", _("sign-in failed")
    FACTOR_FAILED = "factor_failed", _("second step of the sign-in failed")
    LOCK_OUT = "lock_out", _("locked out after too many attempts")
    OWNER_WARNED = "owner_warned", _("owner of the account was notified")
    REFUSAL = "refusal", _("refused")
    UPLOAD_REFUSED = "upload_refused", _("file was refused")
    FALSE_COPY = "false_copy", _("copy is not authentic")
    EXPORT = "export", _("personal data exported")
    READ = "read", _("restricted paper read")


OF_ACCOUNTS = (Access.LOG_IN, Access.LOG_IN_FAILED, Access.FACTOR_FAILED, Access.LOCK_OUT, Access.OWNER_WARNED)
OF_THE_DESK = (Access.REFUSAL, Access.UPLOAD_REFUSED, Access.FALSE_COPY, Access.EXPORT)


class NotLogged(Exception):
    """Raised if an access that must be logged cannot be logged."""


class AccessQuerySet(models.QuerySet["AccessEntry"]):
    def visible_to(self, user: Any) -> Self:
        """Return the entries that `user` may read: all for the head; those about the desk for officers of the
        secretariat; those about accounts and files for system administrators; their own for everybody.
        """
        if not (getattr(user, "is_authenticated", False) and user.is_active):
            return self.none()
        if user.office == Office.HEAD:
            return self
        of_office = {Office.SECRETARIAT: OF_THE_DESK, Office.SYSADMIN: (*OF_ACCOUNTS, Access.UPLOAD_REFUSED)}
        own = models.Q(by=user) | models.Q(kind=user._meta.label_lower, object_id=str(user.pk))
        return self.filter(own | models.Q(what__in=of_office.get(user.office, ())))

    def about(self, record: models.Model) -> Self:
        """Entries about `record`, oldest first."""
        kind, key = subject_of(record)
        return self.filter(kind=kind, object_id=key).order_by("pk")

    def add(
        self,
        what: str,
        *,
        by: Any = None,
        about: Any = None,
        sha256: str = "",
        once: str | None = None,
        details: Mapping[str, Any] | None = None,
        must: bool = False,
    ) -> None:
        """Log that `by` did `what` to the record `about`, in one short statement.

        With `once` the entry is written at most once, also with concurrent writers. If writing fails, the error goes to
        the server log and the page continues; with `must`, raises NotLogged.
        """
        entry = self.model(what=what, sha256=sha256, once=once, **_who(by), **_target(about))
        entry.address, entry.details = present_client_address(), _readable(details or {})
        try:
            _write(entry, in_part=not must)
        except DatabaseError as error:
            log.critical("The access log takes no entries: %s by %s: %s", what, entry.by_id, error)
            if must:
                raise NotLogged(what) from error


def _who(by: Any) -> dict[str, Any]:
    """Return the account of a person, or the name that a visitor entered, if any."""
    known = by if getattr(by, "pk", None) else None
    return {"by": known, "visitor": "" if known else _line(getattr(by, "name", ""), 200)}


def _target(about: Any) -> dict[str, str]:
    if about is None:
        return {}
    kind, key = subject_of(about)
    return {"kind": kind, "object_id": key[:64], "object_label": _line(about, 200)}


def _line(value: Any, longest: int) -> str:
    return UNREADABLE.sub("\ufffd", str(value))[:longest]


def _readable(value: Any) -> Any:
    """Return the details without characters that the table refuses."""
    if isinstance(value, Mapping):
        return {_line(key, 80): _readable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else _line(value, 2000)


def _flat(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _write(entry: "AccessEntry", *, in_part: bool) -> None:
    """Write an entry; within a transaction (`in_part`) use a savepoint, so that a failure does not affect it."""
    if in_part and connection.in_atomic_block:
        with transaction.atomic():
            _write(entry, in_part=False)
    elif entry.once:
        AccessEntry.objects.bulk_create([entry], ignore_conflicts=True)
    else:
        entry.save(force_insert=True)


class AccessEntry(models.Model):
    """One entry of the access log."""

    What = Access

    at = models.DateTimeField(_("when"), default=timezone.now)
    what = models.CharField(_("what happened"), max_length=16, choices=Access)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    visitor = models.CharField(_("name given by a visitor"), max_length=200, blank=True)
    address = models.CharField(_("address of the connection"), max_length=43, blank=True)
    kind = models.CharField(_("kind of record"), max_length=60, blank=True)
    object_id = models.CharField(_("record"), max_length=64, blank=True)
    object_label = models.CharField(_("record's name"), max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict)
    once = models.CharField(max_length=120, null=True, unique=True, editable=False)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ["-pk"]
        constraints = [one_of("what", Access, "accessentry_what")]
        indexes = [
            models.Index(fields=["kind", "object_id", "id"], name="accessentry_about"),
            models.Index(fields=["what", "at"], name="accessentry_what_at"),
            models.Index(fields=["-at", "-id"], name="accessentry_newest"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="kept_for_its_time",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition(f"OLD.at > now() - interval '{KEPT_FOR.days} days'"),
            ),
            no_truncate(),
            pgtrigger.Trigger(
                name="not_while_sealed",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"PERFORM pg_advisory_xact_lock_shared({SEAL_LOCK}); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.get_what_display()}"

    @property
    def verb(self) -> str:
        """Return the event under the name the journal uses, for combined histories."""
        return f"{self.details['verb']}:refused" if "verb" in self.details else self.what

    @property
    def by_name(self) -> str:
        """Return the current name of the person, or the name that a visitor entered."""
        return self.by.name if self.by else self.visitor or str(_("a visitor") if self.address else _("the system"))

    @property
    def reason(self) -> str:
        """Return the reason entered with it, if any."""
        return self.details.get("reason", "")

    @property
    def details_as_text(self) -> str:
        """Return the details on one line."""
        return "; ".join(f"{name}: {_flat(value)}" for name, value in self.details.items())


class AccessSeal(models.Model):
    """Hash of the access log from one entry to another, also stored in the journal.

    Its range starts right after the last entry of the previous seal, whether that number exists or not: sequence
    numbers can be skipped.
    """

    first_id = models.PositiveBigIntegerField(_("first entry"), unique=True)
    last_id = models.PositiveBigIntegerField(_("last entry"), unique=True)
    count = models.PositiveBigIntegerField(_("entries"))
    previous = models.CharField(_("digest of the previous seal"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("access log seal")
        verbose_name_plural = _("access log seals")
        ordering = ["-last_id"]
        constraints = [models.CheckConstraint(condition=models.Q(first_id__lte=models.F("last_id")), name="seal_range")]
        triggers = [append_only(), no_truncate()]

    def __str__(self) -> str:
        return str(_("Access log, entries %(first)s to %(last)s") % {"first": self.first_id, "last": self.last_id})

    def facts(self) -> dict[str, Any]:
        """Return what the journal stores of the seal."""
        return {"first": self.first_id, "last": self.last_id, "count": self.count, "digest": self.digest}


SEALED = (
    "id", "at", "what", "by_id", "visitor", "address", "kind", "object_id", "object_label", "sha256", "details", "once",
)  # fmt: skip


def digest_between(previous: str, first: int, last: int) -> tuple[int, str]:
    """Return the number of entries from `first` to `last` and their SHA-256, chained to the digest `previous`. One
    query; streams the entries.
    """
    count, hashed, dumps = 0, hashlib.sha256(previous.encode()), json.JSONEncoder(**CANONICAL).encode
    rows = AccessEntry.objects.filter(pk__range=(first, last)).order_by("pk").values_list(*SEALED)
    for pk, at, *rest in rows.iterator(chunk_size=2000):
        hashed.update(hashlib.sha256(dumps([pk, at.isoformat(), *rest]).encode()).digest())
        count += 1
    return count, hashed.hexdigest()
