"""Forms for clearance: mandates, answers by letter, steps and decisions."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, PlainTextField, ReasonForm, reason_field
from consultations.forms.fields import REASON_LIMIT, choice_field, record_field
from consultations.models import Forum, ForumState, Stakeholder
from consultations.workflow import written_hour
from ncm_portal import workflow
from ncm_portal.workflow import now
from positions.models import PARAGRAPH_LIMIT, PositionPaper, Rule, Stance, StanceValue
from positions.queries.papers import may_replace

from .drafting import base_field

STANCES = [
    (StanceValue.AGREE, _("Agree")),
    (StanceValue.COMMENT, _("Agree with a comment")),
    (
        StanceValue.RESERVATION,
        _("Reserve our position: the reservation is printed under the paragraph and does not block it"),
    ),
    (StanceValue.OBJECT, _("Object: this blocks the text, and you must propose other wording")),
    (StanceValue.ABSTAIN, _("Abstain")),
    (StanceValue.RECUSE, _("Recuse: the decision is not for our ministry")),
]
NOT_SAID = [("", _("The letter does not mention this paragraph")), *STANCES]


class MandateForm(forms.Form):
    """Form to add or remove a ministry that clears a paragraph, with the reason."""

    ministry = forms.ChoiceField(
        label=_("Ministry"),
        error_messages={"required": _("Choose the ministry"), "invalid_choice": _("Choose the ministry")},
    )
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))

    def __init__(
        self, *args: Any, clearing: Iterable[Stakeholder], others: Iterable[Stakeholder], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        now, free = {str(body.pk): body for body in clearing}, {str(body.pk): body for body in others}
        self.bodies, self.clearing = now | free, now
        groups = [
            (_("Add it: the ministry must clear the paragraph too"), [(pk, body.name) for pk, body in free.items()]),
            (_("Remove it: the ministry clears the paragraph now"), [(pk, body.name) for pk, body in now.items()]),
        ]
        choice_field(self, "ministry").choices = [
            ("", _("Choose")),
            *(group for group in groups if group[1]),
        ]

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb besides the paragraph."""
        chosen = self.cleaned_data["ministry"]
        adds = chosen not in self.clearing
        return {"ministry": self.bodies[chosen], "adds": adds, "reason": self.cleaned_data["reason"]}


