"""Plain English: templates, msgids, docstrings and identifiers contain none of the banned phrases."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.source_code import PACKAGES, ROOT, nodes, tree_of

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
    for node in nodes(tree_of(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


@cache
def msgids() -> list[tuple[str, str]]:
    """Return each translatable text of code and templates with its file, except printed papers."""
    texts = [(str(path.relative_to(ROOT)), text) for path in _modules(*PACKAGES) for text in _of_python(path)]
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if "print" not in path.relative_to(ROOT / "templates").parts:
            matches = IN_TEMPLATE.finditer(path.read_text("utf-8"))
            texts += [(str(path.relative_to(ROOT)), " ".join((match[1] or match[2]).split())) for match in matches]
    return texts


def _modules(*folders: str) -> list[Path]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


def test_every_kind_of_text_is_read():
    assert len(msgids()) > 3000
    assert {where.split("/")[0] for where, _text in msgids()} == {
        "consultations",
        "positions",
        "ncm_portal",
        "templates",
    }


@pytest.mark.parametrize("phrase", BANNED)
def test_no_text_contains_banned_phrase(phrase: str):
    pattern = re.compile(rf"(?:\b|^){phrase}\b" if phrase[0] != "^" else phrase, re.I)
    assert [(where, text) for where, text in msgids() if pattern.search(text)] == []


# Names that say nothing about a value, and what to write instead.
BANNED_NAMES = {
    "found": "result, rows, match",
    "said": "data, message, text",
    "told": "message, notified, lines",
    "asked": "requested, queryset",
    "wanted": "filters, requested, required",
    "came": "attended, received",
    "heard": "rows, counts",
    "telling": "notifying",
    "settling": "resolving",
    "untold": "not_notified",
    "became": "outcome",
    "further": "pagination",
}
# Columns, and keys of what is stored, printed or sent: these keep their names.
STORED_NAMES = {
    "consultations/models/delegates.py: told",
    "consultations/models/jobs.py: asked",
    "consultations/models/proposals.py: told",
    "consultations/queries/delegates.py: told",
    "consultations/views/drafts.py: said",
    "consultations/workflow/delegates.py: told",
    "consultations/workflow/followup.py: said",
    "consultations/workflow/imports.py: asked",
    "consultations/workflow/proposals.py: told",
    "positions/forum_documents/outcome.py: came",
    "positions/forum_documents/people.py: came",
    "positions/queries/participation.py: asked",
    "positions/render/participation.py: asked",
    "templates/consultations/delegates/delegate.html: told",
    "templates/consultations/imports/import.html: asked",
    "templates/consultations/imports/job.html: asked",
    "templates/consultations/mail/fields/cancelled_seat.txt: told",
    "templates/positions/dispositions/my_organisation.html: said",
    "templates/positions/participation/participation.html: asked",
    "templates/print/participation.html: asked",
}
# Phrases in docstrings, and what to write instead.
BANNED_IN_DOCSTRINGS = {
    r"what (?:came|comes) of\b": "outcome, result",
    r"\bstands? behind\b": "is joined to",
    r"\bin the way\b": "conditions that are not met",
    r"\btold apart\b": "identified",
    r"\bsaid beside\b": "shown at the field",
    r"\bkeeps? nobody waiting\b": "does not block",
    r"\blies ahead\b": "in the future",
    r"\bat the door\b": "at check-in",
    r"\bthe technicians\b": "system administrators",
    r"\blet in\b": "allowed",
    r"\btakes? its place\b": "replaces it",
    r"^Whether\b": "Return whether",
    r"^That (?:a|an|the)\b": "what the function does",
    r"^How to tell\b": "what the function does",
}


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return local variables, parameters and private functions of a module with their lines, without class fields."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                yield node.lineno, node.name.lstrip("_")
            yield from ((each.lineno, each.arg) for each in ast.walk(node.args) if isinstance(each, ast.arg))
            stores = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
            yield from ((each.lineno, each.id) for each in stores)


def public_names_in(tree: ast.AST) -> Iterator[str]:
    """Return classes, fields, methods, attributes, keyword arguments and keys of dictionaries, for example contexts."""
    for node in nodes(tree):
        match node:
            case ast.ClassDef(name=name, body=body):
                yield name.lower()
                yield from (each.name for each in body if isinstance(each, ast.FunctionDef))
                yield from (each.target.id for each in body if isinstance(each, ast.AnnAssign))
                targets = [target for each in body if isinstance(each, ast.Assign) for target in each.targets]
                yield from (each.id for each in targets if isinstance(each, ast.Name))
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name.lstrip("_")
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Dict(keys=keys):
                yield from (each.value for each in keys if isinstance(each, ast.Constant))


def variables_in(template: str) -> Iterator[str]:
    """Return the variables and attributes that occur in the tags of a template, without strings."""
    for tag in re.findall(r"\{[%{](.*?)[%}]\}", template, re.S):
        yield from re.findall(r"[a-z_]+", re.sub(r"\"[^\"]*\"|'[^']*'", "", tag))


def docstrings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return docstrings of a module, its classes and functions with their lines."""
    for node in nodes(tree):
        is_documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if is_documented and (text := ast.get_docstring(node)):
            yield node.body[0].lineno, text


@cache
def docstrings() -> list[tuple[str, int, str]]:
    """Return the docstrings of the product and its tests with their places."""
    paths = _modules(*PACKAGES, "tests")
    return [(str(path.relative_to(ROOT)), line, text) for path in paths for line, text in docstrings_in(tree_of(path))]


def test_names_of_values_are_not_banned():
    names = ((path.relative_to(ROOT), *each) for path in _modules(*PACKAGES) for each in names_in(tree_of(path)))
    assert {f"{path}:{line}: {name}" for path, line, name in names if name in BANNED_NAMES} == set()


def test_public_names_and_template_variables_are_not_banned():
    paths = _modules(*PACKAGES)
    names = [(str(path.relative_to(ROOT)), name) for path in paths for name in public_names_in(tree_of(path))]
    for path in sorted((ROOT / "templates").rglob("*.*")):
        names += [(str(path.relative_to(ROOT)), name) for name in variables_in(path.read_text("utf-8"))]
    assert {f"{path}: {name}" for path, name in names if name in BANNED_NAMES} == STORED_NAMES


@pytest.mark.parametrize("phrase", BANNED_IN_DOCSTRINGS)
def test_no_docstring_contains_banned_phrase(phrase: str):
    pattern = re.compile(phrase)
    assert len(docstrings()) > 4000
    assert [f"{path}:{line}" for path, line, text in docstrings() if pattern.search(text)] == []


def test_names_and_docstrings_are_read():
    source = 'def _told(found):\n    """Whether it fits."""\n    said = found\n    return said\n'
    tree = ast.parse(source)
    assert {name for _line, name in names_in(tree)} == {"told", "found", "said"}
    assert [text for _line, text in docstrings_in(tree)] == ["Whether it fits."]
    source = "class Found:\n    told: str\n    def came(self):\n        self._heard = call(said=1, **{'asked': 2})\n"
    assert {*public_names_in(ast.parse(source))} >= {"found", "told", "came", "heard", "said", "asked"}
    assert {*variables_in("{% if wanted %}{{ row.further|x }}{% url 'said' %} told{% endif %}")} >= {
        "wanted",
        "further",
    }
    assert not {"said", "told"} & {*variables_in("{% if wanted %}{% url 'said' %} told{% endif %}")}
