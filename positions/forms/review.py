"""Forms for a review round: closing time, amendments, recommendations and decisions."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, reason_field
from consultations.forms.fields import OneChoiceField, choice_field
from consultations.models import Stakeholder
from consultations.uploads.disk_space import has_room
from positions.models import WITH_TEXT, Advice, Audience, Consent, Operation

from .clearance import DeadlineForm, moment_field
from .drafting import paragraph_text

HINTS = {
    Operation.REPLACE: _("Edit the text of the whole paragraph."),
    Operation.INSERT: _("The text of the new paragraph. It will follow this one."),
    Operation.SPLIT: _("Add an empty line where the new paragraph begins."),
}
LARGEST_FILE, MOST_FOUND = 10 * 2**20, 150
PK: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1}


class RoundForm(DeadlineForm):
    """Form for the closing time and the audience of a review round."""

    closes_at = moment_field(_("The round closes on"), _("Date and time in Nairobi (EAT, UTC+3)."))
    audience = OneChoiceField(label=_("Who to invite"), choices=Audience, initial=Audience.MEMBERS, required=False)

    def clean_audience(self) -> str:
        """Default to members."""
        return self.cleaned_data["audience"] or Audience.MEMBERS


class Place(NamedTuple):
    """Position for a paragraph: after the paragraph with this key, or first in its section."""

    key: UUID
    is_first: bool


class ProposalForm(forms.Form):
    """Form for an amendment in the name of an organisation."""

    sponsor = forms.ChoiceField(label=_("On behalf of"))
    text = paragraph_text()
    place = forms.ChoiceField(label=_("Where to put it"), choices=())
    reason = reason_field(
        _("Enter a reason: the drafters and the other members will read it."),
        help_text=_("The drafters and the other members can read it."),
    )
    round = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)
    operation = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        sponsors: Iterable[Stakeholder],
        operation: str = Operation.REPLACE,
        places: Iterable[dict[str, Any]] = (),
        own: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.proposed_operation = operation
        self.sponsors = {str(body.pk): body for body in sponsors}
        choice_field(self, "sponsor").choices = [(pk, body.name) for pk, body in self.sponsors.items()]
        if len(self.sponsors) == 1:
            del self.fields["sponsor"]
        if operation in WITH_TEXT:
            self.fields["text"].help_text = HINTS[Operation(operation)]
        else:
            del self.fields["text"]
        if operation == Operation.MOVE:
            choice_field(self, "place").choices = [("", "—"), *_places(places, own)]
        else:
            del self.fields["place"]

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of an amendment."""
        chosen = self.cleaned_data.get("sponsor") or next(iter(self.sponsors))
        return {
            "sponsor": self.sponsors[chosen],
            "text": self.cleaned_data.get("text", ""),
            "reason": self.cleaned_data["reason"],
        }

    @property
    def place_chosen(self) -> Place | None:
        """Return the chosen position; None if the paragraph does not move."""
        kind, _dash, key = self.cleaned_data.get("place", "").partition("-")
        return Place(UUID(key), kind == "first") if key else None


