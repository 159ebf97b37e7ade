"""The canonical form of an edition: the bytes that are hashed, printed and attached."""

import hashlib
import json
from typing import Any


def canonical(content: dict[str, Any] | list[Any]) -> bytes:
    """The bytes whose SHA-256 is the hash of an edition: JSON in UTF-8, keys sorted, no spaces, characters as they are.

    Raises ValueError for numbers that JSON (RFC 8259) does not know: not-a-number and infinity.
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sealed(content: dict[str, Any], sha256: str) -> bytes:
    """The canonical bytes of `content`. Raises ValueError when `sha256` is not their hash."""
    written = canonical(content)
    if hashlib.sha256(written).hexdigest() != sha256:
        raise ValueError("This hash is not the SHA-256 of this content.")
    return written
