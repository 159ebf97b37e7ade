"""Read a tagged PDF as assistive technology does: the structure tree and the text of each element."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

HEX = re.compile(rb"<([0-9a-fA-F]+)>")


@dataclass
class Element:
    """One structure element: its role, attributes and children (elements and strings) in reading order."""

    role: str
    lang: str
    words: str
    identifier: str
    place: list[float]
    kids: list = field(default_factory=list)

    def text(self) -> str:
        """Return its text on one line."""
        return " ".join(" ".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for kid in self.kids:
            yield kid if isinstance(kid, str) else " ".join(kid._words())

    def all(self, *roles: str) -> list["Element"]:
        """Return all descendants of these roles in order."""
        found = []
        for kid in self.kids:
            if isinstance(kid, Element):
                found += [kid] * (kid.role in roles) + kid.all(*roles)
        return found

    def table(self, head: str) -> "Element":
        """Return the first table with this text in its first header cell."""
        return next(table for table in self.all("Table") if table.all("TH")[0].text() == head)


@dataclass
class Reading:
    """A document as assistive technology reads it: the tree, and the artifacts of each page."""

    tree: Element
    artifacts: list[str]


def unicode_map(font: pikepdf.Dictionary) -> dict[bytes, str]:
    """Return the map of two-byte codes to text."""
    found = {}
    stream = font.ToUnicode.read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.S):
        codes = [bytes.fromhex(code.decode()) for code in HEX.findall(block)]
        found |= {code: text.decode("utf-16-be") for code, text in zip(codes[::2], codes[1::2], strict=True)}
    return found


def shown(operands: list, known: dict[bytes, str]) -> str:
    """Return the text of one Tj or TJ operator."""
    pieces = operands[0] if isinstance(operands[0], pikepdf.Array) else [operands[0]]
    text = b"".join(bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String))
    return "".join(known.get(text[at : at + 2], "\ufffd") for at in range(0, len(text), 2))


def read_page(page: pikepdf.Page, fonts: dict[str, dict[bytes, str]]) -> tuple[dict[int, str], str]:
    """Return the text of each marked content sequence, and the text of the artifacts."""
    owned, artifacts = defaultdict(str), ""
    stack, known = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            properties = operands[1] if name == "BDC" else {}
            stack.append(properties.get("/MCID", None) if operands[0] != "/Artifact" else None)
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            known = fonts[str(operands[0])]
        elif name in ("Tj", "TJ"):
            number = next((mark for mark in reversed(stack) if mark is not None), None)
            if number is None:
                artifacts += shown(operands, known)
            else:
                owned[int(number)] += shown(operands, known)
    return owned, artifacts


def element(source: pikepdf.Dictionary, texts: dict, page: tuple[int, int] | None) -> Element:
    """Return one element with all its descendants."""
    page = source.Pg.objgen if "/Pg" in source else page
    facts = (str(source.get(key, "")) for key in ("/Lang", "/Alt", "/ID"))
    place = [float(value) for value in source.get("/A", {}).get("/BBox", [])]
    made = Element(str(source.S).lstrip("/"), *facts, place)
    for kid in source.get("/K", []):
        if isinstance(kid, int):
            made.kids.append(texts[page].get(kid, ""))
        elif kid.get("/Type") == "/MCR":
            made.kids.append(texts[kid.Pg.objgen].get(int(kid.MCID), ""))
        elif kid.get("/Type") == "/StructElem":
            made.kids.append(element(kid, texts, page))
    return made


def read(pdf: bytes) -> Reading:
    """Read a whole file."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        resources = document.pages[0].Resources.Font
        fonts = {name: unicode_map(font) for name, font in resources.items()}
        texts, artifacts = {}, []
        for page in document.pages:
            owned, passed = read_page(page, fonts)
            texts[page.obj.objgen] = owned
            artifacts.append(passed)
        return Reading(element(document.Root.StructTreeRoot.K[0], texts, None), artifacts)
