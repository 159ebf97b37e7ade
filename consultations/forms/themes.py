"""Forms for the themes of a consultation and the questions about each."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import MOST_QUESTIONS, Consultation, Theme
from consultations.workflow import questions_of, themes_of

from .consultation_settings import SeenForm
from .fields import LineField, PlainTextField


class ThemesForm(SeenForm):
    """Form for the themes that a consultation asks about."""

    themes = forms.ModelMultipleChoiceField(
        Theme.objects.order_by("order"),
        to_field_name="code",
        label=_("Themes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("There is no theme with the code %(value)s.")},
    )

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        super().__init__(*args, stand=themes_of(consultation), **options)

    @property
    def ticked(self) -> set[str]:
        """Return the codes that are ticked now."""
        return {str(code) for code in self["themes"].value() or []}


class QuestionsForm(SeenForm):
    """Form for the questions about a theme, each in English and Kiswahili."""

    def __init__(self, *args: Any, consultation: Consultation, theme: Theme, **options: Any) -> None:
        stand = questions_of(consultation, theme)
        initial: dict[str, str] = {}
        for number, (text, text_sw) in enumerate(stand["questions"], 1):
            initial |= {f"text_{number}": text, f"text_sw_{number}": text_sw}
        super().__init__(*args, stand=stand, initial=initial, **options)
        for number in range(1, MOST_QUESTIONS + 1):
            self.fields[f"text_{number}"] = _question(_("Question %(n)s, English"), number)
            self.fields[f"text_sw_{number}"] = _question(_("Question %(n)s, Kiswahili"), number, lang="sw")

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Return the two fields of each question."""
        return [(self[f"text_{number}"], self[f"text_sw_{number}"]) for number in range(1, MOST_QUESTIONS + 1)]

    def clean(self) -> dict[str, Any]:
        """Require English where there is Kiswahili."""
        data = super().clean() or {}
        for number in range(1, MOST_QUESTIONS + 1):
            if data.get(f"text_sw_{number}") and not data.get(f"text_{number}") and f"text_{number}" not in self.errors:
                self.add_error(f"text_{number}", _("Enter the question in English as well."))
        return data

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Return the questions that were entered, without gaps."""
        data = self.cleaned_data
        pairs = [(data[f"text_{number}"], data[f"text_sw_{number}"]) for number in range(1, MOST_QUESTIONS + 1)]
        return [pair for pair in pairs if pair[0]]

    def set_beside(self, theirs: Any) -> None:
        """Show the questions that somebody saved meanwhile."""
        super().set_beside(theirs)
        self.theirs = [(str(_("Questions")), " · ".join(text for text, _kiswahili in theirs["questions"]) or "–")]


def _question(label: Any, number: int, **attrs: str) -> LineField:
    return LineField(
        label=label % {"n": number},
        what=_("The question"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, **attrs}),
    )


class NewThemeForm(forms.Form):
    """Form for a theme of a consultation's own."""

    title = LineField(
        label=_("Title"), what=_("The title"), max_length=200, error_messages={"required": _("Enter a title.")}
    )
    title_sw = LineField(label=_("Title in Kiswahili"), what=_("The title"), max_length=200, required=False)
    introduction = PlainTextField(
        label=_("Introduction"),
        what=_("The introduction"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the theme covers, in two or three sentences."),
    )
