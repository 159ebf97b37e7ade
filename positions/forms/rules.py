"""Forms for the rules of a consultation and its clearance steps: set while it is prepared, later proposed."""

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
    """Form with the present rules; only changed ones are saved."""

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

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        self.stand = rules_of(consultation)
        super().__init__(*args, stand=self.stand, **options)

    @property
    def values(self) -> dict[str, Any]:
        """Return the changed rules as JSON."""
        given = {name: self.cleaned_data[name] for name in RULES}
        given["quorum_member_share"] = f"{given['quorum_member_share']:.3f}"
        return {name: value for name, value in given.items() if value != self.stand[name]}


class RulesForm(DraftRulesForm):
    """Form to propose changes of the rules of an opened consultation, with a reason."""

    reason = reason_field(_("Enter a reason: every member will read it."))


class DraftChainForm(SeenForm):
    """Form for the offices that clear the text beside the ministries: each is required or not, in an order; another one
    can be added.
    """

    new_kind = forms.ChoiceField(label=_("Step"), choices=[("", _("None")), *StepKind.choices], required=False)
    new_office = forms.ModelChoiceField(
        Stakeholder.objects.verified().order_by("name"), label=_("Office that answers"), required=False
    )

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        steps = ChainStep.objects.filter(consultation=consultation).select_related("institution")
        self.steps = {str(step.pk): step for step in steps}
        self.stand = rules_of(consultation)
        super().__init__(*args, stand=self.stand, **options)
        for key, step in self.steps.items():
            words = {"step": step}
            self.fields[f"required_{key}"] = forms.BooleanField(
                label=_("%(step)s: required") % words, required=False, initial=step.is_asked
            )
            self.fields[f"place_{key}"] = forms.IntegerField(
                label=_("%(step)s: place") % words,
                min_value=1,
                max_value=99,
                initial=step.order,
                error_messages=WHOLE,
                widget=forms.NumberInput(attrs={"class": "place"}),
            )

    @property
    def rows(self) -> list[tuple[ChainStep, Any, Any]]:
        """Return each step with its two fields."""
        return [(step, self[f"required_{key}"], self[f"place_{key}"]) for key, step in self.steps.items()]

    @property
    def added(self) -> list[Any]:
        """Return the fields of a further step and, if one is needed, of the reason."""
        return [self[name] for name in ("new_kind", "new_office", "reason") if name in self.fields]

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
        """Return the steps as JSON if they change."""
        data = self.cleaned_data
        steps = [
            {**step_of(step), "is_asked": data[f"required_{key}"], "order": data[f"place_{key}"]}
            for key, step in self.steps.items()
        ]
        if data["new_kind"]:
            order = 1 + max((step["order"] for step in steps), default=0)
            office = data["new_office"].pk
            steps.append({"kind": data["new_kind"], "institution": office, "order": order, "is_asked": True})
        return {} if steps == self.stand["steps"] else {"steps": steps}


class ChainForm(DraftChainForm):
    """Form to propose other clearance steps of an opened consultation, with a reason."""

    reason = reason_field(_("Enter a reason: every member will read it."))
