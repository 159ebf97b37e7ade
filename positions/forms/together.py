"""Form to decide together on amendments that change the same words of a paragraph."""

import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, reason_field
from consultations.forms.fields import OneChoiceField
from positions.models import Advice, Operation
from positions.text.diff import Span, redline
from positions.workflow import Reading, Verdict, accepted, worded, would_read

from .drafting import paragraph_text

WORDS = {
    Advice.ACCEPT: _("Accept"),
    Advice.IN_PART: _("In part"),
    Advice.DECLINE: _("Do not accept"),
}
KEYS = re.compile(r"^[0-9]{1,18}(,[0-9]{1,18})*$")
PK: dict[str, Any] = {"min_value": 1, "max_value": 2**63 - 1}


class Row(NamedTuple):
    """One of the amendments, with the fields for its decision and reason."""

    amendment: Any
    decision: forms.BoundField
    reason: forms.BoundField


class TogetherForm(forms.Form):
    """Form for a decision and a reason for each of the `contending` amendments, and for the text that they make.

    `shown` is the hash of the text that the page showed under "As it would read": what nobody has read is not decided.
    The field `text` holds that text until somebody edits it; empty, it is made anew. `base` is the wording that it is
    based on.
    """

    hide_optional = True  # a reason is needed, but where that of another is quoted
    text = paragraph_text(
        required=False, help_text=_("Change them if a part is accepted. Empty it to start again from the decisions.")
    )
    seen = forms.RegexField(KEYS, widget=forms.HiddenInput, max_length=20_000)
    base = forms.IntegerField(widget=forms.HiddenInput, **PK)
    shown = LineField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, contending: list[Any], may_accept: bool, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "together_%s", **options})
        self.contending, self.may_accept = contending, may_accept
        self.paragraph = contending[0].paragraph
        self.present = self.paragraph.present_wording.text
        self.initial = {"seen": self.keys, "base": self.paragraph.wording_id, **self.initial}
        for each in contending:
            self._add(each)
        self.fields["text"].label = _g("The words")
        if not self.is_bound and "shown" not in self.initial:
            self.initial |= {"text": self.reading.text, "shown": fingerprint(self.reading.text)}

    def _add(self, amendment: Any) -> None:
        """Add the two fields of an amendment, which start with what was recommended."""
        choices = [Advice.DECLINE]
        if self.may_accept and amendment.operation != Operation.MOVE:
            choices.insert(0, Advice.IN_PART)
        if self.may_accept and not amendment.is_stale:
            choices.insert(0, Advice.ACCEPT)
        letter = {"letter": amendment.letter}
        decision = OneChoiceField(
            label=_g("Decide %(letter)s") % letter,
            choices=[(choice.value, WORDS[choice]) for choice in choices],
            widget=forms.RadioSelect,
            error_messages={"required": _g("Decide on %(letter)s.") % letter, "invalid_choice": _("Choose again.")},
        )
        reason = reason_field(label=_g("Reason for %(letter)s") % letter)
        reason.widget.attrs["rows"] = 2
        self.fields |= {f"decision_{amendment.pk}": decision, f"reason_{amendment.pk}": reason}
        advice = amendment.advice
        if advice and advice.advice in choices:
            given = {f"decision_{amendment.pk}": advice.advice, f"reason_{amendment.pk}": advice.reason}
            self.initial = {**given, **self.initial}

    @property
    def keys(self) -> str:
        """Return the keys of the amendments."""
        return ",".join(str(each.pk) for each in self.contending)

    @property
    def rows(self) -> Iterator[Row]:
        """Return the amendments with their fields."""
        return (Row(each, self[f"decision_{each.pk}"], self[f"reason_{each.pk}"]) for each in self.contending)

    @property
    def letters(self) -> str:
        """Return the letters of the amendments in a sentence: A, B and C."""
        return get_text_list([each.letter for each in self.contending], _g("and"))

    # --- As it would read

    @cached_property
    def decisions(self) -> dict[int, str]:
        """Return what is chosen now, by the primary key of the amendment."""
        chosen = {each.pk: self[f"decision_{each.pk}"].value() for each in self.contending}
        return {pk: value for pk, value in chosen.items() if value in Advice.values}

    @cached_property
    def reading(self) -> Reading:
        """Return how the paragraph would read, so decided, if nobody edits its words."""
        return would_read(self.contending, self.decisions, self.present)

    @property
    def is_taken(self) -> bool:
        """Return whether any change to the words is accepted."""
        return bool(worded(accepted(self.contending, self.decisions)))

    @property
    def is_edited(self) -> bool:
        """Return whether somebody wrote other words than the page proposed."""
        text = self["text"].value() or ""
        return bool(text.strip()) and self.is_taken and fingerprint(text) != self["shown"].value()

    @property
    def words(self) -> str:
        """Return the text of the paragraph, so decided."""
        return self["text"].value() if self.is_edited else self.reading.text

    @property
    def spans(self) -> list[Span]:
        """Return what would change in the paragraph."""
        return redline(self.present, self.words)

    @property
    def as_read(self) -> dict[str, Any]:
        """Return all that is typed, with what the page shows now beside it."""
        now = {"seen": self.keys, "base": self.paragraph.wording_id, "shown": fingerprint(self.reading.text)}
        return {name: self[name].value() for name in self.fields} | {"text": self.words} | now

    def show_again(self) -> None:
        """Hold what the page shows now beside the errors, so that it can be sent again."""
        data = self.as_read
        _errors = self.errors  # of what was sent
        self.data = {name: "" if value is None else str(value) for name, value in data.items()}

    # --- Decided

    def clean(self) -> dict[str, Any]:
        """Require that the page has shown the text that the decisions make."""
        data = self.cleaned_data
        is_complete = len(self.decisions) == len(self.contending)
        is_shown = self.is_edited or self["shown"].value() == fingerprint(self.reading.text)
        if is_complete and self.is_taken and not is_shown:
            self.add_error("text", _g("So decided, it would read as below. Read it, then decide."))
        return data

    @property
    def decision(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        typed = {**{name: self.data[name] for name in self.data}, **self.cleaned_data}
        verdicts = {
            int(key): Verdict(typed.get(f"decision_{key}", ""), typed.get(f"reason_{key}", ""))
            for key in typed["seen"].split(",")
        }
        text = typed["text"] if self.is_edited else self.reading.text
        return {"verdicts": verdicts, "text": text if self.is_taken else None, "base": typed["base"]}


def fingerprint(text: str) -> str:
    """Return the hash of a text whatever its line ends, which browsers change."""
    return hashlib.sha256("\n".join(text.strip().splitlines()).encode()).hexdigest()
