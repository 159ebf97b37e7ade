"""For each table of moves: a record that is ready for a move from a state, and one in the same state that is not.

Used by tests/test_workflow_matrix.py and the tests of the database triggers.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser

from consultations.models import (
    ActionPoint,
    Attachment,
    Communique,
    Consultation,
    Delegate,
    Enquiry,
    Forum,
    ForumSession,
    Hiding,
    Invitation,
    Likeness,
    MembershipRole,
    Point,
    Proposal,
    SessionRole,
    Stakeholder,
    Submission,
)
from ncm_portal import workflow
from positions.models import (
    Amendment,
    AnswerByLetter,
    Clearance,
    ClearanceReminder,
    Corrigendum,
    Edition,
    PositionPaper,
    ReviewRound,
)
from tests.factories import (
    bring,
    change,
    make_action,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_invitation,
    make_likeness,
    make_mandate,
    make_member,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
    walk,
)
from tests.office_factories import erased_enquiry, make_double, make_hiding, make_proposal, ready_enquiry
from tests.paper_factories import (
    bring_paper,
    make_clearance,
    make_decision,
    make_edition,
    make_files,
    make_letter,
    make_paper,
    make_paragraph,
    make_printed_edition,
    make_section,
    take_stance,
)

MODELS = {
    "CONSULTATION_MOVES": Consultation,
    "FORUM_MOVES": Forum,
    "SESSION_MOVES": ForumSession,
    "DELEGATE_MOVES": Delegate,
    "INVITATION_MOVES": Invitation,
    "STAKEHOLDER_MOVES": Stakeholder,
    "SUBMISSION_MOVES": Submission,
    "ATTACHMENT_MOVES": Attachment,
    "POINT_MOVES": Point,
    "LIKENESS_MOVES": Likeness,
    "ACTION_MOVES": ActionPoint,
    "COMMUNIQUE_MOVES": Communique,
    "PROPOSAL_MOVES": Proposal,
    "HIDING_MOVES": Hiding,
    "ENQUIRY_MOVES": Enquiry,
    "PAPER_MOVES": PositionPaper,
    "CLEARANCE_MOVES": Clearance,
    "AMENDMENT_MOVES": Amendment,
    "LETTER_MOVES": AnswerByLetter,
    "CORRIGENDUM_MOVES": Corrigendum,
}


class People:
    """Create one person for each relation to a record of the organisation `body`."""

    def __init__(self, body: Stakeholder, session: ForumSession) -> None:
        self.head = make_head()
        self.secretariat = make_secretariat()
        self.roles: dict[str, Any] = {
            "visitor": AnonymousUser(),
            "stranger": make_user(),
            "focal point": make_member(body, is_primary=True),
            "focal point of another": make_member(make_stakeholder()),
            "clearing officer": make_member(body, MembershipRole.CLEARING_OFFICER),
            "rapporteur": make_user(),
            "chair of the session": make_user(),
            "secretariat": self.secretariat,
            "second officer": make_secretariat(),
            "officer who acts for the organisation": make_double(body, make_secretariat()),
            "head": self.head,
            "official": make_user("official"),
            "system administrator": make_user("sysadmin"),
        }
        self.everybody = self.roles | {
            "former focal point": make_member(body, valid_until=workflow.now().date() - timedelta(days=2)),
            "clearing officer of another": make_member(make_ministry(), MembershipRole.CLEARING_OFFICER),
            "locked-out head": make_head(is_active=False),
        }
        SessionRole.objects.create(session=session, user=self.roles["rapporteur"], kind="rapporteur")
        SessionRole.objects.create(session=session, user=self.roles["chair of the session"], kind="chair")


def make_world() -> SimpleNamespace:
    """Create a ministry that leads a theme, a forum in session with a session on that theme, and their people."""
    body, theme = make_ministry(), make_theme("T1")
    forum = make_forum(make_consultation(themes=("T1",)), state="in_session")
    session = make_session(forum, theme=theme)
    make_mandate(body, theme, is_lead=True)
    return SimpleNamespace(body=body, theme=theme, forum=forum, session=session, people=People(body, session))


# --- Records that are ready -----------------------------------------------------------------------------------------


def _forum(world: SimpleNamespace, state: str) -> Forum:
    forum = make_forum(world.forum.consultation, state="draft")
    make_session(forum)
    make_communique(forum, state="published")
    return bring(forum, state)


def _session(world: SimpleNamespace, state: str) -> ForumSession:
    return make_session(world.forum, state=state)


def _delegate(world: SimpleNamespace, state: str) -> Delegate:
    return make_delegate(world.forum, world.body, state=state)


def _invitation(world: SimpleNamespace, state: str) -> Invitation:
    forum = make_forum(world.forum.consultation, letter_text="You are invited.")
    return make_invitation(forum, world.body, state=state)


def _action(world: SimpleNamespace, state: str) -> ActionPoint:
    return make_action(world.forum, stakeholder=world.body, state=state)


def _proposal(world: SimpleNamespace, state: str) -> Proposal:
    return make_proposal(by=world.people.head, decided_by=world.people.secretariat, state=state)


def _communique(world: SimpleNamespace, state: str) -> Communique:
    return make_communique(state=state, written_by=world.people.secretariat)


def _stakeholder(world: SimpleNamespace, state: str) -> Stakeholder:
    return world.body if state == "verified" else make_stakeholder(state=state)


def _submission(world: SimpleNamespace, state: str) -> Submission:
    typed = {"channel": "letter", "received_on": workflow.now().date(), "entered_by": world.people.secretariat}
    author = world.people.roles["focal point"]
    return make_submission(world.forum.consultation, world.body, state=state, author=author, **typed)


def _attachment(world: SimpleNamespace, state: str, of: str = "draft") -> Attachment:
    """Create a complete uploaded file of an input in the state `of`, written by this world's author."""
    author = world.people.roles["focal point"]
    submission = make_submission(world.forum.consultation, world.body, state=of, author=author)
    made = Attachment.objects.create(
        submission=submission, name="letter.pdf", media_type="application/pdf", size=3, received=3, sha256="0" * 64,
        stored_as=uuid.uuid4().hex, uploaded_by=author,
    )  # fmt: skip
    return made if state == "uploading" else walk(made, state)


