"""Printed alignment annex: the position and the Compact over time, as a chart and a table with references."""

from datetime import date
from typing import Any

from django.utils import dateformat, translation
from django.utils.translation import gettext as _

from positions.render.aligned import KINDS, Aligned, Line, laid_out
from positions.render.environment import set_up_alone
from positions.render.glyphs import legible
from positions.render.labels import finding_words
from positions.render.paper import WEASYPRINT, as_of, filled
from positions.render.plain import days, groups_of_four, minute, spans
from positions.text.canonical import sealed

RENDERER_VERSION = f"ncm-alignment 1.0, WeasyPrint {WEASYPRINT}"
ATTACHMENT = "alignment.json"
STYLESHEETS = "masthead.css alignment.css"
ROW = 21  # row height of the chart: the whole chart fits the first page
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """Return the annex as its template needs it. Pure."""
    aligned, edition = laid_out(content, row=ROW, stretched=True), content["edition"]
    warnings = [_("SAMPLE: organisations and findings are invented")] * bool(content["sample"])
    head = _("Alignment annex")
    return {
        "content": content,
        "head": head,
        "title": " – ".join([content["paper"]["title"], head]),
        "warnings": warnings,
        "edition": _("Edition %(number)s") % {"number": edition["number"]},
        "digest": groups_of_four(edition["sha256"], in_line=16),
        "as_of": as_of_line(content),
        "aligned": aligned,
        "key": [(kind, finding_words(kind), 110 * place) for place, kind in enumerate(KINDS)],
        "words": _picture_words(aligned),
        "way": way(content, aligned),
        "objectives": [line for line in aligned.lines if line.findings],
        "left": left(aligned.lines),
        "silent": ", ".join(_name(line) for line in aligned.lines if not line.paragraphs and not line.findings),
    }


def as_of_line(content: Content) -> str:
    """Return how recent the data is."""
    moment = minute(content["as_of"])
    if content["entry"] is None:
        return moment
    return _("Entry %(number)s of the journal, %(moment)s") % {"number": content["entry"], "moment": moment}


def way(content: Content, aligned: Aligned) -> list[Content]:
    """Return the milestones: letter, title, planned and actual dates, state."""
    letters = {head.title: head.letter for head in aligned.heads}
    return [
        {
            "letter": letters.get(each["title"], ""),
            "title": each["title"],
            "place": each["place"] if each["place"] not in each["title"] else "",
            "planned": when(*each["planned"]),
            "actual": when(*each["actual"]),
            "state": state_words(each["state"]),
        }
        for each in content["milestones"]
    ]


def when(first: str, last: str, precision: str) -> str:
    """Format dates as precisely as they are known, for example as a month or year."""
    pattern = {"month": "F Y", "year": "Y", "unknown": "Y"}.get(precision)
    if not first or pattern is None:
        return days(first, last)
    both = [dateformat.format(date.fromisoformat(day), pattern) for day in (first, last) if day]
    return " – ".join(dict.fromkeys(both))


def state_words(state: str) -> str:
    """Return the label of a milestone's state."""
    return {
        "planned": _("planned"),
        "held": _("held"),
        "moved": _("moved"),
        "cancelled": _("cancelled"),
    }.get(state, state)


def left(lines: list[Line]) -> list[str]:
    """Return the provisions with paragraphs but without findings."""
    return [f"{_name(line)} ({spans(line.paragraphs)})" for line in lines if line.paragraphs and not line.findings]


def _name(line: Line) -> str:
    return f"{line.provision['numeral'].rstrip('.')} {line.provision['label']}"


def _picture_words(aligned: Aligned) -> str:
    """Return the text alternative of the chart: its columns, and a reference to the table."""
    columns = "; ".join(f"{head.letter}, {head.title}" for head in aligned.heads)
    return _(
        "A row for each of the 23 objectives of the Compact, a column for each milestone (%(columns)s), a mark for each"
        " paragraph. The table that follows says the same in words."
    ) % {"columns": columns}


def html(content: Content) -> str:
    """Return the annex as HTML for printing, in its language; characters that no font has are shown as code points."""
    set_up_alone()
    with translation.override(content["language"]):
        page = filled("print/alignment.html", readable(content), moment=as_of(content), renderer=RENDERER_VERSION)
        return legible(page)


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render an annex as PDF/A-3a and PDF/UA-1 with its content attached; deterministic.

    Raises ValueError if the hash does not match.
    """
    from positions.render.press import press

    attachment = sealed(content, sha256)
    return press(
        html(content),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"Content of the annex, SHA-256 {sha256}",
        moment=as_of(content),
        also=STYLESHEETS,
    )
