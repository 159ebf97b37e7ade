"""Forms for appointing, closing, reopening, correcting or restoring an account."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import NormalEmailFormField, Office

from .fields import LineField, ReasonForm, reason_field


class AccountActForm(ReasonForm):
    """Form for the reason and, if the act takes one, the new address (`address`: allowed or required)."""

    address = NormalEmailFormField(label=_("New address"), error_messages={"required": _("Enter the new address.")})
    reason = reason_field(_("Enter a reason. It is kept in the journal."))
    field_order = ["address", "reason"]

    def __init__(self, *args: Any, verb: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if verb not in ("correct_address", "restore_access"):
            del self.fields["address"]
        elif verb == "restore_access":
            self.fields["address"].required = False
            self.fields["address"].help_text = _("Only if the person can no longer read mail at the old one.")

    @property
    def values(self) -> dict[str, Any]:
        """Return the arguments of the act other than the reason."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason" and value}


class AppointForm(ReasonForm):
    """Form for a person's office and the reason for the change."""

    office = forms.ChoiceField(
        label=_("Office"),
        choices=lambda: [(value, capfirst(str(label))) for value, label in Office.choices],
        required=False,
        help_text=_("“None” ends the office that the person has."),
    )
    reason = reason_field(_("Enter a reason. It is kept in the journal."))
    field_order = ["office", "reason"]

    @property
    def values(self) -> dict[str, Any]:
        """Return the arguments of the act other than the reason."""
        return {"office": self.cleaned_data["office"]}


class AccountSearchForm(forms.Form):
    """Form to search accounts by part of a name or an address."""

    words = LineField(label=_("Name or e-mail address"), max_length=200, required=False)
