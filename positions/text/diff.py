"""Compare texts by words: redlines, and three-way merges.

Pure. Preserves the texts completely, including spaces.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "removed", "added"]

# A word or mark with its preceding space, so that an appended sentence does not change the words before it.
WORD = re.compile(r"\s*[\w’'-]+|\s*[^\w\s]|\s+")
SHORTEST_PAUSE = 3  # changes separated by fewer words are joined, for readability
LARGEST_SQUARE = 600 * 600  # maximum product of compared words: more than any paragraph needs
RUN = 3  # consecutive words that form an anchor in a long text


class Span(NamedTuple):
    """Run of words that is unchanged, removed or added."""

    kind: Kind
    text: str

    @property
    def gap(self) -> str:
        """Return the space before its first word, which need not be marked."""
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def rest(self) -> str:
        """Return the text from its first word on."""
        return self.text.lstrip()


class Merged(NamedTuple):
    """Merge of two texts. Where both changed the same words, both versions are in square brackets; `conflicts` counts
    them.
    """

    text: str
    conflicts: int


class Change(NamedTuple):
    """The words before[i:j] became after[k:m]."""

    i: int
    j: int
    k: int
    m: int


def words(text: str) -> list[str]:
    """Split `text` into words and marks; joined, they are the text again."""
    return WORD.findall(text)


def redline(before: str, after: str) -> list[Span]:
    """Return the redline from `before` to `after`: spans "same" and "removed" are `before`, spans "same" and "added"
    are `after`.
    """
    old, new = words(before), words(after)
    spans, done = [], 0
    for i, j, k, m in _changes(old, new):
        removed, added = Span("removed", "".join(old[i:j])), Span("added", "".join(new[k:m]))
        closes_up = removed.gap and not added.gap  # an inserted comma follows the word without a space
        spans += [Span("same", "".join(old[done:i])), *((added, removed) if closes_up else (removed, added))]
        done = j
    spans.append(Span("same", "".join(old[done:])))
    return [span for span in spans if span.text]


def changed_stretch(before: str, after: str) -> tuple[str, str]:
    """Return the words between the common beginning and the common end of two texts: those of `before`, and those of
    `after`. Takes linear time, for rows of a list.
    """
    old, new = words(before), words(after)
    start = _common(old, new)
    tail = _common(old[start:][::-1], new[start:][::-1])
    return _joined(old[start : len(old) - tail]), _joined(new[start : len(new) - tail])


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Merge two texts derived from `base`, word by word.

    Changes made by only one of them are applied. Conflicting changes appear twice, as drafters write open text:
    "[theirs] [mine]", or "[mine]" alone if the other deleted the words.
    """
    pad = _pad(base, mine, theirs)
    old, left, right = words(pad + base), words(pad + mine), words(pad + theirs)
    parts: list[str] = []
    conflicts = 0
    for piece in _pieces(old, left, right):
        text, is_conflict = _resolve(*("".join(each) for each in piece))
        parts.append(text)
        conflicts += is_conflict
    return Merged("".join(parts).removeprefix(pad), conflicts)


def _pad(*texts: str) -> str:
    """Return a space to prefix texts that begin with a word, so that their first words are split like all others:
    deleting the first word does not change the next one.
    """
    return "" if any(text[:1].isspace() for text in texts) else " "


