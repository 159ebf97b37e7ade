"""What the canonical content of an edition is, for other programs: a JSON Schema (draft 2020-12) beside this file.

It forbids what it does not name: whoever reads an edition by it has read everything that was hashed.
"""

import functools
import json
from pathlib import Path

FILE = Path(__file__).with_name("edition.schema.json")


@functools.cache
def edition_schema(address: str) -> bytes:
    """The schema as it is published at `address`, which is its name among schemas."""
    return json.dumps({"$id": address, **json.loads(FILE.read_text())}, ensure_ascii=False, indent=1).encode()
