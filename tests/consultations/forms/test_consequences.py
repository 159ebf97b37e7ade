"""Confirming what a move will do."""

import pytest
from django import forms

from consultations.forms.consequences import confirming
from ncm_portal.workflow import Consequences

FEW = Consequences(("It ends.",), "This ends it 3 days early")
MANY = Consequences(("It ends.",), mails=21, name="Round 2027")


class Note(forms.Form):
    note = forms.CharField()


def filled(what, **data):
    return confirming(Note)({"note": "So be it.", **data}, effects=what)


def test_what_was_shown_is_confirmed_and_nothing_else():
    form = filled(FEW, effects=FEW.fingerprint)
    assert form.is_valid()
    assert form.values == {"note": "So be it."}
    for effects in ("", MANY.fingerprint, "\x00", "x" * 10_000):
        form = filled(FEW, effects=effects)
        assert form.non_field_errors() == ["Nothing has been done yet. Read what this does, and confirm it."]
        assert form["note"].value() == "So be it."


def test_a_move_that_says_nothing_needs_no_confirmation():
    assert filled(Consequences()).is_valid()


@pytest.mark.parametrize(
    ("typed", "is_valid"), [("Round 2027", True), (" round 2027 ", True), ("2027", False), ("", False)]
)
def test_name_is_typed_where_mail_goes_to_many(typed, is_valid):
    form = filled(MANY, effects=MANY.fingerprint, typed=typed)
    assert form.is_valid() is is_valid
    assert form.errors.get("typed", []) == ([] if is_valid else ["Type “Round 2027” to confirm"])


def test_twenty_mails_are_not_many():
    assert (Consequences(mails=20, name="A").typed, Consequences(mails=21, name="A").typed) == ("", "A")
