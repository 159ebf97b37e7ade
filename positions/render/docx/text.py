"""Text of the paper: sections and paragraphs, with sources and reservations."""

from typing import Any

from django.utils.translation import gettext as _

from positions.render.docx.parts import Element, facts, heading, headline, line, link, marked, paragraph, run, w

Content = dict[str, Any]


def places(content: Content) -> dict[int, str]:
    """Return the bookmark of each paragraph by number, made from its key as in the review text, so that paragraphs of a
    returned copy with tracked changes can be matched.
    """
    result = (each for section in content["sections"] for each in section["paragraphs"])
    return {each["number"]: f"p_{each['key'].replace('-', '')}" for each in result}


def section(printed: Content, named: dict[int, str], *, fresh: bool = False) -> list[Element]:
    """Return a section: its heading, also in the other language, theme facts and paragraphs."""
    beside = printed["beside"]
    title = {"number": printed["number"], "title": printed["heading"], "part": printed["part"]}
    return [
        headline(printed["id"], heading(title), fresh=fresh, lang=printed["lang"]),
        *([paragraph("OtherLanguage", run(beside.text, lang=beside.lang))] if beside.text else []),
        *facts(printed["theme"], "FactsOfTheme"),
        *(part for each in printed["paragraphs"] for part in numbered(each, named[each["number"]])),
        *([] if printed["paragraphs"] else [paragraph("Quiet", _("This section has no paragraph."))]),
    ]


def numbered(each: Content, name: str) -> list[Element]:
    """Return a paragraph with its number as text instead of Word numbering, so that citations stay valid when
    paragraphs are inserted, deleted or copied.
    """
    first, *more = each["blocks"] or [[]]
    whole = [] if each["long"] else [w("keepLines")]
    number = run(f"{each['number']}.\t")
    return [
        paragraph("Numbered", *marked(name, number, *line(first, each["lang"])), properties=whole),
        *(paragraph("Continued", *line(block, each["lang"])) for block in more),
        paragraph("Sources", *sources(each["margin"], each["lines"])),
        *(reservation(one) for one in each["reservations"]),
    ]


def sources(margin: Content, lines: str) -> list[Element]:
    """Return the margin content of the PDF: cited points, provisions and lines."""
    result: list[Element] = []
    for number, each in enumerate(margin["sources"]):
        content = run(each["reference"])
        result += [run("; " if number else f"{_('Rests on')}: ")]
        result += [link(each["place"], content) if each["place"] else content]
        result += [run(f" {each['organisation']}{each['relation'] and ', '}{each['relation']}")]
    notes = " · ".join([*margin["notes"], lines])
    return [*result, run(f" · {notes}" if result else notes)]


def reservation(one: Content) -> Element:
    """Return a reservation below its paragraph."""
    content = run(f" {one['organisation']}: {one['text']}")
    return paragraph("Reservation", run(_("Reservation."), look="Strong"), content)
