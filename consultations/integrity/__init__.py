"""Whether what is stored is what was written: pure checks, each of which yields what it finds.

`schema` looks at the tables and their guards, `hashes` at words beside their SHA-256, `files` at the disk, `tallies` at
the sums that the database keeps, `journal` at the chain and at the records that its entries commit to, `access_log` at
the log beside it.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is not as it was written. `record` is its kind and key ("consultations.point:7") or what else it
    is; `words` say what is wrong with it, `to_do` what somebody does about it."""

    check: str
    record: str
    words: str
    to_do: str


Progress = Callable[[int, int], None]  # how much is looked at, of how much
Check = Callable[[Progress], Iterator[Finding]]


def no_progress(done: int, total: int) -> None:
    """Progress that nobody waits for."""
