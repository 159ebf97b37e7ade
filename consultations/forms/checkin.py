"""Forms for check-in: search, conflict resolution, queue files and signed registers."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.imports.queue_files import LARGEST
from consultations.models import Delegate
from consultations.workflow import ConflictResolution

from .fields import KeyField, LineField, PlainTextField, choice_field

MOST_NUMBERS = 2_000


class WhoForm(forms.Form):
    """Form to search for a delegate at check-in."""

    who = LineField(
        label=_("Badge number, code or name"),
        max_length=200,
        what=_("What you typed"),
        error_messages={"required": _("Enter a badge number, a code or part of a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "search"}),
    )


class ComeForm(forms.Form):
    """Form to check somebody in by a button."""

    ticket = forms.UUIDField(widget=forms.HiddenInput)
    key = KeyField(required=False)


class SettleForm(forms.Form):
    """Form to resolve a conflicting row of a device."""

    use_required_attribute = False  # the page shows what is missing beside the field
    how = forms.ChoiceField(
        label=_("How do you resolve it?"),
        choices=ConflictResolution.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how to resolve it.")},
    )
    note = PlainTextField(
        label=_("Note"),
        required=False,
        max_length=200,
        what=_("The note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Say what you found out. It is kept with the row and in the journal."),
    )

    def __init__(self, *args: Any, has_check_in: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not has_check_in:
            self.fields["how"] = forms.CharField(widget=forms.HiddenInput, initial=ConflictResolution.NOTE)
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = _("Enter a note: what you found out and what you did.")


class QueueFileForm(forms.Form):
    """Form to upload a check-in queue that a device saved as a file because it had no connection."""

    file = forms.FileField(
        label=_("File from a device"),
        help_text=_("The file that the check-in page saved. Its name ends in .json."),
        error_messages={
            "required": _("Choose the file that the device saved."),
            "empty": _("The file is empty. Save it again on the device."),
        },
    )

    def clean_file(self) -> bytes:
        """Return the content of the file; files much larger than any queue are refused."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("This is not a queue from a device: it is too large."))
        return file.read()


def numbers_in(text: str) -> list[int]:
    """Parse badge numbers from a text like "1-14, 17 20", sorted. Raises ValueError for anything else."""
    result: set[int] = set()
    for part in re.sub(r"\s*[-–]\s*", "-", text.strip()).replace(",", " ").replace(";", " ").split():
        ends = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part, re.ASCII)
        if ends is None:
            raise ValueError(part)
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if last < first or last - first > MOST_NUMBERS:
            raise ValueError(part)
        result.update(range(first, last + 1))
    return sorted(result)


class RegisterForm(forms.Form):
    """Form to enter who signed the register of a half-day: selected by name or entered as badge numbers."""

    signed = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    numbers = LineField(
        label=_("Or enter the badge numbers"),
        required=False,
        max_length=2_000,
        what=_("The list of badge numbers"),
        help_text=_("For example 1-14, 17, 20. They are added to the people you ticked."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, people: Iterable[Delegate], **options: Any) -> None:
        super().__init__(*args, **options)
        people = list(people)
        self.by_badge = {person.badge_number: person.pk for person in people}
        choice_field(self, "signed").choices = [(str(person.pk), person.name) for person in people]
        self.fields["signed"].error_messages["invalid_choice"] = _("Someone you ticked no longer has a seat.")

    def clean_numbers(self) -> list[int]:
        """Return the delegates with the entered badge numbers."""
        try:
            numbers = numbers_in(self.cleaned_data["numbers"])
        except ValueError as part:
            words = {"part": str(part)[:40]}
            raise ValidationError(
                _("“%(part)s” is not a number or a range of numbers. Enter numbers like 1-14, 17."), params=words
            ) from None
        unknown = [str(number) for number in numbers if number not in self.by_badge]
        if unknown:
            raise ValidationError(
                _("Nobody with a seat has badge number %(numbers)s."), params={"numbers": ", ".join(unknown[:10])}
            )
        return [self.by_badge[number] for number in numbers]

    @property
    def ticked(self) -> set[int]:
        """Return the primary keys of all delegates who signed."""
        return {int(pk) for pk in self.cleaned_data["signed"]} | set(self.cleaned_data["numbers"])

    @property
    def unticked(self) -> set[int]:
        """Return the delegates who were ticked when the page was opened and are not ticked any more."""
        shown = {int(pk) for pk in re.findall(r"\d{1,9}", self.cleaned_data["shown"])}
        return shown - self.ticked
