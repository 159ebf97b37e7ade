"""Organisations whose names are easily confused."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from consultations.models import Stakeholder


def lookalikes_of(organisation: Stakeholder) -> QuerySet[Stakeholder]:
    """Return the other organisations with a look-alike name."""
    same = Q(name_skeleton=organisation.name_skeleton) & ~Q(name_skeleton="")
    return Stakeholder.objects.filter(same).exclude(pk=organisation.pk)


def with_lookalikes(rows: QuerySet[Stakeholder]) -> QuerySet[Stakeholder]:
    """Annotate `rows` with `has_lookalike`: whether another organisation has a look-alike name."""
    others = Stakeholder.objects.filter(name_skeleton=OuterRef("name_skeleton")).exclude(pk=OuterRef("pk"))
    return rows.annotate(has_lookalike=Exists(others.exclude(name_skeleton="")))


def suspicion(organisation: Stakeholder) -> dict[str, Any]:
    """Return what the journal records about a look-alike or unusual name; empty for most names."""
    names = list(lookalikes_of(organisation).values_list("name", flat=True)[:5])
    codes = [each.code for each in organisation.unusual_characters]
    return {**({"looks_like": names} if names else {}), **({"unusual_characters": codes} if codes else {})}
