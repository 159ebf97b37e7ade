"""The looks of the Word document: styles with the names that Word knows, so that its outline, its table of contents
and its own buttons work with them. Typefaces are those that Word and LibreOffice both have or match in width."""

from typing import Any, NamedTuple

from positions.render.docx.parts import Element, W, language, twips, w

SERIF, SANS, MONO = "Cambria", "Calibri", "Courier New"
INK, GREY, RED, GREEN, LINE = "16191D", "4A4F57", "A3122A", "0A5C35", "B9B4A8"
AMBER, SAND = "7A4B00", "FDF3DC"


class Look(NamedTuple):
    """A paragraph style: points for letters and for the room above and below, centimetres for what is set in."""

    name: str
    based: str = "Normal"
    then: str = ""
    face: str = ""
    size: float = 0
    bold: bool = False
    italic: bool = False
    color: str = ""
    above: float | None = None
    below: float | None = None
    left: float = 0
    hanging: float = 0
    inset: float = 0  # from both sides
    right: bool = False
    holds: bool = False  # its last lines, on the page of what follows
    keeps: bool = False  # the whole, on the page of what follows
    level: int | None = None  # in the outline
    tabs: tuple[tuple[str, float], ...] = ()
    borders: tuple[tuple[str, int, str], ...] = ()  # side, eighths of a point, colour
    shade: str = ""
    fresh: bool = False  # begins a page


LOOKS = {
    "Normal": Look("Normal", "", face=SANS, size=10.5, color=INK, below=6),
    "Title": Look("Title", face=SERIF, size=24, bold=True, above=10, below=8),
    "LongTitle": Look("Long Title", "Title", size=20),
    "Republic": Look("Republic", size=11, color=GREY, above=20, below=0),
    "Body": Look("Issuing Body", face=SERIF, size=16, bold=True, below=34, borders=(("bottom", 4, LINE),)),
    "Banner": Look(
        "Banner",
        size=11,
        bold=True,
        color=RED,
        below=6,
        inset=0.2,
        borders=tuple((side, 12, RED) for side in ("top", "left", "bottom", "right")),
    ),
    "Status": Look("Status", size=12, bold=True, color=GREEN, below=14),
    "StatusOfDraft": Look("Status of a Draft", "Status", color=GREY),
    "Facts": Look(
        "Facts", size=10, above=3, below=3, left=4, hanging=4, borders=(("bottom", 4, LINE), ("between", 4, LINE))
    ),
    "FactsOfTheme": Look("Facts of a Theme", size=9, below=2, left=3.75, hanging=2.5, keeps=True),
    "Acronyms": Look("Acronyms", below=2, left=2.5, hanging=2.5),
    "Notice": Look("Notice", size=9.5, above=14, below=4),
    "Digest": Look("Digest", face=MONO, size=9, below=4),
    "TOCHeading": Look("TOC Heading", face=SERIF, size=20, bold=True, below=12, fresh=True, keeps=True),
    "TOC1": Look("toc 1", size=10, below=4, left=2.2, hanging=2.2, tabs=(("left", 2.2), ("right", 16))),
    "Heading1": Look(
        "heading 1",
        then="Numbered",
        face=SERIF,
        size=18,
        bold=True,
        above=30,
        below=8,
        left=1.25,
        hanging=1.25,
        keeps=True,
        level=0,
        borders=(("top", 8, INK),),
    ),
    "Heading2": Look(
        "heading 2", then="Normal", face=SERIF, size=13, bold=True, above=16, below=5, keeps=True, level=1
    ),
    "Heading3": Look(
        "heading 3", then="Normal", face=SANS, size=10.5, bold=True, above=10, below=3, keeps=True, level=2
    ),
    "OtherLanguage": Look(
        "Heading in Another Language", face=SERIF, size=12, italic=True, color=GREY, left=1.25, keeps=True
    ),
    "Numbered": Look("Numbered Paragraph", face=SERIF, size=11, above=6, below=3, left=1.25, hanging=1.25, holds=True),
    "Continued": Look("Numbered Paragraph Continued", face=SERIF, size=11, below=3, left=1.25, holds=True),
    "Sources": Look("Sources", size=8.5, color=GREY, below=7, left=1.25),
    "Reservation": Look(
        "Reservation", size=9.5, above=3, below=7, left=1.5, borders=(("left", 24, AMBER),), shade=SAND
    ),
    "Quiet": Look("Quiet", size=9.5, color=GREY),
    "Figures": Look("Figures", face=SERIF, size=14, bold=True, below=8),
    "Caption": Look("caption", size=9, color=GREY, above=4, below=4, keeps=True),
    "TableText": Look("Table Text", size=9, above=2, below=2),
    "TableNumber": Look("Table Number", "TableText", right=True),
    "TableGroup": Look("Table Group", "TableText", face=SERIF, size=10, bold=True, above=8, keeps=True),
    "AfterTable": Look("After a Table", size=4, below=4),
    "Step": Look("Step", holds=True, below=3, left=0.75, hanging=0.75),
    "Command": Look("Command", "Digest", left=0.75, below=8),
    "Header": Look("header", size=8.5, color=GREY, below=0, borders=(("bottom", 4, LINE),)),
    "Warning": Look("Warning", "Header", bold=True, color=RED, above=2),
    "Footer": Look("footer", size=8, color=GREY, below=0),
    "Flag": Look("Flag", size=2, below=0),
    "Break": Look("Section Break", size=2, below=0),
}
BUILT_IN = {
    "Normal", "Title", "TOCHeading", "TOC1", "Heading1", "Heading2", "Heading3", "Caption", "Header", "Footer"
}  # fmt: skip
SIDES = ("top", "left", "bottom", "right", "between")  # the order in which Word wants them


