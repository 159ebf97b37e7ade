"""Organisations, memberships, mandates and notification settings."""

import hashlib
import secrets
from contextlib import suppress
from datetime import date, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Evidence,
    MailState,
    MailStop,
    Mandate,
    Membership,
    MembershipInvitation,
    MembershipRole,
    OutgoingMail,
    Stakeholder,
    StakeholderState,
    Theme,
    User,
)
from consultations.notifications import recipients
from consultations.permissions import (
    MANAGERS,
    SECRETARIAT,
    is_secretariat,
    is_signed_in,
    may_manage_members,
)
from consultations.queries import suspicion
from ncm_portal.workflow import Blocked, Condition, Move, demand, either, journal, locked, make, now, table, verb

from .accounts import address_of
from .mail_limits import count_mail

S = StakeholderState
INVITATION_LIFE = timedelta(days=14)

STAKEHOLDER_MOVES = table(
    Move("verify", gettext_lazy("Verify"), (S.REGISTERED,), S.VERIFIED, SECRETARIAT),
    Move(
        "refuse",
        gettext_lazy("Refuse"),
        (S.REGISTERED,),
        S.REFUSED,
        SECRETARIAT,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "suspend",
        gettext_lazy("Suspend"),
        (S.VERIFIED,),
        S.SUSPENDED,
        SECRETARIAT,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "reinstate",
        gettext_lazy("Reinstate"),
        (S.SUSPENDED,),
        S.VERIFIED,
        SECRETARIAT,
        needs_reason=True,
    ),
)


def on_both_sides(user: User) -> list[str]:
    """Return why this person cannot act for an organisation: nobody decides on their own input."""
    if not user.is_staff:
        return []
    words = _("%(name)s holds an office of the secretariat and cannot act for an organisation.")
    return [words % {"name": user.name}]


def _not_to_oneself(email: str, by: User) -> list[str]:
    """Return why `by` cannot invite this address: it is their own, or that of an office holder."""
    known = list(User.objects.filter(Q(email=email) | Q(emailaddress__email=email)).distinct())
    own = any(user.pk == by.pk for user in known)
    return [_("You cannot invite yourself.")] if own else [words for user in known for words in on_both_sides(user)]


@verb
def register_organisation(*, by: User, **fields: object) -> Stakeholder:
    """Register an organisation for the signed-in person, who becomes its primary focal point.

    `fields` are columns of Stakeholder (its names, group, county, how to reach it, what it does). It waits for
    verification by the secretariat. While it waits, the same name from the same person is the same organisation. Raises
    NotAllowed for a visitor.
    """
    demand(is_signed_in(by), who=gettext_lazy("people who have signed in"), to=gettext_lazy("Register an organisation"))
    if reasons := on_both_sides(locked(by)):
        raise Blocked(reasons)
    waiting = Stakeholder.objects.filter(memberships__user=by, state=S.REGISTERED, name=fields.get("name")).first()
    if waiting:
        return waiting
    stakeholder = Stakeholder.objects.create(**fields, created_at=now())
    journal("register", stakeholder, by=by, after=stakeholder.state, data=suspicion(stakeholder))
    Membership.objects.create(
        user=by, stakeholder=stakeholder, role=MembershipRole.FOCAL_POINT, is_primary=True, valid_from=_today()
    )
    _forget(by)
    return stakeholder


def _today() -> date:
    return timezone.localdate(now())


def _forget(user: User) -> None:
    """Clear the memberships cached for the request after a change; `user` may be the lazy one of a request."""
    with suppress(AttributeError):
        del user.live_memberships


def _decide(verb: str, stakeholder: Stakeholder, by: User, reason: str) -> Stakeholder:
    def note(row: Stakeholder) -> None:
        row.state_reason = reason.strip()

    return make(STAKEHOLDER_MOVES[verb], stakeholder, by=by, reason=reason, change=note)


@verb
def verify(stakeholder: Stakeholder, *, by: User, reason: str = "") -> Stakeholder:
    """Verify an organisation, so that it can take part. Mails its people."""
    row = _decide("verify", stakeholder, by, reason)
    recipients.organisation_verified(row)
    return row


@verb
def refuse(stakeholder: Stakeholder, *, by: User, reason: str) -> Stakeholder:
    """Refuse a registration with a reason. Mails its people."""
    row = _decide("refuse", stakeholder, by, reason)
    recipients.organisation_refused(row)
    return row


