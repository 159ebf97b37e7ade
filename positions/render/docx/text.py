"""The text of the paper: its sections and their paragraphs, with what each rests on and who reserves on it."""

from typing import Any

from django.utils.translation import gettext as _

from positions.render.docx.parts import Element, facts, heading, headline, line, link, marked, paragraph, run, w

Content = dict[str, Any]


def places(content: Content) -> dict[int, str]:
    """The bookmark of each paragraph by its number: made of its key, as in the text of a review, so that a copy that
    comes back with tracked changes finds its paragraphs."""
    found = (each for section in content["sections"] for each in section["paragraphs"])
    return {each["number"]: f"p_{each['key'].replace('-', '')}" for each in found}


def section(printed: Content, named: dict[int, str], *, fresh: bool = False) -> list[Element]:
    """A section: its heading, in the other language too, the facts of its theme, and its paragraphs."""
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
    """A paragraph with its number in the edition, which is text: no list of Word's counts it anew, so that a citation
    stays true when a paragraph is put in, taken out or copied elsewhere."""
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
    """What stands in the margin of the PDF: the points that a paragraph rests on, its provisions, its lines."""
    found: list[Element] = []
    for number, each in enumerate(margin["sources"]):
        said = run(each["reference"])
        found += [run("; " if number else f"{_('Rests on')}: ")]
        found += [link(each["place"], said) if each["place"] else said]
        found += [run(f" {each['organisation']}{each['relation'] and ', '}{each['relation']}")]
    notes = " · ".join([*margin["notes"], lines])
    return [*found, run(f" · {notes}" if found else notes)]


def reservation(one: Content) -> Element:
    """A reservation under the paragraph that it speaks of."""
    said = run(f" {one['organisation']}: {one['text']}")
    return paragraph("Reservation", run(_("Reservation."), look="Strong"), said)
