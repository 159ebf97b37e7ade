"""Letters of invitation to a forum: written, sent once, reminded of, lapsed and reissued."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Forum,
    ForumState,
    Invitation,
    InvitationState,
    OutgoingMail,
    Stakeholder,
    StakeholderState,
    User,
)
from consultations.notifications import invitations
from consultations.permissions import (
    LINK_HOLDERS,
    SECRETARIAT,
    SECRETARIAT_OR_PORTAL,
    is_secretariat,
)
from consultations.queries.invitations import SEATED, letters_to_answer, open_actions
from consultations.tokens import hashed, token
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Move,
    all_of,
    demand,
    either,
    journal,
    locked,
    make,
    now,
    table,
    verb,
)

L, F = InvitationState, ForumState
WENT_OUT = (L.SENT, L.ANSWERED, L.DECLINED, L.LAPSED)
REMINDED = (7, 2)  # days before the reply date of automatic reminders


def today() -> date:
    """Return today's date in Nairobi."""
    return timezone.localdate(now())


# --- What must hold -------------------------------------------------------------------------------------------------


def registration_is_open(invitation: Invitation) -> list[Condition]:
    """The forum is announced, and its registration is open."""
    is_open = invitation.forum.state == F.ANNOUNCED
    state = {"state": invitation.forum.get_state_display()}
    return [either(is_open, _("Registration is open"), _("Registration is not open: the forum is %(state)s") % state)]


def letter_is_written(invitation: Invitation) -> list[Condition]:
    """The letter has a text, the institution is verified, and the reply date is in the future."""
    body = invitation.stakeholder
    is_verified = body.state == StakeholderState.VERIFIED
    name = {"name": body.name}
    return [
        either(bool(invitation.forum.letter_text), _("The letter has a text"), _("The letter has no text yet")),
        either(
            is_verified,
            _("%(name)s is verified") % name,
            _("%(name)s is not verified") % name,
            reverse("desk_organisation", args=[body.pk]),
        ),
        day_lies_ahead(invitation),
    ]


def day_lies_ahead(invitation: Invitation) -> Condition:
    """The reply date has not passed."""
    ahead = invitation.respond_by >= today()
    return either(ahead, _("The reply date is in the future"), _("The reply date has passed"))


def day_is_over(invitation: Invitation) -> list[Condition]:
    """The reply date has passed."""
    over = invitation.respond_by < today()
    return [either(over, _("The reply date has passed"), _("The reply date has not passed yet"))]


def may_be_reminded(invitation: Invitation) -> list[Condition]:
    """It has an e-mail address, was not e-mailed today, and its link is that of the first letter."""
    sent = [moment for moment in (invitation.sent_at, invitation.reminded_at) if moment]
    written_today = any(timezone.localdate(moment) == today() for moment in sent)
    same = invitation.token_hash in (None, hashed(token(invitation.key, invitation.token_round)))
    once = _("It has already been e-mailed today. Try again tomorrow")
    new = _("The portal's secret key has changed, so the link would differ: issue a new link")
    return [
        day_lies_ahead(invitation),
        either(bool(invitation.email), _("It has an e-mail address"), _("It has no e-mail address: write by post")),
        either(not written_today, _("It has not been e-mailed today"), once),
        either(same, _("Its link is the same as in the first letter"), new),
    ]


def takes_answers(invitation: Invitation) -> bool:
    """Return whether an answer can be recorded now."""
    return all(need.met for need in answers_are_taken(invitation))


def answers_are_taken(invitation: Invitation) -> list[Condition]:
    """The forum is announced and not yet in session: paper answers are recorded until then."""
    forum = invitation.forum
    state = {"state": forum.get_state_display()}
    taken = forum.state in (F.ANNOUNCED, F.REGISTRATION_CLOSED)
    return [either(taken, _("Answers are open"), _("Answers are closed: the forum is %(state)s") % state)]


