"""What visitors write before they have an account: kept, given up, erased, and handed over to an organisation.

No journal holds it: nobody has sent anything yet, and nobody but its writer reads it.
"""

from typing import Any

from django.utils.translation import gettext as _

from consultations.models import KEPT, Consultation, GuestDraft, Stakeholder, Submission, User
from ncm_portal.workflow import Blocked, now, verb

from .drafts import start_draft
from .organisations import register_organisation


def keep_guest_draft(draft: GuestDraft | None, consultation: Consultation, **words: Any) -> GuestDraft:
    """Keep what a visitor has written: in `draft`, or in a new one if there is none or it is gone.

    Raises Blocked for a new one if the consultation takes no inputs.
    """
    if draft and GuestDraft.objects.filter(pk=draft.pk).update(edited_at=now(), **words):
        draft.refresh_from_db()
        return draft
    if not consultation.takes_inputs:
        raise Blocked(_("Inputs are closed. Copy what you wrote, and ask the secretariat."))
    moment = now()
    return GuestDraft.objects.create(consultation=consultation, begun_at=moment, edited_at=moment, **words)


def drop_guest_draft(draft: GuestDraft) -> None:
    """Erase a draft that its writer gives up."""
    draft.delete()


@verb
def hand_over_guest_draft(draft: GuestDraft, stakeholder: Stakeholder, *, by: User) -> Submission:
    """Make what `by` wrote before signing in a draft of an organisation, and erase it here. Twice is once.

    Raises NotAllowed unless `by` acts for the organisation, or Blocked if it was erased meanwhile.
    """
    row = GuestDraft.objects.select_for_update(no_key=True).filter(pk=draft.pk).first()
    if row is None and not Submission.objects.filter(key=draft.key).exists():
        raise Blocked(_("What you wrote was erased, because it was not saved for 14 days."))
    words: dict[str, Any] = {"theme": draft.theme, "title": draft.title, "body": draft.text, "language": draft.language}
    result = start_draft(draft.consultation, stakeholder, by=by, key=draft.key, **words)
    if row:
        row.delete()
    return result


@verb
def register_and_hand_over(draft: GuestDraft, *, by: User, **fields: Any) -> Submission:
    """Register an organisation as `register_organisation` does, and hand the draft over to it: both or neither."""
    return hand_over_guest_draft(draft, register_organisation(by=by, **fields), by=by)


def erase_guest_drafts() -> int:
    """Erase the drafts that nobody has saved for 14 days; return how many."""
    return GuestDraft.objects.filter(edited_at__lte=now() - KEPT).delete()[0]
