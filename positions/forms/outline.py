"""Forms for the sections of a paper."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, reason_field
from consultations.forms.fields import choice_field
from consultations.models import Theme
from positions.models import Section, SectionPart

FIRST = "first"


class SectionForm(forms.Form):
    """Form for a section's heading."""

    heading = LineField(
        label=_("Heading"),
        max_length=200,
        what=_("The heading"),
        error_messages={"required": _("Enter the heading.")},
    )


class NewSectionForm(SectionForm):
    """Form for a new section and its position."""

    kind = forms.ChoiceField(label=_("Kind of section"))
    after = forms.ChoiceField(label=_("Comes after"))

    def __init__(self, *args: Any, sections: Iterable[Section], themes: Iterable[Theme], **options: Any) -> None:
        super().__init__(*args, **options)
        self.themes = {theme.code: theme for theme in themes}
        self.sections = {str(section.pk): section for section in sections}
        parts = [(part, str(label).capitalize()) for part, label in SectionPart.choices if part != SectionPart.THEME]
        parts.sort(key=lambda choice: choice[0] != SectionPart.BODY)
        on_themes = [(code, str(theme)) for code, theme in self.themes.items()]
        choice_field(self, "kind").choices = [*parts, (_("Theme"), on_themes)]
        choice_field(self, "after").choices = [(pk, section.heading) for pk, section in self.sections.items()]
        self.fields["after"].initial = next(reversed(self.sections), None)
        if not self.sections:
            del self.fields["after"]

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of a section."""
        kind, after = self.cleaned_data["kind"], self.sections.get(self.cleaned_data.get("after", ""))
        theme = self.themes.get(kind)
        part = SectionPart.THEME if theme else kind
        return {"heading": self.cleaned_data["heading"], "part": part, "theme": theme, "after": after}


class SectionPlaceForm(forms.Form):
    """Form for the new place of a section, with the reason where paragraphs of an edition get other numbers."""

    after = forms.ChoiceField(
        label=_("Move it after"),
        error_messages={"required": _("Choose where to put it."), "invalid_choice": _("Choose where to put it.")},
    )
    reason = reason_field(help_text=_("Needed if paragraphs of an edition get other numbers."))

    def __init__(self, *args: Any, sections: Iterable[Section], section: Section, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = {str(each.pk): each for each in sections if each != section}
        choice_field(self, "after").choices = [
            ("", _("Choose where to put it")),
            (FIRST, _("At the beginning")),
            *((pk, each.heading) for pk, each in self.places.items()),
        ]

    @property
    def words(self) -> dict[str, Any]:
        """Return the place and the reason for the verb."""
        return {"after": self.places.get(self.cleaned_data["after"]), "reason": self.cleaned_data["reason"]}
