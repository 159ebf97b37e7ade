"""Words compared: what a later text took away and put in, and two texts that grew out of one brought together.

Pure: texts in, spans out. Everything of the texts comes back, to the last space.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "removed", "added"]

# A word or a mark with the space before it, so that a sentence added at the end leaves the words before it alone.
WORD = re.compile(r"\s*[\w’'-]+|\s*[^\w\s]|\s+")
SHORTEST_PAUSE = 3  # fewer words than these between two changes are part of one change: it reads more easily
LARGEST_SQUARE = 600 * 600  # words of two texts that are compared each with each: more than any paragraph may hold
RUN = 3  # words that together make a place in a long text


class Span(NamedTuple):
    """A run of words that stayed, went or came."""

    kind: Kind
    text: str

    @property
    def gap(self) -> str:
        """The space before its first word, which no page needs to mark."""
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def rest(self) -> str:
        """The text from its first word on."""
        return self.text.lstrip()


class Merged(NamedTuple):
    """Two texts in one. Where both changed the same words they stand in square brackets; `conflicts` counts those."""

    text: str
    conflicts: int


class Change(NamedTuple):
    """The words before[i:j] became after[k:m]."""

    i: int
    j: int
    k: int
    m: int


def words(text: str) -> list[str]:
    """Cut `text` into words and marks; joined, they are the text again."""
    return WORD.findall(text)


def redline(before: str, after: str) -> list[Span]:
    """Show `before` becoming `after`: spans "same" and "removed" are `before`, spans "same" and "added" are `after`."""
    old, new = words(before), words(after)
    spans, done = [], 0
    for i, j, k, m in _changes(old, new):
        removed, added = Span("removed", "".join(old[i:j])), Span("added", "".join(new[k:m]))
        closes_up = removed.gap and not added.gap  # a comma that came stands on the word before it, without a space
        spans += [Span("same", "".join(old[done:i])), *((added, removed) if closes_up else (removed, added))]
        done = j
    spans.append(Span("same", "".join(old[done:])))
    return [span for span in spans if span.text]


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Bring two texts that grew out of `base` into one, word by word.

    What only one of them changed is taken over. What both changed differently stands there twice, as drafters write
    open text: "[theirs] [mine]", or "[mine]" alone where the other took the words away.
    """
    pad = _pad(base, mine, theirs)
    old, left, right = words(pad + base), words(pad + mine), words(pad + theirs)
    parts: list[str] = []
    conflicts = 0
    for piece in _pieces(old, left, right):
        text, is_conflict = _settled(*("".join(each) for each in piece))
        parts.append(text)
        conflicts += is_conflict
    return Merged("".join(parts).removeprefix(pad), conflicts)


def _pad(*texts: str) -> str:
    """A space to put before texts that begin with a word, so that their first words are cut as all others are: a word
    taken away at the beginning leaves the next one what it was."""
    return "" if any(text[:1].isspace() for text in texts) else " "


