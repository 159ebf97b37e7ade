"""Letters of invitation to a forum as PDF, one file for one institution or for all: the same look and the same press as
the position paper. Pure: values go in, values come out."""

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
Content = dict[str, Any]


def readable(content: Content) -> Content:
    """The letters as their template reads them."""
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
        "letters": [_letter(letter) for letter in letters],
        "several_days": forum["first"] != forum["last"],
        "programme": [{**each, "day": day(each["day"])} for each in content["programme"]],
    }


def _letter(letter: Content) -> Content:
    seats = letter["seats"]
    return {
        **letter,
        "date": day(letter["date"]),
        "respond_by": day(letter["respond_by"]),
        "seats": ngettext("%(n)s seat", "%(n)s seats", seats) % {"n": seats},
        "text": blocks(letter["text"]),
        "actions": [{**action, "due": day(action["due"])} for action in letter["actions"]],
        "qr": qr.code(letter["link"]),
    }


def html(content: Content) -> str:
    """The letters as HTML to be printed, in their language."""
    set_up_alone()
    with translation.override(content["language"]):
        return filled("print/letter.html", readable(content), moment=as_of(content))


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Print the letters as PDF/A-3a and PDF/UA-1. The same content gives the same bytes.

    What they were made from is attached, without the addresses to answer at: whoever is given a file of many letters
    finds those on the sheets only. Raises ValueError when the hash is not the content's or a character can't be
    printed.
    """
    from positions.render.press import press

    attested(content, sha256)
    kept = {name: value for name, value in content.items() if name != "letters"}
    kept["letters"] = [{name: value for name, value in each.items() if name != "link"} for each in content["letters"]]
    return press(
        html(content),
        attachment=canonical(kept),
        name=ATTACHMENT,
        description="What these letters were made from",
        moment=as_of(content),
        also=STYLESHEET,
    )
