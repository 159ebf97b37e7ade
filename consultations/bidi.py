"""Bidirectional text: remove direction controls from our lines and isolate each right-to-left run.

U+202E in a title would reverse everything after it, and an Arabic name would reorder the number next to it. Pure
functions on strings.
"""

import re

# Embeddings, overrides and isolates, which end with their line; and the three zero-width marks.
TURNS = "\u202a-\u202e\u2066-\u2069"
MARKS = "\u200e\u200f\u061c"
CONTROLS = re.compile(f"[{TURNS}{MARKS}]")
RIGHT_TO_LEFT = (
    "\u0590-\u060f\u0610-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
RUN = rf"[{RIGHT_TO_LEFT}](?:[ \u00a0\d'’.\-{MARKS}\u200c\u200d]{{0,20}}[{RIGHT_TO_LEFT}]+)*"
# Elements without text, or with a line of their own: they have no child elements.
WHOLE = r"<(?P<part>textarea|script|style)\b.*?</(?P=part)>"
PARTS = re.compile(
    rf"(?P<keep>{WHOLE})|(?P<line><(?P<alone>title|option|svg)\b.*?</(?P=alone)>|<[^>]*>)|[{TURNS}]|(?P<run>{RUN})",
    re.DOTALL,
)
ASCII = bytes(range(128))
MAYBE = re.compile(  # lead bytes of such characters in UTF-8
    rb"[\xd6-\xdf]|\xe0[\xa0-\xa3]|\xef[\xac-\xbb]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xf0[\x90\x9e]"
)


def without_controls(text: str) -> str:
    """Return `text` without characters that control its direction, for lines without markup and for stored names."""
    return CONTROLS.sub("", text)


def may_turn(page: bytes) -> bool:
    """Return whether a UTF-8 page may contain right-to-left text or direction controls; most contain none."""
    return MAYBE.search(page.translate(None, ASCII)) is not None


def isolated(html: str) -> str:
    """Return the page with right-to-left runs wrapped in `<bdi>` and direction controls removed.

    The content of text inputs is not changed.
    """
    return PARTS.sub(_part, html)


def _part(match: re.Match[str]) -> str:
    if match["keep"]:
        return match[0]
    if match["run"]:
        return f"<bdi>{match[0]}</bdi>"
    return match[0] if match[0].startswith(("<input", "<button")) else re.sub(f"[{TURNS}]", "", match["line"] or "")
