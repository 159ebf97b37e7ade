"""Corrected editions: the text of the previous edition with corrected mistakes and the reason."""

import json
from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from consultations.models import User
from ncm_portal.workflow import now
from positions.models import Edition, EditionKind
from positions.text.canonical import canonical

from .phrases import acronyms


def corrected(base: Edition, *, number: str, texts: Mapping[str, str], reason: str, by: User) -> Edition:
    """Freeze edition `number`: `base` with new texts for the paragraphs with the keys in `texts`, and no other change.

    Based on the frozen content instead of present records, so that names and figures stay those of the adoption. Raises
    KeyError for a key that `base` does not have.
    """
    moment = now().replace(microsecond=0)
    content = json.loads(base.content)
    known = {each["key"]: each for section in content["sections"] for each in section["paragraphs"]}
    changes = []
    for key, text in texts.items():
        changes.append({"paragraph": known[key]["number"], "before": known[key]["text"], "after": text})
        known[key]["text"] = text
    with translation.override(content["language"]):
        status = _("%(status)s; corrected") % {"status": content["edition"]["status"]}
    content["edition"] = {
        "number": number,
        "kind": str(EditionKind.CORRECTED),
        "frozen_at": moment.astimezone(UTC).isoformat(timespec="seconds"),
        "status": content["edition"]["status"] if base.kind == EditionKind.CORRECTED else status,
    }
    changes.sort(key=lambda change: change["paragraph"])
    content["correction"] = {"of": base.number, "reason": reason, "changes": changes}
    with translation.override(content["language"]):
        content["acronyms"] = acronyms(_printed(content))
    text = canonical(content).decode()
    return Edition.objects.create(
        paper=base.paper,
        number=number,
        kind=EditionKind.CORRECTED,
        status=content["edition"]["status"],
        content=text,
        sha256=sha256(text.encode()).hexdigest(),
        frozen_at=moment,
        frozen_by=by,
    )


def _printed(content: dict[str, Any]) -> str:
    return "\n".join(
        line
        for section in content["sections"]
        for line in (section["heading"], *(each["text"] for each in section["paragraphs"]))
    )
