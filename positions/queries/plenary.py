"""What the room reads in plenary: the screen, the quorum of this moment, the text with what was decided on it.

Whoever watches asks again and again whether there is news. That costs one query; the parts that changed are read only
when there is some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from consultations.models import Delegate, DelegateState, Forum, ForumSession, ForumState, SessionRole, Stakeholder
from consultations.permissions import is_member, is_secretariat
from consultations.queries import Speakers, checkin, speakers
from ncm_portal.workflow import now
from positions.models import FloorDecision, PaperState, Paragraph, PositionPaper, QuorumCount, Screen
from positions.queries.papers import paragraph_numbers
from positions.text.diff import Span, redline

ON_SCREEN = 1_200  # letters of a paragraph that the last row can read; the rest stands in the papers
BESIDE = 700  # letters of each of two texts side by side
AROUND = 90  # letters that stay around a change in a long text
NEXT = 5  # speakers who are named in advance
GROUPS = 5  # groups whose time is shown
BEFORE_A_MEETING = (PaperState.IN_SESSION, PaperState.FORUM_TEXT)


# --- The quorum -------------------------------------------------------------------------------------------------------


def quorum_of(forum: Forum) -> QuorumCount:
    """Who is present at this moment, and what a quorum needs: not stored. Two queries."""
    members = list(Stakeholder.objects.members().order_by("name"))
    room = checkin.present(forum)
    return QuorumCount(
        forum=forum,
        members_present=sum(member.pk in room.institutions for member in members),
        members_total=len(members),
        members_needed=math.ceil(len(members) * forum.consultation.quorum_member_share),
        groups_present=len(room.groups),
        groups_needed=forum.consultation.quorum_groups,
        electorate=[
            {"name": body.name, "group": body.group, "present": body.pk in room.institutions} for body in members
        ],
        at=now(),
    )


# --- The text ---------------------------------------------------------------------------------------------------------


def paper_of(forum: Forum) -> PositionPaper | None:
    """The paper whose text the forum has before it. One query."""
    found = list(forum.papers.filter(state__in=BEFORE_A_MEETING).order_by("pk"))
    return min(found, key=lambda paper: BEFORE_A_MEETING.index(paper.state), default=None)


def text_before(paper: PositionPaper) -> list[Paragraph]:
    """The paragraphs of the text with their `number` and what was decided on each: `ruling`, or None. Two queries."""
    paragraphs = Paragraph.objects.standing().filter(section__paper=paper).select_related("wording", "section")
    said = {each.paragraph_id: each for each in FloorDecision.objects.counting().filter(paper=paper)}
    found: list[Any] = list(paragraphs)
    for number, each in enumerate(found, start=1):
        each.number, each.ruling = number, said.get(each.pk)
    return found


def shortened(text: str, limit: int) -> str:
    """The beginning of a text that is longer than the screen holds, cut between two words."""
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0]} …"


def around_changes(spans: list[Span], limit: int) -> list[Span]:
    """One side of a comparison as the screen shows it: of a long text, only what stands around the changes."""
    if sum(len(span.text) for span in spans) <= limit:
        return spans
    found, left = [], limit
    for place, span in enumerate(spans):
        text = span.text
        if span.kind == "same" and len(text) > 2 * AROUND:
            first, last = text[:AROUND] if place else "", text[-AROUND:] if place + 1 < len(spans) else ""
            text = f"{first} … {last}"
        text = shortened(text, max(left, 0))
        left -= len(text)
        found.append(Span(span.kind, text))
    return [span for span in found if span.text.strip(" …")] or found[:1]


# --- The screen -------------------------------------------------------------------------------------------------------


class Watched(NamedTuple):
    """A forum as its viewers ask for it, and the marks by which they know whether there is news."""

    forum_id: int
    takes_part: bool
    shown: int  # the version of the screen
    heard: int  # the last entry of the journal about the session on the screen: its list of speakers
    came: int  # the last check-in
    seated: int  # which delegates have a seat: whoever loses it is not present any more

    @property
    def room(self) -> str:
        """Changes with the list of speakers and with whoever comes or goes."""
        return f"{self.heard}.{self.came}.{self.seated}"

    @property
    def version(self) -> str:
        """All marks in one word."""
        return f"{self.shown}.{self.room}"


# Written out, since sixty people ask it every second and a half, and putting it together took longer than answering it.
MARKS = """
SELECT forum.id,
    EXISTS (SELECT FROM consultations_delegate delegate
        WHERE delegate.forum_id = forum.id AND delegate.user_id = %(person)s AND delegate.state = 'confirmed')
    OR EXISTS (SELECT FROM consultations_sessionrole role JOIN consultations_forumsession part
        ON part.id = role.session_id WHERE part.forum_id = forum.id AND role.user_id = %(person)s),
    COALESCE(screen.version, 0),
    COALESCE((SELECT number FROM consultations_event WHERE kind = 'consultations.forumsession'
        AND object_id = screen.session_id::text ORDER BY number DESC LIMIT 1), 0),
    COALESCE((SELECT entry.id FROM consultations_checkin entry JOIN consultations_delegate delegate
        ON delegate.id = entry.delegate_id WHERE delegate.forum_id = forum.id ORDER BY entry.id DESC LIMIT 1), 0),
    COALESCE((SELECT sum(id) FROM consultations_delegate
        WHERE forum_id = forum.id AND state = 'confirmed'), 0)::bigint
