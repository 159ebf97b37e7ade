"""Client of a ClamAV daemon by its INSTREAM protocol, as in clamd(8)."""

import socket
import struct
from pathlib import Path

PIECE = 256 * 1024
PATIENCE = 20  # seconds to wait for an answer
TO_CONNECT = 2


class ScannerDown(Exception):
    """Raised if the daemon does not answer."""


class NoVerdict(ScannerDown):
    """Raised if the daemon could not scan this file."""


def scan(path: Path, address: str) -> str:
    """Return what the daemon at `address` (a socket's path, or host:port) found in a file; "" for nothing.

    Raises ScannerDown, or NoVerdict if the problem is this file only.
    """
    try:
        with _connected(address) as line, path.open("rb") as file:
            line.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(struct.pack(">I", 0))
            answer = _answer(line)
    except OSError as error:
        raise ScannerDown(str(error)) from error
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NoVerdict(answer) if answer else ScannerDown("no answer")


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(TO_CONNECT)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
    else:
        host, _colon, port = address.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=TO_CONNECT)
    line.settimeout(PATIENCE)
    return line


def _answer(line: socket.socket) -> str:
    received = b""
    while b"\0" not in received and len(received) < 4096:
        piece = line.recv(4096)
        if not piece:
            break
        received += piece
    return received.partition(b"\0")[0].decode("utf-8", "replace").strip()
