"""Archive of a consultation: it is complete, changes are detected, and loading it recreates the portal."""

import hashlib
import json
import os
import re
import shutil
import signal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from consultations.integrity.journal import verdict as walked
from consultations.models import Attachment, Consultation, Event, ForumFile, Milestone, Submission, User
from consultations.queries.journal import altered_records
from positions.archive import BadPackage, bagit, checking, export, open_package, tables
from positions.archive.loading import load
from positions.archive.public import export_public
from positions.models import Brief, Edition
from tests import canary, factories
from tests.pages import without_tokens
from tests.source_code import files

SLUG, FORUM = "gcm-2017", "nairobi-2017"


def run(*arguments, **options):
    """Run the command and return its exit status and output."""
    out = StringIO()
    try:
        call_command("archive", *map(str, arguments), stdout=out, **options)
    except SystemExit as end:
        return end.code, out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


# --- Nothing is forgotten -----------------------------------------------------------------------------------------


def test_every_table_is_archived_or_excluded_with_reason():
    every = {model._meta.label_lower for model in tables.all_models()}
    assert every == {*tables.packed(), tables.JOURNAL, tables.SALTS, *tables.LEFT_OUT}
    assert len(every) == len(tables.packed()) + 2 + len(tables.LEFT_OUT)
    assert all(tables.LEFT_OUT.values())


def test_every_archived_file_has_hash_in_its_row():
    """Every model with a file field is among those whose files are archived."""
    with_files = {model for model in tables.all_models() if hasattr(model, "path") or "file" in names_of(model)}
    assert with_files | {Edition} == set(tables.FILES)
    assert all(hashed in names_of(model) for model, hashed in tables.FILES.items())


def names_of(model):
    return {field.name for field in model._meta.fields}


def test_only_archive_command_bypasses_state_guards():
    importers = [path.stem for path in files(".py") if re.search(r"archive(\.| import .*)loading", path.read_text())]
    assert importers == ["archive"]


# --- The portal of the sample, and another one made of its archive --------------------------------------------------


def facts():
    """Return the facts that must be equal in both portals."""
    editions = Edition.objects.filter(paper__consultation__slug=SLUG)
    return SimpleNamespace(
        editions=sorted(editions.values_list("paper__slug", "number", "sha256")),
        rows={label: tables.rows_of(label, Consultation.objects.get(slug=SLUG)).count() for label in tables.BELONGS},
        tallies=sorted(
            Consultation.objects.get(slug=SLUG).tallies.values_list("theme", "stakeholder", "inputs", "points")
        ),
        chain=list(Event.objects.order_by("number").values_list("number", "hash")),
        pages={address: page(address) for address in addresses()},
    )


def addresses():
    points = Submission.objects.visible_to(canary.AnonymousUser()).filter(consultation__slug=SLUG).order_by("reference")
    edition = Edition.objects.official().get(paper__slug=SLUG)
    return [
        reverse("paper", args=[SLUG]),
        reverse("edition_whole", args=[SLUG, edition.number]),
        reverse("paper_history", args=[SLUG]),
        reverse("paper_alignment", args=[SLUG]),
        reverse("paper_explore", args=[SLUG, edition.number]),
        reverse("edition_lines", args=[SLUG, edition.number]),
        reverse("edition_file", args=[SLUG, edition.number, "pdf"]),
        reverse("verify_hash", args=[edition.sha256]),
        reverse("forum", args=[FORUM]),
        reverse("communique", args=[FORUM]),
        *(reverse("input", args=[reference]) for reference in points.values_list("reference", flat=True)[:3]),
    ]


def page(address):
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content) if answer.streaming else without_tokens(answer)


@pytest.fixture(scope="module")
def sample(at_the_played, tmp_path_factory):
    """Return the archive of the sample's consultation with the portal's facts at that time.

    Two journal entries in the old format are added, as in a portal that was upgraded.
    """
    target = tmp_path_factory.mktemp("archive") / "record"
    with at_the_played(), transaction.atomic():
        factories.make_old_entries(Consultation.objects.get(slug=SLUG), 2)
        status, said = run(SLUG, target)
        assert status == 0
        stood = facts()
        transaction.set_rollback(True)
    return SimpleNamespace(target=target, said=said, facts=stood)


