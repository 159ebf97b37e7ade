"""Maximum length of passwords."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST = 128


class MaximumLengthValidator:
    """Refuse extremely long passwords: checking costs time per character."""

    def validate(self, password: str, user: object = None) -> None:
        """Raise ValidationError for a password that is too long."""
        if len(password) > LONGEST:
            words = _("This password is %(length)s characters long. It must be %(limit)s characters or fewer.")
            figures = {"length": f"{len(password):,}", "limit": LONGEST}
            raise ValidationError(words, code="password_too_long", params=figures)

    def get_help_text(self) -> str:
        """Return the help text for the page on which a password is chosen."""
        return _("Your password must be %(limit)s characters or fewer.") % {"limit": LONGEST}