def _places(sections: Iterable[dict[str, Any]], own: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the positions in each section: first, and after each paragraph except the moved one."""
    result = []
    for section in sections:
        rows = section["paragraphs"]
        options = [(f"first-{rows[0]['key']}", _g("At the beginning"))]
        words = _g("Behind paragraph %(number)s: %(text)s")
        options += [
            (f"behind-{each['key']}", words % {"number": each["number"], "text": each["text"][:40]})
            for each in rows
            if each["key"] != own
        ]
        result.append((section["heading"], options))
    return result


class UploadForm(forms.Form):
    """Form to upload a text with tracked changes, or a table of comments."""

    sponsor = forms.ChoiceField(label=_("On behalf of"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("A Word document with tracked changes or a table (.docx), a workbook (.xlsx) or a CSV file."),
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx,.csv"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, sponsors: Iterable[Stakeholder], **options: Any) -> None:
        super().__init__(*args, **options)
        self.sponsors = {str(body.pk): body for body in sponsors}
        choice_field(self, "sponsor").choices = [(pk, body.name) for pk, body in self.sponsors.items()]
        if len(self.sponsors) == 1:
            del self.fields["sponsor"]

    def clean_file(self) -> Any:
        """Refuse a file that is too large or incomplete before it is read."""
        file = self.cleaned_data["file"]
        has_room(file)
        if file.size > LARGEST_FILE:
            words = _g("The file is larger than %(limit)s MB. Make it smaller, or divide it.")
            raise forms.ValidationError(words % {"limit": LARGEST_FILE // 2**20})
        return file

    @property
    def body(self) -> Stakeholder:
        """Return the organisation in whose name it is proposed."""
        return self.sponsors[self.cleaned_data.get("sponsor") or next(iter(self.sponsors))]


class FoundForm(forms.Form):
    """Form for one proposal read from a file: selected or not, text and reason. Only selected ones are validated."""

    take = forms.BooleanField(label=_("Propose this change"), required=False, initial=True)
    key = forms.UUIDField(widget=forms.HiddenInput)
    operation = forms.ChoiceField(choices=Operation, widget=forms.HiddenInput)
    text = paragraph_text()
    reason = reason_field(_("Enter a reason: the drafters and the other members will read it."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        is_taken = not self.is_bound or bool(self.data.get(self.add_prefix("take")))
        self.has_text = self["operation"].value() in WITH_TEXT
        self.fields["text"].required = is_taken and self.has_text
        self.fields["reason"].required = is_taken


FoundFormSet = forms.formset_factory(FoundForm, extra=0, max_num=MOST_FOUND, absolute_max=MOST_FOUND)


class ConfirmForm(forms.Form):
    """Form to confirm a stale amendment with a text adapted to the present paragraph; `base` is the wording it is based
    on.
    """

    text = paragraph_text(help_text=_("What the paragraph should say, based on its current text."))
    base = forms.IntegerField(widget=forms.HiddenInput, **PK)

    def __init__(self, *args: Any, with_text: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not with_text:
            self.fields["text"].required = False
            self.fields["text"].widget = forms.HiddenInput()


class AnswerForm(forms.Form):
    """Form for the sponsor's answer to a recommendation."""

    consent = forms.ChoiceField(
        label=_("Your organisation"),
        choices=Consent,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two options.")},
    )
    reason = reason_field(help_text=_("Needed if your organisation insists. The drafters can read it."))


class AcceptForm(forms.Form):
    """Form to accept an amendment."""

    reason = reason_field(
        _("Enter why you accept the amendment: the sponsor will read it."), help_text=_("The sponsor can read it.")
    )


class FitForm(forms.Form):
    """Form to accept an amendment with an adapted text; `base` is the wording it is based on."""

    text = paragraph_text(help_text=_("What the paragraph will say."))
    reason = reason_field(
        _("Enter why you accept only a part, or how you adapted it: the sponsor will read it."),
        help_text=_("Why you accept only a part, or how you adapted it. The sponsor can read it."),
    )
    base = forms.IntegerField(widget=forms.HiddenInput, **PK)


class DeclineForm(forms.Form):
    """Form to decline an amendment."""

    reason = reason_field(
        _("Enter why you do not accept the amendment: the sponsor will read it."),
        help_text=_("The sponsor can read it."),
    )


class RecommendForm(forms.Form):
    """Form for the drafters' recommendation on an amendment."""

    advice = forms.ChoiceField(
        label=_("The drafters recommend to"),
        choices=Advice,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you recommend.")},
    )
    text = paragraph_text(
        required=False, help_text=_("Only if you recommend accepting a part: the text that you would accept.")
    )
    reason = reason_field(
        _("Enter a reason: the sponsor will read it."),
        help_text=_("The sponsor can read it, and answers whether it consents."),
    )


class ChooseForm(forms.Form):
    """Form for the final text of a paragraph with several accepted amendments; `base` is the wording it is based on."""

    text = paragraph_text(help_text=_("What the paragraph will say."))
    why = LineField(
        label=_("Reason"),
        max_length=500,
        what=_("The reason"),
        help_text=_("Kept with the wording."),
        error_messages={"required": _("Enter a reason for this wording: it is kept with the wording.")},
    )
    base = forms.IntegerField(widget=forms.HiddenInput, **PK)
