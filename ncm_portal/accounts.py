"""Sign-up fields in addition to address and password."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consultations.models import Language, User, clean_text


class SignupForm(forms.Form):
    """Fields added to the page "Create an account". The name is kept exactly as entered."""

    field_order = ["name", "email", "password1", "password2"]
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As it should appear on a list of participants."),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """Return the name without unreadable characters. Raises ValidationError."""
        return clean_text(self.cleaned_data["name"])

    def signup(self, request: HttpRequest, user: User) -> None:
        """Save the name, and the language of the sign-up page."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() if get_language() in Language.values else Language.ENGLISH
        user.save()
