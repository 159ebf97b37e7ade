"""Watch verbs in tests: texts that a verb writes must be committed to in the journal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from consultations.models import committing_models
from consultations.queries.journal import altered_records
from ncm_portal.workflow import verbs

_outermost = verbs._outermost


def _prints() -> dict[tuple[str, int], str]:
    """Return the content of every row of a committing model as a code. One query."""
    query = " UNION ALL ".join(map(_query, committing_models()))
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {(table, pk): code for table, pk, code in cursor.fetchall()}


def _query(model: Any) -> str:
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in model.COMMITTED)
    written = ", ".join(f"'{state}'" for state in getattr(model, "STILL_WRITTEN", ()))
    text = (
        f"CASE WHEN state IN ({written}) THEN state ELSE row({columns})::text END"
        if written
        else f"row({columns})::text"
    )
    return f"SELECT '{model._meta.db_table}', id, md5({text}) FROM \"{model._meta.db_table}\""


@contextmanager
def _watched() -> Iterator[None]:
    before = _prints()
    with _outermost():
        yield
    changed = {key for key, code in _prints().items() if before.get(key) != code}
    tables = {table for table, _pk in changed}
    models = {model._meta.label_lower: model for model in committing_models() if model._meta.db_table in tables}
    wrong = list(altered_records(models.values())) if changed else []
    keys = {
        f"{label}:{pk}" for label, model in models.items() for table, pk in changed if model._meta.db_table == table
    }
    left_out = [finding.what for finding in wrong if finding.record in keys]
    assert left_out == [], "a verb changed words and did not say so in the journal"


@contextmanager
def every_verb_commits(monkeypatch: Any) -> Iterator[None]:
    """Fail the test if a verb leaves texts without a journal commitment."""
    with monkeypatch.context() as patched:
        patched.setattr(verbs, "_outermost", _watched)
        yield
