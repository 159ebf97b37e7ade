"""Architecture rules checked by machine: each is a function from source to errors, tested to report errors at
the end.
"""

import ast
import re
import statistics
from collections.abc import Iterator

import pytest

from tests.source_code import PACKAGES, ROOT, files, modules, nodes, project_files, tree_of

# Who may import whom: a module imports lower floors only. On the same floor it imports its own package, and a module of
# positions also the one of consultations, never the other way round.
FLOORS = {
    0: [
        "consultations.bidi",
        "consultations.charts",
        "consultations.csv_safety",
        "consultations.email_addresses",
        "consultations.ical",
        "consultations.journal_entries",
        "consultations.letter_texts",
        "consultations.lookalikes",
        "consultations.redaction",
        "consultations.similarity",
        "ncm_portal.admin_files",
        "ncm_portal.client_address",
        "ncm_portal.database_roles",
        "ncm_portal.env_urls",
        "ncm_portal.errors",
        "ncm_portal.features",
        "ncm_portal.formats",
        "ncm_portal.local",
        "ncm_portal.migration_operations",
        "ncm_portal.passwords",
        "ncm_portal.posted",
        "ncm_portal.sandbox",
        "ncm_portal.template_loader",
        "ncm_portal.workflow",
    ],
    1: [
        "consultations.history",
        "consultations.stored_files",
        "consultations.tokens",
        "db",
        "ncm_portal.gunicorn_config",
        "ncm_portal.server",
        "positions.text",
    ],
    2: ["models"],
    3: ["permissions"],
    4: ["queries"],
    5: ["integrity", "notifications", "render", "uploads"],
    6: ["edition", "positions.verification"],
    7: ["workflow", "positions.forum_documents"],
    8: ["imports", "ncm_portal.log_ins", "positions.archive", "positions.roles", "reference_data", "sample"],
    9: [
        "forms",
        "jobs",
        "ncm_portal.account_forms",
        "ncm_portal.accounts",
        "ncm_portal.passkey_forms",
        "ncm_portal.sign_on",
        "templatetags",
    ],
    10: ["admin", "management", "navigation", "ncm_portal.middleware", "views"],
    11: ["consultations.urls", "positions.urls"],
    12: ["ncm_portal.settings", "ncm_portal.urls"],
    13: ["ncm_portal.wsgi"],
}
LEAVES = (
    "consultations.bidi",
    "consultations.charts",
    "consultations.csv_safety",
    "consultations.email_addresses",
    "consultations.ical",
    "consultations.letter_texts",
    "consultations.lookalikes",
    "consultations.redaction",
    "consultations.similarity",
    "consultations.stored_files",
    "ncm_portal.env_urls",
    "ncm_portal.workflow",
    "positions.text.diff",
    "positions.text.editorial",
)
UNWELCOME = {"common", "utils", "helpers", "core", "services"}
LONGEST_FUNCTION, LONGEST_FILE, MEDIAN_FUNCTION, WIDEST_LINE = 50, 450, 8, 120


# --- Layers -------------------------------------------------------------------------------------------------------


def head(module: str) -> str:
    """Return the part of a module's name that has a layer: consultations.models.accounts gives consultations.models."""
    return ".".join(module.split(".")[:2])


def floor(module: str) -> int | None:
    """Return the layer of a module, or None if the table does not list it."""
    name = head(module)
    for number, known in FLOORS.items():
        if name in known or name.split(".")[-1] in known:
            return number
    return None


