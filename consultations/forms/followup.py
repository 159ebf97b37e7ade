"""Forms for the follow-up of a forum: action points, their outcomes, the communiqué and filters."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import ActionPoint, ActionState, Communique, Stakeholder

from .fields import LineField, PlainTextField, choice_field, record_field

TEXT_LIMIT, BODY_LIMIT = 2_000, 20_000


class ActionForm(forms.Form):
    """Form for an action point: who does what by when."""

    text = PlainTextField(
        label=_("What is to be done"),
        max_length=TEXT_LIMIT,
        what=_("What is to be done"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter what needs to be done.")},
    )
    stakeholder = forms.ModelChoiceField(
        Stakeholder.objects.none(),
        required=False,
        label=_("Organisation"),
        empty_label=_("None of them"),
        help_text=_("The organisation sees the action on its own page and in its next letter of invitation."),
    )
    responsible = LineField(
        label=_("Who will do it"), max_length=200, required=False, help_text=_("A person, an office, or both.")
    )
    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date in the correct format, like 2026-11-30.")},
    )

    def __init__(self, *args: Any, action: ActionPoint | None = None, **options: Any) -> None:
        if action:
            names = ("text", "stakeholder", "responsible", "due_on")
            options["initial"] = {name: getattr(action, name) for name in names}
        super().__init__(*args, **options)
        offered = Stakeholder.objects.verified()
        if action and action.stakeholder_id:
            offered |= Stakeholder.objects.filter(pk=action.stakeholder_id)
        record_field(self, "stakeholder").queryset = offered.only("name").order_by("name")

    def clean(self) -> dict[str, Any]:
        """Require somebody who does it."""
        words = self.cleaned_data
        if not self.errors and not words["stakeholder"] and not words["responsible"]:
            self.add_error("stakeholder", _("Choose an organisation or enter who will do it."))
        return words


class ReportForm(forms.Form):
    """Form for the outcome of an action."""

    report = PlainTextField(
        label=_("What came of it"),
        max_length=TEXT_LIMIT,
        what=_("What came of it"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Enter the result.")},
    )


class CommuniqueForm(forms.Form):
    """Form for the text of a communiqué, with the version that its editor started from."""

    body = PlainTextField(
        label=_("Text of the communiqué"),
        max_length=BODY_LIMIT,
        what=_("The text"),
        help_text=_("Leave a blank line between paragraphs. The text is shown as you write it, without formatting."),
        widget=forms.Textarea(attrs={"rows": 24}),
        error_messages={"required": _("Enter the text of the communiqué.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_767, required=False)

    def __init__(self, *args: Any, communique: Communique | None = None, body: str = "", **options: Any) -> None:
        version = communique.version if communique else 0
        options["initial"] = {"body": communique.body if communique else body, "version": version}
        super().__init__(*args, **options)

    def clean_version(self) -> int:
        """Return the version that the editor started from; 0 if it is missing."""
        return self.cleaned_data["version"] or 0


REPORTED, OVERDUE = "reported", "overdue"


class CommitmentFilterForm(forms.Form):
    """Filter form of a list of commitments; unknown values are ignored."""

    organisation = forms.ModelChoiceField(
        Stakeholder.objects.none(), required=False, label=_("Organisation"), empty_label=_("All")
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    STATES = [("", _("All")), *ActionState.choices, (OVERDUE, _("overdue"))]

    def __init__(self, *args: Any, bodies: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "organisation").queryset = bodies
        choice_field(self, "state").choices = [(value, capfirst(str(label))) for value, label in self.STATES]

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DeskCommitmentsForm(CommitmentFilterForm):
    """Filter form for the desk, which also offers commitments reported as done."""

    STATES = [*CommitmentFilterForm.STATES, (REPORTED, _("reported done, to be confirmed"))]
