"""States are written by `make` (permission check and journal); exceptions are listed here with a reason."""

import ast

from tests.source_code import modules

# Where a state is written past `make` and `make_many`, and why.
STATE_WRITERS = {
    "ncm_portal.workflow.verbs": {"make", "make_many"},
    "positions.workflow.papers": {"resume"},  # where `make` lets it go on: the state in which it was halted
    "consultations.workflow.milestones": {"add_milestone", "date_milestone"},  # has no moves
    "consultations.jobs": {"_lock_job", "_end"},  # a queue, guarded by the database
    "consultations.workflow.imports": {"confirm_import"},  # the same queue
    "consultations.workflow.duplicates": {"ask_to_compare"},
    "consultations.notifications.outbox": {"_deliver_next", "_try_to_send", "_join_next"},  # a queue as well
    "consultations.workflow.bulk_screening": {"decide_together", "undo_together"},  # as make_many, on stored rows
    "consultations.workflow.screening": {"cancel_mails"},  # the queue of mails, guarded by the database
    "positions.views.letter_texts": {"_seat"},  # of a record shown in a preview, never stored
    "consultations.queries.forums": {"as_if_open"},  # the same
    "consultations.admin.forums": {"save_model"},  # tells the form what the verb has made
    "consultations.imports.delegates": {"_compare"},  # of rows of a spreadsheet, which are no records
    "consultations.imports.organisations": {"_compare"},
    "consultations.imports.row_validation": {"whole"},
    "consultations.imports.submissions": {"_place"},
    "positions.roles": {"_acting"},  # of sample people, never stored
}
WRITING_CALLS = {"update", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "copy_values"}
ASKING_CALLS = {"Q", "When", "Counts"}  # begin with a capital and make no record


def state_writes(tree: ast.Module) -> set[str]:
    """Return functions of a module that write a `state` by assignment, bulk update or into a new record."""
    found = set()

    def visit(node: ast.AST, inside: str) -> None:
        if not inside and isinstance(node, ast.FunctionDef):
            inside = node.name
        if writes_state(node):
            found.add(inside)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree, "")
    return found


def writes_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "state" and isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in {"bulk_update", "setattr"}:
        return any(isinstance(each, ast.Constant) and each.value == "state" for each in ast.walk(node))
    makes_record = name in WRITING_CALLS or (name[:1].isupper() and name not in ASKING_CALLS)
    return makes_record and "state" in {word.arg for word in node.keywords}


def test_states_are_written_only_by_make_and_named_functions():
    found = {name: written for name, tree in modules().items() if (written := state_writes(tree))}
    assert found == STATE_WRITERS


def test_state_write_is_detected():
    writers = {
        "def f():\n def g(row):\n  row.state, row.at = 'x', 1": {"f"},
        "class A:\n def f(self): A.objects.filter(pk=1).update(state='x')": {"f"},
        "def f(): A.objects.create(state='x')\ndef g(): return A(state='x')\nmade = A(state='x')": {"f", "g", ""},
        "def f(): A.objects.bulk_update(rows, ['at', 'state'])\ndef g(): setattr(row, 'state', 'x')": {"f", "g"},
        "def f(): A.objects.filter(state='x').update(at=1); Q(state='x'); row.status = row.state": set(),
    }
    assert {source: state_writes(ast.parse(source)) for source in writers} == writers
