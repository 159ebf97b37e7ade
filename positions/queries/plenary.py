"""Data of the plenary screen: item, quorum, and the text with the decisions on it.

Viewers poll for changes, which costs one query; changed parts are loaded only then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from consultations.models import Delegate, DelegateState, Forum, ForumSession, ForumState, SessionRole, Stakeholder
from consultations.permissions import is_member, is_secretariat
from consultations.queries import Speakers, checkin, speakers
from consultations.tokens import as_typed, room_code
from ncm_portal.workflow import now
from positions.models import FloorDecision, PaperState, Paragraph, PositionPaper, QuorumCount, Screen
from positions.queries.papers import paragraph_numbers
from positions.text.diff import Span, redline

ON_SCREEN = 1_200  # characters of a paragraph legible from the last row; the rest is in the papers
BESIDE = 700  # characters of each of two texts side by side
AROUND = 90  # characters of context around a change in a long text
NEXT = 5  # next speakers shown
# Sizes of the fonts in static/css/screen.css, in hundredths of the width of a screen of 16:9, and the room for a text:
# letters of one size squared. A letter takes about half its size in width, and a line 1.3 times its size.
FONT_SIZES = (7, 5.4, 4.2, 3.3, 2.6, 2, 1.6, 1.35)
ROOM, BESIDE_ROOM = 3000, 1150
GROUPS = 5  # groups whose time is shown
BEFORE_A_MEETING = (PaperState.IN_SESSION, PaperState.FORUM_TEXT)


# --- The quorum -------------------------------------------------------------------------------------------------------


def quorum_of(forum: Forum) -> QuorumCount:
    """Return who is present now, and what a quorum needs: not stored. Two queries."""
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
    """Return the paper before the forum. One query."""
    result = list(forum.papers.filter(state__in=BEFORE_A_MEETING).order_by("pk"))
    return min(result, key=lambda paper: BEFORE_A_MEETING.index(paper.state), default=None)


def text_before(paper: PositionPaper) -> list[Paragraph]:
    """Return the paragraphs of the text with their `number` and the decision on each: `ruling`, or None. Two
    queries.
    """
    paragraphs = Paragraph.objects.standing().filter(section__paper=paper).select_related("wording", "section")
    decisions_by_paragraph = {each.paragraph_id: each for each in FloorDecision.objects.counting().filter(paper=paper)}
    result: list[Any] = list(paragraphs)
    for number, each in enumerate(result, start=1):
        each.number, each.ruling = number, decisions_by_paragraph.get(each.pk)
    return result


def shortened(text: str, limit: int) -> str:
    """Truncate a text that is too long for the screen, between two words."""
    return text if len(text) <= limit else f"{text[:limit].rsplit(' ', 1)[0]} …"


def around_changes(spans: list[Span], limit: int) -> list[Span]:
    """Return one side of a comparison for the screen: for a long text only the context of the changes."""
    if sum(len(span.text) for span in spans) <= limit:
        return spans
    result, left = [], limit
    for place, span in enumerate(spans):
        text = span.text
        if span.kind == "same" and len(text) > 2 * AROUND:
            first, last = text[:AROUND] if place else "", text[-AROUND:] if place + 1 < len(spans) else ""
            text = f"{first} … {last}"
        text = shortened(text, max(left, 0))
        left -= len(text)
        result.append(Span(span.kind, text))
    return [span for span in result if span.text.strip(" …")] or result[:1]


# --- The screen -------------------------------------------------------------------------------------------------------


class Watched(NamedTuple):
    """Forum with the version marks by which viewers detect changes."""

    forum_id: int
    takes_part: bool
    shown: int  # version of the screen
    last_speech: int  # last journal entry about the session on the screen: its speakers' list
    last_check_in: int  # last check-in
    seated: int  # delegates with a seat: those who lose it are not present any more

    @property
    def room(self) -> str:
        """Return the mark of the speakers' list and attendance."""
        return f"{self.last_speech}.{self.last_check_in}.{self.seated}"

    @property
    def version(self) -> str:
        """Return all marks as one string."""
        return f"{self.shown}.{self.room}"


