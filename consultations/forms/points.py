"""Forms for points: from an input, from a session, and joining duplicates."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import Point, PointKind, Stakeholder, Submission, Theme
from consultations.redaction import holds_back

from .fields import (
    LineField,
    ObjectivesField,
    OneTickField,
    PlainTextField,
    ReasonForm,
    choice_field,
    field_of,
    reason_field,
    record_field,
)


def _capital(choices: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]


class PointForm(forms.Form):
    """Form for a point."""

    text = PlainTextField(
        label=_("What the point says"),
        max_length=2_000,
        what=_("The point"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Enter what the point says.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: _capital(PointKind.choices))
    theme = forms.ModelChoiceField(
        Theme.objects.none(), to_field_name="code", label=_("Theme"), empty_label=_("Choose a theme")
    )
    objectives = ObjectivesField()

    def __init__(self, *args: Any, themes: Any, theme: Theme | None = None, **options: Any) -> None:
        options["initial"] = {
            "kind": PointKind.RECOMMENDATION, "theme": theme.code if theme else "", **options.get("initial", {}),
        }  # fmt: skip
        super().__init__(*args, **options)
        record_field(self, "theme").queryset = themes
        field_of(self, "objectives", ObjectivesField).offer(str(self["theme"].value() or ""))

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verbs store of a point."""
        names = ("kind", "theme", "text")
        return {"provisions": self.cleaned_data["objectives"], **{name: self.cleaned_data[name] for name in names}}


SENTENCE = re.compile(r"""(?<=[.!?…])["”’)\]]*\s+(?=["“‘(\[]?[^\W_a-zà-ÿ])""")
BORDER = re.compile(r"(?=\[\[)|(?<=\]\])")
PUNCTUATION = re.compile(r"\A[^\w\s]+")
SHORTEST_PASSAGE = 25


def passages(text: str) -> list[list[str]]:
    """Split a text into lines, and each line into sentences, without losing anything but outer spaces.

    Also splits where a held-back passage begins or ends, so that the public part can be marked without it.
    """
    return [_pieces(line.strip()) for line in text.splitlines() if line.strip()]


def _pieces(line: str) -> list[str]:
    """Return the sentences of `line`, split at the borders of held-back passages; a comma after a border stays before
    it.
    """
    pieces: list[str] = []
    for part in BORDER.split(line):
        if pieces and not part.startswith("[["):
            rest = PUNCTUATION.sub("", part)
            pieces[-1] += part.removesuffix(rest)
            part = rest
        if part.strip():
            pieces += _sentences(part.strip())
    return pieces


def _sentences(text: str) -> list[str]:
    sentences, start = [], 0
    for gap in SENTENCE.finditer(text):
        if gap.end() - start >= SHORTEST_PASSAGE:
            sentences.append(text[start : gap.end()].rstrip())
            start = gap.end()
    return [*sentences, text[start:]]


def taken_parts(sentence: str, texts: Iterable[str]) -> list[tuple[str, bool]]:
    """Split a sentence where existing points begin and end; return each part with whether a point already has it."""
    spans = []
    for text in texts:
        spans += [match.span() for match in re.finditer(_loosely(text), sentence)] if text.strip() else []
        if re.search(_loosely(sentence), text):
            return [(sentence, True)]
    return _cut(sentence, sorted(spans))


def _loosely(text: str) -> str:
    """Return a pattern for these words with any spaces, line ends or held-back brackets between them."""
    words = text.replace("[[", " ").replace("]]", " ").split()
    return r"(?:\s|\[\[|\]\])*".join(map(re.escape, words)) or r"(?!)"


def _cut(sentence: str, spans: list[tuple[int, int]]) -> list[tuple[str, bool]]:
    parts, at = [], 0
    for start, end in spans:
        if start > at:
            parts.append((sentence[at:start], False))
        if end > max(at, start):
            parts.append((sentence[max(at, start) : end], True))
            at = end
    return [*parts, (sentence[at:], False)] if at < len(sentence) else parts


class SplitForm(PointForm):
    """Form for a point of an input: sentences marked in its text, or own words, which take precedence."""

    passages = forms.MultipleChoiceField(required=False)
    held_back = OneTickField(
        label=_("It reveals something the author holds back"),
        required=False,
        help_text=_(
            "Words copied from a held-back passage are recognised automatically. Tick "
            "this if other words reveal the same thing."
        ),
    )

    def __init__(self, *args: Any, submission: Submission, **options: Any) -> None:
        sentences = [sentence for line in passages(submission.body) for sentence in line]
        self.sentences = {str(number): sentence for number, sentence in enumerate(sentences)}
        themes = submission.consultation.themes.all()
        super().__init__(*args, themes=themes, theme=submission.theme, prefix="point", **options)
        choice_field(self, "passages").choices = list(self.sentences.items())
        if not holds_back(f"{submission.body}\n{submission.proposed_wording}"):
            del self.fields["held_back"]
        self.fields["text"].required = False
        self.fields["text"].help_text = _("Leave it empty to use the marked sentences as they are.")

    def clean(self) -> dict[str, Any]:
        """Require the text of the point: entered, or from the marked sentences."""
        marked = [self.sentences[number] for number in self.cleaned_data.get("passages", [])]
        typed = self.cleaned_data.get("text")
        if typed is not None and not typed.strip():
            self._take(" ".join(marked))
        return self.cleaned_data

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of the point of an input."""
        return {**super().words, "held_back": self.cleaned_data.get("held_back", False)}

    def _take(self, text: str) -> None:
        field = self.fields["text"]
        try:
            field.required = True
            self.cleaned_data["text"] = field.clean(text)
        except ValidationError as problem:
            self.add_error("text", problem if text else _("Mark the sentences of the point, or enter what it says."))
        field.required = False


class SessionPointForm(PointForm):
    """Form for a point made in a session."""

    organisation = forms.ModelChoiceField(
        Stakeholder.objects.none(),
        required=False,
        label=_("Raised by"),
        empty_label=_("Not stated"),
        help_text=_("The organisation whose people raised it."),
    )
    responsible = LineField(
        label=_("Who will do it"),
        max_length=200,
        what=_("Who will do it"),
        required=False,
        help_text=_(
            "For a commitment: a person, an office, or both. If you leave it empty, it is "
            "the organisation that raised it."
        ),
    )
    due_on = forms.DateField(
        label=_("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date in the correct format, like 2026-11-30.")},
    )
    field_order = ["text", "kind", "organisation", "responsible", "due_on", "theme", "objectives"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "organisation").queryset = Stakeholder.objects.verified().only("name")

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of the point of a session."""
        promise = {name: self.cleaned_data[name] for name in ("responsible", "due_on")}
        return {**super().words, "stakeholder": self.cleaned_data["organisation"], **promise}


class MergeForm(ReasonForm):
    """Form to join two duplicate points: which one is kept, and why."""

    into = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": _("Choose the point that this one duplicates.")}
    )
    reason = reason_field(_("Enter why they are the same."))


class TwinForm(forms.Form):
    """Form to search for a duplicate of a point."""

    words = LineField(label=_("Search the other points"), max_length=200, required=False)

    def looks_for(self, point: Point) -> str:
        """Return the search words: those entered, or those of the point."""
        return (self.is_valid() and self.cleaned_data["words"]) or point.text
