"""Documentation names only what exists: files, symbols, settings, links, commands, labels. Every file has a subject."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from ncm_portal import workflow
from tests.source_code import PACKAGES, ROOT, project_files
from tests.test_language import BANNED, msgids

FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
LOOKS_LIKE_A_FILE = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
LABEL = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")
SYMBOL = re.compile(r"`@?(\w+)` in\s+`([\w/]+\.py)`")
SUBJECT = re.compile(r"`(\w+)/?`")
LAYERS = ("admin", "forms", "models", "queries", "views", "workflow")
GUIDES = sorted((ROOT / "docs/guides").glob("*.md"))
PATTERN_CHARACTERS = re.compile(r"[<>*…$\s]")


def documents() -> list[Path]:
    """Return the Markdown files of the project."""
    return [path for path in project_files() if path.suffix == ".md"]


def code_spans(text: str) -> Iterator[str]:
    """Return the inline code of a Markdown text without fenced blocks."""
    return (match[1] for match in re.finditer(r"`([^`\n]+)`", FENCE.sub("", text)))


def is_repository_path(span: str) -> bool:
    """Return whether inline code names a file or folder of the repository and is not a pattern such as
    `templates/<app>/`.
    """
    if PATTERN_CHARACTERS.search(span) or not LOOKS_LIKE_A_FILE.fullmatch(span):
        return False
    first, slash, _rest = span.partition("/")
    return bool(slash) and first != "var" and (ROOT / first).is_dir()


def missing_paths(text: str, folder: Path) -> list[str]:
    """Return paths in inline code that exist neither in the repository nor beside the document."""
    paths = [span for span in code_spans(text) if is_repository_path(span)]
    return [path for path in paths if not (ROOT / path).exists() and not (folder / path).exists()]


def slug(heading: str) -> str:
    """Return the anchor that a Markdown viewer gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)}


def broken_links(text: str, document: Path) -> list[str]:
    """Return relative links whose file or heading is missing."""
    broken = []
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        path = document.parent / name if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    return broken


def unknown_commands(text: str) -> list[str]:
    """Return unknown commands of manage.py and unknown make targets in inline code or blocks."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join([*code_spans(text), *FENCE.findall(text)])
    named = [(f"manage.py {name}", name in get_commands()) for name in re.findall(r"manage\.py ([a-z_]+)", code)]
    named += [(f"make {name}", name in targets) for name in re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)]
    return sorted({command for command, exists in named if not exists})


def unknown_options(text: str) -> list[str]:
    """Return options of commands of manage.py that the commands do not take."""
    apps, unknown = get_commands(), set()
    code = "\n".join([*code_spans(text), *FENCE.findall(text)])
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^\n#]*)", code):
        if name in apps and (options := re.findall(r"(?<=\s)--[a-z][a-z-]*", rest)):
            app = apps[name]
            command = load_command_class(app, name) if isinstance(app, str) else app
            usage = command.create_parser("manage.py", name).format_help()
            unknown |= {f"{name} {option}" for option in options if option not in usage}
    return sorted(unknown)


def missing_symbols(text: str) -> list[str]:
    """Return names given as `name` in `file.py` that the file does not define."""
    named = [(name, path) for name, path in SYMBOL.findall(text) if (ROOT / path).exists()]
    definition = r"^\s*(?:(?:def|class) )?{}\b(?:\(|:| =)"
    texts = {path: (ROOT / path).read_text() for _name, path in named}
    return [name for name, path in named if not re.search(definition.format(name), texts[path], re.MULTILINE)]


def wrong_calls(text: str) -> list[str]:
    """Return calls such as `Move(verb, label)` whose parameters ncm_portal.workflow does not have."""
    calls = re.findall(r"`(\w+)\((\w+(?:, \w+)*)\)`", text)
    known = [(name, set(given.split(", ")), getattr(workflow, name, None)) for name, given in calls]
    return [name for name, given, it in known if it and not given <= inspect.signature(it).parameters.keys()]


def settings_read(source: str) -> set[str]:
    """Return the environment variables that the settings read."""
    names = set(re.findall(r"""(?:environ\.get|_required)\(f?"([^"]+)\"""", source))
    whose = ("PERSON", "ORGANISATION")
    return {name.replace("{whose}", each) for name in names for each in whose}


def settings_named(text: str) -> set[str]:
    """Return the environment variables in the first column of a document's table of settings."""
    rows = re.findall(r"^\| (`[A-Z][^|]*)\|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", row)}


