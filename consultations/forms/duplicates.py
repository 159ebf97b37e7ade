"""Forms to decide on possible duplicates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Likeness
from consultations.queries import Alike

from .fields import ReasonForm, choice_field, reason_field

MANY = 12  # pairs; a larger group is decided as a whole unless somebody asks for each


class AlikeForm(ReasonForm):
    """Form for the decision on the pairs of a group: on all or on selected pairs.

    A large group is one row, with the key of its `last` pair: pairs that are found later are not decided unseen. `each`
    asks for the single pairs.
    """

    last = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    pairs = forms.MultipleChoiceField(
        label=_("Pairs"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one pair.")},
    )
    into = forms.ChoiceField(label=_("Which point should be kept?"), widget=forms.RadioSelect)
    reason = reason_field(_("Enter a reason. It is kept in the journal."))
    field_order = ["last", "pairs", "into", "reason"]

    def __init__(self, *args: Any, group: Alike, each: bool = False, **options: Any) -> None:
        self.group = group
        self.is_many, self.is_whole = len(group.pairs) > MANY, len(group.pairs) > MANY and not each
        keys = [pair.pk for pair in group.pairs]
        options["initial"] = {"last": max(keys), "pairs": [str(pk) for pk in keys], "into": str(group.texts[0].pk)}
        super().__init__(*args, **options)
        if len(group.texts) > MANY:
            self.fields["into"].widget = forms.Select()
        choice_field(self, "pairs").choices = [(str(pair.pk), _label(pair)) for pair in group.pairs]
        choice_field(self, "into").choices = [(str(text.pk), text.reference) for text in group.texts]
        if len(group.pairs) == 1:
            self.fields["pairs"].widget = forms.MultipleHiddenInput()
        del self.fields["pairs" if self.is_whole else "last"]
        if not group.is_of_points:
            del self.fields["into"]

    @property
    def chosen(self) -> list[Likeness]:
        """Return the selected pairs; of a whole group those that were on the page."""
        if self.is_whole:
            return [pair for pair in self.group.pairs if pair.pk <= self.cleaned_data["last"]]
        return [pair for pair in self.group.pairs if str(pair.pk) in self.cleaned_data["pairs"]]

    @property
    def kept(self) -> Any:
        """Return the point that the others are joined to; None for inputs."""
        requested = self.cleaned_data.get("into")
        return next((text for text in self.group.texts if str(text.pk) == requested), None)


def _label(pair: Likeness) -> str:
    texts = (pair.first_point or pair.first_input, pair.second_point or pair.second_input)
    return f"{' ~ '.join(str(text.reference) for text in texts if text)}, {pair.per_cent} %"
