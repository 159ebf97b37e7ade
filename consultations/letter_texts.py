"""Texts of letters and mails with merge fields: the kinds that an office can change, their fields, checking, filling.

A text holds fields in braces, such as "{reply by}". Their values are templates of this file, so that no text typed by
an officer is ever read as a template.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_SUBJECT, LONGEST_BODY = 150, 8_000
FIELD = re.compile(r"{([^{}\n]{1,60})}")
GAPS = re.compile(r"[ \t]*\n(?:[ \t]*\n)*")
Words = str | Promise


class Field(NamedTuple):
    """Merge field: its label, the template of its value, and whether a subject may hold it. What strangers typed never
    stands in a subject.
    """

    label: Words
    source: str
    in_subject: bool = False


class Kind(NamedTuple):
    """Letter or mail: its label, its template in the portal, its fields, those that its text and its subject must hold,
    and further values with which its template shows this kind's text.
    """

    label: Words
    template: str
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    about: str = "inputs"  # the records on which it can be previewed
    flags: Mapping[str, object] = {}
    languages: tuple[str, ...] = ("en", "sw")  # institutions are written to in English only
    in_subject: tuple[str, ...] = ()


def _file(name: str) -> str:
    return f'{{% include "consultations/mail/fields/{name}.txt" %}}'


FIELDS = {
    "organisation": Field(gettext_lazy("organisation"), "{{ organisation }}"),
    "ministry": Field(gettext_lazy("ministry"), "{{ ministry }}"),
    "title": Field(gettext_lazy("title of the input"), "{{ title }}"),
    "reference": Field(gettext_lazy("reference"), "{{ reference }}", in_subject=True),
    "record": Field(gettext_lazy("reference, time and SHA-256 of the input"), _file("record")),
    "refused_files": Field(gettext_lazy("files that were refused, if any"), _file("refused_files")),
    "reason": Field(gettext_lazy("reason"), "{{ reason }}"),
    "questions": Field(gettext_lazy("questions to the author, if any"), _file("questions")),
    "another_input": Field(gettext_lazy("until when another input can be sent"), _file("another_input")),
    "consultation": Field(gettext_lazy("short title of the consultation"), "{{ consultation.short_title }}", True),
    "full_title": Field(gettext_lazy("title of the consultation"), "{{ title }}"),
    "deadline": Field(gettext_lazy("deadline for inputs"), "{{ consultation.closes_at|eat }}"),
    "principal_note": Field(gettext_lazy("note if the principal gets it too"), _file("principal_note")),
    "forum": Field(gettext_lazy("title of the forum"), "{{ title }}", in_subject=True),
    "addressee": Field(gettext_lazy("addressee"), '{% firstof addressee _("Sir or Madam") %}'),
    "addressee_line": Field(gettext_lazy("for whose attention, if known"), _file("addressee_line")),
    "letter_text": Field(gettext_lazy("text that the forum's own page holds"), "{{ invitation.words }}"),
    "when": Field(gettext_lazy("days of the forum"), _file("when")),
    "place": Field(gettext_lazy("place"), "{% if forum.venue %}{{ forum.venue }}, {% endif %}{{ forum.place }}"),
    "seats": Field(gettext_lazy("number of seats"), "{{ invitation.seats }}"),
    "reply_by": Field(gettext_lazy("day by which to answer"), "{{ invitation.respond_by|day }}"),
    "sent_on": Field(gettext_lazy("day of the letter"), "{{ invitation.sent_at|day }}"),
    "programme": Field(gettext_lazy("programme in brief"), _file("programme")),
    "actions": Field(gettext_lazy("open actions of earlier forums, if any"), _file("actions")),
    "contact_line": Field(gettext_lazy("contact of the forum, if any"), _file("contact_line")),
    "sits_in_for": Field(gettext_lazy("whose seat it is, if another's"), _file("sits_in_for")),
    "badge": Field(gettext_lazy("badge and its number, if any"), _file("badge")),
    "access_needs": Field(gettext_lazy("access needs"), _file("access_needs")),
    "calendar_link": Field(gettext_lazy("link to the calendar"), "{{ person.calendar }}"),
    "pack_link": Field(gettext_lazy("link to what to read before"), "{{ pack }}"),
    "cancelled_seat": Field(gettext_lazy("note if a confirmed seat is cancelled"), _file("cancelled_seat")),
    "paper": Field(gettext_lazy("title of the paper"), "{{ title }}"),
    "closes": Field(gettext_lazy("time at which the round closes"), "{{ closes_at|eat }}"),
    "due": Field(gettext_lazy("time at which the answer is due"), "{{ due_at|eat }}"),
    "answers": Field(gettext_lazy("answer to each point"), _file("answers")),
    "asked_on": Field(gettext_lazy("time at which the question arrived"), "{{ enquiry.received_at|eat }}"),
    "subject": Field(gettext_lazy("subject of the question"), "{{ subject }}"),
    "answer": Field(gettext_lazy("the answer"), "{{ enquiry.answer }}"),
    "link": Field(gettext_lazy("link"), "{{ link }}"),
}

_INPUT = ("reference", "organisation", "title")
_ROUND = ("consultation", "full_title", "deadline", "link")
_LETTER = ("forum", "reference", "organisation", "addressee", "letter_text", "when", "place", "seats", "reply_by")
_MAILED = ("addressee_line", "link", "contact_line")
_SEAT = ("forum", "organisation", "when", "place", "contact_line")
_DESK, _PAPER = "consultations/mail/{}.txt", "positions/mail/{}.txt"


def _letter(label: Words, template: str, fields: tuple[str, ...], required: tuple[str, ...] = ()) -> Kind:
    return Kind(label, template, fields, required, about="letters", languages=("en",))


def _seat(label: Words, state: str, *more: str, required: tuple[str, ...] = ()) -> Kind:
    return Kind(label, _DESK.format("forum_decision"), (*_SEAT, *more), required, "delegates", {state: True})


def _input(label: Words, name: str, *more: str, required: tuple[str, ...] = ()) -> Kind:
    return Kind(label, _DESK.format(name), (*_INPUT, *more, "link"), (*required, "link"))


def _paper(label: Words, name: str, about: str, fields: tuple[str, ...], *required: str) -> Kind:
    return Kind(label, _PAPER.format(name), ("paper", *fields, "link"), (*required, "link"), about)


def _enquiry(label: Words, name: str, fields: tuple[str, ...], *required: str) -> Kind:
    # The subject holds the number: mails are found by it when the personal data are erased.
    template = _DESK.format(name)
    return Kind(label, template, ("reference", *fields, "link"), required, "enquiries", in_subject=("reference",))


def _ask(label: Words, **flags: object) -> Kind:
    fields = (*_ROUND, "organisation", "principal_note")
    return Kind(label, _DESK.format("input_asked_for"), fields, ("deadline", "link"), "organisations", flags)


KINDS = {
    "invitation_letter": _letter(
        gettext_lazy("Invitation, on paper"), "consultations/letter_texts/invitation_letter.txt", _LETTER
    ),
    "forum_invitation": _letter(
        gettext_lazy("Invitation, by mail"),
        _DESK.format("forum_invitation"),
        (*_LETTER, "programme", "actions", *_MAILED),
        ("reply_by", "link"),
    ),
    "forum_reminder": _letter(
        gettext_lazy("Reminder of an invitation"),
        _DESK.format("forum_reminder"),
        (*_LETTER, "sent_on", *_MAILED),
        ("reply_by", "link"),
    ),
    "seat_confirmed": _seat(
        gettext_lazy("Seat confirmed"),
        "confirmed",
        "sits_in_for", "badge", "access_needs", "calendar_link", "pack_link",
        required=("when", "place", "calendar_link"),
    ),
    "seat_waitlisted": _seat(gettext_lazy("Reserve list"), "waitlisted"),
    "seat_refused": _seat(gettext_lazy("No seat"), "refused", "reason", required=("reason",)),
    "seat_withdrawn": _seat(gettext_lazy("Seat withdrawn"), "withdrawn", "cancelled_seat"),
    "input_asked_for": _ask(gettext_lazy("Request for an input")),
    "input_reminder": _ask(gettext_lazy("Reminder to send an input"), is_reminder=True),
    "deadline_extended": Kind(
        gettext_lazy("Deadline extended"),
        _DESK.format("deadline_extended"),
        _ROUND,
        ("deadline", "link"),
        "consultation",
    ),
    "receipt": _input(
        gettext_lazy("Receipt of an input"), "receipt", "record", "refused_files", required=("record", "refused_files")
    ),
    "returned": _input(
        gettext_lazy("Question to the author"), "returned", "reason", "questions", required=("reason", "questions")
    ),
    "accepted": _input(gettext_lazy("Input on file"), "accepted"),
    "set_aside": _input(
        gettext_lazy("Input set aside"), "set_aside", "reason", "another_input", required=("reason",)
    ),
    # Anybody can enter any address: no field of the receipt repeats what was typed.
    "enquiry_received": _enquiry(
        gettext_lazy("Receipt of a question"), "enquiry_received", ("due",), "reference", "due"
    ),
    "enquiry_answered": _enquiry(
        gettext_lazy("Answer to a question"), "enquiry_answered", ("asked_on", "subject", "answer"), "answer"
    ),
    "review_opened": _paper(gettext_lazy("Review opened"), "review_opened", "rounds", ("closes",), "closes"),
    "review_extended": _paper(gettext_lazy("More time to review"), "review_extended", "rounds", ("closes",), "closes"),
    "clearance_requested": _paper(
        gettext_lazy("Clearance requested"), "clearance_requested", "clearances", ("ministry", "due"), "due"
    ),
    "answered": _paper(gettext_lazy("What became of an input"), "answered", "papers", ("answers",), "answers"),
}  # fmt: skip


# --- Fields -----------------------------------------------------------------------------------------------------------


def written(name: str) -> str:
    """Return a field as it stands in a text: "reply_by" is "{reply by}"."""
    return f"{{{name.replace('_', ' ')}}}"


def named(words: str) -> str:
    """Return the name of the field that `words` between braces mean."""
    return "_".join(words.replace("_", " ").lower().split())


class Values(Mapping[str, str]):
    """Values of the fields of a kind for one recipient, each made when it is asked for, in the active language."""

    def __init__(self, kind: Kind, context: Mapping[str, Any], mark: Callable[[str], str] = str) -> None:
        self.kind, self.context, self.mark = kind, {**context}, mark

    def __getitem__(self, name: str) -> str:
        if name not in self:
            raise KeyError(name)
        value = _compiled(FIELDS[name].source).render(Context(self.context, autoescape=False)).strip()
        return self.mark(value) if value else ""

    def __contains__(self, name: object) -> bool:
        return name in self.kind.fields

    def __iter__(self) -> Iterator[str]:
        return iter(self.kind.fields)

    def __len__(self) -> int:
        return len(self.kind.fields)


@cache
def _compiled(source: str) -> Template:
    return Template(f"{{% load i18n portal %}}{source}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its fields replaced, once: what a value holds between braces stays text."""

    def value(match: re.Match[str]) -> str:
        name = named(match[1])
        return values[name] if name in values else match[0]

    return FIELD.sub(value, text)


