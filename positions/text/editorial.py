"""Decide whether a change of text is merely editorial, as far as a program can tell. Pure.

It does not understand meaning: two officers answer for that. It refuses anything that does not look like a typo.
"""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_WORDS = 5  # words of a paragraph, removed or added
WORD = re.compile(r"[\w’'-]+")
# Significant words: a correction must not add or remove any.
FORCE = "not no never nor neither none without unless except only all any every each both and or"
MODES = "shall must may might should will would can cannot could"
WEIGHTY = frozenset(f"{FORCE} {MODES}".split())


class Weighed(NamedTuple):
    """Number of changed words, changed significant words, and whether the operative words are unchanged."""

    changed: int
    weighty: list[str]
    keeps_operative: bool

    @property
    def is_small(self) -> bool:
        """Return whether the change is as small as a correction may be."""
        return self.changed <= MOST_WORDS and not self.weighty and self.keeps_operative


def weigh(before: str, after: str, operative: str = "") -> Weighed:
    """Evaluate the change from `before` to `after`; `operative` are the operative words that must stay, if any."""
    old, new = WORD.findall(before), WORD.findall(after)
    codes = [code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"]
    changed = sum(max(j - i, m - k) for _kind, i, j, k, m in codes)
    had, has = (Counter(word.lower() for word in words if word.lower() in WEIGHTY) for words in (old, new))
    moved = sorted(((had - has) + (has - had)).keys())
    return Weighed(changed, moved, not operative or operative in after)
