"""The office's own texts of letters and mails, while mails are written and previewed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.template.loader import render_to_string

from consultations.letter_texts import KINDS, Values, fill, without_gaps
from ncm_portal.workflow import current_run

from ..models import Letterhead, LetterText, OutgoingMail
from ..queries.letter_texts import Texts, texts_in_force
from ..queries.letterhead import letterhead_in_force


@dataclass
class Preview:
    """Mail that is written to be read, not sent: with the text `draft`, its values marked."""

    draft: LetterText
    mark: Callable[[str], str] = str
    mails: list[OutgoingMail] = field(default_factory=list)


_preview: ContextVar[Preview | None] = ContextVar("preview", default=None)


def current_preview() -> Preview | None:
    """Return the preview that is being written, or None."""
    return _preview.get()


@contextmanager
def previewed(draft: LetterText, *, mark: Callable[[str], str] = str) -> Iterator[list[OutgoingMail]]:
    """Context manager in which notifications queue nothing: the list gets the first mail, unsaved, in the language and
    with the words of `draft`.
    """
    preview = Preview(draft, mark)
    token = _preview.set(preview)
    try:
        yield preview.mails
    finally:
        _preview.reset(token)


_kept: ContextVar[dict[int, Texts] | None] = ContextVar("kept", default=None)
_kept_letterheads: ContextVar[dict[int, Letterhead | None] | None] = ContextVar("kept_letterheads", default=None)


@contextmanager
def texts_kept() -> Iterator[None]:
    """Context manager in which the office's texts and letterhead are read once, for many mails outside a verb."""
    token = _kept.set({} if _kept.get() is None else _kept.get())
    letterheads = _kept_letterheads.set({} if _kept_letterheads.get() is None else _kept_letterheads.get())
    try:
        yield
    finally:
        _kept.reset(token)
        _kept_letterheads.reset(letterheads)


def own_texts(consultation_id: int | None) -> Texts:
    """Return the office's texts for a consultation. One query, or none if the running verb, or the block of
    `texts_kept`, has asked before.
    """
    if preview := _preview.get():
        return {(preview.draft.kind, preview.draft.language): preview.draft}
    if consultation_id is None:
        return {}
    run, block = current_run(), _kept.get()
    kept = run.kept(LetterText, connection) if run else block
    if kept is None:
        return texts_in_force(consultation_id)
    if consultation_id not in kept:
        kept[consultation_id] = texts_in_force(consultation_id)
        if run:
            run.keep(LetterText, connection, {consultation_id: kept[consultation_id]})
    return kept[consultation_id]


def own_letterhead(consultation_id: int | None) -> Letterhead | None:
    """Return the letterhead of a consultation for its mail. One query, or none if the running verb, or the block of
    `texts_kept`, has asked before.
    """
    if consultation_id is None:
        return None
    run, block = current_run(), _kept_letterheads.get()
    kept = run.kept(Letterhead, connection) if run else block
    if kept is None:
        return letterhead_in_force(consultation_id)
    if consultation_id not in kept:
        kept[consultation_id] = letterhead_in_force(consultation_id)
        if run:
            run.keep(Letterhead, connection, {consultation_id: kept[consultation_id]})
    return kept[consultation_id]


def render(template: str, code: str, language: str, context: dict[str, Any], texts: Texts) -> tuple[str, str]:
    """Return subject and body of a mail in the active language, which is `language`: in the words of the office if it
    changed them, otherwise in those of the portal.
    """
    preview = _preview.get()
    mark = preview.mark if preview else str
    if code in KINDS:
        context |= KINDS[code].flags
        context["fields"] = values = Values(KINDS[code], context, mark)
        own = texts.get((code, language))
        if own and own.is_own:
            template = "consultations/letter_texts/mail.txt"
            context |= {"own_subject": fill(own.subject, values), "own_body": fill(own.body, values)}
    subject, _end, body = render_to_string(template, context).strip().partition("\n")
    return subject, without_gaps(body).strip() + "\n"
