"""What happens to an input, from the first word to the secretariat's answer."""

import uuid
from datetime import date

from django.db import connection
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations import emails
from consultations.models import (
    Consultation,
    Note,
    PointState,
    Provision,
    Stakeholder,
    Submission,
    SubmissionState,
    User,
)
from consultations.permissions import acts_for, is_secretariat, may_screen, may_submit, may_take_in
from ncm_portal.workflow import (
    Blocked,
    Condition,
    Conflict,
    Move,
    deadline_passed,
    demand,
    either,
    journal,
    make,
    now,
    table,
    verb,
)

S = SubmissionState
AUTHORS = gettext_lazy("focal points and alternates of the organisation")
SECRETARIAT = gettext_lazy("the secretariat")
SCREENERS = gettext_lazy("the secretariat, never for an organisation one acts for")
REFERENCE_LOCK = 20171018
DRAFT_FIELDS = ("theme", "title", "body", "proposed_wording", "language", "audience", "forum")


def ready_to_send(submission: Submission) -> list[Condition]:
    """What an input needs to be sent: its words, a verified organisation and an open consultation."""
    consultation = submission.consultation
    if submission.submitted_at:  # sent in time and returned for completion: the deadline was met
        in_time = consultation.state in {consultation.State.OPEN, consultation.State.CLOSED}
    else:
        in_time = consultation.takes_inputs
    closes = timezone.localtime(consultation.closes_at)
    when = {"day": f"{closes.day} {closes:%B %Y}", "hour": f"{closes:%H:%M}"}
    is_late = deadline_passed(consultation.closes_at)
    closed = _("Inputs closed on %(day)s, %(hour)s EAT (UTC+3)") if is_late else _("Inputs are not being taken")
    return [
        *_is_complete(submission),
        either(in_time, _("Inputs close on %(day)s, %(hour)s EAT (UTC+3)") % when, closed % when),
    ]


def _is_complete(submission: Submission) -> list[Condition]:
    """It has its words and comes from a verified organisation."""
    name = {"name": submission.stakeholder.name}
    return [
        either(bool(submission.title.strip()), _("It has a title"), _("It has no title yet")),
        either(bool(submission.body.strip()), _("It has a text"), _("It has no text yet")),
        either(
            submission.stakeholder.state == Stakeholder.State.VERIFIED,
            _("The secretariat has verified %(name)s") % name,
            _("The secretariat has not verified %(name)s") % name,
        ),
    ]


def received_in_time(submission: Submission) -> list[Condition]:
    """What an input on paper or by mail needs: its words, a verified organisation, received by the deadline.

    It may be typed after the deadline, but not before the consultation opens or once its file is closed.
    """
    consultation = submission.consultation
    under_way = consultation.state in {consultation.State.OPEN, consultation.State.CLOSED}
    deadline = timezone.localdate(consultation.closes_at)
    received = submission.received_on
    day = {"day": f"{deadline.day} {deadline:%B %Y}"}
    in_time = received is not None and received <= deadline
    on_time = either(in_time, _("It was received by %(day)s") % day, _("It was not received by %(day)s") % day)
    state = _("The consultation is %(state)s") % {"state": consultation.get_state_display()}
    return [*_is_complete(submission), Condition(state, under_way), on_time]


def nothing_was_taken_out(submission: Submission) -> list[Condition]:
    """What taking a decision back needs: nobody works on with what the input said."""
    standing = submission.pk is not None and submission.points.exclude(state=PointState.WITHDRAWN).exists()
    return [either(not standing, _("No point was taken out of it"), _("Points were taken out of it: take them back"))]


SUBMISSION_MOVES = table(
    Move("submit", gettext_lazy("Send"), (S.DRAFT, S.RETURNED), S.SUBMITTED, may_submit, AUTHORS, ready_to_send),
    Move("take_in", gettext_lazy("Take in"), (S.DRAFT,), S.SUBMITTED, may_take_in, SECRETARIAT, received_in_time),
    Move("accept", gettext_lazy("Accept"), (S.SUBMITTED,), S.ACCEPTED, may_screen, SCREENERS),
    Move(
        "return_for_completion",
        gettext_lazy("Return for completion"),
        (S.SUBMITTED,),
        S.RETURNED,
        may_screen,
        SCREENERS,
        needs_reason=True,
    ),
    Move(
        "set_aside",
        gettext_lazy("Set aside"),
        (S.SUBMITTED,),
        S.SET_ASIDE,
        may_screen,
        SCREENERS,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "reopen",
        gettext_lazy("Take the decision back"),
        (S.ACCEPTED, S.RETURNED, S.SET_ASIDE),
        S.SUBMITTED,
        may_screen,
        SCREENERS,
        nothing_was_taken_out,
        needs_reason=True,
        undoes=True,
    ),
    Move(
        "withdraw",
        gettext_lazy("Withdraw"),
        (S.DRAFT, S.SUBMITTED, S.RETURNED),
        S.WITHDRAWN,
        may_submit,
        AUTHORS,
        grave=True,
    ),
)


@verb
def start_draft(
    consultation: Consultation,
    stakeholder: Stakeholder,
    *,
    by: User,
    key: uuid.UUID | None = None,
    provisions: list[Provision] | None = None,
    **fields: object,
) -> Submission:
    """Begin an input of `stakeholder`. The same `key` (made by the browser) always gives the same draft.

    `fields` are those of DRAFT_FIELDS. Raises NotAllowed unless `by` acts for the organisation.
    """
    demand(acts_for(by, stakeholder), who=AUTHORS, to=gettext_lazy("Write an input"))
    values = {"consultation": consultation, "stakeholder": stakeholder, "author": by, **_known(fields)}
    moment = now()
    values |= {"created_at": moment, "edited_at": moment}
    submission, made = Submission.objects.get_or_create(key=key or uuid.uuid4(), defaults=values)
    demand(may_submit(by, submission), who=AUTHORS, to=gettext_lazy("Write an input"))
    if made:
        submission.provisions.set(provisions or [])
        journal("draft", submission, by=by, after=submission.state)
    return submission


