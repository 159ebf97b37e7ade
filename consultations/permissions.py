"""Permissions of the consultations app as plain predicates. The roles page is generated from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    STAFF_OFFICES,
    Attachment,
    AttachmentKind,
    CheckIn,
    Communique,
    CommuniqueState,
    Delegate,
    Forum,
    Hiding,
    Invitation,
    Membership,
    MembershipRole,
    Office,
    Point,
    Proposal,
    SessionRoleKind,
    Stakeholder,
    Submission,
    SubmissionState,
    User,
)
from consultations.tokens import hashed
from ncm_portal.workflow import Role, now

UNDO_WITHIN = timedelta(minutes=10)  # after a decision at the desk, by whoever made it


class SignedInRequest(HttpRequest):
    """Type of a request to a page that requires an account."""

    user: User


def is_signed_in(user: Any) -> bool:
    """Return whether the user has an active account."""
    return bool(getattr(user, "is_authenticated", False) and user.is_active)


def is_secretariat(user: Any) -> bool:
    """An officer of the secretariat, or its head."""
    return is_signed_in(user) and user.office in (Office.SECRETARIAT, Office.HEAD)


def is_head(user: Any) -> bool:
    """The head of the secretariat, who chairs the forum."""
    return is_signed_in(user) and user.office == Office.HEAD


def is_official(user: Any) -> bool:
    """An official, who reads restricted papers and briefs."""
    return is_signed_in(user) and user.office == Office.OFFICIAL


def is_sysadmin(user: Any) -> bool:
    """A system administrator, who has no say in decisions."""
    return is_signed_in(user) and user.office == Office.SYSADMIN


def is_staff(user: Any) -> bool:
    """Return whether the user holds an office of the staff: secretariat, head or system administrator."""
    return is_signed_in(user) and user.office in STAFF_OFFICES


def live_memberships(user: Any) -> list[Membership]:
    """Return the current memberships of `user` with their organisations; empty for a visitor."""
    return user.live_memberships if is_signed_in(user) else []


def organisations_of(user: Any) -> list[Stakeholder]:
    """Return the organisations for which `user` may write, as focal point or alternate today."""
    result = {
        m.stakeholder_id: m.stakeholder for m in live_memberships(user) if m.role != MembershipRole.CLEARING_OFFICER
    }
    return list(result.values())


def acts_for(user: Any, stakeholder: Stakeholder | int | None) -> bool:
    """Return whether `user` is focal point or alternate of `stakeholder` today."""
    pk = stakeholder.pk if isinstance(stakeholder, Stakeholder) else stakeholder
    return any(body.pk == pk for body in organisations_of(user))


def clears_for(user: Any, stakeholder: Stakeholder | int | None) -> bool:
    """Return whether `user` is clearing officer of `stakeholder` today."""
    pk = stakeholder.pk if isinstance(stakeholder, Stakeholder) else stakeholder
    return any(m.stakeholder_id == pk and m.role == MembershipRole.CLEARING_OFFICER for m in live_memberships(user))


def is_clearing_officer(user: Any) -> bool:
    """Return whether `user` clears text for any ministry today."""
    return any(m.role == MembershipRole.CLEARING_OFFICER for m in live_memberships(user))


def has_clearances(user: Any) -> bool:
    """Return whether `user` clears texts for a ministry, or acts for an office with a clearance step."""
    return is_clearing_officer(user) or any(m.is_asked for m in live_memberships(user))


def is_member(user: Any) -> bool:
    """Return whether `user` acts for a verified member institution of the NCM."""
    return any(m.stakeholder.is_verified_member for m in live_memberships(user))


def needs_second_factor(user: Any) -> bool:
    """Return whether `user` needs a second factor to sign in: secretariat, head, system administrators, officials and
    clearing officers.
    """
    return is_signed_in(user) and (user.is_staff or is_official(user) or is_clearing_officer(user))


def may_submit(user: Any, submission: Submission) -> bool:
    """Write, send and withdraw an input of the user's organisation."""
    return acts_for(user, submission.stakeholder_id)


