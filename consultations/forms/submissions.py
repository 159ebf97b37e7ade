"""Forms for an input: the author's form and the secretariat's notes."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    BODY_LIMIT,
    WORDING_LIMIT,
    Audience,
    Consultation,
    Language,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from consultations.permissions import organisations_of
from consultations.redaction import badly_marked

from .fields import (
    KeyField,
    LineField,
    MomentField,
    ObjectivesField,
    OneChoiceField,
    PlainTextField,
    ThemeField,
    choice_field,
    field_of,
    record_field,
)

BADLY_MARKED = _("Near “%(words)s” the brackets do not match: every [[ needs a ]], and none can be inside another.")
AUDIENCES = {
    Audience.PUBLIC: _("The text is published on this portal under your organisation's name."),
    Audience.MEMBERS: _(
        "Member institutions of the NCM and officials can read it. Others only see that there is an input."
    ),
    Audience.SECRETARIAT: _("Only the secretariat can read it. The paper can use it without naming you."),
}


def _explained(choices: dict[Audience, Any]) -> list[tuple[str, Any]]:
    shown = "<span><b>{}</b> <span class='small'>{}</span></span>"
    return [(value, format_html(shown, value.label, words)) for value, words in choices.items()]


class SubmissionForm(forms.Form):
    """Form for an input on one page. A draft requires only a theme; with `sending` the text is required too."""

    use_required_attribute = False  # a draft can be saved without them

    key = KeyField(required=False)
    seen_at = MomentField(required=False)
    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int, widget=forms.RadioSelect)
    theme = ThemeField(
        Theme.objects.none(),
        to_field_name="code",
        empty_label=None,
        label=_("Main theme"),
        error_messages={"required": _("Choose the main theme of your input.")},
    )
    title = LineField(
        label=_("Title"),
        max_length=200,
        what=_("The title"),
        help_text=_("What you ask for, in one line."),
        error_messages={"required": _("Enter a title.")},
    )
    body = PlainTextField(
        label=_("Text"),
        max_length=BODY_LIMIT,
        help_text=_("Say what the problem is and what Kenya should stand for. Leave a blank line between paragraphs."),
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("Enter what you ask for.")},
    )
    proposed_wording = PlainTextField(
        label=_("Proposed wording"),
        max_length=WORDING_LIMIT,
        what=_("The wording"),
        required=False,
        help_text=_("If you propose a sentence for the position paper, enter it here as it should read."),
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=Language.choices, widget=forms.RadioSelect)
    objectives = ObjectivesField()
    audience = OneChoiceField(label=_("Readers of the text"), choices=lambda: _explained(AUDIENCES))

    def __init__(
        self,
        *args: Any,
        person: User,
        consultation: Consultation,
        draft: Submission | None = None,
        sending: bool = False,
        **options: Any,
    ) -> None:
        if not (args and args[0]):
            options.setdefault("initial", initial_of(draft) if draft else first_words(person))
        super().__init__(*args, **options)
        self.organisations = {body.pk: body for body in organisations_of(person)}
        self._offer_organisations(draft)
        record_field(self, "theme").queryset = consultation.themes.all()
        field_of(self, "theme", ThemeField).known = (
            draft.theme if draft and getattr(draft, "theme_is_offered", False) else None
        )
        first = str(self["theme"].value() or "")
        field_of(self, "objectives", ObjectivesField).offer(first, known=draft.provisions.all() if draft else ())
        self.sending = sending
        for name in ("title", "body"):
            self.fields[name].required = sending or not self.is_bound

    def _offer_organisations(self, draft: Submission | None) -> None:
        """Offer a choice of organisation to people with several, until the first save."""
        if draft or len(self.organisations) == 1:
            del self.fields["organisation"]
        else:
            choice_field(self, "organisation").choices = [(pk, body.name) for pk, body in self.organisations.items()]

    def clean(self) -> dict[str, Any]:
        """Refuse to send unbalanced brackets, which would reveal a passage meant to be held back; drafts may contain
        them.
        """
        for name in ("title", "body"):
            self.fields[name].required = True  # drafts can lack them, but they are required to send it
        for name in ("title", "body", "proposed_wording") if self.sending else ():
            words = self.cleaned_data.get(name, "")
            if name == "title" and ("[[" in words or "]]" in words):
                self.add_error(name, _("Everyone can see the title, so no part of it can be held back."))
            elif wrong := badly_marked(words):
                self.add_error(name, ValidationError(BADLY_MARKED, params={"words": wrong}))
        return self.cleaned_data

    @property
    def stakeholder(self) -> Stakeholder:
        """Return the chosen organisation, or the only one."""
        chosen = self.cleaned_data.get("organisation") or next(iter(self.organisations))
        return self.organisations[chosen]

    @property
    def words(self) -> dict[str, Any]:
        """Return what the verbs store of an input: its fields and `provisions`."""
        names = ("theme", "title", "body", "proposed_wording", "language", "audience")
        return {"provisions": self.cleaned_data["objectives"], **{name: self.cleaned_data[name] for name in names}}

    @property
    def choices_made(self) -> list[str]:
        """Return the labels of the choices made in the form."""
        made = self.cleaned_data
        return _in_words(made["theme"], made["language"], made["audience"], made["objectives"])

    def says_the_same_as(self, submission: Submission) -> bool:
        """Return whether `submission` holds exactly the entered values, for the same organisation."""
        words = self.words
        provisions = {provision.pk for provision in words.pop("provisions")}
        if self.fields.get("organisation") and submission.stakeholder_id != self.stakeholder.pk:
            return False
        same_words = all(getattr(submission, name) == value for name, value in words.items())
        return same_words and provisions == {provision.pk for provision in submission.provisions.all()}

    def start_from(self, submission: Submission) -> None:
        """Set the version that the form is based on to the present version of `submission`."""
        self.fields.pop("organisation", None)
        assert isinstance(self.data, QueryDict)  # it was sent
        data = self.data.copy()
        data["seen_at"], data["key"] = submission.edited_at.isoformat(), str(submission.key)
        self.data = data


def first_words(person: User) -> dict[str, Any]:
    """Return the initial values of an empty form: a new key, the user's language and the default audience."""
    return {"key": uuid.uuid4(), "language": person.language or Language.ENGLISH, "audience": Audience.PUBLIC}


def initial_of(submission: Submission) -> dict[str, Any]:
    """Return the initial values for a saved input."""
    return {
        "key": submission.key,
        "seen_at": submission.edited_at.isoformat(),
        "theme": submission.theme.code,
        "title": submission.title,
        "body": submission.body,
        "proposed_wording": submission.proposed_wording,
        "language": submission.language,
        "audience": submission.audience,
        "objectives": [provision.code for provision in submission.provisions.all()],
    }


def choices_of(submission: Submission) -> list[str]:
    """Return the labels of the choices of a saved input, to show when a colleague changed only those."""
    objectives = submission.provisions.order_by("code")
    return _in_words(submission.theme, submission.language, submission.audience, objectives)


def _in_words(theme: Theme, language: str, audience: str, objectives: Iterable[Provision]) -> list[str]:
    codes = ", ".join(objective.code for objective in objectives) or _("none")
    chosen = f"{_('Objectives of the Compact')}: {codes}"
    return [str(theme), str(Language(language).label), str(Audience(audience).label), chosen]


class NoteForm(forms.Form):
    """Form for an internal note of the secretariat."""

    text = PlainTextField(
        label=_("Internal note"),
        max_length=5_000,
        what=_("The note"),
        help_text=_("Only the secretariat reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Enter the note.")},
    )