@verb
def edit_draft(
    submission: Submission,
    *,
    by: User,
    seen_at: object = None,
    provisions: list[Provision] | None = None,
    **fields: object,
) -> Submission:
    """Change the words of a draft or of a returned input.

    `seen_at` is the `edited_at` that the editor started from: raises Conflict when somebody saved since. Raises
    NotAllowed, or Blocked when the input was sent already.
    """
    row = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    demand(may_submit(by, row), who=AUTHORS, to=gettext_lazy("Edit an input"))
    if row.state not in {S.DRAFT, S.RETURNED}:
        raise Blocked(_("This input was sent already: its words stay as they were."))
    if seen_at is not None and seen_at != row.edited_at:
        raise Conflict(row)
    for name, value in _known(fields).items():
        setattr(row, name, value)
    row.edited_at = now()
    row.save()
    if provisions is not None:
        row.provisions.set(provisions)
    return row


def _known(fields: dict[str, object]) -> dict[str, object]:
    unknown = set(fields) - set(DRAFT_FIELDS)
    if unknown:
        raise TypeError(f"an input has no such fields: {', '.join(sorted(unknown))}")
    return fields


@verb
def submit(submission: Submission, *, by: User) -> Submission:
    """Send an input: it gets its reference at the first sending, the hash of its content and a receipt by mail.

    Raises NotAllowed or Blocked, with the deadline when it has passed.
    """

    row = make(SUBMISSION_MOVES["submit"], submission, by=by, change=_stamp)
    emails.receipt(row)
    return row


@verb
def take_in(
    consultation: Consultation,
    stakeholder: Stakeholder,
    *,
    by: User,
    key: uuid.UUID,
    channel: str,
    received_on: date,
    provisions: list[Provision] | None = None,
    **fields: object,
) -> tuple[Submission, bool]:
    """Take in an input that an organisation sent by letter, e-mail or spreadsheet: theirs, typed by the secretariat.

    The same `key` is one input, however often it is taken in. Returns it and whether it is new. Raises NotAllowed or
    Blocked with every reason.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Take in an input"))
    moment = now()
    values = {"consultation": consultation, "stakeholder": stakeholder, "author": by, "entered_by": by}
    values |= {"channel": channel, "received_on": received_on, "created_at": moment, "edited_at": moment}
    submission, is_new = Submission.objects.get_or_create(key=key, defaults=values | _known(fields))
    if not is_new:
        return submission, False
    submission.provisions.set(provisions or [])
    return make(SUBMISSION_MOVES["take_in"], submission, by=by, change=_stamp), True


def _stamp(row: Submission) -> None:
    row.reference = row.reference or _next_reference(row.consultation)
    row.submitted_at = row.submitted_at or now()
    row.content_sha256 = row.computed_sha256()
    row.decided_at = row.decided_by = None


def _next_reference(consultation: Consultation) -> str:
    """The next free reference of the consultation's year; a lock until commit keeps numbers unique and gapless."""
    year = timezone.localtime(consultation.opens_at).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [REFERENCE_LOCK, year])
    taken = Submission.objects.filter(reference__startswith=f"NCM-{year}-")
    last = taken.order_by(Length("reference").desc(), "-reference").values_list("reference", flat=True).first()
    return f"NCM-{year}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _decide(verb: str, submission: Submission, by: User, reason: str) -> Submission:
    def stamp(row: Submission) -> None:
        row.decided_by, row.decided_at, row.state_reason = by, now(), reason.strip()

    return make(SUBMISSION_MOVES[verb], submission, by=by, reason=reason, change=stamp)


@verb
def accept(submission: Submission, *, by: User, reason: str = "") -> Submission:
    """Screen an input and let it in; from now on its audience may read it. Mails the author."""
    row = _decide("accept", submission, by, reason)
    emails.accepted(row)
    return row


@verb
def return_for_completion(submission: Submission, *, by: User, reason: str) -> Submission:
    """Send an input back with what is missing; the author may complete and send it again. Mails the author."""
    row = _decide("return_for_completion", submission, by, reason)
    emails.returned(row)
    return row


@verb
def set_aside(submission: Submission, *, by: User, reason: str) -> Submission:
    """Keep an input on file without taking it into the paper, and say why. Mails the author."""
    row = _decide("set_aside", submission, by, reason)
    emails.set_aside(row)
    return row


@verb
def reopen(submission: Submission, *, by: User, reason: str) -> Submission:
    """Take back what was decided about an input; it waits at the desk again. Mails nobody: the next decision does."""

    def undecide(row: Submission) -> None:
        row.decided_by = row.decided_at = None
        row.state_reason = row.set_aside_for = ""

    return make(SUBMISSION_MOVES["reopen"], submission, by=by, reason=reason, change=undecide)


@verb
def withdraw(submission: Submission, *, by: User, reason: str = "") -> Submission:
    """Take back an input that was not accepted yet. It stays on file."""
    return make(SUBMISSION_MOVES["withdraw"], submission, by=by, reason=reason)


@verb
def add_note(submission: Submission, *, by: User, text: str) -> Note:
    """Write an internal note of the secretariat on an input."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Write a note"))
    note = Note.objects.create(submission=submission, text=text, by=by, at=now())
    journal("note", submission, by=by)
    return note
