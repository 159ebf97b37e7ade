"""Answers of institutions to a letter of invitation, by its link or on paper."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Delegate, DelegateState, ForumFileKind, ForumState, Invitation, User
from consultations.notifications import invitations
from consultations.permissions import LINK_HOLDERS, SECRETARIAT, LinkHolder, is_secretariat, may_answer_invitation
from consultations.queries.invitations import LIVE, SEATED, people_of
from consultations.tokens import hashed, ticket
from ncm_portal.workflow import Blocked, Role, demand, journal, make, now, verb

from .delegates import DELEGATE_MOVES
from .forum_documents import keep_forum_file
from .invitations import INVITATION_MOVES
from .mail_limits import count_mail

D = DelegateState
TOLD = ("name", "title", "email", "access_needs", "sex")


@dataclass(frozen=True)
class Named:
    """One row of an answer: a new person (`row`, a key made with the form) or an existing one (`delegate`).

    `seen` is the fingerprint of what the page showed of an existing person; `leaves` removes the person.
    """

    name: str
    title: str = ""
    email: str = ""
    access_needs: str = ""
    sex: str = ""
    row: uuid.UUID | None = None
    delegate: int | None = None
    seen: str = ""
    is_alternate: bool = False
    leaves: bool = False


@dataclass(frozen=True)
class Paper:
    """Letter with an answer: its reference and date of receipt."""

    reference: str
    received_on: date


def print_of(delegate: Delegate) -> str:
    """Return a short fingerprint of a person's data, by which a form detects concurrent changes."""
    text = "\x00".join([*(getattr(delegate, name) for name in TOLD), delegate.state])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def invited_by(secret: str) -> Invitation | None:
    """Return the invitation of a link's secret: the current one, until the forum is over or cancelled."""
    rows = Invitation.objects.select_related("forum__consultation", "stakeholder").filter(token_hash=hashed(secret))
    current = (ForumState.ANNOUNCED, ForumState.REGISTRATION_CLOSED, ForumState.IN_SESSION)
    return rows.filter(forum__state__in=current).first()


@verb
def answer_invitation(
    invitation: Invitation,
    *,
    by: User | LinkHolder,
    answered_by: str,
    people: Sequence[Named],
    message: str = "",
    paper: Paper | None = None,
) -> Invitation:
    """Record who attends. Existing rows that are not given stay unchanged, so that concurrent answers lose no names.

    Participants are nominated, up to the number of seats; alternates go on the reserve list, up to the same number.
    Sending the same rows twice has no further effect. Mails the institution. Raises NotAllowed, or Blocked with every
    reason.
    """

    def write(row: Invitation) -> None:
        _refuse_after_registration(row, by)
        _count_mail(row, by)
        live = {each.pk: each for each in _locked_people(row)}
        if reasons := _write_people(row, people, live, by):
            raise Blocked(reasons)
        _stamp(row, answered_by, message, paper)

    data = {"answered_by": answered_by, "on_paper": paper.reference if paper else ""}
    row = make(INVITATION_MOVES["answer_invitation"], invitation, by=by, change=write, data=data)
    _acknowledge(row)
    return row


@verb
def decline_invitation(
    invitation: Invitation,
    *,
    by: User | LinkHolder,
    answered_by: str,
    message: str = "",
    paper: Paper | None = None,
) -> Invitation:
    """Record that nobody attends; people named before are withdrawn. Mails the institution. Raises NotAllowed or
    Blocked.
    """

    def write(row: Invitation) -> None:
        _refuse_after_registration(row, by)
        _count_mail(row, by)
        for delegate in _locked_people(row):
            _move(row, delegate, "withdraw_delegate", by)
        _stamp(row, answered_by, message, paper)

    data = {"answered_by": answered_by, "on_paper": paper.reference if paper else ""}
    row = make(INVITATION_MOVES["decline_invitation"], invitation, by=by, change=write, data=data)
    _acknowledge(row)
    return row


@verb
def record_answer(
    invitation: Invitation,
    *,
    by: User,
    paper: Paper,
    scan: tuple[str, bytes],
    answered_by: str,
    people: Sequence[Named] | None,
    message: str = "",
) -> Invitation:
    """Record an answer by letter with its scan (name and content): the people, or with `people` None, that nobody
    attends.

    Raises NotAllowed or Blocked, also for a refused scan; then nothing is recorded.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Record an answer by letter"))
    fields: dict[str, Any] = {"answered_by": answered_by, "message": message, "paper": paper}
    if people is None:
        row = decline_invitation(invitation, by=by, **fields)
    else:
        row = answer_invitation(invitation, by=by, people=people, **fields)
    title, (name, data) = _("Answer %(reference)s") % {"reference": paper.reference}, scan
    keep_forum_file(row.forum, by=by, title=title, name=name, data=data, kind=ForumFileKind.ANSWER, invitation=row)
    return row


def _locked_people(row: Invitation) -> list[Delegate]:
    """Return the institution's people, locked; ordered by key, because their default order would lock the forum too."""
    return list(row.delegates.select_for_update(of=("self",), no_key=True).filter(state__in=LIVE).order_by("pk"))


def _refuse_after_registration(row: Invitation, by: User | LinkHolder) -> None:
    """Raise Blocked after the end: paper answers are recorded until the forum begins, answers by link until
    registration closes.
    """
    if isinstance(by, LinkHolder) and row.forum.state != ForumState.ANNOUNCED:
        contact = row.forum.contact or _("the secretariat")
        raise Blocked(_("Registration has closed. Ask %(contact)s.") % {"contact": contact})


