"""Reference number of a request, shown on its error page and written to its log lines."""

import logging
import secrets
from contextvars import ContextVar
from typing import Any

CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no characters that are confused when read aloud
NONE = "-"

_reference: ContextVar[str] = ContextVar("reference", default=NONE)


def begin_request() -> str:
    """Give the starting request a new reference number, such as "K7QM-2XWD", and return it."""
    made = "".join(secrets.choice(CHARACTERS) for _turn in range(8))
    reference = f"{made[:4]}-{made[4:]}"
    _reference.set(reference)
    return reference


def current_reference() -> str:
    """Return the reference number of the current request."""
    return _reference.get()


class ReferenceFilter(logging.Filter):
    """Logging filter that adds `reference`, that of the request, to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Accept every record."""
        request: Any = getattr(record, "request", None)
        record.reference = getattr(request, "reference", None) or current_reference()
        return True


class OneLineFilter(logging.Filter):
    """Logging filter that removes the traceback, for refusals caused by internet scanners."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Accept every record."""
        record.exc_info = record.exc_text = None
        return True
