"""Letters that no typeface of ours draws: named in the words of the paper, which can be changed, and written as their
number in Unicode in the words of others, which can't."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from positions.render.fonts import covered, is_drawn, missing_glyphs
from positions.render.places import passages

BEGINNING = 40  # letters of a passage that are quoted, so that it is found
MOST_LETTERS, MOST_PASSAGES = 10, 20
SELECTORS = {chr(code) for code in range(0xFE00, 0xFE10)}  # they choose between two shapes of the letter before them


class Passage(NamedTuple):
    """Words of a paper: those of the paragraph with this number, or of its title and its headings (number 0). In what
    is no paper, words and `where` they stand."""

    number: int
    text: str
    where: str = ""


def own_words(content: dict[str, Any]) -> Iterator[Passage]:
    """The words of an edition that the drafters wrote, in reading order."""
    paper = content["paper"]
    yield from (Passage(0, paper.get(name) or "") for name in ("title", "short_title", "purpose"))
    for section in content["sections"]:
        yield Passage(0, section["heading"])
        yield from (Passage(paragraph["number"], paragraph["text"]) for paragraph in section["paragraphs"])


def complaints(passages: Iterable[Passage]) -> list[str]:
    """One sentence for each passage with letters that can't be printed: where it is, how it begins, which letters."""
    found = [(each, sorted(missing_glyphs(each.text))) for each in passages]
    told = [_sentence(passage, letters) for passage, letters in found if letters]
    left = len(told) - MOST_PASSAGES
    more = [_("%(count)s more places have the same problem.") % {"count": left}] if left > 0 else []
    return told[:MOST_PASSAGES] + more


def _sentence(passage: Passage, letters: list[str]) -> str:
    words = {
        "number": passage.number,
        "beginning": shortened(" ".join(passage.text.split())),
        "letters": named(letters),
        "where": passage.where,
    }
    if passage.where:
        return _("%(where)s (“%(beginning)s”): no font of the portal has these characters: %(letters)s.") % words
    if passage.number:
        return (
            _("Paragraph %(number)s (“%(beginning)s”): no font of the portal has these characters: %(letters)s.")
            % words
        )
    return _("The title or heading “%(beginning)s”: no font of the portal has these characters: %(letters)s.") % words


def shortened(text: str) -> str:
    """The beginning of a text, up to the end of a word where there is one."""
    if len(text) <= BEGINNING:
        return text
    cut = text[: BEGINNING + 1]
    return (cut.rpartition(" ")[0] or cut[:BEGINNING]) + " …"


def named(letters: list[str]) -> str:
    """The letters as they are and by their numbers in Unicode, which tell apart what looks alike or can't be seen."""
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:MOST_LETTERS])
    left = len(letters) - MOST_LETTERS
    return shown + (_(" and %(count)s more") % {"count": left} if left > 0 else "")


def obstacles(content: Any) -> list[str]:
    """Why a content can't be printed as it is, for want of letters: in an edition the words of the paper itself, in
    any other content all words, each named by the place where it stands."""
    if "sections" in content:
        return complaints(own_words(content))
    if not missing_glyphs(content):
        return []
    return complaints(dict.fromkeys(Passage(0, words, where) for where, words in passages(content)))


def legible(html: str) -> str:
    """`html` with each letter that no typeface of ours draws written as its number in Unicode: [U+6F22]."""
    missing = {letter for letter in set(html) - covered() if is_drawn(letter)}
    return html.translate({ord(each): "" if each in SELECTORS else f"[U+{ord(each):04X}]" for each in missing})
