"""Documents of a consultation for everybody: inspected like every upload, added and removed."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, PublicDocument, User
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.uploads.disk_space import room_to_write
from consultations.uploads.single_file import whole_file
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

from .consultation_settings import for_change


@verb
@room_to_write()
def add_document(
    consultation: Consultation, *, by: User, kind: str, title: str, language: str, name: str, data: bytes
) -> PublicDocument:
    """Store a document that everybody can read once the consultation is announced.

    Raises NotAllowed, Blocked for the same title twice or a refused file, NoRoom if the disk is full.
    """
    row = for_change(consultation, by)
    if row.documents.filter(title__iexact=title, language=language, removed_at=None).exists():
        raise Blocked(_("There is already a document with this title. Remove it first, or choose another title."))
    file = PublicDocument(consultation=row, kind=kind, title=title, language=language)
    with whole_file(file.path, name=name, data=data) as upload:
        file.name, file.media_type = upload.name, upload.media_type
        file.size, file.sha256 = upload.size, upload.sha256
        upload.keep()
    file.by, file.at = by, now()
    file.save()
    facts = {"file": str(file.key), "title": title, "sha256": file.sha256}
    journal("add_document", row, by=by, data=facts, commits=[file])
    return file


@verb
def withdraw_document(document: PublicDocument, *, by: User) -> PublicDocument:
    """Remove a document from the public page; it stays on disk but is not served. Repeating it has no effect."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Remove a document"))
    row = locked(document)
    if row.removed_at is None:
        row.removed_at = now()
        row.save(update_fields=["removed_at"])
        data = {"file": str(row.key), "title": row.title}
        journal("withdraw_document", row.consultation, by=by, data=data, commits=[row])
    return row
