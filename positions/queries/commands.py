"""What somebody can do or set, found by its words: commands of the desk and pages of settings, within rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.letter_texts import KINDS
from consultations.models import Consultation, ConsultationState, Stakeholder
from consultations.permissions import has_clearances, is_secretariat, is_signed_in, is_staff, organisations_of
from consultations.queries.find import FEW, Result, Search
from consultations.queries.forums import ROOMS
from ncm_portal.workflow import Words

from .consultations import DeskConsultation, desk_consultations

COMMAND = pgettext_lazy("what somebody can do", "Command")


def _writes(user: Any) -> bool:
    return bool(organisations_of(user))


def _has_a_question(user: Any) -> bool:
    return is_signed_in(user) and not is_secretariat(user)


class Command(NamedTuple):
    """What somebody can do or set: the label, the name of its page, where it belongs, who may, and other words for it.

    `of` returns the slug of what the page is about in a consultation, so that there is a command for each; empty if
    there is none. `more` are further parts of the address.
    """

    label: Words
    url_name: str
    section: Words
    may: Callable[[Any], bool]
    also: Words = ""
    of: Callable[[DeskConsultation], str] | None = None
    more: tuple[str, ...] = ()
    kind: Words = COMMAND

    def without(self, words: list[str]) -> list[str]:
        """Return those of `words` that begin no word of the command."""
        own = f"{self.label} {self.section} {self.also}".casefold().split()
        return [word for word in words if not any(each.startswith(word) for each in own)]

    def result(self, label: str, *args: str) -> Result:
        """Return the command as a result, with the parts of its address."""
        note = "" if self.section == self.kind else str(self.section)
        return Result(str(self.kind), label, note, reverse(self.url_name, args=[*args, *self.more]))


def _place(place: DeskConsultation) -> str:
    return place.slug


def _forum(place: DeskConsultation) -> str:
    return place.forum.slug if place.forum else ""


def _paper(place: DeskConsultation) -> str:
    return place.paper.slug if place.paper else ""


INPUTS, PAPERS = gettext_lazy("Inputs"), gettext_lazy("Position papers")
SETTINGS, ACCOUNT = gettext_lazy("Settings"), gettext_lazy("Account")
ORGANISATIONS, ENQUIRIES = gettext_lazy("Organisations"), gettext_lazy("Enquiries")
CONSULTATION, LETTERS = gettext_lazy("Consultation"), gettext_lazy("Letters and mails")
FORUM, PAPER = gettext_lazy("Forum"), gettext_lazy("Position paper")


def _setting(label: Words, also: Words, code: str) -> Command:
    return Command(label, "desk_settings_page", SETTINGS, is_secretariat, also, of=_place, more=(code,), kind=SETTINGS)


def _of_forum(label: Words, url_name: str, also: Words = "") -> Command:
    return Command(label, url_name, FORUM, is_secretariat, also, of=_forum)


def _of_paper(label: Words, url_name: str, also: Words = "") -> Command:
    return Command(label, url_name, PAPER, is_secretariat, also, of=_paper)


FORUM_WORDS: dict[str, Words] = {
    "forum_programme": gettext_lazy("sessions rooms breakouts agenda"),
    "forum_facts": gettext_lazy("days venue town"),
    "forum_seats": gettext_lazy("groups quota reserve"),
    "forum_letters": gettext_lazy("invite invitations replies reminders"),
    "forum_delegates": gettext_lazy("participants registration nominations"),
    "forum_papers": gettext_lazy("badges certificates minutes registers"),
    "forum_lists": gettext_lazy("export download attendance spreadsheet"),
    "forum_copy": gettext_lazy("next"),
    "forum_figures": gettext_lazy("statistics attendance"),
}
COMMANDS = (
    Command(gettext_lazy("For you"), "for_you", ACCOUNT, is_signed_in, gettext_lazy("inbox waits tasks")),
    Command(
        gettext_lazy("Hand over open work"), "hand_over", ACCOUNT, is_secretariat,
        gettext_lazy("handover leave absence colleague deputy"),
    ),
    Command(
        gettext_lazy("Overview"), "desk_consultation", CONSULTATION, is_secretariat,
        gettext_lazy("where it stands steps dates open close archive"), of=_place,
    ),
    Command(
        gettext_lazy("See the public page"), "preview", CONSULTATION, is_secretariat, gettext_lazy("preview home"),
        of=_place,
    ),
    Command(gettext_lazy("Write your input"), "submit", INPUTS, _writes, gettext_lazy("new send")),
    Command(
        gettext_lazy("Enter an input on paper"), "intake_new", INPUTS, is_secretariat,
        gettext_lazy("new register letter mail scan"), of=_place,
    ),
    Command(gettext_lazy("Read inputs"), "desk_inputs", INPUTS, is_secretariat, gettext_lazy("list"), of=_place),
    Command(gettext_lazy("Import inputs from a spreadsheet"), "import_inputs", INPUTS, is_secretariat, of=_place),
    Command(
        gettext_lazy("Export inputs as a file"), "desk_consultation", INPUTS, is_secretariat,
        gettext_lazy("download Excel CSV spreadsheet"), of=_place,
    ),
    Command(
        gettext_lazy("Letters, mail and calls"), "intake", INPUTS, is_secretariat,
        gettext_lazy("intake paper check typed scans"), of=_place,
    ),
    Command(
        gettext_lazy("Saved filters of inputs"), "desk_filters", INPUTS, is_secretariat, of=_place, more=("inputs",)
    ),
    Command(
        gettext_lazy("Saved filters of points"), "desk_filters", INPUTS, is_secretariat, of=_place, more=("points",)
    ),
    Command(gettext_lazy("Decide on late inputs"), "late_inputs", INPUTS, is_secretariat, of=_place),
    Command(
        gettext_lazy("Work through points"), "desk_points", INPUTS, is_secretariat, gettext_lazy("list"), of=_place
    ),
    Command(
        gettext_lazy("Compare duplicates"), "likenesses", INPUTS, is_secretariat, gettext_lazy("merge join"),
        of=_place,
    ),
    Command(
        gettext_lazy("Answer replies"), "desk_replies", INPUTS, is_secretariat, gettext_lazy("feedback misread"),
        of=_place,
    ),
    Command(
        gettext_lazy("Answer enquiries"), "desk_enquiries", ENQUIRIES, is_secretariat, gettext_lazy("questions"),
        of=_place,
    ),
    Command(gettext_lazy("Enter an enquiry"), "desk_enquiry_new", ENQUIRIES, is_secretariat, of=_place),
    Command(gettext_lazy("General enquiries"), "desk_general_enquiries", ENQUIRIES, is_secretariat),
    Command(gettext_lazy("Ask the secretariat"), "contact", ENQUIRIES, _has_a_question, gettext_lazy("question")),
    Command(
        gettext_lazy("Who has written"), "coverage_desk", ORGANISATIONS, is_secretariat, gettext_lazy("coverage map"),
        of=_place,
    ),
    Command(
        gettext_lazy("Remind organisations"), "non_responses", ORGANISATIONS, is_secretariat,
        gettext_lazy("no input yet reminders"), of=_place,
    ),
    Command(gettext_lazy("Verify organisations"), "desk_organisations", ORGANISATIONS, is_secretariat),
    Command(gettext_lazy("Register an organisation"), "register_organisation", ORGANISATIONS, is_signed_in),
    Command(gettext_lazy("My organisation"), "my_organisation", ORGANISATIONS, _writes, gettext_lazy("people inputs")),
    Command(gettext_lazy("Start a position paper"), "desk_paper_new", PAPERS, is_secretariat, gettext_lazy("new")),
    Command(gettext_lazy("Clear texts"), "clearances", PAPERS, has_clearances, gettext_lazy("clearance answer")),
    Command(gettext_lazy("Check a copy"), "verify", PAPERS, is_signed_in, gettext_lazy("verify hash")),
    Command(
        gettext_lazy("Follow up commitments"), "desk_commitments", PAPERS, is_secretariat,
        gettext_lazy("action points"),
    ),
    Command(gettext_lazy("Position papers"), "desk_papers", CONSULTATION, is_secretariat, of=_place),
    _of_paper(gettext_lazy("Draft the paper"), "desk_paper", gettext_lazy("text write sections paragraphs")),
    _of_paper(gettext_lazy("Outline of the paper"), "desk_outline", gettext_lazy("sections chapters order")),
    _of_paper(gettext_lazy("Coverage of the paper"), "desk_coverage", gettext_lazy("points cited sources")),
    _of_paper(gettext_lazy("Answer points"), "desk_dispositions", gettext_lazy("dispositions accept decline")),
    _of_paper(gettext_lazy("Review"), "desk_review", gettext_lazy("amendments round comments")),
    _of_paper(gettext_lazy("Ministries and the paper"), "desk_clearance", gettext_lazy("clearance clear answers")),
    _of_paper(gettext_lazy("Mandates"), "desk_matrix", gettext_lazy("matrix ministries who clears")),
    _of_paper(gettext_lazy("Adoption"), "desk_adoption", gettext_lazy("quorum reservations roll call")),
    _of_paper(gettext_lazy("Publication"), "desk_publication", gettext_lazy("publish sign corrections edition")),
    _of_paper(gettext_lazy("After adoption"), "desk_after", gettext_lazy("findings progress report")),
    Command(gettext_lazy("Forums"), "desk_forums", CONSULTATION, is_secretariat, of=_place),
    _of_forum(gettext_lazy("Home of the forum"), "forum_home", gettext_lazy("day time line")),
    _of_forum(gettext_lazy("Invite institutions"), "forum_letters_new", gettext_lazy("invitation letters")),
    *(_of_forum(room.label, room.url_name, FORUM_WORDS.get(room.url_name, "")) for room in ROOMS),
    Command(
        gettext_lazy("New consultation"), "desk_new", SETTINGS, is_secretariat,
        gettext_lazy("round start begin copy"),
    ),
    Command(gettext_lazy("All consultations"), "desk_all", SETTINGS, is_secretariat),
    _setting(gettext_lazy("Names and dates"), gettext_lazy("title purpose opens closes deadline extend"), "facts"),
    _setting(gettext_lazy("Themes and questions"), gettext_lazy("subjects topics ask"), "themes"),
    _setting(gettext_lazy("Rules"), gettext_lazy("quorum adoption groups roll call"), "rules"),
    _setting(gettext_lazy("Clearance steps"), gettext_lazy("chain order offices approval"), "chain"),
    _setting(gettext_lazy("Team"), gettext_lazy("officers colleagues who works on it"), "team"),
    _setting(gettext_lazy("Milestones"), gettext_lazy("timeline dates calendar schedule"), "milestones"),
    _setting(
        gettext_lazy("Documents"), gettext_lazy("for the public consultation paper background files questions answers"),
        "documents",
    ),
    _setting(gettext_lazy("Add or change a forum"), gettext_lazy("days town venue begin another next"), "forum"),
    Command(
        LETTERS, "desk_letters", SETTINGS, is_secretariat,
        gettext_lazy("templates texts wording fields e-mails test mail"), of=_place, kind=SETTINGS,
    ),
    Command(
        gettext_lazy("Letterhead"), "desk_letterhead", SETTINGS, is_secretariat,
        gettext_lazy("logo signatory signature stamp sender name contact reply address"), of=_place, kind=SETTINGS,
    ),
    Command(
        gettext_lazy("Holidays and offices"), "desk_holidays", SETTINGS, is_secretariat,
        gettext_lazy("public working days calendar"),
    ),
    Command(
        gettext_lazy("Who holds which office"), "desk_offices", SETTINGS, is_staff,
        gettext_lazy("offices head appoint roles"),
    ),
    Command(
        gettext_lazy("Changes that need two people"), "desk_proposals", SETTINGS, is_staff,
        gettext_lazy("second person proposals confirm"),
    ),
    Command(gettext_lazy("People and offices"), "desk_accounts", SETTINGS, is_staff, gettext_lazy("account restore")),
    Command(gettext_lazy("Administration"), "admin:index", SETTINGS, is_staff, gettext_lazy("admin records")),
    Command(
        gettext_lazy("Nightly checks"), "desk_checks", SETTINGS, is_staff,
        gettext_lazy("of all stored data journal hashes"),
    ),
    Command(gettext_lazy("Who can do what"), "roles", SETTINGS, is_signed_in, gettext_lazy("roles rights")),
    Command(gettext_lazy("Change the password"), "account_change_password", ACCOUNT, is_signed_in),
    Command(gettext_lazy("E-mail addresses"), "account_email", ACCOUNT, is_signed_in),
    Command(gettext_lazy("Mail and notices"), "notices", ACCOUNT, is_signed_in, gettext_lazy("daily notify")),
    Command(gettext_lazy("Second step of the sign-in"), "mfa_index", ACCOUNT, is_signed_in, gettext_lazy("code key")),
    Command(gettext_lazy("Activity of my account"), "account_log", ACCOUNT, is_signed_in, gettext_lazy("log")),
)  # fmt: skip


TEXTS = tuple(
    Command(
        kind.label, "desk_letter_text", LETTERS, is_secretariat, of=_place, more=(code, kind.languages[0]),
        kind=SETTINGS,
    )
    for code, kind in KINDS.items()
)  # fmt: skip


def commands(user: Any, search: Search) -> list[Result]:
    """Return the commands and settings that are open to `user` and have these words, those that have them in their
    names first; a text of a letter only by its name. One of a consultation is offered for that where the reader works,
    or else for a few. Without words all but the texts, of one consultation.
    """
    words = search.words.casefold().split()
    places = _places(user, search)[: FEW if words else 1]
    known = *COMMANDS, *(text for text in TEXTS if any(_begin([word], str(text.label)) for word in words))
    result = [row for command in known if command.may(user) for row in _offers(command, words, places, search.at)]
    return sorted(result, key=lambda row: not _begin(words, row.title))


def _offers(
    command: Command, words: list[str], places: list[DeskConsultation], at: Consultation | None
) -> Iterator[Result]:
    """Yield a command that has these words, if it is of a consultation for each of `places`, with its name."""
    others = command.without(words)
    if command.of is None:
        if not others:
            yield command.result(str(command.label))
        return
    if words and others == words:  # a consultation alone names no command
        return
    for place in places:
        slug, name = command.of(place), "" if at else f": {place.name}"
        if slug and _begin(others, name.lstrip(": ")):
            yield command.result(f"{command.label}{name}", slug)


def _begin(words: list[str], text: str) -> bool:
    """Return whether each of `words` begins a word of `text`."""
    own = text.casefold().split()
    return all(any(each.startswith(word) for each in own) for word in words)


def _places(user: Any, search: Search) -> list[DeskConsultation]:
    """Return the consultation where the reader works, or else those that are not archived. At most one query."""
    if not is_secretariat(user):
        return []
    return [
        place
        for place in desk_consultations()
        if (place.pk == search.at.pk if search.at else place.state != ConsultationState.ARCHIVED)
    ]


def about(user: Any, search: Search, organisations: list[Stakeholder]) -> Iterator[Result]:
    """Yield what the secretariat can do for the first organisation found."""
    if not organisations or not is_secretariat(user):
        return
    body, places = organisations[0], _places(user, search)
    if places:
        enter = _("Enter an input on paper from %(organisation)s") % {"organisation": body.label}
        yield Result(
            str(COMMAND),
            enter,
            str(INPUTS),
            reverse("intake_new", args=[places[0].slug], query={"organisation": body.pk}),
        )
    if body.contact_email:
        write = _("Write to %(organisation)s") % {"organisation": body.label}
        yield Result(str(COMMAND), write, _("E-mail"), f"mailto:{body.contact_email}")
