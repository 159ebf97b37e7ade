"""Letters of invitation to a forum: candidates, seats and the state of each letter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.models import (
    ActionPoint,
    ActionState,
    Delegate,
    DelegateState,
    Forum,
    ForumState,
    Invitation,
    InvitationState,
    Membership,
    Stakeholder,
    StakeholderState,
)
from consultations.queries.programme import calendar_address
from ncm_portal.workflow import now

SEATED = (DelegateState.NOMINATED, DelegateState.CONFIRMED)  # states that use a seat of an institution
LIVE = (*SEATED, DelegateState.WAITLISTED)


def share_of(seats: int, institutions: int) -> int:
    """Return the seats offered to one institution: an equal share of its group's seats, at least one."""
    return max(1, seats // institutions) if institutions else max(1, seats)


class Candidate(NamedTuple):
    """Institution that can be invited, with the seats of its letter and its address."""

    stakeholder: Stakeholder
    seats: int
    email: str


def candidates(forum: Forum, *, group: str = "", members: bool = False) -> list[Candidate]:
    """Return verified institutions without a letter to `forum`, of one or all groups, by name. Three queries."""
    invited = _standing(forum).filter(stakeholder=OuterRef("pk"))
    rows = Stakeholder.objects.verified().filter(~Exists(invited), _selected(group, members))
    bodies = list(rows.order_by("name", "pk"))
    quotas = dict(forum.quotas.values_list("group", "seats"))
    of_group = Counter(body.group for body in bodies)
    offered = {each: share_of(quotas.get(each, 0), number) for each, number in of_group.items()}
    emails = addresses_of(bodies)
    return [Candidate(body, offered[body.group], emails[body.pk]) for body in bodies]


def _standing(forum: Forum) -> QuerySet[Invitation]:
    """Return the letters of a forum that were not discarded."""
    return forum.invitations.exclude(state=InvitationState.DISCARDED)


def _selected(group: str, members: bool) -> Q:
    return (Q(group=group) if group else Q()) & (Q(is_ncm_member=True) if members else Q())


class Barred(NamedTuple):
    """Institution that cannot be invited, why, and its letter if it has one."""

    stakeholder: Stakeholder
    reason: str
    letter: Invitation | None = None


def barred(forum: Forum, *, group: str = "", members: bool = False) -> list[Barred]:
    """Return the institutions that cannot be invited to `forum`, of one or all groups, by name. Two queries."""
    letters = {letter.stakeholder_id: letter for letter in _standing(forum)}
    known = Q(pk__in=letters) | ~Q(state=StakeholderState.VERIFIED)
    rows = Stakeholder.objects.filter(known, _selected(group, members)).order_by("name", "pk")
    return [Barred(body, _why(body, letters.get(body.pk)), letters.get(body.pk)) for body in rows]


def _why(body: Stakeholder, letter: Invitation | None) -> str:
    if letter:
        return _("it has a letter: %(state)s") % {"state": letter.get_state_display()}
    return _("its registration is %(state)s") % {"state": body.get_state_display()}


def addresses_of(bodies: Iterable[Stakeholder]) -> dict[int, str]:
    """Return the address for a letter to each of these institutions: its contact address if verified, else its primary
    focal point.
    """
    bodies = list(bodies)
    live = Membership.objects.live().filter(stakeholder__in=bodies, is_primary=True, user__is_active=True)
    primary = dict(live.values_list("stakeholder", "user__email"))
    contact = {body.pk: body.contact_email for body in bodies if body.state == StakeholderState.VERIFIED}
    return {body.pk: contact.get(body.pk) or primary.get(body.pk, "") for body in bodies}


def letters_of(forum: Forum, *, discarded: bool = False) -> QuerySet[Invitation]:
    """Return the letters of a forum by institution, each with `named` (people with a seat) and `alternates`; those
    `discarded` only if asked for.
    """
    letters = forum.invitations.all() if discarded else _standing(forum)
    rows = letters.select_related("stakeholder").order_by("stakeholder__name", "pk")
    return rows.annotate(
        named=Count("delegates", filter=Q(delegates__state__in=SEATED)),
        alternates=Count("delegates", filter=Q(delegates__state=DelegateState.WAITLISTED)),
    )


def people_of(invitation: Invitation) -> list[Delegate]:
    """Return the people of an institution, those with a seat first, in the order of naming; `calendar` is the URL of
    each person's calendar.
    """
    live = list(invitation.delegates.filter(state__in=LIVE).order_by("pk"))
    for person in live:
        person.forum = invitation.forum
        person.calendar = calendar_address(person)
    return sorted(live, key=lambda each: each.state == DelegateState.WAITLISTED)


def letters_to_answer() -> QuerySet[Invitation]:
    """Return sent letters without an answer, for forums with open registration."""
    return Invitation.objects.filter(state=InvitationState.SENT, forum__state=ForumState.ANNOUNCED)


def open_actions(forum: Forum, bodies: Iterable[int]) -> dict[int, list[ActionPoint]]:
    """Return the open actions of each of these institutions from other forums, earliest due date first."""
    result: dict[int, list[ActionPoint]] = defaultdict(list)
    rows = ActionPoint.objects.filter(stakeholder__in=list(bodies), state=ActionState.OPEN).exclude(forum=forum)
    for action in rows.order_by("due_on", "pk"):
        if action.stakeholder_id:
            result[action.stakeholder_id].append(action)
    return result


def contacts() -> list[Forum]:
    """Return the forums with open invitations that have a contact."""
    current = Forum.objects.filter(state__in=[ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED])
    return list(current.exclude(contact="").order_by("starts_on"))


def missing(invitation: Invitation) -> list[str]:
    """Return what a letter lacks, in plain words."""
    lacks = [] if invitation.email else [_("no e-mail address: by post")]
    if invitation.state == InvitationState.DRAFT and not invitation.addressee:
        lacks.append(_("no named addressee"))
    return lacks


def next_step(invitation: Invitation) -> str:
    """Return the next step for a letter; `invitation` comes from `letters_of`."""
    left = (invitation.respond_by - timezone.localdate(now())).days
    named: int = getattr(invitation, "named", 0)
    match invitation.state:
        case InvitationState.DRAFT:
            return _("Send it") if invitation.email else _("Print it, post it and mark it as sent")
        case InvitationState.SENT if left < 0:
            return _("Phone them: the reply is overdue")
        case InvitationState.SENT:
            days = ngettext("%(n)s day is left", "%(n)s days are left", left) % {"n": left}
            return _("Wait: %(days)s") % {"days": days}
        case InvitationState.LAPSED:
            return _("Phone them: the reply is overdue")
        case InvitationState.ANSWERED if named < invitation.seats:
            free = invitation.seats - named
            return ngettext("%(n)s unused seat", "%(n)s unused seats", free) % {"n": free}
    return ""
