"""Form fields that keep the entered value and explain errors in plain words."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from consultations.bidi import without_controls
from consultations.models import Framework, Provision, Relation, Theme, ThemeProvision, clean_text

REASON, REASON_LIMIT = _("Reason"), 2_000
NEVER = datetime.min.replace(tzinfo=UTC)  # earlier than any stored value
TOO_LONG = _(
    "%(what)s is %(length)s characters long. It must be %(limit)s characters or fewer: shorten it by %(excess)s."
)


def field_of[Kind: forms.Field](form: forms.BaseForm, name: str, kind: type[Kind]) -> Kind:
    """The field `name` of a form, which is of this kind."""
    field = form.fields[name]
    assert isinstance(field, kind)
    return field


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field `name` of a form, a choice from a list."""
    return field_of(form, name, forms.ChoiceField)


def record_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """The field `name` of a form, a choice of a record."""
    return field_of(form, name, forms.ModelChoiceField)


class PlainTextField(forms.CharField):
    """Plain text field that keeps exactly what was entered: no stripping, no `maxlength`.

    The error for a too long text gives the number of characters; unreadable characters are refused by their code point.
    """

    widget: type[forms.Widget] = forms.Textarea
    max_length: int

    def __init__(self, *, max_length: int, what: str | Promise = "", **options: Any) -> None:
        self.what = what or _("The text")
        super().__init__(max_length=max_length, **{"strip": False, **options})

    def to_python(self, value: Any) -> str:
        """Return clean text, or raise a ValidationError that says how much too long it is or what cannot be read."""
        text = (super().to_python(value) or "").replace("\r\n", "\n")
        if len(text) <= 4 * self.max_length:  # beyond that no other spelling could make it fit
            text = clean_text(text)
        if len(text) > self.max_length:
            figures = {"length": len(text), "limit": self.max_length, "excess": len(text) - self.max_length}
            words = {name: f"{number:,}" for name, number in figures.items()}
            raise ValidationError(TOO_LONG, code="max_length", params={"what": self.what, **words})
        return text

    def validate(self, value: str) -> None:
        """Treat a value of spaces only as empty."""
        super().validate(value if value.strip() else "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Omit `maxlength`: browsers would silently truncate pasted text."""
        attrs = {"dir": "auto", **super().widget_attrs(widget)}
        return {name: given for name, given in attrs.items() if name != "maxlength"}


class LineField(PlainTextField):
    """One line of plain text, without direction controls."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"strip": True, **options})

    def to_python(self, value: Any) -> str:
        """Return clean text on one line."""
        return without_controls(" ".join(super().to_python(value).splitlines())).strip()


class KeyField(forms.UUIDField):
    """Idempotency key of a form: submitting it twice has the effect of once. An invalid key is replaced by a
    new one.
    """

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_new = False  # whether the submitted form had no valid key

    def clean(self, value: Any) -> uuid.UUID:
        """Return the given key, or a new one."""
        return self._read(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return the key to show again; invalid keys are never rendered."""
        return self._read(data)

    def _read(self, value: Any) -> uuid.UUID:
        try:
            key = super().clean(value)
        except ValidationError:
            key = None
        self.is_new = key is None
        return key or self._made

    @cached_property
    def _made(self) -> uuid.UUID:
        return uuid.uuid4()


class MomentField(forms.CharField):
    """Timestamp of the text version that an editor started from, to the microsecond."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime:
        """Return the aware datetime; an unreadable value is treated as older than any version."""
        try:
            moment = parse_datetime(str(value or ""))
        except ValueError:
            moment = None
        return moment if moment and moment.tzinfo else NEVER


class _AllAnswersMixin(forms.Widget):
    """Report all values if the request contains different values for the widget's name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        given = dict.fromkeys(data.getlist(name) if hasattr(data, "getlist") else [data.get(name)])
        return list(given) if len(given) > 1 else super().value_from_datadict(data, files, name)


class _Radios(_AllAnswersMixin, forms.RadioSelect):
    pass


class _Checkbox(_AllAnswersMixin, forms.CheckboxInput):
    pass


class _OneAnswerMixin(forms.Field):
    """Refuse two different values under one name: otherwise the last one would win silently, and the order of a request
    would decide who may read a text.
    """

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            raise ValidationError(_("Two different answers were sent for this question. Choose one."), code="several")
        return super().to_python(value)


class OneChoiceField(_OneAnswerMixin, forms.ChoiceField):
    """Choice of one option, shown as radio buttons, that accepts only one value."""

    widget = _Radios


class OneTickField(_OneAnswerMixin, forms.BooleanField):
    """Checkbox that accepts only one value."""

    widget = _Checkbox


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes grouped under headings."""

    template_name = "consultations/_grouped_checkboxes.html"


OBJECTIVES = Provision.objects.filter(framework=Framework.GCM_OBJECTIVE)


class ObjectivesField(forms.MultipleChoiceField):
    """Objectives of the Compact, each listed once under its first lead theme; returns a list of Provision."""

    widget = GroupedCheckboxes
    known: Iterable[Provision] = ()

    def __init__(self, **options: Any) -> None:
        texts = {"label": _("Objectives of the Compact"), "help_text": _("Which objectives is it about?")}
        super().__init__(**{"required": False, **texts, **options})

    def offer(self, first: str = "", known: Iterable[Provision] = ()) -> None:
        """Offer the objectives, starting with those of the theme with the code `first`. Two queries when rendered.

        `known` are objectives that are already loaded.
        """
        self.known = known
        self.choices = cache(lambda: _under_themes(OBJECTIVES.order_by("order"), first))

    def clean(self, value: Any) -> list[Provision]:
        """Return the provisions in order; refuse unknown codes. One query unless all chosen objectives are known."""
        codes = set(self.to_python(value))
        result = [each for each in self.known if each.code in codes] if codes else []
        if len(result) < len(codes):
            result = list(OBJECTIVES.filter(code__in=codes))
        result.sort(key=lambda provision: provision.code)
        unknown = codes - {provision.code for provision in result}
        if unknown:
            choice = {"value": min(unknown)}
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=choice)
        return result


class ThemeField(forms.ModelChoiceField):
    """Choice of a theme by its code. `known` is one that is already loaded."""

    widget = forms.RadioSelect
    known: Theme | None = None

    def to_python(self, value: Any) -> Theme | None:
        """Return the theme; refuse unknown codes. One query if it is not the known theme."""
        return self.known if self.known and value == self.known.code else super().to_python(value)


def _under_themes(objectives: Iterable[Provision], first: str) -> list[tuple[Any, list[tuple[str, str]]]]:
    links = ThemeProvision.objects.filter(relation=Relation.LEAD, provision__framework=Framework.GCM_OBJECTIVE)
    leads = {link.provision_id: link.theme for link in links.select_related("theme").order_by("-theme__order")}
    themes = sorted(set(leads.values()), key=lambda theme: (theme.code != first, theme.order))
    groups: dict[Theme | None, list[tuple[str, str]]] = {theme: [] for theme in [*themes, None]}
    for objective in objectives:
        groups[leads.get(objective.pk)].append((objective.code, f"{objective.order} {objective.label}"))
    return [(theme or _("Other objectives"), options) for theme, options in groups.items() if options]


def reason_field(missing: Any = None, *, label: Any = REASON, help_text: Any = "") -> PlainTextField:
    """Return a field for a reason; it is required if `missing` gives the error message for an empty value."""
    return PlainTextField(
        label=label,
        help_text=help_text,
        max_length=REASON_LIMIT,
        what=_("The reason"),
        required=missing is not None,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing} if missing else None,
    )


class ReasonForm(forms.Form):
    """Form for the reason of an act, stored in the journal and shown to the people concerned."""

    reason = reason_field()

    @property
    def problems(self) -> list[str]:
        """Return the form's errors, for a page that lists reasons."""
        return [str(problem) for problems in self.errors.values() for problem in problems]
