"""The gate: a process serves only if the schema fits its version; otherwise it answers with an upgrade page."""

import json
import logging
import tomllib
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from consultations.integrity import schema
from consultations.integrity.gate import Gate, gate
from ncm_portal import OLDEST_BESIDE, __version__
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
OLDER = f"The tables are those of version 0.1.9, the code is version {__version__}. Run manage.py migrate."
LATER = f"The tables are those of version 9.1.0 and need the code of version 9.0.10 or later; this is version {__version__}."


def stamp(version=__version__, oldest=OLDEST_BESIDE, fingerprint=None):
    """Write the note of another `migrate`."""
    note = {"version": version, "oldest": oldest, "fingerprint": fingerprint or schema.read_stamp().fingerprint}
    comment(json.dumps(note))


def comment(text):
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS %s", [text])


@pytest.fixture
def other_tables(by_owner):
    """Lets a test alter the tables and their stamp; the gate of this process is shut at first and open afterwards."""
    gate.is_open = False
    yield
    gate.is_open = True


def test_package_version_equals_code_version():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert about["version"] == __version__


def test_migrate_leaves_the_stamp_of_this_version():
    expected = schema.Stamp(__version__, OLDEST_BESIDE, schema.fingerprint(schema.expected()))
    assert schema.read_stamp() == expected
    assert schema.misfit(thorough=True) == ""


def test_runtime_role_cannot_write_stamp():
    with pytest.raises(ProgrammingError, match="must be owner"), transaction.atomic():
        schema.write_stamp()


@pytest.mark.usefixtures("other_tables")
class TestMisfit:
    @pytest.mark.parametrize(
        ("version", "oldest", "reason"),
        [
            ("0.1.9", "0.1.0", OLDER),
            ("9.1.0", "9.0.10", LATER),
            ("9.1.0", __version__, ""),  # an upgrade that only added: this code goes on serving
            (__version__, OLDEST_BESIDE, ""),
        ],
    )
    def test_versions_are_compared_as_numbers(self, version, oldest, reason):
        stamp(version, oldest)
        assert schema.misfit(thorough=True) == reason

    @pytest.mark.parametrize("text", [None, "", "not JSON", "[]", '{"version": "0.2.0"}'])
    def test_tables_without_a_readable_stamp_are_refused(self, text):
        comment(text)
        assert schema.misfit() == schema.NO_STAMP

    def test_thorough_check_refuses_altered_tables_unless_allowed_in_settings(self, settings):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE consultations_event DISABLE TRIGGER USER")
        assert schema.misfit() == ""
        assert "Run manage.py verify_all, which names it." in schema.misfit(thorough=True)
        settings.ALLOW_ALTERED_TABLES = True
        assert schema.misfit(thorough=True) == ""

    def test_tables_of_other_migrations_of_the_same_version_are_refused(self):
        stamp(fingerprint="0" * 64)
        assert schema.misfit(thorough=True).endswith(f"installed code of version {__version__}. Run manage.py migrate.")

    def test_verify_all_compares_tables_of_later_version_with_their_stamp(self):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('positions', '9_n', now())")
        [finding] = schema.check()
        assert finding.record == "migrations"
        stamp("9.1.0")
        assert list(schema.check()) == []
        stamp("9.1.0", fingerprint="0" * 64)
        assert [finding.record for finding in schema.check()] == ["fingerprint"]
        stamp("9.1.0", "9.1.0")
        assert [finding.record for finding in schema.check()] == ["migrations"]

    def test_migrate_explains_what_to_do_with_trial_database(self):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'consultations' AND name <> '0001_initial'")
        with pytest.raises(CommandError, match="Create a new one; `make clean` removes that of the demo"):
            call_command("migrate", verbosity=0)

    def test_migrate_by_older_code_keeps_stamp_of_later_version(self):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('positions', '9_n', now())")
        stamp("9.1.0")
        call_command("migrate", verbosity=0)
        assert schema.read_stamp().version == "9.1.0"
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9_n'")
        call_command("migrate", verbosity=0)
        assert schema.read_stamp().version == __version__


