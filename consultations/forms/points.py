"""Forms for points: of a session, and joining duplicates."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import Point, PointKind, Stakeholder, Theme

from .fields import (
    LineField,
    ObjectivesField,
    PlainTextField,
    ReasonForm,
    field_of,
    reason_field,
    record_field,
)


def _capital(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]


class PointForm(forms.Form):
    """Form for a point."""

    text = PlainTextField(
        label=_("What the point says"),
        max_length=2_000,
        what=_("The point"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Enter what the point says.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: _capital(PointKind.choices))
    theme = forms.ModelChoiceField(
        Theme.objects.none(), to_field_name="code", label=_("Theme"), empty_label=_("Choose a theme")
    )
    objectives = ObjectivesField()

    def __init__(self, *args: Any, themes: Any, theme: Theme | None = None, **options: Any) -> None:
        options["initial"] = {
            "kind": PointKind.RECOMMENDATION, "theme": theme.code if theme else "", **options.get("initial", {}),
        }  # fmt: skip
        super().__init__(*args, **options)
        record_field(self, "theme").queryset = themes
        field_of(self, "objectives", ObjectivesField).offer(str(self["theme"].value() or ""))

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verbs store of a point."""
        names = ("kind", "theme", "text")
        return {"provisions": self.cleaned_data["objectives"], **{name: self.cleaned_data[name] for name in names}}


class SessionPointForm(PointForm):
    """Form for a point made in a session."""

    organisation = forms.ModelChoiceField(
        Stakeholder.objects.none(),
        required=False,
        label=_("Raised by"),
        empty_label=_("Not stated"),
        help_text=_("The organisation whose people raised it."),
    )
    responsible = LineField(
        label=_("Who will do it"),
        max_length=200,
        what=_("Who will do it"),
        required=False,
        help_text=_(
            "For a commitment: a person, an office, or both. If you leave it empty, it is "
            "the organisation that raised it."
        ),
    )
    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date in the correct format, like 2026-11-30.")},
    )
    field_order = ["text", "kind", "organisation", "responsible", "due_on", "theme", "objectives"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "organisation").queryset = Stakeholder.objects.verified().only("name")

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of the point of a session."""
        promise = {name: self.cleaned_data[name] for name in ("responsible", "due_on")}
        return {**super().words, "stakeholder": self.cleaned_data["organisation"], **promise}


class MergeForm(ReasonForm):
    """Form to join two duplicate points: which one is kept, and why."""

    into = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _("Choose the point that this one duplicates.")}
    )
    reason = reason_field(_("Enter why they are the same."))


class TwinForm(forms.Form):
    """Form to search for a duplicate of a point."""

    words = LineField(label=_("Search the other points"), max_length=200, required=False)

    def looks_for(self, point: Point) -> str:
        """Return the search words: those entered, or those of the point."""
        return (self.is_valid() and self.cleaned_data["words"]) or point.text
