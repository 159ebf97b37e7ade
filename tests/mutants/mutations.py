"""Mutation operators: those of cosmic-ray that test behaviour, and four of our own.

Changes inside annotations and changes that only break the syntax are left out.
"""

import ast
import hashlib
import random
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Name, PythonNode

Place = tuple[int, int]
SWAPS = {
    "Comparison": [
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_Gt", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_Lt", "GtE_Gt", "GtE_Lt", "Is_IsNot",
        "IsNot_Is",
    ],
    "Binary": ["Add_Sub", "Sub_Add", "Mul_FloorDiv", "Div_Mul", "FloorDiv_Mul", "BitOr_BitAnd", "BitAnd_BitOr"],
    "Unary": ["Delete_Not", "Delete_USub", "Delete_Invert"],
}  # fmt: skip
NAMES = [
    *(f"Replace{kind}Operator_{swap}" for kind, swaps in SWAPS.items() for swap in swaps),
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer", "RemoveDecorator", "ZeroIterationForLoop",
]  # fmt: skip


class DropCall(Operator):
    """Remove a call that is a statement of its own, such as a lock or a journal entry."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Place, Place]]:
        """Yield the positions in `node` to which this operator applies."""
        is_statement = node.parent is not None and node.parent.type == "simple_stmt"
        if is_statement and node.type in ("atom_expr", "power") and node.children[-1].get_code().endswith(")"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Replace the call by `pass`."""
        return Name(f"{node.get_first_leaf().prefix}pass", node.start_pos)

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: see tests/mutants/test_mutations.py."""
        return ()


class OtherException(Operator):
    """Let a handler wait for an exception that is never raised."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Place, Place]]:
        """Yield the positions in `node` to which this operator applies."""
        if node.type == "except_clause":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Replace what the handler names, be it one exception or several."""
        node.children[1] = Name("FloatingPointError", node.children[1].start_pos, prefix=" ")
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: see tests/mutants/test_mutations.py."""
        return ()


class _DropInside(Operator):
    """Remove the arguments of a call, or its effect."""

    name: str

    def mutation_positions(self, node: Any) -> Iterator[tuple[Place, Place]]:
        """Yield the positions in `node` to which this operator applies."""
        for place, child in enumerate(getattr(node, "children", [])[:-1]):
            if self._is_called(node, place, child):
                yield child.start_pos, node.children[place + 1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the call without its effect."""
        places = [place for place, child in enumerate(node.children[:-1]) if self._is_called(node, place, child)]
        self._change(node, places[index])
        return node

    @abstractmethod
    def _is_called(self, node: Any, place: int, child: Any) -> bool:
        """Return whether this operator applies to `child` at `place` in `node`."""

    @abstractmethod
    def _change(self, node: Any, place: int) -> None:
        """Remove the effect of the call at `place` in `node`."""

    @classmethod
    def examples(cls) -> tuple[()]:
        """None: see tests/mutants/test_mutations.py."""
        return ()


class DropSorting(_DropInside):
    """Replace `sorted(rows, key=…)` by the unsorted rows."""

    def _is_called(self, node: Any, place: int, child: Any) -> bool:
        is_name = isinstance(child, Name) and child.value == "sorted" and place == 0 and node.type == "atom_expr"
        return is_name and node.children[1].type == "trailer" and len(node.children[1].children) == 3

    def _change(self, node: Any, place: int) -> None:
        given = node.children[1].children[1]
        first = given.children[0] if isinstance(given, PythonNode) and given.type == "arglist" else given
        made = parso.parse(f"list({first.get_code()})").children[0]
        made.get_first_leaf().prefix = node.children[0].prefix
        node.children[:2] = [made]


class DropOrder(_DropInside):
    """Remove the order from `.order_by("-pk")`."""

    def _is_called(self, node: Any, place: int, child: Any) -> bool:
        return (
            child.type == "trailer"
            and child.get_code() == ".order_by"
            and node.children[place + 1].type == "trailer"
            and len(node.children[place + 1].children) == 3
        )

    def _change(self, node: Any, place: int) -> None:
        node.children[place + 1] = Name("()", node.children[place + 1].start_pos)


OPERATORS: dict[str, type[Operator]] = {name: get_operator(f"core/{name}") for name in NAMES} | {
    each.__name__: each for each in (DropCall, DropSorting, DropOrder, OtherException)
}


@dataclass(frozen=True)
class Mutation:
    """One change of one module; its identity is stable as long as the module does not change."""

    path: str
    operator: str
    occurrence: int
    line: int
    key: str

    def applied(self, source: str) -> str | None:
        """Return the source with the change applied, or None if that is the same or no Python."""
        changed = mutate_code(source, OPERATORS[self.operator](), self.occurrence)
        try:
            ast.parse(changed or "")
        except SyntaxError:
            return None
        return changed


def mutations_of(path: Path, root: Path) -> list[Mutation]:
    """Return every mutation to run on the module."""
    source, name = path.read_text("utf-8"), path.relative_to(root).as_posix()
    digest, left_out = hashlib.sha256(source.encode()).hexdigest(), _annotations(source)
    nodes = list(ast_nodes(get_ast(source)))
    found = []
    for operator_name, operator in OPERATORS.items():
        made = operator()
        places = [place for node in nodes for place in made.mutation_positions(node)]
        for occurrence, (start, _end) in enumerate(places):
            if not any(first <= start < last for first, last in left_out):
                key = hashlib.sha256(f"{name}:{digest}:{operator_name}:{occurrence}".encode()).hexdigest()[:32]
                found.append(Mutation(name, operator_name, occurrence, start[0], key))
    return found


def _annotations(source: str) -> list[tuple[Place, Place]]:
    """Return the start and end positions of annotations in a module."""
    found: list[Any] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                given = [
                    *node.args.posonlyargs,
                    *node.args.args,
                    *node.args.kwonlyargs,
                    node.args.vararg,
                    node.args.kwarg,
                ]
                found += [each.annotation for each in given if each and each.annotation] + [node.returns]
            case ast.AnnAssign():
                found.append(node.annotation)
            case ast.TypeAlias():
                found.append(node.value)
    places = [each for each in found if each is not None]
    return [((each.lineno, each.col_offset), (each.end_lineno, each.end_col_offset)) for each in places]


def sample(mutations: Iterable[Mutation], size: int | None, seed: str) -> list[Mutation]:
    """Return `size` mutations, the same for the same seed, or all if no size is given."""
    every = sorted(mutations, key=lambda each: each.key)
    if size is not None:
        random.Random(seed).shuffle(every)
    return every[:size]
