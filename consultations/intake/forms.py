"""What an import asks for beside the file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.forms import ConfirmImportForm, ImportForm

from consultations.models import Channel, Consultation
from ncm_portal import workflow

from .spreadsheets import MAX_BYTES

CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]


class SpreadsheetForm(ImportForm):
    """The upload of an import: a spreadsheet of bounded size."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["import_file"].label = _("Spreadsheet")
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx,.csv"

    def clean_import_file(self) -> Any:
        """Refuse a file that is too large before anything reads it."""
        upload = self.cleaned_data["import_file"]
        if upload.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 4 MB. Split it, or remove pictures from it."))
        return upload


class SubmissionImportForm(SpreadsheetForm):
    """The upload of a spreadsheet of inputs: for which consultation, how and when it came."""

    consultation = forms.ModelChoiceField(
        label=gettext_lazy("Consultation"), queryset=Consultation.objects.all(), empty_label=gettext_lazy("Choose")
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it came"), choices=CHANNELS)
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_received_on(self) -> Any:
        """Nothing was received tomorrow."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("This day lies ahead."))
        return day


class SubmissionConfirmForm(ConfirmImportForm):
    """Carries the choices of the upload over to the confirmation."""

    consultation = forms.ModelChoiceField(queryset=Consultation.objects.all(), widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=CHANNELS, widget=forms.HiddenInput)
    received_on = forms.DateField(widget=forms.HiddenInput)
