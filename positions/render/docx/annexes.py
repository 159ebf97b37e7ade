"""Annexes of the Word document, and how to verify the edition."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from positions.render.docx.cover import sums
from positions.render.docx.frame import ACROSS, UPRIGHT
from positions.render.docx.parts import (
    Cell,
    Element,
    facts,
    heading,
    headline,
    link,
    link_outside,
    marked,
    paragraph,
    prose,
    run,
    table,
    w,
)

Content = dict[str, Any]
Places = dict[int, str]


def annex(book: Content, place: str, *, fresh: bool = False) -> Element:
    """Return the heading of one of our annexes, as in the contents."""
    entry = next(each for each in book["contents"] if each["id"] == place)
    return headline(place, heading(entry), fresh=fresh, hanging=2.75)


def matrix(book: Content) -> list[Element]:
    """Annex A: themes with provisions and leads."""
    heads = [_("Theme"), _("Objectives"), _("Related"), _("SDG targets"), _("Lead")]
    title = _(
        "Each theme of the paper with the objectives of the Global Compact it serves, the targets of the 2030 Agenda"
        " and the institutions that lead"
    )
    rows = [
        [
            [
                paragraph("TableText", run(row["code"], look="Strong"), run(f" {row['title']}", lang=row["lang"])),
                *(paragraph("TableText", run(item.text, lang=item.lang)) for item in [row["beside"]] if item.text),
            ],
            [
                paragraph("TableText", run(number, look="Strong"), run(f" {label}", lang=book["foreign"]))
                for number, label in row["objectives"]
            ],
            row["related"],
            row["sdg"],
            [paragraph("TableText", name) for name in row["lead"]],
        ]
        for row in book["matrix"]
    ]
    return [annex(book, "annex-a", fresh=True), *table([4.2, 4.2, 1.6, 2.4, 3.6], heads, rows, title=title)]


def programme(book: Content) -> list[Element]:
    """Annex B: the forum and its programme."""
    forum, made = book["forum"], [annex(book, "annex-b")]
    if forum:
        where = ", ".join(filter(None, [book["forum_days"], forum["venue"], forum["place"]]))
        message = f"{forum['title']}. {where}. {_('Convened by')} {'; '.join(forum['convenors'])}."
        made.append(paragraph("Quiet", message))
    if not book["programme"]:
        return [*made, paragraph("Quiet", _("No programme is recorded."))]
    heads = [_("Time"), _("Item"), _("Kind"), _("Place")]
    rows = [[item["time"], item["title"], item["kind"], item["room"]] for item in book["programme"]]
    return [*made, *table([2.6, 8, 3, 2.4], heads, rows, title=_("Programme in East Africa Time"))]


def participants(book: Content) -> list[Element]:
    """Annex C: participants."""
    if not book["participants"]:
        return [
            annex(book, "annex-c"),
            paragraph("Quiet", _("No participant is recorded.")),
            *participation_blocks(book),
        ]
    rows: list[list[Cell]] = []
    for group in book["participants"]:
        rows.append([f"{group['name']} ({len(group['members'])})"])
        rows += [[each["name"], each["title"], each["organisation"], each["county"]] for each in group["members"]]
    heads = [_("Name"), pgettext("of a person", "Title"), _("Organisation"), _("County")]
    title = _("Participants by group, without personal contact data")
    return [annex(book, "annex-c"), *table([4.4, 3.6, 5.4, 2.6], heads, rows, title=title), *participation_blocks(book)]


def participation_blocks(book: Content) -> list[Element]:
    """Annex C: who raised the points cited on each theme, by group; nothing without citations."""
    result = book["participation"]
    if not result:
        return []
    narrow = min(1.3, 10 / len(result["themes"]))
    widths = [UPRIGHT - narrow * len(result["themes"]), *[narrow] * len(result["themes"])]
    rows: list[list[Cell]] = [[name, *map(str, cells)] for name, cells in result["rows"]]
    rows.append(sums([pgettext("points", "All"), *map(str, result["sums"])]))
    heads = [_("Group"), *result["themes"]]
    title = _(
        "Points on which the words on each theme (columns) rest, in full or in part, or which say the contrary, by the"
        " group of the organisation that raised them (rows)"
    )
    head = paragraph("Heading2", _("Who was heard where"))
    return [head, *table(widths, heads, rows, title=title, numbers=len(result["themes"]))]


# --- Annex D --------------------------------------------------------------------------------------------------------


def dispositions(book: Content, named: Places) -> list[Element]:
    """Annex D: the answers to points, a table for each theme with a heading."""
    made = [annex(book, "annex-d")]
    if not book["dispositions"]:
        return [*made, paragraph("Quiet", _("No point has been answered yet."))]
    result = ", ".join(f"{words.lower()} {number}" for words, number in book["summary"])
    made.append(paragraph("Quiet", f"{_('Every point that was made, and what became of it:')} {result}."))
    made += [paragraph("Quiet", book["method_note"])] if book["method_note"] else []
    heads = [_("Point"), _("Organisation"), _("What was asked"), _("Outcome"), _("Paragraphs"), _("Reason")]
    title = _("Points by theme, with the paragraphs that answer them and the reason")
    widths = [1.7, 4, 7.2, 2.5, 2, ACROSS - 17.4]
    for theme in book["dispositions"]:
        rows = [disposition(row, named) for row in theme["rows"]]
        made.append(paragraph("Heading2", f"{theme['name']} ({len(rows)})"))
        made += table(widths, heads, rows, title=f"{theme['name']}: {title}", is_titled=False)
    return made


def disposition(row: Content, named: Places) -> list[Cell]:
    """Return a row of Annex D. Held-back text is mentioned, never shown."""
    text, organisation = row["text"], row["organisation"]
    why = [paragraph("TableText", run(row["why"], look="Strong"))] if row["why"] else []
    return [
        [paragraph("TableText", *marked(row["id"], run(row["reference"])))],
        _held(_("not public")) if organisation is None else organisation,
        _held(_("held back at the author’s request")) if text is None else prose("TableText", text),
        row["words"],
        [paragraph("TableText", *numbers(row["paragraphs"], named))],
        [*why, *prose("TableText", row["reason"])],
    ]


def _held(words: str) -> list[Element]:
    return [paragraph("TableText", run(words, look="Quietly"))]


def numbers(listed: list[int], named: Places) -> list[Element]:
    """Return paragraph numbers, as links if they are in the text."""
    made: list[Element] = []
    for place, number in enumerate(listed):
        made += [run(", ")] * bool(place)
        made.append(link(named[number], run(str(number))) if number in named else run(str(number)))
    return made


# --- Annexes E and F ------------------------------------------------------------------------------------------------


def reservations(book: Content, named: Places) -> list[Element]:
    """Annex E: reservations by organisation."""
    if not book["reservations"]:
        return [annex(book, "annex-e"), paragraph("Quiet", _("No reservation was made."))]
    message = _("A reservation is printed with the text and does not block it. It speaks for the body that made it.")
    made = [annex(book, "annex-e"), paragraph("Quiet", message)]
    for each in book["reservations"]:
        made += [on_paragraph(each, named), paragraph("Normal", each["text"])]
    return made


def on_paragraph(each: Content, named: Places) -> Element:
    """Return a subheading: an organisation, and the paragraph it refers to."""
    words = run(_("paragraph %(numbers)s") % {"numbers": each["paragraph"]})
    place = link(named[each["paragraph"]], words) if each["paragraph"] in named else words
    return paragraph("Heading3", f"{each['organisation']}, ", place)


def record(book: Content, named: Places) -> list[Element]:
    """Annex F: adoption, answers of offices, and resolved objections."""
    adopted = facts(book["adoption"]) or [paragraph("Quiet", _("This edition has not been adopted."))]
    return [
        annex(book, "annex-f"),
        paragraph("Heading2", _("Adoption")),
        *adopted,
        *_roll_call(book),
        *_rulings(book),
        *_explanations(book),
        *_clearances(book),
        *_objections(book, named),
    ]


def _roll_call(book: Content) -> list[Element]:
    if not book["roll_call"]:
        return []
    title = _("Member institutions that were present, and their votes")
    called = table([12, 4], [_("Institution"), _("Vote")], book["roll_call"], title=title)
    return [paragraph("Heading2", _("Roll call")), *called]


def _rulings(book: Content) -> list[Element]:
    if not book["rulings"]:
        return []
    heads = [_("Paragraph"), _("Decision"), _("How"), _("Members present"), _("Groups present")]
    title = _(
        "Paragraphs by their numbers in the text before the meeting, in the order of the decisions, and who was present"
        " at each"
    )
    rows = [
        [row["places"], _decided(row), row["how"], str(row["members"]), str(row["groups"])] for row in book["rulings"]
    ]
    made = [
        paragraph("Heading2", _("Decisions on paragraphs")),
        *table([3, 5.4, 3.6, 2, 2], heads, rows, title=title, numbers=2),
    ]
    lines = [row for row in book["rulings"] if row["moved_by"] or row["note"] or row["votes"]]
    return [*made, *(part for row in lines for part in _ruling(row))]


def _decided(row: Content) -> str:
    return f"{row['outcome']}: {row['reservation']}" if row["reservation"] else row["outcome"]


def _ruling(row: Content) -> list[Element]:
    """Return the proposals before a decision on a paragraph."""
    taken = _("They are the words of the paragraph.") if row["is_changed"] else _("They were not taken.")
    moved = [
        (_("Proposed by"), row["moved_by"]),
        (_("Words as tabled"), row["before"]),
        (_("Words proposed"), row["proposed"]),
        (_("Outcome"), taken),
    ]
    votes = [(_("Votes"), "; ".join(f"{name}: {vote}" for name, vote in row["votes"]))]
    note = [(_("Note of the chair"), row["note"])]
    content = moved * bool(row["moved_by"]) + votes * bool(row["votes"]) + note * bool(row["note"])
    title = f"{_('Paragraph %(number)s') % {'number': row['places']}}, {row['outcome']}"
    return [paragraph("Heading3", title), *facts(content)]


def _explanations(book: Content) -> list[Element]:
    made = [paragraph("Heading2", _("Explanations of position"))] if book["explanations"] else []
    for each in book["explanations"]:
        made += [paragraph("Heading3", each["organisation"]), *prose("Normal", each["text"])]
    return made


def _clearances(book: Content) -> list[Element]:
    made: list[Element] = []
    if book["clearances"]:
        heads = [_("Ministry"), _("Paragraphs"), _("Stances"), pgettext("stances", "Answered")]
        title = _(
            "Paragraphs put to each ministry and its stances, in numbers of paragraphs; silence is recorded as silence"
        )
        rows = [
            [row["ministry"], row["paragraphs"], _stances(row["stances"]), row["answered"]]
            for row in book["clearances"]
        ]
        made = [paragraph("Heading2", _("Clearances")), *table([5, 5, 3.2, 2.8], heads, rows, title=title)]
    for ministry, places in book["older_words"]:
        made.append(paragraph("Normal", _older(ministry, places)))
    note = book["clearance_note"]
    return [*made, *([paragraph("Heading2", _("Clearance note")), *prose("Normal", note)] if note else [])]


def _stances(counted: list[int]) -> str:
    """Return the stances with their numbers of paragraphs."""
    words = [
        pgettext("stances", "Agree"), pgettext("stances", "Comment"), pgettext("stances", "Reserve"),
        pgettext("stances", "Object"), pgettext("stances", "Abstain"), pgettext("stances", "Recuse"),
        pgettext("stances", "Silent"),
    ]  # fmt: skip
    return ", ".join(f"{word} {number}" for word, number in zip(words, counted, strict=True) if number)


def _older(ministry: str, places: str) -> str:
    words = _(
        "%(ministry)s answered on paragraph %(numbers)s before the meeting changed its words; the answer is to the"
        " words of the text before the meeting, and it was not asked again."
    )
    return words % {"ministry": ministry, "numbers": places}


def _objections(book: Content, named: Places) -> list[Element]:
    made = [paragraph("Heading2", _("Objections resolved"))] if book["objections"] else []
    for each in book["objections"]:
        rows = [
            (_("Objection"), each["objection"]),
            (_("Words proposed"), each["proposed"]),
            (_("Resolution"), each["resolution"]),
        ]
        made += [on_paragraph(each, named), *facts(rows)]
    return made


# --- The last page --------------------------------------------------------------------------------------------------


def verify(book: Content, reference: str) -> list[Element]:
    """Return how to verify whether the text of this copy is that of the edition; `reference` links to its page."""
    steps = [
        _("Open the address of this edition. It says whether it is in force, or a newer one has taken its place:"),
        _("Take the PDF from there: it is authentic, and it carries the content whose hash stands in this copy."),
        _("To check the hash, save the content (JSON) from there and hash it, on Linux, macOS or Windows:"),
        _("Compare the answer, letter by letter, with the hash of this copy:"),
    ]
    commands = [
        [link_outside(reference, book["address"])],
        [],
        _lines([f"{tool} position-paper.json{rest}" for tool, rest in HASHING]),
        _lines(book["digest"]),
    ]
    message = _("A Word document can be changed by anybody, and its words then differ from those of the edition.")
    made = [headline("verify", _("How to verify this copy")), paragraph("Normal", message)]
    for number, (words, command) in enumerate(zip(steps, commands, strict=True), start=1):
        made.append(paragraph("Step", f"{number}.\t{words}"))
        made += [paragraph("Command", *command)] if command else []
    return made


HASHING = (("sha256sum", ""), ("shasum -a 256", ""), ("certutil -hashfile", " SHA256"))


def _lines(words: list[str]) -> list[Element]:
    """Return texts on separate lines within one paragraph."""
    return [part for number, each in enumerate(words) for part in ([w("r", w("br"))] * bool(number) + [run(each)])]
