"""Similarity of two texts, from their common words and trigrams. Pure functions on strings.

The similarity of two texts depends on these two only, so it can be checked by hand, and new texts are compared without
recomputing old pairs. It is the geometric mean of two Dice coefficients (Dice 1945), of common stems and of the
trigrams in them. English and Kiswahili stop words are ignored; English words lose common endings, Kiswahili words none.
Translations are not detected; whether two texts ask for the same is decided by people.
"""

import heapq
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

METHOD = "words-and-trigrams-1"
POINTS_ALIKE = 0.4  # chosen by the labelled pairs of tests/consultations/likeness_pairs.py
INPUTS_ALIKE = 0.75  # inputs of one campaign: the same letter with minor changes
MOST_PARTNERS = 5
LOOKED_AT = 20  # texts nearest by words that are also compared by trigrams

WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_ENGLISH = """
a about above after again all also am among an and any are as at be because been before being below between both but
by can could did do does doing during each either every few for from further had has have having he her here hers
him his how i if in into is it its itself just kindly let like may me might more most must my of off on once only or
other our ours out over own please shall she should so some such than that the their theirs them then there these
they this those through thus to too under until up upon us very was we were what when where whether which while who
whom whose why will with within would you your yours
"""
ENGLISH = frozenset(_ENGLISH.split())
_KISWAHILI = """
ama ambalo ambao ambaye ambayo ambazo au baada bado basi cha chake chao chetu chini dhidi hadi hao hapa hapo hata
hawa haya hayo hii hilo hili hivi hivyo hiyo hizi hizo huo huu huyo huyu ikiwa ila ile ili ingawa iwapo iwe jinsi
juu kabla kama kati katika kila kisha kuhusu kutoka kuwa kwa kwake kwamba kwao kwenye kwetu la lake lakini lao letu
lazima mara mbele mno na nao naye ndani ndio ni nje pa pale pamoja pia sana sasa sisi tu ule vile vya vyake vyao
vyetu wa wake wakati wale wao wawe wengine wenye wetu wote ya yake yale yao yeye yenye yetu yote yule za zake zao
zetu zote
"""
KISWAHILI = frozenset(_KISWAHILI.split())
ENDINGS = ("ing", "ed", "ly", "ment", "ion")

Words = frozenset[str]


class Pair[Key: Hashable](NamedTuple):
    """Two texts by their keys, with their similarity."""

    first: Key
    second: Key
    score: float


class Piece(NamedTuple):
    """Part of a text; `is_shared` if it is a word that other texts use too."""

    text: str
    is_shared: bool


# --- Words ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def _plain(word: str) -> str:
    """Return a word in lower case, without accents and apostrophes."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return an English word (lower case) without plural and common endings."""
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    ending = next((each for each in ENDINGS if word.endswith(each) and len(word) - len(each) >= 3), "")
    word = word.removesuffix(ending)
    if ending and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _stems(words: list[str]) -> list[str]:
    """Return the stems of the words of a text, "" for each stop word. A text of stop words only keeps them."""
    plain = [_plain(word) for word in words]
    is_kiswahili = sum(word in KISWAHILI for word in plain) > sum(word in ENGLISH for word in plain)
    counted = ["" if word in ENGLISH or word in KISWAHILI else word for word in plain]
    if not any(counted):
        counted = plain
    return counted if is_kiswahili else [stem(word) for word in counted]


def words_of(text: str) -> Words:
    """Return the set of stems of a text."""
    return frozenset(filter(None, _stems(WORD.findall(text))))


def shared_words(first: str, second: str) -> list[str]:
    """Return the words of `first` that `second` uses too, in order, each once: the explanation of their similarity."""
    common = words_of(first) & words_of(second)
    words = WORD.findall(first)
    result = {
        key: word.lower() for word, key in reversed(list(zip(words, _stems(words), strict=True))) if key in common
    }
    return list(result.values())[::-1]


def marked(text: str, common: Iterable[str]) -> list[Piece]:
    """Split `text` into parts, so that a page can highlight words whose stems are in `common`. Nothing is lost."""
    common, places = frozenset(common), list(WORD.finditer(text))
    pieces, end = [], 0
    for place, key in zip(places, _stems([place.group() for place in places]), strict=True):
        if key in common:
            pieces += [Piece(text[end : place.start()], False), Piece(place.group(), True)]
            end = place.end()
    return [piece for piece in (*pieces, Piece(text[end:], False)) if piece.text]


# --- Likeness -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def _trigrams_of(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


@lru_cache(maxsize=5_000)
def _trigrams(words: Words) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(_trigrams_of, words)))


def _dice(first: frozenset[str], second: frozenset[str]) -> float:
    return 2 * len(first & second) / (len(first) + len(second)) if first or second else 0.0


def likeness(first: str, second: str) -> float:
    """Return the similarity of two texts from 0 to 1. A text without words has similarity 0 to every text."""
    return _likeness(words_of(first), words_of(second))


def _likeness(first: Words, second: Words) -> float:
    by_words = _dice(first, second)
    return math.sqrt(by_words * _dice(_trigrams(first), _trigrams(second))) if by_words else 0.0


# --- Many texts -----------------------------------------------------------------------------------------------------


def pairs_among[Key: Hashable](
    new: Iterable[tuple[Key, str]],
    old: Iterable[tuple[Key, str]] = (),
    *,
    at_least: float,
    most: int = MOST_PARTNERS,
) -> Iterator[list[Pair[Key]]]:
    """Return for each text of `new`, in order: its pairs with earlier and old texts, the most similar first.

    Limited to `most` partners per text, so that a campaign of thousands yields a chain of pairs instead of millions.
    """
    known = [(key, words_of(text)) for key, text in old]
    known_before = len(known)
    known += [(key, words_of(text)) for key, text in new]
    used = Counter(chain.from_iterable(words for _key, words in known))
    index: dict[str, list[int]] = defaultdict(list)
    for place, (key, words) in enumerate(known):
        rare = _rarest(words, used, at_least)
        if place >= known_before:
            near = {other for word in rare for other in index[word]}
            nearest = _nearest(words, [(known[other][1], other) for other in near], at_least)
            scored = [Pair(known[other][0], key, _likeness(words, known[other][1])) for other in nearest]
            alike = [pair for pair in scored if pair.score >= at_least]
            yield sorted(alike, key=lambda pair: -pair.score)[:most]
        for word in rare:
            index[word].append(place)


def _rarest(words: Words, used: Counter[str], at_least: float) -> list[str]:
    """Return the rarest of `words`, enough that every sufficiently similar text has one of its own rarest among them.

    A similarity of t needs a Dice coefficient d of t² by words (trigrams give at most 1), hence d / (2 - d) of the
    words in common: the prefix filter of Chaudhuri, Ganti and Kaushik (2006).
    """
    by_words = at_least**2
    needed = math.ceil(len(words) * by_words / (2 - by_words) - 1e-9)
    return sorted(words, key=lambda word: (used[word], word))[: len(words) - needed + 1]


def _nearest(words: Words, others: list[tuple[Words, int]], at_least: float) -> list[int]:
    """Return the indexes of the texts that share most words; ties by order."""
    scored = ((_dice(words, theirs), -place) for theirs, place in others)
    return [-place for _score, place in heapq.nlargest(LOOKED_AT, (each for each in scored if each[0] >= at_least**2))]
