"""Canonical form of an edition: the bytes that are hashed, printed and attached."""

import hashlib
import json
from typing import Any


def canonical(content: dict[str, Any] | list[Any]) -> bytes:
    """Return the bytes whose SHA-256 is the hash of an edition: UTF-8 JSON, sorted keys, no spaces, unescaped
    characters.

    Raises ValueError for numbers that JSON (RFC 8259) does not support: NaN and infinity.
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sealed(content: dict[str, Any], sha256: str) -> bytes:
    """Return the canonical bytes of `content`. Raises ValueError if `sha256` does not match."""
    written = canonical(content)
    if hashlib.sha256(written).hexdigest() != sha256:
        raise ValueError("This hash is not the SHA-256 of this content.")
    return written
