"""Form of the letterhead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Letterhead

from .fields import LineField, PlainTextField

MOST_LINES = 4


class LetterheadForm(forms.ModelForm):
    """Lines, contact, signatory, sender and address for replies; a logo can be added, replaced or removed."""

    logo_file = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG or JPEG, up to 1 MB. It is printed up to 2 cm high.")
    )
    removes_logo = forms.BooleanField(label=_("Print no logo"), required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Letterhead
        fields = ("lines", "contact", "signatory_name", "signatory_title", "sender_name", "reply_to")
        field_classes = {
            "lines": PlainTextField,
            **dict.fromkeys(("contact", "signatory_name", "signatory_title", "sender_name"), LineField),
        }
        widgets = {"lines": forms.Textarea(attrs={"rows": 4})}

    def clean_lines(self) -> str:
        """Demand few lines."""
        lines: Any = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("Enter up to 4 lines."))
        return "\n".join(lines)
