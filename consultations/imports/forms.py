"""What an import asks for beside the file."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.forms import ImportForm

from consultations.models import Channel, Consultation, Stakeholder
from consultations.uploads.disk_space import NoRoom, has_room
from ncm_portal import workflow

from .spreadsheets import ENCODINGS, MAX_BYTES, EncodingUnknown, NotReadable, Sheet, encoding_of, read_sheet

CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]


class SpreadsheetForm(ImportForm):
    """The upload of an import: a spreadsheet of bounded size."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["import_file"].label = _("Spreadsheet")
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx,.csv"

    def clean_import_file(self) -> Any:
        """Refuse a file that is too large, or did not arrive, before anything reads it."""
        return _not_too_large(self.cleaned_data["import_file"])


class InputsImportForm(forms.Form):
    """The upload of a spreadsheet of inputs: for which consultation, how and when it came."""

    consultation = forms.ModelChoiceField(
        label=gettext_lazy("Consultation"), queryset=Consultation.objects.all(), empty_label=gettext_lazy("Choose")
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it came"), choices=CHANNELS, widget=forms.RadioSelect)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("For rows that name no day of their own in the column “received”."),
    )
    file = forms.FileField(label=gettext_lazy("Spreadsheet"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}))
    encoding = forms.ChoiceField(
        label=gettext_lazy("Letters of a CSV file"),
        choices=[("", gettext_lazy("Find out")), *ENCODINGS.items()],
        required=False,
        help_text=gettext_lazy("Only if letters looked wrong in a preview, or if you are asked for it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet: Sheet | None = None

    def clean_received_on(self) -> Any:
        """Nothing was received tomorrow."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("This day lies ahead."))
        return day

    def clean_file(self) -> Any:
        """Refuse a file that is too large, or did not arrive, before anything reads it."""
        return _not_too_large(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        """Read the file: what cannot be read is said beside it."""
        data = super().clean()
        if file := data.get("file"):
            try:
                self.content = file.read()
                data["encoding"] = data.get("encoding") or encoding_of(self.content)
                self.sheet = read_sheet(self.content, data["encoding"])
            except EncodingUnknown as error:
                self.add_error("encoding", str(error))
            except (NotReadable, NoRoom) as error:
                self.add_error("file", str(error))
        return data


def _not_too_large(upload: Any) -> Any:
    has_room(upload)
    if upload.size > MAX_BYTES:
        raise ValidationError(_("The file is larger than 4 MB. Split it, or remove pictures from it."))
    return upload


class NamesForm(forms.Form):
    """Which organisations are meant by names that nobody here has: suggested, and confirmed by a person."""

    def __init__(self, *args: Any, suggested: Mapping[str, list[Stakeholder]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = dict(enumerate(suggested))
        for number, (name, bodies) in enumerate(suggested.items()):
            choices = [("", _("None of these: leave its rows out")), *((str(body.pk), body.name) for body in bodies)]
            self.fields[f"name-{number}"] = forms.ChoiceField(
                label=name[:200], choices=choices, required=False, widget=forms.RadioSelect
            )

    @property
    def confirmed(self) -> dict[str, int]:
        """The organisations that were chosen, by the names in the sheet."""
        chosen = {name: self.cleaned_data.get(f"name-{number}") for number, name in self.names.items()}
        return {name: int(pk) for name, pk in chosen.items() if pk}
