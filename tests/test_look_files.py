"""Static files: sizes of fonts and stylesheets, known colours, missing files; and error summaries of forms."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
FONTS = sorted((ROOT / "static/fonts").glob("*.woff2"))
SHEETS = sorted((ROOT / "static/css").glob("*.css"))
HEAVIER, LIGHT = (
    {"portal.css": 3_900, "admin.css": 3_050, "frame.css": 2_400},
    1_800,
)  # bytes with Brotli, as a visitor gets them
LETTERS = "ĩũĨŨŋŊéèçñğńøß’‘“”–—…·€"


def test_visit_loads_two_fonts():
    assert [font.name for font in FONTS] == ["portal-sans.woff2", "portal-serif.woff2"]


@pytest.mark.parametrize("font", FONTS, ids=lambda path: path.stem)
def test_font_is_small_and_contains_required_letters(font):
    assert font.stat().st_size <= 40_000
    known = TTFont(font).getBestCmap()
    assert [letter for letter in LETTERS if ord(letter) not in known] == []
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in TTFont(font)["fvar"].axes] == [("wght", 400, 600)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.stem)
def test_compressed_stylesheet_is_small(sheet):
    assert len(brotli.compress(sheet.read_bytes())) <= HEAVIER.get(sheet.name, LIGHT)


@pytest.mark.parametrize("sheet", ["portal.css", "admin.css"])
def test_stylesheet_uses_only_named_colours(sheet):
    text = (ROOT / "static/css" / sheet).read_text()
    used, named = set(re.findall(r"var\((--[\w-]+)\)", text)), set(re.findall(r"(--[\w-]+):", text))
    assert used - named == set()


# Stylesheets that a page links if it has one of their classes.
LINKED = {"tables.css": ("thin", "stackt"), "public.css": ("line", "openings", "contents")}


def uses_class(text: str, names: tuple[str, ...]) -> bool:
    return any(set(value.split()) & set(names) for value in re.findall(r'class="([^"]*)"', text))


def links(path: Path, sheet: str, pages: dict[Path, str]) -> bool:
    """Return whether a page links a stylesheet: itself, by what it extends, or each page that includes it."""
    name = str(path.relative_to(ROOT / "templates"))
    if f"css/{sheet}" in lineage(pages[path]):
        return True
    around = [each for each, text in pages.items() if f'include "{name}"' in text]
    return bool(around) and all(links(each, sheet, pages) for each in around)


@pytest.mark.parametrize("sheet", LINKED)
def test_page_links_the_stylesheet_of_its_classes(sheet):
    texts = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html") if "print" not in path.parts}
    users = [path for path, text in texts.items() if uses_class(text, LINKED[sheet])]
    assert len(users) > 3
    assert [str(path.relative_to(ROOT)) for path in users if not links(path, sheet, texts)] == []


def missing_static_files(text: str) -> list[str]:
    """Return static files that a template names and that do not exist: with hashed names such a page fails with status
    500.
    """
    return [name for name in re.findall(r"""{% static ["']([^"']+)["']""", text) if finders.find(name) is None]


def test_static_files_named_in_templates_exist():
    pages = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    missing = {str(path.relative_to(ROOT)): missing_static_files(path.read_text()) for path in pages}
    assert {name: files for name, files in missing.items() if files} == {}
    assert missing_static_files("{% static 'css/no_such.css' %}{% static 'css/work.css' %}") == ["css/no_such.css"]


def shows_a_form(text: str) -> bool:
    return bool(re.search(r"{{\s*form\s*}}|\bform\.\w+\.as_field_group|<form[^>]*>.*{{ form", text))


def lineage(text: str) -> str:
    """Return a template with all templates that it extends."""
    extended = re.search(r'{% extends "([^"]+)"', text)
    path = ROOT / "templates" / extended[1] if extended else None
    return text + (lineage(path.read_text()) if path and path.exists() else "")


def test_addresses_within_pages_contain_no_whitespace():
    """White space within a `data:` address is an error of HTML, and the icon is on every page."""
    addresses = [
        (str(page), address)
        for page in (ROOT / "templates").rglob("*.html")
        for address in re.findall(r'(?:href|src)="(data:[^"]*)"', page.read_text())
    ]
    assert addresses
    assert [each for each in addresses if re.search(r"\s", each[1])] == []


def test_form_page_shows_error_summary():
    pages = [path for path in (ROOT / "templates").rglob("*.html") if path.parts[-2] not in ("components", "elements")]
    silent = [
        str(path.relative_to(ROOT))
        for path in pages
        if "{% extends" in (text := path.read_text())
        and shows_a_form(text)
        and "error_summary.html" not in lineage(text)
    ]
    assert silent == []
