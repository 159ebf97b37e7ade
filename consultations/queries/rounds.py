"""Which consultation the public pages speak of, its way, and its themes."""

from __future__ import annotations

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject

from consultations.models import (
    Consultation,
    ConsultationState,
    Evidence,
    Forum,
    ForumState,
    Framework,
    Milestone,
    Relation,
    Theme,
)


def public_rounds() -> list[Consultation]:
    """Consultations that everyone knows of: first those that take inputs, then the latest.

    Each carries `forum_slug` and `forum_title` of its latest announced forum, empty where there is none, and
    `forums_announced`: key, slug and title of all of them, the latest first.
    """
    forums = Forum.objects.filter(consultation=OuterRef("pk")).exclude(state=ForumState.DRAFT).order_by("-starts_on")
    rounds = Consultation.objects.exclude(state=ConsultationState.DRAFT).annotate(
        forum_slug=Subquery(forums.values("slug")[:1]),
        forum_title=Subquery(forums.values("title")[:1]),
        forums_announced=ArraySubquery(forums.values(facts=JSONObject(pk="pk", slug="slug", title="title"))),
    )
    return sorted(rounds.order_by("-opens_at", "-pk"), key=lambda found: not found.takes_inputs)


def current_round() -> Consultation | None:
    """The consultation that the public pages speak of: an open one, or else the latest."""
    return next(iter(public_rounds()), None)


def key_milestones(*rounds: Consultation | None) -> list[Milestone]:
    """Milestones on the line of the home page, in order: those of no consultation and those of the first of `rounds`
    that has any. One query."""
    asked = [found.pk for found in rounds if found]
    key = list(Milestone.objects.filter(Q(consultation__in=asked) | Q(consultation=None), is_key=True))
    for number in asked:
        if any(found.consultation_id == number for found in key):
            return [found for found in key if found.consultation_id in (number, None)]
    return key


def themes_of(consultation: Consultation) -> QuerySet[Theme]:
    """The consultation's themes in order; `objectives` holds the numbers of the leading objectives of the Compact,
    `targets` the codes of the SDG targets whose link to the theme was read somewhere and not only assumed."""
    return consultation.themes.annotate(
        objectives=_linked("order", framework=Framework.GCM_OBJECTIVE, relation=Relation.LEAD),
        targets=_linked("code", framework=Framework.SDG),
    )


def _linked(field: str, *, framework: str, **conditions: str) -> ArrayAgg:
    """The values of `field` of a theme's provisions in `framework`, in order."""
    found = Q(links__provision__framework=framework) & ~Q(links__evidence=Evidence.GENERAL)
    found &= Q(**{f"links__{name}": value for name, value in conditions.items()})
    order = "links__provision__order"
    return ArrayAgg(f"links__provision__{field}", filter=found, order_by=order, default=Value([]))