def _point(world: SimpleNamespace, state: str) -> Point:
    into = make_point(session=world.session) if state == "merged" else None
    return make_point(session=world.session, state=state, into=into)


def _hiding(world: SimpleNamespace, state: str) -> Hiding:
    return make_hiding(_submission(world, "accepted"), world.people.head, world.people.secretariat, state)


def _likeness(world: SimpleNamespace, state: str) -> Likeness:
    return make_likeness(make_point(session=world.session), make_point(session=world.session), state=state)


def _paper(world: SimpleNamespace, state: str) -> PositionPaper:
    paper = make_paper(world.forum.consultation, forum=world.forum)
    make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    clearance = make_edition(paper, "0.1", "clearance")
    make_edition(paper, "0.2", "forum")
    make_decision(paper)  # with a count that shows a quorum
    _round(paper, clearance)
    make_files(make_edition(paper, "9.0", "adopted"))
    _lead(paper, state, silence_until=workflow.now() - timedelta(hours=1))
    if state == "adopted":
        change(paper, publication_proposed_by=world.people.secretariat, publication_proposed_at=workflow.now())
    return paper


def _lead(paper: PositionPaper, state: str, silence_until: datetime) -> None:
    bring_paper(paper, "cleared" if state == "silence" else state)
    if state == "silence":
        walk(paper, "silence", silence_until=silence_until)


def _clearance(world: SimpleNamespace, state: str) -> Clearance:
    paper = make_paper(state="in_clearance")
    paragraph = make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    past = workflow.now() - timedelta(hours=1)
    clearance = make_clearance(paper, world.body, paragraph, due_at=past)
    take_stance(clearance, paragraph)
    return _answer(clearance, state)


