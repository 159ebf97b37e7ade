"""Checkpoints: signed statements of the last journal entry at a moment, stored outside the database in a file and by
mail.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core import checks
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..db.constraints import append_only, no_truncate
from ..journal_entries import canonical

CHECKPOINT, KEY = "ncm-portal checkpoint 1", "ncm-portal checkpoint key 1"  # prefix of the signed bytes


class Checkpoint(models.Model):
    """Signed statement that the journal ended with this entry at this moment. Never changed."""

    number = models.PositiveBigIntegerField(_("entry number"), unique=True)
    hash = models.CharField(_("entry hash"), max_length=64)
    at = models.DateTimeField(_("signed at"))
    address = models.CharField(_("address of the portal"), max_length=200)
    key = models.CharField(_("key"), max_length=64)
    signature = models.CharField(_("signature"), max_length=88)

    class Meta:
        verbose_name = _("checkpoint of the journal")
        verbose_name_plural = _("checkpoints of the journal")
        ordering = ["-number"]
        triggers = [append_only(), no_truncate()]

    def __str__(self) -> str:
        return f"{self.number}: {self.hash}"

    @property
    def signed_facts(self) -> dict[str, Any]:
        """Return the signed content."""
        at = self.at.isoformat(timespec="seconds")
        return {"number": self.number, "hash": self.hash, "time": at, "address": self.address, "key": self.key}

    @property
    def line(self) -> str:
        """Return the line in the file and in the mail."""
        return canonical({**self.signed_facts, "signature": self.signature})


def to_sign(kind: str, data: dict[str, Any]) -> bytes:
    """Return the bytes to sign: a type prefix, a newline and the canonical JSON of the content."""
    return f"{kind}\n{canonical(data)}".encode()


def key_id(public: bytes) -> str:
    """Return the name of a key: the SHA-256 of its 32 public bytes."""
    return hashlib.sha256(public).hexdigest()


def is_signed(public: bytes, kind: str, line: dict[str, Any]) -> bool:
    """Return whether `line` has a valid signature of its content by the key with these public bytes."""
    data = {name: value for name, value in line.items() if name != "signature"}
    try:
        signature = base64.b64decode(line.get("signature", ""), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, to_sign(kind, data))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def checkpoints_file() -> Path:
    """Return the path of the file of checkpoints, one per line."""
    return Path(settings.CHECKPOINT_FOLDER) / "checkpoints.jsonl"


def keys_file() -> Path:
    """Return the path of the file of public keys, one per line, oldest first, for publication."""
    return Path(settings.CHECKPOINT_FOLDER) / "keys.jsonl"


@checks.register("security", deploy=True)
def key_is_made(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """System check: warn if no key signs checkpoints of the journal."""
    result: list[checks.CheckMessage] = []
    if not Path(settings.CHECKPOINT_KEY).exists():
        hint = "Make one: manage.py checkpoint_key --make. See “Checkpoints of the journal” in docs/operations.md."
        result.append(checks.Warning("No key signs checkpoints of the journal.", hint=hint, id="consultations.W001"))
    elif not settings.CHECKPOINT_MAIL:
        hint = "Set CHECKPOINT_MAIL: who may write to the portal's files can change those on the same machine too."
        result.append(checks.Warning("Checkpoints are mailed to nobody.", hint=hint, id="consultations.W002"))
    return result
