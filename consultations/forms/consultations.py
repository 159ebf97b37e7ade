"""Forms for the moves of a consultation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import ReasonForm


class ExtendForm(ReasonForm):
    """Form for a later deadline with its reason."""

    closes_at = forms.DateTimeField(
        label=_("New deadline (EAT, UTC+3)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    field_order = ["closes_at", "reason"]
