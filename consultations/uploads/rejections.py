"""A file that is not taken. The child process that finds out why knows no Django: the words are in `words`."""

from typing import Any


class Refused(Exception):
    """A file may not come in. `code` says why, `facts` fill the words for it."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(code, facts)
