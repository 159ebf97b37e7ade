"""Journal entries as values, and their hashes. Pure: the same for database rows, archive lines and checks.

Format 1 hashed the texts themselves. Format 2 hashes the metadata and a commitment to each text: HMAC-SHA256 with a
salt of the record or the person. A commitment reveals nothing without its salt, so destroying the salt and blanking the
texts erases them while the chain still verifies.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

FIRST_HASH = "0" * 64
OLD_FORMAT, FORMAT = 1, 2
WORDS = ("object_label", "by_name", "reason", "data")  # what format 2 commits to instead of hashing it
ERASES = "erases"  # among the commitments: the numbers of the salts that this entry erases

canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_text = json.encoder.encode_basestring  # the result of `canonical` for a text, faster


Code = Callable[[bytes, bytes], str]


class Entry(NamedTuple):
    """One entry. `at` and `recorded_at` are microseconds since 1970; `data` and `commitments` are parsed JSON."""

    number: int
    format: int
    kind: str
    object_id: str
    object_label: str
    verb: str
    before: str
    after: str
    by: int | None
    by_name: str
    at: int
    recorded_at: int
    reason: str
    data: Any
    commitments: dict[str, Any]
    digest: str | None
    previous_hash: str
    hash: str

    def __str__(self) -> str:
        return f"{self.number}: {self.object_label}, {self.verb}"

    @property
    def is_bare(self) -> bool:
        """Return whether only the hash is stored, for entries older than the archive that this portal started from."""
        return not self.kind

    def computed_hash(self) -> str:
        """Return the hash that the entry must have, from its digest or, in format 1, from its texts."""
        if self.format == OLD_FORMAT:
            return _old_hash(self)
        return chain_hash(self.number, self.previous_hash, self.digest or "")

    def computed_digest(self) -> str:
        """Return the SHA-256 of the whole content with texts replaced by commitments; independent of its place in the
        chain.
        """
        about, happened = (self.kind, self.object_id), (self.verb, self.before, self.after, self.by)
        return digest(about, happened, (self.at, self.recorded_at), canonical(self.commitments))

    @property
    def is_as_written(self) -> bool:
        """Return whether the stored hash matches the content."""
        if self.is_bare and self.format == OLD_FORMAT:
            return True
        says = self.format == OLD_FORMAT or self.is_bare or self.digest == self.computed_digest()
        return says and self.hash == self.computed_hash()

    def altered_words(self, salts: Mapping[int, bytes], code: Code | None = None) -> list[str]:
        """Return the names of texts that differ from their commitments. Texts without a salt must be blank. Pass a
        caching `code` to check many entries.
        """
        if self.format == OLD_FORMAT or self.is_bare:
            return []
        return [name for name in WORDS if not self._holds(name, salts, code or code_of)]

    def _holds(self, name: str, salts: Mapping[int, bytes], code: Code) -> bool:
        value, known = getattr(self, name), self.commitments.get(name)
        salt = salts.get(known[0]) if known else None
        if known is None or salt is None:
            return not value
        return code(salt, message(name, value)) == known[1]


def digest(about: tuple[str, str], happened: tuple[Any, ...], moments: tuple[int, int], commitments: str) -> str:
    """Return the SHA-256 of the canonical JSON of an entry's content in format 2; `commitments` are already in that
    form.
    """
    (kind, key), (verb, before, after, by), (at, recorded_at) = about, happened, moments
    text = (
        f'{{"after":{_text(after)},"at":{at},"before":{_text(before)},"by":{"null" if by is None else by},'
        f'"commitments":{commitments},"format":{FORMAT},"kind":{_text(kind)},"object_id":{_text(key)},'
        f'"recorded_at":{recorded_at},"verb":{_text(verb)}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()


def chain_hash(number: int, previous: str, digest: str) -> str:
    """Return the hash of a format 2 entry in its place in the chain, the only step to compute under the lock."""
    return hashlib.sha256(f"[{FORMAT},{number},{_text(previous)},{_text(digest)}]".encode()).hexdigest()


def _old_hash(entry: Entry) -> str:
    content = {
        "number": entry.number, "kind": entry.kind, "object_id": entry.object_id, "object_label": entry.object_label,
        "verb": entry.verb, "before": entry.before, "after": entry.after, "by": entry.by, "by_name": entry.by_name,
        "at": entry.at / 1_000_000, "recorded_at": entry.recorded_at / 1_000_000, "reason": entry.reason,
        "data": entry.data, "previous_hash": entry.previous_hash,
    }  # fmt: skip
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def message(name: str, value: Any) -> bytes:
    """Return the message for a commitment to `value` under the `name` of a text or a record."""
    return f"{name}\0{_text(value) if isinstance(value, str) else canonical(value)}".encode()


def code_of(salt: bytes, message: bytes) -> str:
    """Return the commitment to a message: HMAC-SHA256 with the salt."""
    return hmac.digest(salt, message, "sha256").hex()


def as_json(value: Any) -> Any:
    """Return `value` as the database returns it from a JSON column, with its number format."""
    return json.loads(json.dumps(value, default=str), parse_float=_number)


def _number(text: str) -> int | float:
    return int(Decimal(text)) if "e+" in text else float(text) or 0.0
