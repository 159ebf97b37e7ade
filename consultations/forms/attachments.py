"""Forms for uploading a file: selected on a page, or sent in chunks by JavaScript."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.uploads.disk_space import has_room

ACCEPTED = ".pdf,.docx,.odt,.xlsx,.jpg,.jpeg,.png"
ACCEPTED_ORIGINALS = f"{ACCEPTED},.eml"


class FileForm(forms.Form):
    """Form with the uploaded file. Everything about the file is determined from its content later."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        validators=[has_room],
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": _("Choose a file first."),
            "invalid": _("Choose a file first."),
            "missing": _("Choose a file first."),
        },
    )

    def __init__(self, *args: Any, mails: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if mails:
            self.fields["file"].widget.attrs["accept"] = ACCEPTED_ORIGINALS


class PieceForm(forms.Form):
    """Form with the next chunk of a file, its offset and the total size of the file."""

    offset = forms.IntegerField(min_value=0, max_value=2**53)
    size = forms.IntegerField(min_value=0, max_value=2**53)
    name = forms.CharField(max_length=1000, required=False)
    piece = forms.FileField(allow_empty_file=True, validators=[has_room])

    def clean_piece(self) -> bytes:
        """Return the bytes, limited to the maximum size of a chunk."""
        piece: Any = self.cleaned_data["piece"]
        if piece.size > LARGEST_PIECE:
            raise forms.ValidationError(_("The files are too large to send together. Send fewer at a time."))
        return piece.read()


LARGEST_PIECE = 2 * 1024 * 1024
