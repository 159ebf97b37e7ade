"""Two database roles: the owner of the tables, who migrates, and the runtime role of the portal, which only reads and
writes rows. The runtime role can neither alter tables nor disable triggers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, DatabaseError, ProgrammingError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

Address = dict[str, Any]  # one entry of DATABASES
Say = Callable[[str], object]

IN_ADDRESS = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
POWERS = {  # role attributes that bypass table privileges, and their columns in pg_roles
    "SUPERUSER": "rolsuper",
    "CREATEDB": "rolcreatedb",
    "CREATEROLE": "rolcreaterole",
    "REPLICATION": "rolreplication",
    "BYPASSRLS": "rolbypassrls",
}

# django-pgtrigger's triggers call this function to decide whether to stand aside. Its own version does so for everybody
# who sets pgtrigger.ignore; this one only for the owner of the function, who can replace it anyway. Both the session
# role and the current role must be the owner: PostgreSQL itself acts as the owner in foreign key cascades.
GUARDED = """
DECLARE
    named text := pg_catalog.current_setting('pgtrigger.ignore', true);
    function_owner oid;
BEGIN
    IF named IS NULL OR named = '' OR NOT trigger_name::text = ANY (named::text[]) THEN
        RETURN false;
    END IF;
    SELECT proowner INTO function_owner FROM pg_catalog.pg_proc
        WHERE oid = 'public._pgtrigger_should_ignore(name)'::pg_catalog.regprocedure;
    RETURN pg_catalog.pg_has_role(session_user, function_owner, 'USAGE')
        AND pg_catalog.pg_has_role(current_user, function_owner, 'USAGE');
END;
"""
GUARD = (
    "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean "
    f"LANGUAGE plpgsql AS $guard${GUARDED}$guard$"
)

OWNER_HERE = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
OWNED_HERE = (
    "SELECT count(*) FROM pg_shdepend JOIN pg_database ON dbid = pg_database.oid"
    " WHERE datname = current_database() AND deptype = 'o' AND refobjid = %s::regrole"
)
OTHER_DATABASES = "SELECT datname FROM pg_database WHERE datdba = %s::regrole AND datname <> current_database()"
# Append-only tables, each with its key and whether old rows may be deleted. PostgreSQL requires UPDATE on some column
# to lock a row (FOR UPDATE), so the key stays updatable; in the journal, texts without a salt can be blanked, and its
# end is locked differently.
APPEND_ONLY = "NOT tgisinternal AND tgname LIKE 'pgtrigger\\_append\\_only\\_%'"
SAID_FOR_GOOD = (
    "SELECT tgrelid::regclass::text, attname, tgtype & 8 = 0 FROM pg_trigger"
    " JOIN pg_index ON indrelid = tgrelid AND indisprimary"
    f" JOIN pg_attribute ON attrelid = tgrelid AND attnum = indkey[0] WHERE {APPEND_ONLY}"
)
STILL_UPDATED = {"consultations_event": ["object_label", "by_name", "reason", "data"]}
# Functions that act as the owner of the tables, which the runtime role may call.
AS_OWNER = ("next_reference_numbers(integer, integer)",)
# Defaults of the runtime role in this database. They are stored with the role, since PgBouncer refuses options at the
# start of a connection. The JIT compiler takes a second for queries that run for ten milliseconds; the two limits end
# what would keep other readers waiting. `unlimited` is for the statements that may take longer.
LIMITS = {"jit": "off", "statement_timeout": "30s", "lock_timeout": "10s"}
# Large objects are files in the database outside the portal's tables.
LARGE_OBJECTS = "lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)"


@contextmanager
def connected_as(address: Address) -> Iterator[None]:
    """Context manager that connects the default connection with the role of `address` to the same database."""
    own = connection.settings_dict
    if connection.in_atomic_block:
        raise RuntimeError("The database role cannot change within a transaction.")
    before = {key: own[key] for key in IN_ADDRESS}
    connection.close()
    own.update({key: address[key] for key in IN_ADDRESS})
    try:
        yield
    finally:
        connection.close()
        own.update(before)


@contextmanager
def as_owner() -> Iterator[None]:
    """Context manager that connects as the owner of the tables, if configured and not already done."""
    owner = settings.DATABASE_ROLES["owner"]
    if owner is None or connection.settings_dict["USER"] == owner["USER"]:
        yield
        return
    with connected_as(owner):
        yield


def is_owner() -> bool:
    """Return whether the role of the default connection owns the tables and so can bypass triggers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(proowner, 'USAGE') FROM pg_proc"
            " WHERE oid = to_regprocedure('public._pgtrigger_should_ignore(name)')"
        )
        return cursor.fetchone() == (True,)


# --- Setting up ---------------------------------------------------------------------------------------------------


