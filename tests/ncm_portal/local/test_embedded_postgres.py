"""The private PostgreSQL starts, stops, runs beside another instance and reports errors."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ncm_portal.local import embedded_postgres as postgres

FOLDER_NAMES = ["a 'b' \"c\" $d `e`", "ĩ-ũ", "d" * 120]


@pytest.fixture
def folder(tmp_path):
    """Return a folder whose server, if started, is stopped after the test."""
    yield tmp_path / "postgres"
    postgres.stop(tmp_path / "postgres", throwaway=True)


@pytest.fixture(scope="module")
def initialised(tmp_path_factory):
    """Return the data of a server that was started once, which costs less to copy than to make."""
    folder = tmp_path_factory.mktemp("initialised") / "postgres"
    postgres.start(folder)
    postgres.stop(folder)
    yield postgres.Server.at(folder).data
    postgres.stop(folder, throwaway=True)


@pytest.fixture
def cluster(folder, initialised):
    """Return a folder with the data of a server that was stopped."""
    data = postgres.Server.at(folder).data
    data.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", initialised, data], check=True)
    return folder


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Return the folder of a server that tests only look at."""
    folder = tmp_path_factory.mktemp("running") / "postgres"
    postgres.start(folder, throwaway=True)
    yield folder
    postgres.stop(folder, throwaway=True)


def by_owner(folder: Path) -> str:
    return postgres.Server.at(folder).owner_url


def ask(address: str, sql: str):
    with psycopg.connect(address) as connection:
        return connection.execute(sql).fetchone()[0]


def pid(folder: Path) -> int:
    return int((postgres.Server.at(folder).data / "postmaster.pid").read_text().split()[0])


@pytest.mark.parametrize("name", FOLDER_NAMES)
def test_any_folder_name_works(tmp_path, name):
    address = postgres.start(tmp_path / name, throwaway=True)
    assert ask(address, "SELECT 1") == 1
    assert postgres.stop(tmp_path / name, throwaway=True) is True


def test_starting_twice_gives_the_same_server(running):
    before = pid(running)
    assert postgres.start(running, throwaway=True) == postgres.url(running)
    assert pid(running) == before