@pytest.fixture
def copy(sample, tmp_path):
    """Return a copy of the archive that a test may damage."""
    return Path(shutil.copytree(sample.target, tmp_path / "copy"))


@pytest.fixture
def empty(by_owner, db, settings, tmp_path):
    """Set up an empty portal with its own file folder, connected as the owner of the tables, who alone may load."""
    settings.MEDIA_ROOT = tmp_path / "files"


def test_empty_portal_that_loads_package_equals_original(sample, empty, tmp_path):
    call_command("load_reference", stdout=StringIO())
    status, said = run(sample.target, load=True)
    assert (status, said.splitlines()[0]) == (0, f"{Consultation.objects.get()}: loaded from {sample.target}.")
    found = facts()
    assert found.chain[:-2] == sample.facts.chain
    for name in ("editions", "rows", "tallies", "pages"):
        assert getattr(found, name) == getattr(sample.facts, name), name
    verdict = walked()
    assert (verdict.checked, verdict.complaint) == (len(found.chain), "")
    loaded, last = Event.objects.order_by("number")[len(sample.facts.chain) :]
    bare = Event.objects.filter(kind="").count()
    assert last.verb == "commit_to_records"
    assert list(altered_records()) == []
    assert (loaded.verb, loaded.data) == ("load_archive", {"entries": len(sample.facts.chain), "elsewhere": bare})
    assert bare > 0
    assert not any(user.has_usable_password() for user in User.objects.all())
    written_again(sample.target, tmp_path / "again")


def written_again(first, target):
    """The archive of the loaded portal has identical rows and files; only the journal is longer."""
    export(Consultation.objects.get(), target)
    found = [path for part in ("rows", "papers") for path in (first / "data" / part).rglob("*") if path.is_file()]
    names = [path.relative_to(first) for path in found]
    assert [str(name) for name in names if (first / name).read_bytes() != (target / name).read_bytes()] == []
    assert len(names) > len(tables.packed())


def test_journal_of_loaded_portal_is_still_guarded(sample, empty):
    """An entry reduced to its hash is detected, although entries missing from the archive are known by hash only."""
    with open_package(sample.target) as package:
        load(package)
    bare = Event.objects.filter(kind="").count()
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("UPDATE consultations_event SET kind = '' WHERE number = 5")
    said = f"only the hash is left of {bare + 1} entries from entry 5 on; {bare} may be so"
    assert walked().complaint == said


def test_output_names_confidentiality_and_hash_to_note(sample):
    noted = sample.said.splitlines()[2].split()[-1]
    assert "CONFIDENTIAL" in sample.said
    assert run(sample.target, verify=True) == (0, sample_verdict(sample, noted))


def sample_verdict(sample, noted):
    number, last = sample.facts.chain[-1]
    title = json.loads((sample.target / "data/description.json").read_text())["title"]
    return (
        f"Unaltered: {title}.\n  The journal ends with entry {number}, {last}.\n"
        f"  Compare with what was noted when it was written: {noted}\n  CONFIDENTIAL.\n"
    )


def test_chain_of_version_1_package_is_read():
    lines = {"data/journal/chain.csv": "number,hash\n1,aa\n2,bb\n"}
    package = SimpleNamespace(text=lines.__getitem__, sizes={})
    assert checking.chain(package) == [("aa", 1, None), ("bb", 1, None)]
    assert list(checking.salts(package)) == []


# --- Harm: by accident, and by somebody who makes the lists anew ----------------------------------------------------


