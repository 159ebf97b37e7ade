"""Documentation refers only to existing files, links, headings, commands and page labels."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.test_architecture import ROOT, files

FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
LOOKS_LIKE_A_FILE = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
LABEL = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")
PATTERN_CHARACTERS = re.compile(r"[<>*…$\s]")


def documents() -> list[Path]:
    """Return the Markdown files of the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in names if (ROOT / name).exists()]


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


def page_texts() -> str:
    """Return all templates and modules, in which page labels stand in quotation marks or between tags."""
    paths = [path for path in files(".html", ".txt", ".py") if "migrations" not in path.parts]
    paths += (ROOT / "locale").rglob("*.po")  # where the texts of libraries are worded anew
    return " ".join(" ".join(path.read_text().split()) for path in paths).casefold()


def unknown_labels(text: str, texts: str) -> list[str]:
    """Return labels in italics, such as *Desk → Second person*, that no page has."""
    named = [part.strip() for label in LABEL.findall(text) for part in " ".join(label.split()).split("→")]
    return [label for label in named if not re.search(rf"""["'>] ?{re.escape(label.casefold())}\.?["'< ]""", texts)]


def test_labels_in_the_guides_stand_on_the_pages():
    texts = page_texts()
    guides = {path.name: unknown_labels(path.read_text(), texts) for path in (ROOT / "docs/guides").glob("*.md")}
    assert {name: labels for name, labels in guides.items() if labels} == {}
    assert unknown_labels("*Desk → Coffee*", texts) == ["Coffee"]


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_links_and_commands_exist(document):
    text = document.read_text()
    assert missing_paths(text, document.parent) == []
    assert broken_links(text, document) == []
    if document.name != "CHANGELOG.md":  # which tells of commands that were replaced
        assert unknown_commands(text) == []


def test_missing_things_are_found(tmp_path):
    text = "`tests/no_such_file.py` `tests/test_urls.py` `templates/<app>/x.html`\n```\n`tests/fenced.py`\n```\n"
    assert missing_paths(text, tmp_path) == ["tests/no_such_file.py"]
    page = tmp_path / "page.md"
    page.write_text("# A heading\n[here](#a-heading) [there](#b) [other](none.md) [web](https://portal.example)\n")
    assert broken_links(page.read_text(), page) == ["#b", "none.md"]
    assert unknown_commands("`manage.py verify_all` `manage.py vanish` `make test` `make coffee`") == [
        "make coffee",
        "manage.py vanish",
    ]
