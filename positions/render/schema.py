"""JSON Schema (draft 2020-12) of the canonical content of an edition, for other programs.

It forbids unknown properties: a program that follows it has read everything that was hashed.
"""

import functools
import json
from pathlib import Path

FILE = Path(__file__).with_name("edition.schema.json")


@functools.cache
def edition_schema(address: str) -> bytes:
    """Return the schema as published at `address`, which is its $id."""
    return json.dumps({"$id": address, **json.loads(FILE.read_text())}, ensure_ascii=False, indent=1).encode()
