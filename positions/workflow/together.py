"""Amendments to the same words, decided together: how the paragraph would read, and the decision on all of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import User
from consultations.permissions import SECRETARIAT
from ncm_portal.workflow import Blocked, demand, journal, locked, verb
from positions.models import Advice, Amendment, Operation, Paragraph, PositionPaper, Wording, rivals
from positions.permissions import may_draft
from positions.text.diff import is_unsettled, merge

from .review import accept_amendment, accept_in_part, choose_text, decline_amendment

REASON_LIMIT = 2000  # characters of the reason of a decision
WHY_LIMIT = 500  # of the reason of a wording


class Verdict(NamedTuple):
    """Decision on one amendment, and its reason, which the sponsor reads."""

    decision: str
    reason: str


class Reading(NamedTuple):
    """Text of a paragraph if amendments are decided so; "" if it is removed.

    Where accepted ones change the same words in different ways, both versions stand in square brackets: `clashes`
    counts them.
    """

    text: str
    clashes: int = 0


def accepted(amendments: Iterable[Amendment], decisions: Mapping[int, str]) -> list[Amendment]:
    """Return those that are accepted, as proposed or in part."""
    return [each for each in amendments if decisions.get(each.pk) in (Advice.ACCEPT, Advice.IN_PART)]


def worded(amendments: Iterable[Amendment]) -> list[Amendment]:
    """Return those that change the words of the paragraph, not only its place."""
    return [each for each in amendments if each.operation != Operation.MOVE]


def would_read(amendments: Iterable[Amendment], decisions: Mapping[int, str], present: str) -> Reading:
    """Return how a paragraph with the words `present` would read if its amendments were decided so; a decision is one
    of `Advice`, by primary key. One that is accepted in part counts with all its words until somebody edits them.
    """
    reading = Reading(present)
    for each in worded(accepted(amendments, decisions)):
        in_part = decisions[each.pk] == Advice.IN_PART
        if each.operation == Operation.DELETE:
            reading = reading if in_part else Reading("")
        else:
            merged = merge(present, each.words_today, reading.text)
            reading = Reading(merged.text, reading.clashes + merged.conflicts)
    return reading


@verb
def decide_together(
    paragraph: Paragraph,
    *,
    by: User,
    verdicts: Mapping[int, Verdict],
    text: str | None = None,
    base: Wording | int | None = None,
) -> list[Amendment]:
    """Decide on all amendments that change the same words of a paragraph, in one transaction. Mails every sponsor.

    `verdicts` hold a decision for each, by primary key, so they are also the amendments that were read. `text` is the
    paragraph's new text, based on the wording `base`; without it, it reads as the only accepted one proposes, or stays.
    A reason that is empty quotes that of the accepted rival. Raises Conflict if the text changed since, NotAllowed, or
    Blocked with every reason.
    """
    demand(may_draft(by, paragraph), who=SECRETARIAT, to=gettext_lazy("Decide on amendments together"))
    locked(PositionPaper.objects.get(sections=paragraph.section_id))
    rows = Amendment.objects.filter(paragraph=paragraph).select_related(
        "sponsor", "round__paper", "base", "paragraph__wording"
    )
    result = list(rows.order_by("at", "pk"))
    contending = [each for each in result if each.is_open and rivals(each, result)]
    reasons = _not_as_read(contending, verdicts)
    if any(each.is_untaken and rivals(each, contending) for each in result):
        reasons.append(_("One of them is accepted already. Decide on the others one by one, then choose the text."))
    if not reasons:
        verdicts = _with_reasons(contending, verdicts)
        reasons = [*_without_reason(contending, verdicts), *_clashing(contending, verdicts, text)]
    if reasons:
        raise Blocked(reasons)
    _carry_out(paragraph, contending, verdicts, text, base, by)
    data = {"decisions": {str(each.pk): str(verdicts[each.pk].decision) for each in contending}}
    journal("decide_together", paragraph, by=by, data=data)
    return list(Amendment.objects.filter(pk__in=[each.pk for each in contending]).order_by("at", "pk"))


def _decisions(verdicts: Mapping[int, Verdict]) -> dict[int, str]:
    return {pk: verdict.decision for pk, verdict in verdicts.items()}


def _not_as_read(contending: list[Amendment], keys: Collection[int]) -> list[str]:
    """Return why the amendments are not those that the person read."""
    if contending and {each.pk for each in contending} == set(keys):
        return []
    return [_("These amendments are not as you read them: a colleague decided, or a sponsor acted. Read them again.")]


def _with_reasons(contending: list[Amendment], verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """Let an amendment that is not accepted without a reason quote that of its accepted rival."""
    result = {pk: Verdict(verdict.decision, verdict.reason.strip()) for pk, verdict in verdicts.items()}
    winners = accepted(contending, _decisions(verdicts))
    for each in contending:
        winner = next(iter(rivals(each, winners)), None)
        if result[each.pk] == (Advice.DECLINE, "") and winner and result[winner.pk].reason:
            words = _("The amendment of %(name)s to the same words was accepted: %(reason)s")
            why = words % {"name": winner.sponsor.label, "reason": result[winner.pk].reason}
            result[each.pk] = Verdict(Advice.DECLINE, why[:REASON_LIMIT])
    return result


def _without_reason(contending: list[Amendment], verdicts: Mapping[int, Verdict]) -> list[str]:
    words = _("Enter a reason for the amendment of %(name)s: the sponsor will read it.")
    return [words % {"name": each.sponsor.label} for each in contending if not verdicts[each.pk].reason]


def _clashing(contending: list[Amendment], verdicts: Mapping[int, Verdict], text: str | None) -> list[str]:
    """Return why the decisions do not agree with each other, or with the text."""
    taken = accepted(contending, _decisions(verdicts))
    reasons = []
    for operation, words in (
        (Operation.DELETE, _("Accept only %(name)s, which removes the paragraph, or do not accept it.")),
        (Operation.MOVE, _("Accept one amendment that moves the paragraph: it can have one place only.")),
    ):
        same = [each for each in taken if each.operation == operation]
        against = rivals(same[0], taken) if same and verdicts[same[0].pk].decision == Advice.ACCEPT else []
        if [each for each in against if operation == Operation.DELETE or each.operation == operation]:
            reasons.append(words % {"name": same[0].sponsor.label})
    return reasons or _text_against(contending, verdicts, text)


def _text_against(contending: list[Amendment], verdicts: Mapping[int, Verdict], text: str | None) -> list[str]:
    """Return why the text is not what the decisions make of it."""
    taken = worded(accepted(contending, _decisions(verdicts)))
    present = contending[0].paragraph.present_wording.text
    if not taken:
        if text is not None and text.strip() != present.strip():
            return [_("Nothing is accepted, so the text stays. To change it, accept an amendment in part.")]
        return []
    [first, *others] = taken
    if not others and verdicts[first.pk].decision == Advice.ACCEPT:
        if text is not None and text.strip() != first.words_today.strip():
            words = _("The text is not what %(name)s proposes. Accept it in part, or leave the text as proposed.")
            return [words % {"name": first.sponsor.label}]
        return []
    if text is None or not text.strip():
        return [_("Enter the text of the paragraph.")]
    if is_unsettled(text, present, *(each.text for each in taken)):
        return [_("Choose one of the versions in square brackets.")]
    return []


def _carry_out(
    paragraph: Paragraph,
    contending: list[Amendment],
    verdicts: Mapping[int, Verdict],
    text: str | None,
    base: Wording | int | None,
    by: User,
) -> None:
    """Decline first: what is left is then no rival any more, and an accepted one goes into the text at once."""
    taken = accepted(contending, _decisions(verdicts))
    for each in contending:
        if each not in taken:
            decline_amendment(each, by=by, reason=verdicts[each.pk].reason)
    for each in sorted(taken, key=lambda each: each.operation != Operation.MOVE):
        decision, reason = verdicts[each.pk]
        if decision == Advice.ACCEPT:
            accept_amendment(each, by=by, reason=reason)
        else:
            accept_in_part(each, by=by, reason=reason, text=text or "", base=base)
    if any(each.is_untaken for each in Amendment.objects.filter(pk__in=[each.pk for each in taken])):
        why = " ".join(dict.fromkeys(verdicts[each.pk].reason for each in taken))
        choose_text(paragraph, by=by, text=text or "", why=why[:WHY_LIMIT], base=base)
