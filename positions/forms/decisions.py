"""What offices and the chair type in: stances, due hours, notes, reservations, the decision."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from consultations.forms import PlainTextField, ReasonForm, reason_field
from consultations.forms.fields import REASON_LIMIT
from consultations.models import Forum, ForumState, Stakeholder
from positions.models import PARAGRAPH_LIMIT, PositionPaper, Rule, StanceValue
from positions.queries.papers import may_replace

SAYING_WHY = (StanceValue.COMMENT, StanceValue.RESERVATION, StanceValue.OBJECT)
STANCES = [
    (StanceValue.AGREE, _("Agree")),
    (StanceValue.COMMENT, _("Agree with a comment")),
    (StanceValue.RESERVATION, _("Reservation: it is printed under the paragraph and does not block")),
    (StanceValue.OBJECT, _("Object: it blocks, and must propose other words")),
    (StanceValue.ABSTAIN, _("Abstain")),
    (StanceValue.RECUSE, _("Recuse: the matter is not ours to judge")),
]


def what_a_stance_needs(said: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields of a stance that lack what it needs, each with the words for it."""
    found: list[tuple[str, Any]] = []
    value = said.get("value")
    if value in SAYING_WHY and "reason" in said and not said["reason"].strip():
        found.append(("reason", _("Enter the reason: the drafters and the meeting need it")))
    if value == StanceValue.OBJECT and "proposed_text" in said and not said["proposed_text"].strip():
        found.append(("proposed_text", _("Enter the wording that your ministry could clear")))
    return found


class StanceForm(forms.Form):
    """A ministry's stance on one paragraph."""

    hide_optional = True  # whether a field is needed hangs on the stance, and stands in its hint

    value = forms.ChoiceField(
        label=_("Stance"),
        choices=STANCES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a stance")},
    )
    reason = reason_field(help_text=_("Needed for a comment, a reservation or an objection."))
    proposed_text = PlainTextField(
        label=_("Proposed wording"),
        help_text=_("What the paragraph should say instead. An objection is decided on this text."),
        max_length=PARAGRAPH_LIMIT,
        what=_("The wording"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        """Say beside the field what the chosen stance needs."""
        data = super().clean() or {}
        for name, problem in what_a_stance_needs(data):
            self.add_error(name, problem)
        return data


def moment_field(label: Any, help_text: Any) -> forms.DateTimeField:
    """A field for a day and an hour in Nairobi; gives an aware moment."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=widget,
        error_messages={"required": _("Enter a day and an hour"), "invalid": _("Enter a day and an hour")},
    )


class DueForm(forms.Form):
    """By when the ministries answer."""

    due_at = moment_field(_("Answers are due"), _("Day and hour in Nairobi (EAT, UTC+3)."))


class ExtendForm(forms.Form):
    """A later hour at which a review round closes, and why."""

    closes_at = moment_field(_("The round closes on"), _("Day and hour in Nairobi (EAT, UTC+3)."))
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))


class SilenceForm(forms.Form):
    """Until when silence may be broken."""

    until = moment_field(_("Silence lasts until"), _("At least 72 hours ahead. Day and hour in Nairobi (EAT, UTC+3)."))


class NoteForm(forms.Form):
    """The head's clearance note."""

    note = PlainTextField(
        label=_("Clearance note"),
        help_text=_("It is printed in the record of the paper."),
        max_length=5_000,
        what=_("The note"),
        error_messages={"required": _("Enter the clearance note")},
    )


class NeededReasonForm(ReasonForm):
    """Why something is done, where the journal must know."""

    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))


class SupersedeForm(forms.Form):
    """Which newer paper takes the place of this one, and why."""

    newer = forms.ModelChoiceField(
        PositionPaper.objects.none(),
        to_field_name="slug",
        label=_("The newer paper"),
        help_text=_("Published later for the same consultation, or naming this one as its predecessor."),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the newer paper"), "invalid_choice": _("Choose the newer paper")},
    )
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))

    def __init__(self, *args: Any, paper: PositionPaper, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["newer"].queryset = may_replace(paper)


class AdoptForm(forms.Form):
    """How the meeting adopts the text."""

    hide_optional = True

    rule = forms.ChoiceField(
        label=_("The chair declares"),
        choices=[(Rule.CONSENSUS, _("Consensus")), (Rule.WITH_RESERVATIONS, _("Consensus with reservations"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the chair declares")},
    )
    reasons = PlainTextField(
        label=_("The chair's reasons"),
        help_text=_("Needed for consensus with reservations. They are printed in the record."),
        max_length=5_000,
        what=_("The text"),
        required=False,
    )


class ForumForm(forms.Form):
    """The forum that is to adopt a paper."""

    forum = forms.ModelChoiceField(
        Forum.objects.none(),
        to_field_name="slug",
        label=_("Forum that adopts it"),
        help_text=_("Forums of the same consultation."),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the forum"), "invalid_choice": _("Choose the forum")},
    )

    def __init__(self, *args: Any, paper: PositionPaper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Forum.objects.filter(consultation=paper.consultation_id).exclude(state=ForumState.CANCELLED)
        self.fields["forum"].queryset = own.order_by("starts_on", "pk")


class ReservationForm(forms.Form):
    """An organisation reserves its position on a paragraph."""

    stakeholder = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Stakeholder.objects.verified(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the organisation")},
    )
    paragraph = forms.ChoiceField(label=_("Paragraph"), error_messages={"required": _("Choose the paragraph")})
    text = PlainTextField(
        label=_("Text of the reservation"),
        help_text=_("As it will be printed under the paragraph."),
        max_length=REASON_LIMIT,
        what=_("The text"),
        error_messages={"required": _("Enter the text of the reservation")},
    )

    def __init__(self, *args: Any, paragraphs: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = {str(paragraph.key): paragraph for paragraph in paragraphs}
        named = [
            (key, f"{each.number}. {Truncator(each.wording.text).words(12)}") for key, each in self.paragraphs.items()
        ]
        self.fields["paragraph"].choices = [("", _("Choose")), *named]

    def clean_paragraph(self) -> Any:
        """Give the paragraph of the text."""
        key = self.cleaned_data["paragraph"]
        if key not in self.paragraphs:
            raise ValidationError(_("Choose the paragraph"))
        return self.paragraphs[key]