def imports(module: str, tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Return the project modules that this one imports, with relative imports resolved."""
    package = module if any(name.startswith(f"{module}.") for name in known) else module.rpartition(".")[0]
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in PACKAGES)
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                ups = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*ups, *filter(None, [node.module])])
            if base.split(".")[0] in PACKAGES:
                yield from (f"{base}.{a.name}" if f"{base}.{a.name}" in known else base for a in node.names)


def complaint_about(importer: str, imported: str) -> str | None:
    """Return why `importer` may not import `imported`, or None if it may."""
    if importer in PACKAGES or imported in PACKAGES:
        return None
    ours, theirs = floor(importer), floor(imported)
    if ours is None or theirs is None:
        return f"{head(importer if ours is None else imported)} stands on no floor of the table"
    if importer.startswith("consultations.") and imported.startswith("positions."):
        return f"{importer} imports {imported}: consultations never imports positions"
    same_floor = head(importer) == head(imported) or importer.startswith("positions.") > imported.startswith(
        "positions."
    )
    if theirs > ours or (theirs == ours and not same_floor):
        return f"{importer} (floor {ours}) imports {imported} (floor {theirs})"
    if (importer in LEAVES or head(importer) in LEAVES) and head(importer) != head(imported):
        return f"{importer} is a leaf and imports {imported}"
    return None


def layer_complaints(trees: dict[str, ast.Module]) -> list[str]:
    known = set(trees)
    pairs = {(module, other) for module, tree in trees.items() for other in imports(module, tree, known)}
    return sorted({found for pair in pairs if (found := complaint_about(*pair))})


def test_every_module_imports_lower_layers_only():
    assert layer_complaints(modules()) == []


def test_every_module_has_a_layer():
    assert sorted({head(name) for name in modules() if "." in name and floor(name) is None}) == []


def reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return the modules that `start` imports directly or indirectly."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph.get(waiting.pop(), set()) - seen
        seen |= new
        waiting += new
    return seen


def circles(graph: dict[str, set[str]]) -> list[tuple[str, ...]]:
    """Return the import cycles, each as its modules' names."""
    ways = {start: reached(graph, start) for start in graph}
    return sorted(
        {tuple(sorted(other for other in ways[one] if one in ways[other])) for one in graph if one in ways[one]}
    )


def test_there_are_no_import_cycles():
    trees = modules()
    graph = {name: set(imports(name, tree, set(trees))) & trees.keys() - {name} for name, tree in trees.items()}
    assert circles(graph) == []


# --- Names, signals, sizes ----------------------------------------------------------------------------------------


def unwelcome_names(names: list[str]) -> list[str]:
    return [name for name in names if UNWELCOME & set(re.split(r"[./]", name.removesuffix(".py")))]


def signal_complaints(module: str, tree: ast.Module) -> list[str]:
    """Return uses of signals: they hide the control flow, so our code calls functions directly."""
    return [
        f"{module}:{node.lineno}"
        for node in nodes(tree)
        if (isinstance(node, ast.ImportFrom) and re.search(r"(^|\.)(dispatch|signals)$", node.module or ""))
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "signals" for alias in node.names))
    ]


def verbs_elsewhere(module: str, tree: ast.Module) -> list[str]:
    """Return functions outside `workflow` that are made verbs: state changes belong there only."""
    if head(module).endswith(".workflow"):
        return []
    return [
        f"{module}.{f.name}"
        for f in functions(tree)
        if any(isinstance(each, ast.Name) and each.id == "verb" for each in f.decorator_list)
    ]


