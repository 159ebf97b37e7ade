"""The form on which somebody without a connection writes an input: to print (PDF), and to fill in (DOCX)."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import segno
from django.template import Context
from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Cm

from positions.render import qr
from positions.render.paper import canonical, engine, set_up_alone
from positions.render.plain import minute

ATTACHMENT = "form.json"
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """The form as its templates read it. Pure: values in, values out."""
    return {
        "content": content,
        "title": _("Form for an input: %(theme)s") % {"theme": content["theme"]},
        "closes": minute(content["closes"]),
        "who": [_("Organisation"), _("Name of the person who writes"), _("Telephone or e-mail"), _("Date")],
        "readers": [_("Everyone"), _("Members of the NCM only"), _("The secretariat only")],
        "parts": [
            (_("What do you ask for, in one line?"), "one"),
            (_("What is the problem, and what should Kenya stand for?"), "many"),
            (_("A sentence for the position paper, if you have one"), "few"),
        ],
        "warnings": [_("SAMPLE: organisations and people are invented")] * bool(content["sample"]),
    }


def html(content: Content) -> str:
    """The form as HTML to be printed, in its language."""
    set_up_alone()
    with translation.override(content["language"]):
        values = {**readable(content), "qr": qr.code(content["address"])}
        return engine().get_template("print/form.html").render(Context(values, use_l10n=False, use_tz=False))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Print the form as PDF/A-3a and PDF/UA-1. The same content gives the same bytes.

    Raises ValueError when the hash is not the content's.
    """
    from positions.render.press import press

    attachment = canonical(content)
    if hashlib.sha256(attachment).hexdigest() != sha256:
        raise ValueError("This hash is not the SHA-256 of this content.")
    moment = datetime.fromisoformat(content["opens"]).astimezone(UTC)
    return press(html(content), attachment=attachment, name=ATTACHMENT, description=content["reference"], moment=moment)


# --- The same to fill in on a computer ------------------------------------------------------------------------------


def docx(content: Content) -> bytes:
    """The form as a Word document: headings, lines and boxes to write in, and the QR code of the page to send it on."""
    with translation.override(content["language"]):
        values, document = readable(content), Document()
        about = document.core_properties
        about.title, about.subject, about.language = values["title"], content["reference"], content["language"]
        about.author = _("National Coordination Mechanism on Migration, Republic of Kenya")
        _top(document, content, values)
        document.add_heading(_("1. Who writes"), 2)
        for label in values["who"]:
            _line(document, f"{label}: ")
        document.add_heading(_("2. What you say"), 2)
        for label, size in values["parts"]:
            document.add_heading(label, 3)
            _box(document, {"one": 1.2, "few": 3, "many": 9}[size])
        document.add_heading(_("3. Who may read it"), 2)
        for label in values["readers"]:
            document.add_paragraph(f"☐  {label}")
        document.add_heading(_("Objectives that it is about (optional)"), 2)
        for code, label in content["objectives"]:
            document.add_paragraph(f"☐  {code} {label}")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _top(document: Any, content: Content, values: Content) -> None:
    document.add_heading(values["title"], 1)
    for warning in values["warnings"]:
        document.add_paragraph(warning)
    document.add_paragraph(content["round"])
    document.add_paragraph(f"{_('Reference of this form')}: {content['reference']}")
    document.add_paragraph(f"{_('It must arrive by')}: {values['closes']}")
    picture = BytesIO()
    segno.make(content["address"], error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    picture.seek(0)
    shape = document.add_picture(picture, width=Cm(3))
    words = _("QR code of the address %(address)s") % {"address": content["address"]}
    shape._inline.docPr.set("descr", words)
    document.add_paragraph(f"{_('With a connection, write on the portal instead')}: {content['address']}")


def _line(document: Any, label: str) -> None:
    line = document.add_paragraph(label)
    line.paragraph_format.tab_stops.add_tab_stop(Cm(15.5), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES)
    line.add_run("\t")


def _box(document: Any, height: float) -> None:
    table = document.add_table(rows=1, cols=1, style="Table Grid")
    table.rows[0].height = Cm(height)
