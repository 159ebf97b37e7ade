"""Verify that the journal still matches signed checkpoints, from the file and from mails.

    for finding in check_checkpoints([Path("mailed.txt")]): ...

Needs no manual records. `keys` is a published copy of the public keys to compare with the portal's.
"""

import base64
import email
import email.policy
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from consultations.models import Checkpoint, Event
from consultations.models.checkpoints import CHECKPOINT, KEY, checkpoints_file, is_signed, key_id, keys_file

from .journal import Finding

AT_ONCE = 1000
FIELDS = {"number": int, "hash": str, "time": str, "address": str, "key": str, "signature": str}
Line = dict[str, Any]


class Key(NamedTuple):
    """Public key: its bytes and its period of use (None: still in use)."""

    public: bytes
    since: datetime
    until: datetime | None = None


class Unreadable(Exception):
    """Raised for an unusable file of keys or checkpoints, with the reason in plain words."""


# --- Keys -----------------------------------------------------------------------------------------------------------


def known_keys(path: Path | None = None) -> dict[str, Key]:
    """Return the public keys in the file by name, each signed by the previous one. Raises Unreadable."""
    path = path or keys_file()
    result: dict[str, Key] = {}
    last = ""
    for number, line in enumerate(_json_lines(path), start=1):
        try:
            public, since = base64.b64decode(line["public"], validate=True), datetime.fromisoformat(line["time"])
            signer = result[last].public if last else public
            is_sound = key_id(public) == line["key"] and line["signed_by"] == (last or line["key"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"Line {number} of {path} is no public key.") from error
        if not is_sound or not is_signed(signer, KEY, line):
            raise Unreadable(f"Key {number} in {path} is not signed by the key before it.")
        if last:
            result[last] = result[last]._replace(until=since)
        last = line["key"]
        result[last] = Key(public, since)
    return result


# --- Lines ----------------------------------------------------------------------------------------------------------


def _json_lines(path: Path) -> Iterator[Line]:
    """Parse each line of one of our own files as JSON. Raises Unreadable."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error
    lines = [line for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        if any(later.startswith(line) for later in lines[number:]):
            continue  # an interrupted write on a full disk: the line was written again
        try:
            yield dict(json.loads(line))
        except (ValueError, TypeError) as error:
            raise Unreadable(f"Line {number} of {path} is no checkpoint.") from error


def signed_lines(path: Path) -> list[Line]:
    """Return the checkpoints in a file kept by somebody: lines of the portal's file, or the mails."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error}.") from error
    text = _text_of_mail(data) if path.suffix == ".eml" else data.decode(errors="replace")
    result = []
    for line in text.splitlines():
        if line.strip().startswith("{"):
            try:
                result.append(dict(json.loads(line)))
            except (ValueError, TypeError) as error:
                raise Unreadable(f"{path} holds a line that is no checkpoint: {line[:80]}") from error
    if not result:
        raise Unreadable(f"{path} holds no checkpoint.")
    return result


def _text_of_mail(data: bytes) -> str:
    body = email.message_from_bytes(data, policy=email.policy.default).get_body(preferencelist=("plain",))
    return body.get_content() if body else ""


# --- The check ------------------------------------------------------------------------------------------------------


def check_checkpoints(files: Iterable[Path] = (), keys: Path | None = None) -> Iterator[Finding]:
    """Yield everything that contradicts a checkpoint: removed or rewritten entries, or foreign signatures.

    Yields nothing for a portal without a key that never signed anything.
    """
    lines: list[tuple[str, Line]] = []
    try:
        if _is_used() or keys or list(files):
            trusted = known_keys(keys)
            if keys and keys_file().exists() and trusted.keys() != known_keys().keys():
                yield _about(f"The keys in {keys} are not those in {keys_file()}")
        if checkpoints_file().exists() or Checkpoint.objects.exists():
            lines += [(str(checkpoints_file()), line) for line in _json_lines(checkpoints_file())]
        for path in files:
            lines += [(str(path), line) for line in signed_lines(path)]
    except Unreadable as error:
        yield _about(str(error).rstrip("."))
        return
    sound = []
    for where, line in lines:
        if fault := _fault(line, trusted):
            yield _about(f"A checkpoint in {where} {fault}", line.get("number", 0))
        else:
            sound.append(line)
    yield from _held_against_chain(sound)
    yield from _left_out({line["number"] for line in sound})


def _is_used() -> bool:
    made = (Path(settings.CHECKPOINT_KEY), checkpoints_file(), keys_file())
    return any(path.exists() for path in made) or Checkpoint.objects.exists()


def _about(what: str, number: Any = 0) -> Finding:
    number = number if isinstance(number, int) else 0
    return Finding(f"consultations.checkpoint:{number}" if number else "consultations.checkpoint", what, number)


def _fault(line: Line, keys: dict[str, Key]) -> str:
    """Return what is wrong with a single checkpoint."""
    if any(not isinstance(line.get(name), kind) for name, kind in FIELDS.items()) or line.keys() != FIELDS.keys():
        return "has other fields than a checkpoint"
    key = keys.get(line["key"])
    if key is None:
        return f"is signed with a key that is not the portal's ({line['key']})"
    if not is_signed(key.public, CHECKPOINT, line):
        return f"is forged: its signature does not fit (entry {line['number']})"
    if line["address"] != settings.PORTAL_ADDRESS:
        return f"is that of another portal ({line['address']})"
    if key.until and datetime.fromisoformat(line["time"]) > key.until:
        return f"is signed with a key that had been replaced by then (entry {line['number']}, {line['time']})"
    return ""


def _held_against_chain(lines: list[Line]) -> Iterator[Finding]:
    """Return the first checkpoint that the journal contradicts: earlier entries are intact, later ones cannot be
    trusted.
    """
    lines = sorted(lines, key=lambda line: line["number"])
    last = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    good = 0
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        hashes = dict(
            Event.objects.filter(number__in=[line["number"] for line in some]).values_list("number", "hash").order_by()
        )
        for line in some:
            if hashes.get(line["number"]) == line["hash"]:
                good = line["number"]
                continue
            yield _contradicted(line, good, last)
            return


def _contradicted(line: Line, good: int, last: int) -> Finding:
    number, signed = line["number"], f"the checkpoint of {line['time']}"
    if number > last:
        what = f"the end of the journal was cut off: it ends with entry {last}, {signed} names entry {number}"
    else:
        what = f"the journal was rewritten after entry {good}: {signed} gives entry {number} another hash"
    return Finding(f"consultations.event:{number}", what, number)


def _left_out(numbers: set[int]) -> Iterator[Finding]:
    """Return signed checkpoints that are in no file: lines were removed or could not be written."""
    signed = Checkpoint.objects.order_by("number").values_list("number", flat=True)
    missing = [number for number in signed.iterator(chunk_size=2000) if number not in numbers]
    if missing:
        where = f"{checkpoints_file()}, the first of entry {missing[0]}"
        yield _about(f"{len(missing)} checkpoints that were signed are not in {where}", missing[0])
