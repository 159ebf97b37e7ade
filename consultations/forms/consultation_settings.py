"""Forms for the settings of a consultation: names, dates, team, and its forum."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, ConsultationState, Forum, User
from consultations.workflow import (
    ANNOUNCED_FACTS,
    announced_facts_of,
    facts_of,
    facts_of_forum,
    fingerprint,
    problems_with_facts,
    team_of,
)
from consultations.workflow.consultation_settings import OFFICERS
from ncm_portal.workflow import now

from .fields import LineField, PlainTextField, reason_field, record_field
from .programme import NextForumForm, moment_field

DAY = {"type": "date"}


class SeenForm(forms.Form):
    """Form filled from values (`stand`), whose fingerprint it sends along: a change made meanwhile is noticed."""

    seen = LineField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, stand: Mapping[str, Any], **options: Any) -> None:
        self.theirs: list[tuple[str, str]] = []  # labels and values that somebody saved meanwhile
        options["initial"] = {**stand, **options.get("initial", {}), "seen": fingerprint(stand)}
        super().__init__(*args, **options)

    def set_beside(self, theirs: Mapping[str, Any]) -> None:
        """Show what somebody saved meanwhile beside what was typed; sent again, it replaces that knowingly."""
        known: Any = self.data
        data = self.data = known.copy()
        data[self.add_prefix("seen")] = fingerprint(theirs)
        differing = (name for name in theirs if name in self.fields and theirs[name] != self.cleaned_data.get(name))
        self.theirs = [(str(self.fields[name].label), self._words(name, theirs[name])) for name in differing]

    def _words(self, name: str, value: Any) -> str:
        choices = getattr(self.fields[name], "choices", None)
        if isinstance(value, (list, tuple)) and choices is not None:
            chosen = {str(each) for each in value}
            return ", ".join(str(label) for key, label in choices if str(key) in chosen) or "–"
        return str(localize(timezone.localtime(value) if isinstance(value, datetime) else value)) or "–"


def _title(**options: Any) -> LineField:
    return LineField(
        label=_("Title"),
        what=_("The title"),
        max_length=200,
        error_messages={"required": _("Enter a title.")},
        **options,
    )


class NameForm(forms.Form):
    """Names and dates of a consultation."""

    title = _title(help_text=_("What it is about, as everybody reads it."))
    short_title = LineField(
        label=_("Short title"),
        what=_("The short title"),
        max_length=40,
        help_text=_("For lists and the menu, for example Review 2026."),
        error_messages={"required": _("Enter a short title.")},
    )
    opens_at = moment_field(_("Opens for inputs (EAT)"))
    closes_at = moment_field(_("Closes for inputs (EAT)"))
    consultation: Consultation | None = None

    def clean(self) -> dict[str, Any]:
        """Show what is wrong with names and dates at the fields."""
        data = super().clean() or {}
        for name, words in problems_with_facts(data, self.consultation):
            if name in self.fields:
                self.add_error(name, words)
        return data


class SourceField(forms.ModelChoiceField):
    """Choice of the consultation that a new one is a copy of."""

    widget = forms.RadioSelect

    def label_from_instance(self, obj: Any) -> str:
        """Name a consultation by both titles, and say if it is invented."""
        name = f"{obj.short_title}: {obj.title}"
        return _("%(name)s (invented for the demo)") % {"name": name} if obj.is_sample else name


class BeginForm(NameForm):
    """Form for a new consultation: what it is a copy of, its names and its dates."""

    source = SourceField(
        Consultation.objects.none(),
        to_field_name="slug",
        label=_("Copy"),
        required=False,
        blank=True,
        empty_label=_("Nothing: begin anew"),
        help_text=_("Themes, questions, rules, team and the texts of letters are copied. You can change all of them."),
    )
    hide_optional = True
    field_order = ["source", "title", "short_title", "opens_at", "closes_at"]

    def __init__(self, *args: Any, **options: Any) -> None:
        known = Consultation.objects.order_by("-opens_at", "-pk")
        last = next((each for each in known if each.state != ConsultationState.DRAFT), None)
        opens = timezone.make_aware(datetime.combine(timezone.localdate(now()) + timedelta(days=1), time(8)))
        closes = opens + (last.closes_at - last.opens_at if last else timedelta(days=60))
        options["initial"] = {"source": last.slug if last else "", "opens_at": opens, "closes_at": closes}
        super().__init__(*args, **options)
        record_field(self, "source").queryset = known


class FactsForm(NameForm, SeenForm):
    """Form for names and purpose, and before it opens also for dates."""

    purpose = PlainTextField(
        label=_("Purpose"),
        what=_("The purpose"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Why Kenya asks, and what the answers are for."),
    )
    field_order = ["title", "short_title", "purpose", "opens_at", "closes_at"]

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        self.consultation = consultation
        stand = facts_of(consultation)
        super().__init__(*args, stand=stand, **options)
        for name in ("opens_at", "closes_at"):
            if name not in stand:
                del self.fields[name]


class OfficersField(forms.ModelMultipleChoiceField):
    """Choice of officers by their names."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        """Name an officer without the address."""
        return obj.name


class TeamForm(SeenForm):
    """Form for the officers who work on a consultation."""

    team = OfficersField(
        User.objects.filter(office__in=OFFICERS, is_active=True).order_by("name", "pk"),
        label=_("Team"),
        required=False,
        help_text=_("If you tick nobody, all officers of the secretariat work on it."),
    )

    def __init__(self, *args: Any, consultation: Consultation, **options: Any) -> None:
        super().__init__(*args, stand=team_of(consultation), **options)


class ForumForm(SeenForm):
    """Form for name, place and days of a forum in preparation."""

    title = _title()
    place = LineField(
        label=_("Town"), what=_("The town"), max_length=120, error_messages={"required": _("Enter the town.")}
    )
    venue = LineField(label=_("Venue"), what=_("The venue"), max_length=200, required=False)
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    respond_by = forms.DateField(
        label=_("Replies to letters by"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), required=False
    )
    letter_text = PlainTextField(
        label=_("Text of the letter of invitation"),
        what=_("The text"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The text between the salutation and the programme. Leave a blank line between paragraphs."),
    )

    def __init__(self, *args: Any, forum: Forum | None = None, **options: Any) -> None:
        super().__init__(*args, stand=self.stand_of(forum) if forum else {}, **options)

    @staticmethod
    def stand_of(forum: Forum) -> dict[str, Any]:
        """Return the facts that the form shows."""
        return facts_of_forum(forum)


class AnnouncedForumForm(ForumForm):
    """Form for the facts of an announced forum, with the reason that everybody who may come reads."""

    convenors = LineField(label=_("Convened by"), what=_("This field"), max_length=300, required=False)
    contact = LineField(
        label=_("Whom to ask"),
        what=_("This field"),
        max_length=200,
        required=False,
        help_text=_("A name, an address or a telephone number, for the public page, letters and mails."),
    )
    reason = reason_field(_("Enter a reason. Whoever is invited or has a seat reads it."), label=_("Reason"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["respond_by"].help_text = _("For letters still to be written. Those that were sent keep their day.")
        self.fields["letter_text"].help_text = _("For letters still to be sent. Those that were sent keep their text.")

    @staticmethod
    def stand_of(forum: Forum) -> dict[str, Any]:
        """Return the facts that the form shows."""
        return announced_facts_of(forum)

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts as typed."""
        return {name: self.cleaned_data[name] for name in ANNOUNCED_FACTS}

    def changes(self, forum: Forum) -> list[tuple[str, Any, Any]]:
        """Return each fact that changes with its label, as it is and as it will be."""
        before = self.stand_of(forum)
        return [
            (str(self.fields[name].label), before[name], value)
            for name, value in self.facts.items()
            if value != before[name]
        ]


class NewForumForm(ForumForm):
    """Form for a new forum: its code beside name, place and days."""

    code = NextForumForm.base_fields["code"]
    field_order = ["title", "code", "place", "venue", "starts_on", "ends_on", "respond_by", "letter_text"]