def styles(lang: str) -> list[Element]:
    """Everything of the part of styles, for a document in `lang`."""
    tongue = language(lang)
    defaults = w(
        "docDefaults",
        w("rPrDefault", w("rPr", faces(SANS), w("sz", val=21), w("lang", val=tongue, eastAsia=tongue, bidi="ar-SA"))),
        w("pPrDefault", w("pPr", w("spacing", after=0, line=264, lineRule="auto"))),
    )
    return [defaults, *(of_paragraphs(key, look) for key, look in LOOKS.items()), *of_letters(), *of_tables()]


def faces(face: str) -> Element:
    """The typeface for every script; Word takes another where one lacks a letter."""
    return w("rFonts", ascii=face, hAnsi=face, eastAsia=face, cs="Arial")


def letters(look: Look) -> Element:
    """How the letters of a style look."""
    half_points = round(look.size * 2)
    return w(
        "rPr",
        faces(look.face) if look.face else None,
        w("b") if look.bold else None,
        w("i") if look.italic else None,
        w("color", val=look.color) if look.color else None,
        w("sz", val=half_points) if look.size else None,
        w("szCs", val=half_points) if look.size else None,
    )


def room(look: Look) -> Element:
    """Where the paragraphs of a style stand."""
    sides = {side: (width, color) for side, width, color in look.borders}
    gaps = {"before": look.above, "after": look.below}
    spacing = {name: round(value * 20) for name, value in gaps.items() if value is not None}
    drawn = [border(side, *sides[side]) for side in SIDES if side in sides]
    return w(
        "pPr",
        w("keepNext") if look.keeps or look.holds else None,
        w("keepLines") if look.keeps else None,
        w("pageBreakBefore") if look.fresh else None,
        w("pBdr", *drawn) if drawn else None,
        w("shd", val="clear", color="auto", fill=look.shade) if look.shade else None,
        w("tabs", *(w("tab", val=side, pos=twips(at)) for side, at in look.tabs)) if look.tabs else None,
        w("spacing", **spacing) if spacing else None,
        w("ind", left=twips(look.left), hanging=twips(look.hanging)) if look.left else None,
        w("ind", left=twips(look.inset), right=twips(look.inset)) if look.inset else None,
        w("jc", val="right") if look.right else None,
        w("outlineLvl", val=look.level) if look.level is not None else None,
    )


def border(side: str, width: int, color: str, gap: int = 4) -> Element:
    """A line at one side; `width` in eighths of a point."""
    return w(side, val="single", sz=width, space=gap, color=color)


def of_paragraphs(key: str, look: Look) -> Element:
    """A paragraph style under its name."""
    made = w(
        "style",
        w("name", val=look.name),
        w("basedOn", val=look.based) if look.based else None,
        w("next", val=look.then) if look.then else None,
        w("uiPriority", val=9 if look.level is not None else 20),
        w("qFormat"),
        room(look),
        letters(look),
        type="paragraph",
        styleId=key,
    )
    return _told(made, is_default=key == "Normal", is_ours=key not in BUILT_IN)


def of_letters() -> list[Element]:
    """The character styles: for operative words, for terms, and for links."""
    known = {
        "Strong": ("Strong", [w("b")]),
        "Term": ("Term", [w("color", val=GREY)]),
        "Quietly": ("Held Back", [w("i"), w("color", val=GREY)]),
        "Hyperlink": ("Hyperlink", [w("color", val=GREEN), w("u", val="single")]),
        "InMargin": ("Short Title", [w("b"), w("color", val=INK)]),
    }
    made = [w("style", w("name", val="Default Paragraph Font"), type="character", styleId="Letters")]
    made += [
        w(
            "style",
            w("name", val=name),
            w("basedOn", val="Letters"),
            w("rPr", *properties),
            type="character",
            styleId=key,
        )
        for key, (name, properties) in known.items()
    ]
    return [_told(each, is_default=number == 0, is_ours=False) for number, each in enumerate(made)]


def of_tables() -> list[Element]:
    """The table style: lines between rows, and a head that a heavier line parts from them."""
    margins = w("tblCellMar", *(w(side, w=twips(wide), type="dxa") for side, wide in (("left", 0), ("right", 0.25))))
    plain = w("style", w("name", val="Normal Table"), w("tblPr", margins), type="table", styleId="Plain")
    lines = w("tblBorders", border("bottom", 4, LINE, 0), border("insideH", 4, LINE, 0))
    head = w(
        "tblStylePr",
        w("rPr", w("b"), w("color", val=GREY)),
        w("tcPr", w("tcBorders", border("bottom", 8, INK, 0)), w("vAlign", val="bottom")),
        type="firstRow",
    )
    ours = w(
        "style", w("name", val="Portal Table"), w("basedOn", val="Plain"), w("tblPr", lines), head,
        type="table", styleId="PortalTable",
    )  # fmt: skip
    return [_told(plain, is_default=True, is_ours=False), _told(ours, is_default=False, is_ours=True)]


def _told(style: Any, *, is_default: bool, is_ours: bool) -> Element:
    for name, holds in (("default", is_default), ("customStyle", is_ours)):
        if holds:
            style.set(f"{{{W}}}{name}", "1")
    return style
