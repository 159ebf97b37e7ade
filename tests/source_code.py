"""Source of the project for tests that judge it: each file is listed, read and parsed once in a process."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ncm_portal", "consultations", "positions")


@cache
def project_files() -> list[Path]:
    """Return every file of the project that git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return [path for name in sorted(set(names)) if name and (path := ROOT / name).is_file()]


def files(*suffixes: str, tests: bool = False) -> list[Path]:
    """Return the project's files of these kinds, without migrations and, by default, without tests."""
    kinds = [path for path in project_files() if path.suffix in suffixes and "migrations" not in path.parts]
    return [path for path in kinds if tests or path.relative_to(ROOT).parts[0] != "tests"]


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"))


@cache
def nodes(tree: ast.AST) -> list[ast.AST]:
    """Return the nodes of a tree in the order of `ast.walk`."""
    return list(ast.walk(tree))


@cache
def modules() -> dict[str, ast.Module]:
    """Return the dotted names and syntax trees of the product's modules."""
    named = {}
    for path in files(".py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[0] in PACKAGES:
            named[".".join(part for part in parts if part != "__init__")] = tree_of(path)
    return named
