"""Field for the text of a paragraph: which characters are accepted, removed or refused.

Every script is accepted, including right-to-left, in one Unicode form. Meaningless invisible characters are removed.
Characters that would display a different text than the stored one, and HTML, are refused with advice.
"""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.forms import PlainTextField

# Soft hyphen, zero-width space, word joiner and byte order mark, pasted from PDF and Word. The two joiners, U+200C and
# U+200D, are kept: some scripts need them.
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Embeddings, overrides and isolates reorder other text (UTS #55): a text must read as it is stored.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
CODE = re.compile(r"<(?:[ovwm]:\w+|!--\[if|/?(?:p|span|div|td|table|font|style|meta)\b[^<>]*(?:>|$))", re.IGNORECASE)
MOST_MARKS = 4  # combining marks per letter; more overlap the neighbouring lines


class ParagraphField(PlainTextField):
    """Text of a paragraph."""

    def to_python(self, value: Any) -> str:
        """Return clean text without invisible characters. Raises ValidationError with advice for refused ones."""
        text = super().to_python(UNSEEN.sub("", str(value or "")))
        if code := CODE.search(text):
            raise ValidationError(
                _(
                    "The text contains the HTML code of a page (%(code)s). Copy the text "
                    "again and paste it as plain text: Ctrl+Shift+V."
                ),
                code="markup",
                params={"code": code.group()[:40]},
            )
        if turned := TURNING.search(text):
            raise ValidationError(
                _(
                    "The text contains an invisible character that reverses the "
                    "direction of the text after it (%(code)s). Type this passage again: "
                    "right-to-left scripts do not need this character."
                ),
                code="turning",
                params={"code": f"U+{ord(turned.group()):04X}"},
            )
        _check_marks(text)
        return text


def _check_marks(text: str) -> None:
    """Raise ValidationError if a letter has more combining marks than are legible."""
    run, letter = 0, ""
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        letter = letter if run else character
        if run > MOST_MARKS:
            raise ValidationError(
                _("A character has more than %(most)s marks above or below it (%(letter)s). Remove some of them."),
                code="marks",
                params={"most": MOST_MARKS, "letter": letter},
            )
