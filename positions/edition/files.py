"""Files of an edition: rendered once, checked before they are stored, then served unchanged."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from consultations.stored_files import NotGenuine, read_genuine
from consultations.uploads.disk_space import room_to_write
from ncm_portal.workflow import Blocked, now
from positions.models import NEEDED, Artefact, ArtefactFormat, Edition
from positions.render import pdf, tables
from positions.render.printable import DISPOSITIONS, STATEMENT

from .assembly import SCHEMA
from .signing import is_signed, signed


def address(edition: Edition) -> str:
    """Return the public URL at which a copy of `edition` is verified, printed on the paper and in its QR code."""
    return settings.PORTAL_ADDRESS + reverse("verify_hash", args=[edition.sha256])


class Form(NamedTuple):
    """How one type of file is made from an edition: its bytes, media type, and the module that renders it, which is
    loaded when the first file is made.
    """

    make: Callable[[Edition], bytes]
    media_type: str
    module: str

    @property
    def renderer(self) -> str:
        """Name and version of what makes the file."""
        return import_module(self.module).RENDERER_VERSION if self.module else SCHEMA


def render_artefacts(edition: Edition) -> None:
    """Render the PDF and the JSON of `edition` and store them, with the files embedded in the PDF, which are files of
    the edition too. Existing files are kept.

    Raises Blocked with every reason if the PDF cannot be rendered or fails its checks; then nothing is stored.
    """
    _made(edition, NEEDED, with_enclosed=True)


def render_artefact(edition: Edition, artefact_format: str) -> Artefact:
    """Return the file of `edition` in one of the FORMS: the stored one, or rendered now and stored.

    Raises Blocked if it cannot be rendered, NoRoom if the disk is full; then nothing is stored.
    """
    (artefact,) = _made(edition, [ArtefactFormat(artefact_format)])
    return artefact


def _made(edition: Edition, formats: Sequence[ArtefactFormat], *, with_enclosed: bool = False) -> list[Artefact]:
    with transaction.atomic():
        row = Edition.objects.select_for_update(of=("self",), no_key=True).select_related("paper").get(pk=edition.pk)
        there = {artefact.format: artefact for artefact in row.artefacts.all()}

        def have(kind: ArtefactFormat) -> Artefact:
            if kind not in there:
                there[kind] = _keep(row, kind, there.get(ArtefactFormat.PDF))
            return there[kind]

        made = [have(kind) for kind in formats]
        if with_enclosed:
            inside = _inside(have(ArtefactFormat.PDF))
            made += [have(kind) for kind, name in ENCLOSED.items() if name in inside]
        return made


def problems(edition: Edition) -> list[str]:
    """Return what is wrong with the files of `edition`; empty if it can be published."""
    result = [] if _is_as_frozen(edition) else [_("The content does not match its hash.")]
    kept = {artefact.format: artefact for artefact in edition.artefacts.all()}
    for artefact_format in NEEDED:
        artefact = kept.get(artefact_format)
        result += (
            _file_problems(artefact)
            if artefact
            else [_("The %(file)s has not been made yet.") % {"file": artefact_format.label}]
        )
    if not result:
        with kept[ArtefactFormat.PDF].file.open() as file:
            result += _pdf_problems(file.read(), json.loads(edition.content))
    return result


def _is_as_frozen(edition: Edition) -> bool:
    return _hash(edition.content.encode()) == edition.sha256


def _file_problems(artefact: Artefact) -> list[str]:
    """Return what is wrong if the file was altered."""
    name = artefact.get_format_display()
    try:
        with artefact.file.open() as file:
            same = _hash(file.read()) == artefact.sha256
    except OSError:
        return [_("The %(file)s is unreadable.") % {"file": name}]
    return [] if same else [_("The %(file)s has changed since it was made.") % {"file": name}]


def _pdf_problems(data: bytes, content: dict[str, Any]) -> list[str]:
    return [*pdf.inspect(data), *pdf.obstacles(content)]


def _sound_pdf(edition: Edition, document: str = "paper") -> bytes:
    content = json.loads(edition.content)
    if result := pdf.obstacles(content):  # reported before rendering starts
        raise Blocked(result)
    try:
        data = pdf.render_apart(content, edition.sha256, address(edition), document=document)
    except pdf.RenderFailed as failure:
        raise Blocked(_("The PDF could not be made: %(reason)s") % {"reason": failure}) from failure
    if result := pdf.inspect(data):
        raise Blocked(result)
    return signed(data) if is_signed(edition) else data


def _written(render: Callable[..., bytes]) -> Callable[[Edition], bytes]:
    """Return a renderer based on `render` that raises Blocked with the reason if it fails."""

    def make(edition: Edition) -> bytes:
        try:
            return render(json.loads(edition.content), sha256=edition.sha256, address=address(edition))
        except ValueError as failure:
            raise Blocked(_("The file could not be made: %(reason)s") % {"reason": failure}) from failure

    return make


def _table(table: tables.Table) -> Form:
    def render(content: dict[str, Any], *, sha256: str, address: str) -> bytes:
        return tables.render(content, table=table, sha256=sha256)

    return Form(_written(render), "text/csv; charset=utf-8", tables.__name__)


def _by(module: str, media_type: str) -> Form:
    def render(*content: Any, **edition: str) -> bytes:
        return import_module(module).render(*content, **edition)

    return Form(_written(render), media_type, module)


def _printed(document: str) -> Form:
    return Form(partial(_sound_pdf, document=document), "application/pdf", f"positions.render.{document}")


ENCLOSED = {ArtefactFormat.AKN: STATEMENT, ArtefactFormat.DISPOSITIONS: DISPOSITIONS}
AKN = "application/akn+xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS: dict[ArtefactFormat, Form] = {
    ArtefactFormat.PDF: _printed("paper"),
    ArtefactFormat.JSON: Form(lambda edition: edition.content.encode(), "application/json", ""),
    ArtefactFormat.AKN: _by("positions.render.akoma_ntoso", AKN),
    ArtefactFormat.XLSX: _by("positions.render.workbook", XLSX),
    ArtefactFormat.PARAGRAPHS: _table(tables.PARAGRAPHS),
    ArtefactFormat.POINTS: _table(tables.POINTS),
    ArtefactFormat.DISPOSITIONS: _table(tables.DISPOSITIONS),
    ArtefactFormat.CLEARANCES: _table(tables.CLEARANCES),
    ArtefactFormat.RESERVATIONS: _table(tables.RESERVATIONS),
    ArtefactFormat.SUMMARY: _printed("summary"),
    ArtefactFormat.CLEAN: _printed("clean"),
    ArtefactFormat.DOCX: _by("positions.render.docx", DOCX),
}


def _inside(printed: Artefact) -> dict[str, bytes]:
    """Return the files embedded in the PDF of an edition by name; none if it is not the printed one."""
    try:
        data = read_genuine(printed.stored_file)
    except NotGenuine:
        return {}
    result = {name: pdf.attached(data, name) for name in ENCLOSED.values()}
    return {name: inside for name, inside in result.items() if inside is not None}


def _made_by(edition: Edition, kind: ArtefactFormat, printed: Artefact | None) -> tuple[bytes, str]:
    """Return a file and its renderer. Files embedded in the `printed` PDF are extracted from it, so that the portal
    serves the same bytes even after its address or a renderer has changed.
    """
    inside = _inside(printed) if printed and kind in ENCLOSED else {}
    if printed and (data := inside.get(ENCLOSED.get(kind, ""))) is not None:
        return data, printed.renderer
    if not _is_as_frozen(edition):
        raise Blocked(_("The content does not match its hash."))
    form = FORMS[kind]
    return form.make(edition), form.renderer


def _keep(edition: Edition, kind: ArtefactFormat, printed: Artefact | None) -> Artefact:
    name = f"editions/{edition.paper.slug}-{edition.number}-{edition.sha256[:12]}.{kind}"
    with room_to_write():
        data, renderer = _made_by(edition, kind, printed)
        _write(Path(default_storage.path(name)), data)
    return Artefact.objects.create(
        edition=edition,
        format=kind,
        file=name,
        sha256=_hash(data),
        size=len(data),
        renderer=renderer,
        rendered_at=now(),
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file atomically by way of a temporary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete_on_close=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        Path(file.name).chmod(0o640)
        Path(file.name).replace(path)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
