"""The name under which a file is shown and handed out: readable, short, and with the end that its content asks for."""

import re
import unicodedata

from .kinds import KINDS, Kind

LONGEST = 120
ENDS = {end for kind in KINDS.values() for end in kind.ends}


def tidy(name: str) -> str:
    """The name without a path, without characters that no one sees or that turn the reading round."""
    seen = "".join(
        " " if unicodedata.category(each)[0] in "CZ" else each for each in unicodedata.normalize("NFC", name)
    )
    words = " ".join(re.split(r"[/\\]", seen)[-1].split()).strip(". ")
    stem, dot, end = words.rpartition(".")
    if dot and len(end) <= 8:
        return f"{stem[:LONGEST].rstrip()}.{end}"
    return words[:LONGEST].rstrip() or "file"


def fitting(name: str, kind: Kind) -> str:
    """The name with an end of `kind`: in place of the end of another kind, or behind one that is none of ours."""
    stem, _dot, end = name.rpartition(".")
    if end.lower() in kind.ends and stem:
        return name
    return f"{stem if stem and end.lower() in ENDS else name}.{kind.ends[0]}"
