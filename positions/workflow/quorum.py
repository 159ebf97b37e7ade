"""Who is present, counted from the check-ins and frozen."""

import math

from django.utils.translation import gettext as _

from consultations.models import CheckIn, DelegateState, Stakeholder, User
from ncm_portal.workflow import now
from positions.models import PositionPaper, QuorumCount


def counted(paper: PositionPaper, chair: User) -> QuorumCount:
    """Freeze which member institutions and groups are present at the paper's forum at this moment."""
    members = list(Stakeholder.objects.members().order_by("name"))
    came = CheckIn.objects.filter(delegate__forum=paper.forum, delegate__state=DelegateState.CONFIRMED)
    came = came.filter(voids=None, voided_by=None)
    present = set(came.values_list("delegate__stakeholder", flat=True))
    groups = set(came.exclude(delegate__group="").values_list("delegate__group", flat=True))
    return QuorumCount.objects.create(
        paper=paper,
        forum=paper.forum,
        members_present=sum(member.pk in present for member in members),
        members_total=len(members),
        members_needed=math.ceil(len(members) * paper.consultation.quorum_member_share),
        groups_present=len(groups),
        groups_needed=paper.consultation.quorum_groups,
        electorate=[{"name": body.name, "group": body.group, "present": body.pk in present} for body in members],
        by=chair,
        at=now(),
    )


def figures(count: QuorumCount) -> str:
    """The count in words, with what is needed."""
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
