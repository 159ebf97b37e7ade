"""Filter form of the record of an organisation."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import FilterForm, LineField
from consultations.forms.fields import choice_field
from positions.queries.organisation_record import KINDS, Entry


class RecordFilterForm(FilterForm):
    """Filter form: the kind of entries (a tab), the consultation, and words. Unknown values are ignored."""

    theme = None
    what = forms.ChoiceField(required=False, choices=list(KINDS.items()), widget=forms.HiddenInput)
    consultation = forms.ChoiceField(label=_("Consultation"), required=False)
    organisation = LineField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, entries: Iterable[Entry]) -> None:
        super().__init__(data)
        names = list(dict.fromkeys(entry.consultation for entry in entries))
        choice_field(self, "consultation").choices = [("", _("All")), *((name, name) for name in names)]

    def kept(self, entries: Iterable[Entry], *, of_all_kinds: bool = False) -> list[Entry]:
        """Return the entries that pass the filters; `of_all_kinds` leaves out that of the kind."""
        filters = self.filters
        what = "" if of_all_kinds else filters.get("what", "")
        consultation, words = filters.get("consultation", ""), filters.get("words", "")
        return [
            entry
            for entry in entries
            if what in ("", entry.kind)
            and consultation in ("", entry.consultation)
            and (not words or entry.matches(words))
        ]
