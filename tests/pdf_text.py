"""Extract the text of our PDF files through the ToUnicode maps of their fonts."""

import io
import re

import pikepdf

PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f ]+)>")


def pages(data: bytes) -> list[str]:
    """Return the text of each page without layout whitespace."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return [page_text(page) for page in document.pages]


def letters(font: pikepdf.Object) -> dict[bytes, str]:
    """Return the text of each glyph of a font (ToUnicode, ISO 32000-1, 9.10.3); our writer lists each glyph."""
    listed = font["/ToUnicode"].read_bytes().decode("ascii")
    body = "".join(re.findall(r"beginbfchar(.*?)endbfchar", listed, re.DOTALL))
    return {bytes.fromhex(code): bytes.fromhex(text).decode("utf-16-be") for code, text in PAIR.findall(body)}


def page_text(page: pikepdf.Page) -> str:
    """Return the text of a page in drawing order."""
    known = {name: letters(font) for name, font in page.resources.get("/Font", {}).items()}
    said, font = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            font = known[str(operands[0])]
        elif str(operator) in ("Tj", "TJ", "'"):
            shown = operands[-1] if str(operator) == "TJ" else [operands[-1]]
            said += [spelled(bytes(part), font) for part in shown if isinstance(part, pikepdf.String)]
        elif str(operator) == "ET":
            said.append("\n")
    return "".join(said)


def spelled(codes: bytes, font: dict[bytes, str]) -> str:
    """Decode glyph codes, which have two bytes in our fonts."""
    return "".join(font.get(codes[place : place + 2], "") for place in range(0, len(codes), 2))
