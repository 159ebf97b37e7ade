"""Attribution in an edition: who raised a point, who is joined to it, and the group of each organisation.

Non-public points are references without a name, and are counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from consultations.models import Point, Stakeholder, StakeholderName

Content = dict[str, Any]


def natural(reference: str) -> list[tuple[int, str]]:
    """Sort key that puts NCM-2017-0042.2 before NCM-2017-0042.10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", reference) if part]


class Voices:
    """Points of one consultation, and the names of organisations on one day. Three queries."""

    def __init__(self, consultation: int, day: date) -> None:
        visible: Any = Point.objects.visible_to(AnonymousUser())
        self.public = set(visible.filter(consultation=consultation).values_list("pk", flat=True))
        self.behind = _merged(consultation)
        dated = StakeholderName.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
        then = dated.filter(stakeholder=OuterRef("pk")).order_by("-valid_from", "-pk").values("name")[:1]
        bodies = Stakeholder.objects.order_by("pk").annotate(then=Coalesce(Subquery(then), "name"))
        rows = list(bodies.values_list("pk", "then", "group"))
        self.names = {pk: name for pk, name, _group in rows}
        self.known = {name: group for _pk, name, group in rows}

    def name(self, stakeholder: Any) -> str:
        """Return the organisation's name on the day."""
        return self.names[stakeholder.pk]

    def raised_by(self, point: Any) -> str | None:
        """Return who raised it, or in which session; None if that is not public."""
        if point.pk not in self.public:
            return None
        return self.name(point.stakeholder) if point.stakeholder else point.session.title

    def sources(self, groundings: Iterable[Any]) -> list[Content]:
        """Return the points that a text cites and those joined to them, each once: by name if public, else as a
        reference, which readers count.
        """
        result: dict[str, Content] = {}
        rows = list(groundings)
        for each in rows:
            about = {"relation": each.relation, "organisation": self.raised_by(each.point)}
            result[each.point.reference] = {"point": each.point.reference, **about, **self.others(each.point)}
        for each in rows:
            for one in self.behind[each.point_id]:
                about = {"relation": each.relation, "organisation": self.raised_by(one)}
                result.setdefault(one.reference, {"point": one.reference, **about, **self.into(one, each.point)})
        return sorted(result.values(), key=lambda source: natural(source["point"]))

    def into(self, point: Any, root: Any) -> dict[str, str]:
        """Return the point that one is joined to; empty if either is not public, since the public one would reveal the
        other.
        """
        return {"into": root.reference} if root and {point.pk, root.pk} <= self.public else {}

    def others(self, point: Any) -> dict[str, int]:
        """Return how many more organisations make a public point, none of whose joined points are public; empty if
        there are none.
        """
        behind = self.behind[point.pk]
        named = {each.stakeholder_id for each in behind if each.pk in self.public}
        unnamed = {each.stakeholder_id for each in behind} - named - {None, point.stakeholder_id}
        return {"others": len(unnamed)} if unnamed and point.pk in self.public else {}

    def groups(self, content: Content) -> dict[str, str]:
        """Return the group of each organisation named in `content`. Session names are not organisations."""
        return {name: self.known[name] for name in _names(content) if name and name in self.known}


def _merged(consultation: int) -> dict[int, list[Point]]:
    """Return the merged points by the point they are joined to."""
    merged: Any = Point.objects.standing().filter(merged_into__consultation=consultation)
    along = ("stakeholder__name", "session__title")
    rows = merged.select_related("stakeholder", "session").only("reference", "merged_into", *along)
    result = defaultdict(list)
    for each in rows:
        result[each.merged_into_id].append(each)
    return result


def _names(content: Content) -> Iterator[str | None]:
    """Yield the names in a content, with repetitions."""
    for section in content["sections"]:
        for paragraph in section["paragraphs"]:
            yield from (source["organisation"] for source in paragraph["sources"])
    for part in ("participants", "points", "reservations", "explanations", "objections_resolved"):
        yield from (each["organisation"] for each in content.get(part, []))
    yield from (each["ministry"] for each in content["clearances"])
    for theme in content["themes"]:
        yield from theme["lead"]
    adoption = content["adoption"] or {}
    yield from (each["name"] for each in adoption.get("roll_call", {}).get("votes", []))
    for row in adoption.get("paragraphs", []):
        yield from (row.get("moved_by"), row.get("reservation"))
        yield from (each["name"] for each in row.get("votes", []))
