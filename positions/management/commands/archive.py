"""Write the archive of a consultation, verify one, or load one into an empty portal."""

import hashlib
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consultations.models import Consultation, ConsultationState
from consultations.uploads.disk_space import FULL
from consultations.workflow import enter_export
from ncm_portal.database_roles import as_owner, is_owner
from positions.archive import BadPackage, check, export, open_package
from positions.archive.bagit import TAG_MANIFEST, Package, Progress
from positions.archive.exporting import PUBLIC
from positions.archive.loading import load
from positions.archive.public import export_public

ALTERED, UNREADABLE = 1, 2
WIDTH = 30
CONFIDENTIAL = (
    "It holds confidential inputs, passages that were held back, personal data and the journal: it is for the Kenya "
    "National Archives and may not be published. --public writes what anybody may read."
)

OWNER_ONLY = "Only the owner of the tables loads a package: set DATABASE_OWNER_URL to its address."


class Command(BaseCommand):
    help = (
        "Write CONSULTATION with all that belongs to it into a package (BagIt, RFC 8493): a folder, or one file where "
        "PACKAGE ends with .zip. --verify checks a package: 0 unaltered, 1 altered, 2 no package. --load brings one "
        "into an empty portal."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("consultation", nargs="?", metavar="CONSULTATION", help="its short name in addresses")
        parser.add_argument("package", type=Path, metavar="PACKAGE", help="folder or ZIP file")
        parser.add_argument("--public", action="store_true", help="leave out what the public may not read")
        act = parser.add_mutually_exclusive_group()
        act.add_argument("--verify", action="store_true", help="check the package, change nothing")
        act.add_argument("--load", action="store_true", help="bring the package into this portal, which must be empty")

    def handle(
        self,
        *args: Any,
        consultation: str | None,
        package: Path,
        public: bool,
        verify: bool,
        load: bool,
        **options: Any,
    ) -> None:
        if (verify or load) == bool(consultation) or (public and not consultation):
            raise CommandError("Give a consultation and a package to write, or --verify or --load and a package.")
        if verify:
            self._verify(package)
        elif load:
            self._load(package)
        else:
            assert consultation is not None  # asked for above
            self._export(consultation, package, public=public)

    def _export(self, slug: str, target: Path, *, public: bool) -> None:
        consultation = Consultation.objects.filter(slug=slug).first()
        if consultation is None:
            known = ", ".join(Consultation.objects.order_by("pk").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no consultation {slug!r}. There are: {known}.")
        if not public:
            enter_export(consultation, by=None, list="archive", form="package")
        with _clean_exit("Nothing was written."), self._bar("Writing") as progress:
            written = (export_public if public else export)(consultation, target, progress)
        with open_package(target) as package:
            noted = _hash(package)
        self.stdout.write(f"{consultation.title}: written to {target}.")
        self.stdout.write(
            f"  {written.rows} rows, {written.files} files, {written.entries} entries of the journal in full."
        )
        self.stdout.write(f"  Note this elsewhere; only it shows later that nobody made the package anew: {noted}")
        self.stdout.write("  Anybody may read it." if public else f"  CONFIDENTIAL. {CONFIDENTIAL}")
        if consultation.state != ConsultationState.ARCHIVED:
            state = consultation.get_state_display()
            self.stdout.write(f"  The consultation is {state}: write it again once it is archived.")

    def _verify(self, path: Path) -> None:
        try:
            with open_package(path) as package:
                status, reasons, described = UNREADABLE, [], None
                try:
                    with self._bar("Checking") as progress:
                        described = check(package, progress)
                    noted = _hash(package)
                except BadPackage as error:
                    status, reasons = ALTERED, error.reasons
        except (BadPackage, OSError) as error:
            status, reasons, described = UNREADABLE, getattr(error, "reasons", [str(error)]), None
        if described is None:
            self.stdout.write("Altered, or not whole:" if status == ALTERED else "Not a package that can be read:")
            for reason in reasons:
                self.stdout.write(f"  {_printable(reason)}")
            raise SystemExit(status)
        journal = described["journal"]
        self.stdout.write(_printable(f"Unaltered: {described['title']}."))
        self.stdout.write(f"  The journal ends with entry {journal['entries']}, {journal['last_hash']}.")
        self.stdout.write(f"  Compare with what was noted when it was written: {noted}")
        if described["scope"] != PUBLIC:
            self.stdout.write("  CONFIDENTIAL.")

    def _load(self, path: Path) -> None:
        with as_owner():
            if not is_owner():
                raise CommandError(f"Nothing was loaded. {OWNER_ONLY}")
            with _clean_exit("Nothing was loaded."), open_package(path) as package, self._bar("Loading") as bar:
                loaded = load(package, bar)
        self.stdout.write(f"{loaded.consultation.title}: loaded from {path}.")
        self.stdout.write(f"  {loaded.rows} rows, {loaded.files} files, {loaded.entries} entries of the journal.")
        self.stdout.write("  Now: manage.py verify_all. Nobody has a password; each asks for one with “forgotten”.")

    @contextmanager
    def _bar(self, what: str) -> Iterator[Progress]:
        """Show progress in one line of a terminal; nothing without one."""
        watched = self.stderr.isatty()
        drawn = -1

        def progress(done: int, total: int) -> None:
            nonlocal drawn
            share = 100 * done // max(total, 1)
            if watched and share != drawn:
                drawn = share
                bar = "█" * (share * WIDTH // 100)
                self.stderr.write(f"\r{what} {bar:░<{WIDTH}} {share:3d} %", str, ending="")

        try:
            yield progress
        finally:
            if drawn >= 0:
                self.stderr.write("\r\033[K", str, ending="")


@contextmanager
def _clean_exit(nothing: str) -> Iterator[None]:
    """Turn errors and termination requests into a message, after cleaning up."""
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except BadPackage as error:
        raise CommandError("\n  ".join([nothing, *map(_printable, error.reasons)])) from error
    except OSError as error:
        why = "The disk is full" if error.errno in FULL else f"{error.strerror or error}"
        raise CommandError(f"{nothing} {why}: {error.filename or 'no room'}.") from error
    finally:
        signal.signal(signal.SIGTERM, before)


def _printable(text: str) -> str:
    """Return untrusted text without terminal control characters."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _end(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _hash(package: Package) -> str:
    """Return the hash over the hashes of all files in a package."""
    return hashlib.sha256(b"".join(package.blocks(TAG_MANIFEST))).hexdigest()