def listed_anew(folder):
    """Rewrite the manifests of a folder for its present files, as an attacker would to hide changes."""
    payload = sorted(path for path in (folder / "data").rglob("*") if path.is_file())
    info = folder / bagit.INFO
    lines = [line for line in info.read_text().splitlines() if not line.startswith("Payload-Oxum")]
    oxum = f"Payload-Oxum: {sum(path.stat().st_size for path in payload)}.{len(payload)}"
    info.write_text("\n".join([*lines, oxum, ""]))
    for manifest, listed in ((bagit.MANIFEST, payload), (bagit.TAG_MANIFEST, sorted(folder.glob("*.txt")))):
        named = {path.relative_to(folder).as_posix(): path.read_bytes() for path in listed}
        named.pop(bagit.TAG_MANIFEST, None)
        lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in named.items()]
        (folder / manifest).write_text("".join(lines))


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


HARM = [
    (f"data/papers/{SLUG}/1.0/position-paper.json", "Kenya", "Kanya", f"data/papers/{SLUG}/1.0/position-paper.json is not"),
    ("data/journal/entries.jsonl", '"reason":"', '"reason":"No. ', "data/journal/entries.jsonl, line 1: entry"),
    ("data/journal/chain.csv", "\n7,", "\n8,", "data/journal/chain.csv has a gap before entry 7."),
    ("data/journal/chain.csv", "\n7,", "\n7,0", "data/journal/chain.csv: entry 7 does not follow from the entry before it."),
    ("data/rows/positions.reservation.jsonl", '{"id"', '{"no"', "line 1, has other fields than its table"),
    ("data/rows/positions.reservation.jsonl", '{"id"', '["id"', "line 1, is no row in JSON"),
    ("data/rows/positions.edition.jsonl", '"in_package"', '"in_another"', "line 1, has other fields than its table"),
    ("data/description.json", '"version": 2', '"version": 3', "The package is of version 3; this portal reads versions 1 to 2."),
    ("data/journal/salts.jsonl", '"value":"', '"value":"00', "data/journal/entries.jsonl, line"),
    ("data/journal/salts.jsonl", '"value":"', '"value":"x', "data/journal/salts.jsonl, line 1, is no salt."),
    ("data/journal/chain.csv", "number,hash", "no,hash", "data/journal/chain.csv has another first line."),
    ("data/description.json", '"ncm-portal-archive"', '"another"', "does not describe an archive of this portal"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "said"), HARM)
def test_alteration_is_reported_even_if_manifests_were_rebuilt(copy, name, old, new, said):
    replace(copy / name, old, new)
    status, told = run(copy, verify=True)
    assert (status, f"{name} was changed" in told) == (1, True)
    listed_anew(copy)
    status, told = run(copy, verify=True)
    assert (status, said in told) == (1, True), told


def test_added_and_removed_rows_and_files_are_reported(copy):
    rows = copy / "data/rows/positions.edition.jsonl"
    lines = rows.read_text().splitlines(keepends=True)
    rows.write_text("".join(lines[:-1]))
    (copy / "data/files").mkdir()
    (copy / "data/files/more.pdf").write_bytes(b"%PDF")
    listed_anew(copy)
    status, said = run(copy, verify=True)
    told = f"data/rows/positions.edition.jsonl has {len(lines) - 1} rows; {len(lines)} were written."
    assert (status, [line.strip() for line in said.splitlines()[1:]]) == (
        1, [told, "data/files/more.pdf belongs to no row."],
    )  # fmt: skip


def test_invalid_package_has_own_exit_status(tmp_path):
    assert run(tmp_path / "nothing", verify=True)[0] == 2
    (tmp_path / "text.zip").write_text("no zip")
    assert run(tmp_path / "text.zip", verify=True)[0] == 2


# --- Loading refuses ------------------------------------------------------------------------------------------------


def refused(path):
    """Return the error message of loading; nothing is stored."""
    before = {model: model._base_manager.count() for model in tables.all_models()}
    with pytest.raises(BadPackage) as error, open_package(path) as package, transaction.atomic():
        load(package)
    assert {model: model._base_manager.count() for model in tables.all_models()} == before
    return error.value.reasons


