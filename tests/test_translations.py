"""Kiswahili catalogues: compiled, complete for the public pages, and consistent with the English."""

import ast
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from gettext import GNUTranslations
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import template as translatable

from consultations.templatetags import portal
from consultations.workflow import written_hour

FOLDERS = [Path(folder) / "sw" / "LC_MESSAGES" for folder in settings.LOCALE_PATHS]
ENGLISH = Path(settings.BASE_DIR) / "locale" / "borrowed" / "en" / "LC_MESSAGES"
LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d])?) (".*")')
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[ds]|\{\w+}")
CONTEXT = "\x04"  # between a context and its string, as gettext joins them
TAG = re.compile(r"</?\w+[^>]*>")
TEMPLATES = Path(settings.BASE_DIR) / "templates"
DESK_FOLDERS = (  # whose pages are of the secretariat, the chair and the door
    "accounts|bulk_screening|checkin|delegates|duplicates|feedback|forums|imports|integrity|invitations|paper_intake|points|"
    "programme|proposals|reminders|screening|splitting",
    "clearance_letters|consultation_settings|drafting|findings|forum_documents|grounding|mandates|meeting|papers|paragraphs|"
    "review_desk|rules|split_merge",
)
DESK_PAGES = (
    "_filters|_last_check|_tabs|enquiries/(_reading|enquir)|followup/(desk_|actions)|"
    "forum_statistics/(figures|lists)|organisations/(_name|organisation)|"
    "statistics/desk_coverage|submissions/late_inputs",
    "adoption/(adoption|forum|publication)|briefs/desk|clearance/desk|communique/desk|corrections/(annex_write|corrigendum)|"
    "forums/pack|home/desk|plenary/(_quorum|chair|decide|frame)",
)
NOT_PUBLIC = re.compile(
    rf"^(admin|print|consultations/(({DESK_FOLDERS[0]})/|{DESK_PAGES[0]})|positions/(({DESK_FOLDERS[1]})/|{DESK_PAGES[1]}))"
    r"|gallery"
)


class Entry(NamedTuple):
    """One catalogue entry: English singular and plural, and its Kiswahili forms."""

    english: tuple[str, ...]
    kiswahili: tuple[str, ...]
    flags: str

    @property
    def is_translated(self) -> bool:
        return all(self.kiswahili)


def entries(text: str) -> list[Entry]:
    """Return the entries of a .po file without its header."""
    found = [_entry(block) for block in text.split("\n\n")]
    return [entry for entry in found if entry.english and entry.english[0]]


def _entry(block: str) -> Entry:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if started := LINE.fullmatch(line):
            name = started[1]
            fields[name] = ast.literal_eval(started[2])
        elif line.startswith('"'):
            fields[name] += ast.literal_eval(line)
    english = tuple(text for key, text in fields.items() if key.startswith("msgid"))
    if context := fields.get("msgctxt"):
        english = (context + CONTEXT + english[0], *english[1:])
    kiswahili = tuple(text for key, text in fields.items() if key.startswith("msgstr"))
    return Entry(english, kiswahili, "".join(line for line in block.splitlines() if line.startswith("#,")))


def catalogue(folder: Path) -> list[Entry]:
    return entries((folder / "django.po").read_text("utf-8"))


ALL = [entry for folder in FOLDERS for entry in catalogue(folder) if entry.is_translated]


def compiled(folder: Path) -> dict[object, str]:
    """Return the entries of a .mo file: English, or English and plural index, and the Kiswahili."""
    with (folder / "django.mo").open("rb") as file:
        return {english: text for english, text in GNUTranslations(file)._catalog.items() if english}


def expected(found: Iterable[Entry]) -> dict[object, str]:
    return {
        key: text
        for entry in found
        if entry.is_translated
        for number, text in enumerate(entry.kiswahili)
        for key in [(entry.english[0], number) if len(entry.english) > 1 else entry.english[0]]
    }


@pytest.mark.parametrize("folder", [*FOLDERS, ENGLISH], ids=["own", "borrowed", "english"])
def test_compiled_catalogue_equals_its_source(folder):
    assert compiled(folder) == expected(catalogue(folder))


@pytest.mark.parametrize("folder", FOLDERS, ids=["own", "borrowed"])
def test_no_translation_is_fuzzy(folder):
    assert [entry.english for entry in catalogue(folder) if "fuzzy" in entry.flags] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=["own", "borrowed"])
def test_catalogue_entries_are_unique(folder):
    english = [entry.english[0] for entry in catalogue(folder)]
    assert sorted(english) == sorted(set(english))


def test_plural_entries_are_translated_completely_or_not_at_all():
    halves = [entry for folder in FOLDERS for entry in catalogue(folder) if any(entry.kiswahili)]
    assert [entry.english for entry in halves if not entry.is_translated] == []


def parts(pattern: re.Pattern[str], texts: Iterable[str]) -> set[str]:
    return {part for text in texts for part in pattern.findall(text)}


def test_placeholders_of_english_occur_in_kiswahili():
    wrong = [e for e in ALL if parts(PLACEHOLDER, e.english) != parts(PLACEHOLDER, e.kiswahili)]
    assert [entry.english for entry in wrong] == []


def test_plural_forms_keep_placeholders():
    plurals = [entry for entry in ALL if len(entry.english) > 1]
    assert [
        entry.english
        for entry in plurals
        if parts(PLACEHOLDER, entry.english[1:]) != parts(PLACEHOLDER, entry.kiswahili[1:])
    ] == []


