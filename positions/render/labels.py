"""Labels of the codes in an edition: rules, outcomes, relations and provisions."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

Content = dict[str, Any]


def rule_words(rule: str) -> str:
    """Return the label of the rule of a decision."""
    return {
        "consensus": _("Consensus"),
        "consensus_with_reservations": _("Consensus with reservations"),
    }.get(rule, rule)


def strength_words(strength: str) -> str:
    """Return the label of a paragraph's operative strength."""
    return {
        "notes": pgettext("operative words", "notes"),
        "welcomes": _("welcomes"),
        "supports": _("supports"),
        "urges": _("urges"),
        "calls_for": _("calls for"),
        "commits_to": _("commits to"),
        "reserves": _("reserves"),
    }.get(strength, strength)


def vote_words(vote: str) -> str:
    """Return the label of a vote in a roll call."""
    return {"yes": _("Yes"), "no": _("No"), "abstain": pgettext("votes", "Abstain")}.get(vote, vote)


def outcome_words(outcome: str) -> str:
    """Return the label of a point's outcome."""
    return {
        "accepted": _("Accepted"),
        "accepted_in_part": _("Accepted in part"),
        "merged": _("Merged"),
        "noted": _("Noted"),
        "not_accepted": _("Not accepted"),
    }.get(outcome, outcome)


def finding_words(value: str) -> str:
    """Return the label of a finding."""
    return {
        "reflected": _("reflected"),
        "in_part": _("in part"),
        "not_reflected": _("not reflected"),
        "contrary": _("contrary"),
        "struck": _("struck out"),
    }.get(value, value)


def reason_words(code: str) -> str:
    """Return the label of a reason code."""
    return {
        "scope": _("It is not for this paper."),
        "elsewhere": _("Another office or process deals with it."),
        "law": _("A law or agreement in force stands in the way."),
        "means": _("It needs means that nobody has granted."),
        "consent": _("It needs the consent of other States."),
        "agreement": _("Those at the table did not agree."),
        "risk": _("It could weaken what it wants to protect."),
        "time": _("It came too late to be weighed."),
    }.get(code, "")


def kind_words(kind: str) -> str:
    """Return the label of a kind of point."""
    return {
        "finding": _("Finding"),
        "good_practice": _("Good practice"),
        "challenge": _("Challenge"),
        "recommendation": _("Recommendation"),
        "commitment": _("Commitment"),
        "decision": _("Decision"),
        "dissent": _("Dissent"),
    }.get(kind, kind)


def session_words(kind: str) -> str:
    """Return the label of a kind of session."""
    return {"plenary": _("Plenary"), "breakout": _("Breakout group"), "break": _("Break")}.get(kind, kind)


def relation_words(relation: str) -> str:
    """Return the label of the relation of a paragraph to a point, unless it simply cites it."""
    return {"partly": _("in part"), "contrary": _("says the contrary")}.get(relation, "")


def speakers(entry: Content) -> str:
    """Return the organisation that raised a point, and how many others make it too."""
    more = entry.get("others", 0)
    if not entry["organisation"] or not more:
        return entry["organisation"]
    words = ngettext("%(name)s and %(n)s other", "%(name)s and %(n)s others", more)
    return words % {"name": entry["organisation"], "n": more}


def provision_names(codes: list[str], provisions: dict[str, Content]) -> list[str]:
    """Return objectives of the Compact by number, in one line; other provisions by label."""
    ours = [code for code in codes if is_objective(code, provisions)]
    numbers = ", ".join(number for number, _label in objectives(ours, provisions))
    named = ngettext("GCM objective %(numbers)s", "GCM objectives %(numbers)s", len(ours)) % {"numbers": numbers}
    others = [provisions.get(code, {}).get("label") or code for code in codes if code not in ours]
    return [named] * bool(ours) + others


def is_objective(code: str, provisions: dict[str, Content]) -> bool:
    """Return whether a code is that of an objective of the Compact."""
    return code.startswith("GCM-") and provisions.get(code, {}).get("framework") == "GCM"


def objectives(codes: list[str], provisions: dict[str, Content]) -> list[tuple[str, str]]:
    """Return numbers and labels: ("2", "Drivers")."""
    return [
        (
            code.removeprefix("GCM-").lstrip("0") if code.startswith("GCM-") else code,
            provisions.get(code, {}).get("label", ""),
        )
        for code in codes
    ]


def with_values(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the facts that have a value."""
    return [(term, value) for term, value in pairs if value]
