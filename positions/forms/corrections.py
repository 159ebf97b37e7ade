"""Forms after adoption: corrections and restricted annexes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, PlainTextField, reason_field
from positions.models import PARAGRAPH_LIMIT, Paragraph
from positions.workflow.corrections import against

from .fields import ParagraphField


class CorrectionForm(forms.Form):
    """Form for the corrected text of each paragraph and the reason."""

    reason = reason_field(
        _("Enter what the mistake was: everyone can read this next to the corrected edition"),
        label=_("What the mistake was"),
        help_text=_("Everyone can read this next to the corrected edition."),
    )

    def __init__(self, *args: Any, printed: Iterable[tuple[Paragraph, dict[str, Any]]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.printed = list(printed)
        for _paragraph, words in self.printed:
            self.fields[f"text_{words['number']}"] = ParagraphField(
                label=_("Paragraph %(number)s") % {"number": words["number"]},
                max_length=PARAGRAPH_LIMIT,
                what=_("The paragraph"),
                initial=words["text"],
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": _("Enter the text of the paragraph.")},
            )

    def clean(self) -> dict[str, Any]:
        """Show at each paragraph why its change is not a correction."""
        data = super().clean() or {}
        for _paragraph, words in self.printed:
            name = f"text_{words['number']}"
            if name in data and data[name].strip() != words["text"]:
                for problem in against(words["text"], data[name].strip(), words["verb"]):
                    self.add_error(name, problem)
        return data

    @property
    def parts(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Return each printed paragraph with its field."""
        return [(words, self[f"text_{words['number']}"]) for _paragraph, words in self.printed]

    @property
    def words(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        texts = {paragraph: self.cleaned_data[f"text_{words['number']}"] for paragraph, words in self.printed}
        return {"reason": self.cleaned_data["reason"], "texts": texts}


class AnnexForm(forms.Form):
    """Form for a restricted annex."""

    title = LineField(
        label=_("Title"), max_length=200, what=_("The title"), error_messages={"required": _("Enter the title.")}
    )
    text = PlainTextField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        error_messages={"required": _("Enter the text.")},
    )
