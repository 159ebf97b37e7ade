"""Forms of the imports."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Channel, Consultation, Stakeholder
from consultations.uploads.disk_space import NoRoom, has_room
from ncm_portal import workflow

from .row_validation import RowReader
from .spreadsheets import ENCODINGS, MAX_BYTES, EncodingUnknown, NotReadable, Sheet, encoding_of, read_sheet
from .submissions import InputReader

CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]


def _not_too_large(upload: UploadedFile) -> None:
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("The file must be 4 MB or smaller. Split it, or remove pictures from it."))


class SpreadsheetField(forms.FileField):
    """Spreadsheet upload of limited size; larger or incomplete files are refused before they are read."""

    widget = forms.FileInput(attrs={"accept": ".xlsx,.csv"})
    default_validators = [has_room, _not_too_large]

    def __init__(self, **options: Any) -> None:
        super().__init__(label=gettext_lazy("Spreadsheet"), **options)


class UploadForm(forms.Form):
    """Spreadsheet upload that is read at once, with errors at its field."""

    place = "file"  # field name
    reader: type[RowReader] | None = None  # validates the sheet as a whole
    sheet: Sheet
    content: bytes

    def clean(self) -> dict[str, Any]:
        """Read the file."""
        data: dict[str, Any] = super().clean() or {}
        if file := data.get(self.place):
            try:
                self.content = file.read()
                data["encoding"] = encoding_of(self.content, data.get("encoding") or "")
                self.sheet = read_sheet(self.content, data["encoding"])
                if self.reader:
                    self.reader.check(self.sheet)
            except EncodingUnknown as error:
                self.add_error("encoding" if "encoding" in self.fields else self.place, str(error))
            except (NotReadable, NoRoom) as error:
                self.add_error(self.place, str(error))
        return data


class RecordsImportForm(UploadForm):
    """Spreadsheet upload in the admin."""

    place = "import_file"
    import_file = SpreadsheetField()


class SheetForm(UploadForm):
    """Spreadsheet upload at the desk, with a choice of the encoding of a CSV file."""

    file = SpreadsheetField()
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV file"),
        choices=[("", gettext_lazy("Detect it automatically")), *ENCODINGS.items()],
        required=False,
        help_text=gettext_lazy("Choose one only if characters looked wrong in the preview, or if you are asked to."),
    )


class InputsImportForm(SheetForm):
    """Spreadsheet upload of inputs: consultation, channel and date of receipt."""

    channel = forms.ChoiceField(label=gettext_lazy("How it arrived"), choices=CHANNELS, widget=forms.RadioSelect)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Used for rows that have no date in the column “received”."),
    )
    reader = InputReader
    field_order = ("channel", "received_on", "file", "encoding")

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consultation"] = forms.ModelChoiceField(
            label=gettext_lazy("Consultation"),
            queryset=Consultation.objects.filter(pk=consultation.pk),
            initial=consultation.slug,
            widget=forms.HiddenInput,
            to_field_name="slug",
        )

    def clean_received_on(self) -> Any:
        """Refuse dates in the future."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("The date must be today or in the past."))
        return day


class ConfirmImportForm(forms.Form):
    """Form with the uploaded spreadsheet to confirm."""

    import_file_name = forms.SlugField(max_length=32, widget=forms.HiddenInput)


class NamesForm(forms.Form):
    """Form to match unknown names to organisations: suggested, then confirmed by a person."""

    def __init__(self, *args: Any, suggested: Mapping[str, list[Stakeholder]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = dict(enumerate(suggested))
        for number, (name, bodies) in enumerate(suggested.items()):
            choices = [("", _("None of these: skip its rows")), *((str(body.pk), body.name) for body in bodies)]
            self.fields[f"name-{number}"] = forms.ChoiceField(
                label=name[:200], choices=choices, required=False, widget=forms.RadioSelect
            )

    @property
    def confirmed(self) -> dict[str, int]:
        """Return the chosen organisations by the names in the sheet."""
        chosen = {name: self.cleaned_data.get(f"name-{number}") for number, name in self.names.items()}
        return {name: int(pk) for name, pk in chosen.items() if pk}