def locks_that_stop_others(module: str, tree: ast.Module) -> list[str]:
    """Return row locks that block foreign key checks.

    Foreign keys are checked at commit while the journal lock is held: a session waiting there for a row, and one
    holding that row and waiting for the journal, would deadlock.
    """
    calls = [node for node in nodes(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    asked = [call for call in calls if call.func.attr == "select_for_update"]
    return [f"{module}:{call.lineno}" for call in asked if "no_key" not in {word.arg for word in call.keywords}]


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of a function without decorators and docstring."""
    doc = function.body[0] if ast.get_docstring(function) is not None else None
    return function.end_lineno - function.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


def long_functions(name: str, tree: ast.Module) -> list[str]:
    return [f"{name}: {f.name} has {length(f)} lines" for f in functions(tree) if length(f) > LONGEST_FUNCTION]


def undescribed(module: str, tree: ast.Module) -> list[str]:
    """Return the public functions of a module without docstring or return type."""
    public = [f for f in tree.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]
    return [f"{module}.{f.name}" for f in public if not ast.get_docstring(f) or f.returns is None]


def test_no_module_has_a_generic_name():
    assert unwelcome_names([str(path.relative_to(ROOT)) for path in files(".py", tests=True)]) == []


def test_project_defines_no_signals():
    assert [found for name, tree in modules().items() for found in signal_complaints(name, tree)] == []


def test_verbs_are_defined_in_workflow_only():
    assert [found for name, tree in modules().items() for found in verbs_elsewhere(name, tree)] == []


def test_row_locks_allow_foreign_key_references():
    assert [found for name, tree in modules().items() for found in locks_that_stop_others(name, tree)] == []


def test_no_function_is_too_long():
    trees = {str(path.relative_to(ROOT)): tree_of(path) for path in files(".py", tests=True)}
    assert [found for name, tree in trees.items() for found in long_functions(name, tree)] == []


def test_median_function_is_short():
    lengths = [length(function) for tree in modules().values() for function in functions(tree)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


def test_no_file_is_too_long():
    kinds = (".py", ".html", ".js", ".sh")  # a stylesheet is measured by its weight (test_look_files.py)
    counted = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in files(*kinds, tests=True)}
    assert {str(path): lines for path, lines in counted.items() if lines > LONGEST_FILE} == {}


def wide_lines(name: str, text: str) -> list[str]:
    return [f"{name}:{number}" for number, line in enumerate(text.splitlines(), 1) if len(line) > WIDEST_LINE]


def test_no_line_is_too_long():
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in files(".css", ".js")}
    assert [found for name, text in texts.items() for found in wide_lines(name, text)] == []


def test_public_functions_have_docstrings():
    assert [found for name, tree in modules().items() for found in undescribed(name, tree)] == []


# --- Templates ----------------------------------------------------------------------------------------------------

INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\b(src\s*=|type=.application/json.))", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an address with javascript:": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
}


def inline_complaints(text: str) -> list[str]:
    """Return what the content security policy would block in a template."""
    return [what for what, pattern in INLINE.items() if pattern.search(text)]


def test_no_template_has_inline_style_or_script():
    found = {str(path.relative_to(ROOT)): inline_complaints(path.read_text()) for path in files(".html", ".svg")}
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


# --- Words that belong to one machine -----------------------------------------------------------------------------

# Written in two parts, so that this file does not hold what it looks for.
FOREIGN = [
    re.compile(first + second)
    for first, second in [
        (r"pypi\.", r"(org|python)"),
        (r"python", r"hosted\.org"),
        (r"registry\.", r"(npmjs|yarnpkg)"),
        (r"deb\.", r"debian\.org"),
        (r"/wor", r"k/(main|shared|\.library)"),
        (r"/ro", r"ot/"),
        (r"(?<!\w)/ho", r"me/[a-z]"),
    ]
]


def foreign_words(text: str) -> list[str]:
    """Return names of package hosts and absolute paths of one machine."""
    return [found.group() for pattern in FOREIGN if (found := pattern.search(text))]


def test_no_file_contains_package_host_or_local_path():
    found = {}
    for path in project_files():
        raw = path.read_bytes()
        if b"\0" not in raw and (words := foreign_words(raw.decode("utf-8", "replace"))):
            found[str(path.relative_to(ROOT))] = words
    assert found == {}


# --- Each rule can say no -----------------------------------------------------------------------------------------

BAD_IMPORTS = [
    ("consultations.models.accounts", "from consultations.permissions import may_see", "floor 3"),
    ("consultations.models.accounts", "def f():\n    from ..workflow import accept", "floor 7"),
    ("consultations.workflow", "import positions.models", "never imports positions"),
    ("consultations.permissions", "from consultations import views", "floor 10"),
    ("positions.text.diff", "from ncm_portal import workflow", "is a leaf"),
    ("consultations.views.public", "from consultations.admin import forums", "floor 10"),
    ("consultations.leftovers", "from consultations import models", "no floor"),
]


@pytest.mark.parametrize(("module", "source", "expected"), BAD_IMPORTS)
def test_layer_rule_reports_violations(module, source, expected):
    names = ("consultations.permissions", "consultations.workflow", "consultations.views", "consultations.models")
    extra = ("consultations.admin", "positions.models", "ncm_portal.workflow")
    trees = {name: ast.parse("") for name in (*names, *extra)} | {module: ast.parse(source)}
    (found,) = layer_complaints(trees)
    assert expected in found


def test_layer_rule_allows_positions_to_import_consultations():
    trees = {
        "positions.workflow": ast.parse("from consultations.workflow import dispose"),
        "consultations.workflow": ast.parse(""),
    }
    assert layer_complaints(trees) == []


def test_cycle_rule_reports_violations():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) == [("a", "b", "c")]
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []


def test_other_rules_report_violations():
    long = ast.parse("def f():\n" + "    x = 1\n" * LONGEST_FUNCTION)
    assert long_functions("m", long) == ["m: f has 51 lines"]
    assert long_functions("m", ast.parse("def f():\n" + "    x = 1\n" * 49)) == []
    assert wide_lines("m", "x" * WIDEST_LINE + "\n" + "x" * (WIDEST_LINE + 1)) == ["m:2"]
    assert undescribed("m", ast.parse("def f() -> int: ...\ndef g():\n    'doc'\ndef _h(): ...")) == ["m.f", "m.g"]
    assert unwelcome_names(["a/utils.py", "a/core/b.py", "a/coredump.py"]) == ["a/utils.py", "a/core/b.py"]
    signals = "from django.dispatch import receiver\nfrom django.db.models import signals\nfrom x.y import z"
    assert signal_complaints("m", ast.parse(signals)) == ["m:1", "m:2"]
    act = ast.parse("@verb\ndef confirm(): ...\n@other\ndef look(): ...")
    assert verbs_elsewhere("consultations.imports.delegates", act) == ["consultations.imports.delegates.confirm"]
    assert verbs_elsewhere("consultations.workflow.imports", act) == []
    locks = "a.select_for_update(no_key=True)\nb.select_for_update(of=('self',))"
    assert locks_that_stop_others("m", ast.parse(locks)) == ["m:2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<p class="a" style="color:red">', "a style attribute"),
        ("<STYLE>p{}</STYLE>", "a style element"),
        ("<script>alert(1)</script>", "a script in the page"),
        ('<a\n  onclick="go()">', "an event attribute"),
        ('<a href="javascript:go()">', "an address with javascript:"),
    ],
)
def test_template_rule_reports_violations(text, expected):
    assert inline_complaints(text) == [expected]


def test_template_rule_allows_linked_files():
    assert inline_complaints('<script src="/a.js" defer></script><link rel="stylesheet" href="a.css">') == []


def test_foreign_words_rule_reports_violations():
    assert foreign_words("see https://py" + "pi.org/x and /wor" + "k/main") == ["py" + "pi.org", "/wor" + "k/main"]
