"""What a reader can copy out of a PDF of ours: the letters that its fonts say their glyphs stand for."""

import io
import re

import pikepdf

PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f ]+)>")


def pages(data: bytes) -> list[str]:
    """The text of each page, without the gaps that only the layout makes."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return [page_text(page) for page in document.pages]


def letters(font: pikepdf.Object) -> dict[bytes, str]:
    """What each glyph of a font stands for (ToUnicode, ISO 32000-1, 9.10.3); our writer lists them one by one."""
    listed = font["/ToUnicode"].read_bytes().decode("ascii")
    body = "".join(re.findall(r"beginbfchar(.*?)endbfchar", listed, re.DOTALL))
    return {bytes.fromhex(code): bytes.fromhex(text).decode("utf-16-be") for code, text in PAIR.findall(body)}


def page_text(page: pikepdf.Page) -> str:
    """The text that a page shows, in the order in which it is drawn."""
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
    """Two bytes are one glyph in our fonts."""
    return "".join(font.get(codes[place : place + 2], "") for place in range(0, len(codes), 2))
