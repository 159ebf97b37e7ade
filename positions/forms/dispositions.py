"""Forms for the answers to points, and filters of lists of points."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import FilterForm, GroupedCheckboxes, PlainTextField, reason_field
from consultations.forms.fields import choice_field
from consultations.models import Point, PointState
from consultations.models.feedback import WORDS_LIMIT
from positions.models import WITH_CODE, GroundingRelation, Outcome, ReasonCode

from .drafting import choices_of

OPEN = "open"  # still to answer
BEFORE = "before"  # answered in another paper
FREE = "free"  # no paragraph cites it


class DispositionForm(forms.Form):
    """Form for the answer to a point: outcome, reason and paragraphs."""

    outcome = forms.ChoiceField(
        label=_("Answer to the point"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer to the point.")},
    )
    reason_code = forms.ChoiceField(
        label=_("Kind of reason"),
        required=False,
        help_text=_("Needed unless the point is taken up in full."),
    )
    reason = reason_field(
        help_text=_(
            "The author can read this once the paper is published. Needed unless the point is taken up in full."
        )
    )
    paragraphs = forms.MultipleChoiceField(
        label=_("Paragraphs that take up the point"), required=False, widget=GroupedCheckboxes
    )

    def __init__(self, *args: Any, point: Point, sections: Iterable[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        sections = sorted(sections, key=lambda section: section.theme_id != point.theme_id)
        self.known = {str(each.key): each for section in sections for each in section.standing}
        choice_field(self, "paragraphs").choices = choices_of(sections)
        is_merged = point.state == PointState.MERGED
        choice_field(self, "reason_code").choices = [
            ("", _("Choose the kind of reason")),
            *((value, str(label).capitalize()) for value, label in ReasonCode.choices),
        ]
        choice_field(self, "outcome").choices = [
            (value, str(label).capitalize())
            for value, label in Outcome.choices
            if (value == Outcome.MERGED) == is_merged
        ]

    def clean(self) -> dict[str, Any]:
        """Check the requirements of the chosen outcome; the verb makes the final check."""
        data = super().clean() or {}
        outcome = data.get("outcome")
        if outcome in WITH_CODE and data.get("reason_code") == "":
            self.add_error("reason_code", _("Choose the kind of reason."))
        if outcome and outcome != Outcome.ACCEPTED and not data.get("reason", "-").strip():
            self.add_error("reason", _("Enter a reason: the author will read it."))
        if outcome in (Outcome.ACCEPTED, Outcome.IN_PART) and data.get("paragraphs") == []:
            self.add_error("paragraphs", _("Choose at least one paragraph that takes up the point."))
        return data

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of a disposition."""
        data = self.cleaned_data
        named = [self.known[key] for key in data["paragraphs"]]
        return {name: data[name] for name in ("outcome", "reason_code", "reason")} | {"paragraphs": named}


class GroundOneForm(forms.Form):
    """Form for a paragraph that cites the point, or goes against it."""

    paragraph = forms.ChoiceField(
        label=_("Paragraph"),
        error_messages={"required": _("Choose the paragraph."), "invalid_choice": _("Choose the paragraph.")},
    )
    relation = forms.ChoiceField(
        label=_("How the paragraph relates to the point"),
        choices=lambda: [(value, str(label).capitalize()) for value, label in GroundingRelation.choices],
    )

    def __init__(self, *args: Any, point: Point, sections: Iterable[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        sections = sorted(sections, key=lambda section: section.theme_id != point.theme_id)
        self.known = {str(each.key): each for section in sections for each in section.standing}
        choice_field(self, "paragraph").choices = [("", _("Choose a paragraph")), *choices_of(sections)]

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores."""
        return {"paragraph": self.known[self.cleaned_data["paragraph"]], "relation": self.cleaned_data["relation"]}


class DispositionFilterForm(FilterForm):
    """Filter form of points to answer."""

    outcome = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=lambda: [
            ("", _("All")),
            (OPEN, _("None yet")),
            (BEFORE, _("In an earlier paper")),
            *((value, str(label).capitalize()) for value, label in Outcome.choices),
        ],
    )
    rests = forms.ChoiceField(
        label=_("Paragraphs"), required=False, choices=[("", _("All")), (FREE, _("No paragraph cites it"))]
    )


# --- Replies of authors -----------------------------------------------------------------------------------------------


class MisreadForm(forms.Form):
    """Form for the one reply about the answer to a point."""

    text = PlainTextField(
        label=_("What your organisation meant"),
        help_text=_(
            "Enter what is missing or wrong in the answer to this point. You can send one "
            "reply; the secretariat answers it."
        ),
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Enter what your organisation meant.")},
    )