# Static SQL: sixty people poll it every 1.5 s, and building the query took longer than running it.
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
    """Return the forum with this slug and the marks of its screen; None if there is none. One query."""
    with connection.cursor() as cursor:
        cursor.execute(MARKS, {"slug": slug, "person": getattr(user, "pk", None)})
        row = cursor.fetchone()
    return Watched(*row) if row else None


def may_watch(user: Any, forum: Watched) -> bool:
    """Return whether `user` may see the screen of a forum: participants, members and the secretariat."""
    return is_secretariat(user) or forum.takes_part or is_member(user)


def _in_room() -> QuerySet[Forum]:
    """Return the forums in session today."""
    today = timezone.localdate(now())
    return Forum.objects.filter(state=ForumState.IN_SESSION, starts_on__lte=today, ends_on__gte=today)


def badge_with(code: str) -> Delegate | None:
    """Return the delegate to a forum in session today with this code on the badge. One query."""
    typed = as_typed(code)
    badges = Delegate.objects.filter(forum__in=_in_room()).select_related("forum")
    return next((each for each in badges if as_typed(room_code(each.ticket)) == typed), None)


def holds_badge(ticket: str, forum_id: int) -> bool:
    """Return whether the badge may read along: its forum is in session today with an unrestricted text, and its holder
    has a seat and checked in today. One query.
    """
    checked_in = checkin.counting(forum_id).filter(delegate__ticket=ticket, delegate__forum__in=_in_room())
    restricted = PositionPaper.objects.filter(forum=forum_id, state__in=BEFORE_A_MEETING, is_restricted=True)
    return checked_in.filter(at__gte=checkin.start_of_day(now())).exclude(Exists(restricted)).exists()


def screens_of(user: Any) -> list[Forum]:
    """Return the forums in session whose screen `user` may watch. One query."""
    rows = Forum.objects.filter(state=ForumState.IN_SESSION).order_by("starts_on")
    if is_secretariat(user) or is_member(user):
        return list(rows)
    seated = Delegate.objects.filter(user=user, state=DelegateState.CONFIRMED).values("forum")
    return list(
        rows.filter(Q(pk__in=seated) | Q(pk__in=SessionRole.objects.filter(user=user).values("session__forum")))
    )


@dataclass
class Shown:
    """Text shown on the screen: the item, the numbered paragraph, and its proposed wording."""

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
        """Return the class of the largest font in which the text fits the screen: "size-1" is the largest. Two texts
        share the space.
        """
        letters = max(
            len(self.text), sum(len(span.text) for span in self.old), sum(len(span.text) for span in self.new)
        )
        room = BESIDE_ROOM if self.new else ROOM
        fitting = (turn for turn, size in enumerate(FONT_SIZES, 1) if letters * size**2 <= room)
        return f"size-{next(fitting, len(FONT_SIZES))}"


def shown_on(forum: Forum) -> Shown | None:
    """Return what the screen of a forum shows of the text, or None. About four queries."""
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
    """Current speakers and attendance."""

    speakers: Speakers
    quorum: QuorumCount
    at: datetime

    @property
    def following(self) -> list[Any]:
        """Return the next speakers."""
        return self.speakers.waiting[:NEXT]

    @property
    def others(self) -> int:
        """Return how many more wait."""
        return max(0, len(self.speakers.waiting) - NEXT)

    @property
    def groups(self) -> list[Any]:
        """Return the groups with the longest speaking time."""
        return self.speakers.groups[:GROUPS]


def room_of(forum: Forum) -> Room:
    """Return the speakers of the session on the screen, and the quorum. About five queries."""
    session = ForumSession.objects.filter(pk__in=Screen.objects.filter(forum=forum).values("session")).first()
    return Room(speakers(session), quorum_of(forum), now())
