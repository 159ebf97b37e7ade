"""Decide whether this process may serve on the tables of the database. Servers and the worker check before they do."""

import logging

from django.db import DatabaseError, connection

from . import schema

log = logging.getLogger(__name__)


class Gate:
    """State that decides whether this process may serve: checked until it may, and again after a table error."""

    def __init__(self) -> None:
        self.is_open = False
        self._logged = ""

    def reason(self) -> str:
        """Return why the process must not serve yet; empty once it may, and without a query from then on."""
        if self.is_open:
            return ""
        reason = schema.misfit(thorough=True)
        self.is_open = not reason
        self._log(reason)
        return reason

    def look_again(self) -> str:
        """Check the stamp again and return as `reason` does: for the health page, and after an error of a view."""
        reason = schema.misfit()
        self.is_open = self.is_open and not reason
        self._log(reason)
        return reason or self.reason()

    def _log(self, reason: str) -> None:
        """Log each reason once: requests, health checks and the worker ask every few seconds during an upgrade."""
        if reason and reason != self._logged:
            log.critical("The portal does not serve. %s", reason)
        if reason or self.is_open:
            self._logged = reason

    def look_at_start(self) -> None:
        """Log at the start of a server why it cannot serve, if so, and close the connection."""
        try:
            self.reason()
        except DatabaseError as error:
            log.warning("The tables cannot be checked yet: %s", str(error).splitlines()[0])
        finally:
            connection.close()


gate = Gate()