FROM consultations_forum forum LEFT JOIN positions_screen screen ON screen.forum_id = forum.id
WHERE forum.slug = %(slug)s
"""


def watched(slug: str, user: Any) -> Watched | None:
    """The forum with this address and the marks of what its screen shows; None where there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(MARKS, {"slug": slug, "person": getattr(user, "pk", None)})
        row = cursor.fetchone()
    return Watched(*row) if row else None


def may_watch(user: Any, forum: Watched) -> bool:
    """Whether `user` may see the screen of a forum: whoever takes part, members, the secretariat."""
    return is_secretariat(user) or forum.takes_part or is_member(user)


def screens_of(user: Any) -> list[Forum]:
    """The forums in session whose screen `user` may watch. One query."""
    found = Forum.objects.filter(state=ForumState.IN_SESSION).order_by("starts_on")
    if is_secretariat(user) or is_member(user):
        return list(found)
    seated = Delegate.objects.filter(user=user, state=DelegateState.CONFIRMED).values("forum")
    return list(
        found.filter(Q(pk__in=seated) | Q(pk__in=SessionRole.objects.filter(user=user).values("session__forum")))
    )


@dataclass
class Shown:
    """What the screen shows of the text: the item, the paragraph with its number, the words proposed for it."""

    heading: str
    session: str = ""
    number: int | None = None
    section: str = ""
    text: str = ""
    old: list[Span] = field(default_factory=list)
    new: list[Span] = field(default_factory=list)
    moved_by: str = ""
    outcome: str = ""
    outcome_kind: str = ""

    @property
    def size(self) -> str:
        """How large its words may stand on a screen of 1280 by 720: the longer, the smaller; two texts share it."""
        letters = max(
            len(self.text), sum(len(span.text) for span in self.old), sum(len(span.text) for span in self.new)
        )
        few, many = (220, 420) if self.new else (400, 700)
        return "short" if letters <= few else "middling" if letters <= many else "long"


def shown_on(forum: Forum) -> Shown | None:
    """What the screen of a forum shows of the text, or None. About four queries."""
    along = ("session", "paragraph__wording", "paragraph__section__paper", "moved_by")
    screen = Screen.objects.filter(forum=forum).select_related(*along).first()
    if screen is None:
        return None
    made = Shown(screen.heading, str(screen.session or ""))
    paragraph = screen.paragraph
    if paragraph is None or paragraph.wording is None:
        return made
    made.number = paragraph_numbers(paragraph.section.paper).get(paragraph.pk)
    made.section, words = paragraph.section.heading, paragraph.wording.text
    if screen.amendment and screen.amendment != words:
        spans = redline(words, screen.amendment)
        made.old = around_changes([span for span in spans if span.kind != "added"], BESIDE)
        made.new = around_changes([span for span in spans if span.kind != "removed"], BESIDE)
        made.moved_by = screen.moved_by.label if screen.moved_by else ""
    else:
        made.text = shortened(words, ON_SCREEN)
    ruling = FloorDecision.objects.counting().filter(paragraph=paragraph).first()
    if ruling:
        made.outcome, made.outcome_kind = str(ruling.get_outcome_display()), ruling.outcome
    return made


@dataclass
class Room:
    """Who speaks and who is there."""

    speakers: Speakers
    quorum: QuorumCount
    at: datetime

    @property
    def following(self) -> list[Any]:
        """The speakers who come next."""
        return self.speakers.waiting[:NEXT]

    @property
    def others(self) -> int:
        """How many more wait."""
        return max(0, len(self.speakers.waiting) - NEXT)

    @property
    def groups(self) -> list[Any]:
        """The groups that spoke longest."""
        return self.speakers.groups[:GROUPS]


def room_of(forum: Forum) -> Room:
    """The speakers of the session on the screen, and the quorum. About five queries."""
    session = ForumSession.objects.filter(pk__in=Screen.objects.filter(forum=forum).values("session")).first()
    return Room(speakers(session), quorum_of(forum), now())
