"""Figures over several models: how much was heard, on what, and from whom.

Numbers count every input that was sent, since a number gives no content away. A name stands here only where
`visible_to` lets the reader see an input of that organisation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from consultations.models import (
    Consultation,
    ConsultationState,
    County,
    Delegate,
    DelegateState,
    Evidence,
    Forum,
    ForumState,
    Framework,
    Group,
    MailState,
    Milestone,
    OutgoingMail,
    Point,
    PointState,
    Provision,
    Relation,
    Stakeholder,
    Submission,
    SubmissionState,
    Theme,
)
from consultations.permissions import is_secretariat

PAGE = 25
REFERENCE = re.compile(r"[A-Z0-9-]{1,20}", re.ASCII)


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


# --- Rounds ---------------------------------------------------------------------------------------------------------


def public_rounds() -> list[Consultation]:
    """Consultations that everyone knows of: first those that take inputs, then the latest.

    Each carries `forum_slug` and `forum_title` of its latest announced forum, empty where there is none.
    """
    forums = Forum.objects.filter(consultation=OuterRef("pk")).exclude(state=ForumState.DRAFT).order_by("-starts_on")
    rounds = Consultation.objects.exclude(state=ConsultationState.DRAFT).annotate(
        forum_slug=Subquery(forums.values("slug")[:1]), forum_title=Subquery(forums.values("title")[:1])
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


# --- Numbers --------------------------------------------------------------------------------------------------------


def _sent(consultation: Consultation) -> QuerySet[Submission]:
    return Submission.objects.sent().filter(consultation=consultation).order_by()


def participation(consultation: Consultation) -> Participation:
    """How many inputs were sent, by how many organisations, of how many groups."""
    found = _sent(consultation).aggregate(
        inputs=Count("pk"),
        organisations=Count("stakeholder", distinct=True),
        groups=Count("stakeholder__group", distinct=True),
    )
    return Participation(**found)


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


def theme_figures(consultation: Consultation) -> list[ThemeFigures]:
    """For each theme of the consultation: inputs sent, points that stand, groups heard. Three queries."""
    heard = _sent(consultation).values_list("theme").annotate(Count("pk"), Count("stakeholder__group", distinct=True))
    inputs = {theme: (number, groups) for theme, number, groups in heard}
    standing = Point.objects.standing().filter(consultation=consultation).order_by()
    points = dict(standing.values_list("theme").annotate(Count("pk")))
    return [
        ThemeFigures(theme, inputs.get(theme.pk, (0, 0))[0], points.get(theme.pk, 0), inputs.get(theme.pk, (0, 0))[1])
        for theme in themes_of(consultation)
    ]


def heard(consultation: Consultation, themes: list[Theme]) -> Heard:
    """Inputs sent by group and theme, over `themes`; one query. Groups keep the order of the register."""
    rows = _sent(consultation).filter(theme__in=themes).values_list("stakeholder__group", "theme")
    counts = {(group, theme): number for group, theme, number in rows.annotate(Count("pk"))}
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


def delegates(forum: Forum) -> Delegates:
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


# --- The list of inputs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a reader of the list of inputs asked for; None and "" ask for everything."""

    consultation: Consultation | None = None
    theme: Theme | None = None
    objective: Provision | None = None
    group: str = ""
    county: County | None = None

    @property
    def conditions(self) -> dict[str, Any]:
        """The same as conditions on inputs."""
        found = {
            "consultation": self.consultation,
            "theme": self.theme,
            "provisions": self.objective,
            "stakeholder__group": self.group,
            "stakeholder__county": self.county,
        }
        return {name: value for name, value in found.items() if value}


class Page(NamedTuple):
    """One page of a list, newest first, and the keys from which its neighbours are reached."""

    rows: list[Any]
    newer: str
    older: str


