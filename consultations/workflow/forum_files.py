"""Files of a forum: looked through as every file that comes in, kept where the web server hands nothing out."""

import hashlib
import os
import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Forum, ForumFile, ForumFileKind, Invitation, User
from consultations.permissions import is_secretariat
from consultations.uploads import Refused, apart, clamd, names
from consultations.uploads.kinds import KINDS
from consultations.uploads.room import room_to_write
from consultations.uploads.words import say
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

SECRETARIAT = gettext_lazy("the secretariat")
MEGABYTE = 1024 * 1024


@verb
@room_to_write()
def keep_forum_file(
    forum: Forum,
    *,
    by: User,
    title: str,
    name: str,
    data: bytes,
    kind: str = ForumFileKind.DOCUMENT,
    invitation: Invitation | None = None,
    for_everybody: bool = False,
) -> ForumFile:
    """Keep a file of a forum: a document, or the scan of what came on paper. Raises NotAllowed, Blocked for a file that
    may not come in, NoRoom where the disk is full."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Add a file"))
    file = ForumFile(forum=forum, invitation=invitation, kind=kind, title=title, for_everybody=for_everybody)
    came, redrawn = (file.path.with_suffix(f".{uuid.uuid4().hex}") for _part in range(2))
    came.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write(came, data)
        found = _looked_through(came, redrawn)
        kept = redrawn if found.is_redrawn else came
        file.size, file.sha256 = kept.stat().st_size, hashlib.sha256(kept.read_bytes()).hexdigest()
        kept.replace(file.path)
    finally:
        came.unlink(missing_ok=True)
        redrawn.unlink(missing_ok=True)
    file.name, file.media_type = names.fitting(names.tidy(name), KINDS[found.media_type]), found.media_type
    file.by, file.at = by, now()
    file.save()
    journal("add_file", invitation or forum, by=by, data={"file": str(file.key), "sha256": file.sha256})
    return file


def _write(path: Path, data: bytes) -> None:
    if not data:
        raise Blocked(say(Refused("empty")))
    if len(data) > settings.ATTACHMENT_MAX_BYTES:
        raise Blocked(say(Refused("too_large", limit=settings.ATTACHMENT_MAX_BYTES // MEGABYTE)))
    with path.open("wb") as written:
        written.write(data)
        written.flush()
        os.fsync(written.fileno())


def _looked_through(file: Path, redrawn: Path) -> apart.Inspected:
    """What the file is. Raises Blocked for one that may not come in, or of which the virus scanner says nothing."""
    try:
        found = apart.inspect(file.resolve(), redrawn.resolve())
        virus = clamd.scan(redrawn if found.is_redrawn else file, settings.CLAMD) if settings.CLAMD else ""
    except Refused as refusal:
        raise Blocked(say(refusal)) from refusal
    except clamd.ScannerDown as down:
        raise Blocked(_("The virus scanner does not answer. Add the file again in a few minutes.")) from down
    if virus:
        raise Blocked(say(Refused("virus", what=virus)))
    return found


@verb
def change_document(file: ForumFile, *, by: User, for_everybody: bool) -> ForumFile:
    """Show a document to everybody, or to the participants only. Raises NotAllowed, Blocked for what is no document."""
    row = _document(file, by)
    if row.for_everybody != for_everybody:
        row.for_everybody = for_everybody
        row.save(update_fields=["for_everybody"])
        journal("change_document", row.forum, by=by, data={"file": str(row.key), "for_everybody": for_everybody})
    return row


@verb
def remove_document(file: ForumFile, *, by: User) -> ForumFile:
    """Take a document away again; it stays on the disk, where nobody is given it. Raises NotAllowed or Blocked."""
    row = _document(file, by)
    if row.removed_at is None:
        row.removed_at = now()
        row.save(update_fields=["removed_at"])
        journal("remove_document", row.forum, by=by, data={"file": str(row.key), "title": row.title})
    return row


def _document(file: ForumFile, by: User) -> ForumFile:
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change a document"))
    row = locked(file)
    if row.kind != ForumFileKind.DOCUMENT:
        raise Blocked(_("A scan of what came on paper stays as it is."))
    return row
