"""Form to hide words of an input from readers."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from consultations.models import AttachmentState, HidingGround, Submission

from .fields import PlainTextField, choice_field, reason_field
from .splitting import passages

LONGEST = 20_000


class HideForm(forms.Form):
    """Words to hide: marked sentences, or entered passages, which take precedence; the ground and a note."""

    passages = forms.MultipleChoiceField(required=False)
    words = PlainTextField(
        label=_("Words to hide"),
        help_text=_(
            "One passage per line. It is hidden wherever it stands in the input. Leave it empty to hide the marked "
            "sentences."
        ),
        max_length=LONGEST,
        what=_("The words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ground = forms.ChoiceField(
        label=_("Why they must be hidden"),
        widget=forms.RadioSelect,
        choices=lambda: [(value, capfirst(str(label))) for value, label in HidingGround.choices],
        error_messages={"required": _("Choose a ground from the list.")},
    )
    reason = reason_field(
        _("Enter a note: why this ground applies."),
        label=_("Note for the second officer"),
        help_text=_("Only staff can read it. Do not repeat the words."),
    )
    points = forms.MultipleChoiceField(
        label=_("Points that reveal the same in other words"),
        help_text=_("Points with the same words are hidden automatically."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    attached = forms.MultipleChoiceField(
        label=_("Files that contain the words"),
        help_text=_("Files in whose text the words are found are hidden automatically; scans must be ticked."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["words", "ground", "points", "attached", "reason"]

    def __init__(self, *args: Any, submission: Submission, **options: Any) -> None:
        """Offer the sentences, points and files of an input whose texts are those that readers see."""
        super().__init__(*args, **options)
        self.lines, number = [], 0
        for line in (*passages(submission.title), *passages(submission.body), *passages(submission.proposed_wording)):
            self.lines.append([(str(number + offset), sentence) for offset, sentence in enumerate(line)])
            number += len(line)
        self.sentences = {number: sentence for line in self.lines for number, sentence in line}
        choice_field(self, "passages").choices = list(self.sentences.items())
        points = submission.points.filter(held_back=False).order_by("number")
        files = submission.attachments.filter(is_hidden=False).exclude(state=AttachmentState.REMOVED)
        self._offer("points", [(str(point.pk), f"{point.reference}: {point.text[:120]}") for point in points])
        self._offer("attached", [(str(file.pk), file.name) for file in files])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        if choices:
            choice_field(self, name).choices = choices
        else:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Require words: entered, or from the marked sentences."""
        lines = [line.strip() for line in self.cleaned_data.get("words", "").splitlines() if line.strip()]
        marked = [self.sentences[number] for number in self.cleaned_data.get("passages", [])]
        self.cleaned_data["words"] = list(dict.fromkeys(lines or marked))
        if not self.cleaned_data["words"] and "words" not in self.errors:
            self.add_error("words", _("Mark or enter the words to hide."))
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """Return what is proposed, as JSON."""
        points, files = ([int(key) for key in self.cleaned_data.get(name, [])] for name in ("points", "attached"))
        words, ground = self.cleaned_data["words"], self.cleaned_data["ground"]
        return {"words": words, "ground": ground, "points": points, "files": files}
