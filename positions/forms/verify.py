"""What somebody types, pastes or scans to verify a copy."""

import re

from django import forms
from django.utils.translation import gettext, gettext_lazy

HASH = re.compile(r"[0-9a-f]{64}")
PREFIX = re.compile(r"^sha-?256[:=(]*")
GAPS = re.compile(r"[\s\u00a0\u200b.:–-]+")


def hash_in(typed: str) -> str:
    """The SHA-256 in what somebody typed, pasted or scanned; "" where there is none.

    Capitals, gaps and a leading "sha256:" do not matter; the whole address of a verify page will do.
    """
    text = typed.strip().lower()
    whole = HASH.search(text)
    if whole and ("/" in text or " " in text):
        return whole.group()  # an address, or a line of sha256sum with the file's name
    plain = GAPS.sub("", PREFIX.sub("", text)).rstrip(")")
    return plain if HASH.fullmatch(plain) else ""


class HashForm(forms.Form):
    """One field: the hash that is printed on the copy."""

    hash = forms.CharField(
        label=gettext_lazy("Hash of the copy"),
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        help_text=gettext_lazy(
            "64 letters and digits, on the cover of the paper and on its last page. Spaces do not matter."
        ),
        error_messages={"required": gettext_lazy("Enter the hash that is printed on your copy.")},
    )

    def clean_hash(self) -> str:
        """The bare hash. Raises ValidationError that says what to do."""
        found = hash_in(self.cleaned_data["hash"])
        if not found:
            raise forms.ValidationError(_advice(self.cleaned_data["hash"]))
        return found


def _advice(typed: str) -> str:
    """Say what is wrong with a text that is not a hash."""
    plain = GAPS.sub("", PREFIX.sub("", typed.strip().lower()))
    wrong = sorted(set(re.sub(r"[0-9a-f]", "", plain)))[:5]
    if wrong:
        said = gettext("A hash has only the digits 0 to 9 and the letters a to f. Check: %(characters)s")
        return said % {"characters": " ".join(wrong)}
    said = gettext("A hash has 64 characters, and this has %(count)s. Copy all sixteen groups of four.")
    return said % {"count": len(plain)}
