"""The reference number of an error: shown on its page and written in its log line, so that one leads to the other."""

import logging
import secrets
from contextvars import ContextVar
from typing import Any

CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another when it is read out
NONE = "-"

_reference: ContextVar[str] = ContextVar("reference", default=NONE)


def begin_request() -> str:
    """Give the request that begins now a reference number of its own, such as "K7QM-2XWD", and return it."""
    made = "".join(secrets.choice(CHARACTERS) for _turn in range(8))
    reference = f"{made[:4]}-{made[4:]}"
    _reference.set(reference)
    return reference


def current_reference() -> str:
    """The reference number of the request that is being answered."""
    return _reference.get()


class ReferenceFilter(logging.Filter):
    """Adds `reference` to each record of a log: that of the request which the record is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        request: Any = getattr(record, "request", None)
        record.reference = getattr(request, "reference", None) or current_reference()
        return True


class OneLineFilter(logging.Filter):
    """Leaves the traceback out: for refusals that every scanner of the internet causes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        record.exc_info = record.exc_text = None
        return True