class LetterForm(forms.Form):
    """Form for a ministry's answer on paper: details of the letter and its answer on each paragraph."""

    hide_optional = True

    reference = LineField(
        label=_("Reference of the letter"),
        max_length=80,
        what=_("The reference"),
        error_messages={"required": _("Enter the reference of the letter")},
    )
    signed_by = LineField(
        label=_("Signed by"),
        max_length=200,
        what=_("The name"),
        help_text=_("Name and office, as signed in the letter."),
        error_messages={"required": _("Enter who signed the letter")},
    )
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter a date"), "invalid": _("Enter a date")},
    )

    def __init__(self, *args: Any, stances: Iterable[Stance], **options: Any) -> None:
        super().__init__(*args, **options)
        self.stances = list(stances)
        for number, _stance in enumerate(self.stances):
            self.fields[f"value_{number}"] = forms.ChoiceField(label=_("Answer"), choices=NOT_SAID, required=False)
            self.fields[f"reason_{number}"] = reason_field(label=_("Reason or comment"))
            self.fields[f"proposed_text_{number}"] = PlainTextField(
                label=_("Proposed wording"),
                max_length=PARAGRAPH_LIMIT,
                what=_("The wording"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean_received_on(self) -> date:
        """Refuse dates in the future."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("The date must be today or in the past."))
        return day

    def clean(self) -> dict[str, Any]:
        """Check the requirements of each stance, and that texts have a stance."""
        data = super().clean() or {}
        for number, _stance in enumerate(self.stances):
            stance = self._answer(data, number)
            for name, problem in what_a_stance_needs(stance):
                self.add_error(f"{name}_{number}", problem)
            if not stance["value"] and (stance["reason"].strip() or stance["proposed_text"].strip()):
                self.add_error(f"value_{number}", _("Choose the answer that this text belongs to"))
        if not self.errors and not self.words:
            raise ValidationError(_("Enter what the letter says about at least one paragraph."))
        return data

    def _answer(self, data: dict[str, Any], number: int) -> dict[str, str]:
        return {name: data.get(f"{name}_{number}") or "" for name in ("value", "reason", "proposed_text")}

    @property
    def head(self) -> list[forms.BoundField]:
        """Return the fields about the letter itself."""
        return [self[name] for name in ("reference", "signed_by", "received_on")]

    @property
    def parts(self) -> list[tuple[Stance, list[forms.BoundField]]]:
        """Return each paragraph to answer with its fields."""
        names = ("value", "reason", "proposed_text")
        return [(stance, [self[f"{name}_{at}"] for name in names]) for at, stance in enumerate(self.stances)]

    @property
    def words(self) -> dict[Any, dict[str, str]]:
        """Return the answers on the paragraphs that the letter mentions."""
        data = {stance.paragraph: self._answer(self.cleaned_data, at) for at, stance in enumerate(self.stances)}
        return {paragraph: words for paragraph, words in data.items() if words["value"]}


CONCURS = [("yes", _("Concurs with the text as it stands")), ("no", _("Does not concur: the text cannot go forward"))]


class StepForm(forms.Form):
    """Form for the answer of an office in a clearance step; `by_letter` if the secretariat records a letter."""

    hide_optional = True

    concurs = forms.ChoiceField(
        label=_("The office"),
        choices=CONCURS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the answer of the office")},
    )
    text = PlainTextField(
        label=_("Note"),
        help_text=_("Needed if the office does not concur: what it objects to, and in which paragraphs."),
        max_length=5_000,
        what=_("The note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    letter_reference = LineField(
        label=_("Reference of the letter"),
        max_length=80,
        what=_("The reference"),
        help_text=_("This answer takes effect once a second officer has countersigned it."),
        error_messages={"required": _("Enter the reference of the letter")},
    )

    def __init__(self, *args: Any, by_letter: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not by_letter:
            del self.fields["letter_reference"]

    def clean(self) -> dict[str, Any]:
        """Require a reason if the office does not concur."""
        data = super().clean() or {}
        if data.get("concurs") == "no" and "text" in data and not data["text"].strip():
            self.add_error("text", _("Enter what the office objects to"))
        return data

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return {**self.cleaned_data, "concurs": self.cleaned_data["concurs"] == "yes"}


# --- Stances and decisions --------------------------------------------------------------------------------------------


SAYING_WHY = (StanceValue.COMMENT, StanceValue.RESERVATION, StanceValue.OBJECT)


def what_a_stance_needs(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields that the stance requires and that are missing, with the error messages."""
    result: list[tuple[str, Any]] = []
    value = data.get("value")
    if value in SAYING_WHY and "reason" in data and not data["reason"].strip():
        result.append(("reason", _("Enter a reason: the drafters and the meeting need it")))
    if value == StanceValue.OBJECT and "proposed_text" in data and not data["proposed_text"].strip():
        result.append(("proposed_text", _("Enter wording that your ministry could clear")))
    return result


class StanceForm(forms.Form):
    """Form for a ministry's stance on one paragraph."""

    hide_optional = True  # whether a field is required depends on the stance, as its hint says

    value = forms.ChoiceField(
        label=_("Answer"),
        choices=STANCES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer")},
    )
    reason = reason_field(help_text=_("Needed for a comment, a reservation or an objection."))
    proposed_text = PlainTextField(
        label=_("Proposed wording"),
        help_text=_("What the paragraph should say instead. The drafters decide on an objection by this text."),
        max_length=PARAGRAPH_LIMIT,
        what=_("The wording"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean(self) -> dict[str, Any]:
        """Check the requirements of the chosen stance."""
        data = super().clean() or {}
        for name, problem in what_a_stance_needs(data):
            self.add_error(name, problem)
        return data


def moment_field(label: Any, help_text: Any) -> forms.DateTimeField:
    """Return a field for a date and time in Nairobi, with an aware datetime as its value."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=widget,
        error_messages={"required": _("Enter a date and time"), "invalid": _("Enter a date and time")},
    )


FAR = timedelta(days=90)


class DeadlineForm(forms.Form):
    """Form for a deadline in the field `HOUR`, which asks once more about one that is more than 90 days away."""

    HOUR = "closes_at"

    is_sure = forms.BooleanField(label=_("Yes, set it that late"), required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Ask about a deadline that is far away, unless the answer came with it."""
        data = super().clean() or {}
        is_sure, hour = data.pop("is_sure", False), data.get(self.HOUR)
        if hour and hour - now() > FAR and not is_sure:
            self.fields["is_sure"].widget = forms.CheckboxInput()
            self.order_fields([self.HOUR, "is_sure"])
            words = _g("This is %(days)s days away: %(hour)s. Correct it, or tick “Yes, set it that late”.")
            self.add_error(self.HOUR, words % {"days": (hour - now()).days, "hour": written_hour(hour)})
        return data


class DueForm(DeadlineForm):
    """Form for the due time of clearance."""

    HOUR = "due_at"

    due_at = moment_field(_("Answers due by"), _("Date and time in Nairobi (EAT, UTC+3)."))


class ExtendForm(DeadlineForm):
    """Form for a later closing time of a review round, with the reason."""

    closes_at = moment_field(_("The round closes on"), _("Date and time in Nairobi (EAT, UTC+3)."))
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))


class SilenceForm(DeadlineForm):
    """Form for the end of a silence procedure."""

    HOUR = "until"

    until = moment_field(
        _("The silence procedure ends on"), _("At least 72 hours from now. Date and time in Nairobi (EAT, UTC+3).")
    )


class NoteForm(forms.Form):
    """Form for the head's clearance note."""

    note = PlainTextField(
        label=_("Clearance note"),
        help_text=_("It is printed in the record of the paper."),
        max_length=5_000,
        what=_("The note"),
        error_messages={"required": _("Enter the clearance note")},
    )


class NeededReasonForm(ReasonForm):
    """Form for a required reason."""

    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))