def files_without_subject(text: str, names: list[str]) -> list[str]:
    """Return modules and packages of the two apps and of the project that no table of subjects names, layers apart."""
    subjects: dict[str, set[str]] = {}
    for app, table in re.findall(r"^\| subject \| files in `(\w+)` \|\n((?:\|.*\n)+)", text, re.MULTILINE):
        subjects[app] = set(SUBJECT.findall(table))
    first_columns = " ".join(re.findall(r"^\| ([^|]*`[^|]*)\| ", text, re.MULTILINE))
    layers = set(re.findall(r"(\w+)(?:/|\.py)`", first_columns)) | {"__init__", "migrations"}
    missing = []
    for name in names:
        app, *rest = name.removesuffix(".py").split("/")
        if app not in PACKAGES or not rest:
            continue
        stem = rest[1] if rest[0] in LAYERS and app != "ncm_portal" else rest[0]
        if stem not in subjects.get(app, set()) | layers:
            missing.append(name)
    return missing


def page_labels() -> set[str]:
    """Return every text to translate and the texts of libraries: labels of pages, buttons and columns are among them."""
    borrowed = " ".join(path.read_text() for path in (ROOT / "locale/borrowed").rglob("*.po"))
    labels = [text for _where, text in msgids()] + re.findall(r'^msg(?:id|str) "(.+)"$', borrowed, re.MULTILINE)
    return {plain(label) for label in labels}


def plain(label: str) -> str:
    """Return a label as it is compared: without capitals, line ends and the mark at its end."""
    return " ".join(label.split()).casefold().rstrip(".:")


def unknown_labels(text: str, labels: set[str]) -> list[str]:
    """Return labels in italics, such as *Desk → Second person*, that no page has."""
    named = [part.strip() for label in LABEL.findall(text) for part in " ".join(label.split()).split("→")]
    return [label for label in named if plain(label) not in labels]


def test_labels_in_guides_exist_on_pages():
    labels = page_labels()
    guides = {path.name: unknown_labels(path.read_text(), labels) for path in GUIDES}
    assert {name: missing for name, missing in guides.items() if missing} == {}
    assert unknown_labels("*Desk → Coffee*", labels) == ["Coffee"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_labels_in_the_guides_are_set_in_italics(guide):
    """Bold text would not be compared with the pages."""
    assert "**" not in guide.read_text()


@pytest.mark.parametrize("document", [ROOT / "README.md", *GUIDES], ids=lambda path: path.stem)
def test_guides_use_no_banned_phrase(document):
    text = " ".join(document.read_text().split()).casefold()
    assert [phrase for phrase in BANNED if re.search(rf"\b{phrase}\b", text)] == []


def test_readme_fits_two_screens():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80


def test_documented_settings_equal_settings_read():
    read = settings_read((ROOT / "ncm_portal/settings.py").read_text())
    assert settings_named((ROOT / "docs/operations.md").read_text()) == read
    assert settings_named("| `CLAMD`, `DEMO` | x |\n| other | `X` |\n") == {"CLAMD", "DEMO"}


def test_every_file_has_a_subject_in_the_tables():
    names = [str(path.relative_to(ROOT)) for path in project_files() if path.suffix == ".py"]
    assert files_without_subject((ROOT / "CONTRIBUTING.md").read_text(), names) == []
    text = "| subject | files in `positions` |\n|---|---|\n| papers | `papers` |\n"
    names = ["positions/views/papers.py", "positions/views/teapots.py", "ncm_portal/kettle.py"]
    assert files_without_subject(text, names) == names[1:]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_links_and_commands_exist(document):
    text = document.read_text()
    assert missing_paths(text, document.parent) == []
    assert broken_links(text, document) == []
    assert missing_symbols(text) == wrong_calls(text) == []
    if document.name != "CHANGELOG.md":  # which tells of commands that were replaced
        assert unknown_commands(text) == unknown_options(text) == []


def test_missing_references_are_detected(tmp_path):
    text = "`tests/no_such_file.py` `tests/test_urls.py` `templates/<app>/x.html`\n```\n`tests/fenced.py`\n```\n"
    assert missing_paths(text, tmp_path) == ["tests/no_such_file.py"]
    page = tmp_path / "page.md"
    page.write_text("# A heading\n[here](#a-heading) [there](#b) [other](none.md) [web](https://portal.example)\n")
    assert broken_links(page.read_text(), page) == ["#b", "none.md"]
    assert unknown_commands("`manage.py verify_all` `manage.py vanish` `make test` `make coffee`") == [
        "make coffee",
        "manage.py vanish",
    ]
    assert unknown_options("`manage.py archive --load X`, `manage.py archive --steep X`") == ["archive --steep"]
    assert missing_symbols("`files` in `tests/test_urls.py`, `LABEL` in `tests/test_documentation.py`") == ["files"]
    assert wrong_calls("`Move(verb, label)` `Move(verb, tea)` `other(tea)`") == ["Move"]
