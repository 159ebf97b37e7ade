"""Mail about papers: review, clearance, silence procedures and answers."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from consultations.models import Consultation, Membership, MembershipRole, Stakeholder, User
from consultations.notifications.recipients import Recipient, address, one_line, people_of, recipient, send_all, typed
from positions.models import (
    Amendment,
    Audience,
    ChainStep,
    Clearance,
    ClearanceReminder,
    Disposition,
    PositionPaper,
    Recommendation,
    ReviewRound,
)


def _invited(review: ReviewRound) -> QuerySet[Stakeholder]:
    """Return the organisations that can propose amendments in a round."""
    return Stakeholder.objects.members() if review.audience == Audience.MEMBERS else Stakeholder.objects.verified()


def review_opened(review: ReviewRound) -> None:
    """Notify every invited organisation that a text is open for review, with the closing time."""
    _about(review, "positions/mail/review_opened.txt", _invited(review))


def review_extended(review: ReviewRound) -> None:
    """Notify every invited organisation of a later closing time."""
    _about(review, "positions/mail/review_extended.txt", _invited(review))


def review_closes(review: ReviewRound) -> None:
    """Remind invited organisations without an amendment that the round closes soon."""
    spoken = review.amendments.values("sponsor")
    _about(review, "positions/mail/review_closes.txt", _invited(review).exclude(pk__in=spoken))


def _about(review: ReviewRound, template: str, bodies: QuerySet[Stakeholder]) -> None:
    paper = review.paper
    if paper.is_restricted:
        return
    send_all(
        template,
        people_of(*bodies),
        title=one_line(paper.title),
        closes_at=review.closes_at,
        link=address("review", paper.slug),
    )


def _tell_sponsor(template: str, amendment: Amendment, **context: Any) -> None:
    """Mail the proposer of an amendment, or its sponsor if that person has left."""
    paper = amendment.round.paper
    send_all(
        template,
        [recipient(amendment.by)] if amendment.by.is_active else people_of(amendment.sponsor),
        title=one_line(paper.title),
        amendment=amendment,
        link=address("review_amendment", paper.slug, amendment.pk),
        **context,
    )


def amendment_decided(amendment: Amendment) -> None:
    """Notify the proposer of the decision on an amendment, with the reason."""
    _tell_sponsor("positions/mail/amendment_decided.txt", amendment, decision=amendment.get_state_display())


def amendment_stale(amendment: Amendment) -> None:
    """Ask the sponsor to confirm an amendment against the present text."""
    _tell_sponsor("positions/mail/amendment_stale.txt", amendment)


def amendment_advised(advised: Recommendation) -> None:
    """Notify the sponsor of the drafters' recommendation, and ask whether it consents."""
    _tell_sponsor("positions/mail/amendment_advised.txt", advised.amendment, advised=advised)


def clearance_requested(clearances: Iterable[Clearance]) -> None:
    """Ask the clearing officers of each ministry for its stances, with the due time."""
    requested = list(clearances)
    officers = _clearing_officers([clearance.ministry_id for clearance in requested])
    for clearance in requested:
        send_all(
            "positions/mail/clearance_requested.txt",
            officers[clearance.ministry_id],
            title=one_line(clearance.paper.title),
            ministry=typed(clearance.ministry.name),
            due_at=clearance.due_at,
            link=address("clearance", clearance.pk),
            always=True,
        )


def silence_opened(paper: PositionPaper) -> None:
    """Notify every member of a silence procedure: its end, the text, and how to break it."""
    if paper.is_restricted:
        return
    officers = _clearing_officers(list(paper.clearances.values_list("ministry", flat=True)))
    notified = [*people_of(*Stakeholder.objects.members()), *(each for people in officers.values() for each in people)]
    send_all(
        "positions/mail/silence_opened.txt",
        {each.address.lower(): each for each in notified}.values(),
        title=one_line(paper.title),
        until=paper.silence_until,
        link=address("desk_paper_move", paper.slug, "break_silence"),
        always=True,
    )


def step_asked(paper: PositionPaper, step: ChainStep) -> None:
    """Ask the office of a clearance step, such as legal vetting, to answer."""
    officers = _clearing_officers([step.institution_id])[step.institution_id]
    send_all(
        "positions/mail/step_asked.txt",
        {each.address.lower(): each for each in [*people_of(step.institution), *officers]}.values(),
        title=one_line(paper.title),
        office=typed(step.institution.name),
        step=step.get_kind_display(),
        link=address("step", paper.slug, step.pk),
        always=True,
    )


def clearance_reminder(reminder: ClearanceReminder, principal: str) -> None:
    """Remind the clearing officers of a ministry, and its principal at the address `principal`, if given."""
    clearance = reminder.clearance
    officers = _clearing_officers([clearance.ministry_id])[clearance.ministry_id]
    known = {each.address.lower() for each in officers}
    also = [Recipient(principal)] if principal and principal.lower() not in known else []
    send_all(
        "positions/mail/clearance_reminder.txt",
        [*officers, *also],
        title=one_line(clearance.paper.title),
        ministry=typed(clearance.ministry.name),
        open=clearance.stances.filter(replaced_at=None, value="").count(),
        step=str(reminder.step),
        to_principal=reminder.to_principal,
        due_at=clearance.due_at,
        link=address("clearance", clearance.pk),
        always=True,
    )


def _clearing_officers(ministries: list[int]) -> dict[int, list[Recipient]]:
    """Return the clearing officers of each of these ministries."""
    result: dict[int, list[Recipient]] = defaultdict(list)
    live = Membership.objects.live().filter(stakeholder__in=ministries, role=MembershipRole.CLEARING_OFFICER)
    for member in live.filter(user__is_active=True).select_related("user"):
        result[member.stakeholder_id].append(recipient(member.user))
    return result


def answered(paper: PositionPaper) -> None:
    """Notify each author, in one mail, of the answers to their points."""
    if paper.is_restricted:
        return
    answers: dict[User, list[Disposition]] = defaultdict(list)
    rows = paper.dispositions.filter(point__submission__isnull=False, point__submission__author__is_active=True)
    for row in rows.select_related("point__submission__author").order_by("point__reference"):
        source = row.point.submission
        assert source is not None  # loaded above
        answers[source.author].append(row)
    for author, dispositions in answers.items():
        send_all(
            "positions/mail/answered.txt",
            [recipient(author)],
            title=one_line(paper.title),
            dispositions=dispositions,
            link=address("my_organisation"),
        )


def rules_changed(consultation: Consultation, changes: Callable[[], list[str]], reason: str) -> None:
    """Notify the people of every member institution of changed rules, with the reason. `changes` renders them in each
    language.
    """
    send_all(
        "positions/mail/rules_changed.txt",
        people_of(*Stakeholder.objects.members()),
        always=True,
        title=typed(consultation.title),
        changes=changes,
        reason=reason,
        link=address("home"),
    )
