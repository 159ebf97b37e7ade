"""Forms of one paragraph that two people changed: what each changed alone is merged, and only what clashes is asked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from positions.models import PARAGRAPH_LIMIT
from positions.text.diff import Span, Strand, is_unsettled, one_text

from .drafting import base_field, paragraph_text
from .fields import ParagraphField

OWN = "own"  # pick of a clash: other words


class TwoTextsForm(forms.Form):
    """Form for a text that was not saved, with the wording it began from and the one that somebody saved meanwhile."""

    text = paragraph_text()
    started = base_field()
    base = base_field()


class OneTextForm(forms.Form):
    """Form that makes one text of two: a pick for each clash, or the whole text. `keep` is the button."""

    PICKS, MINE, WHOLE, SHOWN = "picks", "mine", "whole", "shown"

    keep = forms.ChoiceField(choices=[(value, value) for value in (PICKS, MINE, WHOLE, SHOWN)], required=False)
    whole = ParagraphField(
        label=_("The whole text"),
        max_length=PARAGRAPH_LIMIT,
        what=_("The paragraph"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, mine: str, strands: Sequence[Strand], **options: Any) -> None:
        super().__init__(*args, **options)
        self.mine, self.strands = mine, strands
        self.clashes = [strand for strand in strands if strand.is_clash]
        self.fields["whole"].initial = self.text_of({})
        for number, strand in enumerate(self.clashes):
            self.fields[f"pick_{number}"] = forms.ChoiceField(
                label=_("Place %(number)s") % {"number": number + 1},
                choices=[(name, text) for name, text in self._options(strand).items()] + [(OWN, "")],
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"own_{number}"] = ParagraphField(
                label=_("Other words"),
                max_length=PARAGRAPH_LIMIT,
                what=_("The text"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @staticmethod
    def _options(strand: Strand) -> dict[str, str]:
        """Return the words that can be picked for a clash: theirs, mine, and both in a row."""
        result = {"theirs": strand.theirs.strip(), "mine": strand.mine.strip()}
        return {**result, "both": (strand.theirs + strand.mine).strip()} if all(result.values()) else result

    def clean(self) -> dict[str, Any]:
        """Require a pick for each clash, or a whole text without the square brackets of a clash."""
        data = super().clean() or {}
        if data.get("keep") == self.WHOLE:
            known = ("".join(texts) for texts in zip(*self.strands, strict=True))
            if not data.get("whole"):
                self.add_error("whole", _("Enter the text of the paragraph."))
            elif is_unsettled(data["whole"], *known):
                self.add_error("whole", _("Keep what you want of both versions, and delete the square brackets."))
        elif data.get("keep") not in (self.MINE, self.SHOWN):
            for number in range(len(self.clashes)):
                self._require(data, number)
        return data

    def _require(self, data: dict[str, Any], number: int) -> None:
        pick = data.get(f"pick_{number}")
        if not pick:
            words = _("Choose the words for place %(number)s, which you both changed.")
            self.add_error(f"pick_{number}", words % {"number": number + 1})
        elif pick == OWN and not data.get(f"own_{number}", "").strip():
            words = _("Enter the other words for place %(number)s.")
            self.add_error(f"own_{number}", words % {"number": number + 1})

    @property
    def picks(self) -> dict[int, str]:
        """Return the words picked so far, by the number of the clash."""
        data, result = getattr(self, "cleaned_data", {}), {}
        for number, strand in enumerate(self.clashes):
            pick, own = data.get(f"pick_{number}"), data.get(f"own_{number}")
            if pick == OWN and own:
                result[number] = own.strip()
            elif pick and pick != OWN:
                result[number] = self._options(strand)[pick]
        return result

    @property
    def spans(self) -> list[Span]:
        """Return the one text as far as it is decided, with the spans of its clashes in order."""
        return one_text(self.strands, self.picks)

    def text_of(self, picks: dict[int, str]) -> str:
        """Return the one text with these picks."""
        return "".join(span.text for span in one_text(self.strands, picks)).strip()

    @property
    def text(self) -> str:
        """Return the text that was decided on."""
        keep = self.cleaned_data["keep"]
        return {self.MINE: self.mine, self.WHOLE: self.cleaned_data.get("whole", "")}.get(keep) or self.text_of(
            self.picks
        )

    @property
    def places(self) -> list[dict[str, Any]]:
        """Return each clash as its page asks about it: options with what is picked, and the field for other words."""
        result = []
        for number, strand in enumerate(self.clashes):
            pick = self[f"pick_{number}"]
            options = [
                {"name": name, "text": text, "is_picked": pick.value() == name, "id": f"{pick.auto_id}_{place}"}
                for place, (name, text) in enumerate([*self._options(strand).items(), (OWN, "")])
            ]
            result.append({"pick": pick, "options": options, "own": self[f"own_{number}"]})
        return result
