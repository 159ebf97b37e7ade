"""Render the record of an organisation as a PDF, in the design of the paper."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from positions.render.environment import set_up_alone
from positions.render.paper import as_of, attested, filled
from positions.render.plain import day, minute

ATTACHMENT = "record.json"
STYLESHEET = "organisation_record.css"
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """Return the record as its template needs it: kinds that have entries, with days and particulars in words. Pure."""
    return {
        "content": content,
        "title": _("Record of %(organisation)s") % {"organisation": content["organisation"]},
        "warnings": [_("SAMPLE: organisations and people are invented")] * bool(content["sample"]),
        "as_of": minute(content["as_of"]),
        "facts": [
            (_("Entries"), sum(len(kind["entries"]) for kind in content["kinds"])),
            (_("As of"), minute(content["as_of"])),
        ],
        "kinds": [
            {"label": kind["label"], "entries": [_entry(each) for each in kind["entries"]]}
            for kind in content["kinds"]
            if kind["entries"]
        ],
    }


def _entry(entry: Content) -> Content:
    about = " · ".join(filter(None, [entry["reference"], entry["by"], entry["consultation"]]))
    standing = entry["standing"]
    return {**entry, "day": day(entry["day"]), "about": about, "standing": standing[:1].upper() + standing[1:]}


def html(content: Content) -> str:
    """Return the record as HTML for printing, in its language."""
    set_up_alone()
    with translation.override(content["language"]):
        return filled("print/organisation_record.html", readable(content), moment=as_of(content))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the record as PDF/A-3a and PDF/UA-1 with its content attached as JSON; deterministic.

    Raises ValueError if the hash does not match or a character cannot be printed.
    """
    from positions.render.press import press

    attachment = attested(content, sha256)
    return press(
        html(content),
        attachment=attachment,
        name=ATTACHMENT,
        description=f"Content of the record, SHA-256 {sha256}",
        moment=as_of(content),
        also=STYLESHEET,
    )
