"""Milestones of a consultation, with the days that they were planned for before."""

from collections import defaultdict
from datetime import date

from consultations.models import Consultation, Event, Milestone


def milestones_of(consultation: Consultation) -> list[tuple[Milestone, list[date]]]:
    """Return the milestones in order, each with the first days that it was planned for earlier, as the journal has
    them. Two queries.
    """
    rows = list(consultation.milestones.all())
    kind, keys = Milestone._meta.label_lower, [str(row.pk) for row in rows]
    events = Event.objects.filter(kind=kind, object_id__in=keys, verb="date_milestone").order_by("number")
    earlier: dict[str, list[date]] = defaultdict(list)
    for event in events:
        for name, before, _after in event.data.get("changed", []):
            if name == "planned_start" and before:
                earlier[event.object_id].append(date.fromisoformat(before))
    return [(row, [day for day in earlier[str(row.pk)] if day != row.planned_start]) for row in rows]
