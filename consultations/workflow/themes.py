"""Themes of a consultation: which are asked about, themes of its own, and the questions about each."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    MOST_QUESTIONS,
    Consultation,
    Evidence,
    Submission,
    SubmissionState,
    Theme,
    ThemeQuestion,
    User,
)
from ncm_portal.workflow import Blocked, journal, verb

from .consultation_settings import demand_same, for_change

Questions = Sequence[tuple[str, str]]  # in English and Kiswahili


def themes_of(consultation: Consultation) -> dict[str, Any]:
    """Return the codes of the themes as a change is made from them."""
    return {"themes": sorted(consultation.themes.order_by().values_list("code", flat=True))}


def questions_of(consultation: Consultation, theme: Theme) -> dict[str, Any]:
    """Return the questions about a theme as a change is made from them."""
    rows = ThemeQuestion.objects.filter(consultation=consultation, theme=theme).order_by("order")
    return {"questions": [list(row) for row in rows.values_list("text", "text_sw")]}


@verb
def choose_themes(consultation: Consultation, *, by: User, seen: str, themes: Collection[Theme]) -> Consultation:
    """Choose the themes that a consultation asks about. One with inputs stays; questions about those left out are kept
    for their return. Raises NotAllowed, Conflict, or Blocked with every reason.
    """
    row = for_change(consultation, by)
    before = themes_of(row)
    demand_same(seen, before)
    after = sorted(each.code for each in themes)
    gone = set(before["themes"]) - set(after)
    reasons = [_written_about(row, theme) for theme in row.themes.filter(code__in=gone).order_by("order")]
    if not after and before["themes"]:
        reasons.append(_("Leave at least one theme: nobody can write without one."))
    if reasons := [each for each in reasons if each]:
        raise Blocked(reasons)
    if after != before["themes"]:
        row.themes.set(themes)
        journal("choose_themes", row, by=by, data={"changed": [["themes", before["themes"], after]]})
    return row


def _written_about(consultation: Consultation, theme: Theme) -> str:
    rows = Submission.objects.filter(consultation=consultation, theme=theme)
    number = rows.exclude(state=SubmissionState.WITHDRAWN).count()
    words = ngettext(
        "“%(theme)s” stays: %(n)s input is about it.", "“%(theme)s” stays: %(n)s inputs are about it.", number
    )
    return words % {"theme": theme, "n": number} if number else ""


@verb
def write_questions(
    consultation: Consultation, theme: Theme, *, by: User, seen: str, questions: Questions
) -> list[ThemeQuestion]:
    """Replace the questions about a theme, in this order; the journal keeps the earlier ones.

    Raises NotAllowed, Conflict or Blocked.
    """
    row = for_change(consultation, by)
    before = questions_of(row, theme)
    demand_same(seen, before)
    after = [list(pair) for pair in questions]
    if len(after) > MOST_QUESTIONS or not all(text for text, _kiswahili in after):
        raise Blocked(_("Ask up to 4 questions about a theme, each at least in English."))
    if after == before["questions"]:
        return list(row.theme_questions.filter(theme=theme))
    row.theme_questions.filter(theme=theme).delete()
    made = ThemeQuestion.objects.bulk_create(
        ThemeQuestion(consultation=row, theme=theme, order=order, text=text, text_sw=text_sw)
        for order, (text, text_sw) in enumerate(after, 1)
    )
    data = {"theme": theme.title, "changed": [["questions", before["questions"], after]]}
    journal("write_questions", row, by=by, data=data)
    return made


@verb
def add_theme(consultation: Consultation, *, by: User, title: str, title_sw: str = "", introduction: str = "") -> Theme:
    """Add a theme of its own to a consultation; others can choose it too. Raises NotAllowed, or Blocked if another
    theme has this title.
    """
    row = for_change(consultation, by)
    if Theme.objects.filter(title__iexact=title).exists():
        raise Blocked(_("There is already a theme with this title. Tick it in the list."))
    order = (Theme.objects.aggregate(last=Max("order"))["last"] or 0) + 1
    words = {"title": title, "title_sw": title_sw, "introduction": introduction}
    try:
        with transaction.atomic():
            theme = Theme.objects.create(code=f"T{order}", order=order, evidence=Evidence.OWN, **words)
    except IntegrityError:
        raise Blocked(_("Somebody else added a theme at this moment. Save again.")) from None
    row.themes.add(theme)
    journal("add_theme", row, by=by, data={"code": theme.code, "theme": title})
    return theme
