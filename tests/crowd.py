"""Bulk data: thousands of inputs and points in a second, along allowed state changes; `fill` for many more."""

from collections.abc import Callable
from datetime import timedelta
from itertools import batched
from typing import NamedTuple

import pgtrigger
from django.db import transaction

from consultations.db.bulk_copy import copy_in, copy_values
from consultations.models import (
    Audience,
    Consultation,
    Event,
    Forum,
    Group,
    Point,
    PointKind,
    Provision,
    Stakeholder,
    Submission,
    Theme,
    User,
)
from ncm_portal import workflow
from ncm_portal.database_roles import as_owner
from positions.edition import freeze
from positions.models import PositionPaper
from tests.database_roles import as_superuser
from tests.factories import (
    make_action,
    make_check_in,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_member,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_theme,
    number,
    walk,
)
from tests.paper_factories import bring_paper, make_disposition, make_paper, make_paragraph, make_section

CODES = tuple(f"T{turn}" for turn in range(1, 8))
NAME = "Organisation in a crowd"


class Crowd(NamedTuple):
    """Created data: the consultation, its forum, its published paper, and one public input with answered points."""

    consultation: Consultation
    forum: Forum
    paper: PositionPaper
    answered: Submission


def input_text(turn: int) -> str:
    """Return the text of an input."""
    return "What we ask for. " * 50


def make_crowd(inputs: int = 2000, organisations: int = 200, *, text: Callable[[int], str] = input_text) -> Crowd:
    """Create seven themes, `organisations` of all groups, `inputs` with two points each, a forum and a
    published paper.
    """
    for turn, code in enumerate(CODES):
        theme = make_theme(code)
        for step in range(3):
            make_provision(f"GCM-{turn * 3 + step + 1:02}", theme=theme)
    consultation = make_consultation(themes=CODES)
    sent = send_many(consultation, join_many(organisations), inputs, text=text)
    points = point_many(consultation, sent)
    forum = make_forum(consultation, state="held")
    for code in CODES:
        make_session(forum, theme=Theme.objects.get(code=code))
    for sender in Stakeholder.objects.all()[:50]:
        make_delegate(forum, sender)
    return Crowd(consultation, forum, publish(consultation, forum, points), sent[0])


def join_many(organisations: int) -> list[Stakeholder]:
    """Create verified organisations of all groups in turn."""
    groups = Group.values
    Stakeholder.objects.bulk_create(
        Stakeholder(name=f"{NAME} {number()}", group=groups[turn % len(groups)]) for turn in range(organisations)
    )
    found = Stakeholder.objects.filter(name__startswith=NAME)
    found.update(state="verified")
    return list(found)


def grow(crowd: Crowd, inputs: int) -> None:
    """Create more inputs with two points each, until there are `inputs`."""
    senders, there = list(Stakeholder.objects.filter(name__startswith=NAME)), Submission.objects.count()
    point_many(crowd.consultation, send_many(crowd.consultation, senders, inputs - there, first=there))


def send_many(
    consultation: Consultation,
    senders: list[Stakeholder],
    inputs: int,
    *,
    first: int = 0,
    text: Callable[[int], str] = input_text,
    authors: dict[int, User] | None = None,
    is_waiting: bool = False,
) -> list[Submission]:
    """Create inputs on file, or waiting at the desk, themes and senders in turn; `authors` by the key of the sender."""
    themes, officer, now = list(consultation.themes.all()), make_secretariat(), workflow.now()
    sent = Submission.objects.bulk_create(
        Submission(
            consultation=consultation, stakeholder=senders[turn % len(senders)],
            author=(authors or {}).get(senders[turn % len(senders)].pk, officer),
            theme=themes[turn % len(themes)], title=f"Input {turn} in a crowd", body=text(turn),
            audience=_audience(turn), reference=f"NCM-CROWD-{turn:05}",
            submitted_at=now - timedelta(minutes=turn), content_sha256=f"{turn:064x}",
        )
        for turn in range(first, first + inputs)
    )  # fmt: skip
    made = Submission.objects.filter(pk__in=[row.pk for row in sent])
    made.update(state="submitted")
    if not is_waiting:
        made.update(state="accepted", decided_at=now, decided_by=officer)
    _link(made)
    return list(made.order_by("reference"))


def wait_many(consultation: Consultation, senders: list[Stakeholder], inputs: int) -> list[Submission]:
    """Create inputs that wait at the desk, each written by the focal point of its sender."""
    authors = {sender.pk: make_member(sender) for sender in senders}
    first = Submission.objects.count()
    return send_many(consultation, senders, inputs, first=first, authors=authors, is_waiting=True)


def _audience(turn: int) -> str:
    """Return who may read an input: of ten, one for the secretariat and one for members only."""
    return {5: Audience.SECRETARIAT, 6: Audience.MEMBERS}.get(turn % 10, Audience.PUBLIC)


def _link(inputs) -> None:
    provisions, through = list(Provision.objects.all()), Submission.provisions.through
    through.objects.bulk_create(
        through(submission=sent, provision=provisions[sent.pk % len(provisions)]) for sent in inputs if provisions
    )


# --- A million --------------------------------------------------------------------------------------------------------

CHUNK = 10_000
# Of a hundred inputs, those that are not on file; of twenty on file, one was not split into points yet.
NOT_ON_FILE = {51: "submitted", 52: "returned", 53: "set_aside", 54: "withdrawn"}
UNSPLIT = 11
STATE_STARTS = ("consultations.Submission:state_starts", "consultations.Point:state_starts")
WORDS_INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'searchentry_words'"


