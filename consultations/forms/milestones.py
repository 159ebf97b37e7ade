"""Forms for milestones: their names, and their planned and actual dates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Milestone, MilestoneState
from consultations.workflow.milestones import DATES, problems_with_dates, words_of_milestone

from .consultation_settings import SeenForm
from .fields import LineField

NO_DATE = _("Enter a date in the correct format, like 2026-11-30.")


def day_field(label: Any, **options: Any) -> forms.DateField:
    """Return an optional field for a day."""
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_DATE},
        **options,
    )


class MilestoneForm(forms.Form):
    """Form for the planned and actual dates of a milestone, or its cancellation."""

    state = forms.ChoiceField(label=_("State"), choices=MilestoneState, widget=forms.RadioSelect)
    planned_start = day_field(_("Planned from"))
    planned_end = day_field(_("Planned to"))
    actual_start = day_field(_("Took place from"), help_text=_("Only if it has taken place."))
    actual_end = day_field(_("Took place to"))
    note = LineField(label=_("Note for the journal"), max_length=500, required=False)

    def __init__(self, *args: Any, milestone: Milestone, **options: Any) -> None:
        self.milestone = milestone
        options["initial"] = {name: getattr(milestone, name) for name in ("state", *DATES)}
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        """Show errors at each date."""
        data = super().clean() or {}
        if not self.errors:
            values = {name: data[name] for name in ("state", *DATES)}
            for field, words in problems_with_dates(self.milestone, **values):
                self.add_error(field, words)
        return data


class MilestoneNameForm(SeenForm):
    """Form for what a milestone is called, and where it takes place."""

    title = LineField(
        label=_("Title"), what=_("The title"), max_length=250, error_messages={"required": _("Enter a title.")}
    )
    short_title = LineField(
        label=_("Short title"),
        what=_("The short title"),
        max_length=80,
        required=False,
        help_text=_("For the timeline, for example Conference, Marrakech."),
    )
    place = LineField(label=_("Place"), what=_("The place"), max_length=120, required=False)
    is_key = forms.BooleanField(label=_("Show it in the timeline on the home page"), required=False)

    def __init__(self, *args: Any, milestone: Milestone | None = None, **options: Any) -> None:
        stand = words_of_milestone(milestone) if milestone else {}
        super().__init__(*args, stand=stand, **options)


class NewMilestoneForm(MilestoneNameForm):
    """Form for a milestone that is planned."""

    planned_start = day_field(_("Planned from"))
    planned_end = day_field(_("Planned to"))
    field_order = ["title", "short_title", "place", "planned_start", "planned_end", "is_key"]

    def clean(self) -> dict[str, Any]:
        """Show errors at each date."""
        data = super().clean() or {}
        if not self.errors:
            days = {name: data[name] for name in ("planned_start", "planned_end")}
            for field, words in problems_with_dates(
                Milestone(title=data["title"]), state=MilestoneState.PLANNED, **days
            ):
                self.add_error(field, words)
        return data
