"""Figures over several models: how much was heard, on what, and from whom.

Numbers count every input that was sent, since a number gives no content away. They are read from the tallies that the
database keeps, so that they cost the same with a hundred inputs as with a hundred thousand. A name stands here only
where `visible_to` lets the reader see an input of that organisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Consultation,
    Delegate,
    DelegateState,
    Forum,
    Group,
    Stakeholder,
    Submission,
    Theme,
)

from .rounds import themes_of


class Participation(NamedTuple):
    """How many took part."""

    inputs: int
    organisations: int
    groups: int


@dataclass(frozen=True)
class ThemeFigures:
    """A theme with the numbers of its leading objectives and targets, and how much was heard on it."""

    theme: Theme
    inputs: int
    points: int
    groups: int


class HeardGroup(NamedTuple):
    """One group: its inputs by theme in the themes' order, and in all."""

    code: str
    label: str
    by_theme: list[int]
    total: int


@dataclass(frozen=True)
class Heard:
    """Who has been heard: the themes, the groups with inputs, the groups without."""

    themes: list[Theme]
    groups: list[HeardGroup] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def totals(self) -> list[int]:
        """Inputs by theme over all groups."""
        return [sum(column) for column in zip(*(group.by_theme for group in self.groups), strict=True)]

    @property
    def total(self) -> int:
        """All inputs."""
        return sum(group.total for group in self.groups)


class GroupOfDelegates(NamedTuple):
    """One group at a forum: its delegates and the organisations that sent them."""

    label: str
    people: int
    organisations: int


class Delegates(NamedTuple):
    """Who comes to a forum: the groups, and everybody counted once."""

    groups: list[GroupOfDelegates]
    people: int
    organisations: int


def participation(consultation: Consultation) -> Participation:
    """How many inputs were sent, by how many organisations, of how many groups."""
    found = consultation.tallies.filter(inputs__gt=0).aggregate(
        inputs=Coalesce(Sum("inputs"), 0),
        organisations=Count("stakeholder", distinct=True),
        groups=Count("stakeholder__group", distinct=True),
    )
    return Participation(**found)


def theme_figures(consultation: Consultation) -> list[ThemeFigures]:
    """For each theme of the consultation: inputs sent, points that stand, groups heard. Two queries."""
    groups = Count("stakeholder__group", distinct=True, filter=Q(inputs__gt=0))
    rows = consultation.tallies.values_list("theme").annotate(Sum("inputs"), Sum("points"), groups=groups)
    counted = {theme: numbers for theme, *numbers in rows}
    return [ThemeFigures(theme, *counted.get(theme.pk, (0, 0, 0))) for theme in themes_of(consultation)]


def heard(consultation: Consultation, themes: list[Theme]) -> Heard:
    """Inputs sent by group and theme, over `themes`; one query. Groups keep the order of the register."""
    rows = consultation.tallies.filter(theme__in=themes, inputs__gt=0).values_list("stakeholder__group", "theme")
    counts = {(group, theme): number for group, theme, number in rows.annotate(Sum("inputs"))}
    found = Heard(themes)
    for code, label in Group.choices:
        by_theme = [counts.get((code, theme.pk), 0) for theme in themes]
        if any(by_theme):
            found.groups.append(HeardGroup(code, label, by_theme, sum(by_theme)))
        else:
            found.silent.append(label)
    return found


def named_organisations(consultation: Consultation, user: Any, theme: Theme) -> QuerySet[Stakeholder]:
    """Organisations that have an input on `theme` which `user` may read, by name, with the number of those inputs."""
    readable = Submission.objects.visible_to(user).sent().filter(consultation=consultation, theme=theme)
    named = Stakeholder.objects.filter(submissions__in=readable).only("name")
    return named.annotate(heard=Count("submissions")).order_by("name")


def delegates_of(forum: Forum) -> Delegates:
    """Confirmed delegates of a forum by group, the largest group first; numbers only, no names. One query."""
    confirmed = Delegate.objects.filter(forum=forum, state=DelegateState.CONFIRMED).order_by()
    rows = list(confirmed.values_list("group", "stakeholder").annotate(Count("pk")))
    groups = []
    for code, label in [*Group.choices, ("", _("Without a group"))]:
        sent = [number for group, _organisation, number in rows if group == code]
        if sent:
            groups.append(GroupOfDelegates(str(label), sum(sent), len(sent)))
    groups.sort(key=lambda group: -group.people)
    return Delegates(groups, sum(number for *_who, number in rows), len({row[1] for row in rows}))
