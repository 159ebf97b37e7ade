"""Compare the counters maintained by triggers with actual counts."""

from collections.abc import Iterator

from django.db import connection

from consultations.db.search_triggers import INPUT_COUNTS, POINT_COUNTS, TALLY

from . import Finding, Progress, no_progress

TO_DO = (
    "Pages that count are wrong until the row in consultations_tally says the numbers named here. Find out what wrote "
    "to the database past its triggers, and see what the other checks find."
)
KEY = ", ".join(TALLY)
DIFFERENCES = f"""
    WITH counted AS (
        SELECT {KEY}, sum(inputs) AS inputs, sum(points) AS points FROM (
            SELECT {KEY}, 1 AS inputs, 0 AS points FROM consultations_submission AS one
            WHERE {INPUT_COUNTS.format(row="one")}
            UNION ALL
            SELECT {KEY}, 0, 1 FROM consultations_point AS one WHERE {POINT_COUNTS.format(row="one")}
        ) AS rows GROUP BY {KEY}
    )
    SELECT coalesce(tally.id::text, ''), consultation.short_title, theme.title, coalesce(body.name, ''),
        coalesce(tally.inputs, 0), coalesce(tally.points, 0), coalesce(counted.inputs, 0), coalesce(counted.points, 0)
    FROM counted FULL JOIN consultations_tally AS tally ON (counted.consultation_id, counted.theme_id,
        coalesce(counted.stakeholder_id, 0))
        = (tally.consultation_id, tally.theme_id, coalesce(tally.stakeholder_id, 0))
    JOIN consultations_consultation AS consultation
        ON consultation.id = coalesce(counted.consultation_id, tally.consultation_id)
    JOIN consultations_theme AS theme ON theme.id = coalesce(counted.theme_id, tally.theme_id)
    LEFT JOIN consultations_stakeholder AS body ON body.id = coalesce(counted.stakeholder_id, tally.stakeholder_id)
    WHERE (coalesce(tally.inputs, 0), coalesce(tally.points, 0))
        IS DISTINCT FROM (coalesce(counted.inputs, 0), coalesce(counted.points, 0))
    ORDER BY 2, 3, 4
"""  # noqa: S608 - constants


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each counter that differs from the actual count."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, None)
        for pk, place, theme, body, inputs, points, real_inputs, real_points in cursor.fetchall():
            words = (
                f"{place}, {theme}, {body or 'nobody in particular'}: the sum says {inputs} inputs, {points} points; "
                f"there are {real_inputs} and {real_points}"
            )
            yield Finding("sums", f"consultations.tally:{pk}", words, TO_DO)
        cursor.execute("SELECT count(*) FROM consultations_tally")
        (number,) = cursor.fetchone()
    progress(number, number)