def _answer(clearance: Clearance, state: str) -> Clearance:
    if state == "requested":
        return clearance
    return walk(clearance, state, **({"answered_at": workflow.now()} if state == "answered" else {}))


def _round(paper: PositionPaper, edition: Edition) -> ReviewRound:
    """Create a review round whose period has ended."""
    now = workflow.now()
    return ReviewRound.objects.create(
        paper=paper, number=1, edition=edition, opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=2),
    )  # fmt: skip


def _amendment(world: SimpleNamespace, state: str) -> Amendment:
    paper = make_paper(state="consolidation")
    paragraph = make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    now = workflow.now()
    review = _round(paper, make_edition(paper))
    made = Amendment.objects.create(
        round=review, paragraph=paragraph, base=paragraph.wording, text="Other words.", reason="They say more.",
        sponsor=world.body, by=world.people.roles["focal point"], at=now,
    )  # fmt: skip
    decided = {
        "decided_by": world.people.head,
        "decided_at": now,
        "decision_reason": "Heard.",
        "decided_text": "Words.",
    }
    return (
        made if state == "proposed" else walk(made, state, **(decided if state not in ("withdrawn", "stale") else {}))
    )


def _letter(world: SimpleNamespace, state: str) -> AnswerByLetter:
    paper = make_paper(state="in_clearance")
    paragraph = make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    letter = make_letter(make_clearance(paper, world.body, paragraph), paragraph, typed_by=world.people.secretariat)
    change(letter, scan_name="scan.pdf", scan_sha256="0" * 64)
    decided = {"decided_by": world.people.head, "decided_at": workflow.now()}
    return letter if state == "typed" else walk(letter, state, **decided)


def _corrigendum(world: SimpleNamespace, state: str, paper_state: str = "published") -> Corrigendum:
    paper = make_paper(state=paper_state)
    paragraph = make_paragraph(make_section(paper), "Kenya urges a thing.", is_secretariat_text=True)
    base = make_printed_edition(paper, paragraph)
    made = Corrigendum.objects.create(
        paper=paper, base=base, reason="A slip.", proposed_by=world.people.secretariat, proposed_at=workflow.now()
    )
    made.corrections.create(paragraph=paragraph, before="Kenya urges a thing.", after="Kenya urges one thing.")
    if state == "proposed":
        return made
    edition = make_edition(paper, "1.0.1", "corrected")
    decided = {"decided_by": world.people.head, "decided_at": workflow.now()}
    return walk(made, state, **decided, **({"edition": edition} if state == "issued" else {}))


READY: dict[type, Callable[[SimpleNamespace, str], Any]] = {
    Consultation: lambda world, state: make_consultation(state=state), Enquiry: ready_enquiry, Forum: _forum,
    ForumSession: _session, Delegate: _delegate, Invitation: _invitation,
    Stakeholder: _stakeholder, Submission: _submission, Point: _point, Likeness: _likeness, PositionPaper: _paper,
    Clearance: _clearance, Amendment: _amendment, AnswerByLetter: _letter, Corrigendum: _corrigendum,
    ActionPoint: _action, Communique: _communique, Proposal: _proposal, Attachment: _attachment, Hiding: _hiding,
}  # fmt: skip


# --- Records of which nothing is ready ------------------------------------------------------------------------------


def _bare_consultation(world: SimpleNamespace, state: str) -> Consultation:
    return make_consultation(state=state, themes=())


def _bare_forum(world: SimpleNamespace, state: str) -> Forum:
    forum = make_forum(world.forum.consultation, state=state)
    if state in ("in_session", "held"):
        make_point(session=make_session(forum, state="open"), state="submitted")
    return forum


def _bare_communique(world: SimpleNamespace, state: str) -> Communique:
    """Create a communiqué of a forum that is not over, without an address for comments."""
    return make_communique(world.forum, state=state, written_by=world.people.secretariat)


def _bare_session(world: SimpleNamespace, state: str) -> ForumSession:
    over = make_forum(world.forum.consultation, state="held")
    session = make_session(over if state == "closed" else world.forum, state=state)
    make_point(session=session)
    return session


