"""E-mails as originals: extracted text, and refused content."""

import base64

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consultations.uploads import Refused, kinds, mails, sandbox
from consultations.uploads.rejections import say
from tests import made_files as made

HEAD = b"From: amina@umoja.example\r\nDate: Mon, 05 Oct 2026 09:30:00 +0300\r\n"
SHOWN = "\n".join([
    "From: Mwong’ozo <amina@umoja.example>", "To: ncm@example.go.ke", "Date: Mon, 05 Oct 2026 09:30:00 +0300",
    "Subject: Fees – a proposal",
])  # fmt: skip
PAGE = (
    "<html><head><title>no</title><style>p {}</style></head><body><!-- no --><p>Recruiters shall<br>pay the "
    "<b>fees</b> &amp;\n all.</p><img src='https://umoja.example/logo.png'></body></html>"
)
TWO_FORMS = made.mail(page=PAGE)


def typed(kind: str, body: bytes, *more: bytes) -> bytes:
    """An e-mail of one part of this kind."""
    return HEAD + b"\r\n".join([b"MIME-Version: 1.0", b"Content-Type: " + kind.encode(), *more, b"", body])


def coded(body: bytes, encoding: str = "base64") -> bytes:
    return typed("text/plain; charset=utf-8", body, b"Content-Transfer-Encoding: " + encoding.encode())


def inspected(folder, data: bytes) -> str:
    """Return the child's result for these bytes, without starting one."""
    path = folder / "file.part"
    path.write_bytes(data)
    assert kinds.family(path, mails=True) == "mail"
    return mails.inspect(path)


def test_e_mail_is_accepted_as_original_with_its_text(tmp_path):
    (tmp_path / "a.part").write_bytes(TWO_FORMS)
    found = sandbox.inspect(tmp_path / "a.part", tmp_path / "redrawn", mails=True)
    assert found == ("message/rfc822", f"{SHOWN}\n\n{made.WORDS}", False)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (typed("text/html; charset=utf-8", PAGE.encode()), "Recruiters shall\npay the fees & all."),
        (typed("text/plain; charset=iso-8859-1", "Ng’ang’a é".encode("cp1252")), "Ng’ang’a é"),
        (typed("text/plain", "Mwong’ozo".encode()), "Mwong’ozo"),
        (typed("text/plain; charset=nobodys", "Mwong’ozo".encode()), "Mwong’ozo"),
        (coded(b"TXdvbmfigJlvem8=\r\n"), "Mwong’ozo"),
        (coded(b"Mwong=E2=80=99ozo=\r\n and more", "quoted-printable"), "Mwong’ozo and more"),
        (HEAD + b"\r\nbegin 100 days of work\r\nand go on", "begin 100 days of work\nand go on"),
        (HEAD.replace(b"\r\n", b"\n") + b"\nhello", "hello"),
    ],
)
def test_e_mail_text_is_read_in_every_encoding(tmp_path, data, text):
    assert inspected(tmp_path, data).split("\n\n", 1)[1] == text


