"""Forms for milestones: findings and briefs."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, PlainTextField
from consultations.models import Framework, Provision
from positions.models import (
    BRIEF_PART,
    CORRECTION_LIMIT,
    NEEDS_NOTE,
    NOTE_LIMIT,
    Brief,
    Paragraph,
    Reflection,
    ReflectionValue,
)
from positions.workflow.findings import wanting

FOUND = [(value, label) for value, label in ReflectionValue.choices if value != ReflectionValue.STRUCK]


class FindingForm(forms.Form):
    """Form for a finding: value, source and note."""

    value = forms.ChoiceField(
        label=_("What did you find?"),
        choices=FOUND,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you found.")},
    )
    reference = LineField(
        label=_("Where it stands"),
        max_length=200,
        help_text=_("The document and its paragraph, for example: Zero draft, 5 February 2018, objective 6 (b)."),
        error_messages={"required": _("Enter the document and its paragraph.")},
    )
    note = PlainTextField(
        label=_("Note"),
        max_length=NOTE_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What is missing, or what the document says instead. Everyone can read this once the findings are released."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Require a note unless the paragraph is fully reflected."""
        data = super().clean() or {}
        if data.get("value") in NEEDS_NOTE and "note" in data:
            for words in wanting(data["value"], data.get("reference", "-"), data["note"]):
                self.add_error("note", words)
        return data


class ReflectionForm(FindingForm):
    """Form for a finding on a paragraph and an objective or guiding principle."""

    paragraph = forms.ChoiceField(label=_("Paragraph"))
    provision = forms.ChoiceField(label=_("Objective or guiding principle of the Compact"))
    field_order = ["paragraph", "provision", "value", "reference", "note"]

    def __init__(
        self,
        *args: Any,
        printed: Sequence[tuple[Paragraph, dict[str, Any]]],
        provisions: Iterable[Provision],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.printed = {str(words["number"]): paragraph for paragraph, words in printed}
        self.known = {each.code: each for each in provisions}
        fields: Any = self.fields
        fields["paragraph"].choices = [
            (str(words["number"]), f"{words['number']}. {_shortened(words['text'])}") for _paragraph, words in printed
        ]
        fields["provision"].choices = _by_framework(self.known.values())

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        data = self.cleaned_data
        result = {name: data[name] for name in ("value", "reference", "note")}
        return {"paragraph": self.printed[data["paragraph"]], "provision": self.known[data["provision"]], **result}


def _by_framework(known: Iterable[Provision]) -> list[tuple[Any, list[tuple[str, str]]]]:
    heads = {Framework.GCM_OBJECTIVE: _("Objectives"), Framework.GCM_PRINCIPLE: _("Guiding principles")}
    listed = list(known)
    groups = [
        (words, [(each.code, f"{each.numeral} {each.label}") for each in listed if each.framework == framework])
        for framework, words in heads.items()
    ]
    return [(words, choices) for words, choices in groups if choices]


def _shortened(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69].rstrip()}…"


class CorrectFindingForm(FindingForm):
    """Form to correct a finding, with the reason."""

    reason = PlainTextField(
        label=_("Why are you correcting it?"),
        what=_("The reason"),
        max_length=CORRECTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everyone can read this next to the correction once the findings are released."),
        error_messages={"required": _("Enter a reason: it is kept with the correction.")},
    )

    def __init__(self, *args: Any, finding: Reflection, **options: Any) -> None:
        options["initial"] = {name: getattr(finding, name) for name in ("value", "reference", "note")}
        super().__init__(*args, **options)


def _part(label: Any, limit: int = BRIEF_PART, rows: int = 4, **options: Any) -> PlainTextField:
    widget = forms.Textarea(attrs={"rows": rows})
    return PlainTextField(label=label, max_length=limit, what=label, widget=widget, **options)


class BriefForm(forms.Form):
    """Form for the brief that officials take to a milestone."""

    paragraphs = forms.MultipleChoiceField(
        label=_("Paragraphs in the brief"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose only a few: a brief has at most two pages."),
        error_messages={"required": _("Choose at least one paragraph.")},
    )
    ask = _part(_("What Kenya asks"), error_messages={"required": _("Enter what Kenya asks.")})
    flexibility = _part(
        _("Flexibility"), required=False, help_text=_("What Kenya can concede, and in return for what.")
    )
    red_line = _part(_("Red line"), required=False, help_text=_("What Kenya does not agree to, whatever is offered."))
    speaking_points = _part(
        _("Speaking points"), 2 * BRIEF_PART, 8, required=False, help_text=_("Enter one on each line.")
    )
    field_order = ["ask", "flexibility", "red_line", "speaking_points", "paragraphs"]

    def __init__(
        self, *args: Any, printed: Sequence[tuple[Paragraph, dict[str, Any]]], last: Brief | None, **options: Any
    ) -> None:
        options["initial"] = _words_of(last, printed) if last else {}
        super().__init__(*args, **options)
        self.printed = {str(words["number"]): paragraph for paragraph, words in printed}
        fields: Any = self.fields
        fields["paragraphs"].choices = [
            (str(words["number"]), f"{words['number']}. {_shortened(words['text'])}") for _paragraph, words in printed
        ]

    @classmethod
    def labels(cls) -> list[tuple[str, Any]]:
        """Return the parts of a brief in order, with their texts."""
        return [(name, field.label) for name, field in cls.base_fields.items() if name != "paragraphs"]

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb; the paragraphs in the order of the text."""
        chosen = set(self.cleaned_data["paragraphs"])
        paragraphs = [paragraph for number, paragraph in self.printed.items() if number in chosen]
        return {**self.cleaned_data, "paragraphs": paragraphs}


def _words_of(brief: Brief, printed: Sequence[tuple[Paragraph, dict[str, Any]]]) -> dict[str, Any]:
    held = set(brief.chosen.values_list("paragraph", flat=True))
    parts = {name: getattr(brief, name) for name, _label in BriefForm.labels()}
    return {**parts, "paragraphs": [str(words["number"]) for paragraph, words in printed if paragraph.pk in held]}
