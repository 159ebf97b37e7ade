"""Merge fields: closed list, filled once, every error named."""

import pytest
from django.utils import translation

from consultations.letter_texts import FIELD, FIELDS, KINDS, fill, named, own_words, problems, without_gaps

GOOD = {"subject": "Your input {reference}", "body": "It is on file for {organisation}: {link}"}


def words_of(code="accepted", **changed):
    return [words for _field, words in problems(code, **{**GOOD, **changed})]


def test_text_with_known_fields_has_no_problem():
    assert problems("accepted", **GOOD) == []


def test_unknown_field_is_named_with_the_nearest():
    assert words_of(body="For {organization}. {link}") == [
        "There is no field {organization}. Did you mean {organisation}?"
    ]
    assert words_of(body="{zzz} {link}") == ["There is no field {zzz}. Choose one from the list."]


@pytest.mark.parametrize(
    "body", ["{link} for {organisation", "{link} organisation} asked", "{link} {{organisation}}", "{link} {", "}{link}"]
)
def test_broken_brace_is_shown_with_its_surroundings(body):
    (words,) = words_of(body=body)
    assert words.startswith("A brace is not closed or not opened, near “")


def test_missing_required_field_is_named_with_its_label():
    assert words_of(body="It is on file.") == ["The text must hold {link}: link."]


def test_subject_of_mail_about_a_question_holds_its_number():
    text = {"subject": "Your question", "body": "{answer}"}
    assert problems("enquiry_answered", **text) == [("subject", "The subject must hold {reference}: reference.")]
    assert problems("enquiry_answered", "Your question {reference}", "") == [
        ("body", "Enter the text."),
        ("body", "The text must hold {answer}: the answer."),
    ]


def test_subject_holds_no_words_of_strangers():
    assert problems("accepted", "Input of {organisation}", GOOD["body"]) == [
        ("subject", "{organisation} cannot stand in the subject, because others typed it. Use it in the text.")
    ]


def test_megabyte_is_counted_and_not_searched():
    assert words_of(body="{" * 1_000_000) == [
        "This has 1000000 characters. Shorten it to 8000.",
        "The text must hold {link}: link.",
    ]


def test_empty_text_is_refused():
    assert words_of(subject=" ", body="") == [
        "Enter the subject.",
        "Enter the text.",
        "The text must hold {link}: link.",
    ]


@pytest.mark.parametrize("typed", ["reply by", "Reply  By", "reply_by"])
def test_fields_may_be_typed_with_spaces_or_capitals(typed):
    assert named(typed) == "reply_by"
    assert fill(f"by {{{typed}}}!", {"reply_by": "Friday"}) == "by Friday!"


@pytest.mark.parametrize("value", ["{link}", "<b>", "{{ link }}", "{% load x %}", "{organisation}", "\\1"])
def test_value_with_braces_stays_text(value):
    assert fill("{organisation}: {link}", {"organisation": value, "link": "L"}) == f"{value}: L"


@pytest.mark.parametrize(
    "field", ["{organisation.name}", "{organisation!r}", "{0}", "{organisation:>9}", "{__class__}"]
)
def test_fields_reach_no_attributes(field):
    assert fill(field, {"organisation": "Herders"}) == field
    assert len(words_of(body=f"{field} {{link}}")) == 1


def test_gap_of_an_empty_field_is_closed():
    assert without_gaps("One \n\n\n\n \nTwo\nThree") == "One\n\nTwo\nThree"


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("code", KINDS)
def test_own_words_of_the_portal_are_a_valid_text(code, language):
    with translation.override(language):
        subject, body = own_words(code)
        assert problems(code, subject, body) == []
    assert "\n" not in subject


@pytest.mark.parametrize("code", KINDS)
def test_every_field_and_requirement_of_a_kind_is_known(code):
    kind = KINDS[code]
    assert set(kind.required) <= set(kind.fields) <= FIELDS.keys()
    assert len(set(kind.fields)) == len(kind.fields)


def test_every_field_is_used():
    assert {name for kind in KINDS.values() for name in kind.fields} == FIELDS.keys()
    assert FIELD.fullmatch("{reply by}")
