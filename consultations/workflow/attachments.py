"""Files of an input: started, received in chunks, inspected, accepted or refused, and removed."""

import hashlib
import os
import time
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Attachment, AttachmentKind, AttachmentState, Stakeholder, Submission, User
from consultations.permissions import (
    AUTHORS,
    FILE_HANDLERS,
    PORTAL,
    SECRETARIAT,
    is_secretariat,
    may_submit,
)
from consultations.uploads import Refused, clamd, kinds, sandbox
from consultations.uploads.disk_space import room_to_write
from consultations.uploads.kinds import KINDS
from consultations.uploads.rejections import say
from ncm_portal.workflow import Blocked, Condition, Move, Words, demand, either, journal, locked, make, now, table, verb

from .access_log import enter_refused_file
from .submissions import S

A = AttachmentState
HERE = (A.UPLOADING, A.WAITING, A.READY)
ADD, REMOVE = gettext_lazy("Add a file"), gettext_lazy("Remove a file")
SENT = gettext_lazy("This input has already been sent, so its files cannot be changed.")
CHECKED = gettext_lazy("This input has already been checked or decided, so its files cannot be changed.")
MEGABYTE = 1024 * 1024
KEPT = timedelta(days=1)  # an abandoned upload
PAUSE = 30  # seconds for which an unavailable scanner is not asked again


def files_may_change(file: Attachment) -> list[Condition]:
    """Evidence can change until the input is sent, an original until it is checked or decided."""
    submission = file.submission
    if file.kind == AttachmentKind.ORIGINAL:
        unchecked = submission.state == S.SUBMITTED and not submission.checked_at
        return [either(unchecked, _("This input was not checked yet."), str(CHECKED))]
    return [either(submission.state in (S.DRAFT, S.RETURNED), _("This input was not sent yet."), str(SENT))]


ATTACHMENT_MOVES = table(
    Move("add_file", ADD, (A.UPLOADING,), A.READY, FILE_HANDLERS, files_may_change),
    Move(
        "hold_file",
        gettext_lazy("Add a file that waits for the virus scanner"),
        (A.UPLOADING,),
        A.WAITING,
        FILE_HANDLERS,
        files_may_change,
    ),
    Move(
        "reject_file",
        gettext_lazy("Refuse a file that is being added"),
        (A.UPLOADING,),
        A.REFUSED,
        FILE_HANDLERS,
        files_may_change,
    ),
    Move("admit_file", gettext_lazy("Find no virus in a file"), (A.WAITING,), A.READY, PORTAL),
    Move("refuse_file", gettext_lazy("Find a virus in a file"), (A.WAITING,), A.REFUSED, PORTAL),
    Move(
        "remove_file",
        REMOVE,
        (A.UPLOADING, A.WAITING, A.READY, A.REFUSED),
        A.REMOVED,
        FILE_HANDLERS,
        files_may_change,
    ),
    Move(
        "give_up_file",
        gettext_lazy("Give up an upload that stopped a day ago"),
        (A.UPLOADING,),
        A.REMOVED,
        PORTAL,
    ),
)


def kind_of_files(submission: Submission, user: User, to: Words = ADD) -> AttachmentKind:
    """Return which kind of file `user` can add to or remove from `submission` now: evidence, for authors until it is
    sent; the original of a paper input, for the secretariat until it is checked. Raises NotAllowed or Blocked.
    """
    if submission.state in (S.DRAFT, S.RETURNED):
        demand(may_submit(user, submission), who=AUTHORS, to=to)
        return AttachmentKind.EVIDENCE
    if may_submit(user, submission) and not is_secretariat(user):
        raise Blocked(str(SENT))
    demand(is_secretariat(user) and submission.entered_by_id is not None, who=SECRETARIAT, to=to)
    if submission.state != S.SUBMITTED or submission.checked_at:
        raise Blocked(str(CHECKED))
    return AttachmentKind.ORIGINAL


