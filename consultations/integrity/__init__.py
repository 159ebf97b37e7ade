"""Check that stored data is unaltered: pure checks, each of which yields findings.

`schema` checks tables and triggers, `hashes` texts against their SHA-256, `files` the disk, `tallies` the counters,
`journal` the hash chain and the records committed to by entries, `access_log` the access log.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple


class Finding(NamedTuple):
    """One deviation. `record` is the type and key of a record ("consultations.point:7") or another name; `words`
    describe the problem, `to_do` what to do about it.
    """

    check: str
    record: str
    words: str
    to_do: str


Progress = Callable[[int, int], None]  # progress: how much was checked, of how much
Check = Callable[[Progress], Iterator[Finding]]


def no_progress(done: int, total: int) -> None:
    """Ignore progress."""
