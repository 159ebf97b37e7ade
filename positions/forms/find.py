"""Form of the page "Find"."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms.fields import LineField
from consultations.queries.search import LONGEST


class FindForm(forms.Form):
    """Form for the words to look for. A browser says that they are too long before it sends them, and cuts nothing."""

    q = LineField(
        label=_("A reference, a name, words or a command"),
        help_text=_(
            "A number alone finds a reference: 0002, 0002.1, § 35. A reference, a name or a title can be typed in part."
        ),
        what=_("What you typed"),
        max_length=LONGEST,
        required=False,
        widget=forms.SearchInput(
            attrs={
                "autocomplete": "off",
                "pattern": f".{{0,{LONGEST}}}",
                "title": _("Shorten it to 200 characters or fewer."),
            }
        ),
    )
