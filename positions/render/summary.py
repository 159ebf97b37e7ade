"""An edition on four pages at most: what was decided and how, what each theme asks, reservations, who was heard.

Made by fixed rules from the content alone. Its words are those of the text, cut at the end of a sentence where that is
possible, and every cut is marked; so much of each paragraph is shown as there is room for.
"""

import functools
import io
import re
from collections import Counter
from itertools import dropwhile
from typing import Any, NamedTuple

import pikepdf
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.render import annexes, charts, printable
from positions.render.labels import strength_words, with_values
from positions.render.languages import headings, other_language
from positions.render.paper import WEASYPRINT, attested, fill, pressed
from positions.render.plain import blocks, spans

RENDERER_VERSION = f"ncm-summary 1.1, WeasyPrint {WEASYPRINT}"
PAGES = 4
ROOM = 10_500  # letters or so that stand on four pages beside what is always there: where the search begins
STRONGEST_FIRST = ("commits_to", "reserves", "calls_for", "urges", "supports", "welcomes", "notes")
OPERATIVE = STRONGEST_FIRST[:5]
END_OF_SENTENCE = re.compile(r"(?<=[.!?])[”\"]?\s+(?=[“\"]?[^\W\d_a-zĩũ])")
CUT = "\u00a0[…]"
SPARE = 80  # letters that a sentence may have more before it is cut
Content = dict[str, Any]


class Measure(NamedTuple):
    """How much is shown: of each section so many paragraphs of so many letters, and so many reservations."""

    paragraphs: int
    letters: int
    reservations: int


MEASURES = (
    Measure(99, 600, 99),
    Measure(99, 400, 99),
    Measure(99, 280, 40),
    Measure(99, 200, 20),
    Measure(6, 200, 12),
    Measure(5, 160, 12),
    Measure(4, 160, 8),
    Measure(3, 160, 6),
    Measure(2, 140, 4),
    Measure(1, 140, 3),
    Measure(0, 0, 0),
)


def shortened(text: str, verb: str, letters: int) -> str:
    """The first sentences of a text, as many as stand in `letters`, and at least up to the end of the one that holds
    the operative words `verb`. A sentence that is much longer is cut, at a comma if there is one. Cuts are marked."""
    text = " ".join(text.split())
    if len(text) <= letters:
        return text
    least = max(text.find(verb), 0) + len(verb)
    ends = [found.start() for found in END_OF_SENTENCE.finditer(text) if found.start() >= least] + [len(text)]
    kept = text[: max((end for end in ends if end <= letters), default=ends[0])]
    longest = max(letters, least) + SPARE
    if len(kept) > longest:
        kept = cut(kept[:longest], least)
    return kept if kept == text else kept + CUT


def cut(text: str, least: int) -> str:
    """A text that ends in the middle of something, without that: the rest behind its last comma or space."""
    comma, space = max(text.rfind(", "), text.rfind("; ")), text.rfind(" ")
    end = comma if comma >= max(least, len(text) * 0.6) else space
    return (text[:end] if end >= least else text).rstrip(" ,;:")


def chosen(section: Content, measure: Measure) -> list[Content]:
    """The operative paragraphs of a section that are shown: the strongest, in the order of the text."""
    operative = [each for each in section["paragraphs"] if each["strength"] in OPERATIVE]
    ranked = sorted(operative, key=lambda each: OPERATIVE.index(each["strength"]))
    return sorted(ranked[: measure.paragraphs], key=lambda each: each["number"])


def theme(section: Content, content: Content, measure: Measure) -> Content:
    """A section as it is printed: its strongest paragraphs, and the numbers of the others."""
    shown = chosen(section, measure)
    others = [each["number"] for each in section["paragraphs"] if each not in shown]
    known = {each["code"]: each for each in content["themes"]}
    heading, _beside = headings(section, known, content["language"])
    return {
        "number": section["number"],
        "heading": heading.text,
        "heading_lang": heading.lang,
        "rows": [
            {
                "number": each["number"],
                "lang": other_language(each, content),
                "block": blocks(shortened(each["text"], each["verb"], measure.letters), each["verb"])[0],
            }
            for each in shown
        ],
        "others": others_words(others, after=bool(shown)),
    }


def others_words(numbers: list[int], *, after: bool) -> str:
    """Where the rest of a section stands; empty when there is none."""
    if not numbers:
        return ""
    if after:
        words = ngettext("See also paragraph %(numbers)s.", "See also paragraphs %(numbers)s.", len(numbers))
    else:
        words = ngettext("See paragraph %(numbers)s.", "See paragraphs %(numbers)s.", len(numbers))
    return words % {"numbers": spans(numbers)}


