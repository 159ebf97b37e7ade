"""What is typed in during a review round: its closing hour, other words for a paragraph, what is decided on them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import reason_field
from consultations.models import Stakeholder

from .decisions import moment_field
from .drafting import paragraph_text


class RoundForm(forms.Form):
    """Until when members may propose amendments."""

    closes_at = moment_field(_("The round closes on"), _("Day and hour in Nairobi (EAT, UTC+3)."))


class AmendmentForm(forms.Form):
    """Other words for a paragraph, proposed in the name of a member organisation."""

    sponsor = forms.ChoiceField(label=_("In the name of"))
    text = paragraph_text(help_text=_("Change the words as they should read. The whole paragraph stands here."))
    reason = reason_field(
        _("Say why: the drafters and the other members will read it."),
        help_text=_("The drafters and the other members read it."),
    )
    round = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)

    def __init__(self, *args: Any, sponsors: Iterable[Stakeholder], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sponsors = {str(body.pk): body for body in sponsors}
        self.fields["sponsor"].choices = [(pk, body.name) for pk, body in self.sponsors.items()]
        if len(self.sponsors) == 1:
            del self.fields["sponsor"]

    @property
    def words(self) -> dict[str, Any]:
        """What the verb stores of an amendment."""
        chosen = self.cleaned_data.get("sponsor") or next(iter(self.sponsors))
        return {
            "sponsor": self.sponsors[chosen],
            "text": self.cleaned_data["text"],
            "reason": self.cleaned_data["reason"],
        }


class AcceptForm(forms.Form):
    """Take proposed words into the text."""

    reason = reason_field(help_text=_("The sponsor reads it."))


class FitForm(forms.Form):
    """Take proposed words into a paragraph that changed meanwhile; `base` is the wording they were fitted to."""

    text = paragraph_text(help_text=_("What the paragraph shall say."))
    reason = reason_field(
        _("Say how the proposed words were fitted in: the sponsor will read it."),
        help_text=_("How the proposed words were fitted in. The sponsor reads it."),
    )
    base = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class DeclineForm(forms.Form):
    """Leave the text as it is."""

    reason = reason_field(
        _("Say why the words are not taken: the sponsor will read it."), help_text=_("The sponsor reads it.")
    )