def test_non_empty_portal_refuses_loading_and_lists_content(sample, empty):
    factories.make_secretariat()
    assert refused(sample.target) == [
        "This portal is not empty. It holds:", "1 rows of consultations.user (people)",
    ]  # fmt: skip
    assert run(sample.target, load=True)[0] == 1


def test_altered_package_or_one_with_other_tables_is_not_loaded(copy, empty):
    replace(copy / "data/rows/consultations.theme.jsonl", "igration", "igratiom")
    assert refused(copy) == ["data/rows/consultations.theme.jsonl was changed: its SHA-256 is not the one in the list."]
    listed_anew(copy)
    replace(copy / "data/description.json", tables.schema()["positions"], "0999_of_another_time")
    listed_anew(copy)
    (said,) = refused(copy)
    assert said.startswith("The tables of this portal are of another version. Load with the version of")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("positions.artefact", '"file":"editions/', '"file":"../../out/', "belongs nowhere"),
        ("positions.positionpaper", '"state":"published"', '"state":"invented"', "The database refused"),
        ("positions.reservation", '"paper":', '"paper":99', "The database refused"),
        ("positions.reservation", '"recorded_at":"', '"recorded_at":"one', "does not fit its table"),
        ("consultations.submission", '"title":"', '"title":"\\ud800', "cannot be shown"),
    ],
)
def test_rows_that_do_not_fit_leave_no_data(copy, empty, settings, name, old, new, said):
    replace(copy / f"data/rows/{name}.jsonl", old, new)
    listed_anew(copy)
    assert said in " ".join(refused(copy))
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


# --- Files, and who may read what -----------------------------------------------------------------------------------


@pytest.fixture
def world(empty):
    """Create a world with texts marked by audience, and one file of each kind."""
    made = canary.make_world(printed=False)
    held = made.inputs[-1].submission
    make = factories.make_attachment
    made.files = [made.inputs[0].attachment, make(held, kind="original", data=b"scan"), make(held, data=b"taken away")]
    factories.walk(made.files[2], "removed")
    sha256 = hashlib.sha256(b"programme").hexdigest()
    document = ForumFile.objects.create(
        forum=made.forum, title="Programme", for_everybody=True, name="p.pdf", media_type="application/pdf", size=9, sha256=sha256,
        by=made.readers["head"], at=made.edition.frozen_at,
    )  # fmt: skip
    document.path.parent.mkdir(parents=True)
    document.path.write_bytes(b"programme")
    made.files.append(document)
    elsewhere = Milestone.objects.create(
        consultation=factories.make_consultation(), title="Elsewhere", planned_start="2017-12-04"
    )
    brief = {"number": 1, "ask": "We ask.", "by": made.readers["head"], "at": made.edition.frozen_at}
    Brief.objects.create(edition=made.edition, milestone=elsewhere, **brief)
    return made


def text_of(folder):
    return "".join(path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file())


