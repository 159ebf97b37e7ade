"""Style advice for a paragraph: preferred terms, and the style of operative paragraphs.

Pure, and only advice: it never prevents saving, freezing or adopting a text.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

# How a term's note states a preference: "…; say irregular, not illegal"
PREFERRED = re.compile(r"\bsay (?P<say>[^,;.]+), not (?P<instead_of>[^,;.]+)", re.IGNORECASE)
# Before an acting verb rather than a noun: "Kenya urges", "and calls for", "; supports"
ACTS = r"(?:^|[,;]|\b(?:and|also|further|it|they|Kenya|Government|States|counties|countries|partners|ministries)\b)\s*"


class Preference(NamedTuple):
    """Preferred term, and the one it replaces."""

    say: str
    instead_of: str


def preferences(definitions: Iterable[str]) -> list[Preference]:
    """Return the preferences stated in the definitions and notes of the vocabulary, each once."""
    result = (each for text in definitions for each in PREFERRED.finditer(text))
    return list(dict.fromkeys(Preference(each["say"].strip(), each["instead_of"].strip()) for each in result))


def advise(text: str, strength: str, *, ladder: Mapping[str, str], preferred: Iterable[Preference] = ()) -> list[str]:
    """Return advice on `text`, one sentence each; empty if there is none.

    `strength` is a key of `ladder`, which gives the operative words of each strength ("" for a narrative paragraph).
    """
    return [*_on_terms(text, preferred), *_on_style(text, strength, ladder)]


def _on_terms(text: str, preferred: Iterable[Preference]) -> list[str]:
    words = _("Use “%(say)s” instead of “%(instead_of)s”: it is the term of the vocabulary.")
    return [words % each._asdict() for each in preferred if _matches(f"{re.escape(each.instead_of)}(?:s|ly)?", text)]


def _matches(pattern: str, text: str) -> bool:
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def _on_style(text: str, strength: str, ladder: Mapping[str, str]) -> list[str]:
    acts = _acts(text, ladder)
    named = " ".join(f"“{words}”" for words in dict.fromkeys(acts))
    if not strength:
        return (
            [_("The paragraph is marked as narrative, but it has operative words: %(words)s.") % {"words": named}]
            if acts
            else []
        )
    own, result = ladder[strength], []
    if not _matches("|".join(map(re.escape, _forms(own))), text):
        result.append(_("The paragraph is marked “%(words)s”, but its text does not say so.") % {"words": own})
    if len(acts) > 1:
        result.append(
            _("A paragraph has one action, and this one has several (%(words)s). Split it.") % {"words": named}
        )
    return result


def _acts(text: str, ladder: Mapping[str, str]) -> list[str]:
    """Return the operative words of the text in order, with repetitions."""
    forms = {form.lower(): words for words in ladder.values() for form in _forms(words)}
    choice = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    result = re.finditer(rf"{ACTS}(?P<verb>{choice})(?!\w)", text, re.IGNORECASE | re.MULTILINE)
    return [forms[each["verb"].lower()] for each in result]


def _forms(words: str) -> tuple[str, str]:
    """Return "calls for" and, after a plural, "call for"."""
    first, *rest = words.split(" ")
    return words, " ".join([first.removesuffix("s"), *rest])
