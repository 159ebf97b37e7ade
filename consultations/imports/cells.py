"""How one cell of a spreadsheet becomes a value: in plain words when it does not."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget, Widget

from consultations.email_addresses import normal_form
from consultations.models import clean_text


class TextCell(Widget):
    """Clean text, whatever the cell holds."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the text. Raises ValueError for characters that nobody can read."""
        try:
            return clean_text(str(value)).strip() if value is not None else ""
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error


class AddressCell(TextCell):
    """An e-mail address, in its normal form."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the normal form; an empty cell stays empty. Raises ValueError that says what is wrong."""
        text = super().clean(value, row, **kwargs)
        return normal_form(text) if text else ""


class ChoiceCell(Widget):
    """A value or a label of a list of choices, in any case of letters."""

    def __init__(self, choices: Any, default: str = "") -> None:
        super().__init__()
        self.choices, self.default, self.values = choices, default, frozenset(choices.values)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        """Return the value. Raises ValueError that lists what may stand there."""
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
    """Yes or no, as people and spreadsheet programs write it."""

    YES, NO = {"yes", "y", "true", "1", "ndiyo"}, {"", "no", "n", "false", "0", "hapana"}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        """Return whether it says yes. Raises ValueError."""
        text = str("" if value is None else value).strip().lower()
        if text in self.YES or text in self.NO:
            return text in self.YES
        raise ValueError(_("“%(text)s” is not “yes” or “no”.") % {"text": text[:80]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Write it as it may be read again."""
        return "yes" if value else "no"


class FoundCell(ForeignKeyWidget):
    """A row of another table that is found by one column, in any case of letters; looked up once for each import."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: dict[str, list[Model]] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Model | None:
        """Return the row, or None for an empty cell. Raises ValueError."""
        text = str("" if value is None else value).strip()
        if not text:
            return None
        if text not in self.found:
            try:
                wanted = clean_text(text)
            except ValidationError as error:
                raise ValueError(" ".join(error.messages)) from error
            self.found[text] = list(self.get_queryset(value, row).filter(**{f"{self.field}__iexact": wanted})[:2])
        if len(self.found[text]) == 1:
            return self.found[text][0]
        several, none = _("More than one is called “%(value)s”."), _("There is no %(kind)s called “%(value)s”.")
        words = {"kind": self.model._meta.verbose_name, "value": text[:80]}
        raise ValueError((several if self.found[text] else none) % words)


class CodesCell(ManyToManyWidget):
    """Codes of another table, with a semicolon or a comma between them."""

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, separator="; ", field="code")
        self.known: dict[str, Model] = {}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[Model]:
        """Return the rows. Raises ValueError that names the unknown codes."""
        codes = [code.strip() for code in str(value or "").replace(",", ";").split(";") if code.strip()]
        if codes and not self.known:
            self.known = {each.code.lower(): each for each in self.model._default_manager.all()}
        unknown = [code for code in codes if code.lower() not in self.known]
        if unknown:
            raise ValueError(_("Unknown: %(codes)s") % {"codes": ", ".join(unknown)[:200]})
        return list(dict.fromkeys(self.known[code.lower()] for code in codes))