INVITATION_MOVES = table(
    Move(
        "send_invitation",
        gettext_lazy("Send the letter"),
        (L.DRAFT,),
        L.SENT,
        SECRETARIAT,
        all_of(registration_is_open, letter_is_written),
    ),
    Move(
        "discard_invitation",
        gettext_lazy("Discard the letter"),
        (L.DRAFT,),
        L.DISCARDED,
        SECRETARIAT,
        undoes=True,
    ),
    Move(
        "remind_invited",
        gettext_lazy("Remind"),
        (L.SENT,),
        None,
        SECRETARIAT_OR_PORTAL,
        all_of(registration_is_open, may_be_reminded),
    ),
    Move(
        "answer_invitation",
        gettext_lazy("Name the delegates"),
        WENT_OUT,
        L.ANSWERED,
        LINK_HOLDERS,
        answers_are_taken,
    ),
    Move(
        "decline_invitation",
        gettext_lazy("Decline"),
        WENT_OUT,
        L.DECLINED,
        LINK_HOLDERS,
        answers_are_taken,
    ),
    Move(
        "lapse_invitation",
        gettext_lazy("Mark as lapsed"),
        (L.SENT,),
        L.LAPSED,
        SECRETARIAT_OR_PORTAL,
        day_is_over,
    ),
    Move(
        "reissue_link",
        gettext_lazy("Issue a new link and end the old one"),
        WENT_OUT,
        None,
        SECRETARIAT,
        needs_reason=True,
        grave=True,
    ),
)


# --- Writing --------------------------------------------------------------------------------------------------------


@verb
def write_invitations(
    forum: Forum, *, by: User, respond_by: date, offers: Iterable[tuple[Stakeholder, int, str]]
) -> list[Invitation]:
    """Create a letter for each of the institutions, with its seats and address, numbered in order. Institutions with a
    letter to this forum are skipped. Raises NotAllowed or Blocked.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Write letters of invitation"))
    row = locked(forum)
    if row.state not in (F.DRAFT, F.ANNOUNCED):
        raise Blocked(_("Registration has closed, so you cannot invite anyone."))
    _check_day(row, respond_by)
    letters = row.invitations.values_list("stakeholder", "state")
    invited = {body for body, state in letters if state != L.DISCARDED}
    number, made = len(letters), []
    for body, seats, email in offers:
        if body.pk in invited:
            continue
        number += 1
        reference = f"NCM/{row.code}/{number:03d}"
        values = {"seats": seats, "email": email, "respond_by": respond_by, "reference": reference}
        made.append(Invitation.objects.create(forum=row, stakeholder=body, **values))
        invited.add(body.pk)
        journal("write_invitation", made[-1], by=by, after=made[-1].state, data={"seats": seats})
    return made


def _check_day(forum: Forum, respond_by: date) -> None:
    if respond_by < today():
        raise Blocked(_("The reply date must be today or later."))
    if respond_by > forum.starts_on:
        raise Blocked(_("The reply date must be before the forum begins."))


@verb
def change_invitation(
    invitation: Invitation, *, by: User, seats: int, addressee: str, email: str, respond_by: date
) -> Invitation:
    """Change a letter: seats, addressee, address and reply date. Refuses fewer seats than people named.

    Raises NotAllowed or Blocked.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Correct a letter of invitation"))
    row = locked(invitation)
    if row.state == L.DISCARDED:
        raise Blocked(_("The letter was discarded. Write a new one."))
    named = row.delegates.filter(state__in=SEATED).count()
    if seats < named:
        raise Blocked(_("Already named: %(named)s. Enter at least that many seats.") % {"named": named})
    if respond_by != row.respond_by:
        _check_day(row.forum, respond_by)
    given = {"seats": seats, "addressee": addressee, "email": email, "respond_by": respond_by}
    data = {name: [getattr(row, name), value] for name, value in given.items() if getattr(row, name) != value}
    for name, value in given.items():
        setattr(row, name, value)
    if data:
        row.save(update_fields=list(given))
        journal("change_invitation", row, by=by, before=row.state, after=row.state, data=data)
    return row


@verb
def discard_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Discard a letter that was not sent. The institution can be invited again by a new one."""
    return make(INVITATION_MOVES["discard_invitation"], invitation, by=by)


@verb
def discard_invitations(forum: Forum, *, by: User, keys: Collection[Any]) -> list[Invitation]:
    """Discard those of the letters with these keys that were not sent; return them. Raises NotAllowed."""
    demand(is_secretariat(by), who=SECRETARIAT, to=INVITATION_MOVES["discard_invitation"].label)
    row = locked(forum)
    drafts = row.invitations.filter(state=L.DRAFT, key__in=list(keys)).select_related("forum", "stakeholder")
    return [discard_invitation(each, by=by) for each in drafts.order_by("pk")]


# --- Sending --------------------------------------------------------------------------------------------------------


@verb
def send_invitations(forum: Forum, *, by: User, keys: Collection[Any]) -> list[Invitation]:
    """Send those of the letters with these keys that can be sent and were not sent; return them. Repeating it sends
    nothing twice. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=INVITATION_MOVES["send_invitation"].label)
    row = locked(forum)  # one sending at a time
    drafts = row.invitations.filter(state=L.DRAFT, key__in=list(keys)).select_related("forum", "stakeholder")
    conditions = INVITATION_MOVES["send_invitation"].conditions
    ready = [each for each in drafts.order_by("pk") if all(need.met for need in conditions(each))]
    return [send_invitation(each, by=by) for each in ready]


