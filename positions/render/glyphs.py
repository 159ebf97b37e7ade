"""Characters that no bundled font has: reported for text that can be changed, and replaced by code points in other
text.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from positions.render.fonts import covered, is_drawn, missing_glyphs
from positions.render.places import passages

BEGINNING = 40  # characters quoted to find a passage
MOST_LETTERS, MOST_PASSAGES = 10, 20
SELECTORS = {chr(code) for code in range(0xFE00, 0xFE10)}  # variation selectors: they choose a shape


class Passage(NamedTuple):
    """Text of a paper: of the paragraph with this number, or of its title and headings (number 0). In other documents,
    text and `where` it is.
    """

    number: int
    text: str
    where: str = ""


def own_words(content: dict[str, Any]) -> Iterator[Passage]:
    """Yield the drafters' own text of an edition in reading order."""
    paper = content["paper"]
    yield from (Passage(0, paper.get(name) or "") for name in ("title", "short_title", "purpose"))
    for section in content["sections"]:
        yield Passage(0, section["heading"])
        yield from (Passage(paragraph["number"], paragraph["text"]) for paragraph in section["paragraphs"])


def complaints(passages: Iterable[Passage]) -> list[str]:
    """Return one sentence for each passage with unprintable characters: where it is, how it begins, and the
    characters.
    """
    result = [(each, sorted(missing_glyphs(each.text))) for each in passages]
    lines = [_sentence(passage, letters) for passage, letters in result if letters]
    left = len(lines) - MOST_PASSAGES
    more = [_("%(count)s more places have the same problem.") % {"count": left}] if left > 0 else []
    return lines[:MOST_PASSAGES] + more


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
    """Return the beginning of a text, up to the end of a word if there is one."""
    if len(text) <= BEGINNING:
        return text
    cut = text[: BEGINNING + 1]
    return (cut.rpartition(" ")[0] or cut[:BEGINNING]) + " …"


def named(letters: list[str]) -> str:
    """Return the characters with their code points, which distinguish look-alike and invisible ones."""
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:MOST_LETTERS])
    left = len(letters) - MOST_LETTERS
    return shown + (_(" and %(count)s more") % {"count": left} if left > 0 else "")


def obstacles(content: Any) -> list[str]:
    """Return why a content cannot be printed because of missing characters: in an edition from the paper's own text, in
    other contents from all text, with its place.
    """
    if "sections" in content:
        return complaints(own_words(content))
    if not missing_glyphs(content):
        return []
    return complaints(dict.fromkeys(Passage(0, words, where) for where, words in passages(content)))


def legible(html: str) -> str:
    """Return `html` with each character that no bundled font has replaced by its code point: [U+6F22]."""
    missing = {letter for letter in set(html) - covered() if is_drawn(letter)}
    return html.translate({ord(each): "" if each in SELECTORS else f"[U+{ord(each):04X}]" for each in missing})
