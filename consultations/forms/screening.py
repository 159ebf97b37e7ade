"""Forms for screening: decisions with reasons, questions, answers and bulk actions."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Group,
    Office,
    PointKind,
    PointState,
    Question,
    SetAsideReason,
    Stakeholder,
    StakeholderState,
    SubmissionState,
    User,
)
from consultations.models.feedback import WORDS_LIMIT
from consultations.queries.screening import ALL, NEWEST, OLDEST, TABS, WAITS
from consultations.queries.submissions import theme_choices

from .fields import LineField, PlainTextField, ReasonForm, reason_field, record_field

MOST_QUESTIONS = 4
TO_VERIFY = "to-verify"  # the tab of organisations that wait for verification


class WhyForm(ReasonForm):
    """Form for a required reason."""

    reason = reason_field(_("Enter a reason. It is kept in the journal."))


class ReturnForm(ReasonForm):
    """Form to return an input: the reason and the questions for its author."""

    reason = reason_field(_("Enter what is missing. The author will read it."), label=_("What is missing?"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(1, MOST_QUESTIONS + 1):
            self.fields[f"question_{number}"] = PlainTextField(
                label=_("Question %(number)s") % {"number": number},
                max_length=WORDS_LIMIT,
                what=_("The question"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        questions = [self.cleaned_data[f"question_{number}"] for number in range(1, MOST_QUESTIONS + 1)]
        return {"reason": self.cleaned_data["reason"], "questions": [text for text in questions if text.strip()]}


class SetAsideForm(ReasonForm):
    """Form to set an input aside: a reason from the list and an explanation for its author."""

    set_aside_for = forms.ChoiceField(
        label=_("Why is it set aside?"),
        choices=lambda: [
            ("", _("Choose")),
            *((value, capfirst(str(label))) for value, label in SetAsideReason.choices),
        ],
        error_messages={"required": _("Choose a reason from the list.")},
    )
    reason = reason_field(_("Enter a reason. The author will read it."), label=_("Explanation for the author"))
    field_order = ["set_aside_for", "reason"]

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return self.cleaned_data


def officers_by_name() -> QuerySet[User]:
    """Return the people of the secretariat who can sign in."""
    return User.objects.filter(office__in=[Office.SECRETARIAT, Office.HEAD], is_active=True).order_by("name", "pk")


class AssignForm(forms.Form):
    """Form to assign an input to an officer."""

    hide_optional = True
    to = forms.ModelChoiceField(
        User.objects.none(), required=False, label=_("Assigned to"), empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "to").queryset = officers_by_name()

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return self.cleaned_data


class NothingMoreForm(forms.Form):
    """Empty form for a bulk action without input."""

    arguments: dict[str, Any] = {}  # always left empty


class AnswersForm(forms.Form):
    """Form for the answers to the questions about a returned input; empty ones can be answered later."""

    hide_optional = True

    def __init__(self, *args: Any, questions: Iterable[Question], **options: Any) -> None:
        super().__init__(*args, **options)
        self.questions = list(questions)
        for question in self.questions:
            self.fields[f"answer_{question.pk}"] = PlainTextField(
                label=question.text,
                max_length=WORDS_LIMIT,
                what=_("The answer"),
                required=False,
                initial=question.answer,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def given(self) -> list[tuple[Question, str]]:
        """Return the questions with new answers."""
        result = [(question, self.cleaned_data[f"answer_{question.pk}"]) for question in self.questions]
        return [(question, answer) for question, answer in result if answer.strip() not in ("", question.answer)]


class AnswerForm(forms.Form):
    """Form to answer an organisation that reported a misread point."""

    answer = PlainTextField(
        label=_("Answer"),
        max_length=WORDS_LIMIT,
        what=_("The answer"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter the answer.")},
    )


class SilentForm(forms.Form):
    """Filter form of organisations without an input. Unknown values are ignored."""

    group = forms.ChoiceField(label=_("Group"), required=False, choices=lambda: [("", _("All")), *Group.choices])
    last = forms.ChoiceField(
        label=_("Last letter"),
        required=False,
        choices=[
            ("", _("All")),
            ("never", _("Not asked yet")),
            ("week", _("A week ago or more")),
            ("today", _("Today")),
        ],
    )
    draft = forms.ChoiceField(
        label=_("Has started a draft"), required=False, choices=[("", _("All")), ("yes", _("Yes")), ("no", _("No"))]
    )

    @property
    def filters(self) -> dict[str, str]:
        """Return the filters that are set and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class LettersForm(forms.Form):
    """Form to choose the organisations to write to."""

    bodies = forms.ModelMultipleChoiceField(
        Stakeholder.objects.all(), error_messages={"required": _("Choose at least one organisation.")}
    )


# --- Filters of lists -------------------------------------------------------------------------------------------------


def _theme_options() -> list[tuple[str, Any]]:
    return [("", _("All")), *((choice.code, choice.name) for choice in theme_choices())]


def _theme_keys() -> dict[str, int]:
    return {choice.code: choice.pk for choice in theme_choices()}


class FilterForm(forms.Form):
    """Base filter form of lists at the desk. Unknown values are ignored."""

    words = LineField(label=_("Words"), max_length=200, required=False)
    theme: forms.Field | None = forms.TypedChoiceField(
        label=_("Theme"), required=False, choices=_theme_options, coerce=lambda code: _theme_keys()[code]
    )

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _all_or(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", _("All")), *((value, capfirst(str(label))) for value, label in choices if value != "draft")]


def _officers() -> list[tuple[str, Any]]:
    officers = officers_by_name().values_list("pk", "name")
    known = [("", _("Anybody")), ("me", _("Me")), ("nobody", _("Nobody yet"))]
    return [*known, *((str(pk), name) for pk, name in officers)]


class InputFilterForm(FilterForm):
    """Filter form of inputs: the tab, filters, and the order."""

    saved = forms.ChoiceField(
        required=False, choices=[(code, tab.label) for code, tab in TABS.items()], widget=forms.HiddenInput
    )
    organisation = LineField(label=_("Organisation"), max_length=200, required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(SubmissionState.choices))
    assigned = forms.ChoiceField(label=_("Assigned to"), required=False, choices=_officers)
    since = forms.DateField(label=_("Sent from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Sent until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[(OLDEST, _("Oldest first")), (NEWEST, _("Newest first")), (WAITS, _("Waits longest first"))],
    )
    field_order = ["words", "organisation", "theme", "state", "assigned", "since", "until", "order"]

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid. Without any, the list shows what is to read; with a filter and no
        tab, all inputs.
        """
        result = super().filters
        narrowing = set(result) - {"order", "saved"}
        return {"saved": ALL if narrowing else "to-read", "order": OLDEST, **result}


class PointFilterForm(FilterForm):
    """Filter form of points."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: _all_or(PointKind.choices))
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(PointState.choices))


class OrganisationFilterForm(FilterForm):
    """Filter form of organisations: the tab, and filters."""

    theme = None
    saved = forms.ChoiceField(required=False, choices=[(TO_VERIFY, TO_VERIFY)], widget=forms.HiddenInput)
    group = forms.ChoiceField(label=_("Group"), required=False, choices=lambda: _all_or(Group.choices))
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(StakeholderState.choices))