def test_data_outlives_a_stop(folder):
    postgres.start(folder)
    with psycopg.connect(by_owner(folder)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert (postgres.is_running(folder), postgres.stop(folder), postgres.is_running(folder)) == (True, True, False)
    postgres.start(folder)
    assert ask(by_owner(folder), "SELECT answer FROM kept") == 42


def test_the_portal_runs_as_a_role_without_power(running):
    address = postgres.url(running)
    assert ask(address, "SELECT session_user || rolsuper FROM pg_roles WHERE rolname = session_user") == (
        f"{postgres.RUNNING}false"
    )
    assert ask(by_owner(running), "SELECT session_user") == postgres.OWNER


def test_a_thrown_away_server_leaves_nothing(cluster):
    postgres.start(cluster, throwaway=True)
    server = postgres.Server.at(cluster)
    postgres.stop(cluster, throwaway=True)
    assert (server.data.exists(), server.socket.exists()) == (False, False)


def test_stopping_what_never_ran_is_no_error(tmp_path):
    assert postgres.stop(tmp_path / "nothing") is False


def test_two_servers_run_side_by_side(running, cluster):
    one, two = postgres.url(running), postgres.start(cluster, throwaway=True)
    with psycopg.connect(by_owner(running)) as connection:
        connection.execute("CREATE TABLE only_here ()")
    assert (ask(one, "SELECT to_regclass('only_here')"), ask(two, "SELECT to_regclass('only_here')")) == (
        "only_here",
        None,
    )
    postgres.stop(cluster, throwaway=True)
    assert postgres.is_running(running) is True


def test_it_starts_after_a_crash(cluster):
    postgres.start(cluster, throwaway=True)
    dead = pid(cluster)
    os.kill(dead, signal.SIGKILL)
    wait_for_end(dead)
    assert ask(postgres.start(cluster, throwaway=True), "SELECT 1") == 1


def test_it_starts_when_somebody_cleaned_the_temporary_folder(cluster):
    postgres.start(cluster, throwaway=True)
    shutil.rmtree(postgres.Server.at(cluster).socket)
    assert ask(postgres.start(cluster, throwaway=True), "SELECT 1") == 1


def wait_for_end(process: int) -> None:
    for _ in range(100):
        if subprocess.run(["kill", "-0", str(process)], capture_output=True, check=False).returncode:
            return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError(f"process {process} is still there")


def test_only_its_owner_reaches_it_and_nothing_listens_on_the_network(running):
    server = postgres.Server.at(running)
    assert [oct(path.stat().st_mode & 0o777) for path in (server.data, server.socket)] == ["0o700", "0o700"]
    assert ask(server.url, "SHOW listen_addresses") == ""


def test_only_a_throw_away_server_risks_its_data(cluster):
    assert ask(postgres.start(cluster), "SHOW fsync") == "on"
    postgres.stop(cluster)
    assert ask(postgres.start(cluster, throwaway=True), "SHOW fsync") == "off"


def test_stock_postgres_keeps_its_defaults_even_if_thrown_away(monkeypatch, folder):
    monkeypatch.setenv("STOCK_POSTGRES", "1")
    assert ask(postgres.start(folder, throwaway=True), "SHOW synchronous_commit") == "on"


def test_a_socket_folder_of_somebody_else_is_refused(folder):
    socket = postgres.Server.at(folder).socket
    socket.symlink_to(folder.parent)
    try:
        with pytest.raises(postgres.PostgresError, match="belongs to somebody else"):
            postgres.start(folder)
    finally:
        socket.unlink()


def test_data_of_another_version_is_refused_in_words(cluster):
    (postgres.Server.at(cluster).data / "PG_VERSION").write_text("9\n")
    with pytest.raises(postgres.PostgresError, match="was made by PostgreSQL 9"):
        postgres.start(cluster)


def test_missing_postgresql_error_names_the_command(folder, monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: None)
    monkeypatch.setattr(postgres.Path, "glob", lambda path, pattern: [])
    monkeypatch.setattr(postgres.shutil, "which", lambda name: None)
    with pytest.raises(postgres.PostgresError, match="apt-get install postgresql"):
        postgres.start(folder)


def test_a_postgresql_of_the_machine_serves_where_no_wheel_fits(cluster, monkeypatch):
    programs = postgres._programs(postgres.Server.at(cluster))
    monkeypatch.setattr(postgres, "_wheel", lambda: None)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert postgres._programs(postgres.Server.at(cluster)) == programs.resolve()
    assert ask(postgres.start(cluster, throwaway=True), "SELECT 1") == 1


def test_stock_postgres_prefers_the_machines_programs_to_the_wheels(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: tmp_path / "wheel")
    monkeypatch.setattr(postgres, "_installed", lambda: tmp_path / "installed")
    monkeypatch.setattr(postgres, "_is_root", lambda: False)
    server = postgres.Server.at(cluster)
    assert postgres._programs(server) == tmp_path / "wheel/pginstall/bin"
    monkeypatch.setenv("STOCK_POSTGRES", "1")
    assert postgres._programs(server) == tmp_path / "installed"


def test_stock_postgres_falls_back_to_the_wheel(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_wheel", lambda: tmp_path / "wheel")
    monkeypatch.setattr(postgres, "_major", lambda program: 0)
    monkeypatch.setattr(postgres, "_is_root", lambda: False)
    monkeypatch.setenv("STOCK_POSTGRES", "1")
    assert postgres._programs(postgres.Server.at(cluster)) == tmp_path / "wheel/pginstall/bin"


def command(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "ncm_portal.local.embedded_postgres", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def test_the_command_line(folder):
    address = postgres.url(folder)
    assert command("status", str(folder)) == (1, "not running")
    assert command("start", str(folder), "--throwaway") == (0, address)
    assert command("status", str(folder)) == (0, address)
    assert command("stop", str(folder)) == (0, "stopped")
    assert command("stop", str(folder)) == (0, "was not running")


def test_the_command_line_says_what_is_wrong(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(postgres, "ROOT_HOME", tmp_path / "file" / "home")
    code = postgres.main(["start", str(tmp_path / "file" / "postgres")])
    assert (code, capsys.readouterr().err.split(":")[0].split("/")[0]) == (1, "Cannot write into ")