def may_object_to_hiding(user: Any, hiding: Hiding) -> bool:
    """Object to hidden words of an input of the user's organisation."""
    return acts_for(user, hiding.submission.stakeholder_id)


def may_sign_off(user: Any, submission: Submission) -> bool:
    """Sign off a draft within the user's organisation before it is sent."""
    return _is_primary(user, submission.stakeholder_id)


def may_rule_on_sign_off(user: Any, stakeholder: Stakeholder) -> bool:
    """Decide whether inputs of the user's organisation need a sign-off."""
    return _is_primary(user, stakeholder.pk)


def _is_primary(user: Any, stakeholder_id: int) -> bool:
    return any(m.stakeholder_id == stakeholder_id and m.is_primary for m in live_memberships(user))


def may_handle_file(user: Any, file: Attachment) -> bool:
    """Add or remove a file: the input's authors for evidence, the secretariat for the original of a paper input."""
    submission = file.submission
    if submission.state in (SubmissionState.DRAFT, SubmissionState.RETURNED):
        return file.kind == AttachmentKind.EVIDENCE and may_submit(user, submission)
    if may_submit(user, submission) and not is_secretariat(user):
        return True  # a change for them, although the state stays
    is_original = file.kind == AttachmentKind.ORIGINAL
    return is_original and is_secretariat(user) and submission.entered_by_id is not None


def portal_may(user: Any, record: Any) -> bool:
    """Permit moves that only the portal itself makes."""
    return user is None


def may_take_in(user: Any, submission: Submission) -> bool:
    """Register an input that came by letter, e-mail or spreadsheet."""
    return is_secretariat(user)


def may_check(user: Any, submission: Submission) -> bool:
    """Check the typed text against the original: the secretariat, except whoever typed it."""
    return is_secretariat(user) and submission.entered_by_id not in (None, user.pk)


def may_screen(user: Any, submission: Submission) -> bool:
    """Screen an input: the secretariat, except for inputs of an organisation the user acts for."""
    return is_secretariat(user) and not acts_for(user, submission.stakeholder_id)


def may_undo_at_once(user: Any, submission: Submission) -> bool:
    """Undo a decision without a reason: whoever made it, within ten minutes."""
    if submission.decided_at is None or submission.decided_by_id != getattr(user, "pk", None):
        return False
    return may_screen(user, submission) and now() - submission.decided_at < UNDO_WITHIN


def may_write_point(user: Any, point: Point) -> bool:
    """Write a point of an input (secretariat) or of a session (its rapporteur)."""
    return is_secretariat(user) or (point.session_id is not None and is_rapporteur(user, point.session_id))


def may_validate(user: Any, point: Point) -> bool:
    """Confirm that a point is correct: the secretariat, or the chair of the session for its points."""
    return is_secretariat(user) or (point.session_id is not None and chairs_session(user, point.session_id))


def is_rapporteur(user: Any, session_id: int) -> bool:
    """Return whether `user` is a rapporteur of the session."""
    return _has_role(user, session_id, SessionRoleKind.RAPPORTEUR)


def chairs_session(user: Any, session_id: int) -> bool:
    """Return whether `user` chairs the session."""
    return _has_role(user, session_id, SessionRoleKind.CHAIR)


def works_in_session(user: Any, session_id: int) -> bool:
    """Return whether `user` is a rapporteur or the chair of the session."""
    kinds = (SessionRoleKind.RAPPORTEUR, SessionRoleKind.CHAIR)
    return is_signed_in(user) and user.session_roles.filter(session=session_id, kind__in=kinds).exists()


def _has_role(user: Any, session_id: int, kind: str) -> bool:
    return is_signed_in(user) and user.session_roles.filter(session=session_id, kind=kind).exists()