def readable_inputs(user: Any, wanted: Wanted) -> QuerySet[Submission]:
    """Inputs that `user` may read and that were sent, as `wanted`, newest first, with what a list shows of them."""
    found = Submission.objects.visible_to(user).sent().filter(**wanted.conditions)
    shown = found.select_related("stakeholder__county", "theme").defer("body", "proposed_wording", "state_reason")
    return shown.order_by("-submitted_at", "-pk")


def readable_by_reference(user: Any, references: Iterable[str]) -> QuerySet[Submission]:
    """Inputs that `user` may read and that were sent, among `references`; anything that is no reference finds none."""
    return by_reference(Submission.objects.visible_to(user).sent(), references)


def by_reference(inputs: QuerySet[Submission], references: Iterable[str]) -> QuerySet[Submission]:
    """Those of `inputs` that have one of `references`; anything that is no reference finds none."""
    return inputs.filter(reference__in=[asked for asked in references if REFERENCE.fullmatch(asked)])


def input_page(inputs: QuerySet[Submission], *, before: Submission | None, after: Submission | None) -> Page:
    """The page of `inputs` that begins after `before` (older) or ends before `after` (newer); the newest by default.

    Pages are found by key, not by offset: a new input never shifts what a shared address shows.
    """
    older, newer = _beyond(before, "lt") if before else None, _beyond(after, "gt") if after else None
    return page_between(inputs, "reference", older_than=older, newer_than=newer)


def page_between(rows: QuerySet[Any], key: str, *, older_than: Q | None, newer_than: Q | None) -> Page:
    """A page of `rows` (ordered, newest first) beyond one edge; `key` is the field that names a row in addresses."""
    if newer_than:
        found = list(rows.filter(newer_than).reverse()[: PAGE + 1])
        shown, more_newer, more_older = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        found = list(rows.filter(older_than or Q())[: PAGE + 1])
        shown, more_newer, more_older = found[:PAGE], bool(older_than), len(found) > PAGE
    newer = str(getattr(shown[0], key)) if shown and more_newer else ""
    older = str(getattr(shown[-1], key)) if shown and more_older else ""
    return Page(shown, newer, older)


def _beyond(edge: Submission, side: str) -> Q:
    """Inputs on one side ("gt": newer, "lt": older) of `edge` in the order of sending."""
    same_moment = Q(submitted_at=edge.submitted_at, **{f"pk__{side}": edge.pk})
    return Q(**{f"submitted_at__{side}e": edge.submitted_at}) & (
        Q(**{f"submitted_at__{side}": edge.submitted_at}) | same_moment
    )


class Waiting(NamedTuple):
    """One thing that waits for the secretariat: in words, where to do it, whether its time is short."""

    text: str
    url: str
    urgent: bool = False


def waiting(user: Any) -> list[Waiting]:
    """What people sent that waits for the secretariat: inputs, organisations, points of sessions, mail that failed."""
    if not is_secretariat(user):
        return []
    inputs = Submission.objects.visible_to(user).filter(state=SubmissionState.SUBMITTED).count()
    bodies = Stakeholder.objects.waiting().count()
    points = Point.objects.filter(state=PointState.SUBMITTED).count()
    failed = OutgoingMail.objects.filter(state=MailState.FAILED).count()
    rows = [
        (inputs, ngettext("%(n)s input to screen", "%(n)s inputs to screen", inputs), reverse("desk"), False),
        (
            bodies,
            ngettext("%(n)s organisation to verify", "%(n)s organisations to verify", bodies),
            reverse("desk_organisations"),
            False,
        ),
        (
            points,
            ngettext("%(n)s point of a session to validate", "%(n)s points of sessions to validate", points),
            reverse("desk_points"),
            False,
        ),
        (
            failed,
            ngettext("%(n)s mail could not be sent", "%(n)s mails could not be sent", failed),
            reverse("admin:consultations_outgoingmail_changelist") + "?state__exact=failed",
            True,
        ),
    ]
    return [Waiting(text % {"n": count}, url, urgent) for count, text, url, urgent in rows if count]
