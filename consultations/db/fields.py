"""Model fields for clean text: no control characters, no lone surrogates, one Unicode normal form."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.bidi import without_controls
from consultations.lookalikes import LONGEST, skeleton

# Controls other than line feed and tab, lone surrogates, and the last two code points of each plane.
UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    + "".join(chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
    + "]"
)
PLAIN = re.compile(r"[\t\n -~]*")  # fast path for most input: ASCII cannot be unreadable or decomposed


def clean_text(value: str) -> str:
    """Return `value` with unified line ends in Unicode form NFC (UAX #15); names are not changed otherwise.

    Raises ValidationError for unreadable characters: controls, lone surrogates and noncharacters.
    """
    if PLAIN.fullmatch(value):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if UNREADABLE.search(value):
        codes = ", ".join(sorted(f"U+{ord(character):04X}" for character in set(UNREADABLE.findall(value)))[:5])
        raise ValidationError(
            _("The text contains characters that cannot be shown (%(codes)s). Remove them and send it again."),
            code="unreadable",
            params={"codes": codes},
        )
    return unicodedata.normalize("NFC", value)


def _cleaned(value: Any) -> Any:
    return clean_text(value) if isinstance(value, str) else value


class CleanCharField(models.CharField):
    """One line of clean text. Direction controls are removed from new input.

    Stored values are saved unchanged, because hashes depend on them.
    """

    def to_python(self, value: Any) -> Any:
        return _cleaned(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _cleaned(super().get_prep_value(value))

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(without_controls(value) if isinstance(value, str) else value, model_instance)


class CleanTextField(models.TextField):
    """Clean multi-line text; forms and model validation enforce `max_length`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def to_python(self, value: Any) -> Any:
        return _cleaned(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _cleaned(super().get_prep_value(value))


class SkeletonField(models.CharField):
    """Skeleton of the name in the field `of`, used to find look-alike names; updated on each save."""

    def __init__(self, *args: Any, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": LONGEST, "editable": False, "default": "", **kwargs})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = skeleton(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value