def sessions_reported_by(user: Any, forum: Forum) -> set[int]:
    """Return the primary keys of the sessions of a forum for which `user` is a rapporteur."""
    if not is_signed_in(user):
        return set()
    roles = user.session_roles.filter(session__forum=forum, kind=SessionRoleKind.RAPPORTEUR)
    return set(roles.values_list("session", flat=True))


def may_use_door(user: Any, forum: Forum) -> bool:
    """Open the check-in page: the secretariat, and the forum's rapporteurs for their sessions."""
    return is_secretariat(user) or bool(sessions_reported_by(user, forum))


def secretariat_may(user: Any, record: Any) -> bool:
    """Moves that any officer of the secretariat may make."""
    return is_secretariat(user)


def head_may(user: Any, record: Any) -> bool:
    """Moves that only the head of the secretariat may make."""
    return is_head(user)


def may_nominate(user: Any, delegate: Delegate) -> bool:
    """Nominate or withdraw a delegate: the secretariat, or the delegate's organisation."""
    return is_secretariat(user) or acts_for(user, delegate.stakeholder_id)


@dataclass(frozen=True)
class LinkHolder:
    """Anonymous holder of the secret link in a letter of invitation, under the name they enter, which the journal
    keeps.
    """

    secret: str
    name: str = ""
    pk: None = None


def may_answer_invitation(user: Any, invitation: Invitation) -> bool:
    """Answer a letter of invitation: anyone with its current link, or the secretariat from a paper answer."""
    if isinstance(user, LinkHolder):
        return invitation.token_hash is not None and hashed(user.secret) == invitation.token_hash
    return is_secretariat(user)


def secretariat_or_portal_may(user: Any, record: Any) -> bool:
    """Permit moves of the secretariat that the portal also makes automatically on their date."""
    return user is None or is_secretariat(user)


def may_publish_communique(user: Any, communique: Communique) -> bool:
    """Publish a communiqué: the secretariat, except the last editor of its text."""
    return is_secretariat(user) and user.pk != communique.written_by_id


def reads_communique(user: Any, communique: Communique) -> bool:
    """Read a communiqué: everybody once it is published; while it circulates, also participants and recipients; before
    that, the secretariat.
    """
    if communique.state == CommuniqueState.PUBLISHED or is_secretariat(user):
        return True
    bodies = [body.pk for body in organisations_of(user) if body.state == Stakeholder.State.VERIFIED]
    if communique.state == CommuniqueState.DRAFT or not bodies:
        return False
    rows = CheckIn.objects.filter(voids=None, voided_by=None, delegate__forum=communique.forum_id)
    return rows.filter(delegate__stakeholder__in=bodies).exists()


def account_takes_two(person: User) -> bool:
    """Return whether closing, correcting and reopening the account of `person` takes two people: for office holders and
    clearing officers.
    """
    clears = {"role": MembershipRole.CLEARING_OFFICER}
    return bool(person.office) or person.memberships.not_over().filter(**clears).exists()


def may_close_account(user: Any, person: User) -> bool:
    """Close or reopen another person's account: the staff, if it does not take two people."""
    return is_staff(user) and user.pk != person.pk and not account_takes_two(person)


def may_correct_address(user: Any, person: User) -> bool:
    """Correct the address of another person's account: the secretariat, if it does not take two people."""
    return is_secretariat(user) and user.pk != person.pk and not account_takes_two(person)


def may_propose_for_account(user: Any, person: User) -> bool:
    """Propose or confirm, as one of two people, a change of another person's account: the staff."""
    return is_staff(user) and user.pk != person.pk


def may_manage_members(user: Any, stakeholder: Stakeholder) -> bool:
    """Invite people to act for an organisation: the secretariat, or its primary focal point."""
    return is_secretariat(user) or _is_primary(user, stakeholder.pk)


