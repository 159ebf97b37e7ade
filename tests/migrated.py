"""A migrated database to copy from. Migrating takes ten seconds of every run, and of every worker in it; copying none.

What the migrations make lies as a dump beside the runs, under a name made of all that it depends on.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from ncm_portal import embedded_postgres

NAME = "portal_migrated"
ROOT = Path(__file__).resolve().parent.parent


def make(folder: Path) -> None:
    """Make the database NAME on the server of `folder`: from the dump, or by migrating, which then is dumped."""
    socket = ["-h", str(embedded_postgres.Server.at(folder).socket), "-U", "portal"]
    _call(folder, "createdb", *socket, NAME)
    dump = _dump_file(folder)
    if dump.exists():
        _call(folder, "pg_restore", *socket, "--single-transaction", "-d", NAME, dump)
        return
    url = urlsplit(embedded_postgres.url(folder))._replace(path=f"/{NAME}").geturl()
    told = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=os.environ | told, check=True)
    half = dump.with_suffix(f".{os.getpid()}")
    _call(folder, "pg_dump", *socket, "--format=custom", "--compress=0", "-f", half, NAME)
    half.replace(dump)


def _dump_file(folder: Path) -> Path:
    """Where the dump of these migrations is, of these versions of the packages, made by this PostgreSQL."""
    parts = [str(embedded_postgres.programs(folder)).encode()]
    own = sorted(path for path in ROOT.glob("*/migrations/*.py"))
    parts += [path.read_bytes() for path in (*own, ROOT / "requirements-dev.txt", Path(__file__))]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"ncm-migrated-{os.getuid()}-{digest}.dump"


def _call(folder: Path, program: str, *arguments: str | Path) -> None:
    subprocess.run([embedded_postgres.programs(folder) / program, *arguments], check=True)