@verb
def suspend(stakeholder: Stakeholder, *, by: User, reason: str) -> Stakeholder:
    """Suspend an organisation until it is reinstated."""
    return _decide("suspend", stakeholder, by, reason)


@verb
def reinstate(stakeholder: Stakeholder, *, by: User, reason: str) -> Stakeholder:
    """Reinstate a suspended organisation."""
    return _decide("reinstate", stakeholder, by, reason)


@verb
def invite_officer(stakeholder: Stakeholder, *, email: str, role: str, by: User) -> tuple[MembershipInvitation, str]:
    """Invite somebody by mail to act for an organisation. Returns the invitation and the secret token of its link.

    Only the token's hash is stored. Only the secretariat invites clearing officers. An organisation can invite once it
    is verified. Raises NotAllowed, or Blocked for the inviter's own address, an office holder's address, an address
    that accepts no invitations, and if a limit is reached.
    """
    allowed = may_manage_members(by, stakeholder)
    if role == MembershipRole.CLEARING_OFFICER:
        allowed = is_secretariat(by)
    demand(allowed, who=MANAGERS, to=gettext_lazy("Invite people to an organisation"))
    address = address_of(email)
    if reasons := _not_to_oneself(address, by):
        raise Blocked(reasons)
    _check_inviting(stakeholder, by, address)
    token = secrets.token_urlsafe(32)
    invitation = MembershipInvitation.objects.create(
        stakeholder=stakeholder,
        email=address,
        role=role,
        token_hash=_hashed(token),
        invited_by=by,
        invited_at=now(),
        expires_at=now() + INVITATION_LIFE,
    )
    journal("invite", stakeholder, by=by, data={"email": invitation.email, "role": role})
    recipients.membership_invitation(invitation, token)
    return invitation, token


def _check_inviting(stakeholder: Stakeholder, by: User, address: str) -> None:
    """Raise Blocked if invitations are not possible. The secretariat can invite for an unverified organisation, to add
    its first person.
    """
    state = Stakeholder.objects.values_list("state", flat=True).get(pk=stakeholder.pk)
    if state != S.VERIFIED and not (state == S.REGISTERED and is_secretariat(by)):
        words = {
            S.REGISTERED: _(
                "The secretariat has not verified your organisation yet. You can invite people after that."
            ),
            S.REFUSED: _("The secretariat has not verified this organisation, so it cannot invite anyone."),
            S.SUSPENDED: _("This organisation is suspended, so it cannot invite anyone."),
        }
        raise Blocked(words[StakeholderState(state)])
    if MailStop.objects.covers(address):
        raise Blocked(_("This address does not accept invitations."))
    count_mail(caused_by=by, stakeholder=stakeholder, address=address)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invited(token: str) -> MembershipInvitation | None:
    """Return the invitation of a link if it is still valid."""
    rows = MembershipInvitation.objects.filter(token_hash=_hashed(token), accepted_at=None, expires_at__gte=now())
    return rows.select_related("stakeholder").first()


@verb
def join(token: str, *, by: User) -> Membership:
    """Accept an invitation as the person it was sent to. The first focal point of an organisation is its primary one.

    Raises Blocked if the invitation is used up or was sent to another address, or for an office holder.
    """
    invitation = invited(token)
    if invitation is None or not is_signed_in(by):
        raise Blocked(_("This invitation is no longer valid. Ask for a new one."))
    invitation = MembershipInvitation.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)
    if invitation.accepted_at:
        raise Blocked(_("This invitation is no longer valid. Ask for a new one."))
    if invitation.email != by.email:
        raise Blocked(_("This invitation was sent to another address. Sign in with that address to accept it."))
    invitation.accepted_by, invitation.accepted_at = by, now()
    invitation.save()
    return _add(by, invitation.stakeholder, invitation.role, by, is_primary=_is_first(invitation), valid_from=_today())


def _is_first(invitation: MembershipInvitation) -> bool:
    primary = Membership.objects.filter(stakeholder=invitation.stakeholder, is_primary=True, valid_until=None)
    return invitation.role == MembershipRole.FOCAL_POINT and not primary.exists()


