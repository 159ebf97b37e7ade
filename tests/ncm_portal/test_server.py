"""The production server over HTTP: no server header, and refusals with our messages and headers."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ncm_portal.server import standing_headers
from tests.production_server import collect_static, serving

NOWHERE = "postgresql://nobody@/nothing?host=/nowhere"
NUMBER = rb"[2-9A-Z]{4}-[2-9A-Z]{4}"


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("log") / "stderr"


@pytest.fixture(scope="module")
def server(tmp_path_factory, log) -> Iterator[tuple[str, int]]:
    """Start the production server. No request of these tests reaches a database."""
    folder = tmp_path_factory.mktemp("server")
    collect_static(folder)
    with log.open("wb") as out, serving(folder, errors=out, DATABASE_URL=NOWHERE) as started:
        yield "127.0.0.1", started.port


def say(server: tuple[str, int], request: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """Send bytes to the server and return the status line, headers and page."""
    with socket.create_connection(server, timeout=60) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    head, _gap, page = answer.partition(b"\r\n\r\n")
    status, *fields = head.split(b"\r\n")
    return status, dict(field.decode("latin-1").split(": ", 1) for field in fields), page


OURS, CLOSE = b"Host: 127.0.0.1\r\n", b"Connection: close\r\n\r\n"
ASKED = {
    "a page": (b"GET /nowhere/ HTTP/1.1\r\n" + OURS + CLOSE, b"404"),
    "a host that is not ours": (b"GET / HTTP/1.1\r\nHost: elsewhere.example.com\r\n" + CLOSE, b"400"),
    "a NUL": (b"GET /inputs/?q=%00 HTTP/1.1\r\n" + OURS + CLOSE, b"400"),
    "no request": (b"nonsense\r\n\r\n", b"400"),
    "a broken header": (b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n", b"400"),
    "a long line": (b"GET /find/?q=" + b"a" * 10_000 + b" HTTP/1.1\r\n" + OURS + CLOSE, b"414"),
}


@pytest.mark.parametrize("case", ASKED)
def test_server_header_is_hidden_and_every_response_has_security_headers(server, case, log):
    request, code = ASKED[case]
    status, headers, page = say(server, request)
    assert status.split()[1] == code
    assert "server" not in {name.lower() for name in headers}
    assert b"gunicorn" not in page.lower()
    assert {name: headers.get(name) for name in standing_headers()} == standing_headers()
    assert (b"shorten what you typed" in page) == (code == b"414")
    if code != b"404":
        (number,) = set(re.findall(NUMBER, page))
        assert number in log.read_bytes()
