"""Export a consultation as a package: rows, files, related journal entries, and everything they refer to."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import ForeignKey
from django.utils import translation

from consultations.models import AttachmentState, Consultation, Event, Membership, Salt, User
from consultations.queries.journal import one_moment
from positions.models import Edition

from . import readme, tables
from .bagit import BLOCK, BadPackage, Bag, Progress, new_bag
from .rows import Row, line

FORMAT, VERSION = "ncm-portal-archive", 2
FULL, PUBLIC = "full", "public"
DESCRIPTION = "data/description.json"
ENTRIES, CHAIN = "data/journal/entries.jsonl", "data/journal/chain.csv"
SALTS = "data/journal/salts.jsonl"
CHAIN_HEAD = b"number,hash,format,digest\n"
CHUNK = 2000
MAY_BE_GONE = {AttachmentState.UPLOADING, AttachmentState.REFUSED, AttachmentState.REMOVED}


class Written(NamedTuple):
    """Numbers of rows, files and journal entries in a package."""

    rows: int
    files: int
    entries: int


def export(consultation: Consultation, target: Path, progress: Progress = lambda done, total: None) -> Written:
    """Write `consultation` with everything that belongs to it into a package at `target`, confidential or not.

    Raises BadPackage, with every reason, if a file is missing or altered, or a row refers to one outside the package;
    then nothing is left behind.
    """
    with translation.override("en"), one_moment(), new_bag(target, consultation.slug) as bag:
        work = _Export(consultation, bag, progress)
        work.tables()
        work.people_and_journal()
        if work.complaints:
            raise BadPackage(*work.complaints)
        work.describe()
        return Written(sum(work.counts.values()), work.files, work.entries)


class _Export:
    """Package being exported."""

    def __init__(self, consultation: Consultation, bag: Bag, progress: Progress) -> None:
        self.consultation, self.bag, self.progress = consultation, bag, progress
        self.counts: dict[str, int] = {}
        self.keys: dict[str, set[Any]] = {}
        self.pointed_at: dict[str, set[Any]] = defaultdict(set)
        self.complaints: list[str] = []
        self.files = self.entries = 0

    def tables(self) -> None:
        """Write the tables with their files."""
        labels = [*tables.REFERENCE, *tables.BELONGS]
        for number, label in enumerate(labels, start=1):
            self._table(label, tables.rows_of(label, self.consultation))
            self.progress(number, len(labels) + 1)

    def _table(self, label: str, queryset: Any) -> None:
        fields = tables.fields_of(label)
        files = self._files(label, queryset)
        self.keys[label] = set()
        targets = [(field, _label(field.related_model)) for field in fields if isinstance(field, ForeignKey)]

        def lines() -> Iterator[bytes]:
            for values in queryset.values_list(*(field.attname for field in fields)).iterator(chunk_size=CHUNK):
                row = dict(zip((field.name for field in fields), values, strict=True))
                if label == tables.MILESTONE and row["consultation"] != self.consultation.pk:
                    row["consultation"] = None
                self.keys[label].add(values[0])
                for field, target in targets:
                    if row[field.name] is not None:
                        self.pointed_at[target].add(row[field.name])
                yield line(row | files.get(values[0], {}))

        self.bag.add(readme.rows_file(label), lines())
        self.counts[label] = len(self.keys[label])

    def _files(self, label: str, queryset: Any) -> dict[Any, Row]:
        """Write the files of the rows; return their paths in the package by row key."""
        hashed = tables.FILES.get(tables.model(label))
        return dict(self._written(queryset, hashed)) if hashed else {}

    def _written(self, queryset: Any, hashed: str) -> Iterator[tuple[Any, Row]]:
        for record in queryset.select_related(*_WITH.get(queryset.model, ())).iterator(chunk_size=100):
            name, sha256 = tables.name_of(record), getattr(record, hashed)
            if not isinstance(record, Edition) and is_text(record):
                yield record.pk, {tables.IN_PACKAGE: name}  # the text of the edition itself, which is included already
            elif sha256 and not _may_be_gone(record):
                yield record.pk, {tables.IN_PACKAGE: name}
                self._copy(record, name, sha256)

    def _copy(self, record: Any, name: str, sha256: str) -> None:
        self.files += 1
        self.complaints += copied(self.bag, record, name, sha256)

    # --- Who is named, and the journal --------------------------------------------------------------------------

    def people_and_journal(self) -> None:
        """Write everybody named in the exported records, and the journal: entries about exported records in full, only
        the hashes of others.
        """
        people, memberships = self._named()
        self._table(tables.USER, User.objects.filter(pk__in=people).order_by("pk"))
        self._table(tables.MEMBERSHIP, Membership.objects.filter(pk__in=memberships).order_by("pk"))
        self.entries = self._journal()
        self._closed()

    def _named(self) -> tuple[set[int], set[int]]:
        """Return the keys of people named by rows or entries about them, and of their memberships."""
        people: set[int] = set(self.pointed_at[tables.USER])
        while True:
            held = set(Membership.objects.filter(user__in=people).values_list("pk", flat=True))
            about = self._about() | {tables.USER: set(map(str, people)), tables.MEMBERSHIP: set(map(str, held))}
            named = Event.objects.exclude(by=None).values_list("kind", "object_id", "by").order_by()
            more = {by for kind, key, by in named.iterator(chunk_size=CHUNK) if key in about.get(kind, ())} - people
            if not more:
                return people, held
            people |= more

    def _about(self) -> dict[str, set[str]]:
        return {label: {str(key) for key in keys} for label, keys in self.keys.items()}

    def _journal(self) -> int:
        about, fields = self._about(), tables.fields_of(tables.JOURNAL)
        names = [field.name for field in fields if not field.primary_key]
        held: list[tuple[int, str, int, str]] = []

        in_full = 0

        def entries() -> Iterator[bytes]:
            nonlocal in_full
            rows = Event.objects.order_by("number").values_list(*names, named=True)
            for entry in rows.iterator(chunk_size=CHUNK):
                held.append((entry.number, entry.hash, entry.format, entry.digest or ""))
                if entry.object_id in about.get(entry.kind, ()):
                    in_full += 1
                    yield line(entry._asdict())

        self.bag.add(ENTRIES, entries())
        self.bag.add(CHAIN, [CHAIN_HEAD, *(",".join(map(str, link)).encode() + b"\n" for link in held)])
        self.bag.add(SALTS, self._salts(about))
        self.journal_end = held[-1][:2] if held else None
        return in_full

    def _salts(self, about: dict[str, set[str]]) -> Iterator[bytes]:
        """Return the salts of exported records and people, needed to verify the texts of entries."""
        rows = Salt.objects.filter(kind__in=list(about)).order_by("pk").values_list("pk", "kind", "object_id", "value")
        for number, kind, key, value in rows.iterator(chunk_size=CHUNK):
            if key in about[kind]:
                yield line({"id": number, "kind": kind, "object_id": key, "value": bytes(value).hex()})

    def _closed(self) -> None:
        """Check that every referenced row is in the package."""
        for label, keys in sorted(self.pointed_at.items()):
            missing = sorted(keys - self.keys.get(label, set()))
            if missing:
                self.complaints.append(
                    f"Rows name {label} {missing[:5]}, which belong to no part of this consultation."
                )

    # --- What it says of itself ---------------------------------------------------------------------------------

    def describe(self) -> None:
        """Write the description and close the package."""
        about = readme.About(FORMAT, VERSION, FULL, self.consultation, self.journal_end, self.entries)
        described = readme.description(about) | {
            "schema": tables.schema(),
            "tables": {label: readme.table(label, self.counts[label]) for label in sorted(self.keys)},
            "left_out": {**tables.LEFT_OUT, "drafts": tables.NEVER_SENT},
        }
        close(self.bag, about, described)
        self.progress(1, 1)


def copied(bag: Bag, record: Any, name: str, sha256: str) -> list[str]:
    """Copy the file of a row into the package; return what is wrong with it."""
    try:
        blocks = [record.content.encode()] if isinstance(record, Edition) else _blocks(tables.place_of(record))
        same = bag.add(name, blocks) == sha256
    except FileNotFoundError:
        return [f"{record} ({name}) is missing among the files of the portal."]
    return [] if same else [f"{record} ({name}) was changed: its SHA-256 is another one."]


def close(bag: Bag, about: readme.About, described: Row) -> None:
    """Write the description and the README, and close the package."""
    bag.add(DESCRIPTION, [readme.pretty(described)])
    bag.add("README.txt", [readme.readme(about).encode()])
    bag.close(readme.bag_info(about))


_WITH: dict[type, tuple[str, ...]] = {
    tables.Edition: ("paper",),
    tables.Artefact: ("edition__paper",),
    tables.Attachment: ("submission",),
    tables.ForumFile: ("forum",),
    tables.PublicDocument: ("consultation",),
    tables.AnswerByLetter: ("clearance__ministry",),
}


def is_text(record: Any) -> bool:
    """Return whether this file of an edition is its content, byte for byte, which the package contains anyway."""
    return isinstance(record, tables.Artefact) and record.format == "json"


def _may_be_gone(record: Any) -> bool:
    """Return whether the file is missing and may be missing."""
    gone = isinstance(record, tables.Attachment) and record.state in MAY_BE_GONE
    return gone and not tables.place_of(record).exists()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _label(model: Any) -> str:
    return model._meta.concrete_model._meta.label_lower
