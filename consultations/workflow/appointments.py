"""Offices: appointed and removed by two people, given up by their holder, with notification of all staff."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import STAFF_OFFICES, Event, Membership, Office, Proposal, User
from consultations.notifications import recipients
from consultations.permissions import (
    APPOINTERS,
    APPOINTMENT_CONFIRMERS,
    is_sysadmin,
)
from consultations.queries import staff
from ncm_portal.workflow import Act, Blocked, demand, journal, locked, verb

OFFICES = dict(Office.choices)


def against(person: User, office: str) -> list[str]:
    """Return what prevents `person` from getting this office, in plain words."""
    reasons = []
    if office not in OFFICES:
        reasons.append(_("There is no such office."))
    if office == person.office:
        reasons.append(_("This changes nothing."))
    if office and not person.is_active:
        reasons.append(_("The account of %(name)s is closed.") % {"name": person.name})
    if office in STAFF_OFFICES:
        reasons += [
            _("%(name)s acts for %(organisation)s. End that membership first: nobody can act for both sides.")
            % {"name": person.name, "organisation": membership.stakeholder.name}
            for membership in Membership.objects.not_over().filter(user=person).select_related("stakeholder")
        ]
    return reasons


def _check(person: User, values: Mapping[str, Any], by: User) -> None:
    if reasons := against(person, values.get("office", Office.NONE)):
        raise Blocked(reasons)


def _consequences(person: User, values: Mapping[str, Any]) -> list[str]:
    office, named = values.get("office", Office.NONE), {"name": person.name}
    lines = []
    if person.office:
        lines.append(_("%(name)s is no longer: %(office)s.") % {**named, "office": OFFICES[person.office]})
    if office:
        lines.append(_("%(name)s becomes: %(office)s.") % {**named, "office": OFFICES[office]})
    if office in STAFF_OFFICES:
        lines.append(
            _("From then on %(name)s signs in with a second factor and cannot act for an organisation.") % named
        )
    return [*lines, _("Everyone with an office gets an e-mail.")]


def effects_of_appointing(person: User) -> list[str]:
    """Return what an appointment does, whichever office is given, in sentences."""
    own = _("%(name)s is now: %(office)s. Another office replaces it, and “None” ends it.")
    named = {"name": person.name, "office": OFFICES[person.office]}
    return [
        own % named if person.office else _("%(name)s has no office now.") % named,
        _("Staff sign in with a second factor, and cannot act for an organisation."),
        _("Everyone with an office gets an e-mail once a second person has confirmed it."),
    ]


def _carry_out(person: User, values: Mapping[str, Any], by: User, proposal: Proposal) -> None:
    _set_office(person, values.get("office", Office.NONE), by, proposal.reason, proposal.proposed_by)


def _set_office(person: User, office: str, by: User, reason: str, proposed_by: User | None = None) -> User:
    """Set the office, write the journal entry and queue the mails to all previous and present staff."""
    notified = {each.pk: each for each in staff()}
    before, person.office = person.office, office
    person.save()
    named = {"proposed_by": proposed_by.name, "confirmed_by": by.name} if proposed_by else {}
    journal("appoint", person, by=by, before=before, after=office, reason=reason, data=named)
    notified |= {person.pk: person}
    recipients.appointed(person, before, by, notified.values(), proposed_by=proposed_by, reason=reason)
    return person


APPOINT = Act(
    code="appoint",
    label=gettext_lazy("Appoint to an office"),
    proposers=APPOINTERS,
    confirmers=APPOINTMENT_CONFIRMERS,
    consequences=_consequences,
    carry_out=_carry_out,
    check=_check,
    concerns=lambda person: person,
)


def is_first_head(person: User, office: str, by: Any) -> bool:
    """Return whether this would be the first head ever, whom a system administrator appoints alone: nobody holds that
    office, and the journal knows of nobody who did.
    """
    if office != Office.HEAD or not is_sysadmin(by) or by.pk == person.pk:
        return False
    return not (
        User.objects.filter(office=Office.HEAD).exists()
        or Event.objects.filter(verb="appoint", after=Office.HEAD).exists()
    )


@verb
def appoint(user: User, *, office: str, by: User, reason: str = "") -> User:
    """Appoint the first head of the secretariat, as a system administrator. Every other appointment takes two people:
    see `APPOINT` and `propose`. Raises NotAllowed, or Blocked with every reason."""
    row = locked(user)
    demand(
        is_first_head(row, office, by),
        who=gettext_lazy("two people, one to propose and one to confirm,"),
        to=APPOINT.label,
    )
    if reasons := against(row, office):
        raise Blocked(reasons)
    return _set_office(row, office, by, reason)


@verb
def announce_administrator(user: User, *, by: None) -> User:
    """Journal that a system administrator was created on the server by a command, without a known actor; notify all
    staff.
    """
    reason = _("Created on the server with the command createsuperuser.")
    journal("appoint", user, by=by, before="", after=user.office, reason=reason)
    recipients.appointed(user, Office.NONE, by, staff(), proposed_by=None, reason=reason)
    return user


@verb
def lay_down_office(*, by: User, reason: str = "") -> User:
    """Give up one's own office, which needs nobody else. Raises Blocked without one, or for the last staff member."""
    row = locked(by)
    if not row.office:
        raise Blocked(_("You hold no office."))
    if row.is_staff and not staff().exclude(pk=row.pk).exists():
        raise Blocked(_("Nobody else holds an office. Have someone else appointed first."))
    return _set_office(row, Office.NONE, by, reason)
