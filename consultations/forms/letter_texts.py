"""Form of a text with merge fields."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.letter_texts import LONGEST_BODY, LONGEST_SUBJECT, problems

from .fields import LineField, PlainTextField, choice_field


class LetterTextForm(forms.Form):
    """Subject and text of a letter or mail, the version that was read, and the record of the preview."""

    record = forms.ChoiceField(label=_("For"), required=False, widget=forms.Select(attrs={"form": "letter"}))
    hide_optional = True
    subject = LineField(
        label=_("Subject"),
        max_length=LONGEST_SUBJECT,
        what=_("The subject"),
        error_messages={"required": _("Enter the subject.")},
    )
    body = PlainTextField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        what=_("The text"),
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": _("Enter the text.")},
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, kind: str, records: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        choice_field(self, "record").choices = records

    def clean(self) -> dict[str, Any]:
        """Check fields and braces; a text that is too long or unreadable has its error already."""
        data = super().clean() or {}
        if "subject" in data and "body" in data:
            for name, words in problems(self.kind, data["subject"], data["body"]):
                self.add_error(name, words)
        return data
