"""Forms to verify a copy by its hash or file."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from consultations.uploads.disk_space import has_room
from positions.verification import LARGEST

HASH = re.compile(r"[0-9a-f]{64}")
PREFIX = re.compile(r"^sha-?256[:=(]*")
GAPS = re.compile(r"[\s\u00a0\u200b.:–-]+")


def hash_in(typed: str) -> str:
    """Return the SHA-256 in entered, pasted or scanned text; "" if there is none.

    Ignores case, spaces and a leading "sha256:"; accepts the full URL of a verify page.
    """
    text = typed.strip().lower()
    whole = HASH.search(text)
    if whole and ("/" in text or " " in text):
        return whole.group()  # a URL, or a line of sha256sum with the file name
    plain = GAPS.sub("", PREFIX.sub("", text)).rstrip(")")
    return plain if HASH.fullmatch(plain) else ""


class HashForm(forms.Form):
    """Form for the hash printed on a copy."""

    hash = forms.CharField(
        label=gettext_lazy("Hash of the copy"),
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=gettext_lazy(
            "64 characters, on the cover of the paper and on its last page. You can leave out the spaces."
        ),
        error_messages={"required": gettext_lazy("Enter the hash that is printed on your copy.")},
    )

    def clean_hash(self) -> str:
        """Return the plain hash. Raises ValidationError with advice."""
        result = hash_in(self.cleaned_data["hash"])
        if not result:
            raise forms.ValidationError(_advice(self.cleaned_data["hash"]))
        return result


def _advice(typed: str) -> str:
    """Return what is wrong with a text that is not a hash."""
    plain = GAPS.sub("", PREFIX.sub("", typed.strip().lower()))
    wrong = sorted(set(re.sub(r"[0-9a-f]", "", plain)))[:5]
    if wrong:
        message = gettext(
            "A hash contains only the digits 0 to 9 and the letters a to f. Check these characters: %(characters)s"
        )
        return message % {"characters": " ".join(wrong)}
    message = gettext("A hash has 64 characters, and you entered %(count)s. Copy all sixteen groups of four.")
    return message % {"count": len(plain)}


TOO_LARGE = gettext_lazy(
    "The file is larger than 64 MB, which is more than any file that we publish. Check "
    "that you chose the right file. You can compute the hash of a larger file with the "
    "tools below."
)


class FileForm(forms.Form):
    """Form for a file to verify, whose type is determined from its content."""

    use_required_attribute = False

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Any file of a position paper. You can drag and drop it here."),
        allow_empty_file=True,
        validators=[has_room],
        error_messages=dict.fromkeys(["required", "invalid", "missing"], gettext_lazy("Choose a file first.")),
        widget=forms.FileInput,
    )

    def clean_file(self) -> Any:
        """Return the file. Raises ValidationError if it is empty or larger than any published file."""
        file = self.cleaned_data["file"]
        if not file.size:
            raise forms.ValidationError(gettext("The file is empty. Check that you chose the right one."))
        if file.size > LARGEST:
            raise forms.ValidationError(TOO_LARGE)
        return file
