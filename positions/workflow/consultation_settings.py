"""A new consultation as a copy of another, with the steps of its clearance."""

from typing import Any

from consultations.models import Consultation, User
from consultations.workflow import begin_consultation
from ncm_portal.workflow import verb
from positions.models import ChainStep


@verb
def copy_consultation(source: Consultation, *, by: User, **facts: Any) -> Consultation:
    """Begin a consultation as a copy of `source`, offices that clear its papers included. `facts`: names and dates.

    Raises NotAllowed, or Blocked with every reason.
    """
    made = begin_consultation(by=by, source=source, **facts)
    ChainStep.objects.bulk_create(
        ChainStep(
            consultation=made,
            kind=step.kind,
            institution_id=step.institution_id,
            order=step.order,
            is_asked=step.is_asked,
        )
        for step in ChainStep.objects.filter(consultation=source)
    )
    return made
