"""Form for a public holiday by notice in the Gazette."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.workflow.holidays import problems_with_holiday

from .fields import LineField


class HolidayForm(forms.Form):
    """Form for the day, its name and the notice."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date in the correct format, like 2026-11-30.")},
    )
    name = LineField(
        label=_("Name"), what=_("The name"), max_length=80, error_messages={"required": _("Enter a name.")}
    )
    source = LineField(
        label=_("Gazette notice"),
        what=_("The notice"),
        max_length=300,
        help_text=_("With number and date."),
        error_messages={"required": _("Enter the Gazette notice that declares the day.")},
    )

    def clean_on(self) -> date:
        """Refuse a slip in the year, and a day that is a public holiday already."""
        on = self.cleaned_data["on"]
        if problems := problems_with_holiday(on):
            raise forms.ValidationError(problems)
        return on
