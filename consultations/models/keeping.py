"""Triggers by which the database keeps the words to search and the tallies, whatever way a record comes in."""

import pgtrigger

HELD_BACK = r"\[\[((?!\[\[|\]\]).)*\]\]"  # the passages of consultations.passages, in PostgreSQL's spelling
AFTER = {"when": pgtrigger.After, "operation": pgtrigger.Insert | pgtrigger.Update}


def _vector(weight: str, text: str) -> str:
    """The words of an SQL expression: English stems, and each word as it stands without accents."""
    return (
        f"setweight(to_tsvector('english', {text}), '{weight}') || setweight(to_tsvector('portal', {text}), '{weight}')"
    )


def _open(field: str) -> str:
    return f"regexp_replace(NEW.{field}, '{HELD_BACK}', ' ', 'g')"


def _unless_changed(*fields: str) -> str:
    """Leave when an update touches none of `fields`."""
    same = " AND ".join(f"OLD.{field} IS NOT DISTINCT FROM NEW.{field}" for field in fields)
    return f"IF TG_OP = 'UPDATE' AND {same} THEN RETURN NULL; END IF;"


def search_input() -> pgtrigger.Trigger:
    """Keeps the searchable words of an input; what it holds back is left out."""
    words = " || ".join(
        [_vector("A", _open("title")), _vector("B", _open("body")), _vector("C", _open("proposed_wording"))]
    )
    return pgtrigger.Trigger(
        name="search_input",
        **AFTER,
        func=f"""
            {_unless_changed("title", "body", "proposed_wording")}
            INSERT INTO consultations_searchentry (submission_id, words) VALUES (NEW.id, {words})
            ON CONFLICT (submission_id) WHERE point_id IS NULL AND attachment_id IS NULL
            DO UPDATE SET words = EXCLUDED.words;
            RETURN NULL;
        """,
    )


def search_point() -> pgtrigger.Trigger:
    """Keeps the searchable words of a point of an input, unless they were held back or it was taken back."""
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
    """Keeps the searchable words of a file that can be opened by whoever reads the input; never those of originals."""
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


def _count(column: str, row: str, change: str) -> str:
    """Add `change` to a tally, through its unique index whether or not there is an organisation."""
    key = f"{row}.consultation_id, {row}.theme_id, {row}.stakeholder_id"
    first = f"greatest({change}, 0)"
    return f"""
        INSERT INTO consultations_tally (consultation_id, theme_id, stakeholder_id, inputs, points)
        VALUES ({key}, {first if column == "inputs" else 0}, {first if column == "points" else 0})
        ON CONFLICT (consultation_id, theme_id, stakeholder_id)
        DO UPDATE SET {column} = consultations_tally.{column} + {change};
    """


def tally(column: str, counts: str) -> pgtrigger.Trigger:
    """Keeps `column` of the tallies: how many rows there are of which `counts` (SQL about {row}) is true."""
    key = ("theme_id", "stakeholder_id", "consultation_id")
    old, new = counts.format(row="OLD"), counts.format(row="NEW")
    moved = " OR ".join(f"OLD.{field} IS DISTINCT FROM NEW.{field}" for field in key)
    return pgtrigger.Trigger(
        name="tally",
        **AFTER,
        func=f"""
            {_unless_changed("state", *key)}
            IF TG_OP = 'UPDATE' THEN
                IF {old} AND {new} AND NOT ({moved}) THEN RETURN NULL; END IF;
                IF {old} THEN {_count(column, "OLD", "-1")} END IF;
            END IF;
            IF {new} THEN {_count(column, "NEW", "1")} END IF;
            RETURN NULL;
        """,
    )


INPUT_COUNTS = "({row}.submitted_at IS NOT NULL AND {row}.state <> 'withdrawn')"
POINT_COUNTS = "({row}.state IN ('validated', 'merged', 'disposed'))"
