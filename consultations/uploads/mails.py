"""Inspect e-mails saved as .eml (RFC 5322, RFC 2045): one message with text parts only; and extract their text."""

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from html.parser import HTMLParser
from pathlib import Path

from .kinds import tidy
from .rejections import Refused

MOST_PARTS = 1000
SHOWN = ("From", "To", "Date", "Subject")
ONCE_IN_A_PART = ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition")
ENCODINGS = {"7bit", "8bit", "binary", "quoted-printable", "base64"}
TEXTS = {"text/plain", "text/html"}
READ_AS = {"us-ascii": "utf-8", "iso-8859-1": "cp1252"}  # how mail programs use them
UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n[ -`]{1,61}\r?\n", re.MULTILINE)
HALF_A_LETTER = re.compile(r"=[0-9A-Fa-f]?\Z")  # of quoted-printable, which encodes a byte in three characters
NO_HEADER_BELOW = re.compile(rb"\r?\n\r?\n")
ACTIVE = {"script", "iframe", "frame", "object", "embed", "applet"}
UNSEEN = {"head", "style", "title"}
LINES = {"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "hr", "pre"}
# Defects that the standard library's parser tolerates in headers.
BROKEN = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError)


def inspect(path: Path) -> str:
    """Return the text of the e-mail at `path`: sender, recipients, date, subject and body. Raises Refused."""
    data = path.read_bytes()
    if b"\0" in data or not NO_HEADER_BELOW.search(data):
        raise Refused("damaged")
    if data.count(b"\n--") > MOST_PARTS:  # each part starts like this and costs memory
        raise Refused("too_many", limit=f"{MOST_PARTS:,}")
    try:
        mail = BytesParser(policy=policy.default).parsebytes(data)
        _check_head(mail)
        for part in mail.walk():
            _check_part(part)
        return "\n".join([*_head(mail), "", _words(mail)])
    except RecursionError:
        raise Refused("too_hard") from None
    except BROKEN:
        raise Refused("damaged") from None


def _check_head(mail: EmailMessage) -> None:
    """Require a sender and a date (RFC 5322, 3.6), to tell e-mails from text that starts like one."""
    if any(len(mail.get_all(name, [])) > 1 for name in SHOWN):
        raise Refused("damaged")  # programs would show one or the other
    sender, date = mail["From"], mail["Date"]
    if not sender or not date or not date.datetime or not any("@" in each.addr_spec for each in sender.addresses):
        raise Refused("no_mail")
    if _encoding(mail) == "quoted-printable" and HALF_A_LETTER.search(str(mail.get_payload())):
        raise Refused("damaged")


def _encoding(part: MIMEPart) -> str:
    return str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()


def _check_part(part: MIMEPart) -> None:
    """Require that a part is text or multipart; decoding errors are reported by the library as defects."""
    name, kind = part.get_filename(), part.get_content_type()
    if part.get_content_maintype() == "multipart":
        if (part.epilogue or "").strip():
            raise Refused("two_files")
    elif kind not in TEXTS or name is not None or part.get_content_disposition() == "attachment":
        raise Refused("mail_files", what=tidy(name)[:80] if name else kind[:80])
    elif _encoding(part) not in ENCODINGS:
        raise Refused("damaged")
    else:
        _check_text(part)
    if part.defects or any(len(part.get_all(header, [])) > 1 for header in ONCE_IN_A_PART):
        raise Refused("damaged")


def _check_text(part: MIMEPart) -> None:
    data = _decoded(part)
    if hidden := UUENCODED.search(data):
        raise Refused("mail_files", what=tidy(hidden[1].decode("utf-8", "replace"))[:80])
    if data.startswith(b"%PDF-"):
        raise Refused("mail_files", what="PDF")
    if "\0" in _written(part):
        raise Refused("damaged")


def _decoded(part: MIMEPart) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _written(part: MIMEPart) -> str:
    charset = part.get_content_charset("utf-8")
    try:
        return _decoded(part).decode(READ_AS.get(charset, charset), "replace")
    except LookupError:  # unknown character set
        return _decoded(part).decode("utf-8", "replace")


def _text(part: MIMEPart) -> str:
    """Return the text of a part, without HTML tags."""
    if part.get_content_subtype() == "plain":
        return _written(part).replace("\r\n", "\n").strip()
    page = _Page()
    page.feed(_written(part))
    page.close()
    return page.words()


def _head(mail: EmailMessage) -> Iterator[str]:
    for name in SHOWN:
        if mail[name]:
            written = str(mail[name]).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            yield f"{name}: {' '.join(written.split())}"


def _words(part: MIMEPart) -> str:
    """Return the text of a part: of alternatives the plainest, which comes first (RFC 2046, 5.1.4)."""
    if not part.is_multipart():
        return _text(part)
    texts = [words for each in part.iter_parts() if (words := _words(each))]
    return "\n".join(texts[:1] if part.get_content_subtype() == "alternative" else texts)


class _Page(HTMLParser):
    """Extracts the text of an HTML body. Raises Refused for active content or embedded files."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a new line for block elements."""
        if tag in ACTIVE:
            raise Refused("mail_acts", what=f"<{tag}>")
        if any((value or "").strip().lower().startswith("data:") for _name, value in attrs):
            raise Refused("mail_files", what=f"<{tag}>")
        self._unseen += tag in UNSEEN
        if tag in LINES:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End hidden elements."""
        self._unseen -= tag in UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        """Collect visible text."""
        if not self._unseen:
            self._pieces.append(re.sub(r"\s+", " ", data))

    def words(self) -> str:
        """Return the visible text line by line."""
        lines = (" ".join(line.split()) for line in "".join(self._pieces).splitlines())
        return "\n".join(filter(None, lines))
