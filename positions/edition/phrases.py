"""The few words that an edition finds or makes itself: operative words, acronyms, the sentence on the quorum."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from consultations.models import Stakeholder, Term
from positions.models import QuorumCount, RollCall

IN_BRACKETS = re.compile(r"^(?P<meaning>.*\S) \((?P<short>[^()]+)\)$")
ABBREVIATION = re.compile(r"^[A-Z][A-Za-z]*[A-Z]s?$")


def operative_words(label: str, text: str) -> str:
    """The form of the operative words that `text` uses: "calls for", or "call for" after a plural; else `label`."""
    first, *rest = label.split(" ")
    plural = " ".join([first.removesuffix("s"), *rest])
    return next((form for form in (label, plural) if _occurs(form, text)), label)


def _occurs(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def acronyms(text: str) -> list[dict[str, str]]:
    """The acronyms that occur in `text`, in order, with what they stand for: from the vocabulary, or else from the
    register of institutions. Two queries."""
    known: dict[str, str] = {}
    for term, definition in Term.objects.order_by("term").values_list("term", "definition"):
        for short, meaning in _abbreviations(term, definition):
            known.setdefault(short, meaning)
    for code, name in Stakeholder.objects.exclude(code=None).order_by("code").values_list("code", "name"):
        if code and ABBREVIATION.match(code):
            known.setdefault(code, name)
    return [{"term": short, "meaning": known[short]} for short in sorted(known) if _occurs(short, text)]


def _abbreviations(term: str, definition: str) -> Iterator[tuple[str, str]]:
    """ "Cabinet Secretary (CS)" gives CS; a term that is an abbreviation itself gives its definition."""
    if ABBREVIATION.match(term):
        yield term, definition
    found = IN_BRACKETS.match(term)
    if found:
        shorts = (short.strip() for short in found["short"].split(","))
        yield from ((short, found["meaning"]) for short in shorts if ABBREVIATION.match(short))


def quorum_sentence(count: QuorumCount) -> str:
    """The quorum in one plain sentence, in the language of the edition."""
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
    """The convenors, which one line of the forum names: apart by semicolons, or else by commas."""
    parts = convenors.split(";") if ";" in convenors else convenors.split(",")
    return [part.strip() for part in parts if part.strip()]


def roll_call(call: RollCall | None) -> dict[str, Any]:
    """The roll call with its tally; nothing where the roll was not called."""
    if call is None:
        return {}
    return {"roll_call": {"yes": call.yes, "no": call.no, "abstain": call.abstain, "votes": call.votes}}