def _bare_delegate(world: SimpleNamespace, state: str) -> Delegate:
    return make_delegate(make_forum(seats=0), world.body, state=state)


def _bare_invitation(world: SimpleNamespace, state: str) -> Invitation:
    """Create an invitation without a letter text to a forum that has begun, with the answer due in the future."""
    return make_invitation(world.forum, world.body, state=state)


def _bare_submission(world: SimpleNamespace, state: str) -> Submission:
    closed = make_consultation(state="archived")
    typed = {"channel": "letter", "received_on": workflow.now().date(), "entered_by": world.people.secretariat}
    author = world.people.roles["focal point"]
    sent = make_submission(closed, world.body, state=state, title="", author=author, **typed)
    if sent.reference:
        make_point(sent)
    return sent


def _bare_attachment(world: SimpleNamespace, state: str) -> Attachment:
    """Create a file of an input that was already submitted."""
    return _attachment(world, state, of="submitted")


def _bare_point(world: SimpleNamespace, state: str) -> Point:
    point = _point(world, state)
    make_point(session=world.session, state="merged", into=point)
    return point


def _bare_likeness(world: SimpleNamespace, state: str) -> Likeness:
    answered = make_point(session=world.session, state="disposed")
    together = {} if state == "open" else {"state": "merged", "into": answered}
    return make_likeness(answered, make_point(session=world.session, **together), state=state)


def _bare_paper(world: SimpleNamespace, state: str) -> PositionPaper:
    paper = make_paper(make_consultation(), forum=None)
    paragraph = make_paragraph(make_section(paper, make_theme("T9")))
    edition, now = make_edition(paper), workflow.now()
    ReviewRound.objects.create(paper=paper, number=1, edition=edition, opens_at=now, closes_at=now + timedelta(days=9))
    make_edition(paper, "0.2", "clearance")  # later than the round
    clearance = make_clearance(paper, world.body, paragraph)
    take_stance(clearance, paragraph, "object", reason="No.", proposed_text="Other words.")
    _lead(paper, state, silence_until=now + timedelta(days=3))
    return paper


def _bare_clearance(world: SimpleNamespace, state: str) -> Clearance:
    paper = make_paper(state="in_clearance")
    paragraph = make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    clearance = make_clearance(paper, world.body, paragraph)
    ClearanceReminder.objects.create(clearance=clearance, step="hand", due_at=clearance.due_at, at=workflow.now())
    return _answer(clearance, state)


def _bare_letter(world: SimpleNamespace, state: str) -> AnswerByLetter:
    paper = make_paper(state="in_clearance")
    paragraph = make_paragraph(make_section(paper, world.theme), is_secretariat_text=True)
    letter = make_letter(make_clearance(paper, world.body, paragraph), paragraph, typed_by=world.people.secretariat)
    return letter if state == "typed" else _letter(world, state)


def _bare_amendment(world: SimpleNamespace, state: str) -> Amendment:
    """The paragraph was removed, and the words are fixed."""
    made = _amendment(world, state)
    change(made.paragraph, removed_at=workflow.now())
    bring_paper(made.round.paper, "clearance_text")
    return made


def _bare_corrigendum(world: SimpleNamespace, state: str) -> Corrigendum:
    return _corrigendum(world, state, paper_state="adopted")


BARE: dict[type, Callable[[SimpleNamespace, str], Any]] = {
    Consultation: _bare_consultation, Forum: _bare_forum, ForumSession: _bare_session, Delegate: _bare_delegate, Invitation: _bare_invitation,
    Submission: _bare_submission, Enquiry: erased_enquiry,
    Point: _bare_point, Likeness: _bare_likeness, PositionPaper: _bare_paper, Clearance: _bare_clearance,
    AnswerByLetter: _bare_letter, Corrigendum: _bare_corrigendum, Amendment: _bare_amendment,
    Communique: _bare_communique, Proposal: _proposal, Attachment: _bare_attachment, Hiding: _hiding,
}  # fmt: skip
