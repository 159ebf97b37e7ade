"""Compare the tables, constraints, indexes, triggers and functions of the database with those the migrations create.

The expected objects are in `schema.txt`, one per line, written by `manage.py write_schema`. PostgreSQL 15 to 18 print
these definitions identically.

`migrate` stores a stamp on Django's table of migrations: the version that made the tables, the oldest version whose
code may serve on them, and the fingerprint of the schema. The stamp is a comment in the database, which only the owner
of the tables can write and which every dump contains. An upgrade first adds to the tables, while the previous code
continues to serve; a later upgrade removes what is no longer used, and then that code refuses to serve.
"""
# ruff: noqa: S608 - the queries are built from constants

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ncm_portal import OLDEST_BESIDE, __version__

from . import Finding, Progress, no_progress

FILE = Path(__file__).with_name("schema.txt")
TO_DO = (
    "Find out who changed the database (its own log tells) and put it back as the installed version makes it: restore "
    "the definition from the newest backup, or repeat the statement of the migration that made it."
)
MIGRATE = "Install the version whose tables these are, or run manage.py migrate; then check again."

STAMPED = "django_migrations"
NO_STAMP = "The database has no tables of the portal, or those of a version before 0.2.0. Run manage.py migrate."

IN_SCHEMA = "relnamespace = current_schema()::regnamespace"
OF_EXTENSION = "SELECT FROM pg_depend WHERE objid = {}.oid AND classid = '{}'::regclass AND deptype = 'e'"
QUERIES = {
    "table {}": f"""
        SELECT relname, concat_ws(', ', CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' ELSE relkind::text END,
            CASE WHEN relpersistence <> 'p' THEN 'not logged' END, CASE WHEN relrowsecurity THEN 'row security' END)
        FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {IN_SCHEMA}
    """,
    "column {}": f"""
        SELECT relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod),
            CASE WHEN attcollation <> typcollation THEN 'collate ' || attcollation::regcollation END,
            CASE WHEN attnotnull THEN 'not null' END, CASE attidentity WHEN '' THEN NULL ELSE 'identity' END,
            'default ' || pg_get_expr(adbin, adrelid))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND attnum > 0 AND NOT attisdropped AND {IN_SCHEMA}
    """,
    "constraint {}": f"""
        SELECT conname || ' on ' || relname, pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE contype <> 'n' AND {IN_SCHEMA}
    """,
    "index {}": f"""
        SELECT index.relname || ' on ' || pg_class.relname,
            pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' (not valid)' END
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_class AS index ON index.oid = indexrelid
        WHERE pg_class.{IN_SCHEMA}
    """,
    "trigger {}": f"""
        SELECT tgname || ' on ' || relname, pg_get_triggerdef(pg_trigger.oid) ||
            CASE tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' (switched off)' ELSE ' (fires otherwise)' END
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND {IN_SCHEMA}
    """,
    "check of foreign keys on {}": f"""
        SELECT DISTINCT relname, 'switched off'
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE tgisinternal AND tgenabled <> 'O' AND {IN_SCHEMA}
    """,
    "rule {}": f"""
        SELECT rulename || ' on ' || relname, pg_get_ruledef(pg_rewrite.oid)
        FROM pg_rewrite JOIN pg_class ON pg_class.oid = ev_class WHERE {IN_SCHEMA}
    """,
    "policy {}": f"""
        SELECT polname || ' on ' || relname, polcmd::text
        FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {IN_SCHEMA}
    """,
    "event trigger {}": "SELECT evtname, evtevent FROM pg_event_trigger",
    "function {}": f"""
        SELECT proname || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')',
            concat_ws('|', lanname, provolatile, prosecdef, proconfig, prosrc)
        FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS ({OF_EXTENSION.format("pg_proc", "pg_proc")})
    """,
    "extension {}": "SELECT extname, 'installed' FROM pg_extension WHERE extname <> 'plpgsql'",
    "words of the search configuration {}": """
        SELECT cfgname || ', ' || alias, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno)
        FROM pg_ts_config JOIN pg_ts_config_map ON mapcfg = pg_ts_config.oid
        JOIN ts_token_type(cfgparser) ON tokid = maptokentype
        WHERE cfgnamespace = current_schema()::regnamespace GROUP BY 1
    """,
    "setting {}": """
        SELECT split_part(one, '=', 1) || concat(' of role ' || rolname, ' in database ' || datname), one
        FROM pg_db_role_setting LEFT JOIN pg_roles ON pg_roles.oid = setrole
        LEFT JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS one
        WHERE one ~ '^(session_replication_role|pgtrigger[.].*|row_security|search_path)='
            AND (setdatabase = 0 OR datname = current_database())
    """,
}  # fmt: skip
QUOTED, VARYING = r"'(?:[^']|'')*'", "::character varying"
LIST_OF_TEXTS = re.compile(rf"\(ARRAY\[((?:{QUOTED}{VARYING}(?:, )?)+)\]\)::text\[\]")
ONE_TEXT = re.compile(rf"\(({QUOTED}){VARYING}\)::text")
OWN_NAME = re.compile(r"\bpgtrigger_(\w+?)_[0-9a-f]{5}\b")  # how pgtrigger derives the name from a model's trigger name


