"""Compare the counters maintained by triggers with actual counts."""

from collections.abc import Iterator

from django.db import connection

from consultations.db.search_triggers import (
    COUNTED,
    DAY,
    INPUT_COUNTS,
    OBJECTIVE,
    POINT_COUNTS,
    SENT,
    TALLY,
    UNSPLIT,
    day_of,
)

from . import Finding, Progress, no_progress

TO_DO = (
    "Pages that count are wrong until the row named here says the numbers that there are. Find out what wrote "
    "to the database past its triggers, and see what the other checks find."
)
KEY = ", ".join(TALLY)


def _numbers(counts: dict[str, str]) -> str:
    """Return SQL for what a row adds to each column of the counters."""
    return ", ".join(f"{counts[name].format(row='one')}::int" if name in counts else "0" for name in COUNTED)


def _each(value: str) -> str:
    """Return SQL for a value about {name} of each column of the counters."""
    return ", ".join(value.format(name=name) for name in COUNTED)


DIFFERENCES = f"""
    WITH counted AS (
        SELECT {KEY}, {_each("sum({name}) AS {name}")} FROM (
            SELECT {KEY}, {_numbers(INPUT_COUNTS)} FROM consultations_submission AS one WHERE {SENT.format(row="one")}
            UNION ALL
            SELECT {KEY}, {_numbers(POINT_COUNTS)} FROM consultations_point AS one
            WHERE {POINT_COUNTS["points"].format(row="one")}
        ) AS rows ({KEY}, {", ".join(COUNTED)}) GROUP BY {KEY}
    )
    SELECT coalesce(tally.id::text, ''), consultation.short_title, theme.title, coalesce(body.name, ''),
        ARRAY[{_each("coalesce(tally.{name}, 0)")}], ARRAY[{_each("coalesce(counted.{name}, 0)")}]
    FROM counted FULL JOIN consultations_tally AS tally ON (counted.consultation_id, counted.theme_id,
        coalesce(counted.stakeholder_id, 0))
        = (tally.consultation_id, tally.theme_id, coalesce(tally.stakeholder_id, 0))
    JOIN consultations_consultation AS consultation
        ON consultation.id = coalesce(counted.consultation_id, tally.consultation_id)
    JOIN consultations_theme AS theme ON theme.id = coalesce(counted.theme_id, tally.theme_id)
    LEFT JOIN consultations_stakeholder AS body ON body.id = coalesce(counted.stakeholder_id, tally.stakeholder_id)
    WHERE ({_each("coalesce(tally.{name}, 0)")}) IS DISTINCT FROM ({_each("coalesce(counted.{name}, 0)")})
    ORDER BY 2, 3, 4
"""  # noqa: S608 - constants
WORDS = "{} inputs, {} points, {} on file for everyone, {} for members"


NUMBER = """
    SELECT (SELECT count(*) FROM consultations_tally) + (SELECT count(*) FROM consultations_daytally)
        + (SELECT count(*) FROM consultations_objectivetally) + (SELECT count(*) FROM consultations_unsplitinput)
"""
NAMED_DAY = ", ".join(f"{value} AS {name}" for value, name in zip(day_of("input").split(", "), DAY, strict=True))
BY_DAY = f"""
    WITH counted AS (
        SELECT {NAMED_DAY}, count(*) AS inputs FROM consultations_submission AS input
        WHERE {SENT.format(row="input")} GROUP BY 1, 2, 3, 4
    )
    SELECT coalesce(tally.id::text, ''), consultation.short_title, to_char(day, 'YYYY-MM-DD') || ', ' || channel,
        coalesce(tally.inputs, 0), coalesce(counted.inputs, 0)
    FROM counted FULL JOIN consultations_daytally AS tally USING ({", ".join(DAY)})
    JOIN consultations_consultation AS consultation ON consultation.id = consultation_id
    WHERE coalesce(tally.inputs, 0) <> coalesce(counted.inputs, 0) ORDER BY 2, 3
"""  # noqa: S608 - constants
BY_OBJECTIVE = f"""
    WITH counted AS (
        SELECT input.consultation_id, provision_id, input.stakeholder_id, count(*) AS inputs
        FROM consultations_submission_provisions JOIN consultations_submission AS input ON input.id = submission_id
        WHERE {SENT.format(row="input")} GROUP BY 1, 2, 3
    )
    SELECT coalesce(tally.id::text, ''), consultation.short_title, provision.code || ', ' || body.name,
        coalesce(tally.inputs, 0), coalesce(counted.inputs, 0)
    FROM counted FULL JOIN consultations_objectivetally AS tally USING ({", ".join(OBJECTIVE)})
    JOIN consultations_consultation AS consultation ON consultation.id = consultation_id
    JOIN consultations_provision AS provision ON provision.id = provision_id
    JOIN consultations_stakeholder AS body ON body.id = stakeholder_id
    WHERE coalesce(tally.inputs, 0) <> coalesce(counted.inputs, 0) ORDER BY 2, 3
"""  # noqa: S608 - constants
WITHOUT_POINTS = f"""
    SELECT input.id::text, consultation.short_title, input.reference || ' on the list of inputs without points',
        (listed.submission_id IS NOT NULL)::int, ({UNSPLIT.format(row="input")})::int
    FROM consultations_submission AS input
    JOIN consultations_consultation AS consultation ON consultation.id = consultation_id
    LEFT JOIN consultations_unsplitinput AS listed ON listed.submission_id = input.id
    WHERE {UNSPLIT.format(row="input")} <> (listed.submitted_at IS NOT DISTINCT FROM input.submitted_at)
        AND (input.state = 'accepted' OR listed.submission_id IS NOT NULL) ORDER BY 2, 3
"""  # noqa: S608 - constants
SINGLE = {
    "consultations.daytally": BY_DAY,
    "consultations.objectivetally": BY_OBJECTIVE,
    "consultations.unsplitinput": WITHOUT_POINTS,
}


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each counter that differs from the actual count."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, None)
        for pk, place, theme, body, stored, counted in cursor.fetchall():
            words = (
                f"{place}, {theme}, {body or 'nobody in particular'}: the sum says {WORDS.format(*stored)}; "
                f"there are {WORDS.format(*counted)}"
            )
            yield Finding("sums", f"consultations.tally:{pk}", words, TO_DO)
        for kind, query in SINGLE.items():
            cursor.execute(query, None)
            for pk, place, what, inputs, real_inputs in cursor.fetchall():
                words = f"{place}, {what}: the sum says {inputs} inputs; there are {real_inputs}"
                yield Finding("sums", f"{kind}:{pk}", words, TO_DO)
        cursor.execute(NUMBER)
        (number,) = cursor.fetchone()
    progress(number, number)
