"""Enquiries: sent by anybody or entered by an officer, assigned, answered, closed, opened again; erased in the end."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Consultation,
    Enquiry,
    EnquiryChannel,
    EnquiryState,
    Event,
    OutgoingMail,
    Salt,
    Unanswered,
    User,
)
from consultations.models.commitments import subject_of
from consultations.notifications import enquiries as notifications
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries.find import visible_consultations
from consultations.queries.holidays import working_day_after
from ncm_portal.workflow import Blocked, Condition, Move, demand, either, journal, locked, make, now, table, verb

from .mail_limits import count_answer, may_send_receipt

WITHIN = 5  # working days, as for replies of organisations (`queries.for_you.ANSWER_WITHIN`)
OFFICE_ENDS = time(17)  # in Nairobi: the hour by which an answer is due
OLDEST = timedelta(days=365)  # how long ago a question can have arrived that an officer enters
KEPT = timedelta(days=365)  # after its end; as long as the access log
BLANKS: dict[str, Any] = {"object_label": "", "by_name": "", "reason": "", "data": {}}  # of entries without their salt
AT_ONCE = 50  # of them erased in one turn of the chore
E = EnquiryState


def not_erased(enquiry: Enquiry) -> list[Condition]:
    """Its personal data are still there."""
    still = _("Question and address are still kept")
    return [either(enquiry.erased_at is None, still, _("Question and address are erased, so it stays as it is"))]


ENQUIRY_MOVES = table(
    Move("answer_enquiry", gettext_lazy("Answer"), (E.RECEIVED,), E.ANSWERED, SECRETARIAT),
    Move("close_enquiry", gettext_lazy("Close"), (E.ANSWERED,), E.CLOSED, SECRETARIAT, not_erased),
    Move("dismiss_enquiry", gettext_lazy("Close without an answer"), (E.RECEIVED,), E.CLOSED, SECRETARIAT),
    Move(
        "reopen_enquiry",
        gettext_lazy("Open again"),
        (E.ANSWERED, E.CLOSED),
        E.RECEIVED,
        SECRETARIAT,
        not_erased,
        needs_reason=True,
        undoes=True,
    ),
)


def due_after(received: datetime) -> datetime:
    """Return the hour by which an enquiry is to be answered that arrived at `received` (aware)."""
    day = working_day_after(timezone.localdate(received), WITHIN)
    return timezone.make_aware(datetime.combine(day, OFFICE_ENDS))


# --- Arriving ---------------------------------------------------------------------------------------------------------


@verb
def send_enquiry(
    *, by: User | None, key: uuid.UUID, name: str, email: str, phone: str, subject: str, text: str, **facts: Any
) -> Enquiry:
    """Keep a question from the form on the website, and send its sender a receipt. `by` is None for a visitor.

    The same key sent twice is one enquiry. Receipts to one address are limited; the question is kept all the same.
    Raises Blocked if something is missing.
    """
    words = {"name": name, "email": email, "phone": phone, "subject": subject, "text": text}
    if reasons := _missing(words):
        raise Blocked(reasons)
    made, is_new = _enter(key, now(), channel=EnquiryChannel.FORM, **words, **facts)
    if is_new:
        journal("send_enquiry", made, by=by, after=made.state, commits=[made])
    if is_new and made.email and may_send_receipt(made.email):
        notifications.enquiry_received(made)
    return made


@verb
def register_enquiry(*, by: User, key: uuid.UUID, channel: str, received_on: date, **facts: Any) -> Enquiry:
    """Enter a question that came by e-mail, phone or letter or at a forum, on behalf of who asks. No receipt is sent.

    The same key sent twice is one enquiry. Raises NotAllowed, or Blocked with everything that is missing.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Enter an enquiry"))
    today = timezone.localdate(now())
    reasons = _missing(facts, can_lack_address=channel in (EnquiryChannel.LETTER, EnquiryChannel.FORUM))
    if channel not in EnquiryChannel.values or channel == EnquiryChannel.FORM:
        reasons.append(_("Choose how the question arrived."))
    if not today - OLDEST <= received_on <= today:
        reasons.append(_("Enter the day on which it arrived: today or within the last year."))
    if reasons:
        raise Blocked(reasons)
    at = now() if received_on == today else timezone.make_aware(datetime.combine(received_on, time(12)))
    made, is_new = _enter(key, at, channel=channel, entered_by=by, **facts)
    if is_new:
        journal("register_enquiry", made, by=by, after=made.state, data={"channel": channel}, commits=[made])
    return made


def _missing(words: dict[str, Any], *, can_lack_address: bool = False) -> list[str]:
    needed = {
        "name": _("Enter the name of who asks."),
        "subject": _("Enter what the question is about."),
        "text": _("Enter the question."),
    }
    reasons = [reason for name, reason in needed.items() if not str(words.get(name) or "").strip()]
    if not (words.get("email") or words.get("phone") or can_lack_address):
        reasons.append(_("Enter an e-mail address or a phone number, so that an answer can be given."))
    return reasons


def _enter(key: uuid.UUID, at: datetime, **facts: Any) -> tuple[Enquiry, bool]:
    """Create the enquiry with this key that arrived `at`; return it and whether it is new."""
    return Enquiry.objects.get_or_create(key=key, defaults={**facts, "received_at": at, "due_at": due_after(at)})


# --- At the desk ------------------------------------------------------------------------------------------------------