def themes(content: Content, measure: Measure) -> list[Content]:
    """The sections in which Kenya commits itself, asks or supports something."""
    found = (
        section for section in content["sections"] if any(p["strength"] in OPERATIVE for p in section["paragraphs"])
    )
    return [theme(section, content, measure) for section in found]


def reservations(content: Content, measure: Measure) -> tuple[list[Content], str]:
    """The reservations that are shown, and how many more there are."""
    made = content.get("reservations", [])
    shown = [
        {**each, "text": shortened(each["text"], "", 2 * measure.letters)} for each in made[: measure.reservations]
    ]
    more = len(made) - len(shown)
    words = ngettext("And %(n)s more, printed with the text.", "And %(n)s more, printed with the text.", more)
    return shown, words % {"n": more} if more else ""


def strengths(content: Content) -> list[tuple[str, int]]:
    """How many paragraphs commit to something, call for something and so on, the strongest first."""
    counted = Counter(each["strength"] for section in content["sections"] for each in section["paragraphs"])
    return [(strength_words(strength), counted[strength]) for strength in STRONGEST_FIRST if counted[strength]]


def heard(content: Content) -> list[tuple[str, str]]:
    """The groups that were heard: inputs, and people at the forum."""
    counts = charts.count(content)
    present = Counter(person["group"] for person in content.get("participants", []))
    named = {code: name for code, name in content["groups"].items() if counts.of_group(code) or present[code]}
    return [(name, heard_words(counts.of_group(code), present[code])) for code, name in named.items()]


def heard_words(inputs: int, present: int) -> str:
    """How a group was heard."""
    sent = ngettext("%(n)s input", "%(n)s inputs", inputs) % {"n": inputs} if inputs else ""
    came = ngettext("%(n)s person at the forum", "%(n)s people at the forum", present) % {"n": present}
    return ", ".join(filter(None, [sent, came if present else ""]))


def decided(content: Content) -> list[tuple[str, str]]:
    """What was decided and how."""
    found = dict(annexes.adoption_facts(content))
    left_out = {_("Reasons"), _("Convened by")}
    paper = content["paper"]
    return with_values(
        *((term, value) for term, value in found.items() if term not in left_out),
        (_("Purpose"), paper["purpose"]),
    )


def book(content: Content, measure: Measure, *, sha256: str, address: str) -> Content:
    """Everything that templates/print/summary.html prints. Raises KeyError when the content is not an edition."""
    shown, more = reservations(content, measure)
    outcomes = list(dropwhile(lambda _row: not content.get("points"), annexes.summary(content)))
    return {
        **printable.frame(content, sha256=sha256, address=address),
        "title": f"{printable.title(content)} – {_('Summary')}",
        "short_title": f"{content['paper']['short_title']}: {_('Summary')}",
        "decided": decided(content),
        "figures": printable.figures(content),
        "strengths": strengths(content),
        "outcomes": outcomes,
        "themes": themes(content, measure),
        "reservations": shown,
        "more_reservations": more,
        "heard": heard(content),
    }


def html(content: Content, measure: Measure, *, sha256: str, address: str) -> str:
    """The summary as HTML, showing as much as `measure` says."""
    values = functools.partial(book, content, measure, sha256=sha256, address=address)
    return fill("print/summary.html", content, values, address=address)


def first_guess(content: Content) -> int:
    """The place in MEASURES of the first one that may have room, by its letters alone."""
    for place, measure in enumerate(MEASURES):
        rows = [each for section in content["sections"] for each in chosen(section, measure)]
        if sum(len(shortened(each["text"], each["verb"], measure.letters)) for each in rows) <= ROOM:
            return place
    return len(MEASURES) - 1


def render(content: Content, *, sha256: str, address: str) -> bytes:
    """Print the summary as PDF/A-3a and PDF/UA-1, the canonical content of the edition attached. The same arguments
    give the same bytes. Raises as `positions.render.paper.render` does, and ValueError when four pages are too few."""
    attachment = attested(content, sha256)
    for measure in MEASURES[first_guess(content) :]:
        page = html(content, measure, sha256=sha256, address=address)
        printed = pressed(content, attachment, page, sha256=sha256, also="masthead.css summary.css")
        with pikepdf.open(io.BytesIO(printed)) as document:
            if len(document.pages) <= PAGES:
                return printed
    raise ValueError(f"Its summary does not fit on {PAGES} pages: the title or the list of sections is too long.")
