"""How notices come to a person."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import Notices, User
from consultations.notifications import sms

from .fields import LineField

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


class NoticesForm(forms.Form):
    """At once, once a day or not at all; and a number for text messages, where this portal sends any."""

    notices = forms.ChoiceField(
        label=_("Notices by e-mail"),
        choices=[(choice.value, capfirst(choice.label)) for choice in Notices],
        widget=forms.RadioSelect,
    )
    phone = LineField(
        label=_("Phone for text messages"),
        what=_("The number"),
        max_length=40,
        required=False,
        help_text=_("We text you receipts, reminders and changes of a deadline. Leave it empty for no text messages."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, initial={"notices": person.notices, "phone": person.phone}, **options)
        if not sms.is_available():
            del self.fields["phone"]

    def clean_phone(self) -> str:
        """The number in its international form; one that begins with 0 is Kenyan. Raises ValidationError."""
        digits = re.sub(r"[\s().-]", "", self.cleaned_data["phone"])
        number = f"+254{digits[1:]}" if digits.startswith("0") else digits
        if number and not NUMBER.fullmatch(number):
            raise ValidationError(_("This is no phone number. Write it like +254 712 345 678 or 0712 345 678."))
        return number