def _count_mail(row: Invitation, by: User | LinkHolder) -> None:
    """Count the mail to the institution against its limit."""
    if row.email and isinstance(by, LinkHolder):
        count_mail(caused_by=by, stakeholder=row.stakeholder)


def _stamp(row: Invitation, answered_by: str, message: str, paper: Paper | None) -> None:
    """Set whether the first answer was in time; later changes do not make it late."""
    if row.answered_at is None:
        row.answered_at = _received_at(paper) if paper else now()
    row.answered_by, row.message = answered_by, message
    row.answer_reference = paper.reference if paper else row.answer_reference


def _received_at(paper: Paper) -> datetime:
    noon = timezone.make_aware(datetime.combine(paper.received_on, time(12)))
    return min(noon, now())


def _acknowledge(row: Invitation) -> None:
    mail = invitations.answer_mail(row, people_of(row))
    if mail:
        mail.save()


# --- People ---------------------------------------------------------------------------------------------------------


def _write_people(
    row: Invitation, people: Sequence[Named], live: dict[int, Delegate], by: User | LinkHolder
) -> list[str]:
    """Save the rows; return every reason against this answer."""
    reasons: list[str] = []
    for each in people:
        known = live.get(each.delegate or 0) or _named_before(row, each)
        if known is None and each.delegate is None and not each.leaves:
            made = _name(row, each, by)
            live[made.pk] = made
        elif known is None or known.pk not in live:
            reasons += (
                []
                if each.leaves
                else [_("“%(name)s” was removed from the list in the meantime.") % {"name": each.name}]
            )
        elif each.delegate and each.seen != print_of(known):
            reasons.append(_conflict(known))
        elif each.leaves:
            live[known.pk] = _move(row, known, "withdraw_delegate", by)
        else:
            reasons += _correct(known, each, by)
    here = [each for each in live.values() if each.state in LIVE]
    return list(dict.fromkeys([*reasons, *_what_is_wrong(row, here)]))


def _named_before(row: Invitation, each: Named) -> Delegate | None:
    """Return the person whom this row of the form named when it was first sent."""
    return Delegate.objects.filter(ticket=ticket(row.key, each.row), invitation=row).first() if each.row else None


def _name(row: Invitation, each: Named, by: User | LinkHolder) -> Delegate:
    body = row.stakeholder
    made = Delegate(forum=row.forum, stakeholder=body, invitation=row, group=body.group, county_id=body.county_id)
    for name in TOLD:
        setattr(made, name, getattr(each, name))
    if each.row:
        made.ticket = ticket(row.key, each.row)
    made.save()
    journal("nominate", made, by=by, after=made.state, data={"letter": row.reference})
    return _move(row, made, "waitlist", by) if each.is_alternate else made


def _move(row: Invitation, delegate: Delegate, verb: str, by: User | LinkHolder) -> Delegate:
    """Make a move for the institution; the letter in the journal distinguishes it from decisions of the secretariat."""

    def may(user: Any, each: Delegate) -> bool:
        return each.invitation_id == row.pk and may_answer_invitation(user, row)

    move = replace(DELEGATE_MOVES[verb], role=Role(may, LINK_HOLDERS.words))
    return make(move, delegate, by=by, data={"letter": row.reference})


def _correct(known: Delegate, each: Named, by: User | LinkHolder) -> list[str]:
    """Save corrections. The name of a confirmed person is on a badge: a different name means a different person."""
    changed = [name for name in TOLD if getattr(known, name) != getattr(each, name)]
    if "name" in changed and known.state == D.CONFIRMED:
        words = _("“%(name)s” is confirmed. Remove the name and enter the other person in a separate row.")
        return [words % {"name": known.name}]
    for name in changed:
        setattr(known, name, getattr(each, name))
    if changed:
        known.save(update_fields=changed)
        journal("edit", known, by=by, before=known.state, after=known.state, data={"changed": changed})
    return []


def _conflict(known: Delegate) -> str:
    words = _("Someone changed “%(name)s” since you opened this page. It now says: %(now)s. Check it and send again.")
    details = ", ".join(filter(None, [known.name, known.title, known.email, known.access_needs]))
    return words % {"name": known.name, "now": f"{details} ({known.get_state_display()})"}


def _what_is_wrong(row: Invitation, here: Sequence[Delegate]) -> list[str]:
    seated = [each for each in here if each.state in SEATED]
    alternates = [each for each in here if each.state == D.WAITLISTED]
    reasons = [] if here else [_("Enter at least one person, or decline.")]
    figures = {"seats": row.seats, "names": ", ".join(each.name for each in seated)}
    if len(seated) > row.seats:
        words = _(
            "Your seats: %(seats)s. You have named too many: %(names)s. Remove someone, or name them as alternates."
        )
        reasons.append(words % figures)
    if len(alternates) > row.seats:
        figures["names"] = ", ".join(each.name for each in alternates)
        reasons.append(_("Places for alternates: %(seats)s. You have named too many: %(names)s.") % figures)
    counted = Counter((each.name.casefold(), each.title.casefold()) for each in here)
    twice = {each.name for each in here if counted[each.name.casefold(), each.title.casefold()] > 1}
    return reasons + [_("“%(name)s” is on the list twice.") % {"name": name} for name in sorted(twice)]
