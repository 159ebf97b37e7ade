"""Compare texts by words: redlines, and three-way merges.

Pure. Preserves the texts completely, including spaces.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "removed", "added", "clash"]

# A word or mark with its preceding space, so that an appended sentence does not change the words before it.
WORD = re.compile(r"\s*[\w’'-]+|\s*[^\w\s]|\s+")
SHORTEST_PAUSE = 3  # changes separated by fewer words are joined, for readability
LARGEST_SQUARE = 600 * 600  # maximum product of compared words: more than any paragraph needs
RUN = 3  # consecutive words that form an anchor in a long text


class Span(NamedTuple):
    """Run of words that is unchanged, removed or added, or in a clash: changed by two texts in two ways."""

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


class Strand(NamedTuple):
    """The same place in three texts: words that they share, or what became of them in two texts derived from `base`."""

    base: str
    mine: str
    theirs: str

    @property
    def is_clash(self) -> bool:
        """Return whether both changed it, in two ways."""
        return self.mine != self.theirs and self.base not in (self.mine, self.theirs)

    @property
    def taken(self) -> str:
        """Return its words in one text of both; in a clash, both versions in square brackets, theirs first."""
        if self.is_clash:
            return self.gap + " ".join(f"[{text.strip()}]" for text in (self.theirs, self.mine) if text)
        return self.theirs if self.mine == self.base else self.mine

    @property
    def gap(self) -> str:
        """Return the space before its first word."""
        text = self.theirs or self.mine
        return text[: len(text) - len(text.lstrip())]


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
    strands = list(_strands(base, mine, theirs))
    text = "".join(strand.taken for strand in strands)
    return Merged(text.removeprefix(_pad(base, mine, theirs)), sum(strand.is_clash for strand in strands))


def weave(base: str, mine: str, theirs: str) -> list[Strand]:
    """Return three texts as strands: the words between two changes are one, and so are clashes with hardly a word in
    between. The strands of each text, joined, are the text, but for spaces at its start.
    """
    result: list[Strand] = []
    for strand in _strands(base, mine, theirs):
        if result and _is_shared(strand) and _is_shared(result[-1]):
            strand = _tied(result.pop(), strand)
        elif strand.is_clash and len(result) > 1 and result[-2].is_clash and _is_pause(result[-1]):
            between = result.pop()
            strand = _tied(result.pop(), between, strand)
        result.append(strand)
    return result


def side(strands: Iterable[Strand], name: Literal["mine", "theirs"]) -> list[Span]:
    """Return the redline from the common text to one of the two texts; what clashes is marked as that."""
    spans = []
    for strand in strands:
        text = strand.mine if name == "mine" else strand.theirs
        if text == strand.base:
            spans.append(Span("same", text))
        else:
            spans += [Span("removed", strand.base), Span("clash" if strand.is_clash else "added", text)]
    return [span for span in spans if span.text]


def one_text(strands: Iterable[Strand], picks: Mapping[int, str]) -> list[Span]:
    """Return the one text of both: what only one of them changed is "added", and each clash has the words that are
    picked for it, by its number from 0; without a pick, both versions in square brackets. Clashes are kept if empty.
    """
    spans: list[Span] = []
    clashes = 0
    for strand in strands:
        if strand.is_clash:
            text = picks.get(clashes)
            spans.append(Span("clash", strand.taken if text is None else text and strand.gap + text))
            clashes += 1
        elif strand.taken:
            spans.append(Span("same" if _is_shared(strand) else "added", strand.taken))
    return spans


def _is_shared(strand: Strand) -> bool:
    return strand.base == strand.mine == strand.theirs


def _is_pause(strand: Strand) -> bool:
    return _is_shared(strand) and len(words(strand.base)) < SHORTEST_PAUSE


def _tied(*strands: Strand) -> Strand:
    return Strand(*("".join(texts) for texts in zip(*strands, strict=True)))


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


def _strands(base: str, mine: str, theirs: str) -> Iterator[Strand]:
    """Return three texts word by word; a space is put before them if all begin with a word."""
    pad = _pad(base, mine, theirs)
    for piece in _pieces(words(pad + base), words(pad + mine), words(pad + theirs)):
        strand = Strand(*("".join(text) for text in piece))
        if any(strand):
            yield strand
