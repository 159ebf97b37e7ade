"""The tests run as the role that the portal runs as. What only the owner of the tables or a superuser may do, a test does
through a connection of its own, which sees what was committed (so the test is marked `transaction=True`), or with the
fixture `by_owner`, which lets the whole test run as the owner.
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
    """A cursor of the owner of the tables, on the database that the tests use; each statement is committed by itself."""
    return _cursor(OWNER, database)


def as_superuser(database: str = "") -> Any:
    """A cursor of a superuser, on the database that the tests use; each statement is committed by itself."""
    return _cursor(SUPERUSER, database)


def server() -> Any:
    """A cursor of the owner beside all databases, to create and drop them."""
    return _cursor(OWNER, "postgres")


@contextmanager
def _cursor(address: dict[str, Any], database: str) -> Iterator[psycopg.Cursor]:
    known = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {word: address[key] for word, key in known.items() if address[key]} | address["OPTIONS"]
    with psycopg.connect(**given, dbname=database or connection.settings_dict["NAME"], autocommit=True) as own:
        yield own.cursor()


def become(address: dict[str, Any]) -> None:
    """Let the tests' own connections, in all threads, log in with the role of `address` from now on."""
    connection.close()
    connection.settings_dict.update({key: address[key] for key in IN_ADDRESS})