def standing() -> dict[str, str]:
    """Return the database objects by name with their definitions; for functions the hash of the source."""
    result = {}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query, None)
            for key, definition in cursor.fetchall():
                if name.startswith("function"):
                    definition = hashlib.sha256(definition.encode()).hexdigest()[:32]
                result[name.format(key)] = _normalised(" ".join(definition.split()))
    return result


def _normalised(definition: str) -> str:
    """Return a definition in one spelling: a restored database prints lists of texts differently from a
    migrated one.
    """
    definition = LIST_OF_TEXTS.sub(lambda match: f"ARRAY[{match[1].replace(VARYING, '')}]", definition)
    return ONE_TEXT.sub(r"\1", definition)


def expected() -> dict[str, str]:
    """Return the objects that the migrations of the installed version create."""
    lines = FILE.read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def write() -> int:
    """Write the present objects of the database to the file as the expected ones; return their number."""
    result = standing()
    FILE.write_text("".join(f"{name}: {result[name]}\n" for name in sorted(result)))
    return len(result)


def fingerprint(objects: dict[str, str]) -> str:
    """Return the SHA-256 of all objects and their definitions."""
    text = "".join(f"{name}: {objects[name]}\n" for name in sorted(objects))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Stamp:
    """What `migrate` stores about the tables: versions like "0.2.0", the fingerprint as 64 hex digits."""

    version: str
    oldest: str
    fingerprint: str


def write_stamp() -> Stamp:
    """Store that this version made the tables as they are now. Must run as the owner of the tables."""
    stamp = Stamp(__version__, OLDEST_BESIDE, fingerprint(standing()))
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE {STAMPED} IS %s", [json.dumps(asdict(stamp))])
    return stamp


def read_stamp() -> Stamp | None:
    """Return the stamp of the last `migrate`, or None if there is none that can be parsed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [STAMPED])
        (text,) = cursor.fetchone()
    try:
        return Stamp(**json.loads(text or ""))
    except (TypeError, ValueError):
        return None


def misfit(*, thorough: bool = False) -> str:
    """Return why this code must not serve on these tables, as a message for an operator; empty if it may.

    Takes one query. If `thorough`, each table, constraint, trigger and function is compared with the stamp as well.
    """
    stamp = read_stamp()
    if stamp is None:
        return NO_STAMP
    own, made_by, oldest = (_parts(version) for version in (__version__, stamp.version, stamp.oldest))
    theirs = f"The tables are those of version {stamp.version}"
    if made_by < own:
        return f"{theirs}, the code is version {__version__}. Run manage.py migrate."
    if own < oldest:
        return f"{theirs} and need the code of version {stamp.oldest} or later; this is version {__version__}."
    return _altered(stamp) if thorough and not settings.ALLOW_ALTERED_TABLES else ""


def _altered(stamp: Stamp) -> str:
    if stamp.version == __version__ and stamp.fingerprint != fingerprint(expected()):
        return f"The tables are not those of the installed code of version {__version__}. Run manage.py migrate."
    if stamp.fingerprint != fingerprint(standing()):
        return (
            f"A table, constraint, trigger or function was altered after version {stamp.version} made it. Run "
            "manage.py verify_all, which names it. With ALLOW_ALTERED_TABLES=1 the portal serves all the same."
        )
    return ""


def _are_of_later_version() -> bool:
    stamp = read_stamp()
    return stamp is not None and _parts(stamp.version) > _parts(__version__)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def check(progress: Progress = no_progress) -> Iterator[Finding]:
    """Yield each object that is missing, unexpected or different.

    Tables of a later version on which this one may serve are compared with the stamp instead.
    """
    if waiting := other_version():
        if not _are_of_later_version() or misfit():
            yield Finding("schema", "migrations", f"The tables are those of another version: {waiting}", MIGRATE)
        elif reason := misfit(thorough=True):
            yield Finding("schema", "fingerprint", reason, TO_DO)
        return
    required, actual = expected(), standing()
    for name in sorted(required.keys() | actual.keys()):
        if required.get(name) != actual.get(name):
            yield Finding("schema", name, _difference(name, required.get(name), actual.get(name)), TO_DO)
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        if (role := cursor.fetchone()[0]) != "origin":
            yield Finding("schema", "session_replication_role", f"Triggers do not fire: it is “{role}” here", TO_DO)
    progress(len(actual), len(actual))


def other_version() -> str:
    """Return a hint if the database was made by an older or a newer version; empty if not."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    waiting = [str(migration) for migration, _back in executor.migration_plan(loader.graph.leaf_nodes())]
    unknown = [f"{app}.{name}" for app, name in loader.applied_migrations.keys() - loader.disk_migrations.keys()]
    unknown = [name for name in unknown if name.split(".")[0] in loader.migrated_apps]
    return ", ".join([f"{each} is to be applied" for each in waiting] + [f"{each} is not known" for each in unknown])


def _difference(name: str, required: str | None, actual: str | None) -> str:
    plain = OWN_NAME.sub(r"\1", name)
    if actual is None:
        return f"The {plain} is missing"
    if "switched off" in actual and actual != required:
        return f"The {plain} is switched off"
    if required is None:
        return f"The {plain} belongs to no version of the portal"
    if name.startswith("function"):
        return f"The source of the {plain} was changed"
    other = OWN_NAME.sub(r"\1", actual)
    return f"The {plain} is another one: {other}"
