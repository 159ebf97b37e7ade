"""Files of a forum: inspected like every upload, and stored outside the folders that the web server serves."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Forum, ForumFile, ForumFileKind, Invitation, User
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.uploads.disk_space import room_to_write
from consultations.uploads.single_file import whole_file
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb


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
    """Store a file of a forum: a document, or the scan of a paper. Raises NotAllowed, Blocked for a refused file,
    NoRoom if the disk is full.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Add a file"))
    file = ForumFile(forum=forum, invitation=invitation, kind=kind, title=title, for_everybody=for_everybody)
    with whole_file(file.path, name=name, data=data) as upload:
        file.name, file.media_type = upload.name, upload.media_type
        file.size, file.sha256 = upload.size, upload.sha256
        upload.keep()
    file.by, file.at = by, now()
    file.save()
    facts = {"file": str(file.key), "sha256": file.sha256}
    journal("add_file", invitation or forum, by=by, data=facts, commits=[file])
    return file


@verb
def change_document(file: ForumFile, *, by: User, for_everybody: bool) -> ForumFile:
    """Make a document public or visible to participants only. Raises NotAllowed, or Blocked for a scan."""
    row = _document(file, by)
    if row.for_everybody != for_everybody:
        row.for_everybody = for_everybody
        row.save(update_fields=["for_everybody"])
        data = {"file": str(row.key), "for_everybody": for_everybody}
        journal("change_document", row.forum, by=by, data=data, commits=[row])
    return row


@verb
def remove_document(file: ForumFile, *, by: User) -> ForumFile:
    """Remove a document; it stays on disk but is not served. Raises NotAllowed or Blocked."""
    row = _document(file, by)
    if row.removed_at is None:
        row.removed_at = now()
        row.save(update_fields=["removed_at"])
        data = {"file": str(row.key), "title": row.title}
        journal("remove_document", row.forum, by=by, data=data, commits=[row])
    return row


def _document(file: ForumFile, by: User) -> ForumFile:
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change a document"))
    row = locked(file)
    if row.kind != ForumFileKind.DOCUMENT:
        raise Blocked(_("A scan of a paper original cannot be changed."))
    return row
