"""What an author writes who does not recognise a point in what became of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import PlainTextField
from consultations.models.feedback import WORDS_LIMIT


class MisreadForm(forms.Form):
    """One reply about one point; the desk must answer it."""

    text = PlainTextField(
        label=_("What your organisation meant"),
        help_text=_("Say what is missing or wrong in what became of it. You can write once; the secretariat answers."),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write what your organisation meant.")},
    )
