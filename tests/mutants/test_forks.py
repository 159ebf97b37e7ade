"""Altered code takes effect in functions that are already imported, and nowhere else."""

import importlib.util

import pytest

from tests.mutants.forks import functions_by_file, in_fork, living, swaps

SOURCE = """
LIMIT = 3

class Shelf:
    size = 2

    @property
    def room(self):
        return self.size + 1

def outer(rows):
    def inner(row):
        return row > LIMIT
    return [row for row in rows if inner(row)]
"""


@pytest.fixture
def shelf(tmp_path):
    path = tmp_path / "shelf.py"
    path.write_text(SOURCE, "utf-8")
    found = importlib.util.spec_from_file_location("shelf", path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def alter(module, before, after):
    """Give the functions of the module their code after the replacement, and return how many changed."""
    pairs = swaps(module.__file__, SOURCE, SOURCE.replace(before, after)) or []
    functions = living(functions_by_file()[module.__file__], pairs)
    for function, code in functions:
        function.__code__ = code
    return len(functions)


def test_property_gets_its_new_code(shelf):
    assert alter(shelf, "self.size + 1", "self.size - 1") == 1
    assert shelf.Shelf().room == 1


def test_inner_function_gets_its_new_code_through_the_outer_one(shelf):
    assert alter(shelf, "row > LIMIT", "row >= LIMIT") == 1
    assert shelf.outer([2, 3, 4]) == [3, 4]


@pytest.mark.parametrize(("before", "after"), [("LIMIT = 3", "LIMIT = 4"), ("size = 2", "size = 3")])
def test_what_runs_at_import_only_cannot_be_exchanged(shelf, before, after):
    assert alter(shelf, before, after) == 0


def test_fork_answers_and_an_endless_one_is_ended():
    assert in_fork(lambda: ["a test"], timeout=60) == ["a test"]

    def endless():
        while True:
            pass

    assert in_fork(endless, timeout=0.2) is None


def test_fork_that_dies_is_a_failure():
    def die():
        raise SystemExit(3)

    assert in_fork(die, timeout=60) == ["the process ended"]
