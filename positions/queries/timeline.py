"""History of a paper in plain words from the journal: for its desk, and the public part."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import Event
from positions.models import PositionPaper

SENTENCES: dict[str, Promise] = {
    "create": _("The secretariat started to draft the paper."),
    "open_review": _("The text went out for review."),
    "extend_review": _("The review round was extended."),
    "reopen_review": _("The review round was opened again."),
    "close_review": _("The review round closed, and the drafters started to consolidate the text."),
    "fix_clearance_text": _("The text was fixed for clearance."),
    "request_clearance": _("The ministries were asked to clear the text."),
    "reopen_text": _("The text was reopened."),
    "add_mandate": _("One more ministry was asked to clear a paragraph."),
    "take_mandate_out": _("One ministry fewer was asked to clear a paragraph."),
    "answer_step": _("An office answered its clearance step."),
    "clear_paper": _("The head of the secretariat cleared the text."),
    "open_silence": _("The silence procedure started."),
    "end_silence": _("The silence procedure ended without a reply."),
    "break_silence": _("A member broke the silence, and the text went back to the drafters."),
    "lay_before_forum": _("The text was submitted to the forum."),
    "count_quorum": _("The quorum was counted."),
    "begin_session": _("The forum started to discuss the text."),
    "agree_paragraphs": _("The forum agreed on paragraphs."),
    "decide_paragraph": _("The forum decided on a paragraph."),
    "call_roll": _("The forum voted by roll call."),
    "adopt": _("The forum adopted the text."),
    "not_adopt": _("The forum did not adopt the text, and it went back to the drafters."),
    "propose_publication": _("A first officer proposed publication."),
    "publish": _("The paper was published, and every author received the answer to each point."),
    "issue_corrigendum": _("A mistake was corrected in edition %(edition)s."),
    "supersede": _("A newer paper replaced it."),
    "take_back_supersession": _("It was put in force again."),
    "restrict": _("The paper was restricted to officials."),
    "open_to_all": _("The restriction was lifted."),
    "suspend": _("Work on the paper was suspended."),
    "resume": _("Work on the paper resumed."),
    "withdraw_paper": _("The paper was withdrawn."),
}
AGAIN: dict[str, Promise] = {
    "open_review": _("The text went out for review again."),
    "request_clearance": _("The text had changed, and the ministries were asked to clear it again."),
    "clear_paper": _("The head of the secretariat cleared the text again."),
    "lay_before_forum": _("The text was submitted to the forum again."),
}
# Public events of a published paper. Internal steps of offices and the meeting are not included.
FOR_EVERYONE = (
    "create",
    "open_review",
    "request_clearance",
    "clear_paper",
    "lay_before_forum",
    "adopt",
    "publish",
    "issue_corrigendum",
    "supersede",
    "take_back_supersession",
)


class Step(NamedTuple):
    """One event with a sentence and its time."""

    at: datetime
    text: str


def steps(events: Iterable[Any], verbs: Iterable[str] = SENTENCES) -> list[Step]:
    """Return the sentences for those of `events` that are steps of the paper, oldest first. Repeated steps are worded
    as such.
    """
    data, result, seen = set(verbs), [], set()
    for event in events:
        if event.verb in data:
            sentence = AGAIN.get(event.verb, SENTENCES[event.verb]) if event.verb in seen else SENTENCES[event.verb]
            result.append(Step(event.at, str(sentence) % event.data))
            seen.add(event.verb)
    return result


def public_steps(paper: PositionPaper) -> list[Step]:
    """Return the public history of the published `paper`, oldest first. One query."""
    return steps(Event.objects.about(paper).filter(verb__in=FOR_EVERYONE), FOR_EVERYONE)
