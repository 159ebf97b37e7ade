"""Find papers, paragraphs and commands, and everything that `consultations.queries.find` finds, within rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.models import Consultation, ConsultationState, Point, Stakeholder
from consultations.permissions import has_clearances, is_secretariat, is_signed_in, is_staff, organisations_of
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
    visible_consultations,
)
from ncm_portal.workflow import Words
from positions.models import Edition, Paragraph, PositionPaper

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
    return Results(own, [*commands(user, search), *_about(user, search, bodies)], elsewhere)


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


# --- Commands ---------------------------------------------------------------------------------------------------------


def _writes(user: Any) -> bool:
    return bool(organisations_of(user))


def _has_a_question(user: Any) -> bool:
    return is_signed_in(user) and not is_secretariat(user)


class Command(NamedTuple):
    """What somebody can do: the label, the name of its page, where it belongs, who may, and other words for it.

    `of_place`: the page is one of a consultation, so that there is a command for each.
    """

    label: Words
    url_name: str
    section: Words
    may: Callable[[Any], bool]
    also: Words = ""
    of_place: bool = False

    def matches(self, words: list[str]) -> bool:
        """Return whether each of `words` begins a word of the command."""
        own = f"{self.label} {self.section} {self.also}".casefold().split()
        return all(any(each.startswith(word) for each in own) for word in words)


INPUTS, PAPERS = gettext_lazy("Inputs"), gettext_lazy("Position papers")
SETTINGS, ACCOUNT = gettext_lazy("Settings"), gettext_lazy("Account")
ORGANISATIONS, ENQUIRIES = gettext_lazy("Organisations"), gettext_lazy("Enquiries")
COMMANDS = (
    Command(gettext_lazy("Write your input"), "submit", INPUTS, _writes, gettext_lazy("new send")),
    Command(
        gettext_lazy("Enter an input on paper"), "intake_new", INPUTS, is_secretariat,
        gettext_lazy("new register letter mail scan"), of_place=True,
    ),
    Command(gettext_lazy("Read inputs"), "desk_inputs", INPUTS, is_secretariat, gettext_lazy("list"), of_place=True),
    Command(gettext_lazy("Import inputs from a spreadsheet"), "import_inputs", INPUTS, is_secretariat, of_place=True),
    Command(gettext_lazy("Decide on late inputs"), "late_inputs", INPUTS, is_secretariat, of_place=True),
    Command(
        gettext_lazy("Work through points"), "desk_points", INPUTS, is_secretariat, gettext_lazy("list"), of_place=True
    ),
    Command(
        gettext_lazy("Compare duplicates"), "likenesses", INPUTS, is_secretariat, gettext_lazy("merge join"),
        of_place=True,
    ),
    Command(
        gettext_lazy("Answer replies"), "desk_replies", INPUTS, is_secretariat, gettext_lazy("feedback misread"),
        of_place=True,
    ),
    Command(
        gettext_lazy("Answer enquiries"), "desk_enquiries", ENQUIRIES, is_secretariat, gettext_lazy("questions"),
        of_place=True,
    ),
    Command(gettext_lazy("Enter an enquiry"), "desk_enquiry_new", ENQUIRIES, is_secretariat, of_place=True),
    Command(gettext_lazy("General enquiries"), "desk_general_enquiries", ENQUIRIES, is_secretariat),
    Command(gettext_lazy("Ask the secretariat"), "contact", ENQUIRIES, _has_a_question, gettext_lazy("question")),
    Command(
        gettext_lazy("Who has written"), "coverage_desk", ORGANISATIONS, is_secretariat, gettext_lazy("coverage map"),
        of_place=True,
    ),
    Command(gettext_lazy("Remind organisations"), "non_responses", ORGANISATIONS, is_secretariat, of_place=True),
    Command(gettext_lazy("Verify organisations"), "desk_organisations", ORGANISATIONS, is_secretariat),
    Command(gettext_lazy("Register an organisation"), "register_organisation", ORGANISATIONS, is_signed_in),
    Command(gettext_lazy("My organisation"), "my_organisation", ORGANISATIONS, _writes, gettext_lazy("people inputs")),
    Command(gettext_lazy("Start a position paper"), "desk_paper_new", PAPERS, is_secretariat, gettext_lazy("new")),
    Command(gettext_lazy("Clear texts"), "clearances", PAPERS, has_clearances, gettext_lazy("clearance answer")),
    Command(gettext_lazy("Check a copy"), "verify", PAPERS, is_signed_in, gettext_lazy("verify hash")),
    Command(gettext_lazy("Follow up commitments"), "desk_commitments", PAPERS, is_secretariat),
    Command(
        gettext_lazy("New consultation"), "admin:consultations_consultation_add", SETTINGS, is_secretariat,
        gettext_lazy("round start"),
    ),
    Command(gettext_lazy("All consultations"), "desk_all", SETTINGS, is_secretariat),
    Command(
        gettext_lazy("Rules"), "desk_rules", SETTINGS, is_secretariat, gettext_lazy("quorum adoption"), of_place=True
    ),
    Command(gettext_lazy("Changes that need two people"), "desk_proposals", SETTINGS, is_staff),
    Command(gettext_lazy("People and offices"), "desk_accounts", SETTINGS, is_staff, gettext_lazy("account restore")),
    Command(gettext_lazy("Administration"), "admin:index", SETTINGS, is_staff, gettext_lazy("admin records")),
    Command(gettext_lazy("Nightly checks"), "desk_checks", SETTINGS, is_staff, gettext_lazy("journal hashes")),
    Command(gettext_lazy("Who can do what"), "roles", SETTINGS, is_signed_in, gettext_lazy("roles rights")),
    Command(gettext_lazy("Change the password"), "account_change_password", ACCOUNT, is_signed_in),
    Command(gettext_lazy("E-mail addresses"), "account_email", ACCOUNT, is_signed_in),
    Command(gettext_lazy("Mail and notices"), "notices", ACCOUNT, is_signed_in, gettext_lazy("daily notify")),
    Command(gettext_lazy("Second step of the sign-in"), "mfa_index", ACCOUNT, is_signed_in, gettext_lazy("code key")),
    Command(gettext_lazy("Activity of my account"), "account_log", ACCOUNT, is_signed_in, gettext_lazy("log")),
)  # fmt: skip
COMMAND = pgettext_lazy("what somebody can do", "Command")


def commands(user: Any, search: Search) -> list[Result]:
    """Return the commands that `user` may give and that have these words; without words all of them. A command of a
    consultation is offered for the one where the reader works, or else for a few.
    """
    words = [word.casefold() for word in search.words.split()]
    result = []
    for command in COMMANDS:
        if not command.may(user) or not (command.of_place or command.matches(words)):
            continue
        if not command.of_place:
            result.append(_command(str(command.label), command.section, reverse(command.url_name)))
        elif not words or any(command.matches([word]) for word in words):
            result += [_command(*each) for each in _of_places(user, search, command, words)]
    return result


def _of_places(user: Any, search: Search, command: Command, words: list[str]) -> Iterator[tuple[str, Words, str]]:
    """Yield a command for the consultation where the reader works, or else for each one under way, with its name."""
    for place in _places(user, search):
        label = str(command.label) if search.at else f"{command.label}: {place.short_title}"
        if command._replace(label=label).matches(words):
            yield label, command.section, reverse(command.url_name, args=[place.slug])


def _places(user: Any, search: Search) -> list[Consultation]:
    under_way = visible_consultations(user).exclude(state=ConsultationState.ARCHIVED)
    return [search.at] if search.at else list(under_way[:FEW])


def _command(label: str, section: Words, address: str) -> Result:
    return Result(str(COMMAND), label, str(section), address)


def _about(user: Any, search: Search, organisations: list[Stakeholder]) -> Iterator[Result]:
    """Yield what the secretariat can do for the first organisation found."""
    if not organisations or not is_secretariat(user):
        return
    body, places = organisations[0], _places(user, search)
    if places:
        enter = _("Enter an input on paper from %(organisation)s") % {"organisation": body.label}
        yield _command(enter, INPUTS, reverse("intake_new", args=[places[0].slug], query={"organisation": body.pk}))
    if body.contact_email:
        write = _("Write to %(organisation)s") % {"organisation": body.label}
        yield _command(write, gettext_lazy("E-mail"), f"mailto:{body.contact_email}")
