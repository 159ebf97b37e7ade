"""Model and form fields for normalised e-mail addresses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.email_addresses import NORMAL, NotAnAddress, normal_form


class NormalEmailFormField(forms.EmailField):
    """Form field that normalises an e-mail address and explains errors in plain words.

    `who` is put before the error, for pages with several people.
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
        """Omit `maxlength`: browsers would silently truncate pasted text."""
        return {name: given for name, given in super().widget_attrs(widget).items() if name != "maxlength"}


class NormalEmailField(models.EmailField):
    """Model field for a normalised e-mail address. Values of equality look-ups are normalised too."""

    def to_python(self, value: Any) -> Any:
        """Return the normal form; empty stays empty. Raises ValidationError."""
        text = super().to_python(value)
        try:
            return normal_form(text) if text else text
        except NotAnAddress as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """Return the normal form; values without one are left unchanged: they match nobody and the table
        refuses them.
        """
        try:
            return super().get_prep_value(value)
        except ValidationError:
            return str(value).encode("utf-8", "replace").decode().replace("\0", "?")

    def formfield(self, **options: Any) -> Any:
        """Return the form field that accepts an address in any spelling."""
        return super().formfield(**{"form_class": NormalEmailFormField, **options})


def normal_unless(condition: models.Q, name: str, field: str = "email") -> models.CheckConstraint:
    """Return a constraint that allows only normalised addresses, except in rows that match `condition`."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": NORMAL}) | condition,
        name=name,
        violation_error_message=_("The address is not in its normalised form."),
    )