@verb
def begin_file(submission: Submission, *, by: User, key: uuid.UUID, name: str, size: int) -> Attachment:
    """Start receiving a file; the same `key` (made by the browser) is the same file, however often it is started.

    Raises NotAllowed, or Blocked if it is too large, one too many, or over a person's or organisation's quota.
    """
    row = locked(submission)
    kind = kind_of_files(row, by)
    known = Attachment.objects.filter(key=key).first()
    if known:
        demand(known.submission_id == row.pk, who=AUTHORS, to=ADD)
        if known.size != size and known.state == A.UPLOADING:
            raise Blocked(_("This is not the file you started to upload. Choose that file, or remove it first."))
        return known
    _check_limits(row, kind, size)
    if kind == AttachmentKind.EVIDENCE:
        _check_quotas(row.stakeholder, by, size)
    return Attachment.objects.create(
        submission=row, key=key, kind=kind, name=kinds.tidy(name), size=size, stored_as=uuid.uuid4().hex,
        uploaded_by=by, uploaded_at=now(),
    )  # fmt: skip


def _check_limits(submission: Submission, kind: AttachmentKind, size: int) -> None:
    reasons = []
    if size <= 0:
        reasons.append(say(Refused("empty")))
    if size > settings.ATTACHMENT_MAX_BYTES:
        reasons.append(say(Refused("too_large", limit=settings.ATTACHMENT_MAX_BYTES // MEGABYTE)))
    if submission.attachments.filter(kind=kind, state__in=HERE).count() >= settings.ATTACHMENT_MAX_FILES:
        most = {"limit": settings.ATTACHMENT_MAX_FILES}
        reasons.append(_("You can add up to %(limit)s files. Remove one, or combine some.") % most)
    if reasons:
        raise Blocked(reasons)


def _check_quotas(body: Stakeholder, by: User, size: int) -> None:
    """Raise Blocked if a person's or organisation's quota is used up. Locks these rows, so that concurrent uploads
    cannot pass the limit.
    """
    person, body = locked(by), locked(body)
    theirs = _("The files of %(name)s") % {"name": body.name}
    stored = Attachment.objects.stored()
    reasons = [
        *_what_is_full(_("Your files"), stored.filter(uploaded_by=person), settings.ATTACHMENT_PERSON_QUOTA, size),
        *_what_is_full(
            theirs, stored.filter(submission__stakeholder=body), settings.ATTACHMENT_ORGANISATION_QUOTA, size
        ),
    ]
    if reasons:
        raise Blocked(
            [*reasons, _("Remove files from drafts you will not send, or ask the secretariat for more space.")]
        )


def _what_is_full(whose: str, files: QuerySet[Attachment], quota: tuple[int, int], size: int) -> list[str]:
    most, room = quota
    used, reasons = files.aggregate(number=Count("pk"), size=Sum("size", default=0)), []
    if used["number"] >= most:
        figures = {"files": whose, "number": used["number"], "most": most}
        reasons.append(_("%(files)s: %(number)s of %(most)s. You cannot add more.") % figures)
    if used["size"] + size > room:
        figures = {"files": whose, "size": _megabytes(size), "used": _megabytes(used["size"]), "room": _megabytes(room)}
        reasons.append(_("%(files)s use %(used)s of %(room)s MB, and this one has %(size)s MB.") % figures)
    return reasons


def _megabytes(size: int) -> str:
    return number_format(size / MEGABYTE, 1, use_l10n=True)


@verb
def receive(attachment: Attachment, *, by: User, offset: int, data: bytes) -> Attachment:
    """Append the next bytes of a file; bytes received before are skipped.

    Returns the row: its `received` is the offset to continue from. Raises NotAllowed or Blocked, NoRoom if the disk is
    full. The journal records the file, not its chunks.
    """
    file = locked(attachment)
    kind_of_files(file.submission, by)
    if file.state != A.UPLOADING or offset != file.received:
        return file
    if offset + len(data) > file.size:
        raise Blocked(_("The upload is larger than the file announced. Remove it and add it again."))
    with room_to_write():
        _append(part_of(file), offset, data)
    file.received += len(data)
    file.save(update_fields=["received"])
    return file


def _append(path: Path, offset: int, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as part:
        part.truncate(offset)
        part.seek(offset)
        part.write(data)


def part_of(file: Attachment) -> Path:
    """Return the path of the bytes of a file before its inspection."""
    return file.path.with_suffix(".part")


@verb
def add_file(attachment: Attachment, *, by: User) -> Attachment:
    """Inspect a fully received file and accept it: ready, or waiting for the virus scanner. A refused file is deleted,
    with the reason in `state_reason`.

    Raises NotAllowed, Blocked if the input was sent meanwhile, or NoRoom if the disk is full: then the file is kept and
    can be inspected later.
    """
    redrawn = attachment.path.with_suffix(f".{uuid.uuid4().hex}")
    try:
        with room_to_write():
            result, virus = _inspected(attachment, redrawn)  # before taking locks: it can take a second
        submission = locked(attachment.submission)
        file = locked(attachment)
        if file.state != A.UPLOADING:
            return file
        kind_of_files(submission, by)
        if isinstance(result, Refused):
            return _refuse("reject_file", file, say(result), by=by)
        file = _take_in(file, result, redrawn, by=by, is_held=virus is None)
    finally:
        redrawn.unlink(missing_ok=True)
    _unsign(submission, file, by=by)
    return file


def _take_in(file: Attachment, inspected: sandbox.Inspected, redrawn: Path, *, by: User, is_held: bool) -> Attachment:
    def take(row: Attachment) -> None:
        kind = KINDS[inspected.media_type]
        with room_to_write():
            _put_in_place(row, redrawn if inspected.is_redrawn else part_of(row))
        row.name, row.media_type, row.text = kinds.fitting(row.name, kind), kind.media_type, inspected.text

    move = ATTACHMENT_MOVES["hold_file" if is_held else "add_file"]
    return make(move, file, by=by, change=take, enter=lambda row: _enter("add_file", row, by=by))


def _inspected(file: Attachment, redrawn: Path) -> tuple[sandbox.Inspected | Refused, str | None]:
    """Return the inspection result or refusal, and the virus found: "" for none, None if not scanned yet."""
    try:
        is_original = file.kind == AttachmentKind.ORIGINAL  # an original by mail is not evidence of an author
        result = sandbox.inspect(part_of(file).resolve(), redrawn.resolve(), mails=is_original)
    except Refused as refusal:
        return refusal, None
    try:
        virus = _virus_in(redrawn if result.is_redrawn else part_of(file))
    except clamd.ScannerDown:
        return result, None
    return (Refused("virus", what=virus) if virus else result), virus


def _virus_in(path: Path) -> str:
    """Return what the scanner finds; empty if the portal has no scanner. Raises ScannerDown."""
    return clamd.scan(path, settings.CLAMD) if settings.CLAMD else ""


def _put_in_place(file: Attachment, source: Path) -> None:
    """Rename the file into place atomically; the chunks are deleted after commit."""
    data = source.read_bytes()
    file.size = file.received = len(data)
    file.sha256 = hashlib.sha256(data).hexdigest()
    with source.open("rb") as written:
        os.fsync(written.fileno())
    file.path.unlink(missing_ok=True)
    os.link(source, file.path)
    part = part_of(file)
    transaction.on_commit(lambda: part.unlink(missing_ok=True))


def _refuse(verb: str, file: Attachment, reason: str, *, by: User | None) -> Attachment:
    """Refuse a file: only its name and the reason are kept. Receipts that cover it keep its hash.

    The access log records every refused file with its hash; the journal only files accepted before.
    """
    submission = file.submission
    sha256 = file.sha256 or hashlib.sha256(part_of(file).read_bytes()).hexdigest()
    enter_refused_file(submission, by=by, name=file.name, size=file.size, sha256=sha256, reasons=[reason])

    def empty(row: Attachment) -> None:
        if submission.state in (S.DRAFT, S.RETURNED):
            row.sha256 = ""
        row.state_reason, row.text = reason, ""

    def enter(row: Attachment) -> None:
        if verb == "refuse_file":
            _enter(verb, row, by=by, reason=f"{row.name}: {reason}")

    file = make(ATTACHMENT_MOVES[verb], file, by=by, change=empty, enter=enter)
    _forget(file)
    return file


def _forget(file: Attachment) -> None:
    for path in (file.path, part_of(file)):
        transaction.on_commit(partial(path.unlink, missing_ok=True))


def _enter(verb: str, file: Attachment, *, by: User | None, reason: str = "") -> None:
    state = file.submission.state
    data = {"file": str(file.key), "name": file.name, "kind": file.kind, "size": file.size, "sha256": file.sha256}
    reason = reason or file.name
    journal(verb, file.submission, by=by, before=state, after=state, reason=reason, data=data, commits=[file])


def _unsign(submission: Submission, file: Attachment, *, by: User | None) -> None:
    """Remove the sign-off, which covered the files at the time."""
    is_unsent = submission.state in (S.DRAFT, S.RETURNED)
    if submission.signed_off_at and is_unsent and file.kind == AttachmentKind.EVIDENCE:
        submission.signed_off_at = submission.signed_off_by = None
        submission.save(update_fields=["signed_off_at", "signed_off_by"])
        journal("edit_after_sign_off", submission, by=by, before=submission.state, after=submission.state)


@verb
def remove_file(attachment: Attachment, *, by: User) -> Attachment:
    """Remove a file. If it was sent with the input before, it stays on disk but is not served.

    Raises NotAllowed or Blocked.
    """
    submission = locked(attachment.submission)
    file = locked(attachment)
    demand(kind_of_files(submission, by, REMOVE) == file.kind, who=SECRETARIAT, to=REMOVE)
    if file.state == A.REMOVED:
        return file
    was_here = file.state in (A.READY, A.WAITING)
    was_known = was_here or (file.state == A.REFUSED and bool(file.media_type))  # accepted before
    was_sent = _was_sent_with(submission, file)

    def empty(row: Attachment) -> None:
        row.received = row.received if was_sent and was_here else 0

    def enter(row: Attachment) -> None:
        if was_known:
            _enter("remove_file", row, by=by)

    file = make(ATTACHMENT_MOVES["remove_file"], file, by=by, change=empty, enter=enter)
    if was_here:
        _unsign(submission, file, by=by)
    if not was_sent:
        _forget(file)
    return file


def _was_sent_with(submission: Submission, file: Attachment) -> bool:
    return submission.decided_at is not None and file.uploaded_at < submission.decided_at


# --- What the worker does -------------------------------------------------------------------------------------------

_tried_at = float("-inf")


def inspect_waiting() -> int:
    """Scan the files that wait for the virus scanner; return how many got a result. They keep waiting while it is down.
    If the portal has no scanner any more, they are accepted.
    """
    global _tried_at
    done = 0
    if time.monotonic() - _tried_at < PAUSE:
        return done
    waiting = Attachment.objects.filter(state=A.WAITING).select_related("submission")
    for file in waiting.order_by("uploaded_at")[:20]:
        try:
            virus = _virus_in(file.path)
        except clamd.NoVerdict:
            continue
        except clamd.ScannerDown:
            _tried_at = time.monotonic()
            break
        judge_file(file, virus)
        done += 1
    return done


@verb
def judge_file(attachment: Attachment, virus: str, *, by: User | None = None) -> Attachment:
    """Make a waiting file available, or refuse it because of a virus."""
    submission = locked(attachment.submission)
    file = locked(attachment)
    if file.state != A.WAITING:
        return file
    if virus:
        _unsign(submission, file, by=by)
        return _refuse("refuse_file", file, say(Refused("virus", what=virus)), by=by)
    return make(ATTACHMENT_MOVES["admit_file"], file, by=by, enter=lambda row: _enter("admit_file", row, by=by))


def clear_unfinished() -> int:
    """Give up uploads without progress for a day; return how many."""
    stopped = Attachment.objects.filter(state=A.UPLOADING, uploaded_at__lt=now() - KEPT)
    return sum(give_up_file(file) is not None for file in stopped[:20])


@verb
def give_up_file(attachment: Attachment, *, by: User | None = None) -> Attachment | None:
    """Remove a file whose upload stopped; None if it is no longer uploading. The journal has no entry about it."""
    file = locked(attachment)
    if file.state != A.UPLOADING:
        return None

    def empty(row: Attachment) -> None:
        row.received = 0

    file = make(ATTACHMENT_MOVES["give_up_file"], file, by=by, change=empty, enter=lambda row: None)
    _forget(file)
    return file
