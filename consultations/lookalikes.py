"""Find look-alike names: compute the visual skeleton of a name and list deceptive characters."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from confusable_homoglyphs.categories import alias
from confusable_homoglyphs.utils import load
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST = 500  # length of a skeleton: twice the longest name
BIDI = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"  # direction controls
MARKS = re.compile("[\u0300-\u036f]")
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
UNSEEN = re.compile(f"[\u00ad\u200b\u2028-\u202f\u205f-\u206f\ufeff\u2000-\u200a\u3000\u1680{BIDI}{FILLERS}]")
JOINERS = re.compile("[\u200c\u200d]")  # joiners are legitimate between letters of some scripts
NO_SCRIPT = {"COMMON", "INHERITED", "Unknown"}
NOT_LATIN = {"CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "DESERET"}  # they look Latin
JOINED = {"ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "SINHALA", "MALAYALAM", "TAMIL", "GUJARATI"}
JAPANESE = {"HAN", "HIRAGANA", "KATAKANA"}


class Unusual(NamedTuple):
    """An unusual character of a name: itself, its code point, its Unicode name and why it is unusual."""

    character: str
    code: str
    name: str
    why: str | Promise


@cache
def _prototypes() -> dict[str, str]:
    """Return for each confusable character its prototype."""
    data = {key.strip("\u200e"): [one["c"].strip("\u200e") for one in item] for key, item in _confusables()}
    table = {}
    for character, (other, *more) in data.items():
        pair = not more and len(data.get(other, [])) == 1
        if len(character) == 1 and not more and (not pair or other < character):
            table[character] = other
    return table


def _confusables() -> list[tuple[str, list[dict[str, str]]]]:
    return list(load("confusables.json").items())


def _as_seen(text: str) -> str:
    """Return `text` with each character replaced by its prototype, without accents."""
    table = _prototypes()
    apart = unicodedata.normalize("NFD", text)
    seen = "".join(table.get(character, character) for character in apart.replace("ſ", "s"))
    return MARKS.sub("", unicodedata.normalize("NFKD", seen))


def skeleton(name: str) -> str:
    """Return the visual skeleton of a name: equal for names that are easily confused.

    Ignores case, accents, spaces and marks; i, l, I and 1 are one character, as in many typefaces (UTS #39).
    """
    seen = _as_seen(_as_seen(name).casefold()).replace("i", "l")
    kept = (character for character in seen if character.isalnum() or unicodedata.category(character)[0] == "M")
    return UNSEEN.sub("", "".join(kept))[:LONGEST]


def unusual(name: str) -> list[Unusual]:
    """Return the invisible or confusable characters of a name, each once."""
    result = [*_stylistic_variants(name), *_mixed(name), *_invisible(name)]
    return list({each.character: each for each in result}.values())


def _unusual(character: str, why: str | Promise) -> Unusual:
    return Unusual(character, f"U+{ord(character):04X}", unicodedata.name(character, ""), why)


def _invisible(name: str) -> Iterator[Unusual]:
    for number, character in enumerate(name):
        joins = JOINERS.match(character) and number and _script(name[number - 1]) in JOINED
        if not joins and (JOINERS.match(character) or UNSEEN.match(character)):
            yield _unusual(character, _("it is invisible"))


def _script(character: str) -> str:
    return alias(character) if character.isalpha() else "COMMON"


def _mixed(name: str) -> Iterator[Unusual]:
    """Return letters of a second script within one word, and words of another script that look Latin beside Latin
    words.
    """
    words = re.findall(r"[^\W\d_]+(?:[\u0300-\u036f][^\W\d_]*)*", name)
    scripts = [{_script(letter) for letter in word} - NO_SCRIPT for word in words]
    for word, item in zip(words, scripts, strict=True):
        if len(item) > 1 and not item - {"LATIN"} <= JAPANESE:
            most = max(item, key=lambda script: sum(_script(letter) == script for letter in word))
            odd = [letter for letter in word if _script(letter) not in {most, *NO_SCRIPT}]
            yield from (
                _unusual(letter, _("it is from a different alphabet than the rest of the word")) for letter in odd
            )
        elif item <= NOT_LATIN and {"LATIN"} in scripts and _as_seen(word).isascii():
            yield from (_unusual(letter, _("it looks like a letter of the Latin alphabet")) for letter in word)


def _stylistic_variants(name: str) -> Iterator[Unusual]:
    """Return stylistic variants of letters: full width, mathematical, long s and phonetic."""
    for character in name:
        plain = _prototypes().get(character, "")
        disguised = character not in "ıΙ" and alias(character) == "LATIN" and re.fullmatch("[a-z]", plain)
        compatible = unicodedata.normalize("NFKC", character) != unicodedata.normalize("NFC", character)
        if character.isalpha() and not character.isascii() and (disguised or (compatible and character not in "ªº")):
            yield _unusual(character, _("it looks like another letter"))