class SupersedeForm(forms.Form):
    """Form for the newer paper that replaces this one, with the reason."""

    newer = forms.ModelChoiceField(
        PositionPaper.objects.none(),
        to_field_name="slug",
        label=_("The newer paper"),
        help_text=_(
            "A paper published later for the same consultation, or one that names this paper as its predecessor."
        ),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the newer paper"), "invalid_choice": _("Choose the newer paper")},
    )
    reason = reason_field(_("Enter the reason"), help_text=_("It is kept in the journal."))

    def __init__(self, *args: Any, paper: PositionPaper, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "newer").queryset = may_replace(paper)


class AdoptForm(forms.Form):
    """Form for how the meeting adopts the text."""

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
    """Form for the forum that adopts a paper."""

    forum = forms.ModelChoiceField(
        Forum.objects.none(),
        to_field_name="slug",
        label=_("Forum that decides on the paper"),
        help_text=_("Forums of the same consultation."),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the forum"), "invalid_choice": _("Choose the forum")},
    )

    def __init__(self, *args: Any, paper: PositionPaper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Forum.objects.filter(consultation=paper.consultation_id).exclude(state=ForumState.CANCELLED)
        record_field(self, "forum").queryset = own.order_by("starts_on", "pk")


def reservation_text() -> PlainTextField:
    """Return the field for the text of a reservation."""
    return PlainTextField(
        label=_("Text of the reservation"),
        help_text=_("As it will be printed under the paragraph."),
        max_length=REASON_LIMIT,
        what=_("The text"),
        error_messages={"required": _("Enter the text of the reservation")},
    )


class ConfirmReservationForm(forms.Form):
    """Form for the text of an announced reservation; `seen` is the wording of the paragraph that was read."""

    text = reservation_text()
    seen = base_field()


class ReservationForm(forms.Form):
    """Form for a reservation of an organisation on a paragraph."""

    stakeholder = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Stakeholder.objects.verified(),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the organisation")},
    )
    paragraph = forms.ChoiceField(label=_("Paragraph"), error_messages={"required": _("Choose the paragraph")})
    text = reservation_text()

    def __init__(self, *args: Any, paragraphs: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paragraphs = {str(paragraph.key): paragraph for paragraph in paragraphs}
        named = [
            (key, f"{each.number}. {Truncator(each.wording.text).words(12)}") for key, each in self.paragraphs.items()
        ]
        choice_field(self, "paragraph").choices = [("", _("Choose")), *named]

    def clean_paragraph(self) -> Any:
        """Return the paragraph."""
        key = self.cleaned_data["paragraph"]
        if key not in self.paragraphs:
            raise ValidationError(_("Choose the paragraph"))
        return self.paragraphs[key]