@pytest.mark.usefixtures("other_tables")
class TestGate:
    def test_upgrade_page_is_shown_until_schema_matches(self, client, caplog):
        stamp("0.1.9", "0.1.0")
        with caplog.at_level(logging.CRITICAL):
            answer = client.get("/")
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store, private")
        assert "The portal is being upgraded" in answer.text
        assert "0.1.9" not in answer.text
        assert [record.message for record in caplog.records] == [f"The portal does not serve. {OLDER}"]
        stamp()
        assert client.get("/").status_code == 200

    def test_upgrade_page_keeps_posted_text(self, client):
        stamp("0.1.9", "0.1.0")
        answer = client.post("/account/login/", {"login": "Amina", "password": "Siri kubwa"})
        assert answer.status_code == 503
        assert "Siri kubwa" not in answer.text
        answer = client.post("/submit/", {"body": "Herders <cross> the border."})
        assert "Herders &lt;cross&gt; the border.</textarea>" in answer.text
        answer = client.post("/submit/", b"\xff=\xfe", content_type="text/plain")
        assert answer.status_code == 503

    def test_health_page_states_reason(self, client):
        stamp("0.1.9", "0.1.0")
        answer = client.get("/health/")
        assert (answer.status_code, answer.text) == (503, f"{OLDER}\n")
        stamp()
        assert client.get("/health/").text == "ok\n"

    def test_each_reason_is_logged_once_until_tables_match_again(self, client, caplog):
        for version in ("0.1.9", __version__, "0.1.9"):
            stamp(version, "0.1.0")
            for _turn in range(3):
                client.get("/health/")
                client.get("/")
        assert [record.levelname for record in caplog.records if record.name == "consultations.integrity.gate"] == [
            "CRITICAL",
            "CRITICAL",
        ]

    def test_health_page_detects_upgrade(self, client):
        assert client.get("/").status_code == 200
        stamp("9.1.0", "9.0.10")
        assert client.get("/").status_code == 200
        assert client.get("/health/").text == f"{LATER}\n"
        assert client.get("/").status_code == 503

    def test_worker_does_not_start_with_unmatched_tables(self):
        stamp("0.1.9", "0.1.0")
        with pytest.raises(CommandError, match=r"Run manage\.py migrate"):
            call_command("work", stdout=StringIO())

    def test_server_logs_schema_state_at_start(self, caplog):
        stamp("0.1.9", "0.1.0")
        own = Gate()
        assert own.reason() == OLDER
        assert not own.is_open
        assert caplog.records[-1].message == f"The portal does not serve. {OLDER}"


def test_open_gate_makes_no_queries(django_assert_num_queries):
    own = Gate()
    assert own.reason() == ""
    with django_assert_num_queries(0):
        assert own.reason() == ""


@pytest.mark.django_db(transaction=True)
def test_server_start_logs_an_unreachable_database_and_checks_again(caplog, monkeypatch):
    own = Gate()
    with monkeypatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "NAME", "no_such_database")
        own.look_at_start()
    assert (own.is_open, caplog.records[-1].levelname) == (False, "WARNING")
    assert "The tables cannot be checked yet" in caplog.text
    own.look_at_start()
    assert own.is_open


@pytest.mark.django_db(transaction=True)
def test_table_error_rechecks_schema(client, by_owner):
    client.raise_request_exception = False
    client.force_login(make_user())
    own = schema.read_stamp()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consultations_membership RENAME TO gone")
        try:
            assert client.get("/my-organisation/").status_code == 500
            stamp("9.1.0", "9.0.10")
            answer = client.get("/my-organisation/")
            assert (answer.status_code, "The portal is being upgraded" in answer.text) == (503, True)
        finally:
            cursor.execute("ALTER TABLE gone RENAME TO consultations_membership")
            comment(json.dumps(asdict(own)))
    assert client.get("/my-organisation/").status_code != 503
