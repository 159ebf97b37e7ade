"""Number inputs by one sequence per year, so that nobody waits for the sending of somebody else.

The running role cannot create sequences. The function, which acts as the owner of the tables, creates that of a year
when its first number is asked for, after the last reference of that year. A number is never given twice; one whose input
was not sent in the end is left out.
"""

from django.db import migrations

NUMBERS = """
CREATE FUNCTION next_reference_numbers(of_year integer, how_many integer) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET client_min_messages = warning AS $numbers$
DECLARE
    sequence_name text := 'consultations_reference_' || of_year;
    next_number bigint;
BEGIN
    IF of_year NOT BETWEEN 1900 AND 2999 OR how_many NOT BETWEEN 1 AND 1000000 THEN
        RAISE EXCEPTION 'no reference numbers for the year %, % of them', of_year, how_many;
    END IF;
    IF to_regclass(sequence_name) IS NULL THEN
        PERFORM pg_advisory_xact_lock(20171018, of_year);
        SELECT coalesce(max(substr(reference, 10)::bigint), 0) + 1 INTO next_number
            FROM consultations_submission WHERE reference ~ ('^NCM-' || of_year || '-[0-9]+$');
        -- Whoever held the lock may have made it, which this session knows once it has tried.
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I START %s', sequence_name, next_number);
    END IF;
    WHILE how_many > 0 LOOP
        next_number := nextval(sequence_name::regclass);
        -- Code of 0.2.0, which may serve beside this for the time of an upgrade, takes the number after the last.
        CONTINUE WHEN EXISTS (
            SELECT FROM consultations_submission
            WHERE reference = 'NCM-' || of_year || '-' || lpad(next_number::text, greatest(4, length(next_number::text)), '0')
        );
        how_many := how_many - 1;
        RETURN NEXT next_number;
    END LOOP;
END;
$numbers$;
REVOKE EXECUTE ON FUNCTION next_reference_numbers(integer, integer) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_addresses_of_accounts")]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP FUNCTION next_reference_numbers(integer, integer)"),
    ]