def without_gaps(text: str) -> str:
    """Return the text with one empty line where an empty field left several, and no spaces at the ends of lines."""
    return GAPS.sub(lambda gap: "\n" * min(2, gap[0].count("\n")), text)


def own_words(code: str) -> tuple[str, str]:
    """Return the subject and text that come with the portal, with their fields in braces, in the active language."""
    kind = KINDS[code]
    fields = {name: written(name) for name in kind.fields}
    text = render_to_string(kind.template, {**kind.flags, "fields": fields, "bare": True})
    subject, _end, body = text.strip().partition("\n")
    return subject.strip(), without_gaps(body).strip()


# --- Checking ---------------------------------------------------------------------------------------------------------


def problems(code: str, subject: str, body: str) -> list[tuple[str, str]]:
    """Return what is wrong with a text: the field of the form and the words."""
    kind = KINDS[code]
    result = [("subject", each) for each in _problems_within(kind, subject, in_subject=True)]
    result += [("body", each) for each in _problems_within(kind, body)]
    for part, text, needed, words in (
        ("subject", subject, kind.in_subject, _("The subject must hold %(field)s: %(label)s.")),
        ("body", body, kind.required, _("The text must hold %(field)s: %(label)s.")),
    ):
        held = {named(each) for each in FIELD.findall(text)}
        lacking = [name for name in needed if name not in held]
        result += [(part, words % {"field": written(name), "label": FIELDS[name].label}) for name in lacking]
    return result


