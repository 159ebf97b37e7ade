"""Checkpoints of the journal: signed every hour, written to a file and mailed; and their key."""

import base64
import fcntl
import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.db.locks import after_lock
from consultations.journal_entries import canonical
from consultations.models import Checkpoint, Event
from consultations.models.checkpoints import CHECKPOINT, KEY, checkpoints_file, key_id, keys_file, to_sign
from consultations.notifications import outbox
from consultations.queries.checkpoints import Unreadable, known_keys
from ncm_portal.workflow import Blocked

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
LOOK = 60  # seconds between attempts of a worker, also if the file could not be written
LOCK = 20171018
_looked_at = float("-inf")


# --- The key --------------------------------------------------------------------------------------------------------


def make_key() -> str:
    """Create the first key and return its name. Raises Blocked if there is one, or it cannot be written."""
    path = Path(settings.CHECKPOINT_KEY)
    if path.exists() or keys_file().exists():
        raise Blocked(_("There is already a key. Rotate it to get a new one."))
    return _new_key(path, signer=None, signed_by="")


def rotate_key() -> str:
    """Replace the signing key by a new one, which the old key signs; return the new name.

    Raises Blocked if there is none, or it cannot be written.
    """
    path = Path(settings.CHECKPOINT_KEY)
    signer = load_key()
    if signer is None:
        raise Blocked(_("There is no key yet. Create one."))
    return _new_key(path, signer=signer, signed_by=key_id(signer.public_key().public_bytes_raw()))


def _new_key(path: Path, *, signer: Ed25519PrivateKey | None, signed_by: str) -> str:
    """Write the private key to a temporary place, publish the public key, then activate it: an interrupted rotation is
    completed at the next signing.
    """
    new = Ed25519PrivateKey.generate()
    public = new.public_key().public_bytes_raw()
    name, at = key_id(public), timezone.now().isoformat(timespec="seconds")
    data = {"key": name, "public": base64.b64encode(public).decode(), "time": at, "signed_by": signed_by or name}
    signature = (signer or new).sign(to_sign(KEY, data))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _temporary_path(path).unlink(missing_ok=True)
        with os.fdopen(os.open(_temporary_path(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            os.fsync(file.fileno())
        _append(keys_file(), [canonical({**data, "signature": base64.b64encode(signature).decode()})])
        _temporary_path(path).replace(path)
    except OSError as error:
        raise Blocked(_("The key could not be written: %(reason)s") % {"reason": error}) from error
    return name


def _temporary_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def load_key() -> Ed25519PrivateKey | None:
    """Return the signing key; None if there is none. Raises Blocked for an invalid file."""
    path = Path(settings.CHECKPOINT_KEY)
    if _temporary_path(path).exists() and _name_in(_temporary_path(path)) in known_keys():
        _temporary_path(path).replace(path)  # rotation was interrupted after publishing the key
    if not path.exists():
        return None
    try:
        result = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise Blocked(_("The key in %(path)s cannot be used: %(reason)s") % {"path": path, "reason": error}) from error
    if not isinstance(result, Ed25519PrivateKey):
        raise Blocked(_("The key in %(path)s is not an Ed25519 key.") % {"path": path})
    return result


def _name_in(path: Path) -> str:
    result: Any = load_pem_private_key(path.read_bytes(), password=None)
    return key_id(result.public_key().public_bytes_raw())


# --- Signing --------------------------------------------------------------------------------------------------------


def anchor_journal() -> int:
    """Sign the end of the journal, at most hourly and only if it grew; return how many were signed.

    Periodic task. Errors are logged and retried.
    """
    global _looked_at
    if time.monotonic() - _looked_at < LOOK:
        return 0
    _looked_at = time.monotonic()
    try:
        signed = sign_checkpoint()
        write_checkpoints()
    except (Blocked, Unreadable, OSError) as error:
        log.error("The journal is not anchored, which is tried again: %s", error)  # noqa: TRY400 - the words say it all
        return 0
    return int(signed is not None)


@transaction.atomic
def sign_checkpoint(*, at_once: bool = False) -> Checkpoint | None:
    """Sign the end of the journal and mail it to the configured addresses; None if there is nothing to sign.

    One worker at a time. Never signs a journal that contradicts an earlier checkpoint: that would help an attacker.
    """
    key = load_key()
    if key is None:
        return None
    after_lock("SELECT 1", lock=(LOCK,))
    before = Checkpoint.objects.order_by("-number").first()
    last = Event.objects.order_by("-number").values_list("number", "hash").first()
    if last is None or (before and (before.number == last[0] or (not at_once and timezone.now() - before.at < EVERY))):
        return None
    if before and not Event.objects.filter(number=before.number, hash=before.hash).exists():
        log.critical("The journal contradicts the checkpoint of entry %s: nothing is signed any more.", before.number)
        return None
    made = Checkpoint(number=last[0], hash=last[1], at=timezone.now(), address=settings.PORTAL_ADDRESS)
    made.key = key_id(key.public_key().public_bytes_raw())
    made.signature = base64.b64encode(key.sign(to_sign(CHECKPOINT, made.signed_facts))).decode()
    made.save()
    for address in settings.CHECKPOINT_MAIL:
        outbox.queue(address, _("The journal at entry %(number)s") % {"number": made.number}, _mail(made))
    return made


def _mail(made: Checkpoint) -> str:
    head = _("Keep this mail: the line below proves the state of the journal of %(address)s at that time.")
    how = _("To check the journal against it, save the mail or the line as a file and pass it to manage.py verify_all.")
    return f"{head % {'address': made.address}}\n\n{made.line}\n\n{how}\n"


def write_checkpoints() -> int:
    """Add missing checkpoints to the file; return how many. Raises OSError if it cannot be written."""
    path, last = checkpoints_file(), Checkpoint.objects.order_by("-number").first()
    there = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if last is None or there.endswith(f"{last.line}\n"):
        return 0
    known = set(there.splitlines())
    missing = [each.line for each in Checkpoint.objects.order_by("number").iterator() if each.line not in known]
    if missing:
        _append(path, missing)
    return len(missing)


def _append(path: Path, lines: list[str]) -> None:
    """Append whole lines, also to an append-only file (chattr +a)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644), "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = set(file.read().decode(errors="replace").splitlines())
        size = file.seek(0, os.SEEK_END)
        begun = os.pread(file.fileno(), 1, size - 1) not in (b"", b"\n") if size else False
        text = "".join(f"{line}\n" for line in lines if line not in known)
        data = (b"\n" if begun else b"") + text.encode()
        if os.write(file.fileno(), data) < len(data):
            raise OSError(28, os.strerror(28), str(path))
        os.fsync(file.fileno())
