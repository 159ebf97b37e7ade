"""Forms for the secretariat's work on the delegates of a forum."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.imports import SheetForm, SpreadsheetField
from consultations.imports.delegates import DelegateReader
from consultations.models import County, Delegate, DelegateRole, DelegateState, Forum, Group, NormalEmailFormField, Sex

from .fields import LineField
from .screening import FilterForm


def _choices(choices: Iterable[tuple[str, Any]], first: Any) -> list[tuple[str, Any]]:
    return [("", first), *((value, capfirst(str(label))) for value, label in choices)]


class DelegateFilterForm(FilterForm):
    """Filter form of the list of delegates."""

    theme = None
    group = forms.ChoiceField(
        label=gettext_lazy("Group"), required=False, choices=lambda: _choices(Group.choices, _("All"))
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=lambda: _choices(DelegateState.choices, _("All"))
    )
    badge = forms.ChoiceField(
        label=gettext_lazy("Badge"),
        required=False,
        choices=lambda: [("", _("All")), ("to_print", _("To print")), ("to_take_back", _("To take back"))],
    )


class PersonForm(forms.Form):
    """Form for a person who sits in for another; the name is kept exactly as entered."""

    name = LineField(
        label=gettext_lazy("Name"),
        what=gettext_lazy("The name"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    title = LineField(label=gettext_lazy("Title"), what=gettext_lazy("The title"), max_length=200, required=False)
    email = NormalEmailFormField(label=gettext_lazy("E-mail"), required=False)


class DelegateForm(PersonForm):
    """Form to edit a delegate."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=lambda: [(value, capfirst(str(label))) for value, label in DelegateRole.choices],
    )
    county = forms.ModelChoiceField(County.objects.order_by("name"), label=gettext_lazy("County"), required=False)
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        required=False,
        choices=lambda: _choices(Sex.choices, _("Not stated")),
        help_text=gettext_lazy("Only if the person stated it."),
    )
    access_needs = LineField(
        label=gettext_lazy("Access needs"),
        what=gettext_lazy("The access needs"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A ramp, a sign language interpreter, large print."),
    )

    @staticmethod
    def says(delegate: Delegate) -> dict[str, Any]:
        """Return the initial values of the form."""
        return {name: getattr(delegate, name) for name in DelegateForm.base_fields}


class SeatsForm(forms.Form):
    """Form for the seats of a forum and the seats and reserve-list places of each group."""

    def __init__(self, *args: Any, forum: Forum, **options: Any) -> None:
        planned = {row.group: row for row in forum.quotas.all()}
        super().__init__(*args, **options)
        self.fields["seats"] = _number(_("Seats of the forum"), initial=forum.seats, required=True)
        for group, label in Group.choices:
            row = planned.get(group)
            self.fields[f"seats-{group}"] = _number(_("Seats: %s") % label, initial=row.seats if row else None)
            self.fields[f"reserve-{group}"] = _number(_("Reserve: %s") % label, initial=row.reserve if row else None)

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Return the name and the two fields of each group."""
        return [(label, self[f"seats-{group}"], self[f"reserve-{group}"]) for group, label in Group.choices]

    @property
    def groups(self) -> dict[str, tuple[int, int]]:
        """Return the groups with planned seats or places."""
        given = {group: (self.cleaned_data[f"seats-{group}"], self.cleaned_data[f"reserve-{group}"]) for group in Group}
        return {str(group): (pair[0] or 0, pair[1] or 0) for group, pair in given.items() if pair != (None, None)}


def _number(label: str, *, initial: int | None, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=5_000,
        required=required,
        initial=initial,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "few"}),
        error_messages={"invalid": _("Enter a whole number.")},
    )


class TwinsForm(forms.Form):
    """Form to merge two entries of one person: choose the right value of each field."""

    def __init__(self, *args: Any, pair: tuple[Delegate, Delegate], names: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        labels = {field.name: field.verbose_name for field in Delegate._meta.concrete_fields}
        for name in names:
            shown = [(str(each.pk), self._value(each, name)) for each in pair]
            if shown[0][1] != shown[1][1]:
                better = next((pk for pk, words in shown if words != _("nothing")), shown[0][0])
                label = capfirst(str(labels[name]))
                self.fields[name] = forms.ChoiceField(
                    label=label, choices=shown, initial=better, widget=forms.RadioSelect,
                    error_messages={"required": _("Choose one of the two options.")},
                )  # fmt: skip

    @staticmethod
    def _value(delegate: Delegate, name: str) -> str:
        shown = getattr(delegate, f"get_{name}_display", None)
        value = shown() if shown else getattr(delegate, name)
        return str(value) if value else _("nothing")

    @property
    def chosen(self) -> dict[str, int]:
        """Return for each field the primary key of the chosen entry."""
        return {name: int(pk) for name, pk in self.cleaned_data.items()}


class ListForm(SheetForm):
    """Form to upload a list of delegates as a spreadsheet."""

    reader = DelegateReader
    file = SpreadsheetField(error_messages={"required": gettext_lazy("Choose a file first.")})
