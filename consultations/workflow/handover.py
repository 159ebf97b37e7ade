"""Handing over: open work of an officer goes to a colleague in one act, and comes back by another."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    Enquiry,
    Event,
    ForumState,
    Proposal,
    SessionRole,
    SessionState,
    Submission,
    SubmissionState,
    User,
)
from consultations.notifications import accounts
from consultations.permissions import SECRETARIAT, is_secretariat
from ncm_portal.workflow import Blocked, demand, journal, verb

from .bulk_screening import assign_together
from .enquiries import assign_enquiry
from .screening import CARED_FOR

OVER = (SessionState.CLOSED, SessionState.CANCELLED)
PLANNED = (ForumState.DRAFT, ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)


class OpenWork(NamedTuple):
    """What is assigned to one officer and not finished."""

    inputs: list[Submission]
    roles: list[SessionRole]
    enquiries: list[Enquiry]


def open_work(person: User) -> OpenWork:
    """Return the open work of an officer: assigned inputs and enquiries, and roles in sessions that are not over."""
    inputs = Submission.objects.filter(assigned_to=person, state__in=CARED_FOR, submitted_at__isnull=False)
    return OpenWork(
        list(inputs.select_related("consultation", "stakeholder").defer("body", "proposed_wording").order_by("pk")),
        list(_roles(person).select_related("session__forum").order_by("session__starts_at", "pk")),
        list(Enquiry.objects.open().filter(assigned_to=person).select_related("consultation")),
    )


def _roles(person: User) -> QuerySet[SessionRole]:
    going = SessionRole.objects.filter(user=person, session__forum__state__in=PLANNED)
    return going.exclude(session__state__in=OVER)


def last_handover(person: User) -> Event | None:
    """Return the entry of the last handover of an officer's work; None if it was taken back."""
    entry = Event.objects.about(person).filter(verb__in=["hand_over", "take_back_handover"]).last()
    return entry if entry and entry.verb == "hand_over" else None


def not_handed_over(person: User) -> list[str]:
    """Return what stays with an officer, and why, in plain words. Up to three queries."""
    named = {"name": person.name}
    proposals = Proposal.objects.open().filter(proposed_by=person).count()
    proposed = ngettext(
        "%(n)s proposal of %(name)s waits for a second person. Only %(name)s can withdraw it.",
        "%(n)s proposals of %(name)s wait for a second person. Only %(name)s can withdraw them.",
        proposals,
    )
    is_typed = Q(entered_by=person, checked_at=None, state=SubmissionState.SUBMITTED)
    unchecked = Submission.objects.filter(is_typed).exclude(assigned_to=person).count()
    typed = ngettext(
        "%(n)s input that %(name)s typed waits for its check by another officer: it is with all of them.",
        "%(n)s inputs that %(name)s typed wait for their check by another officer: they are with all of them.",
        unchecked,
    )
    office = _("The office of %(name)s: two people give and end it, under “Who holds which office”.")
    counted = ((proposals, proposed), (unchecked, typed))
    return [office % named, *(words % {**named, "n": number} for number, words in counted if number)]


@verb
def hand_over(person: User, *, to: User, by: User, chosen: Mapping[str, Iterable[int]] | None = None) -> OpenWork:
    """Give open work of an officer to a colleague, who gets one mail with all of it: assigned inputs and enquiries, and
    roles in sessions that the colleague does not have yet. `chosen` has the keys of those that move, by the fields of
    OpenWork; without it all move. Any officer may do it, for somebody who is ill too.

    Returns what moved. Raises NotAllowed, or Blocked if there is nothing to hand over or nobody to take it.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Hand over open work"))
    work, reasons = open_work(person), []
    moving = work if chosen is None else _chosen(work, chosen)
    if not is_secretariat(to):
        reasons.append(_("%(name)s does not work at the secretariat.") % {"name": to.name})
    if to == person:
        reasons.append(_("Choose a colleague."))
    if not any(work):
        reasons.append(_("%(name)s has no open work.") % {"name": person.name})
    elif not any(moving):
        reasons.append(_("Choose what moves: nothing that is still open is ticked."))
    if reasons:
        raise Blocked(reasons)
    moved = _move(moving, person, to, by)
    data = {"to": to.pk, "name": to.name, "inputs": [row.pk for row in moved.inputs]}
    data |= {"roles": [row.pk for row in moved.roles], "enquiries": [row.pk for row in moved.enquiries]}
    journal("hand_over", person, by=by, data=data)
    if any(moved):
        accounts.handed_over(person, to, by, moved._asdict())
    return moved


def _chosen(work: OpenWork, chosen: Mapping[str, Iterable[int]]) -> OpenWork:
    keys = {kind: set(chosen.get(kind, ())) for kind in OpenWork._fields}
    return OpenWork(*([row for row in rows if row.pk in keys[kind]] for kind, rows in work._asdict().items()))


@verb
def take_back_handover(person: User, *, by: User) -> OpenWork:
    """Give an officer back what the last handover moved, as far as the colleague still has it and it is not finished.

    Raises NotAllowed, or Blocked if nothing was handed over.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Take a handover back"))
    entry = last_handover(person)
    if entry is None:
        raise Blocked(_("Nothing is handed over."))
    if not is_secretariat(person):
        raise Blocked(_("%(name)s does not work at the secretariat.") % {"name": person.name})
    colleague = User.objects.get(pk=entry.data["to"])
    theirs = open_work(colleague)
    inputs = [row for row in theirs.inputs if row.pk in entry.data["inputs"]]
    roles = [row for row in theirs.roles if row.pk in entry.data["roles"]]
    enquiries = [row for row in theirs.enquiries if row.pk in entry.data.get("enquiries", [])]
    moved = _move(OpenWork(inputs, roles, enquiries), colleague, person, by)
    data = {"name": colleague.name, **{kind: len(rows) for kind, rows in moved._asdict().items()}}
    journal("take_back_handover", person, by=by, data=data)
    return moved


def _move(work: OpenWork, person: User, to: User, by: User) -> OpenWork:
    """Assign inputs, enquiries and session roles to another officer, with one entry about each."""
    inputs = assign_together(work.inputs, to=to, by=by).done
    enquiries = [row for row in work.enquiries if _goes(row, to, by)]
    own = set(to.session_roles.values_list("session", "kind"))
    roles = [role for role in work.roles if (role.session_id, role.kind) not in own]
    for role in roles:
        role.user = to
        role.save(update_fields=["user"])
        state, data = role.session.state, {"kind": role.kind, "before": person.name, "name": to.name}
        journal("hand_over_part", role.session, by=by, before=state, after=state, data=data)
    return OpenWork(inputs, roles, enquiries)


def _goes(enquiry: Enquiry, to: User, by: User) -> bool:
    """Assign an enquiry, and return whether it still waited: a colleague may answer it at the same moment."""
    try:
        assign_enquiry(enquiry, to=to, by=by)
    except Blocked:
        return False
    return True
