"""Tests run as the portal's runtime role. What only the owner of the tables or a superuser can do uses a separate
connection, which sees committed data (so the test is marked `transaction=True`), or the fixture `by_owner`, which runs
the whole test as the owner.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from ncm_portal.database_roles import IN_ADDRESS

OWNER = settings.DATABASE_ROLES["owner"] or settings.DATABASE_ROLES["running"]
SUPERUSER = settings.SUPERUSER or OWNER


def as_owner(database: str = "") -> Any:
    """Return a cursor of the owner of the tables on the test database; statements autocommit."""
    return _cursor(OWNER, database)


def as_superuser(database: str = "") -> Any:
    """Return a cursor of a superuser on the test database; statements autocommit."""
    return _cursor(SUPERUSER, database)


def server() -> Any:
    """Return a cursor of the owner outside all test databases, to create and drop them."""
    return _cursor(OWNER, "postgres")


@contextmanager
def _cursor(address: dict[str, Any], database: str) -> Iterator[psycopg.Cursor]:
    known = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {word: address[key] for word, key in known.items() if address[key]} | address["OPTIONS"]
    with psycopg.connect(**given, dbname=database or connection.settings_dict["NAME"], autocommit=True) as own:
        yield own.cursor()


def become(address: dict[str, Any]) -> None:
    """Connect the tests' connections in all threads with the role of `address` from now on."""
    connection.close()
    connection.settings_dict.update({key: address[key] for key in IN_ADDRESS})
