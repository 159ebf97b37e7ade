"""Forms for the meeting: roll call, agreed paragraphs and explanations of position."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from consultations.forms import PlainTextField
from consultations.forms.fields import choice_field
from consultations.models import Stakeholder

VOTES = [("yes", _("Yes")), ("no", _("No")), ("abstain", _("Abstain"))]


class RollCallForm(forms.Form):
    """Form for the vote of each member institution counted as present."""

    def __init__(self, *args: Any, names: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.names = list(names)
        for number, name in enumerate(self.names):
            self.fields[f"vote_{number}"] = forms.ChoiceField(
                label=name,
                choices=VOTES,
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose yes, no or abstain"), "invalid_choice": _("Choose one of these")},
            )

    @property
    def words(self) -> dict[str, str]:
        """Return the vote of each institution by name."""
        return {name: self.cleaned_data[f"vote_{number}"] for number, name in enumerate(self.names)}


class AgreedForm(forms.Form):
    """Form for the paragraphs to which the meeting agrees."""

    paragraphs = forms.MultipleChoiceField(
        label=_("The meeting agrees to"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the paragraphs to which the meeting agrees")},
    )

    def __init__(self, *args: Any, paragraphs: Iterable[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = {str(each.key): each for each in paragraphs}
        named = [(key, f"{each.number}. {Truncator(each.wording.text).words(18)}") for key, each in self.known.items()]
        choice_field(self, "paragraphs").choices = named

    @property
    def words(self) -> list[Any]:
        """Return the chosen paragraphs."""
        return [self.known[key] for key in self.cleaned_data["paragraphs"]]


class ExplanationForm(forms.Form):
    """Form for an organisation's explanation of position on the whole text."""

    stakeholder = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Stakeholder.objects.verified(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the organisation")},
    )
    text = PlainTextField(
        label=_("Explanation of position"),
        help_text=_("As it will appear in the record of adoption."),
        max_length=5_000,
        what=_("The text"),
        error_messages={"required": _("Enter the explanation")},
    )
