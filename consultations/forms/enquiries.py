"""Forms for enquiries: the public one, the one of an officer, and those to answer and to close."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import EnquiryChannel, Language, NormalEmailFormField, Unanswered
from consultations.models.enquiries import SUBJECT_LIMIT, TEXT_LIMIT
from consultations.queries.enquiries import OPEN, TABS
from ncm_portal.workflow import now

from .fields import KeyField, LineField, PlainTextField, ReasonForm, choice_field, reason_field
from .organisations import phone_number
from .screening import FilterForm

NO_CONSULTATION = "-"  # the choice of none
NO_ADDRESS = _("Enter an e-mail address or a phone number, so that an answer can be given.")


class ContactForm(forms.Form):
    """Form for a question of anybody. It needs an e-mail address or a phone number."""

    key = KeyField()
    about = forms.ChoiceField(label=_("What is it about?"), required=False)
    subject = LineField(
        label=_("Subject"),
        what=_("The subject"),
        max_length=SUBJECT_LIMIT,
        error_messages={"required": _("Enter what the question is about.")},
    )
    text = PlainTextField(
        label=_("Your question"),
        what=_("The question"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Enter the question.")},
    )
    name = LineField(
        label=_("Your name"),
        what=_("The name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter a name.")},
    )
    organisation = LineField(
        label=_("Organisation"),
        what=_("The name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = NormalEmailFormField(
        label=_("E-mail address"),
        required=False,
        help_text=_("We send the answer there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Enter an e-mail address in the correct format, like name@example.org.")},
    )
    phone = LineField(
        label=_("Phone"),
        what=_("The number"),
        max_length=40,
        required=False,
        help_text=_("If you would rather be called."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, rounds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choice_field(self, "about").choices = [("", _("Not about one consultation")), *rounds]
        if not rounds:
            del self.fields["about"]

    def clean_phone(self) -> str:
        """Return the number in international format."""
        return phone_number(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """Demand an address to which the answer goes."""
        data = self.cleaned_data
        if "email" in data and "phone" in data and not (data["email"] or data["phone"] or self.can_lack_address()):
            self.add_error("email", NO_ADDRESS)
        return data

    def can_lack_address(self) -> bool:
        """Return whether an answer can reach the person in another way."""
        return False

    @property
    def facts(self) -> dict[str, Any]:
        """Return the arguments of the verb, without the consultation."""
        return {name: value for name, value in self.cleaned_data.items() if name != "about"}


class EnquiryForm(ContactForm):
    """Form for a question that an officer enters for somebody: also how and when it arrived, and in which language."""

    channel = forms.ChoiceField(
        label=_("It came by"),
        choices=[(each.value, capfirst(each.label)) for each in EnquiryChannel if each != EnquiryChannel.FORM],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the question arrived.")},
    )
    received_on = forms.DateField(
        label=_("Arrived on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day on which it arrived."), "invalid": _("Enter a date.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    field_order = ["key", "channel", "received_on", "about", "subject", "text", "name", "organisation"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        labels = {"text": _("The question"), "name": _("Who asks")}
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["email"].help_text = _("With an address, the answer is sent from here.")
        self.fields["phone"].help_text = ""
        self.fields["received_on"].initial = timezone.localdate(now())

    def can_lack_address(self) -> bool:
        """Return whether it came by letter or at a forum: the text can hold the postal address."""
        return self.cleaned_data.get("channel") in (EnquiryChannel.LETTER, EnquiryChannel.FORUM)


class AnswerEnquiryForm(forms.Form):
    """Form for the answer to an enquiry."""

    text = PlainTextField(
        label=_("Answer"),
        what=_("The answer"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Enter the answer.")},
    )

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return self.cleaned_data


class DismissEnquiryForm(ReasonForm):
    """Form to close an enquiry without an answer: the cause from a list, and a note for colleagues."""

    because = forms.ChoiceField(
        label=_("Why is there no answer?"),
        choices=[(each.value, capfirst(each.label)) for each in Unanswered],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it is closed without an answer.")},
    )
    reason = reason_field(label=_("Note for colleagues"))
    field_order = ["because", "reason"]

    @property
    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return self.cleaned_data


class MoveEnquiryForm(forms.Form):
    """Form to move an enquiry: the consultation that it is about, or none."""

    to = forms.ChoiceField(
        label=_("What is it about?"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a consultation from the list.")),
    )

    def __init__(self, *args: Any, rounds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choice_field(self, "to").choices = [(NO_CONSULTATION, _("Not about one consultation")), *rounds]


class EnquiryFilterForm(FilterForm):
    """Filter form of enquiries: the tab and words. Without a tab, words are looked for in all of them."""

    theme = None
    words = LineField(label=_("Number, name or words"), max_length=200, required=False)
    saved = forms.ChoiceField(
        required=False, choices=[(code, tab.label) for code, tab in TABS.items()], widget=forms.HiddenInput
    )

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid; without any, those to answer."""
        result = super().filters
        return result or {"saved": OPEN}