def fill(
    consultation: Consultation, senders: list[Stakeholder], inputs: int, *, text: Callable[[int], str] = input_text
) -> None:
    """Create inputs until there are `inputs`, with 1.9 points and an entry of the journal each: 1,000 in a second.

    For tests that commit. Rows arrive by COPY in their last state, as the owner of the tables, with all other triggers:
    search entries and tallies are true. The index of words is made at the end, which takes a tenth of the time.
    """
    first, officer = Submission.objects.count(), make_secretariat()
    with as_superuser() as cursor:
        cursor.execute(WORDS_INDEX)
        (index,) = cursor.fetchone()
        cursor.execute("DROP INDEX searchentry_words")
        with as_owner(), pgtrigger.ignore(*STATE_STARTS):
            for turns in batched(range(first, inputs), CHUNK, strict=False):
                with transaction.atomic():
                    _fill(consultation, senders, turns, text, officer)
        cursor.execute(f"SET maintenance_work_mem = '1GB'; {index}")
        cursor.execute("VACUUM ANALYZE")  # as its own daemon does in time


def _fill(
    consultation: Consultation,
    senders: list[Stakeholder],
    turns: tuple[int, ...],
    text: Callable[[int], str],
    officer: User,
) -> None:
    """Create the inputs of `turns`, with objectives, points and entries."""
    themes = list(consultation.themes.all())
    sent = [_input(turn, consultation, senders, themes, officer, text(turn)) for turn in turns]
    copy_in(sent)
    through, provisions = Submission.provisions.through, list(Provision.objects.values_list("pk", flat=True))
    fields = [through._meta.get_field(name) for name in ("submission", "provision")]
    copy_values(through, fields, [(each.pk, provisions[each.pk % len(provisions)]) for each in sent])
    on_file = [
        each for turn, each in zip(turns, sent, strict=True) if each.state == "accepted" and turn % 20 != UNSPLIT
    ]
    copy_in([_point(each, number, officer) for each in on_file for number in (1, 2)])
    Event.objects.record_many("submit", sent, by=officer, before="draft", after="submitted")


def _input(
    turn: int, consultation: Consultation, senders: list[Stakeholder], themes: list[Theme], officer: User, text: str
) -> Submission:
    """Return an input in its last state; themes, senders and readers in turn."""
    state, now = NOT_ON_FILE.get(turn % 100, "accepted"), workflow.now()
    decided = {"decided_at": now, "decided_by": officer} if state != "submitted" else {}
    reason = {"state_reason": "One of many."} if state in {"returned", "set_aside"} else {}
    return Submission(
        consultation=consultation, stakeholder=senders[turn % len(senders)], author=officer, state=state,
        theme=themes[turn % len(themes)], title=f"Input {turn} in a crowd", body=text, audience=_audience(turn),
        reference=f"NCM-CROWD-{turn:05}", submitted_at=now - timedelta(minutes=turn), content_sha256=f"{turn:064x}",
        **decided, **reason,
    )  # fmt: skip


# --- Points, papers and a forum ---------------------------------------------------------------------------------------


def _point(sent: Submission, number: int, officer: User, state: str = "validated") -> Point:
    return Point(
        reference=f"{sent.reference}.{number}", consultation_id=sent.consultation_id, submission=sent,
        theme_id=sent.theme_id, stakeholder_id=sent.stakeholder_id, number=number, kind=PointKind.RECOMMENDATION,
        text="What this point asks for.", created_by=officer, state=state,
    )  # fmt: skip


def point_many(consultation: Consultation, inputs: list[Submission]) -> list[Point]:
    """Two validated points of each input."""
    officer = make_secretariat()
    said = Point.objects.bulk_create(_point(sent, turn, officer, "draft") for sent in inputs for turn in (1, 2))
    made = Point.objects.filter(pk__in=[row.pk for row in said])
    made.update(state="validated")
    return list(made.order_by("reference"))


def publish(consultation: Consultation, forum: Forum, points: list[Point]) -> PositionPaper:
    """Create a published paper of 45 paragraphs that answers the first points."""
    paper = make_paper(consultation, forum=forum)
    paragraphs = []
    for theme in consultation.themes.all():
        section = make_section(paper, theme)
        paragraphs += [make_paragraph(section) for _ in range(6)]
    for point in points[:4]:
        make_disposition(paper, point, "noted", paragraphs[7], answered_at=workflow.now())
    paper = bring_paper(paper, "adopted")
    freeze(paper, number="1.0", kind="adopted", status="Adopted by consensus", by=make_secretariat())
    return bring_paper(paper, "published")


def follow_up(forum: Forum) -> None:
    """Finish the forum: attendance, speeches, a commitment and the communiqué."""
    session = forum.sessions.first()
    delegates, began = list(forum.delegates.all()[:9]), session.starts_at
    for turn, delegate in enumerate(delegates):
        make_check_in(delegate, at=began + timedelta(hours=turn))
        spoken = {"asked_at": began, "started_at": began, "ended_at": began + timedelta(minutes=turn + 1)}
        who = {"stakeholder": delegate.stakeholder, "group": delegate.group, "by": make_secretariat()}
        session.speeches.create(order=turn + 1, **who, **spoken)
    promise = make_point(session=session, kind="commitment", stakeholder=delegates[0].stakeholder)
    make_action(forum, point=promise, stakeholder=promise.stakeholder, due_on=forum.ends_on)
    make_point(session=session, kind="decision")
    make_communique(forum, state="published")
    walk(forum, "reported")
