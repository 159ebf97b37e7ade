"""Start and stop the PostgreSQL server of a test run:  python -m tests.mutants.server DIR start|stop"""

import shutil
import sys
from pathlib import Path

from ncm_portal.local import embedded_postgres
from tests import migrated


def main() -> None:
    """Start the server with a migrated template database, or stop it and delete its folder."""
    folder, act = Path(sys.argv[1]), sys.argv[2]
    if act == "start":
        folder.mkdir(mode=0o700, exist_ok=True)
        embedded_postgres.start(folder / "postgres", throwaway=True)
        migrated.make(folder / "postgres")
    else:
        embedded_postgres.stop(folder / "postgres", throwaway=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
