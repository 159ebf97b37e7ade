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

    def keep(inputs: str, otherwise: str = "") -> str:
        return f"""
            INSERT INTO consultations_searchentry (submission_id, words)
            SELECT input.id, {words} FROM {inputs} AS input{otherwise};
            RETURN NULL;
        """

    unless_changed = _unless_changed(*weights.values())
    replaces = """
            ON CONFLICT (submission_id) WHERE point_id IS NULL AND attachment_id IS NULL
            DO UPDATE SET words = EXCLUDED.words"""
    return [
        pgtrigger.Trigger(name="search_new_inputs", **WRITTEN, func=keep("written")),
        pgtrigger.Trigger(name="search_input", **CHANGED, func=unless_changed + keep("(SELECT NEW.*)", replaces)),
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
            {_unless_changed("text", "name", "state", "is_hidden")}
            IF NEW.state = 'ready' AND NEW.kind = 'evidence' AND NOT NEW.is_hidden THEN
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
COUNTED = ("inputs", "points", "public", "members")  # columns of the counters
SENT = "({row}.submitted_at IS NOT NULL AND {row}.state <> 'withdrawn')"
_ON_FILE = "({{row}}.state = 'accepted' AND {{row}}.audience = '{}')"

# What each column counts, in SQL about {row}. The first of each table is true wherever another is.
INPUT_COUNTS = {"inputs": SENT, "public": _ON_FILE.format("public"), "members": _ON_FILE.format("members")}
POINT_COUNTS = {"points": "({row}.state IN ('validated', 'merged', 'disposed'))"}


def _count(query: str, changes: dict[str, str]) -> str:
    """Return SQL that adds `changes` to columns of the counters whose keys and initial values `query` selects.

    Finds the counters by their unique index, with or without an organisation.
    """
    key, added = ", ".join(TALLY), (f"{name} = consultations_tally.{name} + {more}" for name, more in changes.items())
    return f"""
        INSERT INTO consultations_tally ({key}, {", ".join(COUNTED)}) {query}
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(added)};
    """


def _count_new(counts: dict[str, str]) -> str:
    key, first = ", ".join(TALLY), next(iter(counts.values())).format(row="written")
    numbers = {name: f"count(*) FILTER (WHERE {when.format(row='written')})" for name, when in counts.items()}
    columns = ", ".join(numbers.get(name, "0") for name in COUNTED)
    query = f"SELECT {key}, {columns} FROM written WHERE {first} GROUP BY {key} ORDER BY {key}"
    return _count(query, {name: f"EXCLUDED.{name}" for name in counts})


def _count_one(counts: dict[str, str], row: str, sign: int) -> str:
    """Return SQL that counts a row, or no more. Its counter begins with it: nothing is taken from one that is not."""
    numbers = {name: f"{when.format(row=row)}::int" for name, when in counts.items()}
    begin = (numbers.get(name, "0") if sign > 0 else "0" for name in COUNTED)
    values = ", ".join([*(f"{row}.{field}" for field in TALLY), *begin])
    return _count(f"VALUES ({values})", {name: f"{sign} * {number}" for name, number in numbers.items()})


def tally(counts: dict[str, str], watched: tuple[str, ...] = ("state",)) -> list[pgtrigger.Trigger]:
    """Return triggers that maintain columns of the counters: the number of rows for which each of `counts` is true,
    which depends on the columns `watched`.
    """
    old, new = (next(iter(counts.values())).format(row=row) for row in ("OLD", "NEW"))
    alike = ", ".join([*counts.values(), *(f"{{row}}.{field}" for field in TALLY)])
    same = f"({alike.format(row='OLD')}) IS NOT DISTINCT FROM ({alike.format(row='NEW')})"
    return [
        pgtrigger.Trigger(name="tally_new", **WRITTEN, func=f"{_count_new(counts)} RETURN NULL;"),
        pgtrigger.Trigger(
            name="tally",
            **CHANGED,
            func=f"""
                {_unless_changed(*watched, *TALLY)}
                IF {same} THEN RETURN NULL; END IF;
                IF {old} THEN {_count_one(counts, "OLD", -1)} END IF;
                IF {new} THEN {_count_one(counts, "NEW", 1)} END IF;
                RETURN NULL;
            """,
        ),
    ]


# --- Inputs without points --------------------------------------------------------------------------------------------

UNSPLIT = "({row}.state = 'accepted' AND NOT EXISTS (SELECT FROM consultations_point WHERE submission_id = {row}.id))"


def list_unsplit() -> list[pgtrigger.Trigger]:
    """Return triggers on inputs that list those on file without points."""
    columns, key = "submission_id, submitted_at", "submission_id"
    add = f"INSERT INTO consultations_unsplitinput ({columns}) "
    unsplit = UNSPLIT.format(row="written")
    return [
        pgtrigger.Trigger(
            name="unsplit_new",
            **WRITTEN,
            func=f"{add} SELECT id, submitted_at FROM written WHERE {unsplit}; RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name="unsplit",
            **CHANGED,
            func=f"""
                {_unless_changed("state", "submitted_at")}
                IF {UNSPLIT.format(row="NEW")} THEN
                    {add} VALUES (NEW.id, NEW.submitted_at)
                    ON CONFLICT ({key}) DO UPDATE SET submitted_at = EXCLUDED.submitted_at;
                ELSIF OLD.state = 'accepted' THEN
                    DELETE FROM consultations_unsplitinput WHERE {key} = NEW.id;
                END IF;
                RETURN NULL;
            """,
        ),
    ]


def list_split() -> pgtrigger.Trigger:
    """Return a trigger on points that takes their inputs off the list of inputs without points."""
    of_them = "SELECT submission_id FROM written"
    return pgtrigger.Trigger(
        name="split_new",
        **WRITTEN,
        func=f"DELETE FROM consultations_unsplitinput WHERE submission_id IN ({of_them}); RETURN NULL;",
    )


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
    old, new = SENT.format(row="OLD"), SENT.format(row="NEW")
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
    counted = SENT.format(row="written")
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
