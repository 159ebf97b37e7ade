"""What the database itself refuses: a state jump, a record born in the middle of its life, a rewritten record.
And for what writers wait."""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.db import connection, models

Step = tuple[str, str]


def state_guards(
    initial: str, steps: Iterable[Step], *, or_begun: pgtrigger.Q | None = None
) -> list[pgtrigger.Trigger]:
    """Triggers that let `state` start as `initial`, or as `or_begun` says, and move along `steps` only."""
    begun = pgtrigger.Q(new__state=initial)
    return [
        pgtrigger.FSM(name="state_moves", field="state", transitions=sorted(steps)),
        pgtrigger.Protect(
            name="state_starts",
            operation=pgtrigger.Insert,
            condition=~(begun | or_begun) if or_begun else ~begun,
        ),
    ]


def append_only() -> pgtrigger.Trigger:
    """Trigger that refuses UPDATE and DELETE on rows that were said for good."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def no_delete() -> pgtrigger.Trigger:
    """Trigger that refuses DELETE: records are withdrawn, superseded or corrected, never removed."""
    return pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)


def no_truncate() -> pgtrigger.Trigger:
    """Trigger that refuses TRUNCATE, which passes by the triggers of rows, also where it comes from another table."""
    return pgtrigger.Trigger(
        name="no_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    )


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """Check that `field` holds one of `choices`."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": choices.values}), name=name)


def together(*fields: str, name: str) -> models.CheckConstraint:
    """Check that `fields` are all empty (NULL) or all set."""
    empty = models.Q(**{f"{field}__isnull": True for field in fields})
    full = models.Q(**{f"{field}__isnull": False for field in fields})
    return models.CheckConstraint(condition=empty | full, name=name)


def after_lock(query: str, *values: Any, lock: tuple[int, ...]) -> tuple[Any, ...] | None:
    """The first row of `query`, asked once nobody else holds `lock`, which is then held until the transaction ends.

    Both statements travel in one message. Each sees what was committed when it began: the second, all that was
    written under the lock.
    """
    places = ", ".join(["%s"] * len(lock))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({places}); {query}", [*lock, *values])
        cursor.nextset()
        return cursor.fetchone()
