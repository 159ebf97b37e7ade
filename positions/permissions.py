"""Permissions of the positions app as plain predicates. The roles page is generated from them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Stakeholder
from consultations.permissions import (
    HEAD,
    SECRETARIAT,
    acts_for,
    clears_for,
    is_head,
    is_member,
    is_secretariat,
    live_memberships,
)
from ncm_portal.workflow import Role
from positions.models import (
    TRUSTED,
    Amendment,
    AnswerByLetter,
    ChainStep,
    Clearance,
    Corrigendum,
    PositionPaper,
    Reservation,
    ReviewRound,
    StepAnswer,
)


def may_draft(user: Any, record: Any) -> bool:
    """Edit the paper: sections, paragraphs, citations and provisional answers."""
    return is_secretariat(user)


def may_run(user: Any, paper: PositionPaper) -> bool:
    """Move the paper through review, consolidation and clearance."""
    return is_secretariat(user)


def may_clear(user: Any, paper: PositionPaper) -> bool:
    """Clear the paper, submit it to the forum, suspend or withdraw it."""
    return is_head(user)


def may_chair(user: Any, paper: PositionPaper) -> bool:
    """Chair the meeting: count the quorum, record reservations and declare the decision."""
    return is_head(user)


def may_propose_amendment(user: Any, record: Any) -> bool:
    """Propose an amendment: anyone who acts for an organisation invited to the round.

    Members of the NCM are invited to every round; `record` is the round, or anything else if no round is meant.
    """
    return bool(sponsors(user, record)) if isinstance(record, ReviewRound) else is_member(user)


def may_sponsor(user: Any, amendment: Amendment) -> bool:
    """Withdraw or confirm an amendment: anyone who acts for its sponsor."""
    return speaks_for(user, amendment.sponsor_id)


def sees_author(user: Any, amendment: Amendment) -> bool:
    """Read who wrote an amendment: its sponsor and the secretariat. Other organisations read the sponsor only."""
    return may_sponsor(user, amendment) or is_secretariat(user)


def speaks_for(user: Any, body: int) -> bool:
    """Return whether `user` acts or clears for the organisation with this key, as needed to stop co-sponsoring."""
    return acts_for(user, body) or clears_for(user, body)


def may_answer(user: Any, clearance: Clearance) -> bool:
    """Take a stance: a clearing officer of the ministry that was asked."""
    return clears_for(user, clearance.ministry_id)


def may_confirm_reservation(user: Any, clearance: Clearance) -> bool:
    """Confirm a reservation that was announced in clearance: a clearing officer of the ministry, or the chair."""
    return is_head(user) or clears_for(user, clearance.ministry_id)


def may_run_clearance(user: Any, clearance: Clearance) -> bool:
    """Record silence, or ask a ministry again."""
    return is_secretariat(user)


def may_handle_letter(user: Any, letter: AnswerByLetter) -> bool:
    """Type an answer by letter, add its scan, or strike it out."""
    return is_secretariat(user)


def may_countersign(user: Any, letter: AnswerByLetter) -> bool:
    """Countersign an answer by letter: an officer of the secretariat other than its typist."""
    return is_secretariat(user) and user.pk != letter.typed_by_id


def may_answer_step(user: Any, step: ChainStep) -> bool:
    """Answer a clearance step: anyone who acts or clears for its office."""
    return acts_for(user, step.institution_id) or clears_for(user, step.institution_id)


def may_record_step(user: Any, step: ChainStep) -> bool:
    """Record the answer of such an office by letter."""
    return is_secretariat(user)


def may_countersign_step(user: Any, answer: StepAnswer) -> bool:
    """Countersign such a recorded answer: an officer of the secretariat other than the one who recorded it."""
    return is_secretariat(user) and user.pk != answer.by_id


def may_break_silence(user: Any, paper: PositionPaper) -> bool:
    """Break the silence on a text: a member, or the secretariat for a member."""
    return is_secretariat(user) or is_member(user)


def may_change_rules(user: Any, consultation: Consultation) -> bool:
    """Propose a change of the rules of a consultation, or confirm another officer's proposal."""
    return is_secretariat(user)


def may_publish(user: Any, paper: PositionPaper) -> bool:
    """Publish: an officer of the secretariat other than the one who proposed it."""
    return is_secretariat(user) and user.pk != paper.publication_proposed_by_id


def may_correct(user: Any, corrigendum: Corrigendum) -> bool:
    """Propose a correction, or decide not to issue it."""
    return is_secretariat(user)


def may_issue(user: Any, corrigendum: Corrigendum) -> bool:
    """Issue a correction: an officer of the secretariat other than the one who proposed it."""
    return is_secretariat(user) and user.pk != corrigendum.proposed_by_id


def may_reflect(user: Any, paper: PositionPaper) -> bool:
    """Record findings after a milestone, and write the brief for one."""
    return is_secretariat(user)


def may_release(user: Any, paper: PositionPaper) -> bool:
    """Release the findings after a milestone to the public."""
    return is_head(user)


def may_print_restricted(user: Any, record: Any) -> bool:
    """Print restricted documents: those who may read them."""
    return getattr(user, "is_active", False) and getattr(user, "office", "") in TRUSTED


def may_withdraw_reservation(user: Any, reservation: Reservation) -> bool:
    """Withdraw a reservation: the chair, at the request of the organisation that made it."""
    return is_head(user)


def sponsors(user: Any, review: ReviewRound) -> list[Stakeholder]:
    """Return the organisations in whose name `user` can propose an amendment in this round."""
    bodies = {m.stakeholder_id: m.stakeholder for m in live_memberships(user) if review.invites(m.stakeholder)}
    return list(bodies.values())


# --- Roles: who, with the words that moves, refusals and the page of roles say ----------------------------------------

DRAFTERS = Role(may_draft, SECRETARIAT.words)
RUNNERS = Role(may_run, SECRETARIAT.words)
CLEARERS = Role(may_clear, HEAD.words)
CHAIR = Role(may_chair, _("the chair"))
INVITED = Role(may_propose_amendment, _("organisations invited to the round"))
SPONSOR = Role(may_sponsor, _("the sponsor"))
CLEARING_OFFICERS = Role(may_answer, _("a clearing officer of the ministry"))
RESERVERS = Role(may_confirm_reservation, _("a clearing officer of the ministry, or the chair"))
CLEARANCE_RUNNERS = Role(may_run_clearance, SECRETARIAT.words)
LETTER_HANDLERS = Role(may_handle_letter, SECRETARIAT.words)
LETTER_COUNTERSIGNERS = Role(
    may_countersign, _("an officer of the secretariat other than the one who typed the letter")
)
STEP_OFFICE = Role(may_answer_step, _("the office that answers, or the secretariat with its letter"))
STEP_COUNTERSIGNERS = Role(
    may_countersign_step, _("an officer of the secretariat other than the one who recorded the letter")
)
ANY_MEMBER = Role(may_break_silence, _("a member of the NCM, or the secretariat for a member"))
RULE_CHANGERS = Role(may_change_rules, _("an officer of the secretariat"))
PUBLISHERS = Role(may_publish, _("an officer of the secretariat other than the one who proposed publication"))
CORRECTORS = Role(may_correct, SECRETARIAT.words)
ISSUERS = Role(may_issue, _("an officer of the secretariat other than the one who proposed the correction"))
