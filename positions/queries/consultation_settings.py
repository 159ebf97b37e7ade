"""The guided steps to a new consultation, and what is chosen in each so far."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    Consultation,
    Event,
    Forum,
    ForumState,
    Theme,
    ThemeQuestion,
)
from consultations.queries.letter_texts import texts_in_force
from positions.models import PositionPaper


class GuidedStep(NamedTuple):
    """Step to a new consultation: its word in the address, its label, and the button that leads on to it."""

    code: str
    label: Promise
    button: Promise


STEPS = (
    GuidedStep("facts", gettext_lazy("Names and dates"), gettext_lazy("Save, go on")),
    GuidedStep("themes", gettext_lazy("Themes and questions"), gettext_lazy("Save, go on to the themes")),
    GuidedStep("rules", gettext_lazy("Rules"), gettext_lazy("Save, go on to the rules")),
    GuidedStep("team", gettext_lazy("Team"), gettext_lazy("Save, go on to the team")),
    GuidedStep("forum", gettext_lazy("Forum"), gettext_lazy("Save, go on to the forum")),
    GuidedStep("outline", gettext_lazy("Outline of the paper"), gettext_lazy("Save, go on to the outline")),
    GuidedStep("letters", gettext_lazy("Letters"), gettext_lazy("Save, go on to the letters")),
    GuidedStep("test", gettext_lazy("Test and open"), gettext_lazy("Go on to the test")),
)
CODES = [step.code for step in STEPS]


class ShownStep(NamedTuple):
    """Guided step on a page: its number, whether it is `held`, `here` or ahead (""), and what is chosen in it."""

    number: int
    code: str
    label: Promise
    state: str
    note: str


def after(code: str) -> GuidedStep | None:
    """Return the step after this one; None after the last."""
    place = CODES.index(code) + 1
    return STEPS[place] if place < len(STEPS) else None


def shown_steps(consultation: Consultation, here: str) -> list[ShownStep]:
    """Return the steps to a consultation with what is chosen in each. Up to seven queries."""
    notes, place = _notes(consultation), CODES.index(here)
    states = ["held" if turn < place else "here" if turn == place else "" for turn in range(len(STEPS))]
    rows = zip(STEPS, states, strict=True)
    return [
        ShownStep(number, step.code, step.label, state, notes[step.code])
        for number, (step, state) in enumerate(rows, 1)
    ]


def saved_at(consultation: Consultation) -> datetime | None:
    """Return when its settings were last changed."""
    last = Event.objects.about(consultation).last()
    return last.recorded_at if last else None


def forum_of(consultation: Consultation) -> Forum | None:
    """Return the latest forum of a consultation that is not cancelled."""
    return consultation.forums.exclude(state=ForumState.CANCELLED).order_by("-starts_on", "-pk").first()


def paper_of(consultation: Consultation) -> PositionPaper | None:
    """Return the first paper of a consultation."""
    return consultation.papers.annotate(number=Count("sections")).order_by("created_at", "pk").first()


def themes_with_questions(consultation: Consultation) -> QuerySet[Theme, Any]:
    """Return all themes in order, with the numbers of questions, and of those without Kiswahili, in a consultation.

    `is_used` says whether another consultation asks about it.
    """
    here = Q(questions__consultation=consultation)
    others = Consultation.themes.through.objects.filter(theme=OuterRef("pk")).exclude(consultation=consultation)
    return Theme.objects.annotate(
        number=Count("questions", filter=here),
        untranslated=Count("questions", filter=here & Q(questions__text_sw="")),
        is_used=Exists(others),
    ).order_by("order")


def _notes(consultation: Consultation) -> dict[str, str]:
    forum, paper = forum_of(consultation), paper_of(consultation)
    team = consultation.team.count()
    texts = sum(each.is_own for each in texts_in_force(consultation.pk).values())
    sections = getattr(paper, "number", 0)
    return {
        "facts": consultation.short_title,
        "themes": _themes(consultation),
        "rules": ngettext("%(n)s group for a quorum", "%(n)s groups for a quorum", consultation.quorum_groups)
        % {"n": consultation.quorum_groups},
        "team": ngettext("%(n)s officer", "%(n)s officers", team) % {"n": team} if team else _("all officers"),
        "forum": forum.code if forum else _("none yet"),
        "outline": ngettext("%(n)s section", "%(n)s sections", sections) % {"n": sections}
        if paper
        else _("not begun yet"),
        "letters": ngettext("%(n)s text changed", "%(n)s texts changed", texts) % {"n": texts},
        "test": _("a mail to yourself"),
    }


def _themes(consultation: Consultation) -> str:
    themes = consultation.themes.count()
    questions = ThemeQuestion.objects.filter(consultation=consultation, theme__consultations=consultation).count()
    return ", ".join(
        [
            ngettext("%(n)s theme", "%(n)s themes", themes) % {"n": themes},
            ngettext("%(n)s question", "%(n)s questions", questions) % {"n": questions},
        ]
    )
