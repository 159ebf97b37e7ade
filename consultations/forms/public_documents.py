"""Form for a document of a consultation for everybody."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import Language, PublicDocumentKind

from .attachments import FileForm
from .fields import LineField


class PublicDocumentForm(FileForm):
    """Form for the file with its title, kind and language."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=lambda: [(kind.value, capfirst(str(kind.label))) for kind in PublicDocumentKind]
    )
    title = LineField(
        label=_("Title"), what=_("The title"), max_length=200, error_messages={"required": _("Enter a title.")}
    )
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    field_order = ["kind", "title", "language", "file"]
