"""What is typed on the way of a clearance: who clears a paragraph, and what came by letter."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, PlainTextField, reason_field
from consultations.models import Stakeholder
from ncm_portal import workflow
from positions.models import PARAGRAPH_LIMIT, Stance

from .decisions import STANCES, what_a_stance_needs

NOT_SAID = [("", _("The letter says nothing about it")), *STANCES]


class MandateForm(forms.Form):
    """A ministry that is to clear a paragraph as well, or is to clear it no more, and why."""

    ministry = forms.ChoiceField(
        label=_("Ministry"),
        error_messages={"required": _("Choose the ministry"), "invalid_choice": _("Choose the ministry")},
    )
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))

    def __init__(
        self, *args: Any, clearing: Iterable[Stakeholder], others: Iterable[Stakeholder], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        now, free = {str(body.pk): body for body in clearing}, {str(body.pk): body for body in others}
        self.bodies, self.clearing = now | free, now
        groups = [
            (_("Add: it is to clear the paragraph as well"), [(pk, body.name) for pk, body in free.items()]),
            (_("Take out: it clears the paragraph now"), [(pk, body.name) for pk, body in now.items()]),
        ]
        self.fields["ministry"].choices = [("", _("Choose")), *(group for group in groups if group[1])]

    @property
    def words(self) -> dict[str, Any]:
        """What the verb takes beside the paragraph."""
        chosen = self.cleaned_data["ministry"]
        adds = chosen not in self.clearing
        return {"ministry": self.bodies[chosen], "adds": adds, "reason": self.cleaned_data["reason"]}


class LetterForm(forms.Form):
    """What a ministry answered on paper: whose letter it is, and what it says about each paragraph."""

    hide_optional = True

    reference = LineField(
        label=_("Reference of the letter"),
        max_length=80,
        what=_("The reference"),
        error_messages={"required": _("Enter the reference of the letter")},
    )
    signed_by = LineField(
        label=_("Signed by"),
        max_length=200,
        what=_("The name"),
        help_text=_("Name and office, as they stand under the letter."),
        error_messages={"required": _("Enter who signed the letter")},
    )
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the day"), "invalid": _("Enter the day")},
    )

    def __init__(self, *args: Any, stances: Iterable[Stance], **options: Any) -> None:
        super().__init__(*args, **options)
        self.stances = list(stances)
        for number, _stance in enumerate(self.stances):
            self.fields[f"value_{number}"] = forms.ChoiceField(label=_("Stance"), choices=NOT_SAID, required=False)
            self.fields[f"reason_{number}"] = reason_field(label=_("Reason or comment"))
            self.fields[f"proposed_text_{number}"] = PlainTextField(
                label=_("Proposed wording"),
                max_length=PARAGRAPH_LIMIT,
                what=_("The wording"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean_received_on(self) -> date:
        """Nothing was received tomorrow."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("This day lies ahead."))
        return day

    def clean(self) -> dict[str, Any]:
        """Say beside the field what each stance needs, and that words need a stance."""
        data = super().clean() or {}
        for number, _stance in enumerate(self.stances):
            said = self._said(data, number)
            for name, problem in what_a_stance_needs(said):
                self.add_error(f"{name}_{number}", problem)
            if not said["value"] and (said["reason"].strip() or said["proposed_text"].strip()):
                self.add_error(f"value_{number}", _("Choose the stance that goes with these words"))
        if not self.errors and not self.words:
            raise ValidationError(_("Enter what the letter says about at least one paragraph."))
        return data

    def _said(self, data: dict[str, Any], number: int) -> dict[str, str]:
        return {name: data.get(f"{name}_{number}") or "" for name in ("value", "reason", "proposed_text")}

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields about the letter itself."""
        return [self[name] for name in ("reference", "signed_by", "received_on")]

    @property
    def parts(self) -> list[tuple[Stance, list[forms.BoundField]]]:
        """Each paragraph that is asked, with its fields."""
        names = ("value", "reason", "proposed_text")
        return [(stance, [self[f"{name}_{at}"] for name in names]) for at, stance in enumerate(self.stances)]

    @property
    def words(self) -> dict[Any, dict[str, str]]:
        """What the letter says about each paragraph of which it speaks."""
        said = {stance.paragraph: self._said(self.cleaned_data, at) for at, stance in enumerate(self.stances)}
        return {paragraph: words for paragraph, words in said.items() if words["value"]}


CONCURS = [("yes", _("Concurs with the text as it stands")), ("no", _("Does not concur: the text waits"))]


class StepForm(forms.Form):
    """What an office of the chain says to the text; `by_letter` where the secretariat records its letter."""

    hide_optional = True

    concurs = forms.ChoiceField(
        label=_("The office"),
        choices=CONCURS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the office says")},
    )
    text = PlainTextField(
        label=_("Note"),
        help_text=_("Needed where the office does not concur: what stands against the text, and where."),
        max_length=5_000,
        what=_("The note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    letter_reference = LineField(
        label=_("Reference of the letter"),
        max_length=80,
        what=_("The reference"),
        help_text=_("A second officer countersigns it before it counts."),
        error_messages={"required": _("Enter the reference of the letter")},
    )

    def __init__(self, *args: Any, by_letter: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not by_letter:
            del self.fields["letter_reference"]

    def clean(self) -> dict[str, Any]:
        """An office that does not concur says why."""
        data = super().clean() or {}
        if data.get("concurs") == "no" and "text" in data and not data["text"].strip():
            self.add_error("text", _("Enter what stands against the text"))
        return data

    @property
    def words(self) -> dict[str, Any]:
        """What the verb takes."""
        return {**self.cleaned_data, "concurs": self.cleaned_data["concurs"] == "yes"}
