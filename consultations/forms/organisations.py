"""Forms for registering organisations and inviting people to act for them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import County, MembershipRole, NormalEmailFormField, Notices, Stakeholder, User
from consultations.notifications import sms
from consultations.permissions import is_secretariat

from .fields import LineField, PlainTextField, choice_field, record_field


class OrganisationForm(forms.ModelForm):
    """Form to register an organisation."""

    name = LineField(label=_("Name of the organisation"), max_length=250, what=_("The name"))
    short_name = LineField(label=_("Short name"), max_length=60, what=_("The short name"), required=False)
    registration_number = LineField(
        label=_("Registration number"),
        max_length=60,
        what=_("The registration number"),
        required=False,
        help_text=_("As on its certificate. Leave it empty if the organisation is not registered."),
    )
    website = forms.URLField(
        label=_("Website"),
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Enter the address of the website, like www.example.org.")},
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}),
    )
    phone = LineField(
        label=_("Telephone"),
        max_length=40,
        what=_("The number"),
        required=False,
        help_text=_("Of its office. Only the secretariat sees it, and calls if it cannot verify the organisation."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    about = PlainTextField(
        label=_("What the organisation does"),
        max_length=2_000,
        required=False,
        help_text=_("A few sentences that help the secretariat to verify it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    class Meta:
        model = Stakeholder
        fields = [
            "name", "short_name", "group", "county", "registration_number",
            "website", "contact_email", "phone", "about",
        ]  # fmt: skip
        help_texts = {
            "county": _("Where its head office is."),
            "contact_email": _(
                "Use the organisation's address, not your own, so that it stays valid when people leave."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        counties = County.objects.order_by("name")  # by their codes Nairobi would be the last of 47
        record_field(self, "county").queryset = counties

    def clean_phone(self) -> str:
        """Return the number in international format. Raises ValidationError."""
        return phone_number(self.cleaned_data["phone"])

    def clean_name(self) -> str:
        """Refuse the name of a registered organisation: people join it by invitation."""
        name = self.cleaned_data["name"]
        on_register = Q(state=Stakeholder.State.VERIFIED) | Q(code__isnull=False)
        if Stakeholder.objects.filter(on_register, name__iexact=name).exists():
            raise ValidationError(
                _("%(name)s is already on the register. Ask its focal point or the secretariat to invite you."),
                params={"name": name},
            )
        return name


class InviteOfficerForm(forms.Form):
    """Form to invite somebody to act for an organisation. Only the secretariat can name clearing officers."""

    email = NormalEmailFormField(
        label=_("E-mail address"),
        help_text=_("The link we send works once and only for this address."),
        error_messages={
            "required": _("Enter the person's e-mail address."),
            "invalid": _("Enter an e-mail address in the correct format, like name@example.org."),
        },
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        roles = [role for role in MembershipRole if is_secretariat(person) or role != MembershipRole.CLEARING_OFFICER]
        choice_field(self, "role").choices = [(role.value, capfirst(role.label)) for role in roles]
        self.fields["role"].initial = MembershipRole.ALTERNATE


# --- Notices ----------------------------------------------------------------------------------------------------------


NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


def phone_number(typed: str) -> str:
    """Return a phone number in international format; one that starts with 0 is Kenyan. Raises ValidationError."""
    digits = re.sub(r"[\s().-]", "", typed)
    number = f"+254{digits[1:]}" if digits.startswith("0") else digits
    if number and not NUMBER.fullmatch(number):
        raise ValidationError(_("Enter a phone number, like +254 712 345 678 or 0712 345 678."))
    return number


class NoticesForm(forms.Form):
    """Form to choose how to get notices: at once, daily or not at all; with a number for text messages if the portal
    sends them.
    """

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
        help_text=_(
            "We text you receipts, reminders and changes to deadlines. Leave it empty if you do not want text messages."
        ),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        options["initial"] = {"notices": person.notices, "phone": person.phone}
        super().__init__(*args, **options)
        if not sms.is_available():
            del self.fields["phone"]

    def clean_phone(self) -> str:
        """Return the number in international format; a number that starts with 0 is Kenyan. Raises ValidationError."""
        return phone_number(self.cleaned_data["phone"])
