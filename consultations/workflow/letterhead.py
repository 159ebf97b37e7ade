"""Change the letterhead of a consultation, with its logo."""

import base64
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, Letterhead, User
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.uploads.single_file import whole_file
from ncm_portal.workflow import Blocked, Conflict, NotTaken, demand, journal, locked, now, verb

LARGEST_LOGO = 1024 * 1024
PICTURES = ("image/png", "image/jpeg")
LETTERHEAD_TEXTS = ("lines", "contact", "signatory_name", "signatory_title", "sender_name", "reply_to")


@verb
def change_letterhead(
    consultation: Consultation,
    *,
    by: User,
    number: int,
    values: Mapping[str, str],
    logo: tuple[str, bytes] | None = None,
    keeps_logo: bool = True,
) -> Letterhead:
    """Change the letterhead from now on; `number` is the version that was read, 0 for the portal's. A new `logo` is
    its file name and content.

    Raises NotAllowed, Conflict if somebody changed it meanwhile, or Blocked with every reason, also for a refused file.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Change the letterhead"))
    row = locked(consultation)
    last = row.letterheads.order_by("-number").first()
    if number != (last.number if last else 0):
        raise Conflict(last)
    texts = {name: values.get(name, "").strip() for name in LETTERHEAD_TEXTS}
    kept = (last.logo, last.logo_type) if last and keeps_logo else ("", "")
    picture, media_type = _inspected(*logo) if logo else kept
    before = {name: getattr(last, name) if last else "" for name in (*LETTERHEAD_TEXTS, "logo")}
    changed = [name for name, value in {**texts, "logo": picture}.items() if before[name] != value]
    if not changed:
        raise Blocked(_("This changes nothing."))
    made = Letterhead.objects.create(
        consultation=row, number=number + 1, **texts, logo=picture, logo_type=media_type, by=by, at=now()
    )
    data = {"version": made.number, "changed": [[name, before[name], texts[name]] for name in changed if name in texts]}
    journal("change_letterhead", row, by=by, data={**data, "logo_changed": "logo" in changed})
    return made


def _inspected(name: str, data: bytes) -> tuple[str, str]:
    """Return the redrawn picture in base64 and its type. Raises NotTaken for what is no picture of a logo's size."""
    if len(data) > LARGEST_LOGO:
        raise NotTaken(_("The logo is larger than 1 MB. Save it smaller and add it again."), name=name, data=data)
    with (
        TemporaryDirectory(prefix="ncm-logo-") as folder,
        whole_file(Path(folder) / "logo", name=name, data=data) as file,
    ):
        if file.media_type not in PICTURES:
            raise NotTaken(_("The logo must be a picture: PNG or JPEG."), name=name, data=data)
        if file.size > LARGEST_LOGO:
            raise NotTaken(_("The logo is larger than 1 MB. Save it smaller and add it again."), name=name, data=data)
        return base64.b64encode(file.lies.read_bytes()).decode(), file.media_type