def set_up(owner: Address, running: Address, say: Say) -> None:
    """Create missing roles, and give the database to the owner and row access to the runtime role.

    Uses the default connection, which must be a superuser's if a role is created or loses privileges. Can be repeated.
    `say` gets a line for each change.
    """
    with connection.cursor() as cursor:
        for address in (owner, running):
            _create(cursor, address, say)
        _revoke_privileges(cursor, running["USER"], say)
        _transfer_ownership(cursor, owner["USER"], running["USER"], say)
        if _value(cursor, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            cursor.execute(f"REVOKE EXECUTE ON FUNCTION {LARGE_OBJECTS} FROM PUBLIC")
    secure(running, say)
    say(f"{running['USER']} may read and write rows, and no more.")


def secure(running: Address, say: Say) -> None:
    """Grant the runtime role what it needs on every table, and no more; only the owner can bypass triggers.

    Uses the default connection, the owner's. Needed after each migration, which can create tables and after which
    django-pgtrigger restores its own version of the guarded function.
    """
    role = running["USER"]
    with transaction.atomic(), connection.cursor() as cursor:
        if _value(cursor, "SELECT to_regprocedure('public._pgtrigger_should_ignore(name)')"):
            cursor.execute(GUARD)
        if _value(cursor, "SELECT current_user") == role:
            say(f"{role} owns the tables and runs the portal: it can switch triggers off.")
            return
        _create(cursor, running, say)
        _grant(cursor, role)
        set_limits(cursor, running, say)


def _create(cursor: CursorWrapper, address: Address, say: Say) -> None:
    """Create a missing role with the password of its address; the server receives a hash only."""
    role = address["USER"]
    if _value(cursor, "SELECT count(*) FROM pg_roles WHERE rolname = %s", role):
        return
    command = sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role))
    if address["PASSWORD"]:
        wire = cursor.connection.pgconn
        hashed = wire.encrypt_password(address["PASSWORD"].encode(), role.encode(), b"scram-sha-256")
        command += sql.SQL(" PASSWORD {}").format(sql.Literal(hashed.decode()))
    cursor.execute(command)
    say(f"{role} was created.")


def _revoke_privileges(cursor: CursorWrapper, role: str, say: Say) -> None:
    """Revoke privileges of the runtime role beyond row access."""
    cursor.execute(f"SELECT {', '.join(POWERS.values())} FROM pg_roles WHERE rolname = %s", [role])
    held = [power for power, has in zip(POWERS, cursor.fetchone(), strict=True) if has]
    if held:
        cursor.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), sql.SQL(f"NO{' NO'.join(held)}")))
        say(f"{role} lost {', '.join(held)}.")
    cursor.execute("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", [_quoted(role)])
    for (group,) in cursor.fetchall():
        cursor.execute(sql.SQL("REVOKE {} FROM {}").format(sql.SQL(group), sql.Identifier(role)))
        say(f"{role} is no longer a member of {group}.")


def _transfer_ownership(cursor: CursorWrapper, owner: str, running: str, say: Say) -> None:
    """Give the owner the database and everything in it that the runtime role owns: formerly one role could be both."""
    names = {"owner": sql.Identifier(owner), "running": sql.Identifier(running), "database": _database()}
    if _value(cursor, OWNED_HERE, _quoted(running)):
        cursor.execute(OTHER_DATABASES, [_quoted(running)])
        others = [sql.Identifier(database) for (database,) in cursor.fetchall()]
        with transaction.atomic():
            cursor.execute(sql.SQL("REASSIGN OWNED BY {running} TO {owner}").format(**names))
            for other in others:  # superuser attributes to revoke
                cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {running}").format(other, **names))
        say(f"What {running} owned in this database belongs to {owner}.")
    if _value(cursor, OWNER_HERE) != owner:
        cursor.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))
        say(f"The database belongs to {owner}.")


