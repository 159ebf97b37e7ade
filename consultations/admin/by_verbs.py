"""What was typed is saved by the verbs of the desk; what no verb knows is saved plainly, for the journal to tell."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from consultations.forms import LineField
from consultations.models import Evidence, User
from consultations.workflow.consultation_settings import fingerprint
from ncm_portal.workflow import Blocked, Conflict


def officer(request: HttpRequest) -> User:
    """Return who is signed in: the admin is behind the log-in."""
    assert isinstance(request.user, User)
    return request.user


def typed(form: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return those of the fields `names` that were changed, as typed."""
    return {name: form.cleaned_data[name] for name in names if name in form.changed_data}


def added(form: Any, made: models.Model) -> None:
    """Let the record of `form` be the one that a verb has added."""
    form.instance.pk, form.instance._state.adding = made.pk, False


def call_verbs(site: Any, form: Any, request: HttpRequest, *, change: bool) -> Iterable[str]:
    """Save by verbs. Whoever would replace what a colleague has changed meanwhile is told of it, and can save again."""
    try:
        return site.save_by_verbs(form, officer(request), change=change)
    except Conflict as conflict:
        sent = request.POST.copy()
        request.POST = sent  # type: ignore[assignment]
        sent[form.add_prefix("seen")] = fingerprint(conflict.theirs)
        theirs = [f"{form[name].label}: {_plain(now)}" for name, now in conflict.theirs.items() if name in form.fields]
        words = _(
            "Someone changed this since you opened it. What stands there now: %(facts)s. Save again to replace it."
        )
        raise Blocked(words % {"facts": "; ".join(theirs)}) from None


def save_rest(form: Any, saved: set[str]) -> dict[str, list[Any]]:
    """Save the changed fields that no verb has `saved`, and return each with its old and new value.

    Reference data is then the secretariat's own, unless the form has changed that mark.
    """
    rest = [name for name in form.changed_data if name not in saved]
    record = form.instance
    if rest and hasattr(record, "evidence") and "evidence" not in rest:
        record.evidence = Evidence.OWN
    columns = {field.name for field in record._meta.concrete_fields}
    if record._state.adding or not saved:
        record.save()  # whole: a record may derive columns from what was typed
    elif written := columns & {*rest, *(("evidence",) if rest else ())}:
        record.save(update_fields=written)
    return {name: [_plain(_before(form, name)), _plain(form.cleaned_data[name])] for name in rest}


def _before(form: forms.ModelForm, name: str) -> Any:
    """Return the old value of a field; for a foreign key the record instead of its primary key."""
    value, field = form.initial.get(name), form.fields[name]
    if isinstance(field, forms.ModelChoiceField) and isinstance(value, int):
        return field.queryset.filter(pk=value).first() if field.queryset is not None else None
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple) or hasattr(value, "values_list"):
        return [str(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


class Seen(LineField):
    """Hidden field with the fingerprint of the facts that a form was filled from; nobody types in it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class SeenForm(forms.ModelForm):
    """Form that knows from which `facts` a change is made, so that nobody overwrites a colleague unknowingly."""

    facts: Callable[[Any], Mapping[str, Any]]
    seen = Seen(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(type(self).facts(self.instance))
