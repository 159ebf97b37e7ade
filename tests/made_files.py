"""Files for tests: valid ones of each type, and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage

import docx
import openpyxl
import pikepdf
from PIL import Image

WORDS = "Recruiters shall pay the fees"
ODT_TYPE = "application/vnd.oasis.opendocument.text"


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, (10, 107, 59)).save(file, form, **options)
    return file.getvalue()


def photo() -> bytes:
    """JPEG with camera metadata: position, device and orientation."""
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "Secret Phone", 6
    exif.get_ifd(0x8825)[1] = "S"
    return picture("JPEG", exif=exif, comment=b"Secret Phone")


def pdf(**root) -> bytes:
    """PDF of one page with WORDS; `root` is added to its catalogue."""
    file, document = io.BytesIO(), pikepdf.new()
    page = document.add_blank_page(page_size=(400, 200))
    font = document.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(f"BT /F1 12 Tf 20 100 Td ({WORDS}) Tj ET".encode())
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    document.save(file)
    return file.getvalue()


def action(kind: str, **more) -> pikepdf.Dictionary:
    """An action of a PDF."""
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), **more)


def pdf_with_file() -> bytes:
    """A PDF in which another file is embedded."""
    file, document = io.BytesIO(), pikepdf.open(io.BytesIO(pdf()))
    document.attachments["a.txt"] = pikepdf.AttachedFileSpec(document, b"hello")
    document.save(file)
    return file.getvalue()


def locked_pdf() -> bytes:
    """PDF with a password."""
    file = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf())).save(file, encryption=pikepdf.Encryption(user="secret", owner="other"))
    return file.getvalue()


def word() -> bytes:
    """A DOCX with WORDS."""
    file, document = io.BytesIO(), docx.Document()
    document.add_paragraph(WORDS)
    document.save(file)
    return file.getvalue()


def sheet() -> bytes:
    """An XLSX with WORDS."""
    file, book = io.BytesIO(), openpyxl.Workbook()
    book.active["A1"] = WORDS
    book.save(file)
    return file.getvalue()


def open_document(content: str = "", **parts: bytes) -> bytes:
    """ODT with WORDS; `content` is appended."""
    namespaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    text = f"<office:document-content {namespaces}><office:body><office:text><text:p>{WORDS}</text:p>{content}"
    text += "</office:text></office:body></office:document-content>"
    return archive({"mimetype": ODT_TYPE.encode(), "content.xml": text.encode(), **parts})


def mail(text: str = WORDS, *, page: str = "", files: Mapping[str, bytes] | None = None, **headers: str) -> bytes:
    """E-mail with WORDS as saved by a mail program; `page` is the same as HTML, `files` are attached."""
    message = EmailMessage(policy=policy.SMTP)
    said = {"From": "Mwong’ozo <amina@umoja.example>", "To": "ncm@example.go.ke", "Subject": "Fees – a proposal"}
    for name, value in {**said, "Date": "Mon, 05 Oct 2026 09:30:00 +0300", **headers}.items():
        message[name] = value
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def archive(parts: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    """A ZIP of these parts, deflated or `stored` as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            plain = stored or name == "mimetype"
            packed.writestr(name, content, zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def word_with(parts: Mapping[str, bytes] | None = None, **replaced: tuple[str, str]) -> bytes:
    """DOCX with extra `parts`; in a named part, the first text is replaced by the second."""
    named = {"types": "[Content_Types].xml", "relations": "word/_rels/document.xml.rels", "text": "word/document.xml"}
    have = unpacked(word())
    for name, (old, new) in replaced.items():
        assert old.encode() in have[named[name]]
        have[named[name]] = have[named[name]].replace(old.encode(), new.encode())
    return archive(have | dict(parts or {}))


def relation(kind: str, target: str, mode: str = "External") -> tuple[str, str]:
    """Add a relationship to a part."""
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = f'<Relationship Id="x9" Type="{types}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return "</Relationships>", f"{row}</Relationships>"


def bomb() -> bytes:
    """A DOCX of some kB with a part of 300 MB."""
    return word_with({"word/media/large.xml": bytes(300 * 1024 * 1024)})


def tags_without_end() -> bytes:
    """A DOCX of some kB with a part of eight million empty elements."""
    return word_with({"word/large.xml": b"<a>" + b"<b/>" * 8_000_000 + b"</a>"})


def deep() -> bytes:
    """A DOCX of some kB with a part of three million elements, each inside the one before it."""
    return word_with({"word/deep.xml": b"<a>" * 3_000_000 + b"</a>" * 3_000_000})


def overlapping() -> bytes:
    """ZIP whose directory lists one entry repeatedly."""
    data = archive({"[Content_Types].xml": b"<a/>", "b.xml": b"<b/>" * 100})
    start = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", start + 4)
    end = data.index(b"PK\x05\x06")
    again = b"".join(data[second:end].replace(b"b.xml", f"{n}.xml".encode()) for n in range(10)[:9])
    directory = data[start:end] + again
    tail = struct.pack("<HHLLH", 11, 11, len(directory), start, 0)
    return data[:start] + directory + data[end : end + 8] + tail


def encrypted_archive() -> bytes:
    """ZIP with entries marked as encrypted."""
    data = bytearray(word())
    at = -1
    while (at := data.find(b"PK\x03\x04", at + 1)) >= 0:
        data[at + 6] |= 1
    return bytes(data)


def picture_of(width: int, height: int) -> bytes:
    """PNG with claimed dimensions and almost no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def pdf_of(content: bytes) -> bytes:
    """PDF about as large as `content`, which is an unused stream."""
    file, document = io.BytesIO(), pikepdf.open(io.BytesIO(pdf()))
    document.pages[0].obj[pikepdf.Name.PieceInfo] = document.make_stream(content)
    document.save(file)
    return file.getvalue()