def _problems_within(kind: Kind, text: str, *, in_subject: bool = False) -> Iterator[str]:
    most = LONGEST_SUBJECT if in_subject else LONGEST_BODY
    if not text.strip():
        yield _("Enter the subject.") if in_subject else _("Enter the text.")
    if len(text) > most:
        yield _("This has %(count)s characters. Shorten it to %(most)s.") % {"count": len(text), "most": most}
        return
    for words in dict.fromkeys(FIELD.findall(text)):
        yield from _problems_of(kind, words, in_subject)
    if (alone := re.search(r"[{}]", FIELD.sub(lambda each: "\0" * len(each[0]), text))) is not None:
        near = " ".join(text[max(0, alone.start() - 15) : alone.start() + 20].split())
        yield _("A brace is not closed or not opened, near “%(near)s”. Write a field as {name}.") % {"near": near}


def _problems_of(kind: Kind, words: str, in_subject: bool) -> Iterator[str]:
    name = named(words)
    if name not in kind.fields:
        near = get_close_matches(name, kind.fields, n=1, cutoff=0.5)
        data = {"field": f"{{{words}}}", "near": written(near[0]) if near else ""}
        if near:
            yield _("There is no field %(field)s. Did you mean %(near)s?") % data
        else:
            yield _("There is no field %(field)s. Choose one from the list.") % data
    elif in_subject and not FIELDS[name].in_subject:
        yield _("%(field)s cannot stand in the subject, because others typed it. Use it in the text.") % {
            "field": written(name)
        }
