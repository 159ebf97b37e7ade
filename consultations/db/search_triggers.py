"""Database triggers that maintain the search index and the counters, whatever inserts a record."""

from typing import Any

import pgtrigger

HELD_BACK = r"\[\[((?!\[\[|\]\]).)*\]\]"  # the brackets of consultations.redaction as a PostgreSQL regular expression
AFTER = {"when": pgtrigger.After, "operation": pgtrigger.Insert | pgtrigger.Update}
CHANGED: dict[str, Any] = {"when": pgtrigger.After, "operation": pgtrigger.Update}
# Statement-level triggers: a statement can write thousands of rows, and each trigger call has a cost.
WRITTEN: dict[str, Any] = {
    "when": pgtrigger.After,
    "operation": pgtrigger.Insert,
    "level": pgtrigger.Statement,
    "referencing": pgtrigger.Referencing(new="written"),
}


def _vector(weight: str, text: str) -> str:
    """Return SQL for the search vector of an expression: English stems, and each word without accents."""
    return (
        f"setweight(to_tsvector('english', {text}), '{weight}') || setweight(to_tsvector('portal', {text}), '{weight}')"
    )


def _unless_changed(*fields: str) -> str:
    """Return SQL that skips the trigger if an update changes none of `fields`."""
    same = " AND ".join(f"OLD.{field} IS NOT DISTINCT FROM NEW.{field}" for field in fields)
    return f"IF TG_OP = 'UPDATE' AND {same} THEN RETURN NULL; END IF;"


def search_input() -> list[pgtrigger.Trigger]:
    """Return a trigger that indexes inputs for search, without held-back passages."""
    weights = {"A": "title", "B": "body", "C": "proposed_wording"}
    shown = ((weight, f"regexp_replace(input.{field}, '{HELD_BACK}', ' ', 'g')") for weight, field in weights.items())
    words = " || ".join(_vector(weight, text) for weight, text in shown)

    def keep(inputs: str) -> str:
        return f"""
            INSERT INTO consultations_searchentry (submission_id, words)
            SELECT input.id, {words} FROM {inputs} AS input
            ON CONFLICT (submission_id) WHERE point_id IS NULL AND attachment_id IS NULL
            DO UPDATE SET words = EXCLUDED.words;
            RETURN NULL;
        """

    unless_changed = _unless_changed(*weights.values())
    return [
        pgtrigger.Trigger(name="search_new_inputs", **WRITTEN, func=keep("written")),
        pgtrigger.Trigger(name="search_input", **CHANGED, func=unless_changed + keep("(SELECT NEW.*)")),
    ]


def search_point() -> pgtrigger.Trigger:
    """Return a trigger that indexes points of inputs, unless they are held back or were withdrawn."""
    return pgtrigger.Trigger(
        name="search_point",
        **AFTER,
        func=f"""
            {_unless_changed("text", "held_back", "state")}
            IF NEW.submission_id IS NULL THEN RETURN NULL; END IF;
            IF NEW.held_back OR NEW.state = 'withdrawn' THEN
                DELETE FROM consultations_searchentry WHERE point_id = NEW.id;
            ELSE
                INSERT INTO consultations_searchentry (submission_id, point_id, words)
                VALUES (NEW.submission_id, NEW.id, {_vector("B", "NEW.text")})
                ON CONFLICT (point_id) DO UPDATE SET words = EXCLUDED.words;
            END IF;
            RETURN NULL;
        """,
    )


def search_attachment() -> pgtrigger.Trigger:
    """Return a trigger that indexes files that readers of the input can open; never originals."""
    words = f"{_vector('C', 'NEW.name')} || {_vector('D', 'left(NEW.text, 200000)')}"
    return pgtrigger.Trigger(
        name="search_attachment",
        **AFTER,
        func=f"""
            {_unless_changed("text", "name", "state")}
            IF NEW.state = 'ready' AND NEW.kind = 'evidence' THEN
                INSERT INTO consultations_searchentry (submission_id, attachment_id, words)
                VALUES (NEW.submission_id, NEW.id, {words})
                ON CONFLICT (attachment_id) DO UPDATE SET words = EXCLUDED.words;
            ELSE
                DELETE FROM consultations_searchentry WHERE attachment_id = NEW.id;
            END IF;
            RETURN NULL;
        """,
    )


TALLY = ("consultation_id", "theme_id", "stakeholder_id")


def _count(column: str, query: str, change: str) -> str:
    """Return SQL that adds `change` to the counters whose keys and initial values the query `query` selects.

    Finds the counters by their unique index, with or without an organisation.
    """
    key, other = ", ".join(TALLY), {"inputs": "points", "points": "inputs"}[column]
    return f"""
        INSERT INTO consultations_tally ({key}, {column}, {other}) {query}
        ON CONFLICT ({key}) DO UPDATE SET {column} = consultations_tally.{column} + {change};
    """


def _count_new(column: str, counts: str) -> str:
    key = ", ".join(TALLY)
    query = f"SELECT {key}, count(*), 0 FROM written WHERE {counts} GROUP BY {key} ORDER BY {key}"
    return _count(column, query, f"EXCLUDED.{column}")


def _count_one(column: str, row: str, change: int) -> str:
    values = ", ".join(f"{row}.{field}" for field in TALLY)
    return _count(column, f"VALUES ({values}, {max(change, 0)}, 0)", str(change))


def tally(column: str, counts: str) -> list[pgtrigger.Trigger]:
    """Return a trigger that maintains `column` of the counters: the number of rows for which `counts` (SQL about {row})
    is true.
    """
    old, new = counts.format(row="OLD"), counts.format(row="NEW")
    moved = " OR ".join(f"OLD.{field} IS DISTINCT FROM NEW.{field}" for field in TALLY)
    return [
        pgtrigger.Trigger(
            name="tally_new",
            **WRITTEN,
            func=f"{_count_new(column, counts.format(row='written'))} RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name="tally",
            **CHANGED,
            func=f"""
                {_unless_changed("state", *TALLY)}
                IF {old} AND {new} AND NOT ({moved}) THEN RETURN NULL; END IF;
                IF {old} THEN {_count_one(column, "OLD", -1)} END IF;
                IF {new} THEN {_count_one(column, "NEW", 1)} END IF;
                RETURN NULL;
            """,
        ),
    ]


INPUT_COUNTS = "({row}.submitted_at IS NOT NULL AND {row}.state <> 'withdrawn')"
POINT_COUNTS = "({row}.state IN ('validated', 'merged', 'disposed'))"
