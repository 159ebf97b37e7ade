"""Who has a paragraph open for writing: signs of it, which are no evidence and stand in no journal."""

from datetime import timedelta

from consultations.models import User
from ncm_portal.workflow import now
from positions.models import Paragraph, Presence, Section
from positions.models.presence import HERE

KEPT = timedelta(days=1)


def be_seen(section: Section, paragraph: Paragraph | None, user: User) -> None:
    """Record that `user` has a paragraph of `section` open for writing, None for a new one. One query, two at first."""
    place = {"section": section, "paragraph": paragraph}
    known = Presence.objects.filter(paper=section.paper_id, user=user, **place)
    if known.filter(seen_at__gte=now() - HERE).update(seen_at=now()):
        return
    row = Presence(paper_id=section.paper_id, user=user, **place, since=now(), seen_at=now())
    fields = [*place, "since", "seen_at"]
    Presence.objects.bulk_create([row], update_conflicts=True, unique_fields=["paper", "user"], update_fields=fields)


def leave(section: Section, paragraph: Paragraph | None, user: User) -> None:
    """Record that `user` has closed it; nothing happens if another one is open by now."""
    Presence.objects.filter(section=section, paragraph=paragraph, user=user).delete()


def clear_presences() -> int:
    """Delete signs older than a day; return how many."""
    return Presence.objects.filter(seen_at__lt=now() - KEPT).delete()[0]
