"""Forms for the chair in plenary: screen, speakers' list and decisions on paragraphs."""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, PlainTextField
from consultations.forms.fields import choice_field, record_field
from consultations.models import Delegate, DelegateState, Forum, ForumSession, Stakeholder
from positions.models import PARAGRAPH_LIMIT, FloorMode, FloorOutcome
from positions.queries.plenary import badge_with, holds_badge
from positions.workflow import Ruling

from .fields import ParagraphField
from .meeting import VOTES

CHOOSE_ONE = {"invalid_choice": _("Choose one of these")}


def body_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.ModelChoiceField:
    """Return a field for an organisation."""
    return forms.ModelChoiceField(
        Stakeholder.objects.verified(),
        label=label,
        required=required,
        help_text=help_text,
        empty_label=_("Choose"),
        error_messages=CHOOSE_ONE,
    )


class ItemForm(forms.Form):
    """Form for the agenda item and paragraph on the screen."""

    session = forms.ModelChoiceField(
        ForumSession.objects.none(),
        label=_("Session"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose the session")},
    )
    heading = LineField(
        label=_("Agenda item"),
        help_text=_("As it will appear on the screen. Leave it empty to use the title of the session."),
        max_length=200,
        required=False,
    )
    paragraph = forms.ChoiceField(label=_("Paragraph"), required=False, error_messages=CHOOSE_ONE)

    def __init__(self, *args: Any, forum: Forum, paragraphs: Iterable[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = {str(each.key): each for each in paragraphs}
        record_field(self, "session").queryset = forum.sessions.order_by("starts_at", "order")
        named = [(key, self._named(each)) for key, each in self.known.items()]
        choice_field(self, "paragraph").choices = [("", _("None: show only the agenda item")), *named]

    @staticmethod
    def _named(paragraph: Any) -> str:
        ruling = f" ({paragraph.ruling.get_outcome_display()})" if paragraph.ruling else ""
        return f"{paragraph.number}. {paragraph.wording.text[:60]}{ruling}"

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        data = self.cleaned_data
        return {**data, "paragraph": self.known.get(data["paragraph"])}


class AskFloorForm(forms.Form):
    """Form to add a speaker, by badge number or organisation."""

    badge = forms.IntegerField(
        label=_("Badge number"),
        required=False,
        min_value=1,
        max_value=32_000,
        error_messages={"invalid": _("Enter the badge number in digits")},
    )
    stakeholder = body_field(_("Or choose the organisation"))

    def __init__(self, *args: Any, forum: Forum, **options: Any) -> None:
        super().__init__(*args, **options)
        self.forum = forum
        present = Stakeholder.objects.filter(delegates__forum=forum, delegates__state=DelegateState.CONFIRMED)
        record_field(self, "stakeholder").queryset = Stakeholder.objects.filter(pk__in=present.values("pk")).order_by(
            "name"
        )

    def clean_badge(self) -> Delegate | None:
        """Return the delegate with this badge."""
        number = self.cleaned_data["badge"]
        if number is None:
            return None
        result = self.forum.delegates.filter(badge_number=number).select_related("stakeholder").first()
        if result is None:
            raise ValidationError(_("Nobody at this forum has badge number %(number)s."), params={"number": number})
        return result

    def clean(self) -> dict[str, Any]:
        """Require one of the two."""
        data = super().clean() or {}
        if not self.errors and not (data.get("badge") or data.get("stakeholder")):
            self.add_error("badge", _("Enter a badge number, or choose an organisation"))
        return data

    @property
    def words(self) -> dict[str, Any]:
        """Return whom to add to the list."""
        return {"delegate": self.cleaned_data["badge"], "stakeholder": self.cleaned_data["stakeholder"]}


class FloorWordsForm(forms.Form):
    """Form for a wording proposed from the floor."""

    amendment = ParagraphField(
        label=_("The whole paragraph, as proposed"),
        help_text=_("Edit the text as proposed. Leave it empty to keep the paragraph as it stands."),
        max_length=PARAGRAPH_LIMIT,
        what=_("The paragraph"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    moved_by = body_field(_("Proposed by"))

    def clean(self) -> dict[str, Any]:
        """Require who proposed the wording."""
        data = super().clean() or {}
        if data.get("amendment", "").strip() and not data.get("moved_by") and "moved_by" not in self.errors:
            self.add_error("moved_by", _("Choose who proposed the wording"))
        return data


OUTCOMES = [
    (FloorOutcome.ADOPTED, _("Adopted")),
    (FloorOutcome.WITH_RESERVATION, _("Adopted with a reservation, which is printed and does not block")),
    (FloorOutcome.SENT_BACK, _("Sent back: the meeting must decide on it again before it adopts the whole text")),
    (FloorOutcome.LEFT_OUT, _("Left out of the adopted text")),
]
WORDS = [("amended", _("In the wording proposed from the floor")), ("tabled", _("In the wording as it stands"))]


class RulingForm(forms.Form):
    """Form for a decision on a paragraph by consensus, show of hands or roll call."""

    hide_optional = True

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    amendment = ParagraphField(max_length=PARAGRAPH_LIMIT, required=False, widget=forms.HiddenInput)
    moved_by = forms.ModelChoiceField(Stakeholder.objects.verified(), widget=forms.HiddenInput, required=False)
    outcome = forms.ChoiceField(
        label=_("What the meeting decides"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the meeting decides"), **CHOOSE_ONE},
    )
    words = forms.ChoiceField(
        label=_("Wording"),
        choices=WORDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the wording"), **CHOOSE_ONE},
    )
    reserving = body_field(_("Who makes a reservation"), help_text=_("Only for “adopted with a reservation”."))
    reservation = PlainTextField(
        label=_("The reservation, as it will be printed"),
        max_length=2_000,
        what=_("The reservation"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    note = PlainTextField(
        label=_("Note of the chair"),
        help_text=_("Printed in the record: why the paragraph is sent back, or what the meeting understood."),
        max_length=2_000,
        what=_("The note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, mode: str, names: Iterable[str], has_amendment: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.mode = mode
        self.voters = {f"vote_{crc32(name.encode())}": name for name in names} if mode == FloorMode.ROLL_CALL else {}
        if not has_amendment:
            del self.fields["words"]
        if mode == FloorMode.SHOW_OF_HANDS:
            for vote, label in VOTES:
                self.fields[vote] = _count_field(label)
        for name, voter in self.voters.items():
            self.fields[name] = _vote_field(voter)

    @property
    def counts(self) -> list[Any]:
        """Return the fields of a tally."""
        return [self[vote] for vote, _label in VOTES if vote in self.fields]

    @property
    def votes(self) -> list[Any]:
        """Return the fields of a roll call."""
        return [self[name] for name in self.voters]

    def clean(self) -> dict[str, Any]:
        """Check the requirements of the outcome."""
        data = super().clean() or {}
        reserves = data.get("outcome") == FloorOutcome.WITH_RESERVATION
        if reserves and not data.get("reserving") and "reserving" not in self.errors:
            self.add_error("reserving", _("Choose who makes the reservation"))
        if reserves and not data.get("reservation", "").strip() and "reservation" not in self.errors:
            self.add_error("reservation", _("Enter the reservation as it should be printed"))
        if data.get("outcome") and not reserves and data.get("reservation", "").strip():
            self.add_error(
                "outcome",
                _("You entered a reservation: choose “adopted with a reservation”, or delete the reservation"),
            )
        return data

    @property
    def ruling(self) -> Ruling:
        """Return the arguments of the verb. An organisation without a text is not a reservation."""
        data = self.cleaned_data
        reserves = data["outcome"] == FloorOutcome.WITH_RESERVATION
        return Ruling(
            outcome=data["outcome"],
            mode=self.mode,
            amendment=data["amendment"],
            moved_by=data["moved_by"],
            as_tabled=data.get("words") == "tabled",
            tally={vote: data[vote] for vote, _label in VOTES if vote in data},
            votes={name: data[place] for place, name in self.voters.items()},
            reserving=data["reserving"] if reserves else None,
            reservation=data["reservation"] if reserves else "",
            note=data["note"],
        )


def _count_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=1_000,
        error_messages={"required": _("Enter a number, or 0 for none"), "invalid": _("Enter a number in digits")},
    )


def _vote_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=VOTES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes, no or abstain"), **CHOOSE_ONE},
    )


class RoomCodeForm(forms.Form):
    """Form for the code on a badge."""

    code = LineField(
        label=_("Code on your badge"),
        max_length=20,
        help_text=_("Two groups of four letters and numbers, at the lower edge of the badge"),
    )

    badge: Delegate | None = None

    def clean_code(self) -> str:
        """Return the code of a badge with a seat that is checked in today; its delegate is in `badge`."""
        code = self.cleaned_data["code"]
        self.badge = badge_with(code)
        if self.badge is None:
            raise ValidationError(_("No forum in session today has a badge with this code. Check each letter."))
        if not holds_badge(self.badge.ticket.hex, self.badge.forum_id):
            raise ValidationError(_(
                "This badge does not open the text: check in at the door first. If you have, the text is restricted "
                "and can be read with an account only."
            ))  # fmt: skip
        return code
