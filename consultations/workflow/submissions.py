"""Moves of an input, from draft to decision."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consultations.models import (
    Attachment,
    Consultation,
    Event,
    Membership,
    PointState,
    Stakeholder,
    Submission,
    SubmissionState,
    User,
)
from consultations.notifications import submissions as notifications
from consultations.permissions import (
    AUTHORS,
    CHECKERS,
    DECIDERS,
    HEAD,
    PRIMARY,
    SCREENERS,
    TYPISTS,
)
from consultations.redaction import badly_marked
from ncm_portal.workflow import (
    Condition,
    Conflict,
    Move,
    deadline_passed,
    either,
    make,
    now,
    table,
    verb,
)

S = SubmissionState
FILES = Prefetch("attachments", Attachment.objects.defer("text"))
DRAFT_FIELDS = ("theme", "title", "body", "proposed_wording", "language", "audience", "forum")


def ready_to_send(submission: Submission) -> list[Condition]:
    """The input has a text, its organisation is verified and the consultation is open."""
    consultation = submission.consultation
    is_let_in = bool(submission.submitted_at or submission.late_at)  # sent in time before, or allowed late
    in_time = is_under_way(consultation) if is_let_in else consultation.takes_inputs
    is_late = deadline_passed(consultation.closes_at)
    closed = _("Inputs closed on %(moment)s") if is_late else _("The consultation is not open for inputs")
    open_ = _("Allow after the deadline") if submission.late_at else _("Inputs close on %(moment)s")
    when = {"moment": written_hour(consultation.closes_at)}
    return [
        *_is_complete(submission),
        *_has_its_files(submission),
        *_is_signed_off(submission),
        *_is_answered(submission),
        either(in_time, open_ % when, closed % when),
    ]


def is_under_way(consultation: Consultation) -> bool:
    """Return whether the consultation has opened and is not archived."""
    return consultation.state in {consultation.State.OPEN, consultation.State.CLOSED}


def written_hour(moment: datetime) -> str:
    """Format an aware datetime in the reader's language: "13 October 2017, 17:00 EAT (UTC+3)"."""
    return f"{dateformat.format(timezone.localtime(moment), 'j F Y, H:i')} EAT (UTC+3)"


def _is_answered(submission: Submission) -> list[Condition]:
    """Every question asked when the input was returned has an answer."""
    if submission.state != S.RETURNED:
        return []
    answers = list(submission.questions.values_list("answer", flat=True))
    left = answers.count("")
    open_ = ngettext("%(n)s question is not answered yet", "%(n)s questions are not answered yet", left) % {"n": left}
    return [either(not left, _("Every question is answered"), open_)] if answers else []


def came_too_late(submission: Submission) -> list[Condition]:
    """The deadline has passed, the consultation is not archived, and late sending was not allowed yet."""
    consultation = submission.consultation
    when = {"moment": written_hour(consultation.closes_at)}
    is_over = is_under_way(consultation) and not consultation.takes_inputs
    passed, ahead = (
        _("Inputs closed on %(moment)s"),
        _("Inputs are open until %(moment)s, or the consultation has ended"),
    )
    shut, let_in = _("It has not been allowed yet"), _("It has already been allowed")
    return [either(is_over, passed % when, ahead % when), either(submission.late_at is None, shut, let_in)]


def _is_complete(submission: Submission) -> list[Condition]:
    """It has a text and comes from a verified organisation."""
    name = {"name": submission.stakeholder.name}
    return [
        either(bool(submission.title.strip()), _("It has a title"), _("It has no title yet")),
        either(bool(submission.body.strip()), _("It has a text"), _("It has no text yet")),
        either(
            submission.stakeholder.state == Stakeholder.State.VERIFIED,
            _("The secretariat has verified %(name)s") % name,
            _("The secretariat has not verified %(name)s") % name,
        ),
        *_is_marked_well(submission),
    ]


def _is_marked_well(submission: Submission) -> list[Condition]:
    """Its held-back passages are marked correctly, and its title, which is public, has none."""
    result = []
    if "[[" in submission.title or "]]" in submission.title:
        result.append(Condition(_("Everyone can see the title, so no part of it can be held back"), False))
    bad = badly_marked(submission.body) or badly_marked(submission.proposed_wording)
    if bad:
        result.append(
            Condition(
                _("Near “%(words)s”: every [[ needs a ]], and none can be inside another") % {"words": bad}, False
            )
        )
    return result


