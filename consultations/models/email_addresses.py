"""Addresses as the database and the forms keep them: in their one normal form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.email_addresses import NORMAL, NotAnAddress, normal_form


class NormalEmailFormField(forms.EmailField):
    """An e-mail address, in its normal form however it was typed; what is none is refused in plain words.

    `who` stands before the refusal, on a page that asks for several people.
    """

    def __init__(self, *, who: str = "", **options: Any) -> None:
        self.who = who
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Return the normal form; empty stays empty. Raises ValidationError."""
        text = super().to_python(value)
        try:
            return normal_form(text) if text else ""
        except NotAnAddress as error:
            raise ValidationError(f"{self.who}: {error}" if self.who else str(error), code="invalid") from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`: a browser would silently cut what is pasted."""
        return {name: given for name, given in super().widget_attrs(widget).items() if name != "maxlength"}


class NormalEmailField(models.EmailField):
    """An e-mail address in its normal form. What it is compared with by equality is brought into that form as well."""

    def to_python(self, value: Any) -> Any:
        """Return the normal form; empty stays empty. Raises ValidationError."""
        text = super().to_python(value)
        try:
            return normal_form(text) if text else text
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """Return the normal form; what has none is left as it is: nobody has it, and User's table refuses it."""
        try:
            return super().get_prep_value(value)
        except ValidationError:
            return str(value).encode("utf-8", "replace").decode().replace("\0", "?")

    def formfield(self, **options: Any) -> Any:
        """Return the form field that takes an address however it is typed."""
        return super().formfield(**{"form_class": NormalEmailFormField, **options})


def normal_unless(condition: models.Q, name: str, field: str = "email") -> models.CheckConstraint:
    """Let the database hold addresses in their normal form only, but for rows of which `condition` is true."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": NORMAL}) | condition,
        name=name,
        violation_error_message=_("The address is not in its normalised form."),
    )