def _grant(cursor: CursorWrapper, role: str) -> None:
    """Grant reading and writing of rows; append-only tables and the migrations are read-only."""
    names = {"role": sql.Identifier(role), "database": _database()}
    for statement in (
        "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}",
        "GRANT CONNECT ON DATABASE {database} TO {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {role}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ):
        cursor.execute(sql.SQL(statement).format(**names))
    cursor.execute(SAID_FOR_GOOD)
    for table, key, may_go in cursor.fetchall():
        columns = sql.SQL(", ").join(map(sql.Identifier, STILL_UPDATED.get(table, [key])))
        words = {"table": sql.SQL(table), "columns": columns, **names}
        taken = sql.SQL("UPDATE" if may_go else "UPDATE, DELETE")
        cursor.execute(sql.SQL("REVOKE {taken} ON {table} FROM {role}").format(taken=taken, **words))
        cursor.execute(sql.SQL("GRANT UPDATE ({columns}) ON {table} TO {role}").format(**words))
    if _value(cursor, "SELECT to_regclass('public.django_migrations')"):
        cursor.execute(sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}").format(**names))
    for function in AS_OWNER:
        if _value(cursor, "SELECT to_regprocedure(%s)", function):
            cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {role}").format(sql.SQL(function), **names))


def set_limits(cursor: CursorWrapper, running: Address, say: Say) -> None:
    """Set the limits of the runtime role: as the current role, or else as itself, which every role may."""
    try:
        with transaction.atomic():
            alter_role(cursor, running["USER"])
    except ProgrammingError:
        own = connections.create_connection(DEFAULT_DB_ALIAS)
        own.settings_dict = {**own.settings_dict, **{key: running[key] for key in IN_ADDRESS}}
        try:
            with own.cursor() as as_itself:
                alter_role(as_itself, running["USER"])
        except DatabaseError:
            say(f"{running['USER']} got no time limits: run set_up_database_roles as a superuser.")
        finally:
            own.close()


def alter_role(cursor: Any, role: str) -> None:
    """Store the limits with the role, for new connections; the cursor is one of Django or psycopg."""
    names = {"role": sql.Identifier(role), "database": _database()}
    for name, value in LIMITS.items():
        statement = sql.SQL("ALTER ROLE {role} IN DATABASE {database} SET {name} = {value}")
        cursor.execute(statement.format(name=sql.Identifier(name), value=sql.Literal(value), **names))


@contextmanager
def unlimited() -> Iterator[None]:
    """Context manager of a transaction whose statements may take any time: for worker and commands, never pages."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def _database() -> sql.Identifier:
    return sql.Identifier(connection.settings_dict["NAME"])


def _quoted(role: str) -> str:
    """Return a role's name as regrole parses it."""
    return '"' + role.replace('"', '""') + '"'


def _value(cursor: CursorWrapper, query: str, *values: Any) -> Any:
    cursor.execute(query, values or None)
    return cursor.fetchone()[0]


# --- Checking -----------------------------------------------------------------------------------------------------

OURS = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
# Excess privileges of this connection's role. Each query returns true if it has them.
WEAKNESSES = {
    "it is a superuser": "SELECT rolsuper FROM pg_roles WHERE rolname = session_user",
    "it may create roles or databases, replicate, or pass by row security": (
        "SELECT rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles"
        " WHERE rolname = session_user"
    ),
    "it is a member of other roles": (
        "SELECT EXISTS (SELECT FROM pg_auth_members WHERE member = session_user::regrole)"
    ),
    "it owns tables": f"SELECT EXISTS (SELECT {OURS} AND pg_has_role(session_user, relowner, 'MEMBER'))",
    "it may create objects in the database": (
        "SELECT has_database_privilege(session_user, current_database(), 'CREATE, TEMPORARY')"
        " OR has_schema_privilege(session_user, 'public', 'CREATE')"
    ),
    "it may truncate tables or hang triggers on them": (
        f"SELECT EXISTS (SELECT {OURS} AND has_table_privilege(session_user, oid, 'TRUNCATE, TRIGGER, REFERENCES'))"
    ),
    "it may rewrite what is said for good": (
        f"SELECT EXISTS (SELECT FROM pg_trigger WHERE {APPEND_ONLY}"
        " AND (has_table_privilege(session_user, tgrelid, 'UPDATE')"
        " OR tgtype & 8 <> 0 AND has_table_privilege(session_user, tgrelid, 'DELETE')))"
    ),
    "triggers stand aside for whoever asks (run manage.py migrate)": (
        "SELECT EXISTS (SELECT FROM pg_proc WHERE proname = '_pgtrigger_should_ignore'"
        f" AND prosrc <> $guard${GUARDED}$guard$)"
    ),
}


def weaknesses() -> list[str]:
    """Return what the role of the default connection could alter undetected; empty if two roles are set up."""
    with connection.cursor() as cursor:
        return [words for words, query in WEAKNESSES.items() if _value(cursor, query)]


@checks.register(checks.Tags.database)
def check_running_role(databases: Sequence[str] | None = None, **options: Any) -> list[checks.CheckMessage]:
    """System check: warn of a runtime role that can alter tables or disable triggers. The owner itself is not
    checked.
    """
    role, owner = connection.settings_dict["USER"], settings.DATABASE_ROLES["owner"]
    if DEFAULT_DB_ALIAS not in (databases or ()) or (owner is not None and role == owner["USER"]):
        return []
    hint = "manage.py set_up_database_roles sets up two roles; docs/operations.md says how."
    warnings: list[checks.CheckMessage] = [
        checks.Warning(f"The portal runs as the database role {role}: {words}.", hint=hint, id="portal.W001")
        for words in weaknesses()
    ]
    if missing := missing_limits():
        words = f"The database role {role} has no limit for: {', '.join(missing)}."
        warnings.append(checks.Warning(words, hint=hint, id="portal.W002"))
    return warnings


def missing_limits() -> list[str]:
    """Return the settings of LIMITS that the default connection lacks; an operator may have chosen other values."""
    with connection.cursor() as cursor:
        return [name for name in LIMITS if _value(cursor, "SELECT current_setting(%s)", name) in ("on", "0")]