def _has_its_files(submission: Submission) -> list[Condition]:
    """No file is uploading: the receipt covers every file."""
    if submission.pk is None:
        return []
    prefetch_related_objects([submission], FILES)  # loaded once: the hash covers them too
    on_their_way = [file for file in submission.attachments.all() if file.state == Attachment.State.UPLOADING]
    words = _("“%(name)s” was not fully uploaded: add it again or remove it")
    return [Condition(words % {"name": file.name}, False) for file in on_their_way]


def _is_signed_off(submission: Submission) -> list[Condition]:
    if not submission.stakeholder.signs_off:
        return []
    done, open_ = _("It is signed off"), _("The primary focal point of %(name)s has not signed it off yet")
    if submission.signed_off_at is None and not (somebody := _somebody_signs(submission)).met:
        return [somebody]
    return [either(submission.signed_off_at is not None, done, open_ % {"name": submission.stakeholder.name})]


def _somebody_signs(submission: Submission) -> Condition:
    """The organisation has a primary focal point who can sign in: nobody else can sign off for that person."""
    primary = Membership.objects.live().filter(stakeholder=submission.stakeholder_id, is_primary=True)
    name = {"name": submission.stakeholder.name}
    here = _("%(name)s has a primary focal point, who signs it off") % name
    missing = _("%(name)s has no primary focal point to sign it off: ask the secretariat to name one")
    return either(primary.filter(user__is_active=True).exists(), here, missing % name)


def ready_for_sign_off(submission: Submission) -> list[Condition]:
    """It has a text and somebody who can sign it off. Files and the deadline do not matter."""
    fresh, again = _("It is waiting for the sign-off"), _("It is already signed off")
    return [
        *_is_complete(submission),
        _somebody_signs(submission),
        either(submission.signed_off_at is None, fresh, again),
    ]


def received_in_time(submission: Submission) -> list[Condition]:
    """It has a text, its organisation is verified, and it was received by the deadline or allowed late.

    It can be typed after the deadline, but not before the consultation opens or once it is archived.
    """
    consultation = submission.consultation
    day = {"day": dateformat.format(timezone.localdate(consultation.closes_at), "j F Y")}
    received, late = _("It was received by %(day)s") % day, _("It was not received by %(day)s") % day
    on_time = either(not came_late(submission), received, late)
    if submission.late_at:
        on_time = Condition(_("Allow after the deadline"), True)
    state = _("The consultation is %(state)s") % {"state": consultation.get_state_display()}
    return [*_is_complete(submission), Condition(state, is_under_way(consultation)), on_time]


def came_late(submission: Submission) -> bool:
    """Return whether an input on paper or by mail was received after the day of the deadline."""
    received = submission.received_on
    return received is None or received > timezone.localdate(submission.consultation.closes_at)


def nothing_was_taken_out(submission: Submission) -> list[Condition]:
    """No points were extracted from it."""
    standing = vars(submission).get("has_points")  # known of many inputs at once
    if standing is None:
        standing = submission.pk is not None and submission.points.exclude(state=PointState.WITHDRAWN).exists()
    hidden = [Condition(_("Words of it are hidden: show them again first"), False)] if submission.original else []
    return [either(not standing, _("It has no points"), _("It has points: withdraw them first")), *hidden]


def checked_where_typed(submission: Submission) -> list[Condition]:
    """If somebody typed it for its author, a second person has compared it with the original.

    Spreadsheets need no check: they are the original, and their preview was confirmed row by row.
    """
    if submission.entered_by_id is None or came_in_a_sheet(submission):
        return []
    checked, unchecked = (
        _("It has been checked against the original"),
        _("It has not been checked against the original yet"),
    )
    return [either(submission.checked_at is not None, checked, unchecked)]


def came_in_a_sheet(submission: Submission) -> bool:
    """Return whether the input was a row of a spreadsheet, according to the journal."""
    return submission.pk is not None and Event.objects.about(submission).filter(verb="take_in_many").exists()


def has_its_original(submission: Submission) -> list[Condition]:
    """The scan or mail to compare with is there, and it has not been checked yet."""
    originals = Attachment.objects.filter(submission=submission.pk, kind=Attachment.Kind.ORIGINAL).shown()
    kept, missing = (
        _("The original is kept with it"),
        _("The original is not kept with it yet: add the scan or the mail"),
    )
    first, again = _("It has not been checked yet"), _("It has already been checked")
    return [either(originals.exists(), kept, missing), either(submission.checked_at is None, first, again)]


