"""The current code upgrades the database of each released version, and every stored hash still matches.

Running two versions during an upgrade is tested on it too: while a later version only adds to the tables (expand), this
one serves beside it; once a later one removes what this one uses (contract), this one refuses to serve.
"""

import hashlib
import io
import json
import re
import tarfile
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from consultations.integrity import schema
from consultations.integrity.gate import gate
from consultations.models import Event, Submission
from consultations.workflow import submit
from ncm_portal import __version__, database_roles
from positions.models import Artefact
from tests import migrated
from tests.conftest import OWN_DATABASE, connected_to, database_of_this_run
from tests.database_roles import as_owner, server
from tests.factories import make_consultation, make_member, make_stakeholder, make_submission
from tests.settings import RUN_FOLDER
from tests.upgrades.__main__ import hashes

RELEASES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "database.dump").exists())


@pytest.fixture(scope="module", params=RELEASES, ids=lambda folder: folder.name)
def released(request, tmp_path_factory, django_db_setup, django_db_blocker):
    """The unchanged database and files of a released version; connects all threads to them."""
    if not OWN_DATABASE:
        pytest.skip("Needs the programs of PostgreSQL and a superuser.")
    place = tmp_path_factory.mktemp("released")
    with tarfile.open(request.param / "files.tar.xz") as package:
        package.extractall(place, filter="data")
    with (
        django_db_blocker.unblock(),
        database_of_this_run(),
        _restored(request.param / "database.dump") as name,
        connected_to(name),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(portal, "MEDIA_ROOT", place / "files")
        patch.setattr(portal, "CHECKPOINT_FOLDER", place / "checkpoints")
        yield request.param.name
    gate.is_open = True


@contextmanager
def _restored(dump):
    name = f"{connection.settings_dict['NAME']}_released"
    with server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
        migrated.restore(RUN_FOLDER / "postgres", name, "--no-owner", dump=dump, user=migrated.OWNER)
        yield name
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def upgraded(released):
    """Migrate `released` with the current code; return its version and its earlier journal entries."""
    with database_roles.as_owner():  # the running role may read what `migrate` has given it
        entries = list(Event.objects.order_by("pk").values_list("number", "hash"))
    call_command("migrate", verbosity=0)
    return released, entries


@pytest.fixture
def next_version(upgraded):
    """Alter the tables as a later version would, and restore them afterwards."""
    own = schema.read_stamp()
    with as_owner() as cursor:
        yield lambda *statements: [cursor.execute(statement) for statement in statements]
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_next'")
    assert schema.fingerprint(schema.standing()) == own.fingerprint
    stamp(own)
    gate.is_open = False


def stamp(note):
    with as_owner() as cursor:
        cursor.execute(f"COMMENT ON TABLE django_migrations IS '{json.dumps(asdict(note))}'")


def test_every_release_has_stored_database():
    assert RELEASES[0].name == "0.2.0"


@pytest.mark.parametrize("folder", RELEASES, ids=lambda folder: folder.name)
def test_released_migrations_are_unchanged(folder):
    lines = (folder / "migrations.sha256").read_text().splitlines()
    released = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert len(released) >= 3
    assert {name: hashes().get(name) for name in released} == released


def test_migrations_have_descriptive_names():
    assert [
        name for name in hashes() if "auto" in Path(name).stem or not re.match(r"\d{4}_[a-z]", Path(name).name)
    ] == []


def test_upgrade_of_released_database_keeps_every_hash(upgraded):
    _version, entries = upgraded
    assert schema.read_stamp().version == __version__
    assert schema.misfit(thorough=True) == ""
    out = io.StringIO()
    call_command("verify_all", stdout=out)
    assert "Everything is as it was written" in out.getvalue()
    assert list(Event.objects.order_by("pk").values_list("number", "hash"))[: len(entries)] == entries
    assert len(entries) > 1_000


def test_published_files_of_released_version_are_served_unchanged(upgraded, client):
    files = list(Artefact.objects.select_related("edition__paper"))
    assert {file.format for file in files} >= {"pdf", "json"}
    for file in files:
        edition = file.edition
        answer = client.get(reverse("edition_file", args=[edition.paper.slug, edition.number, file.format]))
        assert answer.status_code == 200, file.format
        assert hashlib.sha256(b"".join(answer)).hexdigest() == file.sha256


def test_this_version_serves_beside_later_additive_version(upgraded, next_version, client):
    next_version(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('consultations', '9999_next', now())",
        "ALTER TABLE consultations_submission ADD COLUMN tone text NOT NULL DEFAULT ''",
        "CREATE TABLE consultations_tone (id bigint PRIMARY KEY)",
    )
    now = schema.fingerprint(schema.standing())
    stamp(replace(schema.read_stamp(), version="9.1.0", fingerprint=now))
    gate.is_open = False
    assert client.get("/").status_code == 200
    assert client.get("/health/").text == "ok\n"
    body = make_stakeholder("Herders (sample)")
    author = make_member(body)
    draft = make_submission(make_consultation(), body, author=author, state="draft")
    assert submit(draft, by=author).reference
    assert Submission.objects.get(pk=draft.pk).state == "submitted"
    out = io.StringIO()
    call_command("verify_all", stdout=out)
    assert "Everything is as it was written" in out.getvalue()
    next_version("ALTER TABLE consultations_submission DROP COLUMN tone", "DROP TABLE consultations_tone")


def test_this_version_refuses_after_later_version_removed_what_it_uses(upgraded, next_version, client):
    next_version("ALTER TABLE consultations_submission RENAME COLUMN body TO words")
    now = schema.fingerprint(schema.standing())
    stamp(replace(schema.read_stamp(), version="9.2.0", oldest="9.1.0", fingerprint=now))
    answer = client.get("/health/")
    assert (answer.status_code, answer.text) == (
        503,
        f"The tables are those of version 9.2.0 and need the code of version 9.1.0 or later; this is version {__version__}.\n",
    )
    answer = client.get("/")
    assert answer.status_code == 503
    assert "The portal is being upgraded" in answer.text
    next_version("ALTER TABLE consultations_submission RENAME COLUMN words TO body")
