import json
import subprocess
import sys

import pytest

from positions.render import sandbox
from positions.render.pdf import RenderFailed, render_apart
from tests.positions.render import editions
from tests.positions.render.conftest import children, printed_in_process


@pytest.fixture(scope="module")
def small():
    return editions.edition(themes=1, paragraphs=8, points=4, participants=3, ministries=1)


def apart_with(content, **limits):
    return render_apart(content, editions.digest(content), editions.address(content), **limits)


def test_child_process_prints_same_bytes(small):
    assert apart_with(small) == printed_in_process(small)


def test_child_process_is_stopped_after_time_limit(small):
    small = {**small, "clearance_note": "word " * 400_000}
    with pytest.raises(RenderFailed, match="stopped"):
        apart_with(small, seconds=2)


def test_child_process_is_stopped_at_memory_limit(small):
    with pytest.raises(RenderFailed, match="100 MB"):  # at about 150 the font libraries fail in many ways
        apart_with(small, megabytes=100)


def test_unprintable_content_has_clear_error(small):
    with pytest.raises(RenderFailed) as failure:
        render_apart(small, "0" * 64, editions.address(small))
    assert str(failure.value) == "This edition can't be printed. This hash is not the SHA-256 of this content."


def test_content_of_other_kind_is_refused():
    with pytest.raises(RenderFailed, match="can't be printed"):
        apart_with({"edition": {"frozen_at": "2017-10-17T13:40:00+00:00"}, "language": "en"})


def test_sandbox_inherits_no_environment_or_files(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@host/name")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    assert set(sandbox.clean_environment("/tmp/x", **sandbox.QUIET)) == {
        "LANG",
        "PATH",
        "HOME",
        "TMPDIR",
        "PYTHONDONTWRITEBYTECODE",
        "FONTCONFIG_FILE",
        "PYTHONWARNINGS",
    }


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
        "import socket; socket.getaddrinfo('example.com', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    ],
)
def test_child_has_no_network(attempt):
    guard = "import sys; from positions.render.sandbox import refuse_network; sys.addaudithook(refuse_network); "
    done = subprocess.run(
        [sys.executable, "-c", guard + attempt], cwd=sandbox.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "The printing process has no network (socket." in done.stderr.splitlines()[-1]


def test_kernel_enforces_limits():
    ask = "import json; from resource import *; from ncm_portal.sandbox import limit; limit(7, 900, largest_file=64)\n"
    ask += "limits = (RLIMIT_CPU, RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_CORE)\n"
    ask += "print(json.dumps([getrlimit(which) for which in limits]))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=sandbox.ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[7, 8], [900 * 2**20] * 2, [64, 64], [0, 0]]


def test_sandbox_leaves_no_process_or_folder(small, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = children()
    with pytest.raises(RenderFailed):
        apart_with({**small, "clearance_note": "word " * 400_000}, seconds=1)
    assert list(tmp_path.iterdir()) == []
    assert children() <= before


@pytest.mark.parametrize(
    ("code", "told", "said"),
    [
        (-24, "", "Printing used up its 60 seconds of processor time and was stopped."),
        (
            -9,
            "",
            "The printing process was killed: its 60 seconds of processor time were over, or the machine had no memory"
            " left. Nothing was kept. Try again.",
        ),
        (-11, "", "The printing process broke down (SIGSEGV), perhaps for want of memory: it may use 1500 MB."),
        (1, "MemoryError", "Printing needed more than 1500 MB of memory and was stopped.\nMemoryError"),
        (
            1,
            "Traceback",
            "The printing process failed with code 1. It may use 60 seconds and 1500 MB of memory.\nTraceback",
        ),
        (2, "This edition can't be printed.", "This edition can't be printed."),
    ],
)
def test_every_exit_has_a_plain_message(code, told, said):
    assert sandbox.reason(code, told, 60, 1500) == said
