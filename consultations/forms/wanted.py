"""What a list on the desk is narrowed to."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import Group, PointKind, PointState, StakeholderState, SubmissionState, Theme

from .fields import LineField


class WantedForm(forms.Form):
    """What a list on the desk is narrowed to. What is not known there narrows nothing."""

    words = LineField(label=_("Words"), max_length=200, required=False)
    theme = forms.ModelChoiceField(
        Theme.objects.all(), to_field_name="code", required=False, label=_("Theme"), empty_label=_("All")
    )

    @property
    def wanted(self) -> dict[str, Any]:
        """What was asked for, without what is empty or unknown."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _all_or(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [("", _("All")), *((value, capfirst(str(label))) for value, label in choices if value != "draft")]


class WantedInputsForm(WantedForm):
    """The inputs that an officer looks for."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(SubmissionState.choices))
    mine = forms.ChoiceField(label=_("Looked after by"), required=False, choices=[("", _("Anybody")), ("1", _("Me"))])


class WantedPointsForm(WantedForm):
    """The points that an officer looks for."""

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: _all_or(PointKind.choices))
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(PointState.choices))


class WantedOrganisationsForm(WantedForm):
    """The organisations that an officer looks for."""

    theme = None
    group = forms.ChoiceField(label=_("Group"), required=False, choices=lambda: _all_or(Group.choices))
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: _all_or(StakeholderState.choices))
