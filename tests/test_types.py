"""Types: a signature names the model of its queries, and mypy checks every module without exceptions."""

import ast
import re
import tomllib
from collections.abc import Iterator

from tests.source_code import PACKAGES, ROOT, files, modules, nodes
from tests.test_architecture import functions

OF_A_MODEL = {"QuerySet", "Manager", "BaseManager", "BaseUserManager"}
DEMANDED = ("disallow_untyped_defs", "disallow_incomplete_defs", "check_untyped_defs", "warn_unused_ignores")
EXCEPTIONS = {"exclude", "overrides", "ignore_errors", "disable_error_code"}


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name: models.QuerySet gives QuerySet."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def is_of_any(argument: ast.expr) -> bool:
    """Return whether a type argument, or the first of several, is Any."""
    first = argument.elts[0] if isinstance(argument, ast.Tuple) and argument.elts else argument
    return name_of(first) == "Any"


def unnamed(annotation: ast.expr) -> Iterator[ast.expr]:
    """Return the queries in an annotation without a model, including quoted annotations."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.Subscript) and name_of(annotation.value) in OF_A_MODEL:
        if is_of_any(annotation.slice):
            yield annotation
        return
    if name_of(annotation) in OF_A_MODEL:
        yield annotation
    for part in ast.iter_child_nodes(annotation):
        if isinstance(part, ast.expr):
            yield from unnamed(part)


def annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """Return annotations of parameters, results and variables, and base classes."""
    for function in functions(tree):
        arguments = function.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        yield from (each.annotation for each in every if each is not None and each.annotation is not None)
        if function.returns is not None:
            yield function.returns
    for node in nodes(tree):
        if isinstance(node, ast.AnnAssign):
            yield node.annotation
        if isinstance(node, ast.ClassDef):
            yield from node.bases


def unnamed_queries(module: str, tree: ast.Module) -> list[str]:
    return [f"{module}:{found.lineno}" for annotation in annotations(tree) for found in unnamed(annotation)]


def exceptions(configuration: str) -> list[str]:
    """Return the settings in a pyproject.toml that exclude code from mypy."""
    settings = tomllib.loads(configuration)["tool"]["mypy"]
    missing = {*PACKAGES, "manage.py"} - {name.rstrip("/") for name in settings.get("files", [])}
    loose = [name for name in DEMANDED if settings.get(name) is not True]
    return sorted([*missing, *loose, *(EXCEPTIONS & settings.keys())])


def test_every_queryset_in_signature_names_its_model():
    assert [found for name, tree in modules().items() for found in unnamed_queries(name, tree)] == []


def test_mypy_checks_every_package():
    assert exceptions((ROOT / "pyproject.toml").read_text()) == []
    told = [path for path in files(".py") if re.search(r"^# *mypy:", path.read_text(), re.MULTILINE)]
    assert told == []


def test_queryset_rule_reports_violations():
    signatures = [
        "def f(rows: QuerySet) -> None: ...",
        "def f(rows: models.QuerySet[Any]) -> None: ...",
        "def f() -> list[QuerySet[Any, Any]]: ...",
        "def f(rows: 'QuerySet | None' = None) -> None: ...",
        "def f(*, by: Manager) -> None: ...",
        "class Rows(models.QuerySet): ...",
        "rows: QuerySet[Any] = found()",
    ]
    assert [len(unnamed_queries("m", ast.parse(one))) for one in signatures] == [1] * len(signatures)
    sound = "def f[Row: Model](rows: QuerySet[Point, Any], kind: type[Any]) -> QuerySet[Row]: return QuerySet(Point)"
    assert unnamed_queries("m", ast.parse(sound)) == []


def test_mypy_rule_reports_violations():
    sound = "\n".join(["[tool.mypy]", f"files = {[*PACKAGES, 'manage.py']}", *(f"{name} = true" for name in DEMANDED)])
    assert exceptions(sound) == []
    assert exceptions(sound.replace("positions", "positions/views")) == ["positions"]
    assert exceptions(sound.replace("check_untyped_defs = true", "check_untyped_defs = false")) == [
        "check_untyped_defs"
    ]
    assert exceptions(f'{sound}\n[[tool.mypy.overrides]]\nmodule = "positions.*"\nignore_errors = true') == [
        "overrides"
    ]
