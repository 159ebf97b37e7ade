"""Form to choose for whom a document of a forum is printed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.forms.fields import choice_field
from consultations.models import Delegate


class ForWhomForm(forms.Form):
    """Form for everybody, those without a current print, or one badge number."""

    whom = forms.ChoiceField(
        label=gettext_lazy("Who to print for"),
        choices=[
            ("new", gettext_lazy("People without a printed copy, or whose details have changed")),
            ("all", gettext_lazy("Everybody")),
            ("one", gettext_lazy("The holder of one badge")),
        ],
        widget=forms.RadioSelect,
    )
    number = forms.IntegerField(
        label=gettext_lazy("Number of the badge, for one person"), required=False, min_value=1, max_value=32767
    )

    def __init__(self, *args: Any, people: list[Delegate], new: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.new = people, new
        self.initial.setdefault("whom", "new" if new else "all")
        counts = {"new": len(new), "all": len(people)}
        whom = choice_field(self, "whom")
        choices: Any = whom.choices
        whom.choices = [(code, f"{label} ({counts[code]})" if code in counts else label) for code, label in choices]

    def clean(self) -> dict[str, Any]:
        """Resolve the choice to `only`, primary keys of delegates."""
        data = super().clean() or {}
        whom, number = data.get("whom"), data.get("number")
        if whom == "one" and "number" not in self.errors:
            data["only"] = {each.pk for each in self.people if number and each.badge_number == number}
            if not data["only"]:
                self.add_error("number", _("Enter the badge number of a person this paper is printed for."))
        elif whom == "new":
            data["only"] = self.new
            if not self.new:
                self.add_error("whom", _("Everybody has a copy, and nothing has changed since."))
        else:
            data["only"] = {each.pk for each in self.people}
        return data