def parts(text: str) -> list[str]:
    """The paragraphs of a text that is divided by empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def is_unsettled(text: str, *known: str) -> bool:
    """Whether words stand in square brackets in `text` that none of the texts `known` has there: open conflicts."""
    return any(not any(piece in each for each in known) for piece in re.findall(r"\[[^\[\]]*\]", text))


class Option(NamedTuple):
    """One of several texts for the same place: whose it is ("" for the text that stands), and its words."""

    name: str
    text: str


def bracketed(base: str, others: Mapping[str, str]) -> list[str | list[Option]]:
    """Print several texts that grew out of `base` as open text: words that all have, and in turn the options.

    `others` is text by name; those that say the same at a place share an option. The words that stand are an option
    where somebody leaves them. A text that takes words away there has the option of no words ("").
    """
    pad = _pad(base, *others.values())
    old, texts = words(pad + base), {name: words(pad + text) for name, text in others.items()}
    pieces: list[str | list[Option]] = []
    for stands, *options in _pieces(old, *texts.values()):
        said: dict[str, list[str]] = {}
        for name, piece in zip(texts, options, strict=True):
            said.setdefault("" if piece == stands else " " + _joined(piece), []).append(name)
        if list(said) in ([""], []):
            pieces.append("".join(stands))
            continue
        made = [Option(", ".join(names), text[1:]) for text, names in said.items() if text]
        pieces.append([Option("", _joined(stands)), *made] if stands and "" in said else made)
    found = _run_together(pieces)
    if found and isinstance(found[0], str):
        found[0] = found[0].removeprefix(pad)
    return found


def _joined(piece: list[str]) -> str:
    return "".join(piece).strip()


def _run_together(pieces: list[str | list[Option]]) -> list[str | list[Option]]:
    """The same with words that follow each other as one text."""
    found: list[str | list[Option]] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


# --- Two texts ------------------------------------------------------------------------------------------------------


def _changes(old: list[str], new: list[str]) -> list[Change]:
    """What changed, in order; changes that hardly a word parts are one."""
    found: list[Change] = []
    for change in _raw_changes(old, new):
        if found and change.i - found[-1].j < SHORTEST_PAUSE:
            change = Change(found[-1].i, change.j, found[-1].k, change.m)
            found.pop()
        found.append(change)
    return found


def _raw_changes(old: list[str], new: list[str]) -> Iterator[Change]:
    """The differences between the common beginning and the common end."""
    start = _common(old, new)
    tail = _common(old[start:][::-1], new[start:][::-1])
    whole = Change(start, len(old) - tail, start, len(new) - tail)
    changes = [change for gap in _gaps(old, new, whole) for change in _within(old, new, gap)]
    ends = [*(change.i for change in changes[1:]), len(old)]
    for change, end in zip(changes, ends, strict=False):
        yield _late(change, end, old, new)


def _within(old: list[str], new: list[str], gap: Change) -> Iterator[Change]:
    """The differences in one gap as `difflib` finds them; two long stretches without a common place changed as a whole.

    `difflib` needs time with the square of the length, which the bound keeps from counting in long texts.
    """
    i, j, k, m = gap
    if (j - i) * (m - k) > LARGEST_SQUARE:
        yield gap
        return
    for tag, *places in SequenceMatcher(None, old[i:j], new[k:m]).get_opcodes():
        if tag != "equal":
            yield Change(i + places[0], i + places[1], k + places[2], k + places[3])


def _gaps(old: list[str], new: list[str], whole: Change) -> Iterator[Change]:
    """What lies between the places that both texts have: all of a short text, in a long one from place to place.

    A place is a run of words that stands exactly once in each text; of those, the longest chain in the same order.
    """
    i, j, k, m = whole
    if (j - i) * (m - k) > LARGEST_SQUARE:
        for place, other in _chain(_places(old, i, j), _places(new, k, m)):
            yield Change(i, place, k, other)
            i, k = place + RUN, other + RUN
    yield Change(i, j, k, m)


def _places(text: list[str], start: int, end: int) -> dict[tuple[str, ...], int]:
    """Where each run of words stands that stands there once."""
    runs = [tuple(text[at : at + RUN]) for at in range(start, end - RUN + 1)]
    often = Counter(runs)
    return {run: at for at, run in enumerate(runs, start=start) if often[run] == 1}


def _chain(old: dict[tuple[str, ...], int], new: dict[tuple[str, ...], int]) -> list[tuple[int, int]]:
    """The longest chain of places that stand in the same order in both texts, none over another in the second."""
    pairs = [(at, new[run]) for run, at in old.items() if run in new]
    kept = longest_rising([other for _place, other in pairs])
    chain: list[tuple[int, int]] = []
    for place, other in (pairs[number] for number in kept):
        if not chain or (place >= chain[-1][0] + RUN and other >= chain[-1][1] + RUN):
            chain.append((place, other))
    return chain


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """The indexes of a longest rising chain of distinct `numbers`: what stays in order when the rest is moved."""
    ends: list[int] = []  # the index at which the best chain of each length ends
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number, key=lambda end: numbers[end])
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    found, at = [], ends[-1] if ends else None
    while at is not None:
        found.append(at)
        at = before[at]
    return found[::-1]


def _late(change: Change, end: int, old: list[str], new: list[str]) -> Change:
    """Let words that only came, or only went, begin as late as they can: behind the full stop, not before it."""
    i, j, k, m = change
    while j < end and ((i == j and old[j] == new[k]) or (k == m and new[m] == old[i])):
        i, j, k, m = i + 1, j + 1, k + 1, m + 1
    return Change(i, j, k, m)


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


# --- Three texts ----------------------------------------------------------------------------------------------------

Piece = list[list[str]]


def _kept(old: list[str], new: list[str]) -> dict[int, int]:
    """The place in `new` of each word of `old` that stayed."""
    places: dict[int, int] = {}
    i = k = 0
    for change in [*_raw_changes(old, new), Change(len(old), len(old), len(new), len(new))]:
        places |= dict(zip(range(i, change.i), range(k, change.k), strict=True))
        i, k = change.j, change.m
    return places


def _pieces(old: list[str], *others: list[str]) -> Iterator[Piece]:
    """Cut texts at the words that all have: in turn what lies between two such words, and such a word."""
    kept = [_kept(old, other) for other in others]
    done, ends = 0, [0] * len(others)
    for place, word in enumerate(old):
        if all(place in each for each in kept):
            here = [each[place] for each in kept]
            yield [old[done:place], *(text[a:b] for text, a, b in zip(others, ends, here, strict=True))]
            yield [[word]] * (len(others) + 1)
            done, ends = place + 1, [each + 1 for each in here]
    yield [old[done:], *(text[a:] for text, a in zip(others, ends, strict=True))]


def _settled(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """The words of one piece, and whether the two texts contradict each other there."""
    if mine in (base, theirs):
        return theirs, False
    if theirs == base:
        return mine, False
    gap = re.match(r"\s*", theirs or mine).group()  # type: ignore[union-attr]
    return gap + " ".join(f"[{text.strip()}]" for text in (theirs, mine) if text), True