def parts(text: str) -> list[str]:
    """Return the paragraphs of a text separated by empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def is_unsettled(text: str, *known: str) -> bool:
    """Return whether `text` has words in square brackets that none of the `known` texts has there: unresolved
    conflicts.
    """
    return any(not any(piece in each for each in known) for piece in re.findall(r"\[[^\[\]]*\]", text))


class Option(NamedTuple):
    """One of several texts for the same place: its author ("" for the present text), and its words."""

    name: str
    text: str


def bracketed(base: str, others: Mapping[str, str]) -> list[str | list[Option]]:
    """Return several texts derived from `base` as open text: alternating common words and options.

    `others` is text by name; equal texts share an option. The present text is an option if somebody keeps it. A text
    that deletes the words there has the empty option ("").
    """
    pad = _pad(base, *others.values())
    old, texts = words(pad + base), {name: words(pad + text) for name, text in others.items()}
    pieces: list[str | list[Option]] = []
    for stands, *options in _pieces(old, *texts.values()):
        data: dict[str, list[str]] = {}
        for name, piece in zip(texts, options, strict=True):
            data.setdefault("" if piece == stands else " " + _joined(piece), []).append(name)
        if list(data) in ([""], []):
            pieces.append("".join(stands))
            continue
        made = [Option(", ".join(names), text[1:]) for text, names in data.items() if text]
        pieces.append([Option("", _joined(stands)), *made] if stands and "" in data else made)
    result = _run_together(pieces)
    if result and isinstance(result[0], str):
        result[0] = result[0].removeprefix(pad)
    return result


def _joined(piece: list[str]) -> str:
    return "".join(piece).strip()


def _run_together(pieces: list[str | list[Option]]) -> list[str | list[Option]]:
    """Return the same with consecutive words joined."""
    result: list[str | list[Option]] = []
    for piece in pieces:
        if isinstance(piece, str) and result and isinstance(result[-1], str):
            result[-1] += piece
        elif piece:
            result.append(piece)
    return result


# --- Two texts ------------------------------------------------------------------------------------------------------


def _changes(old: list[str], new: list[str]) -> list[Change]:
    """Return the changes in order; changes with hardly a word in between are joined."""
    result: list[Change] = []
    for change in _raw_changes(old, new):
        if result and change.i - result[-1].j < SHORTEST_PAUSE:
            change = Change(result[-1].i, change.j, result[-1].k, change.m)
            result.pop()
        result.append(change)
    return result


def _raw_changes(old: list[str], new: list[str]) -> Iterator[Change]:
    """Return the differences between the common prefix and suffix."""
    start = _common(old, new)
    tail = _common(old[start:][::-1], new[start:][::-1])
    whole = Change(start, len(old) - tail, start, len(new) - tail)
    changes = [change for gap in _gaps(old, new, whole) for change in _within(old, new, gap)]
    ends = [*(change.i for change in changes[1:]), len(old)]
    for change, end in zip(changes, ends, strict=False):
        yield _late(change, end, old, new)


def _within(old: list[str], new: list[str], gap: Change) -> Iterator[Change]:
    """Return the differences in one gap by `difflib`; two long stretches without an anchor count as changed entirely.

    `difflib` takes quadratic time, which the limit avoids in long texts.
    """
    i, j, k, m = gap
    if (j - i) * (m - k) > LARGEST_SQUARE:
        yield gap
        return
    for tag, *places in SequenceMatcher(None, old[i:j], new[k:m]).get_opcodes():
        if tag != "equal":
            yield Change(i + places[0], i + places[1], k + places[2], k + places[3])


def _gaps(old: list[str], new: list[str], whole: Change) -> Iterator[Change]:
    """Return the gaps between anchors: all of a short text, in a long one from anchor to anchor.

    An anchor is a run of words that occurs exactly once in each text; uses the longest chain in the same order.
    """
    i, j, k, m = whole
    if (j - i) * (m - k) > LARGEST_SQUARE:
        for place, other in _chain(_places(old, i, j), _places(new, k, m)):
            yield Change(i, place, k, other)
            i, k = place + RUN, other + RUN
    yield Change(i, j, k, m)


def _places(text: list[str], start: int, end: int) -> dict[tuple[str, ...], int]:
    """Return the position of each run of words that occurs once."""
    runs = [tuple(text[at : at + RUN]) for at in range(start, end - RUN + 1)]
    often = Counter(runs)
    return {run: at for at, run in enumerate(runs, start=start) if often[run] == 1}


def _chain(old: dict[tuple[str, ...], int], new: dict[tuple[str, ...], int]) -> list[tuple[int, int]]:
    """Return the longest chain of anchors in the same order in both texts, without overlaps in the second."""
    pairs = [(at, new[run]) for run, at in old.items() if run in new]
    kept = longest_rising([other for _place, other in pairs])
    chain: list[tuple[int, int]] = []
    for place, other in (pairs[number] for number in kept):
        if not chain or (place >= chain[-1][0] + RUN and other >= chain[-1][1] + RUN):
            chain.append((place, other))
    return chain


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """Return the indexes of a longest increasing subsequence of distinct `numbers`: what stays in order when the rest
    moves.
    """
    ends: list[int] = []  # index at which the best chain of each length ends
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number, key=lambda end: numbers[end])
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
    result, at = [], ends[-1] if ends else None
    while at is not None:
        result.append(at)
        at = before[at]
    return result[::-1]


def _late(change: Change, end: int, old: list[str], new: list[str]) -> Change:
    """Shift pure insertions and deletions as late as possible: after the full stop rather than before it."""
    i, j, k, m = change
    while j < end and ((i == j and old[j] == new[k]) or (k == m and new[m] == old[i])):
        i, j, k, m = i + 1, j + 1, k + 1, m + 1
    return Change(i, j, k, m)


def _common(one: list[str], other: list[str]) -> int:
    """Return the length of the common prefix."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


# --- Three texts ----------------------------------------------------------------------------------------------------

Piece = list[list[str]]


def _unchanged(old: list[str], new: list[str]) -> dict[int, int]:
    """Return the position in `new` of each unchanged word of `old`."""
    places: dict[int, int] = {}
    i = k = 0
    for change in [*_raw_changes(old, new), Change(len(old), len(old), len(new), len(new))]:
        places |= dict(zip(range(i, change.i), range(k, change.k), strict=True))
        i, k = change.j, change.m
    return places


def _pieces(old: list[str], *others: list[str]) -> Iterator[Piece]:
    """Split texts at common words: alternating what is between two such words, and such a word."""
    kept = [_unchanged(old, other) for other in others]
    done, ends = 0, [0] * len(others)
    for place, word in enumerate(old):
        if all(place in each for each in kept):
            here = [each[place] for each in kept]
            yield [old[done:place], *(text[a:b] for text, a, b in zip(others, ends, here, strict=True))]
            yield [[word]] * (len(others) + 1)
            done, ends = place + 1, [each + 1 for each in here]
    yield [old[done:], *(text[a:] for text, a in zip(others, ends, strict=True))]


def _resolve(base: str, mine: str, theirs: str) -> tuple[str, bool]:
    """Return the words of one piece, and whether the two texts conflict there."""
    if mine in (base, theirs):
        return theirs, False
    if theirs == base:
        return mine, False
    words = theirs or mine
    gap = words[: len(words) - len(words.lstrip())]
    return gap + " ".join(f"[{text.strip()}]" for text in (theirs, mine) if text), True
