"""The page of roles agrees with the predicates for every move."""

import inspect

import pytest
from django.urls import reverse

from consultations import permissions
from positions import permissions as paper_permissions
from positions import roles
from positions.management.commands.write_moves import PAGE
from tests.factories import make_head, make_member, make_ministry, make_submission, make_user
from tests.pages import words

LABELS = [str(role) for role in roles.ROLES]


def row(title: str, label: str) -> dict[str, str]:
    """Return the roles and limits of one row."""
    (table,) = [found for found in roles.tables() if str(found.title) == title]
    (found,) = [found for found in table.rows if str(found.label) == label]
    return {str(role): str(limit) for role, limit in found.roles}


def test_every_table_of_moves_is_shown():
    assert sorted(roles.RECORDS) == sorted(roles.move_tables())
    moves = [len(table) for table in roles.move_tables().values()]
    assert sorted(len(table.rows) for table in roles.tables()[1:]) == sorted(moves)


def test_every_predicate_is_evaluated():
    named = {
        predicate
        for module in (permissions, paper_permissions)
        for name, predicate in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("may_")
    }
    asked = {move.may for table in roles.move_tables().values() for move in table.values()}
    asked |= {may for _label, may, _record in roles.ACTS}
    # The admin's door is asked through the office; withdrawing a reservation is the chair's, like recording it; who
    # proposes an appointment while there is no head, and whether an account takes two people, the database knows.
    assert sorted(predicate.__name__ for predicate in named - asked) == [
        "may_close_account",
        "may_correct_address",
        "may_enter_admin",
        "may_propose_appointment",
        "may_withdraw_reservation",
    ]


@pytest.mark.parametrize(
    ("title", "label", "expected"),
    [
        ("consultations", "Extend the deadline", {"head of the secretariat": ""}),
        ("inputs", "Send", {"focal point": "only their own", "alternate": "only their own"}),
        ("inputs", "Put on file", {"secretariat": "", "head of the secretariat": ""}),
        ("points", "Hand in", {"rapporteur": "only their own", "secretariat": "", "head of the secretariat": ""}),
        ("clearances", "Answer", {"clearing officer": "only their own"}),
        ("position papers", "Declare adopted", {"head of the secretariat": ""}),
        (
            "position papers",
            "Publish",
            {"secretariat": "not their own", "head of the secretariat": "not their own"},
        ),
    ],
)
def test_roles_page_content(title, label, expected):
    assert row(title, label) == expected


def test_visitors_officials_and_system_administrators_have_no_moves():
    """Except for proposals about staff, made by one person and confirmed by another."""
    two_people, found = "proposals for a second person", {}
    for table in roles.tables()[1:]:
        names = {str(role) for each in table.rows for role, _limit in each.roles}
        found.setdefault(str(table.title) == two_people, set()).update(names)
    assert {"visitor", "signed in", "official", "system administrator"} & found[False] == set()
    assert found[True] == {"secretariat", "head of the secretariat", "system administrator"}


def test_second_person_confirms_and_proposer_withdraws():
    staff = {"secretariat", "head of the secretariat", "system administrator"}
    assert row("proposals for a second person", "Confirm") == dict.fromkeys(staff, "not their own")
    assert row("proposals for a second person", "Withdraw the proposal") == dict.fromkeys(staff, "only their own")


def test_each_move_has_a_permitted_role():
    by_nobody = [each for table in roles.tables() for each in table.rows if not each.roles]
    # Undoing at once depends on who decided and when, which no sample record says: the page shows the words.
    assert [str(each.label) for each in by_nobody if str(each.who) != "the portal by itself"] == ["Undo"]
    assert len(by_nobody) == 4


@pytest.mark.django_db
def test_sample_persons_equal_database_persons():
    """The sample persons get the same answers as persons from the database."""
    ministry = make_ministry()
    people = {
        "signed in": make_user(),
        "focal point": make_member(ministry, is_primary=True),
        "alternate": make_member(ministry, "alternate"),
        "clearing officer": make_member(ministry, "clearing_officer"),
        "secretariat": make_user("secretariat"),
        "head of the secretariat": make_head(),
        "official": make_user("official"),
        "system administrator": make_user("sysadmin"),
    }
    typed = {"channel": "letter", "entered_by": make_user("secretariat")}  # by somebody else
    own, other = make_submission(stakeholder=ministry), make_submission(**typed)
    samples = {str(role): person for role, (person, _duty) in roles.ROLES.items()}
    record = roles.RECORDS["SUBMISSION_MOVES"]
    for move in roles.move_tables()["SUBMISSION_MOVES"].values():
        found = {name: (move.may(person, own), move.may(person, other)) for name, person in people.items()}
        probed = {
            name: (move.may(samples[name], record(roles.OWN)), move.may(samples[name], record(roles.OTHER)))
            for name in people
        }
        assert found == probed


@pytest.mark.django_db
def test_page_makes_no_queries(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page, tables = client.get(reverse("roles")), client.get(reverse("role_rules"))
    assert [label for label in LABELS if label.capitalize() not in page.text] == []
    assert reverse("role_rules") in page.text
    text = tables.text
    assert [str(table.title) for table in roles.tables() if str(table.title).capitalize() not in text] == []


def test_each_role_reads_what_it_may_do_in_sentences():
    """The sentences of the roles are the rows of the tables, each once: nothing is lost and nothing is added."""
    told = [
        (str(role), str(each.title), str(each.limit), str(act))
        for role in roles.ROLES
        for each in roles.allowed(role)
        for act in each.acts
    ]
    rows = [
        (str(role), str(table.title) if place else "", str(limit), str(row.label))
        for place, table in enumerate(roles.tables())
        for row in table.rows
        for role, limit in row.roles
    ]
    assert sorted(told) == sorted(rows)


@pytest.mark.django_db
def test_page_says_what_a_focal_point_can_do(client):
    text = words(client.get(reverse("roles")))
    own = "Inputs (only their own): ask for the sign-off; sign off; send; ask to send it late; withdraw."
    assert own in text
    assert "Visitor. Anybody. Reads what is public" in text


def test_moves_document_equals_tables():
    """After a change of a table, run manage.py write_moves."""
    written = PAGE.read_text(encoding="utf-8")
    assert written == roles.document()
    moves = sum(map(len, roles.move_tables().values()))
    assert len([line for line in written.splitlines() if line.startswith("| ") and "(`" in line]) == moves
    clear = next(line for line in written.splitlines() if "(`clear_paper`)" in line)
    assert clear.endswith("is done for the present text. A reason, which is kept in the journal. |")
