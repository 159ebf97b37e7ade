"""Build the fonts in static/fonts/print from the @fontsource packages: `python -m ncm_portal.local.build_fonts
NODE_MODULES`.

WeasyPrint takes one file per face, while the packages split each face into one file per script. This joins the Latin
parts of a face, maps characters for which a fallback would be wrong to the right glyph, and writes TTF, the same bytes
on every machine. Adobe's faces have the reserved name "Source" (SIL Open Font License, clause 3): a joined face is a
modified version and needs another name, so they are called "NCM Serif", "NCM Sans" and "NCM Mono".

Arabic is set in Amiri because it draws each letter with one glyph. In Noto Naskh the dots are separate glyphs, and
names cannot be copied from the file or read aloud.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.ttLib import TTFont

LATIN = ("latin", "latin-ext", "vietnamese")
# Characters drawn by another glyph of the same face if the package lacks them.
SAME_GLYPH = {0x2010: 0x2D, 0x2011: 0x2D, 0x00AD: 0x2D, 0x202F: 0xA0, 0x2009: 0xA0, 0x2212: 0x2013}
STYLES = {"400-normal": "Regular", "600-normal": "SemiBold", "400-italic": "Italic"}
# Pasted from word processors: arrows, comparison signs, shapes, ticks and special spaces.
SIGNS = (range(0x20, 0x21), range(0xA0, 0xA1), range(0x2100, 0x2150), range(0x2190, 0x2300), range(0x25A0, 0x2800))
UNUSED = ("BASE", "DSIG", "MATH", "STAT", "cvt ", "fpgm", "gasp", "prep")
MOMENT = 3_600_000_000  # fixed "created" and "modified" times (seconds since 1904), for reproducible bytes


@dataclass(frozen=True)
class Face:
    """Font file to build: its sources and its name."""

    package: str
    style: str
    scripts: tuple[str, ...]
    family: str
    only: tuple[range, ...] = ()

    @property
    def filename(self) -> str:
        return f"{self.family.lower().replace(' ', '-')}-{self.style.removesuffix('-normal')}.ttf"


FACES = (
    Face("source-serif-4", "400-normal", LATIN, "NCM Serif"),
    Face("source-serif-4", "600-normal", LATIN, "NCM Serif"),
    Face("source-serif-4", "400-italic", LATIN, "NCM Serif"),
    Face("source-sans-3", "400-normal", LATIN, "NCM Sans"),
    Face("source-sans-3", "600-normal", LATIN, "NCM Sans"),
    Face("source-code-pro", "400-normal", LATIN, "NCM Mono"),
    Face("noto-sans-ethiopic", "400-normal", ("ethiopic",), "Noto Sans Ethiopic"),
    Face("amiri", "400-normal", ("arabic",), "Amiri"),
    Face("noto-sans-math", "400-normal", ("latin",), "Noto Sans Math", SIGNS),
)


def part(packages: Path, face: Face, script: str, folder: str) -> str:
    """Unpack one WOFF2 file of a face to a TTF in `folder`; return its path."""
    source = packages / face.package / "files" / f"{face.package}-{script}-{face.style}.woff2"
    font = TTFont(source)
    font.flavor = None
    target = Path(folder) / f"{source.stem}.ttf"
    font.save(target)
    return str(target)


def joined(packages: Path, face: Face) -> TTFont:
    """Return the parts of a face as one font."""
    with tempfile.TemporaryDirectory() as folder:
        return Merger().merge([part(packages, face, script, folder) for script in face.scripts])


def cut(font: TTFont, requested: tuple[range, ...]) -> None:
    """Keep only the listed characters; all of them if none are listed."""
    if requested:
        cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[]))
        cutter.populate(unicodes=[code for codes in requested for code in codes])
        cutter.subset(font)


def rename(font: TTFont, family: str, style: str) -> None:
    """Set the font's name in every name record; copyright notices stay."""
    postscript = f"{family.replace(' ', '')}-{style}"
    names = {1: family, 2: style, 3: postscript, 4: f"{family} {style}", 6: postscript}
    font["name"].names = [record for record in font["name"].names if record.nameID in (0, 5, 13, 14)]
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)


def fill(font: TTFont) -> None:
    """Map missing characters of SAME_GLYPH to the glyph that draws them."""
    known = font.getBestCmap()
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap.update(
                {code: known[same] for code, same in SAME_GLYPH.items() if code not in known and same in known}
            )


def made(packages: Path, face: Face) -> TTFont:
    """Return one face, ready to be written."""
    font = joined(packages, face)
    font.recalcTimestamp = False
    font["head"].created = font["head"].modified = MOMENT
    font["post"].formatType = 3.0
    cut(font, face.only)
    rename(font, face.family, STYLES[face.style])
    fill(font)
    for table in set(UNUSED) & set(font.keys()):
        del font[table]
    return font


def build(packages: Path, target: Path) -> list[Path]:
    """Write every face into `target`; return the paths. Raises FileNotFoundError if a package is missing."""
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / face.filename for face in FACES]
    for face, path in zip(FACES, paths, strict=True):
        made(packages, face).save(path)
    return paths


if __name__ == "__main__":
    for path in build(Path(sys.argv[1]) / "@fontsource", Path("static/fonts/print")):
        sys.stdout.write(f"{path} {path.stat().st_size}\n")
