"""Forms to answer a letter of invitation, by its link or from a paper answer."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Delegate, DelegateState, Invitation, NormalEmailFormField, Sex
from consultations.queries.invitations import SEATED
from consultations.workflow import Named, Paper, print_of
from ncm_portal import workflow

from .attachments import ACCEPTED
from .fields import LineField, PlainTextField

COME, DECLINE = "come", "decline"
MOST_OFFICERS, MOST_ALTERNATES = 10, 3  # empty rows offered
MOST_ROWS = 160  # rows that are read: with six fields each, no request has more
TOLD = ("name", "title", "email", "access_needs", "sex")


@dataclass
class Slot:
    """One row of the form: a new participant or alternate (identified by a key), or a person already named."""

    kind: str
    key: str
    heading: str
    person: Delegate | None = None
    seen: str = ""
    fields: list[forms.BoundField] = field(default_factory=list)

    @property
    def value(self) -> str:
        """Return the hidden value that identifies the row and what it showed of the person."""
        return f"person:{self.person.pk}:{print_of(self.person)}" if self.person else f"{self.kind}:{self.key}"

    @property
    def is_gone(self) -> bool:
        """Return whether the person was removed from the list after the page was opened."""
        return self.kind == "person" and self.person is None

    @property
    def is_alternate(self) -> bool:
        """Return whether the row is for an alternate."""
        return self.kind == "alternate" or bool(self.person and self.person.state == DelegateState.WAITLISTED)


class AnswerForm(forms.Form):
    """Form for the answer of an institution: whether it attends, who answers, and a row for each person."""

    hide_optional = True  # only the name of a person is required, and the page says so once

    choice = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            (COME, gettext_lazy("We will attend: the people are named below")),
            (DECLINE, gettext_lazy("We cannot attend")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether you will attend")},
    )
    answered_by = LineField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("The person answering for the institution."),
        max_length=200,
        what=gettext_lazy("The name"),
        error_messages={"required": gettext_lazy("Enter your name, so that the secretariat knows whom to contact")},
    )
    message = PlainTextField(
        label=gettext_lazy("Message to the secretariat (optional)"),
        max_length=2_000,
        what=gettext_lazy("The message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, data: Any = None, *args: Any, invitation: Invitation, people: Sequence[Delegate], **options: Any
    ):
        self.invitation, self.people = invitation, list(people)
        if invitation.answered_at:
            chosen = DECLINE if invitation.state == Invitation.State.DECLINED else COME
            options["initial"] = {"choice": chosen, "message": invitation.message, **options.get("initial", {})}
        super().__init__(data, *args, **options)
        self.slots = self._posted(data.getlist("row")) if data is not None else self._offered()
        for number, slot in enumerate(self.slots):
            self._add_fields(number, slot)

    # --- Rows ---------------------------------------------------------------------------------------------------------

    def _offered(self) -> list[Slot]:
        """Return rows for the people already named, and empty rows for free seats and some alternates."""
        named = sum(each.state in SEATED for each in self.people)
        free = max(0, self.invitation.seats - named)
        spare = max(0, self.invitation.seats - (len(self.people) - named))
        rows = [self._slot("person", "", each) for each in self.people]
        rows += [self._slot("officer", str(uuid.uuid4())) for _row in range(min(free, MOST_OFFICERS))]
        rows += [self._slot("alternate", str(uuid.uuid4())) for _row in range(min(spare, MOST_ALTERNATES))]
        return self._numbered(rows)

    def _posted(self, values: Sequence[str]) -> list[Slot]:
        """Return the submitted rows; unreadable ones are ignored."""
        known = {str(each.pk): each for each in self.people}
        rows: dict[str, Slot] = {}
        for value in values[:MOST_ROWS]:
            kind, _colon, key = value.partition(":")
            if kind == "person":
                pk, _colon, seen = key.partition(":")
                if pk.isascii() and pk.isdigit() and len(pk) < 16:
                    rows[f"person:{pk}"] = self._slot("person", pk, known.get(pk), seen)
            elif kind in ("officer", "alternate") and _is_key(key):
                rows[value] = self._slot(kind, key)
        return self._numbered(list(rows.values()))

    def _slot(self, kind: str, key: str, person: Delegate | None = None, seen: str = "") -> Slot:
        return Slot(kind, key or (str(person.pk) if person else ""), "", person, seen)

    def _numbered(self, rows: list[Slot]) -> list[Slot]:
        rows.sort(key=lambda slot: slot.is_alternate)
        officers = alternates = 0
        for slot in rows:
            if slot.is_alternate:
                alternates += 1
                slot.heading = _("Alternate %(number)s") % {"number": alternates}
            else:
                officers += 1
                slot.heading = _("Officer %(number)s") % {"number": officers}
        return rows

    def _add_fields(self, number: int, slot: Slot) -> None:
        who, person = {"who": slot.heading}, slot.person
        made: dict[str, forms.Field] = {
            "name": LineField(label=_("Name"), max_length=200, what=_("%(who)s: the name") % who, required=False),
            "title": LineField(label=_("Title or office"), max_length=200, what=_("%(who)s: the title") % who),
            "email": NormalEmailFormField(label=_("E-mail"), who=slot.heading),
            "access_needs": LineField(
                label=_("Access needs"), max_length=300, what=_("%(who)s: the access needs") % who
            ),
            "sex": forms.ChoiceField(label=_("Sex"), choices=[("", _("Prefer not to say")), *Sex.choices]),
        }
        made["name"].error_messages["required"] = _("%(who)s: enter the name") % who
        made["email"].error_messages["invalid"] = (
            _("%(who)s: enter an e-mail address in the correct format, like name@example.org") % who
        )
        made["access_needs"].help_text = _("A ramp, a sign language interpreter, large print.")
        made["sex"].help_text = _("Only used for the forum's statistics.")
        if person and person.state == DelegateState.CONFIRMED:
            made["name"].widget.attrs["readonly"] = True
        if person:
            made["leaves"] = forms.BooleanField(label=_("No longer attending: remove from the list"))
        for name, each in made.items():
            each.required = False
            each.initial = getattr(person, name, "") if person and name in TOLD else None
            self.fields[f"{name}_{number}"] = each
        slot.fields = [self[f"{name}_{number}"] for name in made]

    # --- What is said -------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """Require a name in each filled row, and no named people if the invitation is declined."""
        data = super().clean() or {}
        declines = data.get("choice") == DECLINE
        for number, slot in enumerate(self.slots):
            has_data = any((data.get(f"{name}_{number}") or "") for name in TOLD)
            has_name = bool(data.get(f"name_{number}")) or f"name_{number}" in self.errors
            leaves = bool(data.get(f"leaves_{number}"))
            if declines:
                if slot.kind != "person" and data.get(f"name_{number}"):
                    self.add_error(
                        "choice", _("You have named people below. Choose “We will attend”, or clear their rows.")
                    )
                    break
            elif not leaves and not has_name and not slot.is_gone and (has_data or slot.kind == "person"):
                self.add_error(f"name_{number}", _("%(who)s: enter the name") % {"who": slot.heading})
        if declines:
            for name in [name for name in self.errors if name[-1].isdigit()]:
                del self.errors[name]
        return data

    @property
    def declines(self) -> bool:
        """Return whether the institution declines."""
        return self.cleaned_data["choice"] == DECLINE

    @property
    def named(self) -> list[Named]:
        """Return the filled rows as arguments of the verb."""
        return list(self._named())

    def _named(self) -> Iterator[Named]:
        for number, slot in enumerate(self.slots):
            values: dict[str, Any] = {name: self.cleaned_data.get(f"{name}_{number}") or "" for name in TOLD}
            leaves = bool(self.cleaned_data.get(f"leaves_{number}"))
            if slot.kind == "person":
                yield Named(**values, delegate=int(slot.key), seen=slot.seen, leaves=leaves)
            elif values["name"]:
                yield Named(**values, row=uuid.UUID(slot.key), is_alternate=slot.is_alternate)

    @property
    def officers(self) -> list[Slot]:
        """Return the rows of people with a seat."""
        return [slot for slot in self.slots if not slot.is_alternate and not slot.is_gone]

    @property
    def alternates(self) -> list[Slot]:
        """Return the rows of alternates."""
        return [slot for slot in self.slots if slot.is_alternate]

    @property
    def alternates_said(self) -> bool:
        """Return whether any alternate row is filled or has an error and so must be shown."""
        return any(each.value() or each.errors for slot in self.alternates for each in slot.fields)


def _is_key(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


class PaperAnswerForm(AnswerForm):
    """Form for an answer by letter, entered by the secretariat beside the scan."""

    field_order = ["reference", "received_on", "scan", "answered_by", "choice"]

    reference = LineField(
        label=gettext_lazy("Reference of their letter"),
        max_length=80,
        what=gettext_lazy("The reference"),
        help_text=gettext_lazy("Copy it from the letter. Enter “no reference” if the letter has none."),
        error_messages={"required": gettext_lazy("Enter the reference of the letter")},
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    scan = forms.FileField(
        label=gettext_lazy("Scan of the letter"),
        help_text=gettext_lazy("A PDF or a picture. It is kept with the answer."),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": gettext_lazy("Add a scan of the letter")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answered_by"].label = _("Who signed the letter")
        self.fields["answered_by"].help_text = ""
        self.fields["message"].label = _("Anything else the letter says (optional)")

    def clean_received_on(self) -> date:
        """Refuse dates in the future."""
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate(workflow.now()):
            raise ValidationError(_("The date must be today or in the past."))
        return day

    @property
    def paper(self) -> Paper:
        """Return the letter with the answer."""
        return Paper(self.cleaned_data["reference"], self.cleaned_data["received_on"])


class LetterForm(forms.Form):
    """Form for a letter of invitation: seats, addressee, address and reply date."""

    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=500)
    addressee = LineField(
        label=gettext_lazy("Addressed to"),
        help_text=gettext_lazy("The Principal Secretary, State Department for …"),
        max_length=200,
        what=gettext_lazy("The addressee"),
        required=False,
    )
    email = NormalEmailFormField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("If you leave this empty, the letter goes by post."),
        required=False,
    )
    respond_by = forms.DateField(
        label=gettext_lazy("Answer by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class InviteForm(forms.Form):
    """Form to choose the institutions to invite, with a field for the seats of each."""

    respond_by = forms.DateField(
        label=gettext_lazy("Answer by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, data: Any = None, *args: Any, candidates: Sequence[Any], ticked: Sequence[Any] = (), **options: Any
    ) -> None:
        super().__init__(data, *args, **options)
        self.candidates = list(candidates)
        self.marked = set(data.getlist("bodies")) if data is not None else {str(each.stakeholder.pk) for each in ticked}
        for each in self.candidates:
            name = f"seats_{each.stakeholder.pk}"
            self.fields[name] = forms.IntegerField(
                label=_("Seats of %(name)s") % {"name": each.stakeholder.label},
                min_value=1,
                max_value=500,
                initial=each.seats,
                required=False,
            )

    @property
    def rows(self) -> list[tuple[Any, bool, forms.BoundField]]:
        """Return each institution, whether it is selected, and its seats field."""
        return [
            (each, str(each.stakeholder.pk) in self.marked, self[f"seats_{each.stakeholder.pk}"])
            for each in self.candidates
        ]

    def clean(self) -> dict[str, Any]:
        """Require at least one selected institution, and seats for each."""
        data = super().clean() or {}
        chosen = [each for each, is_marked, _seats in self.rows if is_marked]
        if not chosen:
            raise ValidationError(_("Choose at least one institution."))
        for each in chosen:
            name = f"seats_{each.stakeholder.pk}"
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Enter how many seats"))
        return data

    @property
    def offers(self) -> list[tuple[Any, int, str]]:
        """Return the selected institutions with their seats and addresses."""
        return [
            (each.stakeholder, self.cleaned_data[seats.name], each.email) for each, marked, seats in self.rows if marked
        ]
