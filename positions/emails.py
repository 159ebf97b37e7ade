"""Mail about the paper: asked to review, asked to clear, answered."""

from collections import defaultdict
from collections.abc import Iterable

from consultations.emails import Recipient, address, one_line, people_of, recipient, send_all
from consultations.models import Membership, MembershipRole, Stakeholder, User
from positions.models import Amendment, Clearance, ClearanceReminder, Disposition, PositionPaper, ReviewRound


def review_opened(review: ReviewRound) -> None:
    """Tell every member of the NCM that a text is open for review, and until when."""
    paper = review.paper
    send_all(
        "positions/mail/review_opened.txt",
        people_of(*Stakeholder.objects.members()),
        title=one_line(paper.title),
        closes_at=review.closes_at,
        link=address("review", paper.slug),
    )


def amendment_decided(amendment: Amendment) -> None:
    """Tell whoever proposed an amendment what was decided, and why."""
    paper = amendment.round.paper
    send_all(
        "positions/mail/amendment_decided.txt",
        [recipient(amendment.by)] if amendment.by.is_active else people_of(amendment.sponsor),
        title=one_line(paper.title),
        amendment=amendment,
        decision=amendment.get_state_display(),
        link=address("review", paper.slug),
    )


def clearance_requested(clearances: Iterable[Clearance]) -> None:
    """Ask the clearing officers of each ministry for its stances, with the due hour."""
    asked = list(clearances)
    officers = _clearing_officers([clearance.ministry_id for clearance in asked])
    for clearance in asked:
        send_all(
            "positions/mail/clearance_requested.txt",
            officers[clearance.ministry_id],
            title=one_line(clearance.paper.title),
            ministry=one_line(clearance.ministry.name),
            due_at=clearance.due_at,
            link=address("clearance", clearance.pk),
            always=True,
        )


def clearance_reminder(reminder: ClearanceReminder, principal: str) -> None:
    """Remind the clearing officers of a ministry, and its principal at the address `principal`, if there is one."""
    clearance = reminder.clearance
    officers = _clearing_officers([clearance.ministry_id])[clearance.ministry_id]
    known = {each.address.lower() for each in officers}
    also = [Recipient(principal)] if principal and principal.lower() not in known else []
    send_all(
        "positions/mail/clearance_reminder.txt",
        [*officers, *also],
        title=one_line(clearance.paper.title),
        ministry=one_line(clearance.ministry.name),
        open=clearance.stances.filter(replaced_at=None, value="").count(),
        step=str(reminder.step),
        to_principal=reminder.to_principal,
        due_at=clearance.due_at,
        link=address("clearance", clearance.pk),
        always=True,
    )


def _clearing_officers(ministries: list[int]) -> dict[int, list[Recipient]]:
    """The clearing officers of each of these ministries."""
    found: dict[int, list[Recipient]] = defaultdict(list)
    live = Membership.objects.live().filter(stakeholder__in=ministries, role=MembershipRole.CLEARING_OFFICER)
    for member in live.filter(user__is_active=True).select_related("user"):
        found[member.stakeholder_id].append(recipient(member.user))
    return found


def answered(paper: PositionPaper) -> None:
    """Tell each author, in one mail, what became of the points of their inputs."""
    answers: dict[User, list[Disposition]] = defaultdict(list)
    rows = paper.dispositions.filter(point__submission__isnull=False, point__submission__author__is_active=True)
    for row in rows.select_related("point__submission__author").order_by("point__reference"):
        answers[row.point.submission.author].append(row)
    for author, dispositions in answers.items():
        send_all(
            "positions/mail/answered.txt",
            [recipient(author)],
            title=one_line(paper.title),
            dispositions=dispositions,
            link=address("my_organisation"),
        )