@verb
def assign_enquiry(enquiry: Enquiry, *, to: User | None, by: User) -> Enquiry:
    """Assign an enquiry to an officer; None removes the assignment. Any officer may still answer.

    Raises NotAllowed, or Blocked if `to` is not an officer or it no longer waits.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Assign an enquiry"))
    row = locked(enquiry)
    reasons = []
    if row.state != E.RECEIVED:
        state = {"state": row.get_state_display()}
        reasons.append(_("It is %(state)s, so it does not need to be assigned.") % state)
    if to is not None and not is_secretariat(to):
        reasons.append(_("%(name)s does not work at the secretariat.") % {"name": to.name})
    if reasons:
        raise Blocked(reasons)
    if row.assigned_to != to:
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        data = {"to": to.pk if to else None, "name": to.name if to else ""}
        journal("assign", row, by=by, before=row.state, after=row.state, data=data)
    return row


@verb
def move_enquiry(enquiry: Enquiry, *, to: Consultation | None, by: User) -> Enquiry:
    """Move an enquiry that is not closed to another consultation, or to none. Its due hour stays, and so does its
    officer while at the secretariat. Moving it back undoes that. Raises NotAllowed, or Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Move an enquiry"))
    row = locked(enquiry)
    before = row.consultation
    reasons = [_("It is closed, so it stays where it is. Open it again to move it.")] if row.state == E.CLOSED else []
    reasons += [each.text for each in not_erased(row) if not each.met]
    if to and not visible_consultations(by).filter(pk=to.pk).exists():
        reasons.append(_("Choose a consultation from the list."))
    elif before == to:
        reasons.append(_("It is under %(place)s already.") % {"place": list_name(to)})
    if reasons:
        raise Blocked(reasons)
    left = row.assigned_to is not None and not is_secretariat(row.assigned_to)
    row.consultation, row.assigned_to = to, None if left else row.assigned_to
    row.save(update_fields=["consultation", "assigned_to"])
    data = {"from": list_name(before), "to": list_name(to)}
    journal("move_enquiry", row, by=by, before=row.state, after=row.state, data=data)
    if left:
        journal("assign", row, by=by, before=row.state, after=row.state, data={"to": None, "name": ""})
    return row


def list_name(consultation: Consultation | None) -> str:
    """Return what the list of enquiries about a consultation, or about none, is called."""
    return consultation.short_title if consultation else _("General enquiries")


@verb
def answer_enquiry(enquiry: Enquiry, *, by: User, text: str) -> Enquiry:
    """Answer an enquiry: mails the text if there is an e-mail address, otherwise records what was said or written.

    Raises NotAllowed, or Blocked: it no longer waits, the text is empty, or the address had too much mail today.
    """

    def stamp(row: Enquiry) -> None:
        if not text.strip():
            raise Blocked(_("Enter the answer."))
        if row.email:
            count_answer(row.email)
        row.answer, row.answered_by, row.answered_at = text.strip(), by, now()
        row.ended_at = now()

    data = {"by_mail": bool(enquiry.email)}
    row = make(ENQUIRY_MOVES["answer_enquiry"], enquiry, by=by, change=stamp, data=data)
    if row.email:
        notifications.enquiry_answered(row)
    return row


@verb
def close_enquiry(enquiry: Enquiry, *, by: User) -> Enquiry:
    """Close an answered enquiry: nothing more is expected."""
    return make(ENQUIRY_MOVES["close_enquiry"], enquiry, by=by, change=_end)


@verb
def dismiss_enquiry(enquiry: Enquiry, *, by: User, because: str, reason: str = "") -> Enquiry:
    """Close an enquiry without an answer, for a cause from the list; `reason` is a note. Its sender gets no mail."""

    def stamp(row: Enquiry) -> None:
        if because not in Unanswered.values:
            raise Blocked(_("Choose why it is closed without an answer."))
        row.unanswered_because = because
        _end(row)

    return make(
        ENQUIRY_MOVES["dismiss_enquiry"], enquiry, by=by, reason=reason, change=stamp, data={"because": because}
    )


@verb
def reopen_enquiry(enquiry: Enquiry, *, by: User, reason: str) -> Enquiry:
    """Let an enquiry wait again, with a new due hour. An answer that was given stays until the next one."""

    def stamp(row: Enquiry) -> None:
        row.due_at, row.ended_at, row.unanswered_because = due_after(now()), None, ""

    return make(ENQUIRY_MOVES["reopen_enquiry"], enquiry, by=by, reason=reason, change=stamp)


def _end(row: Enquiry) -> None:
    row.ended_at = now()


# --- Erasing ----------------------------------------------------------------------------------------------------------


def erase_enquiries() -> int:
    """Erase who asked what in enquiries that ended a year ago; return how many."""
    ended = Enquiry.objects.filter(erased_at=None, ended_at__lt=now() - KEPT).order_by("ended_at", "pk")
    due = list(ended[:AT_ONCE])
    for enquiry in due:
        erase_enquiry(enquiry)
    return len(due)


@verb
def erase_enquiry(enquiry: Enquiry, *, by: None = None) -> Enquiry:
    """Erase the personal data of an ended enquiry: in the record, the journal and the list of mails. The number, the
    days and what was decided stay; the journal can still be verified.
    """
    row = locked(enquiry)
    if row.erased_at or row.ended_at is None or row.ended_at >= now() - KEPT:
        return row
    kind, key = subject_of(row)
    salts = list(Salt.objects.filter(kind=kind, object_id=key).values_list("pk", flat=True))
    OutgoingMail.objects.filter(to=row.email, subject__contains=row.reference).update(to="")
    for name in Enquiry.PERSONAL:
        setattr(row, name, "")
    row.erased_at = now()
    row.save()
    Event.objects.record("erase", row, by=by, before=row.state, after=row.state, erases=salts, commits=[row])
    Salt.objects.filter(pk__in=salts).delete()
    for word, blank in BLANKS.items():
        Event.objects.filter(**{f"commitments__{word}__0__in": salts}).update(**{word: blank})
    return row
