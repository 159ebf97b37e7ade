import pytest
from fontTools.ttLib import TTFont

from positions.render import fonts
from tests.positions.render import editions

LETTERS_OF_KENYA = "ĩũĨŨŋŊ’‘“”•–—…Ng'ang'a"


@pytest.mark.parametrize(
    "face", [face for face in fonts.FACES if face.family.startswith("NCM")], ids=lambda face: face.filename
)
def test_every_latin_font_has_kenyan_letters(face):
    font = TTFont(fonts.FOLDER / face.filename)
    assert sorted(set(map(ord, LETTERS_OF_KENYA)) - set(font.getBestCmap())) == []


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.filename)
def test_every_font_has_space_and_widths(face):
    font = TTFont(fonts.FOLDER / face.filename)
    assert font["hmtx"][font.getBestCmap()[ord(" ")]][0] > 0


@pytest.mark.parametrize(
    "face", [face for face in fonts.FACES if face.family.startswith("NCM S")], ids=lambda face: face.filename
)
def test_latin_fonts_have_kerning(face):
    features = TTFont(fonts.FOLDER / face.filename)["GPOS"].table.FeatureList.FeatureRecord
    assert "kern" in {record.FeatureTag for record in features}


def test_internal_font_names_respect_reserved_name():
    names = [
        str(record)
        for face in fonts.FACES
        for record in TTFont(fonts.FOLDER / face.filename)["name"].names
        if record.nameID != 0
    ]
    assert [name for name in names if "Source" in name] == []


def test_licence_of_every_font_is_included():
    licence = (fonts.FOLDER / "OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    families = {face.filename.rsplit("-", 1)[0].removesuffix("-400") for face in fonts.FACES}
    assert {family for family in families if family not in licence} == set()


def test_sample_edition_is_printable():
    assert fonts.missing_glyphs(editions.edition()) == set()


def test_unprintable_characters_are_found_in_every_place():
    content = {"a": ["plain", {"b": "漢字 and 🙂"}], "c": "ĩ ሰላም سلام ≥ → ✓", "d": 3, "漢": None}
    assert fonts.missing_glyphs(content) == {"漢", "字", "🙂"}


def test_invisible_marks_need_no_glyph():
    assert fonts.missing_glyphs("a\u200bb\u200e\u2060\u202ec\n\u00ad") == set()


def test_only_bundled_files_are_read():
    with pytest.raises(KeyError):
        fonts.face_bytes("../../../etc/passwd")
