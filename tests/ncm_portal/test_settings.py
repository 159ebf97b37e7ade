"""Settings: database URLs are parsed, production requires all its settings, and the demo needs none."""

import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncm_portal import env_urls
from tests.source_code import ROOT

words = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=20)
hosts = st.from_regex(r"[a-z][a-z0-9-]{0,10}(\.[a-z]{2,5})?", fullmatch=True)


@given(user=words, password=words, host=hosts, port=st.integers(1, 65535), name=words)
def test_any_database_address_is_read_back(user, password, host, port, name):
    coded = [quote(value, safe="") for value in (user, password, name)]
    assert env_urls.database(f"postgresql://{coded[0]}:{coded[1]}@{host}:{port}/{coded[2]}") == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": str(port),
        "OPTIONS": {},
    }


@given(folder=words, user=words)
def test_a_socket_folder_is_the_host(folder, user):
    read = env_urls.database(f"postgresql://{quote(user, safe='')}@/portal?host={quote('/' + folder, safe='')}")
    assert (read["HOST"], read["USER"], read["PORT"], read["NAME"]) == ("/" + folder, user, "", "portal")


def test_other_query_fields_go_to_the_driver():
    read = env_urls.database("postgres://portal@db/portal?sslmode=verify-full&port=6432")
    assert (read["PORT"], read["OPTIONS"]) == ("6432", {"sslmode": "verify-full"})


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://a@b/c", "must begin with postgresql://"),
        ("", "must begin with postgresql://"),
        ("postgresql://a@b", "names no database"),
        ("postgresql://a@b/", "names no database"),
        ("postgresql://a@b:x/c", "port that is not a number"),
        ("postgresql://a@b:70000/c", "port that is not a number"),
    ],
)
def test_a_database_address_that_cannot_be_is_refused_in_words(address, said):
    with pytest.raises(env_urls.AddressError, match=said):
        env_urls.database(address)


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp://u%40x:p%2F@mail.example", 587, True, False),
        ("smtps://u%40x:p%2F@mail.example", 465, False, True),
        ("smtp+plain://u%40x:p%2F@mail.example:2525", 2525, False, False),
    ],
)
def test_a_mail_address_is_read(address, port, tls, ssl):
    assert env_urls.mail(address) == {
        "host": "mail.example",
        "port": port,
        "username": "u@x",
        "password": "p/",
        "use_tls": tls,
        "use_ssl": ssl,
        "timeout": 20,
    }


@pytest.mark.parametrize("address", ["", "http://mail.example", "smtp://", "smtp://mail.example:port"])
def test_a_mail_address_that_cannot_be_is_refused(address):
    with pytest.raises(env_urls.AddressError, match="EMAIL_URL"):
        env_urls.mail(address)


# --- The three ways to run, each in a process of its own ----------------------------------------------------------

OURS = (
    "DEBUG", "DEMO", "SECRET_KEY", "PORTAL_ADDRESS", "EMAIL_URL", "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_POOL",
    "VAR_DIR",
)  # fmt: skip
PRODUCTION = {
    "SECRET_KEY": "checked-" * 8,
    "PORTAL_ADDRESS": "https://portal.example",
    "EMAIL_URL": "smtps://user:password@mail.example",
    "DATABASE_URL": "postgresql://portal@/portal",
}


def only(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of this process with only the given variables of the portal."""
    clean = {name: value for name, value in os.environ.items() if name not in OURS}
    for name in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        clean.pop(name, None)
    return clean | environment


def manage(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run a management command with only the given environment variables."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, env=only(environment), cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def show(expression: str, **environment: str) -> str:
    """Return an expression of the settings in a new process. No app is loaded: the settings depend on none."""
    command = [sys.executable, "-c", f"from django.conf import settings; print(({expression}))"]
    given = only(environment) | {"DJANGO_SETTINGS_MODULE": "ncm_portal.settings"}
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_refuses_to_run_without(missing):
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    code, said = manage("check", **given)
    assert (code, f"{missing} is not set" in said) == (1, True)


def test_production_passes_the_checks_of_a_deployment(tmp_path):
    key = tmp_path / "checkpoint-key"
    key.touch()
    anchored = {"CHECKPOINT_KEY": str(key), "CHECKPOINT_MAIL": "archives@example.org"}
    code, said = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **anchored)
    assert code == 0, said


def test_production_answers_to_its_own_name_only():
    assert show("settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS", **PRODUCTION) == (
        "(['portal.example'], ['https://portal.example'])"
    )


def test_the_pool_is_off_unless_asked_for():
    expression = "settings.DATABASES['default']['OPTIONS']"
    assert show(expression, **PRODUCTION) == "{}"
    asked = show(expression, **PRODUCTION, DATABASE_POOL="4")
    assert asked == "{'pool': {'min_size': 1, 'max_size': 4, 'timeout': 10}}"


def test_the_owner_of_the_tables_is_known_only_where_its_address_is_given():
    expression = "settings.DATABASE_ROLES['owner']"
    assert show(expression, **PRODUCTION) == "None"
    given = show(f"{expression}['USER']", **PRODUCTION, DATABASE_OWNER_URL="postgresql://owner@/portal")
    assert given == "owner"


def test_the_demo_runs_as_a_role_that_owns_nothing(tmp_path):
    expression = "settings.DATABASES['default']['USER'], settings.DATABASE_ROLES['owner']['USER']"
    assert show(expression, DEMO="1", VAR_DIR=str(tmp_path)) == "('portal_app', 'portal')"


def test_the_demo_needs_no_setting_and_keeps_its_key(tmp_path):
    expression = "settings.SECRET_KEY, settings.DEBUG, settings.SESSION_COOKIE_SECURE"
    first = show(expression, DEMO="1", VAR_DIR=str(tmp_path))
    assert show(expression, DEMO="1", VAR_DIR=str(tmp_path)) == first
    assert first.endswith("', False, False)")
    assert oct((tmp_path / "secret-key").stat().st_mode & 0o777) == "0o600"
