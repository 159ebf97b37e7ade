"""Paper form for an input: to print (PDF), and to fill in (DOCX)."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

import segno
from django.template import Context
from django.utils import translation
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, RGBColor

from positions.render import qr
from positions.render.environment import engine, set_up_alone
from positions.render.glyphs import legible
from positions.render.plain import minute
from positions.text.canonical import canonical

ATTACHMENT = "form.json"
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """Return the form as its templates need it. Pure."""
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
    """Return the form as HTML for printing, in its language."""
    set_up_alone()
    with translation.override(content["language"]):
        values = {**readable(content), "qr": qr.code(content["address"])}
        page = engine().get_template("print/form.html")
        return legible(page.render(Context(values, use_l10n=False, use_tz=False)))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the form as PDF/A-3a and PDF/UA-1; deterministic.

    Raises ValueError if the hash does not match.
    """
    from positions.render.press import press

    attachment = canonical(content)
    if hashlib.sha256(attachment).hexdigest() != sha256:
        raise ValueError("This hash is not the SHA-256 of this content.")
    moment = datetime.fromisoformat(content["opens"]).astimezone(UTC)
    return press(html(content), attachment=attachment, name=ATTACHMENT, description=content["reference"], moment=moment)


# --- The same to fill in on a computer ------------------------------------------------------------------------------

A4 = Cm(21), Cm(29.7)
TICK = """<w:sdt {namespaces} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:sdtPr>
<w:alias w:val={name}/><w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>
<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>
<w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>"""


def docx(content: Content) -> bytes:
    """Render the form as a Word document: cells to fill in, boxes to tick, and the QR code of the page for
    sending it.
    """
    with translation.override(content["language"]):
        values, document = readable(content), Document()
        _set_up(document, content, values)
        _top(document, content, values)
        document.add_heading(_("1. Who writes"), 2)
        _lines(document, values["who"])
        document.add_heading(_("2. What you say"), 2)
        for label, size in values["parts"]:
            document.add_heading(label, 3)
            _cell(document, {"one": 1.2, "few": 3, "many": 9}[size])
        document.add_heading(_("3. Who may read it"), 2)
        for label in values["readers"]:
            _tick(document, label)
        document.add_heading(_("Objectives that it is about (optional)"), 2)
        for code, label in content["objectives"]:
            _tick(document, f"{code} {label}")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document: Any, content: Content, values: Content) -> None:
    """Set up A4 pages, black text, the language, and on each page the form that it belongs to, since sheets are faxed
    and photographed.
    """
    about = document.core_properties
    about.title, about.subject, about.language = values["title"], content["reference"], content["language"]
    about.author = _("National Coordination Mechanism on Migration, Republic of Kenya")
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), {"sw": "sw-KE"}.get(content["language"], "en-GB"))
    for level in (1, 2, 3):
        document.styles[f"Heading {level}"].font.color.rgb = RGBColor(0, 0, 0)
    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = A4
    sheet.left_margin = sheet.right_margin = sheet.top_margin = sheet.bottom_margin = Cm(2.5)
    foot = sheet.footer.paragraphs[0]
    foot.add_run(f"{content['reference']} · ")
    foot._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))


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


def _lines(document: Any, labels: list[str]) -> None:
    """Return a row for each label with a cell to write in: a line drawn after the label would move while typing."""
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for label in labels:
        row = table.add_row()
        row.height = Cm(0.9)
        for cell, width in zip(row.cells, (Cm(5.5), Cm(10.5)), strict=True):
            cell.width = width
        row.cells[0].text = label


def _cell(document: Any, height: float) -> None:
    table = document.add_table(rows=1, cols=1, style="Table Grid")
    table.rows[0].height = Cm(height)


def _tick(document: Any, label: str) -> None:
    """Return a checkbox, to tick by a click or with a pen."""
    line = document.add_paragraph()
    line._p.append(parse_xml(TICK.format(namespaces=nsdecls("w"), name=quoteattr(label[:64]))))
    line.add_run(f"  {label}")
