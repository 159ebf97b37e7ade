"""What the portal asks a new person beyond an address and a password."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consultations.models import Language, User, clean_text


class SignupForm(forms.Form):
    """Added to the page "Create an account". The name is kept exactly as it is typed."""

    field_order = ["name", "email", "password1", "password2"]
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("As it should appear on a list of participants."),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        """The name without characters that nobody can read. Raises ValidationError."""
        return clean_text(self.cleaned_data["name"])

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name, and the language of the page on which the person signed up."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() if get_language() in Language.values else Language.ENGLISH
        user.save()
