"""Form to hand over open work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import User
from consultations.workflow.handover import OpenWork

from .fields import record_field
from .screening import officers_by_name

KINDS = {"inputs": _("Inputs"), "enquiries": _("Enquiries"), "roles": _("Roles in sessions")}  # of OpenWork
MOVED = {"invalid_choice": _("Some of this work is finished or has moved meanwhile. Look at what is ticked.")}


class HandoverForm(forms.Form):
    """Form for the colleague who takes the work, and for what moves: kinds, and in each kind single items. At first all
    are ticked.
    """

    kinds = forms.MultipleChoiceField(required=False, choices=KINDS)
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Colleague who takes it"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague.")},
    )

    def __init__(self, *args: Any, person: User, work: OpenWork, **options: Any) -> None:
        self.rows: dict[str, list[Any]] = {kind: getattr(work, kind) for kind in KINDS}
        keys = {kind: [row.pk for row in rows] for kind, rows in self.rows.items()}
        options["initial"] = {"kinds": [*KINDS], **keys}
        super().__init__(*args, **options)
        record_field(self, "to").queryset = officers_by_name().exclude(pk=person.pk)
        for kind, known in keys.items():
            self.fields[kind] = forms.TypedMultipleChoiceField(
                required=False, coerce=int, choices=[(key, key) for key in known], error_messages=MOVED
            )

    def clean(self) -> dict[str, Any]:
        """Require something that moves."""
        data = super().clean() or {}
        if not self.errors and not any(self.chosen.values()):
            self.add_error(None, _("Tick what moves."))
        return data

    @property
    def chosen(self) -> dict[str, list[int]]:
        """Return the keys of the ticked items of each kind that is ticked itself."""
        return {kind: self.cleaned_data.get(kind, []) for kind in self.cleaned_data.get("kinds", [])}

    def _ticked(self, name: str) -> set[str]:
        return {str(value) for value in self[name].value() or []}

    @property
    def groups(self) -> list[tuple[str, Any, bool, list[tuple[Any, bool]]]]:
        """Return each kind with its label, whether it is ticked, and its items, each with whether it is ticked."""
        kinds = self._ticked("kinds")
        return [
            (kind, KINDS[kind], kind in kinds, [(row, str(row.pk) in self._ticked(kind)) for row in rows])
            for kind, rows in self.rows.items()
            if rows
        ]
