"""Check a printed paper before publication by reading the file."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from positions.render.akoma_meta import hash_within
from positions.render.paper import ATTACHMENT
from positions.render.printable import STATEMENT
from positions.text.canonical import canonical

HASH = re.compile(r"\b[0-9a-f]{64}\b")
PART_OF_PDFA = "{http://www.aiim.org/pdfa/ns/id/}part"
LEVEL_OF_PDFA = "{http://www.aiim.org/pdfa/ns/id/}conformance"
PART_OF_PDFUA = "{http://www.aiim.org/pdfua/ns/id/}part"
HARMLESS_ACTIONS = ("/URI", "/GoTo")
KNOWN_HARM = ("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData")


def attached_content(pdf: bytes) -> bytes | None:
    """Return the canonical content attached to a printed paper; None if the file is not a PDF or has none."""
    return attached(pdf, ATTACHMENT)


def attached(pdf: bytes, name: str) -> bytes | None:
    """Return the file of this name embedded in a PDF; None if it is not a PDF or has none."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return document.attachments[name].get_file().read_bytes() if name in document.attachments else None
    except pikepdf.PdfError:
        return None


def inspect(pdf: bytes) -> list[str]:
    """Return what is wrong with a printed paper; an empty list if it is valid.

    Checks the structure required by PDF/UA-1 and PDF/A-3a, the attached content and its hash, fonts, and active
    content. It does not replace a validator: veraPDF runs in the tests.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            problems = [*pages(document), *language_and_title(document), *tags(document), *claims(document)]
            result = list(dictionaries(document))
            problems += [*fonts(result), *active(document, result), *outside(result)]
            subject = str(document.docinfo.get("/Subject", ""))
    except pikepdf.PdfError as error:
        return [f"This is not a readable PDF: {error}"]
    inside = attached_content(pdf)
    return [*dict.fromkeys(problems), *content(inside, subject), *statement(attached(pdf, STATEMENT), inside)]


def pages(document: pikepdf.Pdf) -> Iterator[str]:
    """Check that the paper has pages."""
    if len(document.pages) == 0:
        yield "The file has no page."


def language_and_title(document: pikepdf.Pdf) -> Iterator[str]:
    """Check that language and title are set for screen readers (ISO 14289-1, 7.1, 7.2)."""
    if not str(document.Root.get("/Lang", "")):
        yield "No language is set."
    if not str(document.docinfo.get("/Title", "")):
        yield "No title is set."
    preferences = document.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    if not preferences.get("/DisplayDocTitle", False):
        yield "The title is not shown in the window."


def tags(document: pikepdf.Pdf) -> Iterator[str]:
    """Check that the file is tagged and has bookmarks."""
    marked = document.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)
    if not marked or "/StructTreeRoot" not in document.Root:
        yield "The file is not tagged."
    if "/Outlines" not in document.Root:
        yield "The file has no bookmarks."


def claims(document: pikepdf.Pdf) -> Iterator[str]:
    """Check that the metadata claims both standards (ISO 19005-3, 6.6.4; ISO 14289-1, 5)."""
    with document.open_metadata() as metadata:
        if (metadata.get(PART_OF_PDFA), metadata.get(LEVEL_OF_PDFA)) != ("3", "A"):
            yield "The file does not say that it is PDF/A-3a."
        if metadata.get(PART_OF_PDFUA) != "1":
            yield "The file does not say that it is PDF/UA-1."


def inner(thing: Any) -> Iterator[Any]:
    """Yield a dictionary or stream, and every dictionary nested in it."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        values = [value for _key, value in thing.items()]
    else:
        values = list(thing) if isinstance(thing, pikepdf.Array) else []
    for value in values:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from inner(value)


def dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every dictionary of the file, including streams."""
    for thing in document.objects:
        yield from inner(thing)


def fonts(nodes: list[Any]) -> Iterator[str]:
    """Check that every font is embedded."""
    for thing in nodes:
        if thing.get("/Type") != "/Font" or thing.get("/Subtype") in ("/Type0", "/Type3"):
            continue
        descriptor = thing.get("/FontDescriptor", {})
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"The font {thing.get('/BaseFont', 'without a name')} is not embedded."


def active(document: pikepdf.Pdf, nodes: list[Any]) -> Iterator[str]:
    """Check that there is no active content: no scripts, no forms but signatures, no actions but links."""
    if "/OpenAction" in document.Root:
        yield "The file acts when it is opened."
    if "/AcroForm" in document.Root and not only_signatures(document.Root.AcroForm):
        yield "The file contains a form."
    for thing in nodes:
        if "/AA" in thing:
            yield "The file acts when something in it is touched."
        if "/JS" in thing or "/JavaScript" in thing:
            yield "The file contains JavaScript."
        if is_harmful(thing):
            yield f"The file contains an action of the kind {thing.get('/S')}."


def only_signatures(form: Any) -> bool:
    """Return whether a form has only signature fields (ISO 32000-1, 12.7.4.5)."""
    fields = list(form.get("/Fields", []))
    return "/XFA" not in form and bool(fields) and all(each.get("/FT") == "/Sig" for each in fields)


def is_harmful(thing: Any) -> bool:
    """Return whether a dictionary is an action other than a link, whether declared as an action or not."""
    kind = thing.get("/S")
    return kind in KNOWN_HARM or (thing.get("/Type") == "/Action" and kind not in HARMLESS_ACTIONS)


def outside(nodes: list[Any]) -> Iterator[str]:
    """Check that nothing is loaded from elsewhere: no external streams or unembedded files."""
    for thing in nodes:
        if thing.get("/Type") == "/Filespec" and "/EF" not in thing:
            yield "The file refers to another file that it does not carry."
        if isinstance(thing, pikepdf.Stream) and ("/F" in thing or thing.get("/FS") == "/URL"):
            yield "The file draws a part of itself from elsewhere."


def content(attached: bytes | None, subject: str) -> list[str]:
    """Check that the attached content is canonical and has the printed hash."""
    if attached is None:
        return [f"The canonical content ({ATTACHMENT}) is not attached."]
    if HASH.findall(subject)[-1:] != [hashlib.sha256(attached).hexdigest()]:
        return ["The hash printed in the file is not that of the attached content."]
    try:
        repeated = canonical(json.loads(attached))
    except ValueError:
        return ["The attached content is not JSON."]
    return [] if repeated == attached else ["The attached content is not in its canonical form."]


def statement(attached: bytes | None, content: bytes | None) -> list[str]:
    """Check that the Akoma Ntoso file, embedded since ncm-pdf 1.3, is that of the attached content."""
    if attached is None or content is None:
        return []
    same = hash_within(attached) == hashlib.sha256(content).hexdigest()
    return [] if same else [f"The Akoma Ntoso inside ({STATEMENT}) is not that of the attached content."]