SUBMISSION_MOVES = table(
    Move(
        "ask_sign_off",
        gettext_lazy("Ask for the sign-off"),
        (S.DRAFT, S.RETURNED),
        None,
        AUTHORS,
        ready_for_sign_off,
    ),
    Move("sign_off", gettext_lazy("Sign off"), (S.DRAFT, S.RETURNED), None, PRIMARY, ready_for_sign_off),
    Move("submit", gettext_lazy("Send"), (S.DRAFT, S.RETURNED), S.SUBMITTED, AUTHORS, ready_to_send),
    Move(
        "ask_late",
        gettext_lazy("Ask to send it late"),
        (S.DRAFT,),
        None,
        AUTHORS,
        came_too_late,
        needs_reason=True,
    ),
    Move(
        "admit_late",
        gettext_lazy("Allow after the deadline"),
        (S.DRAFT,),
        None,
        HEAD,
        came_too_late,
        needs_reason=True,
    ),
    Move("refuse_late", gettext_lazy("Do not allow"), (S.DRAFT,), None, HEAD, came_too_late, needs_reason=True),
    Move("take_in", gettext_lazy("Register"), (S.DRAFT,), S.SUBMITTED, TYPISTS, received_in_time),
    Move(
        "check_against_original",
        gettext_lazy("Confirm that it matches the original"),
        (S.SUBMITTED,),
        None,
        CHECKERS,
        has_its_original,
    ),
    Move("accept", gettext_lazy("Put on file"), (S.SUBMITTED,), S.ACCEPTED, SCREENERS, checked_where_typed),
    Move(
        "return_for_completion",
        gettext_lazy("Ask the sender"),
        (S.SUBMITTED,),
        S.RETURNED,
        SCREENERS,
        needs_reason=True,
    ),
    Move(
        "set_aside",
        gettext_lazy("Set aside"),
        (S.SUBMITTED,),
        S.SET_ASIDE,
        SCREENERS,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "reopen",
        gettext_lazy("Undo the decision"),
        (S.ACCEPTED, S.RETURNED, S.SET_ASIDE),
        S.SUBMITTED,
        SCREENERS,
        nothing_was_taken_out,
        needs_reason=True,
        undoes=True,
    ),
    Move(
        "undo_at_once",
        gettext_lazy("Undo"),
        (S.ACCEPTED, S.RETURNED, S.SET_ASIDE),
        S.SUBMITTED,
        DECIDERS,
        nothing_was_taken_out,
        undoes=True,
    ),
    Move(
        "withdraw",
        gettext_lazy("Withdraw"),
        (S.DRAFT, S.SUBMITTED, S.RETURNED),
        S.WITHDRAWN,
        AUTHORS,
        grave=True,
    ),
)


@verb
def submit(submission: Submission, *, by: User, seen_at: datetime | None = None) -> Submission:
    """Send an input: sets its reference at the first sending and the hash of its content, and mails a receipt.

    `seen_at` is the `edited_at` of the text that was read: raises Conflict if somebody saved since. Raises NotAllowed
    or Blocked, with the deadline if it has passed.
    """

    def stamp(row: Submission) -> None:
        if seen_at is not None and seen_at != row.edited_at:
            raise Conflict(row)
        if row.author_id == by.pk:
            row.author = by  # the person's organisations are cached
        as_read = submission if submission.edited_at == row.edited_at else row  # unchanged since: current
        stamp_as_sent(row, [provision.code for provision in as_read.provisions.all()])

    row = make(SUBMISSION_MOVES["submit"], submission, by=by, change=stamp)
    notifications.receipt(row)
    row.refresh_from_db(fields=["attachments"])  # the preloaded files; no query
    return row


def stamp_as_sent(row: Submission, objectives: Iterable[str] | None = None) -> None:
    """Set the reference, time and content hash of an input as it is sent. When it is sent again, it keeps the first
    time and also gets the new one, and its hash covers the author's answers.
    """
    row.reference = row.reference or next_references(row.consultation)[0]
    row.resent_at = now() if row.submitted_at else None
    row.submitted_at = row.submitted_at or now()
    row.content_sha256 = row.computed_sha256(objectives)
    row.decided_at = row.decided_by = None


@verb
def withdraw(submission: Submission, *, by: User, reason: str = "") -> Submission:
    """Withdraw an input that is not on file yet. It is kept."""
    return make(SUBMISSION_MOVES["withdraw"], submission, by=by, reason=reason)


# --- Reference numbers ------------------------------------------------------------------------------------------------


def next_references(consultation: Consultation, number: int = 1) -> list[str]:
    """Return the next free references of the consultation's year, from the sequence of that year.

    Taking them makes nobody wait. A reference is never given twice; if the transaction is rolled back, its references
    are left out.
    """
    year = timezone.localtime(consultation.opens_at).year
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_reference_numbers(%s, %s)", [year, number])
        return [f"NCM-{year}-{turn:04d}" for (turn,) in cursor.fetchall()]