def test_markup_is_kept():
    assert [
        e.english for e in ALL if any(sorted(TAG.findall(e.english[0])) != sorted(TAG.findall(s)) for s in e.kiswahili)
    ] == []


def test_outer_white_space_is_kept():
    def edges(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    assert [entry.english for entry in ALL if edges(entry.english[0]) != edges(entry.kiswahili[0])] == []


# --- What the templates ask for ------------------------------------------------------------------------------------

CALL = re.compile(
    r"\b_?gettext\(u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|\bngettext\(u?(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
)
CONSTANT = re.compile(r"_\((\"[^\"]*\"|'[^']*')\)")


def asked_for(path: Path) -> set[str]:
    """Return the msgids of a template."""
    code = translatable.templatize(path.read_text("utf-8"), origin=str(path))
    texts = {ast.literal_eval(one or many) for one, many in CALL.findall(code)}
    return texts | {ast.literal_eval(text) for text in CONSTANT.findall(path.read_text("utf-8"))}


def asked_by_code(path: Path) -> set[str]:
    """Return the msgids of a module with their context, if any."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        if name in ("_", "ngettext", "pgettext") and isinstance(node.args[0], ast.Constant):
            found.add(CONTEXT.join(each.value for each in node.args[: 1 + (name == "pgettext")]))
    return found


PRINTED = re.compile(
    r"^(annex|back|basis|clean|contents|counts|cover|delegation|head|line|margin|paper|paragraph|redline|section|summary)"
)
RENDER = Path(settings.BASE_DIR) / "positions" / "render"
WRITTEN = "annexes clean delegation plain printable redline rulings sections summary labels"


def test_texts_of_printed_editions_are_fully_translated():
    modules = [*(RENDER / f"{name}.py" for name in WRITTEN.split()), *(RENDER / "docx").glob("*.py")]
    templates = [path for path in (TEMPLATES / "print").glob("*.html") if PRINTED.match(path.stem)]
    wanted = set().union(*map(asked_by_code, modules), *map(asked_for, templates))
    assert (len(templates) > 15, len(wanted) > 250) == (True, True)
    assert sorted(wanted - {entry.english[0] for entry in ALL}) == []


def public_templates() -> list[Path]:
    found = [path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt")]
    return [path for path in found if not NOT_PUBLIC.search(path.relative_to(TEMPLATES).as_posix())]


def test_templates_are_searched_for_strings():
    assert asked_for(TEMPLATES / "components" / "footer_links.html") == {
        "Ask the secretariat",
        "Privacy",
        "Accessibility",
        "Who can do what",
        "Verify a copy",
    }
    assert asked_for(TEMPLATES / "django" / "forms" / "field.html") == {
        "optional",
        "(up to %(limit)s characters)",
        "(optional, up to %(limit)s characters)",
        "Error:",
    }


def test_public_pages_are_translated_to_at_least_95_percent():
    wanted = {text for path in public_templates() for text in asked_for(path)}
    missing = sorted(wanted - {entry.english[0] for entry in ALL})
    assert len(wanted) > 400
    assert len(missing) <= len(wanted) * 0.05, missing


# --- What a reader sees --------------------------------------------------------------------------------------------


@pytest.fixture
def kiswahili(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "sw"
    return client


@pytest.mark.django_db
def test_home_page_is_in_kiswahili(kiswahili):
    page = kiswahili.get("/").content.decode()
    assert re.findall(r"<html lang=\"(\w+)\"", page) == ["sw"]
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Msimamo wa Kenya kuhusu uhamaji"]
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "Bado hakuna mashauriano yaliyofunguliwa",
        "Mchango wako unapitia hatua hizi",
    ]
    assert re.findall(r"<h3>(.*?)</h3>", page) == ["Unapokelewa", "Unasomwa", "Unapimwa", "Unajibiwa"]
    assert page.count("Tafsiri ya Kiswahili haijahaririwa") == 1


@pytest.mark.django_db
def test_english_page_does_not_mention_translation(client):
    page = client.get("/").content.decode()
    assert re.findall(r"<html lang=\"(\w+)\"", page) == ["en"]
    assert page.count("Kiswahili haijahaririwa") == 0


@pytest.mark.django_db
def test_sign_in_form_is_in_kiswahili(kiswahili):
    page = kiswahili.get("/account/login/").content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Ingia"]
    assert [label.strip() for label in re.findall(r"<label for=\"id_(?:login|password)\">([^<]*)", page)] == [
        "Barua pepe",
        "Nenosiri",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["E-mail", "Password", "Stay logged in on this device"]),
        ("sw", ["Barua pepe", "Nenosiri", "Baki umeingia kwenye kifaa hiki"]),
    ],
)
def test_sign_in_form_uses_portal_vocabulary(client, language, words):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    form = client.get("/account/login/").context["form"]
    assert [str(field.label) for field in form] == words


def test_times_are_in_language_of_page():
    with translation.override("sw"):
        assert written_hour(datetime(2026, 10, 4, 14, tzinfo=UTC)) == "4 Oktoba 2026, 17:00 EAT (UTC+3)"


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("submit", "Tuma"),
        ("return_for_completion", "Rejesha ili ukamilishwe"),
        ("submit:refused", "Tuma: imekataliwa"),
        ("unmerge", "Unmerge"),
    ],
)
def test_journal_is_in_kiswahili_where_translated(verb, words):
    with translation.override("sw"):
        assert portal.spoken(verb) == words
