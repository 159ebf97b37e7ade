"""Drafting forms: papers, paragraphs, wordings and filters of points."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext_lazy as _

from consultations.forms import LineField, ObjectivesField, PlainTextField
from consultations.forms.fields import KeyField, choice_field, field_of, record_field
from consultations.models import (
    Consultation,
    ConsultationState,
    Forum,
    ForumState,
    Language,
    PointKind,
    Theme,
)
from positions.edition.phrases import operative_words
from positions.models import (
    COMMENT_LIMIT,
    PARAGRAPH_LIMIT,
    GroundingRelation,
    PaperState,
    Paragraph,
    PositionPaper,
    Strength,
)
from positions.text.editorial import MOST_WORDS, WEIGHTY, weigh

from .fields import ParagraphField

RESERVED = "new"  # URL of the page to create a paper
BEGINNING = "section-"  # prefix of options for the start of a section


class PaperNameForm(forms.Form):
    """Form for the title and purpose of a paper."""

    title = LineField(
        label=_("Title"),
        max_length=200,
        what=_("The title"),
        help_text=_("As it will appear on the cover."),
        error_messages={"required": _("Enter the title.")},
    )
    short_title = LineField(
        label=_("Short title"),
        max_length=60,
        what=_("The short title"),
        help_text=_("For page margins and lists, for example GCM 2017."),
        error_messages={"required": _("Enter the short title.")},
    )
    purpose = LineField(
        label=_("Purpose"),
        max_length=300,
        what=_("The purpose"),
        required=False,
        help_text=_("What Kenya needs the position for, for example the Addis Ababa regional dialogue."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language.choices,
        initial=Language.ENGLISH,
        required=False,
        help_text=_("The language that editions are printed in. Single paragraphs can be in the other language."),
    )

    def clean_language(self) -> str:
        """Default to the paper's language, or English."""
        return self.cleaned_data["language"] or self.initial.get("language", Language.ENGLISH)


class PaperForm(PaperNameForm):
    """Form for a new paper."""

    consultation = forms.ModelChoiceField(
        Consultation.objects.none(),
        to_field_name="slug",
        label=_("Consultation"),
        empty_label=_("Choose a consultation"),
        error_messages={"required": _("Choose the consultation that this paper responds to.")},
    )
    forum = forms.ModelChoiceField(
        Forum.objects.none(),
        to_field_name="slug",
        required=False,
        label=_("Forum that decides on the paper"),
        empty_label=_("Not chosen yet"),
    )
    predecessor = forms.ModelChoiceField(
        PositionPaper.objects.none(),
        to_field_name="slug",
        required=False,
        label=_("Earlier paper that this one replaces"),
        help_text=_("You can mark the earlier paper as superseded once this one is published."),
        empty_label=_("None"),
    )
    slug = LineField(
        label=_("Address"),
        max_length=50,
        what=_("The address"),
        required=False,
        help_text=_("Use lower-case letters, digits and hyphens. Leave it empty to use the short title."),
    )
    field_order = ("consultation",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "consultation").queryset = Consultation.objects.exclude(state=ConsultationState.DRAFT)
        record_field(self, "predecessor").queryset = PositionPaper.objects.filter(state=PaperState.PUBLISHED)
        record_field(self, "forum").queryset = Forum.objects.exclude(state=ForumState.CANCELLED)

    def clean(self) -> dict[str, Any]:
        """Require a forum of the consultation and an unused address."""
        data = super().clean() or {}
        forum, consultation = data.get("forum"), data.get("consultation")
        if forum and consultation and forum.consultation_id != consultation.pk:
            self.add_error("forum", _("This forum belongs to another consultation."))
        if "slug" in data and "short_title" in data:
            self._settle_address(data, data["slug"])
        return data

    def _settle_address(self, data: dict[str, Any], typed: str) -> None:
        data["slug"] = slugify(typed or data["short_title"])[:50]
        if not data["slug"] or data["slug"] == RESERVED or (typed and typed != data["slug"]):
            self.add_error("slug", _("Use only lower-case letters, digits and hyphens, for example gcm-2017."))
        elif PositionPaper.objects.filter(slug=data["slug"]).exists():
            self.add_error("slug", _("Another paper has this address. Enter a different one."))


