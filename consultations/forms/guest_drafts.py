"""Forms for an input that is written before there is an account."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.models import BODY_LIMIT, Language, Stakeholder
from consultations.models.guest_drafts import joined

from .fields import TOO_LONG, LineField, PlainTextField, choice_field

MOST_ANSWERS = 20  # of one draft: four questions, and those that were asked before
Pairs = Iterable[tuple[str, str]]


class GuestDraftForm(forms.Form):
    """Form for the answers to the questions about a theme, and for a free text. With `sending`, it demands words."""

    use_required_attribute = False
    title = LineField(
        label=_("Your main point, in one line"),
        max_length=200,
        what=_("The main point"),
        error_messages={"required": _("Enter your main point, in one line.")},
    )
    body = PlainTextField(
        label=_("Anything else, in your own words"),
        max_length=BODY_LIMIT,
        required=False,
        help_text=_("You can answer the questions above, or write everything here."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=Language.choices, widget=forms.RadioSelect)
    is_shared = forms.BooleanField(
        label=_("This device is shared: forget what I wrote when the browser is closed"), required=False
    )

    def __init__(self, *args: Any, questions: Pairs = (), sending: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sending = sending
        self.fields["title"].required = sending or not self.is_bound
        if self.is_bound:
            names = [f"question_{turn}" for turn in range(MOST_ANSWERS)]
            questions = [(str(self.data[name])[:300], "") for name in names if self.data.get(name)]
        self.numbers = range(len(list(questions := list(questions))))
        for turn, (question, answer) in enumerate(questions):
            self.fields[f"question_{turn}"] = LineField(
                max_length=300, required=False, initial=question, widget=forms.HiddenInput
            )
            self.fields[f"answer_{turn}"] = PlainTextField(
                label=question,
                max_length=BODY_LIMIT,
                what=_("The answer"),
                required=False,
                initial=answer,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        if not questions:
            self.fields["body"].label, self.fields["body"].help_text = _("In your own words"), ""
        self.order_fields([f"answer_{turn}" for turn in self.numbers] + ["body", "title"])

    def clean(self) -> dict[str, Any]:
        """Demand a title and a text to go on, and refuse answers that are too long together."""
        length = len(joined(self._answers, self.cleaned_data.get("body", "")))
        if length > BODY_LIMIT and not self.errors:
            figures = {"length": length, "limit": BODY_LIMIT, "excess": length - BODY_LIMIT}
            words = {name: f"{number:,}" for name, number in figures.items()}
            problem = ValidationError(TOO_LONG, params={"what": _("What you wrote"), **words})
            self.add_error("body", problem)
        elif self.sending and not length and "body" not in self.errors:
            self.add_error("body", _("Answer a question, or write in your own words."))
        self.fields["title"].required = True  # a draft can be saved without it
        return self.cleaned_data

    @property
    def _answers(self) -> list[list[str]]:
        given = self.cleaned_data
        pairs = [[given.get(f"question_{turn}", ""), given.get(f"answer_{turn}", "")] for turn in self.numbers]
        return [[question, answer] for question, answer in pairs if question and answer.strip()]

    @property
    def words(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {"answers": self._answers, **{name: self.cleaned_data[name] for name in ("title", "body", "language")}}


class OwnOrganisationForm(forms.Form):
    """Form to choose for which of one's organisations one writes."""

    organisation = forms.TypedChoiceField(
        label=_("Organisation"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose your organisation.")),
    )

    def __init__(self, *args: Any, organisations: list[Stakeholder], **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisations = {body.pk: body for body in organisations}
        choice_field(self, "organisation").choices = [(pk, body.name) for pk, body in self.organisations.items()]
        if len(organisations) == 1:
            self.initial["organisation"] = organisations[0].pk
