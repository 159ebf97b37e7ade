"""Store a database of this version for the upgrade tests of all later versions. Run once for each release.

    make demo SERVE=0 && .venv/bin/python -m tests.upgrades

Takes the sample consultation of the demo from `var/` and writes `tests/upgrades/<version>/`: the database in pg_dump's
custom format, the published files, and the hashes of all migrations, which are frozen by that. An existing folder is
never overwritten.
"""

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

from ncm_portal import __version__
from ncm_portal.local import embedded_postgres

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"


def hashes() -> dict[str, str]:
    """Return the SHA-256 of each migration by its path in the project."""
    files = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def main() -> int:
    """Write the folder of this version. Returns 1 if it exists."""
    folder = Path(__file__).with_name(__version__)
    if folder.exists():
        sys.stderr.write(f"{folder.relative_to(ROOT)} exists. What was released is not changed.\n")
        return 1
    folder.mkdir()
    server = VAR / "postgres"
    embedded_postgres.start(server)
    program, socket = embedded_postgres.programs(server) / "pg_dump", embedded_postgres.Server.at(server).socket
    options = ["--format=custom", "--compress=9", "--no-privileges", "-h", socket, "-U", embedded_postgres.OWNER]
    subprocess.run([program, *options, "-f", folder / "database.dump", "postgres"], check=True)
    embedded_postgres.stop(server)
    with tarfile.open(folder / "files.tar.xz", "w:xz") as package:
        for name in ("files", "checkpoints"):
            package.add(VAR / name, name)
    (folder / "migrations.sha256").write_text("".join(f"{digest}  {name}\n" for name, digest in hashes().items()))
    for file in sorted(folder.iterdir()):
        sys.stdout.write(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
