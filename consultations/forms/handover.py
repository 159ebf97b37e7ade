"""Form to hand over open work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import User

from .fields import record_field
from .screening import officers_by_name


class HandoverForm(forms.Form):
    """Form that asks for the colleague who takes the work."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Colleague who takes it"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague.")},
    )

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        record_field(self, "to").queryset = officers_by_name().exclude(pk=person.pk)
