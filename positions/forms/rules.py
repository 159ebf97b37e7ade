"""Forms for the rules of a consultation: set while it is prepared, later proposed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import reason_field
from consultations.forms.consultation_settings import SeenForm
from consultations.models import RULES, Consultation, Stakeholder
from positions.models import ChainStep, StepKind
from positions.workflow import rules_of, step_of

WHOLE = {"invalid": _("Enter a whole number.")}


class DraftRulesForm(SeenForm):
    """Form with all present rules; only changed ones are saved. Existing steps are required or not, a new one can be
    added.
    """

    quorum_member_share = forms.DecimalField(
        label=_("Share of member institutions for a quorum"),
        help_text=_("For example 0.667 for two thirds."),
        min_value=Decimal("0.001"),
        max_value=Decimal(1),
        max_digits=4,
        decimal_places=3,
    )
    quorum_groups = forms.IntegerField(label=_("Groups for a quorum"), min_value=0, max_value=99, error_messages=WHOLE)
    clearance_working_days = forms.IntegerField(
        label=_("Working days for clearance"), min_value=1, max_value=365, error_messages=WHOLE
    )
    needs_roll_call = forms.BooleanField(label=_("Adoption by roll call"), required=False)
    new_kind = forms.ChoiceField(
        label=_("One more clearance step"), choices=[("", _("None")), *StepKind.choices], required=False
    )
    new_office = forms.ModelChoiceField(
        Stakeholder.objects.verified().order_by("name"), label=_("Office that answers"), required=False
    )

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        steps = ChainStep.objects.filter(consultation=consultation).select_related("institution")
        self.steps = {f"step_{step.pk}": step for step in steps}
        self.stand = rules_of(consultation)
        initial = {name: self.stand[name] for name in RULES} | {n: step.is_asked for n, step in self.steps.items()}
        super().__init__(*args, stand=self.stand, initial=initial, **options)
        for name, step in self.steps.items():
            label = _("%(step)s: required") % {"step": step}
            self.fields[name] = forms.BooleanField(label=label, required=False)
        self.order_fields([*RULES, *self.steps, "new_kind", "new_office", "reason"])

    def clean(self) -> dict[str, Any]:
        """Require both type and office of a new step, or neither."""
        data = super().clean() or {}
        if data.get("new_kind") and not data.get("new_office"):
            self.add_error("new_office", _("Choose the office that answers."))
        if data.get("new_office") and not data.get("new_kind"):
            self.add_error("new_kind", _("Choose the step."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Return the changed rules as JSON."""
        data = self.cleaned_data
        given = {name: data[name] for name in RULES} | {"steps": self._steps()}
        given["quorum_member_share"] = f"{given['quorum_member_share']:.3f}"
        return {name: value for name, value in given.items() if value != self.stand[name]}

    def _steps(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        rows = [{**step_of(step), "is_asked": data[name]} for name, step in self.steps.items()]
        if data["new_kind"]:
            order = 1 + max((row["order"] for row in rows), default=0)
            office = data["new_office"].pk
            rows.append({"kind": data["new_kind"], "institution": office, "order": order, "is_asked": True})
        return rows


class RulesForm(DraftRulesForm):
    """Form to propose changes of the rules of an opened consultation, with a reason."""

    reason = reason_field(_("Enter a reason: every member will read it."))
