"""Convert spreadsheet cells to values, with errors in plain words."""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget, Widget

from consultations.email_addresses import normal_form
from consultations.models import clean_text

MAX_COLUMNS = 40  # of a sheet
Row = list[Any]
Numbered = tuple[int, Row]


class NotReadable(ValueError):
    """Raised for a file that cannot be read as a spreadsheet, with the reason in plain words."""


class NotText(NamedTuple):
    """Cell with a formula or an error instead of text, with a message."""

    why: str

    def __str__(self) -> str:
        return ""


class TextCell(Widget):
    """Cell with clean text."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the text. Raises ValueError for unreadable characters."""
        try:
            return clean_text(str(value)).strip() if value is not None else ""
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error


class AddressCell(TextCell):
    """Cell with an e-mail address, normalised."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the normal form; an empty cell stays empty. Raises ValueError with the reason."""
        text = super().clean(value, row, **kwargs)
        return normal_form(text) if text else ""


class ChoiceCell(Widget):
    """Cell with a value or label of a list of choices, case-insensitive."""

    def __init__(self, choices: Any, default: str = "") -> None:
        super().__init__()
        self.choices, self.default, self.values = choices, default, frozenset(choices.values)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the value. Raises ValueError that lists the choices."""
        text = str(value or "").strip()
        if not text and self.default:
            return self.default
        if text in self.values:
            return text
        for known, label in self.choices.choices:
            if text.lower() == known.lower() or text.lower() == str(label).lower():
                return known
        known = ", ".join(self.choices.values)
        if not text:
            raise ValueError(_("This cell is empty. Enter one of: %(known)s") % {"known": known})
        raise ValueError(_("“%(text)s” is not one of: %(known)s") % {"text": text[:80], "known": known})


class YesNoCell(Widget):
    """Cell with yes or no, in the spellings of people and spreadsheet programs."""

    YES, NO = {"yes", "y", "true", "1", "ndiyo"}, {"", "no", "n", "false", "0", "hapana"}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """Return whether it is yes. Raises ValueError."""
        text = str("" if value is None else value).strip().lower()
        if text in self.YES or text in self.NO:
            return text in self.YES
        raise ValueError(_("“%(text)s” is not “yes” or “no”.") % {"text": text[:80]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the spelling that `clean` accepts."""
        return "yes" if value else "no"


class FoundCell(ForeignKeyWidget):
    """Cell that refers to a row of another table by one column, case-insensitive; looked up once per import."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matches: dict[str, list[Model]] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Model | None:
        """Return the row, or None for an empty cell. Raises ValueError."""
        text = str("" if value is None else value).strip()
        if not text:
            return None
        if text not in self.matches:
            try:
                cleaned = clean_text(text)
            except ValidationError as error:
                raise ValueError(" ".join(error.messages)) from error
            self.matches[text] = list(self.get_queryset(value, row).filter(**{f"{self.field}__iexact": cleaned})[:2])
        if len(self.matches[text]) == 1:
            return self.matches[text][0]
        several, none = _("More than one is called “%(value)s”."), _("There is no %(kind)s called “%(value)s”.")
        words = {"kind": self.model._meta.verbose_name, "value": text[:80]}
        raise ValueError((several if self.matches[text] else none) % words)


class CodesCell(ManyToManyWidget):
    """Cell with codes of another table, separated by semicolons or commas."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, separator="; ", field="code")
        self.known: dict[str, Model] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Model]:
        """Return the rows. Raises ValueError with the unknown codes."""
        codes = [code.strip() for code in str(value or "").replace(",", ";").split(";") if code.strip()]
        if codes and not self.known:
            self.known = {each.code.lower(): each for each in self.model._default_manager.all()}
        unknown = [code for code in codes if code.lower() not in self.known]
        if unknown:
            raise ValueError(_("Unknown: %(codes)s") % {"codes": ", ".join(unknown)[:200]})
        return list(dict.fromkeys(self.known[code.lower()] for code in codes))
