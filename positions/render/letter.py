"""Render letters of invitation to a forum as PDF, one file for one or all institutions, in the design of the position
paper. Pure.
"""

import base64
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render import qr
from positions.render.environment import set_up_alone
from positions.render.paper import as_of, attested, filled
from positions.render.plain import blocks, day, days
from positions.text.canonical import canonical

ATTACHMENT = "letters.json"
STYLESHEET = "letter.css"
LOGO = "bundled:logo-{}"
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """Return the letters as their template needs them."""
    forum, letters = content["forum"], content["letters"]
    title = _("Invitation: %(title)s") % {"title": forum["title"]}
    return {
        "content": content,
        "forum": forum,
        "subject": title,
        "title": f"{title}: {letters[0]['organisation']}" if len(letters) == 1 else title,
        "when": days(forum["first"], forum["last"]),
        "where": ", ".join(filter(None, [forum["venue"], forum["place"]])),
        "warnings": [_("SAMPLE: organisations and people are invented")] * bool(content["sample"]),
        "letters": [_letter(letter, content) for letter in letters],
        "several_days": forum["first"] != forum["last"],
        "programme": [{**each, "day": day(each["day"])} for each in content["programme"]],
    }


def _letter(letter: Content, content: Content) -> Content:
    seats, head = letter["seats"], content["letterheads"].get(letter["letterhead"], {})
    return {
        **letter,
        "head": {
            **head,
            "lines": head.get("lines", "").splitlines(),
            "contact": head.get("contact") or content["forum"]["contact"],
            "logo": LOGO.format(letter["letterhead"]) if head.get("logo") else "",
        },
        "date": day(letter["date"]),
        "respond_by": day(letter["respond_by"]),
        "seats": ngettext("%(n)s seat", "%(n)s seats", seats) % {"n": seats},
        "text": blocks(letter["text"]),
        "actions": [{**action, "due": day(action["due"])} for action in letter["actions"]],
        "qr": qr.code(letter["link"]),
    }


def html(content: Content) -> str:
    """Return the letters as HTML for printing, in their language."""
    set_up_alone()
    with translation.override(content["language"]):
        return filled("print/letter.html", readable(content), moment=as_of(content))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render the letters as PDF/A-3a and PDF/UA-1; deterministic.

    Attaches their data without logos and reply links, which are only on the letters themselves.

    Raises ValueError if the hash does not match or a character cannot be printed.
    """
    from positions.render.press import press

    attested(content, sha256)
    kept = {name: value for name, value in content.items() if name not in ("letters", "letterheads")}
    kept["letters"] = [{name: value for name, value in each.items() if name != "link"} for each in content["letters"]]
    return press(
        html(content),
        attachment=canonical(kept),
        name=ATTACHMENT,
        description="What these letters were made from",
        moment=as_of(content),
        also=STYLESHEET,
        pictures={
            LOGO.format(number): (base64.b64decode(head["logo"]), head["logo_type"])
            for number, head in content["letterheads"].items()
            if head["logo"]
        },
    )
