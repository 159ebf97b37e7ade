"""The words of an input as its readers may see them: passages that are held back, and a little Markdown.

An author marks a passage by [[two square brackets]]. Its organisation and the secretariat read it; everybody else reads
that a passage is held back there. Pure: text in, text or safe HTML out.
"""

import re

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

HELD_BACK = re.compile(r"\[\[((?:(?!\[\[|\]\]).)*)\]\]", re.DOTALL)
WORD = re.compile(r"\w+")
TELLING = 3  # so many words in a row of a passage tell what it says
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand for the brackets while Markdown is read; authors cannot be shown them

# Paragraphs, line ends, emphasis, lists, quotations and links; headings, pictures and HTML stay the letters they are.
_MARKDOWN = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": 20}).enable(
    ["blockquote", "emphasis", "escape", "link", "list", "newline"]
)
_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "a", "mark"}
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "mark": {"class"}}


def holds_back(text: str) -> bool:
    """Whether `text` has a passage that is held back."""
    return HELD_BACK.search(text) is not None


def is_well_marked(text: str) -> bool:
    """Whether every bracket pair is closed and none stands inside another: else nobody knows what is held back."""
    rest = HELD_BACK.sub("", text)
    return "[[" not in rest and "]]" not in rest


def for_everybody(text: str) -> str:
    """`text` with a notice in the place of each passage that is held back."""
    return HELD_BACK.sub(lambda found: _("[passage held back]"), text)


def in_full(text: str) -> str:
    """`text` with every passage and without the brackets."""
    return HELD_BACK.sub(lambda found: found[1], text)


def comes_from_held_back(quotation: str, text: str) -> bool:
    """Whether `quotation`, words of `text` with or without its brackets, touches a passage that is held back.

    A few words in a row are enough, so that half a passage, or sentences put together, count too. Words that stand in
    the open as well are open. Spaces, line ends and brackets that were cut in two do not tell texts apart.
    """
    wanted = _plain(in_full(quotation))
    if not wanted or not holds_back(text):
        return False
    open_words = _plain(HELD_BACK.sub("\0", text))
    if wanted in open_words:
        return False
    held = [_plain(found[1]) for found in HELD_BACK.finditer(text)]
    return wanted in _plain(in_full(text)) or any(_shares_words(wanted, passage, open_words) for passage in held)


def _shares_words(wanted: str, passage: str, open_words: str) -> bool:
    """Whether both have the same few words in a row, which do not stand in the open too."""
    wanted_words, held_words = WORD.findall(wanted), WORD.findall(passage)
    run = min(TELLING, len(wanted_words), len(held_words))
    open_runs = _runs(WORD.findall(open_words), run)
    return bool((_runs(wanted_words, run) & _runs(held_words, run)) - open_runs)


def _runs(words: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)} if length else set()


def _plain(text: str) -> str:
    return " ".join(without_brackets(text).split()).casefold()


def without_brackets(text: str) -> str:
    """`text` with every word and without the brackets, also those whose other half was cut off, or that were cut in
    two themselves: what was selected began or ended between their two strokes."""
    bare = text.replace("[[", "").replace("]]", "")
    if bare.lstrip().startswith("[") and "]" not in bare:
        bare = bare.replace("[", "", 1)
    return bare[: bare.rindex("]")] + bare[bare.rindex("]") + 1 :] if _ends_cut(bare) else bare


def _ends_cut(text: str) -> bool:
    return text.rstrip().endswith("]") and text.count("]") > text.count("[")


def badly_marked(text: str) -> str:
    """The words at the first bracket pair that is not closed, not opened or inside another; "" where all is well."""
    blanked = HELD_BACK.sub(lambda passage: "\0" * len(passage[0]), text)
    found = re.search(r"\[\[|\]\]", blanked)
    return " ".join(text[max(0, found.start() - 20) : found.start() + 40].split()) if found else ""


def as_html(text: str, *, full: bool) -> SafeString:
    """`text` as HTML: with every passage, each marked (`full`), or with a notice in its place."""
    if full:
        marked = HELD_BACK.sub(lambda found: f"{_OPEN}{found[1]}{_CLOSE}", text.replace(_OPEN, "").replace(_CLOSE, ""))
    else:
        marked = for_everybody(text)
    html = _MARKDOWN.render(marked).replace(_OPEN, '<mark class="held-back">').replace(_CLOSE, "</mark>")
    safe = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="nofollow noopener"
    )
    return mark_safe(safe)  # noqa: S308  # cleaned in the line above