@verb
def send_invitation(invitation: Invitation, *, by: User) -> Invitation:
    """Send one letter, which activates its link. By mail if there is an address; otherwise by post."""

    def issue(row: Invitation) -> None:
        row.sent_at, row.token_hash = now(), hashed(token(row.key, row.token_round))
        row.text = row.forum.letter_text

    row = make(INVITATION_MOVES["send_invitation"], invitation, by=by, change=issue)
    actions = open_actions(row.forum, [row.stakeholder_id])[row.stakeholder_id]
    _post(invitations.invitation_mail(row, invitations.short_programme(row), actions))
    return row


def _post(mail: OutgoingMail | None) -> None:
    if mail:
        mail.save()


@verb
def remind_invited(invitation: Invitation, *, by: User | None) -> Invitation:
    """Remind an institution without an answer, at most once a day. `by` is None for automatic reminders."""

    def count(row: Invitation) -> None:
        row.reminders, row.reminded_at = row.reminders + 1, now()

    row = make(INVITATION_MOVES["remind_invited"], invitation, by=by, change=count)
    _post(invitations.reminder_mail(row))
    return row


@verb
def lapse_invitation(invitation: Invitation, *, by: User | None) -> Invitation:
    """Mark a letter as lapsed after its reply date. A later answer is still accepted."""
    return make(INVITATION_MOVES["lapse_invitation"], invitation, by=by)


@verb
def reissue_link(invitation: Invitation, *, by: User, reason: str) -> Invitation:
    """Replace a link that was leaked by a new one. It is not sent automatically: the page of the letter shows it, and
    the letter is printed with it.
    """

    def renew(row: Invitation) -> None:
        row.token_round += 1
        row.token_hash = hashed(token(row.key, row.token_round))

    return make(INVITATION_MOVES["reissue_link"], invitation, by=by, reason=reason, change=renew)


# --- What the worker does -------------------------------------------------------------------------------------------


def is_due(sent: date, reminded: date | None, respond_by: date, day: date) -> bool:
    """Return whether an automatic reminder is due on `day`: once from the seventh day before the reply date and once
    from the second, never after it, and not within two days of the letter itself.
    """
    left = (respond_by - day).days
    rung = next((days for days in sorted(REMINDED) if 0 <= left <= days), None)
    if rung is None or (day - sent).days < 2:
        return False
    return reminded is None or reminded < respond_by - timedelta(days=rung)


def remind_invitations() -> int:
    """Queue due reminders, each once with any number of workers; return how many. Periodic task."""
    return sum(_remind(pk) for pk in list(_near().values_list("pk", flat=True)))


def _near() -> Any:
    last = today() + timedelta(days=max(REMINDED))
    return letters_to_answer().exclude(email="").filter(respond_by__range=(today(), last))


@transaction.atomic
def _remind(pk: int) -> bool:
    row = (
        _near()
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("forum", "stakeholder")
        .filter(pk=pk)
    )
    result = row.first()
    if result is None:
        return False
    reminded = timezone.localdate(result.reminded_at) if result.reminded_at else None
    if not is_due(timezone.localdate(result.sent_at), reminded, result.respond_by, today()):
        return False
    conditions = INVITATION_MOVES["remind_invited"].conditions(result)
    if all(need.met for need in conditions):
        remind_invited(result, by=None)
        return True
    return False


def lapse_invitations() -> int:
    """Mark letters after their reply date as lapsed, for forums that still accept answers; return how many. Periodic
    task.
    """
    over = letters_to_answer().filter(respond_by__lt=today()).values_list("pk", flat=True)
    return sum(_lapse(pk) for pk in list(over))


@transaction.atomic
def _lapse(pk: int) -> bool:
    rows = Invitation.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    row = rows.filter(pk=pk, state=L.SENT, respond_by__lt=today()).first()
    if row is None:
        return False
    lapse_invitation(row, by=None)
    return True
