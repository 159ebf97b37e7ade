"""Mail about papers: review, clearance, silence procedures and answers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from consultations.models import Consultation, MailStop, Membership, MembershipRole, Stakeholder, User
from consultations.notifications.recipients import Recipient, address, one_line, people_of, recipient, send_all, typed
from ncm_portal.workflow import deadline_passed
from positions.models import (
    Amendment,
    Audience,
    ChainStep,
    Clearance,
    ClearanceReminder,
    Disposition,
    PositionPaper,
    Recommendation,
    ReminderStep,
    ReviewRound,
)


def _invited(review: ReviewRound) -> QuerySet[Stakeholder]:
    """Return the organisations that can propose amendments in a round."""
    return Stakeholder.objects.members() if review.audience == Audience.MEMBERS else Stakeholder.objects.verified()


def review_opened(review: ReviewRound) -> None:
    """Notify every invited organisation that a text is open for review, with the closing time."""
    _about(review, "positions/mail/review_opened.txt", invited_people(review))


def review_extended(review: ReviewRound) -> None:
    """Notify every invited organisation of a later closing time."""
    _about(review, "positions/mail/review_extended.txt", invited_people(review))


def review_closes(review: ReviewRound) -> None:
    """Remind invited organisations without an amendment that the round closes soon."""
    spoken = review.amendments.values("sponsor")
    _about(review, "positions/mail/review_closes.txt", invited_people(review, without=spoken))


def invited_people(review: ReviewRound, *, without: Any = ()) -> list[Recipient]:
    """Return who gets a mail about a round: nobody while the paper is restricted."""
    return [] if review.paper.is_restricted else people_of(*_invited(review).exclude(pk__in=without))


def _about(review: ReviewRound, template: str, people: list[Recipient]) -> None:
    paper = review.paper
    send_all(
        template,
        people,
        about=paper.consultation_id,
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
        about=paper.consultation_id,
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
    officers = clearing_officers([clearance.ministry_id for clearance in requested])
    for clearance in requested:
        send_all(
            "positions/mail/clearance_requested.txt",
            officers[clearance.ministry_id],
            about=clearance.paper.consultation_id,
            title=one_line(clearance.paper.title),
            ministry=typed(clearance.ministry.name),
            due_at=clearance.due_at,
            link=address("clearance", clearance.pk),
            always=True,
        )


def clearance_requested_again(clearances: Iterable[Clearance], left: Mapping[int, list[int]]) -> None:
    """Ask ministries that were asked before about a changed text: which paragraphs are `left`, by clearance."""
    requested = list(clearances)
    officers = clearing_officers([clearance.ministry_id for clearance in requested])
    for clearance in requested:
        send_all(
            "positions/mail/clearance_requested_again.txt",
            officers[clearance.ministry_id],
            about=clearance.paper.consultation_id,
            title=one_line(clearance.paper.title),
            ministry=typed(clearance.ministry.name),
            left=left.get(clearance.pk, []),
            due_at=clearance.due_at,
            link=address("clearance", clearance.pk),
            always=True,
        )


def silence_opened(paper: PositionPaper) -> None:
    """Notify every member of a silence procedure: its end, the text, and how to break it."""
    send_all(
        "positions/mail/silence_opened.txt",
        asked_to_be_silent(paper),
        about=paper.consultation_id,
        title=one_line(paper.title),
        until=paper.silence_until,
        link=address("desk_paper_move", paper.slug, "break_silence"),
        always=True,
    )


def asked_to_be_silent(paper: PositionPaper) -> list[Recipient]:
    """Return the people of every member, and the clearing officers; nobody while the paper is restricted."""
    if paper.is_restricted:
        return []
    officers = clearing_officers(list(paper.clearances.values_list("ministry", flat=True)))
    notified = [*people_of(*Stakeholder.objects.members()), *(each for people in officers.values() for each in people)]
    return list({each.address.lower(): each for each in notified}.values())


def step_asked(paper: PositionPaper, step: ChainStep) -> None:
    """Ask the office of a clearance step, such as legal vetting, to answer."""
    officers = clearing_officers([step.institution_id])[step.institution_id]
    send_all(
        "positions/mail/step_asked.txt",
        {each.address.lower(): each for each in [*people_of(step.institution), *officers]}.values(),
        about=paper.consultation_id,
        title=one_line(paper.title),
        office=typed(step.institution.name),
        step=step.get_kind_display(),
        link=address("step", paper.slug, step.pk),
        always=True,
    )


def asked_to_clear(clearance: Clearance) -> list[Recipient]:
    """Return who is reminded now: the clearing officers, and after the due time the principal of the ministry too,
    unless that address takes no mail.
    """
    officers = clearing_officers([clearance.ministry_id])[clearance.ministry_id]
    principal = clearance.ministry.contact_email if deadline_passed(clearance.due_at) else ""
    known = {each.address.lower() for each in officers}
    if not principal or principal.lower() in known or MailStop.objects.covers(principal):
        return officers
    return [*officers, Recipient(principal)]


def clearance_reminder(reminder: ClearanceReminder, people: Iterable[Recipient]) -> None:
    """Remind `people` of a ministry of the paragraphs that wait for its answer."""
    clearance = reminder.clearance
    send_all(
        "positions/mail/clearance_reminder.txt",
        people,
        about=clearance.paper.consultation_id,
        title=one_line(clearance.paper.title),
        ministry=typed(clearance.ministry.name),
        open=clearance.stances.filter(replaced_at=None, value="").count(),
        step=str(ReminderStep.AFTER if deadline_passed(clearance.due_at) else reminder.step),
        to_principal=reminder.to_principal,
        due_at=clearance.due_at,
        link=address("clearance", clearance.pk),
        always=True,
    )


def clearing_officers(ministries: list[int]) -> dict[int, list[Recipient]]:
    """Return the clearing officers of each of these ministries."""
    result: dict[int, list[Recipient]] = defaultdict(list)
    live = Membership.objects.live().filter(stakeholder__in=ministries, role=MembershipRole.CLEARING_OFFICER)
    for member in live.filter(user__is_active=True).select_related("user"):
        result[member.stakeholder_id].append(recipient(member.user))
    return result


def answered(paper: PositionPaper, *, only: User | None = None) -> None:
    """Notify each author, or `only` one, in one mail, of the answers to their points."""
    for author, dispositions in answers_by_author(paper, only=only).items():
        send_all(
            "positions/mail/answered.txt",
            [recipient(author)],
            about=paper.consultation_id,
            title=one_line(paper.title),
            dispositions=dispositions,
            link=address("my_organisation"),
        )


def answers_by_author(paper: PositionPaper, *, only: User | None = None) -> dict[User, list[Disposition]]:
    """Return the answers to the points of each author, or of `only` one; none while the paper is restricted."""
    answers: dict[User, list[Disposition]] = defaultdict(list)
    if paper.is_restricted:
        return answers
    rows = paper.dispositions.filter(point__submission__isnull=False, point__submission__author__is_active=True)
    if only:
        rows = rows.filter(point__submission__author=only)
    for row in rows.select_related("point__submission__author").order_by("point__reference"):
        source = row.point.submission
        assert source is not None  # loaded above
        answers[source.author].append(row)
    return answers


def rules_changed(consultation: Consultation, changes: Callable[[], list[str]], reason: str) -> None:
    """Notify the people of every member institution of changed rules, with the reason. `changes` renders them in each
    language.
    """
    send_all(
        "positions/mail/rules_changed.txt",
        people_of(*Stakeholder.objects.members()),
        about=consultation.pk,
        always=True,
        title=typed(consultation.title),
        changes=changes,
        reason=reason,
        link=address("home"),
    )
