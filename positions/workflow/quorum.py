"""Quorum: who is present, counted from the check-ins and frozen."""

from django.utils.translation import gettext as _

from consultations.models import User
from positions.models import PositionPaper, QuorumCount
from positions.queries.plenary import quorum_of


def count_of(paper: PositionPaper, chair: User) -> QuorumCount:
    """Return the member institutions and groups present at the paper's forum now; not saved."""
    assert paper.forum is not None  # it meets, so it was chosen
    count = quorum_of(paper.forum)
    count.paper, count.by = paper, chair
    return count


def counted(paper: PositionPaper, chair: User) -> QuorumCount:
    """Save the member institutions and groups present at the paper's forum now."""
    count = count_of(paper, chair)
    count.save()
    return count


def figures(count: QuorumCount) -> str:
    """Return the count in words, with the quorum required."""
    words = {
        "members": count.members_present,
        "needed": count.members_needed,
        "groups": count.groups_present,
        "groups_needed": count.groups_needed,
    }
    text = _(
        "Quorum: %(members)s member institutions present, %(needed)s needed; %(groups)s groups present, "
        "%(groups_needed)s needed"
    )
    return text % words
