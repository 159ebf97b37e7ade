"""What must be true of a printed paper before it is published, read from the file itself."""

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
    """The canonical content attached to a printed paper; None for any file that is not a PDF or carries none."""
    return attached(pdf, ATTACHMENT)


def attached(pdf: bytes, name: str) -> bytes | None:
    """The file of this name inside a PDF; None for any file that is not a PDF or carries none."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            return document.attachments[name].get_file().read_bytes() if name in document.attachments else None
    except pikepdf.PdfError:
        return None


def inspect(pdf: bytes) -> list[str]:
    """What is wrong with a printed paper, in plain words; an empty list when it is sound.

    Looks at the structure that PDF/UA-1 and PDF/A-3a ask for, at the attached content and its hash, at fonts, and at
    anything active. It does not replace a validator: veraPDF runs in the tests.
    """
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            problems = [*pages(document), *language_and_title(document), *tags(document), *claims(document)]
            found = list(dictionaries(document))
            problems += [*fonts(found), *active(document, found), *outside(found)]
            subject = str(document.docinfo.get("/Subject", ""))
    except pikepdf.PdfError as error:
        return [f"This is not a readable PDF: {error}"]
    inside = attached_content(pdf)
    return [*dict.fromkeys(problems), *content(inside, subject), *statement(attached(pdf, STATEMENT), inside)]


def pages(document: pikepdf.Pdf) -> Iterator[str]:
    """A paper has pages."""
    if len(document.pages) == 0:
        yield "The file has no page."


def language_and_title(document: pikepdf.Pdf) -> Iterator[str]:
    """A screen reader must know the language, and say the title, not the name of the file (ISO 14289-1, 7.1, 7.2)."""
    if not str(document.Root.get("/Lang", "")):
        yield "No language is set."
    if not str(document.docinfo.get("/Title", "")):
        yield "No title is set."
    preferences = document.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    if not preferences.get("/DisplayDocTitle", False):
        yield "The title is not shown in the window."


def tags(document: pikepdf.Pdf) -> Iterator[str]:
    """The file must be tagged, and have bookmarks."""
    marked = document.Root.get("/MarkInfo", pikepdf.Dictionary()).get("/Marked", False)
    if not marked or "/StructTreeRoot" not in document.Root:
        yield "The file is not tagged."
    if "/Outlines" not in document.Root:
        yield "The file has no bookmarks."


def claims(document: pikepdf.Pdf) -> Iterator[str]:
    """Both claims must stand in the metadata (ISO 19005-3, 6.6.4; ISO 14289-1, 5)."""
    with document.open_metadata() as metadata:
        if (metadata.get(PART_OF_PDFA), metadata.get(LEVEL_OF_PDFA)) != ("3", "A"):
            yield "The file does not say that it is PDF/A-3a."
        if metadata.get(PART_OF_PDFUA) != "1":
            yield "The file does not say that it is PDF/UA-1."


def inner(thing: Any) -> Iterator[Any]:
    """A dictionary or stream, and every dictionary written inside it."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        values = [value for _key, value in thing.items()]
    else:
        values = list(thing) if isinstance(thing, pikepdf.Array) else []
    for value in values:
        if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from inner(value)


def dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, streams included."""
    for thing in document.objects:
        yield from inner(thing)


def fonts(found: list[Any]) -> Iterator[str]:
    """Every font must travel with the file: its program stands in its descriptor."""
    for thing in found:
        if thing.get("/Type") != "/Font" or thing.get("/Subtype") in ("/Type0", "/Type3"):
            continue
        descriptor = thing.get("/FontDescriptor", {})
        if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
            yield f"The font {thing.get('/BaseFont', 'without a name')} is not embedded."


def active(document: pikepdf.Pdf, found: list[Any]) -> Iterator[str]:
    """A paper does nothing by itself: no scripts, no forms but a signature, no actions but links."""
    if "/OpenAction" in document.Root:
        yield "The file acts when it is opened."
    if "/AcroForm" in document.Root and not only_signatures(document.Root.AcroForm):
        yield "The file contains a form."
    for thing in found:
        if "/AA" in thing:
            yield "The file acts when something in it is touched."
        if "/JS" in thing or "/JavaScript" in thing:
            yield "The file contains JavaScript."
        if is_harmful(thing):
            yield f"The file contains an action of the kind {thing.get('/S')}."


def only_signatures(form: Any) -> bool:
    """Whether a form holds nothing to fill in: every field of it is a signature (ISO 32000-1, 12.7.4.5)."""
    fields = list(form.get("/Fields", []))
    return "/XFA" not in form and bool(fields) and all(each.get("/FT") == "/Sig" for each in fields)


def is_harmful(thing: Any) -> bool:
    """Whether a dictionary is an action that is not a link, with or without saying that it is an action."""
    kind = thing.get("/S")
    return kind in KNOWN_HARM or (thing.get("/Type") == "/Action" and kind not in HARMLESS_ACTIONS)


def outside(found: list[Any]) -> Iterator[str]:
    """Nothing is fetched from elsewhere: no external streams, no files referred to without being embedded."""
    for thing in found:
        if thing.get("/Type") == "/Filespec" and "/EF" not in thing:
            yield "The file refers to another file that it does not carry."
        if isinstance(thing, pikepdf.Stream) and ("/F" in thing or thing.get("/FS") == "/URL"):
            yield "The file draws a part of itself from elsewhere."


def content(attached: bytes | None, subject: str) -> list[str]:
    """The attached content must be canonical and have the hash that the file prints."""
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
    """The Akoma Ntoso, which papers carry since ncm-pdf 1.3, must be that of the attached content."""
    if attached is None or content is None:
        return []
    same = hash_within(attached) == hashlib.sha256(content).hexdigest()
    return [] if same else [f"The Akoma Ntoso inside ({STATEMENT}) is not that of the attached content."]