MULTIPART = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
HOSTILE = {
    "a file": (made.mail(files={"plan.pdf": b"hello"}), "mail_files"),
    "a picture in the text": (typed("image/png", b"iVBORw0KGgo="), "mail_files"),
    "a text that is a file": (typed("text/plain; name=a.txt", b"hello"), "mail_files"),
    "a text to be saved": (typed("text/plain", b"hello", b"Content-Disposition: attachment"), "mail_files"),
    "another e-mail": (typed("message/rfc822", made.mail()), "mail_files"),
    "an invitation": (typed("text/calendar", b"BEGIN:VCALENDAR"), "mail_files"),
    "a file in the old manner": (HEAD + b"\r\nbegin 644 a.exe\r\n#86)C\r\n`\r\nend\r\n", "mail_files"),
    "a PDF that says it is text": (coded(b"JVBERi0xLjc="), "mail_files"),
    "a picture in an address": (typed("text/html", b"<img src=' data:image/png;base64,aGVsbG8='>"), "mail_files"),
    "a script": (typed("text/html", b"<p>hello<script>alert(1)</script>"), "mail_acts"),
    "a page in the page": (typed("text/html", b"<iframe src=https://evil.example>"), "mail_acts"),
    "no sender": (b"Date: Mon, 05 Oct 2026 09:30:00 +0300\r\n\r\nhello", "no_mail"),
    "no date": (b"From: amina@umoja.example\r\n\r\nhello", "no_mail"),
    "a date that is none": (b"From: amina@umoja.example\r\nDate: today\r\n\r\nhello", "no_mail"),
    "a memorandum": (HEAD.replace(b"amina@umoja.example", b"The Director") + b"\r\nhello", "no_mail"),
    "an address": (b"https://example.org/\n\n", "no_mail"),
    "two senders": (b"From: minister@example.go.ke\r\n" + HEAD + b"\r\nhello", "damaged"),
    "two kinds": (typed("text/plain", b"hello", b"Content-Type: text/html"), "damaged"),
    "NUL": (HEAD + b"\r\nhel\0lo", "damaged"),
    "NUL in its head": (HEAD + b"X-Own: a\0b\r\n\r\nhello", "damaged"),
    "NUL under a code": (coded(b"aGVsAGxv"), "damaged"),
    "a code of nobody's": (coded(b"hello", "x-own"), "damaged"),
    "half a code": (coded(b"aGVsbG8"), "damaged"),
    "half a letter": (coded(b"Mwong=E2=8", "quoted-printable"), "damaged"),
    "only its head": (HEAD, "damaged"),
    "half an e-mail": (TWO_FORMS[: len(TWO_FORMS) // 2], "damaged"),
    "no mark between parts": (typed("multipart/mixed", b"hello"), "damaged"),
    "a text behind the last part": (HEAD + MULTIPART + b"--b\r\n\r\nhello\r\n--b--\r\nmore\r\n", "two_files"),
    "a ZIP behind": (made.mail() + made.archive({"a": b"b"}, stored=True), "two_files"),
    "very many parts": (HEAD + MULTIPART + b"--b\r\n\r\nhello\r\n" * 1001 + b"--b--\r\n", "too_many"),
    "a program": (b"MZ" + bytes(500), "another"),
    "a page": (b"<!DOCTYPE html><html><body>From: a@b.example</body></html>", "another"),
    "plain text": (b"hello", "no_mail"),
    "an e-mail of Outlook": (kinds.OLE + bytes(600) + kinds.OUTLOOK, "outlook"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_files_have_reason(tmp_path, name):
    data, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        inspected(tmp_path, data)
    assert refused.value.code == code
    assert "%(" not in say(refused.value)


def test_file_in_e_mail_is_named(tmp_path):
    with pytest.raises(Refused) as refused:
        inspected(tmp_path, made.mail(files={"../The plan.pdf": b"hello"}))
    assert refused.value.facts == {"what": "The plan.pdf"}


def test_deeply_nested_parts_fail_in_child_process_only(tmp_path):
    opened = "".join(f"--{n}\r\nContent-Type: multipart/mixed; boundary={n + 1}\r\n\r\n" for n in range(900))
    (tmp_path / "a.part").write_bytes(HEAD + MULTIPART.replace(b"=b", b"=0") + opened.encode())
    with pytest.raises(Refused) as refused:
        sandbox.inspect(tmp_path / "a.part", tmp_path / "redrawn", mails=True)
    assert refused.value.code in {"too_hard", "damaged"}


SAME_FOLDER = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LETTERS = st.text(st.characters(categories=["L", "N", "P"], include_characters=" \n"), max_size=300)


@SAME_FOLDER
@given(text=LETTERS, subject=LETTERS.map(lambda words: " ".join(words.split())).filter(bool))
def test_stored_mail_text_equals_parsed_text(tmp_path, text, subject):
    about = b"Subject: =?utf-8?b?" + base64.b64encode(subject.encode()) + b"?=\r\n"
    head, _line, said = inspected(tmp_path, about + typed("text/plain", text.encode())).partition("\n\n")
    assert said == text.strip()
    assert head.endswith(f"\nSubject: {subject}")


@SAME_FOLDER
@given(at=st.integers(0, TWO_FORMS.rindex(b"--") + 1))
@example(at=TWO_FORMS.rindex(b"--"))
def test_truncated_multipart_e_mail_is_refused(tmp_path, at):
    with pytest.raises(Refused):
        inspected(tmp_path, TWO_FORMS[:at])


@SAME_FOLDER
@given(head=st.sampled_from([HEAD, HEAD + MULTIPART + b"--b\r\n", b"From:", HEAD + b"Content-Type:"]), rest=st.binary())
def test_any_bytes_are_accepted_or_refused(tmp_path, head, rest):
    (tmp_path / "file.part").write_bytes(head + rest)
    try:
        found = mails.inspect(tmp_path / "file.part")
    except Refused as refusal:
        found = say(refusal)
    assert found
