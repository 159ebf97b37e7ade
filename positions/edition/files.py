"""The files of an edition: made once, checked before they are kept, then served as they are."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ncm_portal.workflow import Blocked, now
from positions.models import Artefact, ArtefactFormat, Edition
from positions.render import pdf


def address(edition: Edition) -> str:
    """The public address at which a copy of `edition` is verified; it is printed on the paper and in its QR code."""
    return settings.PORTAL_ADDRESS + reverse("verify_hash", args=[edition.sha256])


def render_artefacts(edition: Edition) -> None:
    """Make the PDF and the JSON of `edition` and keep them. A second call keeps what there is.

    Raises Blocked with every reason when the PDF can't be made or fails its checks; then nothing is kept.
    """
    with transaction.atomic():
        row = Edition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
        made = set(row.artefacts.values_list("format", flat=True))
        if ArtefactFormat.PDF not in made:
            _keep(row, ArtefactFormat.PDF, _sound_pdf(row), pdf.RENDERER_VERSION)
        if ArtefactFormat.JSON not in made:
            _keep(row, ArtefactFormat.JSON, row.content.encode(), json.loads(row.content).get("schema", ""))


def problems(edition: Edition) -> list[str]:
    """What is wrong with the files of `edition`, in plain words; empty when it may be published."""
    found = [] if _hash(edition.content.encode()) == edition.sha256 else [_("The content does not match its hash.")]
    kept = {artefact.format: artefact for artefact in edition.artefacts.all()}
    for wanted in ArtefactFormat:
        artefact = kept.get(wanted)
        found += (
            _file_problems(artefact) if artefact else [_("The %(file)s has not been made.") % {"file": wanted.label}]
        )
    if not found:
        with kept[ArtefactFormat.PDF].file.open() as file:
            found += _pdf_problems(file.read(), json.loads(edition.content))
    return found


def _file_problems(artefact: Artefact) -> list[str]:
    """Whether the file is still the one that was made."""
    name = artefact.get_format_display()
    try:
        with artefact.file.open() as file:
            same = _hash(file.read()) == artefact.sha256
    except OSError:
        return [_("The %(file)s cannot be read.") % {"file": name}]
    return [] if same else [_("The %(file)s was changed after it was made.") % {"file": name}]


def _pdf_problems(data: bytes, content: dict[str, Any]) -> list[str]:
    found = pdf.inspect(data)
    missing = sorted(pdf.missing_glyphs(content))
    if missing:
        shown = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing[:10])
        found = [*found, _("No typeface of ours can print these characters: %(characters)s.") % {"characters": shown}]
    return found


def _sound_pdf(edition: Edition) -> bytes:
    content = json.loads(edition.content)
    try:
        data = pdf.render_apart(content, edition.sha256, address(edition))
    except pdf.RenderFailed as failure:
        raise Blocked(_("The PDF could not be made: %(reason)s") % {"reason": failure}) from failure
    found = _pdf_problems(data, content)
    if found:
        raise Blocked(found)
    return data


def _keep(edition: Edition, kind: str, data: bytes, renderer: str) -> None:
    name = f"editions/{edition.paper.slug}-{edition.number}-{edition.sha256[:12]}.{kind}"
    _write(Path(default_storage.path(name)), data)
    Artefact.objects.create(
        edition=edition,
        format=kind,
        file=name,
        sha256=_hash(data),
        size=len(data),
        renderer=renderer,
        rendered_at=now(),
    )


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing: beside its place first, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o640)
    Path(file.name).replace(path)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
