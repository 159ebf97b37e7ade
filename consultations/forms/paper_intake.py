"""Forms for inputs that came on paper or by mail, typed by the secretariat."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Audience,
    Channel,
    Consultation,
    Language,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from consultations.permissions import is_head
from consultations.redaction import badly_marked
from ncm_portal import workflow

from .fields import (
    KeyField,
    LineField,
    ObjectivesField,
    OneChoiceField,
    PlainTextField,
    field_of,
    reason_field,
    record_field,
)

CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]
WORDS = ("theme", "title", "body", "proposed_wording", "language", "audience")


class TypedForm(forms.Form):
    """Form for the text of an input, copied word for word from the original."""

    theme = forms.ModelChoiceField(
        Theme.objects.order_by("order"), to_field_name="code", label=gettext_lazy("Main theme"), empty_label=_("Choose")
    )
    objectives = ObjectivesField()
    title = LineField(label=gettext_lazy("Title"), max_length=200, what=gettext_lazy("The title"))
    body = PlainTextField(
        label=gettext_lazy("Text"),
        max_length=BODY_LIMIT,
        help_text=gettext_lazy(
            "Copy the text word for word. Put [[ and ]] around passages that the author wants held back."
        ),
    )
    proposed_wording = PlainTextField(
        label=gettext_lazy("Proposed wording"),
        max_length=WORDING_LIMIT,
        what=gettext_lazy("The wording"),
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the text"), choices=Language.choices, widget=forms.RadioSelect, initial="en"
    )
    audience = OneChoiceField(label=gettext_lazy("Readers of the text"), choices=Audience.choices, initial="public")

    def __init__(self, *args: Any, typed: Submission | None = None, **options: Any) -> None:
        if typed:
            result = {name: getattr(typed, name) for name in WORDS} | {"theme": typed.theme.code}
            options["initial"] = {**result, "objectives": [each.code for each in typed.provisions.all()]}
        super().__init__(*args, **options)
        field_of(self, "objectives", ObjectivesField).offer(str(self["theme"].value() or ""))

    def clean(self) -> dict[str, Any]:
        """Refuse unbalanced brackets of held-back passages."""
        data = super().clean() or {}
        for name in ("body", "proposed_wording"):
            if wrong := badly_marked(data.get(name, "")):
                words = _("Near “%(words)s”: every [[ needs a ]], and none can be inside another") % {"words": wrong}
                self.add_error(name, words)
        return data

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verbs store: the fields and `provisions`."""
        return {"provisions": self.cleaned_data["objectives"], **{name: self.cleaned_data[name] for name in WORDS}}


class IntakeForm(TypedForm):
    """Form for an input that came on paper or by mail: sender, channel, date and text."""

    field_order = ["key", "consultation", "organisation", "channel", "received_on", "late_reason"]

    key = KeyField(required=False)
    consultation = forms.ModelChoiceField(
        Consultation.objects.none(),
        to_field_name="slug",
        label=gettext_lazy("Consultation"),
        widget=forms.HiddenInput,
    )
    organisation = forms.ModelChoiceField(
        Stakeholder.objects.verified(), label=gettext_lazy("Organisation"), empty_label=gettext_lazy("Choose")
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it arrived"), choices=CHANNELS, widget=forms.RadioSelect)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        help_text=gettext_lazy("Only the head of the secretariat can allow an input that arrived after the deadline."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    late_reason = reason_field(
        label=gettext_lazy("Why it is allowed"),
        help_text=gettext_lazy(
            "Only for an input that arrived after the deadline. Everyone can read the reason beside the input."
        ),
    )

    def __init__(self, *args: Any, by: User, consultation: Consultation, sender: str = "", **options: Any) -> None:
        super().__init__(*args, **options, initial={"consultation": consultation.slug, "organisation": sender})
        known = Consultation.objects.exclude(state__in=["draft", "archived"])
        record_field(self, "consultation").queryset = known.filter(pk=consultation.pk)
        if not is_head(by):
            del self.fields["late_reason"]

    def clean_received_on(self) -> date:
        """Refuse dates in the future."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("The date must be today or in the past."))
        return day

    def clean(self) -> dict[str, Any]:
        """Require a theme of the consultation."""
        data = super().clean()
        consultation, theme = data.get("consultation"), data.get("theme")
        if consultation and theme and not consultation.themes.filter(pk=theme.pk).exists():
            self.add_error("theme", _("This consultation does not ask about this theme. Choose another theme."))
        return data
