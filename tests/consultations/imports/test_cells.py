"""What people type into a cell becomes a value, or is refused in words."""

import pytest

from consultations.imports.cells import AddressCell, ChoiceCell, CodesCell, FoundCell, TextCell, YesNoCell
from consultations.models import Audience, Channel, Provision, Stakeholder
from tests.factories import make_provision, make_stakeholder

LONG = "x" * 500


def refusal(cell, value):
    with pytest.raises(ValueError) as refused:
        cell.clean(value)
    return str(refused.value)


def test_text_is_cleaned_and_empty_stays_empty():
    assert [TextCell().clean(value) for value in (None, " Wages ", 7)] == ["", "Wages", "7"]


def test_address_is_in_its_normal_form_or_refused():
    assert [AddressCell().clean(value) for value in ("", None, " RUTH@Example.org ")] == ["", "", "ruth@example.org"]
    assert "correct format" in refusal(AddressCell(), "ruth")


@pytest.mark.parametrize("typed", ["members", "MEMBERS", "Members of the NCM only", " members of the ncm only "])
def test_choice_is_named_by_value_or_label(typed):
    assert ChoiceCell(Audience).clean(typed) == ChoiceCell(Audience, default="public").clean(typed) == "members"


def test_choice_has_a_default_for_an_empty_cell_only():
    assert ChoiceCell(Channel, default="letter").clean(" ") == "letter"
    assert ChoiceCell(Channel, default="letter").clean("forum") == "forum"
    known = "web, email, letter, forum"
    assert refusal(ChoiceCell(Channel), None) == f"This cell is empty. Enter one of: {known}"
    assert refusal(ChoiceCell(Channel, default="web"), LONG) == f"“{LONG[:80]}” is not one of: {known}"


def test_yes_and_no_are_read_in_every_spelling():
    cell = YesNoCell()
    assert [cell.clean(value) for value in ("Yes", " y", "TRUE", 1, "ndiyo")] == [True] * 5
    assert [cell.clean(value) for value in (None, "", "No", "FALSE", 0, "hapana")] == [False] * 6
    assert [cell.clean(cell.render(value)) for value in (True, False)] == [True, False]
    assert refusal(cell, LONG) == f"“{LONG[:80]}” is not “yes” or “no”."


@pytest.mark.django_db
def test_row_is_found_by_its_name_if_only_one_has_it(django_assert_num_queries):
    body = make_stakeholder("Coast Network")
    for name in ("Lake Forum", "LAKE FORUM"):
        make_stakeholder(name)
    cell = FoundCell(Stakeholder, field="name")
    with django_assert_num_queries(1):
        assert [cell.clean(value) for value in ("coast network", None, " ", "coast network")] == [
            body,
            None,
            None,
            body,
        ]
    assert refusal(cell, "Lake forum") == "More than one is called “Lake forum”."
    assert refusal(cell, LONG) == f"There is no stakeholder called “{LONG[:80]}”."


@pytest.mark.django_db
def test_codes_are_found_once_each_and_unknown_ones_named(django_assert_num_queries):
    first, second = make_provision("GCM-02"), make_provision("GCM-05")
    cell = CodesCell(Provision)
    with django_assert_num_queries(0):
        assert cell.clean(None) == cell.clean(" ; ") == []
    with django_assert_num_queries(1):
        assert cell.clean("gcm-02; GCM-05,GCM-02") == [first, second]
        assert cell.clean("GCM-05") == [second]
    assert refusal(cell, "GCM-02; GCM-99, none") == "Unknown: GCM-99, none"
    assert refusal(cell, ";".join([LONG, LONG])) == f"Unknown: {LONG[:200]}"
