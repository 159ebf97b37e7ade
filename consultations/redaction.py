"""Text of an input for its readers: held-back passages and simple Markdown.

Authors mark passages by [[two square brackets]]. Their organisation and the secretariat can read them; everybody else
sees a notice instead. The desk hides phrases: wherever their words follow each other in the input, whatever stands
between the words. Pure: returns text or safe HTML.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

HELD_BACK = re.compile(r"\[\[((?:(?!\[\[|\]\]).)*)\]\]", re.DOTALL)
WORD = re.compile(r"\w+")
TELLING = 3  # consecutive words of a passage that reveal it
_OPEN, _CLOSE = "\ue000", "\ue001"  # placeholders for the brackets while Markdown is parsed; unusable by authors

# Paragraphs, line breaks, emphasis, lists, quotations and links; headings, images and HTML are shown literally.
_MARKDOWN = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": 20}).enable(
    ["blockquote", "emphasis", "escape", "link", "list", "newline"]
)
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "mark"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "mark": {"class"}}


def holds_back(text: str) -> bool:
    """Return whether `text` has a held-back passage."""
    return HELD_BACK.search(text) is not None


def is_well_marked(text: str) -> bool:
    """Return whether all bracket pairs are balanced and not nested, so that it is clear what is held back."""
    rest = HELD_BACK.sub("", text)
    return "[[" not in rest and "]]" not in rest


def for_everybody(text: str) -> str:
    """Return `text` with each held-back passage replaced by a notice."""
    return HELD_BACK.sub(lambda match: _("[passage held back]"), text) if "[[" in text else text


def in_full(text: str) -> str:
    """Return `text` with every passage, without brackets."""
    return HELD_BACK.sub(lambda match: match[1], text)


def comes_from_held_back(quotation: str, text: str) -> bool:
    """Return whether `quotation`, words of `text` with or without brackets, overlaps a held-back passage.

    A few consecutive words are enough, so that partial or combined quotations count too. Words that also occur in the
    public text are public. Ignores spaces, line ends and truncated brackets.
    """
    quoted = _plain(in_full(quotation))
    if not quoted or not holds_back(text):
        return False
    open_words = _plain(HELD_BACK.sub("\0", text))
    if quoted in open_words:
        return False
    held = [_plain(match[1]) for match in HELD_BACK.finditer(text)]
    return quoted in _plain(in_full(text)) or any(_shares_words(quoted, passage, open_words) for passage in held)


def _shares_words(quoted: str, passage: str, open_words: str) -> bool:
    """Return whether both share a run of words that is not in the public text too."""
    wanted_words, held_words = WORD.findall(quoted), WORD.findall(passage)
    run = min(TELLING, len(wanted_words), len(held_words))
    open_runs = _runs(WORD.findall(open_words), run)
    return bool((_runs(wanted_words, run) & _runs(held_words, run)) - open_runs)


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)} if length else set()


def _plain(text: str) -> str:
    return " ".join(without_brackets(text).split()).casefold()


def without_brackets(text: str) -> str:
    """Return `text` without brackets, including unbalanced and half brackets, as left by a selection."""
    bare = text.replace("[[", "").replace("]]", "")
    if bare.lstrip().startswith("[") and "]" not in bare:
        bare = bare.replace("[", "", 1)
    return bare[: bare.rindex("]")] + bare[bare.rindex("]") + 1 :] if _ends_cut(bare) else bare


def _ends_cut(text: str) -> bool:
    return text.rstrip().endswith("]") and text.count("]") > text.count("[")


def badly_marked(text: str) -> str:
    """Return the words at the first unbalanced or nested bracket pair; "" if there is none."""
    blanked = HELD_BACK.sub(lambda passage: "\0" * len(passage[0]), text)
    match = re.search(r"\[\[|\]\]", blanked)
    return " ".join(text[max(0, match.start() - 20) : match.start() + 40].split()) if match else ""


# --- Phrases that the desk hides ------------------------------------------------------------------------------------

_LETTER = r"[^\W_]"  # underscores and asterisks are emphasis
BRACKETS = re.compile(r"\[\[|\]\]")


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """Return a pattern whose first group is each occurrence of the words of `phrase`, also overlapping ones."""
    words = r"[\W_]+".join(re.findall(f"{_LETTER}+", phrase)) or "(?!)"
    return re.compile(f"(?<!{_LETTER})(?=({words})(?!{_LETTER}))", re.IGNORECASE)


def occurrences(text: str, phrase: str) -> int:
    """Return how often the words of `phrase` follow each other in `text`."""
    return sum(1 for _match in _pattern(phrase).finditer(text))


def _spans(text: str, phrases: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return where `phrases` stand in `text`, each with its phrase; overlapping ones count as the first of them."""
    result: list[tuple[int, int, str]] = []
    for start, end, phrase in sorted(
        (*match.span(1), each) for each in phrases for match in _pattern(each).finditer(text)
    ):
        if result and start < result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]), result[-1][2])
        else:
            result.append((start, end, phrase))
    return result


def hide(text: str, notices: Mapping[str, str]) -> str:
    """Return `text` with each phrase replaced by its notice. Brackets within a phrase stay, so that whatever else they
    hold back remains held back.
    """
    result, at = [], 0
    for start, end, phrase in _spans(text, list(notices)):
        result += [text[at:start], notices[phrase], *BRACKETS.findall(text[start:end])]
        at = end
    return "".join([*result, text[at:]])


def mark_hidden(text: str, phrases: Sequence[str]) -> str:
    """Return `text` with `phrases` in double brackets, like held-back passages, which keep theirs."""
    if not phrases:
        return text
    marked, brackets = bytearray(len(text)), bytearray(len(text))
    for start, end in (
        *(passage.span() for passage in HELD_BACK.finditer(text)),
        *((start, end) for start, end, _phrase in _spans(text, phrases)),
    ):
        marked[start:end] = b"\1" * (end - start)
    for bracket in BRACKETS.finditer(text):
        brackets[bracket.start() : bracket.end()] = b"\1\1"
    kept = [(bool(marked[at]), character) for at, character in enumerate(text) if not brackets[at]]
    runs = (
        (is_marked, "".join(character for _is, character in run))
        for is_marked, run in groupby(kept, lambda each: each[0])
    )
    return "".join(f"[[{run}]]" if is_marked else run for is_marked, run in runs)


def as_html(text: str, *, full: bool) -> SafeString:
    """Return `text` as HTML: with every passage, highlighted (`full`), or with notices."""
    if full:
        marked = HELD_BACK.sub(lambda match: f"{_OPEN}{match[1]}{_CLOSE}", text.replace(_OPEN, "").replace(_CLOSE, ""))
    else:
        marked = for_everybody(text)
    html = _MARKDOWN.render(marked).replace(_OPEN, '<mark class="held-back">').replace(_CLOSE, "</mark>")
    safe = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener"
    )
    return mark_safe(safe)  # noqa: S308  # cleaned in the line above
