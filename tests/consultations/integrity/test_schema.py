"""Schema check: each difference from the migrations is found and named."""

import pgtrigger
import pytest
from django.db import connection

from consultations.integrity import schema
from consultations.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_superuser")]
OF_EVENTS = "consultations_event"


def trigger(name, table=OF_EVENTS):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgfoid::regproc FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname ~ %s", [table, name]
        )
        return cursor.fetchone()


def findings_after(*statements):
    """Return the findings of the check after these statements."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return [finding.words for finding in schema.check()]


def test_tables_equal_those_made_by_migrations():
    """If this fails after a new migration, run `manage.py write_schema` on a fresh database."""
    assert findings_after() == []
    assert schema.fingerprint(schema.standing()) == schema.fingerprint(schema.expected())


def test_disabled_trigger_is_reported():
    name, _function = trigger("append_only")
    words = f"The trigger append_only on {OF_EVENTS} is switched off"
    assert findings_after(f"ALTER TABLE {OF_EVENTS} DISABLE TRIGGER {name}") == [words]
    assert [each.record for each in schema.check()] == [f"trigger {name} on {OF_EVENTS}"]


def test_disabled_foreign_key_checks_are_reported():
    [first, *_triggers] = findings_after(f"ALTER TABLE {OF_EVENTS} DISABLE TRIGGER ALL")
    assert first == f"The check of foreign keys on {OF_EVENTS} is switched off"


def test_missing_and_extra_triggers_are_reported():
    name, function = trigger("append_only")
    assert findings_after(
        f"DROP TRIGGER {name} ON {OF_EVENTS}",
        f"CREATE TRIGGER other BEFORE UPDATE ON {OF_EVENTS} FOR EACH ROW EXECUTE FUNCTION {function}()",
    ) == [
        f"The trigger other on {OF_EVENTS} belongs to no version of the portal",
        f"The trigger append_only on {OF_EVENTS} is missing",
    ]


def test_changed_function_is_reported():
    _name, function = trigger("append_only")
    body = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    assert findings_after(body.format(function)) == ["The source of the function append_only() was changed"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            f"ALTER TABLE {OF_EVENTS} DROP CONSTRAINT {OF_EVENTS}_hash_key",
            "The constraint {0}_hash_key on {0} is missing",
        ),
        (f"ALTER TABLE {OF_EVENTS} ADD extra text", "The column {0}.extra belongs to no version of the portal"),
        (f"ALTER TABLE {OF_EVENTS} ALTER reason DROP NOT NULL", "The column {0}.reason is another one: text"),
        (f"ALTER TABLE {OF_EVENTS} SET UNLOGGED", "The table {0} is another one: table, not logged"),
        (f"ALTER TABLE {OF_EVENTS} ENABLE ROW LEVEL SECURITY", "The table {0} is another one: table, row security"),
        ("DROP INDEX event_about", "The index event_about on {0} is missing"),
        (
            f"CREATE RULE no AS ON UPDATE TO {OF_EVENTS} DO INSTEAD NOTHING",
            "The rule no on {0} belongs to no version of the portal",
        ),
        (
            "DROP TEXT SEARCH CONFIGURATION portal CASCADE",
            "The words of the search configuration portal, asciihword is missing",
        ),
        (
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "The function mine() belongs to no version of the portal",
        ),
        ("SET LOCAL session_replication_role = replica", "Triggers do not fire: it is “replica” here"),
    ],
)
def test_each_kind_of_change_is_reported(statement, words):
    assert words.format(OF_EVENTS) in findings_after(statement)


def test_database_setting_that_disables_triggers_is_reported():
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    [words] = findings_after(f"ALTER DATABASE {name} SET session_replication_role = replica")
    assert words.startswith("The setting session_replication_role in database")


def test_other_version_is_single_finding():
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = '9999_newer' WHERE app = 'positions' AND name = '0001_initial'"
        )
    [finding] = schema.check()
    assert finding.words.startswith("The tables are those of another version: ")
    assert "positions.9999_newer is not known" in finding.words


def test_array_notations_are_equivalent():
    migrated = "CHECK (((state)::text = ANY ((ARRAY['a'::character varying, 'it''s'::character varying])::text[])))"
    restored = (
        "CHECK (((state)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s'::character varying)::text])))"
    )
    assert (
        schema._normalised(migrated)
        == schema._normalised(restored)
        == "CHECK (((state)::text = ANY (ARRAY['a', 'it''s'])))"
    )


def test_all_model_triggers_are_expected():
    names = " ".join(schema.expected())
    models = {model._meta.db_table: trigger.get_pgid(model) for model, trigger in pgtrigger.registered()}
    assert Event._meta.db_table in models
    assert [pgid for table, pgid in models.items() if f"trigger {pgid} on {table}" not in names] == []
