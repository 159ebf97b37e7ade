"""Bulk data: thousands of inputs and points in a second, along allowed state changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from consultations.models import (
    Audience,
    Consultation,
    Forum,
    Group,
    Point,
    PointKind,
    Provision,
    Stakeholder,
    Submission,
    Theme,
)
from ncm_portal import workflow
from positions.edition import freeze
from positions.models import PositionPaper
from tests.factories import (
    make_action,
    make_check_in,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
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
) -> list[Submission]:
    """Create inputs on file, themes and senders in turn; of ten, one for the secretariat and one for members only."""
    themes, officer, now = list(consultation.themes.all()), make_secretariat(), workflow.now()
    audiences = [Audience.SECRETARIAT, Audience.MEMBERS, *[Audience.PUBLIC] * 8]
    sent = Submission.objects.bulk_create(
        Submission(
            consultation=consultation, stakeholder=senders[turn % len(senders)], author=officer,
            theme=themes[turn % len(themes)], title=f"Input {turn} in a crowd", body=text(turn),
            audience=audiences[(turn + 5) % 10], reference=f"NCM-CROWD-{turn:05}",
            submitted_at=now - timedelta(minutes=turn), content_sha256=f"{turn:064x}",
        )
        for turn in range(first, first + inputs)
    )  # fmt: skip
    made = Submission.objects.filter(pk__in=[row.pk for row in sent])
    made.update(state="submitted")
    made.update(state="accepted", decided_at=now, decided_by=officer)
    _link(made)
    return list(made.order_by("reference"))


def _link(inputs) -> None:
    provisions, through = list(Provision.objects.all()), Submission.provisions.through
    through.objects.bulk_create(
        through(submission=sent, provision=provisions[sent.pk % len(provisions)]) for sent in inputs
    )


def point_many(consultation: Consultation, inputs: list[Submission]) -> list[Point]:
    """Two validated points of each input."""
    officer = make_secretariat()
    said = Point.objects.bulk_create(
        Point(
            reference=f"{sent.reference}.{turn}", consultation=consultation, submission=sent, theme_id=sent.theme_id,
            stakeholder_id=sent.stakeholder_id, number=turn, kind=PointKind.RECOMMENDATION, text="What this point asks for.",
            created_by=officer,
        )
        for sent in inputs
        for turn in (1, 2)
    )  # fmt: skip
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
