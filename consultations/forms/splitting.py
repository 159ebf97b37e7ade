"""The sentences of an input, and the form that makes a point of some of them."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.models import Point, Submission
from consultations.redaction import holds_back

from .fields import OneTickField, choice_field
from .points import PointForm

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


Part = tuple[str, int]  # words of a sentence, and the number of the point that has them, or 0


def taken_parts(sentence: str, points: Iterable[Point]) -> list[Part]:
    """Split a sentence where existing points begin and end; return each part with the number of its point."""
    spans = []
    for point in points:
        matches = re.finditer(_loosely(point.text), sentence) if point.text.strip() else ()
        spans += [(*match.span(), point.number) for match in matches]
        if re.search(_loosely(sentence), point.text):
            return [(sentence, point.number)]
    return _cut(sentence, sorted(spans))


def _loosely(text: str) -> str:
    """Return a pattern for these words with any spaces, line ends or held-back brackets between them."""
    words = text.replace("[[", " ").replace("]]", " ").split()
    return r"(?:\s|\[\[|\]\])*".join(map(re.escape, words)) or r"(?!)"


def _cut(sentence: str, spans: list[tuple[int, int, int]]) -> list[Part]:
    parts, at = [], 0
    for start, end, number in spans:
        if start > at:
            parts.append((sentence[at:start], 0))
        if end > max(at, start):
            parts.append((sentence[max(at, start) : end], number))
            at = end
    return [*parts, (sentence[at:], 0)] if at < len(sentence) else parts


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
