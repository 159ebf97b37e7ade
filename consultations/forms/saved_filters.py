"""Form to name a filter of a list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models.saved_filters import NAME_LIMIT, QUERY_LIMIT
from consultations.queries.saved_filters import normal_query

from .fields import LineField


class FilterNameForm(forms.Form):
    """Form for the name of a saved filter."""

    name = LineField(
        label=_("Name of the filter"),
        max_length=NAME_LIMIT,
        what=_("The name"),
        error_messages={"required": _("Enter a name for the filter.")},
    )


class SaveFilterForm(FilterNameForm):
    """Form for a new filter: its name, and the query string of the list, which the page fills in."""

    query = LineField(required=False, max_length=QUERY_LIMIT, widget=forms.HiddenInput)

    def clean_query(self) -> str:
        """Return the query string in its normal form."""
        return normal_query(self.cleaned_data["query"])
