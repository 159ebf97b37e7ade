"""Forms that confirm what a move will do."""

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ncm_portal.workflow import Consequences

from .fields import LineField


class Confirmation(forms.Form):
    """Form on the page of a move, after the fields of the move: what must be typed where mail goes to many.

    It is valid only with the fingerprint of the consequences as they are now: what nobody was shown is not confirmed.
    """

    def __init__(self, *args: Any, effects: Consequences, **options: Any) -> None:
        super().__init__(*args, **options)
        self.effects = effects
        if effects.typed:
            words = _("Type “%(words)s” to confirm") % {"words": effects.typed}
            self.fields["typed"] = LineField(
                label=words,
                max_length=200,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
                error_messages={"required": words},
            )

    def clean_typed(self) -> str:
        """Require what is to be typed, in any case."""
        typed: str = self.cleaned_data["typed"]
        if typed.casefold() != self.effects.typed.casefold():
            raise ValidationError(_("Type “%(words)s” to confirm") % {"words": self.effects.typed})
        return typed

    def clean(self) -> dict[str, Any]:
        """Require that what was shown is what will happen; a move that says nothing needs no confirmation."""
        data = super().clean() or {}
        if self.effects.sentences and self.data.get("effects") != self.effects.fingerprint:
            self.add_error(None, _("Nothing has been done yet. Read what this does, and confirm it."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Return the arguments of the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name != "typed"}


@cache
def confirming(form: type[forms.Form]) -> type[Confirmation]:
    """Return the class of `form` that confirms the consequences of its move too."""
    return type(f"Confirming{form.__name__}", (Confirmation, form), {})