@verb
def add_member(
    user: User,
    stakeholder: Stakeholder,
    *,
    role: str,
    by: User,
    is_primary: bool = False,
    letter: str = "",
    valid_from: date | None = None,
) -> Membership:
    """Let `user` act for an organisation from `valid_from`, or else from today, by a letter of mandate.

    Raises NotAllowed, or Blocked for an office holder.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Add a person to an organisation"))
    first = valid_from or _today()
    return _add(user, stakeholder, role, by, is_primary=is_primary, mandate_letter=letter, valid_from=first)


def _add(user: User, stakeholder: Stakeholder, role: str, by: User, **fields: object) -> Membership:
    if reasons := on_both_sides(locked(user)):
        raise Blocked(reasons)
    known = Membership.objects.filter(user=user, stakeholder=stakeholder, role=role, valid_until=None).first()
    membership = known or Membership.objects.create(user=user, stakeholder=stakeholder, role=role, **fields)
    journal("join", stakeholder, by=by, data={"person": user.name, "role": role})
    if known is None and role == MembershipRole.CLEARING_OFFICER:
        recipients.clearing_officer_named(membership)
    _forget(user)
    return membership


@verb
def end_membership(membership: Membership, *, by: User, reason: str = "", day: date | None = None) -> Membership:
    """End a membership at once, or as of an earlier `day`; earlier acts are kept.

    Raises NotAllowed, or Blocked if it has ended, or for a day to come.
    """
    demand(may_manage_members(by, membership.stakeholder), who=MANAGERS, to=gettext_lazy("End a membership"))
    row = locked(membership)
    if row.valid_until and row.valid_until <= _today():
        raise Blocked(_("This membership has already ended."))
    if day and day > _today():
        raise Blocked(_("The date must be today or in the past."))
    row.valid_until, row.is_primary = max(day or _today(), row.valid_from), False
    row.save()
    journal("leave", row.stakeholder, by=by, reason=reason, data={"person": row.user.name, "role": row.role})
    _forget(membership.user)
    return row


@verb
def confirm_mandate(
    ministry: Stakeholder, theme: Theme, *, by: User, is_lead: bool = False, basis: str = ""
) -> Mandate:
    """Confirm a ministry's mandate over a theme, whose paragraphs it clears from then on.

    It then belongs to the secretariat: loading the reference data does not change it. Raises NotAllowed, or Blocked if
    another ministry leads on the theme.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Confirm a mandate"))
    leads = Mandate.objects.filter(theme=theme, is_lead=True, is_confirmed=True).exclude(ministry=ministry)
    if is_lead and leads.exists():
        raise Blocked(_("This theme already has a confirmed lead ministry."))
    confirmed = {"is_confirmed": True, "is_lead": is_lead, "basis": basis, "evidence": Evidence.OWN}
    mandate, _made = Mandate.objects.update_or_create(ministry=ministry, theme=theme, defaults=confirmed)
    journal("confirm_mandate", ministry, by=by, data={"theme": theme.code, "lead": is_lead, "basis": basis})
    return mandate


# --- Notices ----------------------------------------------------------------------------------------------------------


def _text_is_kept(mail: OutgoingMail) -> list[Condition]:
    words = (
        gettext_lazy("Its text is kept."),
        gettext_lazy("Its text was deleted two weeks after it failed. Write to the person again."),
    )
    return [either(bool(mail.body), *map(str, words))]


TRY_AGAIN = Move(
    "try_again",
    gettext_lazy("Try again"),
    (MailState.FAILED,),
    MailState.WAITING,
    SECRETARIAT,
    _text_is_kept,
)


@verb
def try_again(mail: OutgoingMail, *, by: User) -> OutgoingMail:
    """Retry a failed message, with all its attempts again."""

    def change(row: OutgoingMail) -> None:
        row.tries, row.due_at = 0, timezone.now()

    return make(TRY_AGAIN, mail, by=by, change=change, data={"error": mail.error})


@verb
def choose_notices(user: User, *, by: User, notices: str, phone: str = "") -> User:
    """Set how notices are sent, and the number for text messages. The journal does not store the number."""
    demand(
        is_signed_in(by) and by.pk == user.pk,
        who=gettext_lazy("each person"),
        to=gettext_lazy("Choose how to get notices"),
    )
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row.notices, row.phone = notices, phone
    row.save(update_fields=["notices", "phone"])
    journal("choose_notices", row, by=by, data={"notices": notices, "text_messages": bool(phone)})
    return row
