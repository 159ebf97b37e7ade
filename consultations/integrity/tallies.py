"""Compare the counters maintained by triggers with actual counts."""

from collections.abc import Iterator

from django.db import connection

from consultations.db.search_triggers import DAY, INPUT_COUNTS, OBJECTIVE, POINT_COUNTS, TALLY, day_of

from . import Finding, Progress, no_progress

TO_DO = (
    "Pages that count are wrong until the row named here says the numbers that there are. Find out what wrote "
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


NUMBER = """
    SELECT (SELECT count(*) FROM consultations_tally) + (SELECT count(*) FROM consultations_daytally)
        + (SELECT count(*) FROM consultations_objectivetally)
"""
NAMED_DAY = ", ".join(f"{value} AS {name}" for value, name in zip(day_of("input").split(", "), DAY, strict=True))
BY_DAY = f"""
    WITH counted AS (
        SELECT {NAMED_DAY}, count(*) AS inputs FROM consultations_submission AS input
        WHERE {INPUT_COUNTS.format(row="input")} GROUP BY 1, 2, 3, 4
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
        WHERE {INPUT_COUNTS.format(row="input")} GROUP BY 1, 2, 3
    )
    SELECT coalesce(tally.id::text, ''), consultation.short_title, provision.code || ', ' || body.name,
        coalesce(tally.inputs, 0), coalesce(counted.inputs, 0)
    FROM counted FULL JOIN consultations_objectivetally AS tally USING ({", ".join(OBJECTIVE)})
    JOIN consultations_consultation AS consultation ON consultation.id = consultation_id
    JOIN consultations_provision AS provision ON provision.id = provision_id
    JOIN consultations_stakeholder AS body ON body.id = stakeholder_id
    WHERE coalesce(tally.inputs, 0) <> coalesce(counted.inputs, 0) ORDER BY 2, 3
"""  # noqa: S608 - constants
SINGLE = {"consultations.daytally": BY_DAY, "consultations.objectivetally": BY_OBJECTIVE}


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
        for kind, query in SINGLE.items():
            cursor.execute(query, None)
            for pk, place, what, inputs, real_inputs in cursor.fetchall():
                words = f"{place}, {what}: the sum says {inputs} inputs; there are {real_inputs}"
                yield Finding("sums", f"{kind}:{pk}", words, TO_DO)
        cursor.execute(NUMBER)
        (number,) = cursor.fetchone()
    progress(number, number)
