"""Pages speak plain English: riddles, old vocabulary and unidiomatic phrases stay out of templates and msgids."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
IN_TEMPLATE = re.compile(
    r"\{% (?:translate|trans) [\"'](.*?)[\"'][^%]*%\}|\{% blocktrans(?:late)?[^%]*%\}(.*?)\{% endblocktrans", re.S
)
# Phrases that readers stumble over, and what to write instead.
BANNED = {
    "said twice": "duplicates",
    "not heard from": "no reply yet",
    "^leave it$": "Cancel",
    "what waits": "To do",
    "is not the matter": "There is nothing wrong with …",
    "it names no badge": "The badge number is missing",
    "at the door to settle": "conflict to resolve",
    "to be settled": "to resolve",
    "looked after by": "assigned to",
    "taken over": "imported",
    "told by mail": "gets an e-mail",
    "whatever its name says. save it as one of these and add that": "Save it in one of these formats",
    "lies ahead": "is in the future",
    "log in": "sign in",
    "logged in": "signed in",
    "logged out": "signed out",
    "is no pdf": "must be a PDF",
    "is no number": "is not a number",
    "is no date": "is not a date",
    "is no day": "is not a date",
    "characters at most": "must be … characters or fewer",
    "are the most": "must be … or fewer",
    "no more fit": "You cannot add more",
    "stands behind": "is joined to",
    "stands on the": "is on the",
    "let in after": "allowed after",
    "noted for the technicians": "recorded for the administrators",
    "please": "say what to do",
    "who has been heard": "Who has written, and who has not yet",
    "nothing happens without you": "Ignore this message",
    "you need do nothing": "You do not need to do anything",
    "you need not": "You do not need to",
    "let back in": "access is restored",
    "is taken in|are taken in|has taken in": "imported, or on file",
    "sent by a machine|taken by a machine|tested by machine": "automatic",
    "laid it down": "gave up the office",
    "technicians": "system administrators",
}


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def msgids() -> Iterator[tuple[str, str]]:
    """Each translatable text of the code and of the templates with its file; printed papers aside."""
    for app in ("consultations", "positions", "ncm_portal"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((str(path.relative_to(ROOT)), text) for text in _of_python(path))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if "print" not in path.relative_to(ROOT / "templates").parts:
            for match in IN_TEMPLATE.finditer(path.read_text("utf-8")):
                yield str(path.relative_to(ROOT)), match[1] or match[2]


TEXTS = list(msgids())


def test_every_kind_of_text_is_read():
    assert len(TEXTS) > 3000
    assert {where.split("/")[0] for where, _text in TEXTS} == {"consultations", "positions", "ncm_portal", "templates"}


@pytest.mark.parametrize("phrase", BANNED)
def test_banned_phrase_stands_in_no_text(phrase: str):
    pattern = re.compile(rf"(?:\b|^){phrase}\b" if phrase[0] != "^" else phrase, re.I)
    assert [(where, text) for where, text in TEXTS if pattern.search(text)] == []
