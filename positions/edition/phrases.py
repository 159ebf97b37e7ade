"""Texts that an edition derives: operative words, acronyms and the quorum sentence."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import Stakeholder, Term
from positions.models import QuorumCount, RollCall

IN_BRACKETS = re.compile(r"^(?P<meaning>.*\S) \((?P<short>[^()]+)\)$")
ABBREVIATION = re.compile(r"^[A-Z][A-Za-z]*[A-Z]s?$")


def operative_words(label: str, text: str) -> str:
    """Return the form of the operative words in `text`: "calls for", or "call for" after a plural; else `label`."""
    first, *rest = label.split(" ")
    plural = " ".join([first.removesuffix("s"), *rest])
    return next((form for form in (label, plural) if _occurs(form, text)), label)


def _occurs(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def acronyms(text: str) -> list[dict[str, str]]:
    """Return the acronyms in `text` in order with their meanings: from the vocabulary, or else the register of
    institutions. Two queries.
    """
    known: dict[str, str] = {}
    for term, definition in Term.objects.order_by("term").values_list("term", "definition"):
        for short, meaning in _abbreviations(term, definition):
            known.setdefault(short, meaning)
    for code, name in Stakeholder.objects.exclude(code=None).order_by("code").values_list("code", "name"):
        if code and ABBREVIATION.match(code):
            known.setdefault(code, name)
    return [{"term": short, "meaning": known[short]} for short in sorted(known) if _occurs(short, text)]


def _abbreviations(term: str, definition: str) -> Iterator[tuple[str, str]]:
    """Return the abbreviation in a term: "Cabinet Secretary (CS)" gives CS; for a term that is an abbreviation itself,
    its definition.
    """
    if ABBREVIATION.match(term):
        yield term, definition
    match = IN_BRACKETS.match(term)
    if match:
        shorts = (short.strip() for short in match["short"].split(","))
        yield from ((short, match["meaning"]) for short in shorts if ABBREVIATION.match(short))


def quorum_sentence(count: QuorumCount) -> str:
    """Return the quorum in one sentence, in the language of the edition."""
    return _(
        "%(present)s of %(total)s member institutions were present (%(needed)s are needed), from %(groups)s groups"
        " (%(groups_needed)s are needed)."
    ) % {
        "present": count.members_present,
        "total": count.members_total,
        "needed": count.members_needed,
        "groups": count.groups_present,
        "groups_needed": count.groups_needed,
    }


def listed(convenors: str) -> list[str]:
    """Return the convenors of the forum, separated by semicolons, or else by commas."""
    parts = convenors.split(";") if ";" in convenors else convenors.split(",")
    return [part.strip() for part in parts if part.strip()]


def roll_call(call: RollCall | None) -> dict[str, Any]:
    """Return the roll call with its tally; empty if there was none."""
    if call is None:
        return {}
    return {"roll_call": {"yes": call.yes, "no": call.no, "abstain": call.abstain, "votes": call.votes}}