def may_enter_admin(user: Any) -> bool:
    """Enter the admin."""
    return is_signed_in(user) and isinstance(user, User) and user.is_staff


# --- What takes two people --------------------------------------------------------------------------------------------


def may_confirm_proposal(user: Any, proposal: Proposal) -> bool:
    """Confirm or refuse a proposal: anyone who may confirm such an act, except the proposer and the person
    concerned.
    """
    if not is_signed_in(user) or user.pk in (proposal.proposed_by_id, proposal.concerns_id):
        return False
    return proposal.definition.confirmers.may(user, proposal.record)


def may_withdraw_proposal(user: Any, proposal: Proposal) -> bool:
    """Withdraw a proposal: the proposer, while holding an office of the staff."""
    return is_staff(user) and user.pk == proposal.proposed_by_id


def may_propose_appointment(user: Any, person: User) -> bool:
    """Propose that another person gets or loses an office: the head; while there is no head, any staff member."""
    if not is_staff(user) or user.pk == person.pk:
        return False
    return is_head(user) or not User.objects.filter(office=Office.HEAD, is_active=True).exists()


def may_confirm_appointment(user: Any, person: User) -> bool:
    """Confirm an appointment: any staff member, but not for oneself."""
    return is_staff(user) and user.pk != person.pk


# --- Roles: who, with the words that moves, refusals and the page of roles say ----------------------------------------

SECRETARIAT = Role(secretariat_may, _("the secretariat"))
HEAD = Role(head_may, _("the head of the secretariat"))
SECRETARIAT_OR_PORTAL = Role(secretariat_or_portal_may, _("the secretariat, or the portal automatically"))
PORTAL = Role(portal_may, _("the portal by itself"))
AUTHORS = Role(may_submit, _("focal points and alternates of the organisation"))
AUTHORS_OF_HIDDEN = Role(may_object_to_hiding, AUTHORS.words)
PRIMARY = Role(may_sign_off, _("the primary focal point of the organisation"))
TYPISTS = Role(may_take_in, SECRETARIAT.words)
CHECKERS = Role(may_check, _("a member of the secretariat other than the one who typed the input"))
SCREENERS = Role(may_screen, _("the secretariat (not for an organisation they act for)"))
DECIDERS = Role(may_undo_at_once, _("whoever decided, within 10 minutes"))
FILE_HANDLERS = Role(
    may_handle_file, _("the authors of the input, or the secretariat for the original of what came on paper")
)
WRITERS = Role(may_write_point, _("the secretariat or the session's rapporteur"))
VALIDATORS = Role(may_validate, _("the secretariat or the session's chair"))
SENDERS = Role(may_nominate, _("the secretariat or the organisation that sends the delegate"))
LINK_HOLDERS = Role(
    may_answer_invitation, _("anyone with the link in the letter, or the secretariat for an answer on paper")
)
COMMUNIQUE_PUBLISHERS = Role(
    may_publish_communique, _("an officer of the secretariat other than the one who wrote the text last")
)
SECOND_PERSON = Role(
    may_confirm_proposal,
    _("a second person with the right to confirm it, who neither proposed it nor is concerned by it"),
)
PROPOSER = Role(may_withdraw_proposal, _("whoever proposed it"))
ACCOUNT_CLOSERS = Role(
    may_close_account, _("the secretariat or a system administrator, for an account that one person can close")
)
ADDRESS_CORRECTORS = Role(may_correct_address, _("the secretariat, for an account that one person can correct"))
STAFF = Role(may_propose_for_account, _("another person with a staff office"))
DOOR_KEEPERS = Role(may_use_door, _("the secretariat or a rapporteur of the forum"))
MANAGERS = Role(may_manage_members, _("the secretariat or the organisation's primary focal point"))
APPOINTERS = Role(may_propose_appointment, HEAD.words)
APPOINTMENT_CONFIRMERS = Role(may_confirm_appointment, _("an officer of the secretariat or a system administrator"))
