"""The portal's database role can only read and write rows; one command sets up the owner of the tables."""

import io
from urllib.parse import quote

import pgtrigger
import psycopg
import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection, transaction

from consultations.models import Event, Stakeholder, StakeholderState
from ncm_portal import database_roles
from tests import factories, migrated
from tests.database_roles import SUPERUSER, as_owner, as_superuser
from tests.ncm_portal.test_settings import PRODUCTION, manage
from tests.settings import RUN_FOLDER

pytestmark = pytest.mark.django_db
OWNER, RUNNING = (settings.DATABASE_ROLES[name] for name in ("owner", "running"))
OWNER_NAME = OWNER["USER"] if OWNER else ""
own_server = pytest.mark.skipif(settings.SUPERUSER is None, reason="needs a server on which the tests are superuser")
IGNORE = "SELECT set_config('pgtrigger.ignore', %s, true)"


def refusal(sql, *values):
    """Return the database's error message for this statement, or an empty string if it succeeds."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
    except ProgrammingError as error:
        return str(error).splitlines()[0]
    return ""


def trigger_of(model, name):
    (trigger,) = [each for each in model._meta.triggers if each.name == name]
    return trigger.get_pgid(model)


# --- What the running role tries ----------------------------------------------------------------------------------

FORBIDDEN = {
    "ALTER TABLE consultations_event DISABLE TRIGGER ALL": "must be owner of table consultations_event",
    "ALTER TABLE consultations_event ADD COLUMN more int": "must be owner of table consultations_event",
    "ALTER TABLE consultations_event OWNER TO CURRENT_USER": "must be owner of table consultations_event",
    "DROP TABLE consultations_event": "must be owner of table consultations_event",
    "TRUNCATE consultations_event": "permission denied for table consultations_event",
    "TRUNCATE consultations_searchentry": "permission denied for table consultations_searchentry",
    "UPDATE consultations_event SET hash = ''": "permission denied for table consultations_event",
    "UPDATE consultations_event SET id = id": "permission denied for table consultations_event",
    "DELETE FROM consultations_event": "permission denied for table consultations_event",
    "UPDATE positions_edition SET content = 'x'": "permission denied for table positions_edition",
    "DELETE FROM positions_edition": "permission denied for table positions_edition",
    "DELETE FROM django_migrations": "permission denied for table django_migrations",
    "SET session_replication_role = replica": 'permission denied to set parameter "session_replication_role"',
    f"SET ROLE {OWNER_NAME}": f'permission denied to set role "{OWNER_NAME}"',
    f"SET SESSION AUTHORIZATION {OWNER_NAME}": f'permission denied to set session authorization "{OWNER_NAME}"',
    "ALTER ROLE CURRENT_USER SUPERUSER": "permission denied to alter role",
    "CREATE ROLE another": "permission denied to create role",
    f"GRANT {OWNER_NAME} TO CURRENT_USER": f'permission denied to grant role "{OWNER_NAME}"',
    "CREATE SCHEMA mine": "permission denied for database",
    "CREATE TABLE public.mine ()": "permission denied for schema public",
    "CREATE TEMPORARY TABLE consultations_provision (id int, framework text)": (
        "permission denied to create temporary tables in database"
    ),
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'": (
        "permission denied to create temporary tables in database"
    ),
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'": (
        "permission denied for schema public"
    ),
    "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean "
    "LANGUAGE sql AS 'SELECT true'": "permission denied for schema public",
    "ALTER FUNCTION public._pgtrigger_should_ignore SET search_path = mine": (
        "must be owner of function public._pgtrigger_should_ignore"
    ),
    "DROP FUNCTION public._pgtrigger_should_ignore CASCADE": "must be owner of function public._pgtrigger_should_ignore",
    "ALTER TEXT SEARCH CONFIGURATION portal OWNER TO CURRENT_USER": "must be owner of text search configuration portal",
    "DELETE FROM pg_trigger": "permission denied for table pg_trigger",
    "UPDATE pg_proc SET prosrc = ''": "permission denied for table pg_proc",
    "COPY (SELECT 1) TO PROGRAM 'true'": "permission denied to COPY to or from an external program",
    "COPY (SELECT 1) TO '/tmp/x'": "permission denied to COPY to a file",
    "COPY consultations_event (reason) FROM '/etc/hostname'": "permission denied to COPY from a file",
    "SELECT pg_read_file('/etc/hostname')": "permission denied for function pg_read_file",
    "SELECT lo_import('/etc/hostname')": "permission denied for function lo_import",
    "CREATE EXTENSION file_fdw": 'permission denied to create extension "file_fdw"',
    "SET SESSION_PRELOAD_LIBRARIES = 'x'": 'permission denied to set parameter "session_preload_libraries"',
}  # fmt: skip


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_the_running_role_can_neither_alter_tables_nor_pass_by_their_guards(sql):
    assert refusal(sql).startswith(FORBIDDEN[sql])


@pytest.mark.parametrize(("table", "name"), [(m._meta.db_table, t.get_pgid(m)) for m, t in pgtrigger.registered()])
def test_no_trigger_is_disabled_or_replaced_by_the_running_role(table, name):
    assert refusal(f'ALTER TABLE "{table}" DISABLE TRIGGER {name}') == f"must be owner of table {table}"
    assert refusal(f'DROP TRIGGER {name} ON "{table}"') == f"must be owner of relation {table}"
    assert refusal(f"ALTER FUNCTION {name} RENAME TO mine") == f"must be owner of function {name}"


def test_the_running_role_grants_itself_nothing():
    assert refusal("GRANT ALL ON consultations_event TO CURRENT_USER") == ""  # a warning, to which nobody listens
    assert refusal("UPDATE consultations_event SET hash = ''") == FORBIDDEN["DELETE FROM consultations_event"]


def test_pgtrigger_ignore_has_no_effect_for_runtime_role():
    stakeholder = factories.make_stakeholder(state=StakeholderState.REFUSED)
    name = trigger_of(Stakeholder, "state_moves")
    with connection.cursor() as cursor:
        cursor.execute(IGNORE, [f"{{{name}}}"])
    moved = "UPDATE consultations_stakeholder SET state = 'suspended' WHERE id = %s"
    assert "Invalid transition" in refusal(moved, stakeholder.pk)
    with pgtrigger.ignore("consultations.Stakeholder:state_moves"):
        assert "Invalid transition" in refusal(moved, stakeholder.pk)


@pytest.mark.usefixtures("by_owner")
def test_owner_can_bypass_triggers():
    stakeholder = factories.make_stakeholder(state=StakeholderState.REFUSED)
    with pgtrigger.ignore("consultations.Stakeholder:state_moves"):
        Stakeholder.objects.filter(pk=stakeholder.pk).update(state=StakeholderState.SUSPENDED)
    stakeholder.refresh_from_db()
    assert stakeholder.state == StakeholderState.SUSPENDED


@own_server
@pytest.mark.django_db(transaction=True)
def test_whoever_logged_in_as_the_running_role_is_refused_also_while_acting_as_the_owner():
    """A cascading foreign key runs as the owner; a session that was lent the running role is not the owner."""
    factories.make_stakeholder(state=StakeholderState.REFUSED)
    asked = "SELECT set_config('pgtrigger.ignore', '{x}', false), _pgtrigger_should_ignore('x')"
    with as_superuser() as cursor:
        assert cursor.execute(asked).fetchone()[1] is True
        cursor.execute(f"SET ROLE {RUNNING['USER']}")
        assert cursor.execute(asked).fetchone()[1] is False
        cursor.execute(f"RESET ROLE; SET SESSION AUTHORIZATION {RUNNING['USER']}")
        assert cursor.execute(asked).fetchone()[1] is False


def test_append_only_row_can_be_locked_but_not_changed():
    assert refusal("SELECT FROM positions_edition FOR NO KEY UPDATE") == ""
    assert refusal("UPDATE positions_edition SET id = id") == ""  # no row yet: the trigger is there for rows
    paper = factories.make_secretariat()
    assert refusal("UPDATE consultations_user SET name = name WHERE id = %s", paper.pk) == ""


def test_every_table_may_be_read_and_written_by_the_running_role():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT'))"
        )
        assert cursor.fetchall() == [("django_migrations",)]


# --- The check ----------------------------------------------------------------------------------------------------


def warnings():
    return [
        message.msg for message in run_checks(tags=["database"], databases=["default"]) if message.id == "portal.W001"
    ]


def test_two_roles_pass_the_check():
    assert warnings() == []


@pytest.mark.django_db(transaction=True)
def test_a_lost_guard_is_found_and_mended_by_the_next_migrate():
    pgtrigger_writes = str(pgtrigger.registered("consultations.Event:append_only")[0][1].compile(Event).install_sql)
    with as_owner() as cursor:
        cursor.execute(pgtrigger_writes)
    assert warnings() == [
        f"The portal runs as the database role {RUNNING['USER']}: "
        "triggers stand aside for whoever asks (run manage.py migrate)."
    ]
    call_command("migrate", verbosity=0)
    assert warnings() == []


@pytest.mark.django_db(transaction=True)
def test_installing_the_triggers_anew_keeps_the_guard():
    call_command("pgtrigger", "install", "consultations.Event:append_only")
    assert warnings() == []


@pytest.mark.django_db(transaction=True)
def test_a_new_table_gets_its_rights_from_migrate():
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, word text)")
    try:
        assert refusal("INSERT INTO later (word) VALUES ('x')") == "permission denied for table later"
        call_command("migrate", verbosity=0)
        assert refusal("INSERT INTO later (word) VALUES ('x')") == ""
    finally:
        with as_owner() as cursor:
            cursor.execute("DROP TABLE later")


# --- The command --------------------------------------------------------------------------------------------------


@pytest.fixture
def one_role():
    """Set up a database whose tables belong to the portal's role, a superuser.

    Returns its name, the URL of that role, and the URL of an owner that does not exist yet.
    """
    name = f"{connection.settings_dict['NAME']}_single"
    with as_superuser("postgres") as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN SUPERUSER IN ROLE pg_write_all_data")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
        cursor.execute(f"CREATE DATABASE {name}_other OWNER {name}")
    migrated.restore(RUN_FOLDER / "postgres", name, "--no-owner", "--no-privileges", user=name)
    host = f"host={quote(SUPERUSER['HOST'], safe='')}"
    yield name, f"postgresql://{name}@/{name}?{host}", f"postgresql://{name}_owner:a%27secret@/{name}?{host}"
    with as_superuser("postgres") as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP DATABASE {name}_other")
        cursor.execute(f"DROP ROLE {name}; DROP ROLE IF EXISTS {name}_owner")


@own_server
def test_one_command_turns_an_installation_with_one_role_into_one_with_two(one_role):
    name, url, owner_url = one_role
    known = {**PRODUCTION, "DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url}
    looked = ("check", "--database", "default", "--fail-level", "WARNING")
    status, output = manage(*looked, **known)
    assert (status, f"as the database role {name}: it is a superuser." in output) == (1, True)
    command = ("set_up_database_roles", "--as", url.replace(f"//{name}@", f"//{SUPERUSER['USER']}@"))
    assert manage(*command, **known) == (
        0,
        f"{name}_owner was created.\n{name} lost SUPERUSER.\n{name} is no longer a member of pg_write_all_data.\n"
        f"What {name} owned in this database belongs to {name}_owner.\n"
        f"{name} may read and write rows, and no more.\n",
    )
    assert manage(*looked, **known)[0] == 0
    assert manage(*command, **known) == (0, f"{name} may read and write rows, and no more.\n")
    with as_superuser(name) as cursor:
        (hashed,) = cursor.execute(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{name}_owner'").fetchone()
        assert hashed.startswith("SCRAM-SHA-256$")
        (others,) = cursor.execute(
            f"SELECT array_agg(datname) FROM pg_database WHERE datdba = '{name}'::regrole"
        ).fetchone()
        assert others == [f"{name}_other"]
        cursor.execute(f"SET SESSION AUTHORIZATION {name}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for function lo_create"):
            cursor.execute("SELECT lo_create(0)")
    assert manage("migrate", "-v0", **known) == (0, "")


# --- Limits -------------------------------------------------------------------------------------------------------


@pytest.fixture
def without_limits():
    """Take the limits from the runtime role, as in an installation that had none, and give the address to connect as."""
    with as_superuser() as cursor:
        cursor.execute(f"ALTER ROLE {RUNNING['USER']} IN DATABASE {connection.settings_dict['NAME']} RESET ALL")
    yield
    with as_superuser() as cursor:
        database_roles.alter_role(cursor, RUNNING["USER"])
    connection.close()


def settings_now():
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('jit'), current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        return cursor.fetchone()


@own_server
@pytest.mark.usefixtures("without_limits")
@pytest.mark.django_db(transaction=True)
def test_migrate_by_an_owner_without_power_over_roles_sets_the_limits_of_the_running_role():
    before = settings_now()
    assert before[1:] == ("0", "0")
    call_command("migrate", verbosity=0)
    assert settings_now() == ("off", "30s", "10s")
    with as_owner() as cursor:
        assert cursor.execute("SHOW statement_timeout").fetchone() == ("0",)


@own_server
@pytest.mark.usefixtures("without_limits")
@pytest.mark.django_db(transaction=True)
def test_missing_limits_are_warned_of_and_limits_chosen_by_an_operator_are_not():
    settings_now()
    assert database_roles.missing_limits()[-2:] == ["statement_timeout", "lock_timeout"]
    with as_superuser() as cursor:
        for value in ("jit = off", "statement_timeout = '5s'", "lock_timeout = '1s'"):
            cursor.execute(f"ALTER ROLE {RUNNING['USER']} IN DATABASE {connection.settings_dict['NAME']} SET {value}")
    settings_now()
    assert database_roles.missing_limits() == []


@own_server
@pytest.mark.usefixtures("without_limits")
@pytest.mark.django_db(transaction=True)
def test_statement_within_unlimited_may_outlast_the_limit():
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '50ms'")
        with database_roles.unlimited():
            cursor.execute("SELECT pg_sleep(0.1)")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(0.1)")


def refused(monkeypatch, roles, *arguments):
    monkeypatch.setattr(settings, "DATABASE_ROLES", {**settings.DATABASE_ROLES, **roles})
    with pytest.raises(CommandError) as error:
        call_command("set_up_database_roles", *arguments, stdout=io.StringIO())
    return str(error.value)


@pytest.mark.parametrize(
    ("roles", "arguments", "words"),
    [
        ({"owner": None}, [], "DATABASE_OWNER_URL is not set: it names the role that is to own the tables."),
        ({"owner": RUNNING}, [], f"DATABASE_URL and DATABASE_OWNER_URL name the same role, {RUNNING['USER']}."),
        ({}, ["--as", "portal"], "DATABASE_URL must begin with postgresql://. Other databases are not supported."),
        (
            {},
            ["--as", f"postgresql://{RUNNING['USER']}@/x"],
            f"{RUNNING['USER']} runs the portal and cannot set itself up. Give another with --as.",
        ),
    ],
)
def test_what_cannot_be_set_up_is_refused_in_words(monkeypatch, roles, arguments, words):
    assert refused(monkeypatch, roles, *arguments) == words


@own_server
@pytest.mark.django_db(transaction=True)
def test_an_owner_without_power_is_told_that_it_creates_no_roles(monkeypatch):
    missing = {"running": RUNNING | {"USER": "nobody_yet"}}
    assert refused(monkeypatch, missing) == "Stopped: permission denied to create role. What was done before stays."
    with pytest.raises(CommandError, match=r"permission denied to create role\. manage.py set_up_database_roles"):
        call_command("migrate", verbosity=0)


def test_the_role_does_not_change_within_a_transaction():
    with pytest.raises(RuntimeError, match="within a transaction"), database_roles.as_owner():
        pass


# --- Loading an archive -------------------------------------------------------------------------------------------


def loading(package):
    with pytest.raises(CommandError) as error:
        call_command("archive", str(package), load=True)
    return str(error.value)


@pytest.mark.django_db(transaction=True)
def test_an_archive_is_loaded_by_the_owner_of_the_tables_alone(tmp_path, monkeypatch):
    assert loading(tmp_path / "none.zip") == f"Nothing was loaded.\n  {tmp_path}/none.zip is not there."
    monkeypatch.setattr(settings, "DATABASE_ROLES", {**settings.DATABASE_ROLES, "owner": None})
    assert loading(tmp_path / "none.zip") == (
        "Nothing was loaded. Only the owner of the tables loads a package: set DATABASE_OWNER_URL to its address."
    )
