"""Migrated database to copy from: migrating takes ten seconds per run and worker.

The dump is stored beside the runs under a name derived from everything it depends on. The tables belong to a role that
is no superuser but can create databases, as in deployments.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from ncm_portal.local import embedded_postgres

NAME, OWNER = "portal_migrated", "portal_owner"
ROOT = Path(__file__).resolve().parent.parent


def make(folder: Path) -> None:
    """Create the database NAME on the server of `folder`: from the dump, or by migrating and dumping."""
    server = embedded_postgres.Server.at(folder)
    with psycopg.connect(server.owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB IN ROLE pg_signal_backend")
        connection.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")
    dump = _dump_file(folder)
    if dump.exists():
        restore(folder, NAME)
        return
    url = urlsplit(server.url)._replace(path=f"/{NAME}").geturl()
    owner_url = url.replace(embedded_postgres.RUNNING, OWNER)
    told = {"DATABASE_URL": url, "DATABASE_OWNER_URL": owner_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=os.environ | told, check=True)
    half = dump.with_suffix(f".{os.getpid()}")
    _call(folder, "pg_dump", "--format=custom", "--compress=0", "-f", half, NAME)
    half.replace(dump)


def restore(
    folder: Path, name: str, *options: str, dump: Path | None = None, user: str = embedded_postgres.OWNER
) -> None:
    """Fill the empty database `name` from `dump`; by default from that of the migrations."""
    dump = dump or _dump_file(folder)
    _call(folder, "pg_restore", *options, "--single-transaction", "-d", name, dump, user=user)


def _dump_file(folder: Path) -> Path:
    """Return the path of the dump for these migrations, package versions and PostgreSQL."""
    parts = [str(embedded_postgres.programs(folder)).encode()]
    own = sorted(path for path in ROOT.glob("*/migrations/*.py"))
    parts += [
        path.read_bytes()
        for path in (*own, ROOT / "requirements-dev.txt", ROOT / "ncm_portal/database_roles.py", Path(__file__))
    ]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"ncm-migrated-{os.getuid()}-{digest}.dump"


def _call(folder: Path, program: str, *arguments: str | Path, user: str = embedded_postgres.OWNER) -> None:
    server = ["-h", str(embedded_postgres.Server.at(folder).socket), "-U", user]
    subprocess.run([embedded_postgres.programs(folder) / program, *server, *arguments], check=True)
