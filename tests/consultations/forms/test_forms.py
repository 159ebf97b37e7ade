"""Forms: accepted and refused values, error messages, and kept input."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from consultations.forms import (
    InputFilterForm,
    InviteOfficerForm,
    LineField,
    MergeForm,
    PlainTextField,
    PointFilterForm,
    PointForm,
    ReasonForm,
    SplitForm,
    SubmissionForm,
)
from consultations.forms.fields import NEVER, KeyField, MomentField, ObjectivesField
from consultations.forms.paper_intake import TypedForm
from consultations.forms.programme import DocumentForm
from consultations.forms.splitting import passages
from consultations.models import Theme
from positions.forms.review import RoundForm
from tests.factories import (
    make_consultation,
    make_member,
    make_provision,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)


def problem(field, value):
    with pytest.raises(ValidationError) as refusal:
        field.clean(value)
    return refusal.value.messages


def posted(**fields):
    """What a browser sends."""
    sent = QueryDict(mutable=True)
    for name, value in fields.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return sent


# --- One answer -----------------------------------------------------------------------------------------------------

ONE = ["public"], ["public", "public"]
SEVERAL = ["public", "secretariat"], ["secretariat", "public"], ["secretariat", ""], ["", "public"]


@pytest.mark.django_db
def test_conflicting_audience_values_are_refused_at_field():
    person, consultation = make_member(), make_consultation()
    typed = {"theme": "T1", "title": "A pass", "body": "Words", "language": "en"}

    def form(audience):
        return SubmissionForm(posted(**typed, audience=audience), person=person, consultation=consultation)

    for audience in SEVERAL:
        assert form(audience).errors == {"audience": ["Two different answers were sent for this question. Choose one."]}
    for audience in ONE:
        assert form(audience).is_valid()
        assert form(audience).data["audience"] == "public"


@pytest.mark.django_db
@pytest.mark.parametrize("make", [TypedForm, RoundForm])
def test_conflicting_audience_is_refused_in_other_forms(make):
    errors = make(posted(audience=["public", "secretariat"])).errors
    assert errors["audience"] == ["Two different answers were sent for this question. Choose one."]
    assert "audience" not in make(posted(audience="members")).errors


@pytest.mark.parametrize(
    ("sent", "problems"), [(["on", ""], 1), (["", "on"], 1), (["on"], 0), (["on", "on"], 0), ([], 0)]
)
def test_document_form_refuses_conflicting_audience_values(sent, problems):
    assert len(DocumentForm(posted(for_everybody=sent)).errors.get("for_everybody", [])) == problems


# --- Plain text -----------------------------------------------------------------------------------------------------

TEXT = PlainTextField(max_length=20_000)


@pytest.mark.parametrize(
    "text",
    ["  two spaces before\nand after  ", "{{ 7 * 7 }} {% now %}", "<b onclick=x>&amp;", "Ng'ang'a", "ä" * 20_000],
)
def test_text_stays_as_typed(text):
    assert TEXT.clean(text) == text


def test_line_ends_are_normalised():
    assert TEXT.clean("one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


def test_line_ends_do_not_make_a_text_too_long():
    assert len(TEXT.clean("ab\r\n" * 6_600)) == 19_800


def test_too_long_text_error_gives_numbers():
    expected = ["The text is 24,113 characters long. It must be 20,000 characters or fewer: shorten it by 4,113."]
    assert problem(TEXT, "x" * 24_113) == expected


def test_two_megabyte_text_is_refused_by_length_only():
    assert problem(TEXT, "\0" * 2_000_000) == [
        "The text is 2,000,000 characters long. It must be 20,000 characters or fewer: shorten it by 1,980,000."
    ]


def test_characters_are_counted_after_normalisation():
    assert TEXT.clean("e\u0301" * 15_000) == "é" * 15_000


@pytest.mark.parametrize(
    ("character", "code"), [("\0", "U+0000"), ("\x1b", "U+001B"), ("\ud800", "U+D800"), ("\uffff", "U+FFFF")]
)
def test_unreadable_characters_are_refused_by_code(character, code):
    assert problem(TEXT, f"a{character}b") == [
        f"The text contains characters that cannot be shown ({code}). Remove them and send it again."
    ]


def test_blank_answer_is_refused():
    field = PlainTextField(max_length=10, error_messages={"required": "Write it."})
    assert problem(field, "  \n ") == ["Write it."]
    assert PlainTextField(max_length=10, required=False).clean("  ") == "  "


def test_fields_have_no_maxlength():
    assert "maxlength" not in TEXT.widget.attrs
    assert "maxlength" not in LineField(max_length=5).widget.attrs


def test_line_field_accepts_one_line():
    assert LineField(max_length=50).clean("  one\ntwo ") == "one two"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
@example("\u2028")
def test_text_field_returns_clean_text_or_message(text):
    found, messages = "", []
    try:
        found = PlainTextField(max_length=200, required=False).clean(text)
    except ValidationError as refusal:
        messages = refusal.messages
    assert [message[:9] for message in messages] in ([], ["The text "])
    assert "\0" not in found
    assert len(found) <= 200


# --- What a form carries --------------------------------------------------------------------------------------------


def test_valid_key_is_kept_and_invalid_key_replaced():
    key = uuid.uuid4()
    assert KeyField().clean(str(key)) == key
    assert isinstance(KeyField(required=False).clean(""), uuid.UUID)
    assert KeyField().clean("no key") not in (None, key)


def test_datetime_keeps_microseconds():
    moment = datetime(2017, 10, 13, 14, 0, 0, 123456, UTC)
    assert MomentField().clean(moment.isoformat()) == moment


@pytest.mark.parametrize("broken", ["", None, "yesterday", "2017-99-99T00:00:00+00:00", "2017-10-13T14:00:00"])
def test_invalid_timestamp_is_read_as_earliest_moment(broken):
    assert MomentField().clean(broken) == NEVER


@pytest.mark.django_db
def test_objective_is_listed_once_under_first_leading_theme():
    make_provision("GCM-02", theme=make_theme("T1"))
    make_provision("GCM-10", theme=make_theme("T4"))
    make_provision("GCM-10", theme=make_theme("T3"))
    make_provision("GCM-05", theme=make_theme("T1"), relation="related")
    field = ObjectivesField()
    field.offer()
    assert [(str(head), options) for head, options in field.choices] == [
        ("Theme 1", [("GCM-02", "2 Label GCM-02")]),
        ("Theme 3", [("GCM-10", "10 Label GCM-10")]),
        ("Other objectives", [("GCM-05", "5 Label GCM-05")]),
    ]
    field.offer(first="T3")
    assert [str(head) for head, _options in field.choices] == ["Theme 3", "Theme 1", "Other objectives"]
    assert [found.code for found in field.clean(["GCM-10", "GCM-02"])] == ["GCM-02", "GCM-10"]
    assert problem(field, ["GCM-99"]) == ["Select a valid choice. GCM-99 is not one of the available choices."]


# --- Inputs ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def consultation(db):
    return make_consultation(themes=("T1", "T2"))


WORDS = {"theme": "T1", "title": "A title", "body": "A text.", "language": "en", "audience": "public"}


def input_form(consultation, person=None, *, sending=True, draft=None, **changed):
    person = person or make_member()
    return SubmissionForm(
        posted(**{**WORDS, **changed}), person=person, consultation=consultation, draft=draft, sending=sending
    )


def test_submitted_input_requires_theme_and_text(consultation):
    form = input_form(consultation, theme="", title=" ", body="")
    assert form.errors == {
        "theme": ["Choose the main theme of your input."],
        "title": ["Enter a title."],
        "body": ["Enter what you ask for."],
    }
    form = input_form(consultation, title="", body="", sending=False)
    assert form.errors == {}


def test_theme_outside_consultation_is_refused(consultation):
    make_theme("T7")
    assert list(input_form(consultation, theme="T7").errors) == ["theme"]


def test_too_long_field_is_refused_and_kept(consultation):
    form = input_form(consultation, title="t" * 201, body="b" * 20_001, proposed_wording="w" * 5_001)
    assert form.errors == {
        "title": ["The title is 201 characters long. It must be 200 characters or fewer: shorten it by 1."],
        "body": ["The text is 20,001 characters long. It must be 20,000 characters or fewer: shorten it by 1."],
        "proposed_wording": [
            "The wording is 5,001 characters long. It must be 5,000 characters or fewer: shorten it by 1."
        ],
    }
    assert [form[name].value() for name in ("title", "body", "proposed_wording")] == [
        "t" * 201,
        "b" * 20_001,
        "w" * 5_001,
    ]


def test_organisation_field_is_hidden_for_single_membership(consultation):
    organisation = make_stakeholder()
    form = input_form(consultation, make_member(organisation))
    assert form.is_valid()
    assert "organisation" not in form.fields
    assert form.stakeholder == organisation


def test_member_of_two_organisations_must_choose_one(consultation):
    first, second, foreign = make_stakeholder("A first"), make_stakeholder("B second"), make_stakeholder("C")
    person = make_member(second, user=make_member(first))
    assert list(input_form(consultation, person).errors) == ["organisation"]
    assert list(input_form(consultation, person, organisation=str(foreign.pk)).errors) == ["organisation"]
    form = input_form(consultation, person, organisation=str(second.pk))
    assert form.is_valid()
    assert form.stakeholder == second


def test_organisation_cannot_change_after_first_save(consultation):
    person = make_member(make_stakeholder(), user=make_member())
    draft = make_submission(consultation, person.live_memberships[0].stakeholder, state="draft", author=person)
    assert "organisation" not in input_form(consultation, person, draft=draft).fields


def test_form_detects_identical_saved_input(consultation):
    person = make_member()
    organisation = person.live_memberships[0].stakeholder
    draft = make_submission(consultation, organisation, state="draft", author=person, title="A title", body="A text.")
    make_provision("GCM-02", theme=Theme.objects.get(code="T1"))
    same, longer, more = (
        input_form(consultation, person, **changed)
        for changed in ({}, {"body": "A text. "}, {"objectives": ["GCM-02"]})
    )
    for form in (same, longer, more):
        assert form.is_valid()
    assert [form.says_the_same_as(draft) for form in (same, longer, more)] == [True, False, False]


def test_each_audience_has_one_line_explanation(consultation):
    form = SubmissionForm(person=make_member(), consultation=consultation)
    assert [value for value, _label in form.fields["audience"].choices] == ["public", "members", "secretariat"]
    assert "Only the secretariat can read it." in str(form["audience"])


# --- Organisations, people, reasons ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_secretariat_can_invite_clearing_officers():
    asked = {"email": "a@example.org", "role": "clearing_officer"}
    assert list(InviteOfficerForm(asked, person=make_member()).errors) == ["role"]
    assert InviteOfficerForm(asked, person=make_secretariat()).errors == {}


def test_reason_may_be_empty_but_not_unreadable_or_too_long():
    assert ReasonForm({}).is_valid()
    assert ReasonForm({"reason": "r" * 2_001}).problems == [
        "The reason is 2,001 characters long. It must be 2,000 characters or fewer: shorten it by 1."
    ]
    assert len(ReasonForm({"reason": "\0"}).problems) == 1


def test_merge_requires_other_point_and_reason():
    assert MergeForm({}).errors == {
        "reason": ["Enter why they are the same."],
        "into": ["Choose the point that this one duplicates."],
    }


# --- Points ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Only one sentence here", [["Only one sentence here"]]),
        (
            "We ask for a seasonal pass. It should cost nothing! Is that too much?",
            [["We ask for a seasonal pass.", "It should cost nothing! Is that too much?"]],
        ),
        (
            "First line of the text\n\nSecond line of the text",
            [["First line of the text"], ["Second line of the text"]],
        ),
        (
            "They said: “Nobody asked us before this.” (Nobody had, in fact.) So we ask you now.",
            [["They said: “Nobody asked us before this.”", "(Nobody had, in fact.) So we ask you now."]],
        ),
        (
            "Herders cross each year. [[Two were beaten.]] They need routes.",
            [["Herders cross each year.", "[[Two were beaten.]]", "They need routes."]],
        ),
        ("The post [[at Moroto]], too, was shut.", [["The post", "[[at Moroto]],", "too, was shut."]]),
        (
            "It began [[on 3 May\nand went on]]. Nobody came.",
            [["It began", "[[on 3 May"], ["and went on]].", "Nobody came."]],
        ),
    ],
)
def test_text_is_split_into_sentences_by_line(text, expected):
    assert passages(text) == expected


@given(st.one_of(st.text(max_size=500), st.text(alphabet="Aa. []\n", max_size=200)))
def test_splitting_keeps_every_character(text):
    assert "".join("".join(s for line in passages(text) for s in line).split()) == "".join(text.split())


@given(st.text(alphabet="Aa.!? ", max_size=2_000))
def test_hostile_text_yields_few_passages(text):
    assert sum(len(line) for line in passages(text)) <= len(text) / 25 + 1


@pytest.fixture
def accepted(consultation):
    body = "We ask for a seasonal pass for herders. It should cost nothing at all.\nThank you for reading this."
    return make_submission(consultation, body=body)


def split_form(submission, **fields):
    data = {"kind": "recommendation", "theme": "T1", **fields}
    return SplitForm(posted(**{f"point-{name}": value for name, value in data.items()}), submission=submission)


def test_point_text_is_marked_sentences(accepted):
    form = split_form(accepted, passages=["0", "2"])
    assert form.is_valid()
    assert form.words["text"] == "We ask for a seasonal pass for herders. Thank you for reading this."


def test_typed_text_overrides_marked_sentences(accepted):
    form = split_form(accepted, passages=["0"], text="A seasonal pass.")
    assert form.is_valid()
    assert form.words["text"] == "A seasonal pass."


def test_point_without_text_is_refused(accepted):
    form = split_form(accepted, text="  ")
    assert form.errors == {"text": ["Mark the sentences of the point, or enter what it says."]}


def test_marked_sentences_that_are_too_long_together_are_refused(consultation):
    long = make_submission(consultation, body="x" * 1_500 + ". Yes this is long too: " + "y" * 600)
    form = split_form(long, passages=["0", "1"])
    assert form.errors == {
        "text": ["The point is 2,124 characters long. It must be 2,000 characters or fewer: shorten it by 124."]
    }


def test_unknown_marked_sentence_is_refused(accepted):
    assert list(split_form(accepted, passages=["7"]).errors) == ["passages", "text"]


def test_point_theme_defaults_to_source_theme(consultation):
    theme = Theme.objects.get(code="T2")
    assert PointForm(themes=consultation.themes.all(), theme=theme)["theme"].value() == "T2"
    form = PointForm({"text": "t", "kind": "finding", "theme": "T1"}, themes=consultation.themes.all(), theme=theme)
    assert form.is_valid()
    assert form.words["theme"].code == "T1"


# --- Lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_unknown_filters_are_ignored():
    theme = make_theme("T1")
    asked = {"words": "pass", "theme": "T1", "state": "accepted"}
    known = {"words": "pass", "theme": theme.pk, "state": "accepted"}
    assert InputFilterForm(asked).filters == {"saved": "all", "order": "oldest", **known}
    unknown = {"words": "a\0b", "theme": "T9", "state": "draft", "saved": "x", "order": "x", "other": "x"}
    assert InputFilterForm(unknown).filters == {"saved": "to-read", "order": "oldest"}
    assert PointFilterForm({}).filters == {}
