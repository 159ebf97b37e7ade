"""Forms for the programme and the documents of a forum, and for copying a forum."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Forum, ForumSession, NormalEmailFormField, SessionKind, SessionRoleKind, Theme, User
from consultations.models.forums import NO_YEAR, in_our_time
from consultations.queries.programme import planned

from .attachments import FileForm
from .fields import LineField, OneTickField, PlainTextField, record_field

MOMENT = "%Y-%m-%dT%H:%M"


def moment_field(label: Any) -> forms.DateTimeField:
    """Return a field for a date and time in EAT."""
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={
            "required": gettext_lazy("Enter a date and time."),
            "invalid": gettext_lazy("Enter a date and time in the correct format."),
        },
    )


class TimesForm(forms.Form):
    """Form for start and end times in EAT."""

    starts_at = moment_field(gettext_lazy("Begins (EAT)"))
    ends_at = moment_field(gettext_lazy("Ends (EAT)"))

    def clean(self) -> dict[str, Any]:
        """Show an end before the start as an error at the end."""
        data = super().clean() or {}
        for name in [name for name in ("starts_at", "ends_at") if data.get(name) and not in_our_time(data[name])]:
            self.add_error(name, NO_YEAR)
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("The session must end after it starts."))
        return data


class SessionForm(TimesForm):
    """Form for a session of a programme."""

    title = LineField(
        label=gettext_lazy("Title"),
        what=gettext_lazy("The title"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter a title.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=lambda: [(kind.value, capfirst(str(kind.label))) for kind in SessionKind]
    )
    theme = forms.ModelChoiceField(
        Theme.objects.none(), label=gettext_lazy("Theme"), required=False, empty_label=gettext_lazy("None")
    )
    room = LineField(label=gettext_lazy("Room"), what=gettext_lazy("The room"), max_length=80, required=False)
    field_order = ["title", "kind", "theme", "starts_at", "ends_at", "room"]

    def __init__(self, *args: Any, forum: Forum, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "theme").queryset = forum.consultation.themes.order_by("order")

    @staticmethod
    def says(session: ForumSession) -> dict[str, Any]:
        """Return the initial values of the form of a session."""
        return {name: getattr(session, name) for name in SessionForm.base_fields}

    @staticmethod
    def after_the_last(forum: Forum) -> dict[str, Any]:
        """Return the initial times of a new session: one hour from the end of the last one, or from nine on the first
        day.
        """
        ends = [each.ends_at for each in planned(forum)]
        starts = max(ends) if ends else timezone.make_aware(datetime.combine(forum.starts_on, time(9)))
        return {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}


class BreakoutsForm(TimesForm):
    """Form to create one breakout for each theme: times and rooms."""

    rooms = PlainTextField(
        label=gettext_lazy("Rooms"),
        what=gettext_lazy("The list of rooms"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy("One per line, in the order of the themes. You can add them later."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_rooms(self) -> list[str]:
        """Return the rooms, one per line; an empty line leaves a theme without one."""
        lines = [line.strip() for line in self.cleaned_data["rooms"].rstrip().split("\n")]
        if any(len(line) > 80 for line in lines):
            raise ValidationError(_("The name of a room must be 80 characters or fewer."))
        return lines if any(lines) else []


class PartForm(forms.Form):
    """Form for a role in a session: a person with an account, by e-mail address, or a name."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Part"),
        choices=lambda: [(kind.value, capfirst(str(kind.label))) for kind in SessionRoleKind],
    )
    email = NormalEmailFormField(
        label=gettext_lazy("E-mail address of the account"),
        required=False,
        help_text=gettext_lazy("With an account, a rapporteur can record points and a chair can check them."),
    )
    name = LineField(
        label=gettext_lazy("Or enter a name"), what=gettext_lazy("The name"), max_length=200, required=False
    )

    def clean_email(self) -> User | None:
        """Return the person with this address. Raises ValidationError if there is none."""
        address = self.cleaned_data["email"]
        person = User.objects.filter(email=address, is_active=True).first() if address else None
        if address and person is None:
            raise ValidationError(_("There is no account with this address. Enter the person's name instead."))
        return person

    def clean(self) -> dict[str, Any]:
        """Require either an address or a name."""
        data = super().clean() or {}
        if not self.errors and not data["email"] and not data["name"]:
            self.add_error("name", _("Enter the address of an account, or enter a name."))
        return data


class NextForumForm(forms.Form):
    """Form for the copy of a forum in another consultation: its name, its code and its first day."""

    title = LineField(label=gettext_lazy("Title"), what=gettext_lazy("The title"), max_length=200)
    code = LineField(
        label=gettext_lazy("Code"),
        what=gettext_lazy("The code"),
        max_length=20,
        help_text=gettext_lazy("References of letters and points begin with it, and it is part of the page's address."),
    )
    starts_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_starts_on(self) -> date:
        """Refuse dates outside the supported range."""
        day = self.cleaned_data["starts_on"]
        if not in_our_time(day):
            raise ValidationError(NO_YEAR)
        return day


class CopyForm(NextForumForm):
    """Form for the copy of a forum: also what to copy."""

    with_parts = forms.BooleanField(
        label=gettext_lazy("Copy chairs, moderators, rapporteurs and speakers"), required=False
    )


class DocumentForm(FileForm):
    """Form for a document of a forum."""

    title = LineField(
        label=gettext_lazy("Title"),
        what=gettext_lazy("The title"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter a title.")},
    )
    for_everybody = OneTickField(
        label=gettext_lazy("Everyone can read it"),
        required=False,
        help_text=gettext_lazy("If not ticked, only participants and the secretariat can read it."),
    )
    field_order = ["title", "file", "for_everybody"]
