"""Database triggers that maintain the search index and the counters, whatever inserts a record."""

from collections.abc import Callable
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

# --- Inputs by day and by objective -------------------------------------------------------------------------------

SLOTS = 16  # counters of one day: whoever sends at the same moment seldom waits for the same one
DAY = ("consultation_id", "day", "channel", "slot")
OBJECTIVE = ("consultation_id", "provision_id", "stakeholder_id")
_INPUT_FIELDS = ("state", "submitted_at", "channel", "consultation_id", "stakeholder_id")


def day_of(row: str) -> str:
    """Return SQL for the key of a counter of `row`, an input: consultation, day in Nairobi, channel and slot."""
    day = f"({row}.submitted_at AT TIME ZONE 'Africa/Nairobi')::date"
    return f"{row}.consultation_id, {day}, {row}.channel, {row}.stakeholder_id % {SLOTS}"


def _add(table: str, key: tuple[str, ...], query: str, change: str) -> str:
    """Return SQL that adds `change` to the counters whose keys and initial values `query` selects."""
    columns = ", ".join(key)
    return f"""
        INSERT INTO {table} ({columns}, inputs) {query}
        ON CONFLICT ({columns}) DO UPDATE SET inputs = {table}.inputs + {change};
    """


def _when_counted_otherwise(key: str, add: Callable[[str, int], str]) -> str:
    """Return the body of a trigger that moves an input from the counters of OLD to those of NEW; `key` of {row}."""
    old, new = INPUT_COUNTS.format(row="OLD"), INPUT_COUNTS.format(row="NEW")
    same = f"({key.format(row='OLD')}) IS NOT DISTINCT FROM ({key.format(row='NEW')})"
    return f"""
        {_unless_changed(*_INPUT_FIELDS)}
        IF {old} = {new} AND {same} THEN RETURN NULL; END IF;
        IF {old} THEN {add("OLD", -1)} END IF;
        IF {new} THEN {add("NEW", 1)} END IF;
        RETURN NULL;
    """


def _add_day(row: str, change: int) -> str:
    return _add("consultations_daytally", DAY, f"VALUES ({day_of(row)}, {max(change, 0)})", str(change))


def _add_objectives(row: str, change: int) -> str:
    of_it = f"SELECT {row}.consultation_id, provision_id, {row}.stakeholder_id, {max(change, 0)}"
    query = f"{of_it} FROM consultations_submission_provisions WHERE submission_id = {row}.id ORDER BY provision_id"
    return _add("consultations_objectivetally", OBJECTIVE, query, str(change))


def tally_by_day() -> list[pgtrigger.Trigger]:
    """Return triggers that count inputs by day and channel."""
    counted = INPUT_COUNTS.format(row="written")
    query = f"SELECT {day_of('written')}, count(*) FROM written WHERE {counted} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    new = _add("consultations_daytally", DAY, query, "EXCLUDED.inputs")
    return [
        pgtrigger.Trigger(name="day_tally_new", **WRITTEN, func=f"{new} RETURN NULL;"),
        pgtrigger.Trigger(name="day_tally", **CHANGED, func=_when_counted_otherwise(day_of("{row}"), _add_day)),
    ]


def tally_by_objective() -> pgtrigger.Trigger:
    """Return the trigger that counts inputs by objective and organisation when an input is sent or withdrawn. What is
    named later is counted by triggers on the table between them, which migration 0006 makes.
    """
    key = "{row}.consultation_id, {row}.stakeholder_id"
    body = _when_counted_otherwise(key, _add_objectives)
    return pgtrigger.Trigger(name="objective_tally", **CHANGED, func=body)
