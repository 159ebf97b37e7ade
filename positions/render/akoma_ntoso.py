"""Render an edition as a `statement` of Akoma Ntoso 3.0 (OASIS LegalDocML, Akoma Ntoso Version 1.0): its text and
record.

For parliaments, libraries and treaty bodies, whose software reads this format. The tables of the paper (points and
dispositions, participants) are not included: they are in the canonical content and the workbook.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from lxml import etree

from positions.render import annexes, printable
from positions.render.akoma_meta import identification, meta
from positions.render.akoma_names import LANGUAGE, Content, Names, akn, is_numbered, name, names, paragraph_key
from positions.render.environment import set_up_alone
from positions.render.fonts import strings
from positions.render.labels import with_values
from positions.render.languages import headings, labels, other_language
from positions.render.plain import Piece, blocks, days, minute
from positions.render.rulings import rulings
from positions.render.sections import opener
from positions.text.canonical import sealed

RENDERER_VERSION = "ncm-akn 1.1"
# Characters that XML 1.0 cannot represent (production [2], Char), not even as references.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FLOWING = {"p", "num", "heading", "subheading"}


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Render an edition as XML in UTF-8, valid against the schema of the standard.

    Takes the canonical content, its SHA-256 in hexadecimal and the public verification URL; the same arguments give the
    same bytes. Raises ValueError if the hash does not match or XML cannot contain a character, KeyError for invalid
    content.
    """
    sealed(content, sha256)
    if result := sorted(set().union(*(UNWRITABLE.findall(text) for text in strings(content)))):
        raise ValueError(f"XML cannot carry these characters: {', '.join(f'U+{ord(each):04X}' for each in result)}.")
    set_up_alone()
    with translation.override(content["language"]):
        root = akn.akomaNtoso(_statement(content, sha256, address))
    _lay_out(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _statement(content: Content, sha256: str, address: str) -> Any:
    called = names(content)
    parts = [
        meta(content, called, sha256=sha256, address=address),
        _preface(content),
        akn.mainBody({LANGUAGE: content["language"]}, *_body(content, called)),
        *_conclusions(content),
        *_attachments(content, called),
    ]
    return akn.statement(*parts, name="position", contains="singleVersion")


def _lay_out(element: Any, depth: int = 0) -> None:
    """Put each element without running text on a line of its own."""
    if not len(element) or etree.QName(element).localname in FLOWING:
        return
    element.text = "\n" + "  " * (depth + 1)
    for child in element:
        child.tail = element.text
        _lay_out(child, depth + 1)
    element[-1].tail = "\n" + "  " * depth


# --- Words ----------------------------------------------------------------------------------------------------------


def _lines(text: str, verb: str = "", strength: str = "") -> list[Any]:
    """Return a text as `p` elements, with operative words marked with their strength."""
    return [_p(lines, strength) for lines in blocks(text, verb)] or [akn.p()]


def _p(lines: list[list[Piece]], strength: str) -> Any:
    result: list[Any] = []
    for turn, line in enumerate(lines):
        result += [akn.br()] * (turn > 0)
        result += [_operative(piece.text, strength) if piece.strong else piece.text for piece in line]
    return akn.p(*result)


def _operative(words: str, strength: str) -> Any:
    refers = {"refersTo": "#" + name("strength", strength)} if strength else {}
    return akn.inline(words, name="operative", **refers)


def _facts(place: str, caption: str, rows: list[tuple[str, str]]) -> Any:
    lines = [akn.tr(akn.th(akn.p(term)), akn.td(*_lines(value))) for term, value in rows]
    return akn.table(akn.caption(caption), *lines, eId=place)


# --- Before the text ------------------------------------------------------------------------------------------------


def _preface(content: Content) -> Any:
    """Return the preface: warnings come first, also for screen readers."""
    parts = [
        *(akn.p(akn.docStatus(warning), {"class": "warning"}) for warning in printable.warnings(content)),
        akn.longTitle(akn.p(akn.docTitle(content["paper"]["title"])), eId="preface__longTitle"),
        _facts("preface__table_1", _("About this edition"), _about(content)),
    ]
    record = annexes.adoption_facts(content)
    if record:
        parts.append(_facts("preface__table_2", _("Record of adoption"), record))
    return akn.preface({LANGUAGE: content["language"]}, *parts)


def _about(content: Content) -> list[tuple[str, str]]:
    about = content["paper"]
    return with_values(
        (_("Edition"), printable.edition_line(content)),
        (_("Status"), content["edition"]["status"]),
        (_("Purpose"), about["purpose"]),
        (_("Consultation"), f"{about['consultation']}, {days(about['opened'], about['closed'])}"),
        (_("Rests on"), printable.counted(content)),
    )


# --- The text -------------------------------------------------------------------------------------------------------


def _body(content: Content, called: Names) -> Iterator[Any]:
    """Return the sections in order, annexes last as printed."""
    pairs = list(zip(content["sections"], called.sections, strict=True))
    for section, eid in sorted(pairs, key=lambda pair: pair[0]["part"] == "annex"):
        yield _section(section, eid, content)
    if not pairs:
        yield akn.p(_("This edition holds no text yet."))


def _section(section: Content, eid: str, content: Content) -> Any:
    theme = {"refersTo": "#" + name("theme", section["theme"])} if section.get("theme") else {}
    head = [akn.num(section["number"])] if is_numbered(section) else []
    known = {each["code"]: each for each in content["themes"]}
    for make, title in zip((akn.heading, akn.subheading), headings(section, known, content["language"]), strict=True):
        head += [make(title.text, {LANGUAGE: title.lang} if title.lang else {})] if title.text else []
    rows = [_paragraph(each, f"{eid}__para_{each['number']}", content) for each in section["paragraphs"]]
    return akn.section(*head, *_opener(section, eid, content), *rows, eId=eid, **theme)


def _opener(section: Content, eid: str, content: Content) -> Iterator[Any]:
    """Return the objectives, targets and lead institutions under the title of a theme."""
    theme = next((each for each in content["themes"] if each["code"] == section.get("theme")), None)
    facts = opener(theme, labels(content))
    if facts:
        yield akn.intro(*(akn.p(f"{term}: {value}") for term, value in facts), eId=f"{eid}__intro")


def _paragraph(row: Content, eid: str, content: Content) -> Any:
    """Return a numbered paragraph with references to its strength and provisions."""
    refers = [name("strength", row["strength"])] * bool(row["strength"])
    refers += [name("provision", code) for code in row.get("provisions", [])]
    data = {"eId": eid, "wId": paragraph_key(row["key"])}
    if refers:
        data["refersTo"] = " ".join(f"#{each}" for each in refers)
    if language := other_language(row, content):
        data[LANGUAGE] = language
    text = _lines(row["text"], row.get("verb", ""), row["strength"])
    return akn.paragraph(akn.num(str(row["number"])), akn.content(*text), data)


# --- After the text -------------------------------------------------------------------------------------------------


def _conclusions(content: Content) -> Iterator[Any]:
    """Return where and when the text was adopted, who chaired, and the decisions on paragraphs."""
    adoption = content.get("adoption")
    if not adoption:
        return
    chair = akn.person(adoption["chair"], {"refersTo": "#chair", "as": "#in-the-chair"})
    parts = [
        akn.p(
            akn.location(adoption["place"], refersTo="#place"),
            ", ",
            akn.date(minute(adoption["at"]), date=adoption["at"]),
        ),
        akn.p(akn.role(_("In the chair"), refersTo="#in-the-chair"), ": ", chair),
    ]
    if called := annexes.roll_call(content):
        parts.append(_facts("conclusions__table_1", _("Roll call"), called))
    if decided := rulings(content):
        parts.append(_rulings(decided))
    yield akn.conclusions({LANGUAGE: content["language"]}, *parts)


def _rulings(rows: list[Content]) -> Any:
    heads = (_("Paragraph"), _("Decision"), _("How"), _("Members present"), _("Groups present"))
    return akn.table(
        akn.caption(_("Decisions on paragraphs")),
        akn.tr(*(akn.th(akn.p(head)) for head in heads)),
        *(_ruling(row) for row in rows),
        eId="conclusions__table_2",
    )


def _ruling(row: Content) -> Any:
    """Return one decision with its details."""
    votes = "; ".join(f"{body}: {vote}" for body, vote in row["votes"])
    taken = _("They are the words of the paragraph.") if row["is_changed"] else _("They were not taken.")
    facts = with_values(
        (_("Reservation"), row["reservation"]),
        (_("Proposed by"), row["moved_by"]),
        (_("Words as tabled"), row["before"]),
        (_("Words proposed"), row["proposed"]),
        (_("Outcome"), taken if row["moved_by"] else ""),
        (_("Votes"), votes),
        (_("Note of the chair"), row["note"]),
    )
    decided = [akn.p(row["outcome"]), *(akn.p(f"{term}: {value}") for term, value in facts)]
    plain = [akn.td(akn.p(words)) for words in (row["how"], str(row["members"]), str(row["groups"]))]
    return akn.tr(akn.th(akn.p(row["places"])), akn.td(*decided), *plain)


def _attachments(content: Content, called: Names) -> Iterator[Any]:
    """Return reservations on paragraphs, then explanations of position; nothing if there are none."""
    kinds = [
        ("reservations", _("Reservations"), content.get("reservations", [])),
        ("explanations", _("Explanations of position"), content.get("explanations", [])),
    ]
    result = [kind for kind in kinds if kind[2]]
    if result:
        numbered = enumerate(result, start=1)
        yield akn.attachments(*(_attachment(f"att_{turn}", kind, content, called) for turn, kind in numbered))


def _attachment(eid: str, kind: tuple[str, str, list[Content]], content: Content, called: Names) -> Any:
    component, heading, rows = kind
    body = akn.mainBody(
        {LANGUAGE: content["language"]},
        *(_remark(row, number, f"{eid}__para_{number}", called) for number, row in enumerate(rows, start=1)),
    )
    about = akn.meta(identification(content, called, component=component))
    inner = akn.doc(about, body, name=component, contains="singleVersion")
    return akn.attachment(akn.heading(heading), inner, eId=eid)


def _remark(row: Content, number: int, eid: str, called: Names) -> Any:
    """Return the text of an organisation and the paragraph it refers to."""
    body = row["organisation"]
    about = []
    if "paragraph" in row:
        place = called.paragraphs[row["paragraph"]]
        about.append(akn.p(_("Paragraph"), " ", akn.ref(str(row["paragraph"]), href=f"#{place}")))
    return akn.paragraph(
        akn.num(str(number)),
        akn.heading(akn.organization(body, refersTo=f"#{called.organisations[body]}")),
        akn.content(*about, *_lines(row["text"])),
        eId=eid,
    )