class MarksForm(forms.Form):
    """Form for the marks of a paragraph: strength, objectives, and whether it is secretariat text."""

    strength = forms.ChoiceField(
        label=_("Operative strength"),
        required=False,
        choices=lambda: [(value, str(label).capitalize()) for value, label in Strength.choices],
    )
    is_secretariat_text = forms.BooleanField(label=_("Secretariat text: it cites no point"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, required=False)
    objectives = ObjectivesField()

    def __init__(self, *args: Any, theme: Theme | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        field_of(self, "objectives", ObjectivesField).offer(theme.code if theme else "")

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verbs store of the marks."""
        data = self.cleaned_data
        return {
            "strength": data["strength"],
            "is_secretariat_text": data["is_secretariat_text"],
            "provisions": data["objectives"],
            "language": data["language"] or None,
        }


def paragraph_text(**options: Any) -> ParagraphField:
    """Return the field for the text of a paragraph."""
    return ParagraphField(
        label=_("Text"),
        max_length=PARAGRAPH_LIMIT,
        what=_("The paragraph"),
        widget=forms.Textarea(attrs={"rows": 6, "data-most": PARAGRAPH_LIMIT}),
        error_messages={"required": _("Enter the text of the paragraph.")},
        **options,
    )


def why(**options: Any) -> LineField:
    """Return the field for the reason of a wording."""
    return LineField(label=_("Why"), max_length=500, what=_("The reason"), **options)


def optional_why() -> LineField:
    """Return the field for the reason of a wording that may need none."""
    return why(required=False, help_text=_("It is kept with the wording. A small edit needs none."))


def base_field() -> forms.IntegerField:
    """Return the hidden field for the wording that an edit is based on."""
    return forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)


class ParagraphForm(MarksForm):
    """Form for a new paragraph."""

    text = paragraph_text()
    why = optional_why()
    key = KeyField(required=False)
    field_order = ["text", "strength", "is_secretariat_text", "language", "objectives", "why"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].widget.attrs["data-key"] = "p"  # the key that adds a paragraph leads to the open form

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verb stores of a paragraph."""
        return {**super().words, **{name: self.cleaned_data[name] for name in ("text", "why", "key")}}


class RewordForm(MarksForm):
    """Form for a new wording of `paragraph` and its marks; `base` is the wording it is based on. It asks for a reason
    unless the edit is small. A form sent without marks leaves them as they are.
    """

    text = paragraph_text()
    why = optional_why()
    base = base_field()
    field_order = ParagraphForm.field_order

    def __init__(self, *args: Any, paragraph: Paragraph, **options: Any) -> None:
        super().__init__(*args, **options)
        self.paragraph = paragraph
        for name in MarksForm.base_fields:  # sent along, so that marks set by somebody else meanwhile are kept
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Require a reason for a change that is not a small edit of the present wording."""
        data = super().clean() or {}
        present = self.paragraph.present_wording
        if data.get("base") != present.pk or "text" not in data or data.get("why"):
            return data
        if data["text"].strip() == present.text:
            return data
        change = weigh(present.text, data["text"], self.operative)
        if change.is_small:
            data["why"] = str(_("A small edit."))
        else:
            self.add_error("why", _("Enter a reason for the change: it is kept with the wording."))
        return data

    @property
    def operative(self) -> str:
        """Return the operative words of the present wording, which a small edit leaves as they are."""
        text = self.paragraph.present_wording.text
        words = operative_words(self.paragraph.get_strength_display(), text) if self.paragraph.strength else ""
        return words if words in text else ""

    @property
    def small_edit(self) -> dict[str, Any]:
        """Return what makes an edit small, for the script that says so while one writes."""
        return {"most": MOST_WORDS, "weighty": " ".join(sorted(WEIGHTY)), "verb": self.operative}

    @property
    def has_marks(self) -> bool:
        """Return whether the marks were sent too."""
        return "strength" in self.data

    @property
    def changed_marks(self) -> dict[str, Any]:
        """Return what the verb stores of the marks that differ from those that the form was opened with."""
        stored = {"objectives": "provisions"}
        names = [stored.get(name, name) for name in MarksForm.base_fields if name in self.changed_data]
        return {name: self.words[name] for name in names}

    @property
    def opened_objectives(self) -> list[str]:
        """Return the objectives that the form was opened with."""
        return self._sent("initial-objectives") if self.is_bound else self.initial["objectives"]

    @property
    def typed_marks(self) -> list[tuple[str, str]]:
        """Return the marks as they were sent, by name, with those that the form was opened with."""
        names = [name for mark in MarksForm.base_fields for name in (mark, f"initial-{mark}")]
        return [(name, value) for name in names for value in self._sent(name)]

    def _sent(self, name: str) -> list[str]:
        data: Any = self.data  # a MultiValueDict, bound or not
        return data.getlist(name)


def both_why() -> LineField:
    """Return the field for the reason of a merge or split."""
    missing = _("Enter a reason: it is kept in the history of both paragraphs.")
    return why(help_text=_("It is kept in the history of both paragraphs."), error_messages={"required": missing})


class SplitForm(forms.Form):
    """Form for the two texts of a split; `key` is that of the second, so that sending the form twice splits once."""

    text = paragraph_text(help_text=_("It keeps its place."))
    rest = paragraph_text(help_text=_("It comes directly after the first part."))
    why = both_why()
    base = base_field()
    key = KeyField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].label = _("First paragraph")
        self.fields["rest"].label = _("Second paragraph")
        for name in ("text", "rest"):
            self.fields[name].error_messages["required"] = _("Enter text for both parts.")


class MergeForm(forms.Form):
    """Form for the merged text of two paragraphs, with the wordings it is based on."""

    text = paragraph_text(help_text=_("This box holds both texts, one after the other. Edit them into one text."))
    why = both_why()
    base = base_field()
    other_base = base_field()


class CommentForm(forms.Form):
    """Form for a drafter's comment."""

    comment = PlainTextField(
        label=_("Comment"),
        max_length=COMMENT_LIMIT,
        what=_("The comment"),
        help_text=_("The other drafters can read it. It is not part of the text."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter a comment.")},
    )


class ResolveForm(forms.Form):
    """Form for the resolution of a comment."""

    resolution = PlainTextField(
        label=_("How it was resolved"),
        max_length=COMMENT_LIMIT,
        what=_("The text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def choices_of(sections: Iterable[Any], *, beginnings: bool = False) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return options for the paragraphs of an outline, grouped by section; empty sections only as the first
    position.
    """
    result = []
    for section in sections:
        options = [
            (str(each.key), f"{each.number}. {Truncator(each.wording.text).words(14)}") for each in section.standing
        ]
        if beginnings:
            options.insert(0, (f"{BEGINNING}{section.pk}", str(_("At the start of this section"))))
        if options:
            result.append((section.heading, options))
    return result


class PlaceForm(forms.Form):
    """Form for the new position of a paragraph: after another one, or first in a section."""

    after = forms.ChoiceField(
        label=_("Move it after"),
        error_messages={"required": _("Choose where to put it."), "invalid_choice": _("Choose where to put it.")},
    )

    def __init__(self, *args: Any, sections: Iterable[Any], paragraph: Paragraph, **options: Any) -> None:
        super().__init__(*args, **options)
        self.places: dict[str, dict[str, Any]] = {}
        for section in sections:
            self.places[f"{BEGINNING}{section.pk}"] = {"section": section, "first": True}
            self.places |= {str(each.key): {"after": each} for each in section.standing if each.pk != paragraph.pk}
        offered = choices_of(sections, beginnings=True)
        own = str(paragraph.key)
        groups = [(head, [option for option in options if option[0] != own]) for head, options in offered]
        choice_field(self, "after").choices = [("", _("Choose where to put it")), *groups]

    @property
    def words(self) -> dict[str, Any]:
        """Return the position for the verb."""
        return self.places[self.cleaned_data["after"]]


class BesideForm(forms.Form):
    """Filter form of the points beside the text, by the themes of the outline. Unknown values are ignored."""

    words = LineField(
        label=_("Words"), max_length=200, required=False, widget=forms.TextInput(attrs={"placeholder": _("Words")})
    )
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=lambda: [
            ("", _("All kinds")),
            *((value, str(label).capitalize()) for value, label in PointKind.choices),
        ],
    )
    free = forms.BooleanField(label=_("Only points that no paragraph cites"), required=False)

    def __init__(self, *args: Any, themes: Iterable[Theme], **options: Any) -> None:
        super().__init__(*args, **options)
        self.themes = {theme.code: theme for theme in themes}
        choice_field(self, "theme").choices = [
            ("", _("All themes")),
            *((code, str(theme)) for code, theme in self.themes.items()),
        ]

    @property
    def filters(self) -> dict[str, Any]:
        """Return the filters that are set and valid."""
        self.is_valid()
        result = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: self.themes[value] if name == "theme" else value for name, value in result.items()}


class CiteForm(forms.Form):
    """Form to cite a point, by one button: the relation and the reference of the point."""

    cite = forms.RegexField(r"^(\w+) (\S+)$", max_length=60, required=False)

    @property
    def relation_and_point(self) -> tuple[str, str]:
        """Return the relation and the reference; both are empty if they are not known."""
        relation, _space, reference = self.cleaned_data.get("cite", "").partition(" ")
        return (relation, reference) if relation in GroundingRelation.values else ("", "")


class PresenceForm(forms.Form):
    """Form of the script that says which paragraph is open for writing, none of them for a new one, or was closed."""

    paragraph = forms.UUIDField(required=False)
    is_closed = forms.BooleanField(required=False)


class PickForm(CiteForm):
    """Form to cite a point beside the text in a paragraph of the section."""

    paragraph = forms.UUIDField(
        error_messages={"required": _("Choose the paragraph."), "invalid": _("Choose the paragraph.")}
    )

    @property
    def problems(self) -> list[str]:
        """Return the errors in plain words."""
        return [str(error) for errors in self.errors.values() for error in errors]
