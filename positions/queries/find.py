"""Find papers and paragraphs, and everything that `consultations.queries.find` and `commands` find, within rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from consultations.models import Point
from consultations.permissions import is_secretariat
from consultations.queries.find import (
    FEW,
    MOST,
    Result,
    Search,
    few_of,
    find_consultations,
    find_enquiries,
    find_forums,
    find_inputs,
    find_organisations,
    find_people,
    find_points,
    matches,
)
from positions.models import Edition, Paragraph, PositionPaper

from .commands import about, commands
from .papers import Answer, answers_for, paragraph_numbers, readable_papers


class Results(NamedTuple):
    """Results: where to go, what to do, and what is in other consultations."""

    go_to: list[Result]
    do: list[Result]
    elsewhere: list[Result]

    @property
    def number(self) -> int:
        """Return the number of results."""
        return sum(map(len, self))


def find(user: Any, search: Search) -> Results:
    """Return what `user` may read or do and `search` means, the most exact first, in about 15 queries."""
    if not search.words:
        return Results([], commands(user, search), [])
    organisations = find_organisations(user, search)
    bodies = [body for body, _result in organisations]
    words = matches(user, search, bodies)
    results = [
        *find_paragraphs_by_number(user, search),
        *[result for _body, result in organisations],
        *find_consultations(user, search),
        *find_forums(user, search),
        *find_papers(user, search),
        *find_inputs(user, search, words),
        *_with_answers(find_points(user, search, words)),
        *find_enquiries(user, search),
        *find_people(user, search, bodies),
        *find_paragraphs(user, search),
    ]
    exact = {search.words.upper(), *search.inputs, *search.points}
    results.sort(key=lambda each: each.label not in exact)
    own = [each for each in results if not search.at or each.place in (None, search.at.pk)]
    elsewhere = [each for each in results if each not in own]
    return Results(own, [*commands(user, search), *about(user, search, bodies)], elsewhere)


def _with_answers(points: list[tuple[Point, Result]]) -> Iterator[Result]:
    """Yield points, those that a published paper answers with its paragraphs as their note. No query if none is."""
    answered = answers_for(row for row, _result in points if row.state == Point.State.DISPOSED)
    for row, result in points:
        answer = _answer_in_words(answered.get(row.pk, []))
        yield result._replace(note=answer or result.note)


def _answer_in_words(answers: list[Answer]) -> str:
    """Return in which paragraphs of which papers a point was answered; empty if it was not, or in none."""
    words = _("Paragraph %(number)s, %(paper)s")
    return "; ".join(
        words % {"number": ", ".join(map(str, answer.numbers)), "paper": answer.disposition.paper.short_title}
        for answer in answers
        if answer.numbers
    )


# --- Papers and paragraphs --------------------------------------------------------------------------------------------


def find_papers(user: Any, search: Search) -> list[Result]:
    """Return papers with these words in their titles that have a page for `user`."""
    named = PositionPaper.objects.filter(search.each_in("title", "short_title")).order_by().values_list("pk", flat=True)
    keys = set(named) if search.each else set()
    result = []
    for paper in readable_papers(user) if keys else []:
        if paper.pk in keys and (address := _address_of_paper(paper, user)):
            state = capfirst(str(paper.get_state_display()))
            result.append(Result(_("Position paper"), paper.title, state, address, paper.consultation_id))
    return result[: 2 * FEW]


def _address_of_paper(paper: PositionPaper, user: Any) -> str:
    if is_secretariat(user):
        return reverse("desk_paper", args=[paper.slug])
    if paper.shown:
        return reverse("paper", args=[paper.slug])
    return reverse("review", args=[paper.slug]) if paper.review_closes else ""


def find_paragraphs_by_number(user: Any, search: Search) -> list[Result]:
    """Return the paragraph with this number in each of a few papers, the newest first."""
    if search.paragraph is None:
        return []
    order = [F("section__order").asc(), F("order").asc(), F("pk").asc()]
    number = Window(RowNumber(), partition_by=F("section__paper"), order_by=order)
    rows = _paragraphs(user).annotate(in_print=number).filter(in_print=search.paragraph)
    return _shown(rows.order_by("-section__paper__created_at", "pk"), search)


def find_paragraphs(user: Any, search: Search) -> list[Result]:
    """Return paragraphs with these words in their text."""
    if not search.each:
        return []
    rows = _paragraphs(user).filter(search.each_in("wording__text"))
    return _shown(rows.order_by("-section__paper__created_at", "section__order", "order", "pk"), search)


def _paragraphs(user: Any) -> QuerySet[Paragraph]:
    """Return the paragraphs that `user` may read: for the secretariat as they are now; for others only of published
    papers, whose text is that of the edition.
    """
    papers = PositionPaper.objects.all() if is_secretariat(user) else PositionPaper.objects.published()
    rows = Paragraph.objects.filter(section__paper__in=papers.order_by().values("pk"), removed_at=None)
    return rows.select_related("section__paper", "wording")


def _shown(rows: QuerySet[Paragraph, Any], search: Search) -> list[Result]:
    few = few_of(rows[:MOST], search.at, lambda row: row.section.paper.consultation_id)
    if not few:
        return []
    papers = {each.section.paper for each in few}
    numbers = {paper.pk: paragraph_numbers(paper) for paper in papers}
    editions = Edition.objects.official().filter(paper__in=[paper for paper in papers if paper.is_official])
    newest = dict(editions.order_by("frozen_at", "pk").values_list("paper", "number"))
    return [_paragraph(each, numbers[each.section.paper_id][each.pk], newest) for each in few]


def _paragraph(row: Paragraph, number: int, editions: dict[int, str]) -> Result:
    paper = row.section.paper
    if paper.pk in editions:
        address = reverse("paper_paragraph", args=[paper.slug, editions[paper.pk], number])
    else:
        address = reverse("desk_paragraph", args=[paper.slug, row.key])
    label, title = _("Paragraph %(number)s") % {"number": number}, Truncator(row.present_wording.text).chars(120)
    return Result(label, title, paper.short_title, address, paper.consultation_id)
