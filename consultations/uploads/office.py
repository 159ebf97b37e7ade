"""Inspect Office files (ECMA-376 and OpenDocument): no macros, embedded objects or external content; and extract their
text.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from xml.parsers import expat

from .archives import Archive
from .kinds import DOCX, ODT, XLSX, Kind
from .rejections import Refused

Attributes = dict[str, str]
Opened = Callable[[str, Attributes], None]  # called with each element as it opens: its name without namespace

HARMLESS_LINK = re.compile(r"(https?|mailto|tel|ftp):|[^:/\\.][^:]*$|#|$", re.IGNORECASE)
MAIN_PARTS = {"wordprocessingml.document.main+xml": DOCX, "spreadsheetml.sheet.main+xml": XLSX}
MACROS = re.compile(
    r"vbaproject|vbadata|macrosheets/|dialogsheets/|customui|attachedtoolbars|^basic/|^scripts/|^dialogs/"
)
EMBEDDED = re.compile(r"/embeddings/|/activex/|^object \d+|oleobject|webextensions/|taskpanes")
FETCHED = re.compile(r"externallinks/|/connections\.xml$|querytables/")
RELATIONS = {
    "macros": {"vbaProject", "wordVbaData", "xlMacrosheet", "xlIntlMacrosheet", "dialogsheet", "keyMapCustomizations"},
    "embedded": {"oleObject", "package", "control", "activeXControlBinary", "aFChunk", "webextension"},
    "linked": {"externalLink", "externalLinkPath", "connections", "attachedTemplate", "subDocument", "frame"},
}
ODT_EMBEDDED = {"object", "object-ole", "plugin", "applet", "floating-frame"}
ODT_SKIPPED = {"tracked-changes", "annotation"}
TEXT_PARTS = re.compile(
    r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml|xl/sharedStrings\.xml|xl/worksheets/[^/]+\.xml"
)


def inspect(path: Path) -> tuple[Kind, str]:
    """Return the type of an Office file and its text. Raises Refused."""
    archive = Archive(path)
    _check_parts(archive.names)
    if archive.names[:1] == ["mimetype"]:
        return ODT, _open_document(archive)
    if "[Content_Types].xml" in archive.names:
        return _open_xml(archive)
    for _name, _content in archive.contents():  # a zip bomb is reported as one, whatever else it is
        pass
    raise Refused("another", what="ZIP")


def _check_parts(names: list[str]) -> None:
    for name in map(str.lower, names):
        for code, pattern in (("macros", MACROS), ("embedded", EMBEDDED), ("linked", FETCHED)):
            if pattern.search(name):
                raise Refused(code, what=name)


# --- Word and Excel -------------------------------------------------------------------------------------------------


def _open_xml(archive: Archive) -> tuple[Kind, str]:
    kinds: list[Kind] = []
    texts = []
    for name, content in archive.contents():
        if name == "[Content_Types].xml":
            read(content, lambda element, given: _content_type(given, kinds))
        elif name.endswith(".rels"):
            read(content, _relation)
        elif TEXT_PARTS.fullmatch(name):
            texts.append(_text_of_part(content))
        elif name.endswith(".xml"):
            read(content)
    if len(kinds) != 1:
        raise Refused("unknown")
    return kinds[0], "\n".join(filter(None, texts))


def _content_type(given: Attributes, kinds: list[Kind]) -> None:
    media_type = given.get("ContentType", "")
    if "macroenabled" in media_type.lower() or "vbaproject" in media_type.lower():
        raise Refused("macros")
    kinds += [kind for end, kind in MAIN_PARTS.items() if media_type.endswith(end)]


def _relation(element: str, given: Attributes) -> None:
    kind, target = given.get("Type", "").rsplit("/", 1)[-1], given.get("Target", "")
    for code, kinds in RELATIONS.items():
        if kind in kinds:
            raise Refused(code, what=target[:80] or kind)
    is_outside = given.get("TargetMode", "").lower() == "external"
    if is_outside and not (kind == "hyperlink" and HARMLESS_LINK.match(target)):
        raise Refused("linked", what=target[:80])


def _text_of_part(content: bytes) -> str:
    instructions: list[str] = []

    def opened(element: str, given: Attributes) -> None:
        instructions.append(given.get("instr", ""))

    text = read(content, opened, inside={"t"}, breaks={"p", "si", "is", "br", "tab"}, aside=("instrText", instructions))
    if re.search(r"\bDDE(AUTO)?\b", "".join(instructions)):
        raise Refused("linked", what="DDE")
    return text


# --- OpenDocument ---------------------------------------------------------------------------------------------------


def _open_document(archive: Archive) -> str:
    text = ""
    for name, content in archive.contents():
        if name == "mimetype" and content != ODT.media_type.encode():
            raise Refused("another", what=content[:80].decode("ascii", "replace"))
        if name == "content.xml":
            text = read(content, _odt_element, inside={"p", "h"}, breaks={"p", "h", "tab"}, skipped=ODT_SKIPPED)
        elif name.endswith(".xml"):
            read(content, _odt_element)
    return text


def _odt_element(element: str, given: Attributes) -> None:
    target = given.get("href", "")
    if element == "encryption-data":
        raise Refused("password")
    if element in {"event-listener", "script", "event-listeners"} or target.startswith("vnd.sun.star.script"):
        raise Refused("macros")
    if element in ODT_EMBEDDED:
        raise Refused("embedded")
    is_link = element == "template" or (element == "a" and HARMLESS_LINK.match(target))
    if element.startswith("dde-") or (target and not is_link and re.match(r"[a-z][a-z0-9+.-]*:|/|\.\.", target, re.I)):
        raise Refused("linked", what=target[:80] or "DDE")


# --- XML ------------------------------------------------------------------------------------------------------------


def read(
    content: bytes,
    opened: Opened = lambda element, given: None,
    *,
    inside: AbstractSet[str] = frozenset(),
    breaks: AbstractSet[str] = frozenset(),
    skipped: AbstractSet[str] = frozenset(),
    aside: tuple[str, list[str]] = ("", []),
) -> str:
    """Parse XML without entities; calls `opened` for each element. Returns the text `inside` some elements, with a line
    break for each of `breaks`, without `skipped` ones; the text of the element `aside[0]` is appended to `aside[1]`.

    Raises Refused, also for malformed XML.
    """
    pieces: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        element = name.rpartition("}")[2]
        opened(element, {key.rpartition("}")[2]: value for key, value in attributes.items()})
        within.append(element)

    def end(name: str) -> None:
        if within.pop() in breaks:
            pieces.append("\n")

    def data(words: str) -> None:
        if within and within[-1] == aside[0]:
            aside[1].append(words)
        elif not inside.isdisjoint(within) and skipped.isdisjoint(within):
            pieces.append(words)

    def doctype(*_given: object) -> None:
        raise Refused("entities")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, UnicodeError):
        raise Refused("damaged") from None
    return re.sub(r"\n{2,}", "\n", "".join(pieces)).strip()
