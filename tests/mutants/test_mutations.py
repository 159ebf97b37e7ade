"""Mutation operators: each changes behaviour, and the selection is reproducible."""

import pytest

from tests.mutants.mutations import mutations_of, sample

SOURCE = '''
def take(rows: list[str | None], *, most: int = 3) -> int | None:
    """Take rows."""
    try:
        lock(rows)
    except (OSError, db.Error) as error:
        raise Stop from error
    for row in sorted(rows, key=len):
        Row.objects.order_by("-pk").filter(pk__lt=most)
    return most + 1 if rows and len(rows) > most else None
'''


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "queue.py"
    path.write_text(SOURCE, "utf-8")
    return path


def changed(module, operator):
    """Return the lines that the operator changes, each with its replacement."""
    source = module.read_text("utf-8")
    made = [each.applied(source) for each in mutations_of(module, module.parent) if each.operator == operator]
    pairs = [zip(source.splitlines(), code.splitlines(), strict=True) for code in made]
    return [after.strip() for pair in pairs for before, after in pair if before != after]


@pytest.mark.parametrize(
    ("operator", "lines"),
    [
        ("DropCall", ["pass", "pass"]),
        ("OtherException", ["except FloatingPointError as error:"]),
        ("DropSorting", ["for row in list(rows):"]),
        ("DropOrder", ["Row.objects.order_by().filter(pk__lt=most)"]),
        ("ReplaceComparisonOperator_Gt_GtE", ["return most + 1 if rows and len(rows) >= most else None"]),
        ("ReplaceAndWithOr", ["return most + 1 if rows or len(rows) > most else None"]),
        ("ReplaceBinaryOperator_BitOr_BitAnd", []),  # types
    ],
)
def test_operator_changes_the_lines_that_it_names(module, operator, lines):
    assert changed(module, operator) == lines


def test_sample_is_the_same_each_time(module):
    every = mutations_of(module, module.parent)
    chosen = sample(every, 5, "seed")
    assert len(chosen) == 5
    assert chosen == sample(reversed(every), 5, "seed") != sample(every, 5, "other")


def test_every_mutation_is_python_or_left_out(module):
    for each in mutations_of(module, module.parent):
        compile(each.applied(SOURCE) or "", each.path, "exec")