def test_full_package_has_no_drafts_and_public_part_no_secrets(world, tmp_path):
    for name in ("whole", "whole.zip", "again.zip"):
        assert run(canary.SLUG, tmp_path / name)[0] == 0
    assert (tmp_path / "whole.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    assert run(tmp_path / "again.zip", verify=True) == run(tmp_path / "whole", verify=True)
    assert run(canary.SLUG, tmp_path / "public", public=True)[0] == 0
    assert canary.found_in(text_of(tmp_path / "whole")) == canary.SENT | {canary.BRIEF, canary.FINDING}
    assert canary.found_in(text_of(tmp_path / "public")) == canary.PUBLIC
    assert run(tmp_path / "public", verify=True)[0] == 0
    assert list((tmp_path / "public/data/files/forums").rglob(world.files[3].key.hex)) != []
    assert world.owner.password not in text_of(tmp_path / "whole")
    assert world.owner.email in text_of(tmp_path / "whole")
    assert world.owner.email not in text_of(tmp_path / "public")
    assert (tmp_path / "public/data/papers").is_dir()
    factories.change(world.paper, is_restricted=True)
    assert run(canary.SLUG, tmp_path / "restricted", public=True)[0] == 0
    assert not (tmp_path / "restricted/data/papers").exists()
    assert '"answer":{' not in (tmp_path / "restricted/data/inputs.jsonl").read_text()
    status, said = run(tmp_path / "public", load=True)
    assert (status, "It can be checked and read, not loaded." in said) == (1, True)


def test_files_are_restored_to_their_paths(empty, request, tmp_path, settings):
    with transaction.atomic():
        world = request.getfixturevalue("world")
        places = {file.path: file.path.read_bytes() for file in world.files}
        export(world.consultation, tmp_path / "whole")
        people = set(User.objects.values_list("pk", flat=True))
        transaction.set_rollback(True)
    shutil.rmtree(settings.MEDIA_ROOT)
    with connection.cursor() as cursor:  # as in a new database
        cursor.execute("SELECT setval(pg_get_serial_sequence('consultations_user', 'id'), %s, false)", [min(people)])
    with open_package(tmp_path / "whole") as package:
        load(package)
    assert {place: place.read_bytes() for place in places} == places
    assert Attachment.objects.get(stored_as=world.files[1].stored_as).path in places
    assert Brief.objects.get(milestone__title="Elsewhere").milestone.consultation is None
    assert factories.make_user().pk == max(people) + 1


def test_missing_or_changed_file_stops_writing(world, tmp_path):
    world.files[0].path.unlink()
    world.files[3].path.write_bytes(b"another programme")
    world.files[2].path.unlink()  # it was removed: the portal need not have it any more
    with pytest.raises(BadPackage) as error:
        export(world.consultation, tmp_path / "whole")
    programme, evidence = (
        file.stored_as if isinstance(file, Attachment) else file.key.hex for file in world.files[3::-3]
    )
    changed, missing = error.value.reasons
    assert (programme in changed, changed.split(")")[1]) == (True, " was changed: its SHA-256 is another one.")
    assert (evidence in missing, missing.split(")")[1]) == (True, " is missing among the files of the portal.")
    assert not (tmp_path / "whole").exists()


@pytest.mark.parametrize("write", [export, export_public])
def test_full_disk_or_termination_leaves_no_package(world, tmp_path, monkeypatch, write):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        said = "Nothing was written. The disk is full: no room."
        assert run(canary.SLUG, tmp_path / "whole", public=write is export_public) == (1, said)
    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patched:
        patched.setattr(bagit.Bag, "close", lambda bag, info: os.kill(os.getpid(), signal.SIGTERM))
        assert run(canary.SLUG, tmp_path / "whole", public=write is export_public)[0] == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_command_reports_missing_arguments(world, tmp_path):
    known = f"{canary.SLUG}, {Milestone.objects.get(title='Elsewhere').consultation.slug}"
    assert run("nowhere", tmp_path / "x") == (1, f"There is no consultation 'nowhere'. There are: {known}.")
    needed = (1, "Give a consultation and a package to write, or --verify or --load and a package.")
    assert run(tmp_path / "x") == needed
    assert run(canary.SLUG, tmp_path / "x", verify=True) == needed
    assert run(tmp_path / "x", verify=True, public=True) == needed


class Terminal(StringIO):
    def isatty(self):
        return True


def test_terminal_shows_progress(sample):
    terminal = Terminal()
    assert run(sample.target, verify=True, stderr=terminal)[0] == 0
    drawn = terminal.getvalue().split("\r")
    assert drawn[-2:] == [f"Checking {'█' * 30} 100 %", "\033[K"]
    shares = [int(line.split()[-2]) for line in drawn[1:-1]]
    assert shares == sorted(set(shares))


def test_package_text_cannot_control_terminal(tmp_path):
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag/\x1b[2Jname\udcff").symlink_to("/etc/hostname")
    said = "Not a package that can be read:\n  \\u001b[2Jname\\udcff is a link or no ordinary file.\n"
    assert run(tmp_path / "bag", verify=True) == (2, said)
