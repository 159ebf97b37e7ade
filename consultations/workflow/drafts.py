"""Drafts: created and edited by several people of an organisation, and signed off before they are sent."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import AttachmentState, Consultation, Presence, Provision, Stakeholder, Submission, User
from consultations.notifications import submissions
from consultations.permissions import AUTHORS, PRIMARY, acts_for, may_rule_on_sign_off, may_submit
from ncm_portal.workflow import Blocked, Conflict, Move, demand, journal, make, now, verb

from .mail_limits import count_mail
from .submissions import DRAFT_FIELDS, SUBMISSION_MOVES, S, submit

HERE = timedelta(minutes=5)  # seconds without a sign after which a draft counts as closed
KEPT = timedelta(days=1)
INSIDE = ("ask_sign_off", "sign_off")
TAKEN_IN = (AttachmentState.READY, AttachmentState.WAITING)


def moves_of(submission: Submission) -> dict[str, Move]:
    """Return the moves for this input: sign-off moves only if its organisation requires one."""
    waits = submission.stakeholder.signs_off and not submission.signed_off_at
    return {verb: move for verb, move in SUBMISSION_MOVES.items() if waits or verb not in INSIDE}


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
    """Create a draft of `stakeholder`. The same `key` (made by the browser) always gives the same draft.

    `fields` are those of DRAFT_FIELDS. Raises NotAllowed unless `by` acts for the organisation.
    """
    return _start(consultation, stakeholder, by, key or uuid.uuid4(), provisions or [], fields)[0]


@verb
def start_and_submit(
    consultation: Consultation,
    stakeholder: Stakeholder,
    *,
    by: User,
    key: uuid.UUID,
    provisions: list[Provision],
    **fields: object,
) -> Submission:
    """Create a draft as `start_draft` does and send it: both or neither, in one transaction. A draft that was there
    before is returned unsent.

    Raises NotAllowed, or Blocked with every reason against sending it.
    """
    draft, made = _start(consultation, stakeholder, by, key, provisions, fields)
    return submit(draft, by=by, seen_at=draft.edited_at) if made else draft


def _start(
    consultation: Consultation,
    stakeholder: Stakeholder,
    by: User,
    key: uuid.UUID,
    provisions: list[Provision],
    fields: dict[str, object],
) -> tuple[Submission, bool]:
    """Return the draft with this key, and whether it was created."""
    demand(acts_for(by, stakeholder), who=AUTHORS, to=gettext_lazy("Write an input"))
    values = {"consultation": consultation, "stakeholder": stakeholder, "author": by, **_known(fields)}
    moment = now()
    values |= {"created_at": moment, "edited_at": moment}
    submission, made = Submission.objects.get_or_create(key=key, defaults=values)
    demand(may_submit(by, submission), who=AUTHORS, to=gettext_lazy("Write an input"))
    if made:
        submission.provisions.add(*provisions)
        journal("draft", submission, by=by, after=submission.state)
    return submission, made


@verb
def edit_draft(
    submission: Submission,
    *,
    by: User,
    seen_at: object = None,
    provisions: list[Provision] | None = None,
    **fields: object,
) -> Submission:
    """Edit the text of a draft or of a returned input, which removes its sign-off.

    `seen_at` is the `edited_at` that the editor started from: raises Conflict if somebody saved since. Raises
    NotAllowed, or Blocked if the input was already sent.
    """
    row = Submission.objects.select_for_update(of=("self",), no_key=True).get(pk=submission.pk)
    demand(may_submit(by, row), who=AUTHORS, to=gettext_lazy("Edit an input"))
    if row.state not in {S.DRAFT, S.RETURNED}:
        raise Blocked(_("This input has already been sent, so its text cannot be changed."))
    if seen_at is not None and seen_at != row.edited_at:
        raise Conflict(row)
    for name, value in _known(fields).items():
        setattr(row, name, value)
    if row.signed_off_at:
        row.signed_off_at = row.signed_off_by = None
        journal("edit_after_sign_off", row, by=by, before=row.state, after=row.state)
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


# --- Inside the organisation ----------------------------------------------------------------------------------------


@verb
def ask_sign_off(submission: Submission, *, by: User) -> Submission:
    """Ask the primary focal point by mail to sign off a draft. Raises NotAllowed or Blocked."""

    def count(row: Submission) -> None:
        count_mail(caused_by=by, stakeholder=row.stakeholder)

    row = make(SUBMISSION_MOVES["ask_sign_off"], submission, by=by, change=count)
    submissions.sign_off_asked(row, by)
    return row


@verb
def sign_off(
    submission: Submission, *, by: User, seen_at: datetime | None = None, seen_files: Collection[str] | None = None
) -> Submission:
    """Sign off a draft, so that it can be sent; any later edit removes the sign-off. Notifies the author by mail.

    `seen_at` is the `edited_at` of the text that was read: raises Conflict if somebody saved since. `seen_files` are
    the keys of the files shown with it. Raises NotAllowed or Blocked.
    """

    def stamp(row: Submission) -> None:
        if seen_at is not None and seen_at != row.edited_at:
            raise Conflict(row)
        here = {str(file.key) for file in row.attachments.all() if file.state in TAKEN_IN}
        if seen_files is not None and here != here.intersection(seen_files):
            raise Blocked(_("A file was added since you opened this page. Check it before you sign."))
        row.signed_off_at, row.signed_off_by = now(), by

    row = make(SUBMISSION_MOVES["sign_off"], submission, by=by, change=stamp)
    if row.author_id != by.pk:
        submissions.signed_off(row)
    return row


@verb
def rule_on_sign_off(stakeholder: Stakeholder, *, by: User, needed: bool) -> Stakeholder:
    """Set whether inputs of an organisation need a sign-off by its primary focal point. Raises NotAllowed."""
    demand(may_rule_on_sign_off(by, stakeholder), who=PRIMARY, to=gettext_lazy("Set who signs off inputs"))
    row = Stakeholder.objects.select_for_update(of=("self",), no_key=True).get(pk=stakeholder.pk)
    if row.signs_off != needed:
        row.signs_off = needed
        row.save(update_fields=["signs_off"])
        journal("ask_for_sign_offs" if needed else "drop_sign_offs", row, by=by, before=row.state, after=row.state)
    return row


def be_seen(submission: Submission, user: User) -> list[Any]:
    """Record that `user` has the draft open, and return who else has it open, as Presences, the latest first.

    Only colleagues of one organisation see each other. Three queries; nothing is evidence or kept for long.
    """
    Presence.objects.update_or_create(submission=submission, user=user, defaults={"seen_at": now()})
    Presence.objects.filter(seen_at__lt=now() - KEPT).delete()
    others = Presence.objects.filter(submission=submission, seen_at__gte=now() - HERE).exclude(user=user)
    return list(others.select_related("user").order_by("-seen_at"))
