"""Sections of the home page of a forum at the desk, and public consultations."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import JSONObject
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

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

from .changes import SHARED, kept


class Room(NamedTuple):
    """Section of the work on a forum: title, URL name (with the forum's slug) and description."""

    label: Any
    url_name: str
    what_for: Any


# In the order of the work: before, at and after the day. A section is shown once its URL exists.
ROOMS = (
    Room(_("Programme"), "forum_programme", _("Sessions, rooms, times, and who chairs, moderates and reports.")),
    Room(_("Seats"), "forum_seats", _("Seats and reserve places for each group.")),
    Room(_("Letters of invitation"), "forum_letters", _("Who is invited, who has answered, and what to send next.")),
    Room(_("Documents"), "forum_documents", _("Files for participants or for everyone.")),
    Room(
        _("Delegates"), "forum_delegates", _("Who is nominated, confirmed or on the reserve list, and the seat plan.")
    ),
    Room(_("Notify the delegates"), "forum_tell", _("Review and send each delegate the decision by mail.")),
    Room(_("Check-in"), "door", _("Check in delegates and record points, even without a network.")),
    Room(_("Data from devices"), "forum_door", _("Conflicts to resolve, queues to upload, and who is present.")),
    Room(_("Signed register"), "forum_registers", _("Enter who signed on paper, by half-day.")),
    Room(_("The chair's desk"), "forum_chair", _("Speakers, the current paragraph, and the decision on it.")),
    Room(_("Screen"), "forum_screen", _("For the projector: the text in large type, speakers, quorum.")),
    Room(_("Print"), "forum_papers", _("Badges, registers, programme, sheets for rapporteurs, certificates, minutes.")),
    Room(_("Action points"), "forum_actions", _("Who does what, and by when.")),
    Room(_("Communiqué"), "forum_communique", _("Draft it from the adopted text, circulate, clear and publish it.")),
    Room(
        _("Figures"), "forum_figures", _("Who attended, how long people spoke, who did not speak, and points by theme.")
    ),
    Room(_("Lists"), "forum_lists", _("Delegates, attendance, letters, points, action points, speakers, as files.")),
    Room(_("Copy this forum"), "forum_copy", _("Create the next forum with this programme, seats and letter.")),
)


class Door(NamedTuple):
    """Section with its URL."""

    label: Any
    url: str
    what_for: Any


def doors(forum: Forum) -> list[Door]:
    """Return the existing sections of `forum` with their URLs."""
    result = []
    for room in ROOMS:
        try:
            result.append(Door(room.label, reverse(room.url_name, args=[forum.slug]), room.what_for))
        except NoReverseMatch:
            continue
    return result


# --- The consultation of the public pages -----------------------------------------------------------------------------


def public_rounds() -> list[Consultation]:
    """Return announced consultations: open ones first, then the latest.

    Each carries `forum_slug` and `forum_title` of its latest announced forum, empty if there is none, and
    `forums_announced`: key, slug and title of all of them, the latest first.
    """
    return sorted(map(copy, _announced_rounds()), key=lambda item: not item.takes_inputs)


@kept(SHARED)
def _announced_rounds() -> list[Consultation]:
    forums = Forum.objects.filter(consultation=OuterRef("pk")).exclude(state=ForumState.DRAFT).order_by("-starts_on")
    rounds = Consultation.objects.exclude(state=ConsultationState.DRAFT).annotate(
        forum_slug=Subquery(forums.values("slug")[:1]),
        forum_title=Subquery(forums.values("title")[:1]),
        forums_announced=ArraySubquery(forums.values(facts=JSONObject(pk="pk", slug="slug", title="title"))),
    )
    return list(rounds.order_by("-opens_at", "-pk"))


def round_named(slug: str, rounds: list[Consultation]) -> Consultation | None:
    """Return the one of `rounds` (as `public_rounds` gives them) with this slug, or else the only open one, or the
    latest if none is open. None if there is none, or if several are open: then the reader chooses.
    """
    named = next((item for item in rounds if item.slug == slug), None)
    several_are_open = sum(item.takes_inputs for item in rounds) > 1
    return named or (None if several_are_open else next(iter(rounds), None))


def key_milestones(*rounds: Consultation | None) -> list[Milestone]:
    """Return the milestones of the home page timeline in order: those without a consultation and those of the first of
    `rounds` that has any. One query.
    """
    requested = [item.pk for item in rounds if item]
    key = list(Milestone.objects.filter(Q(consultation__in=requested) | Q(consultation=None), is_key=True))
    for number in requested:
        if any(item.consultation_id == number for item in key):
            return [item for item in key if item.consultation_id in (number, None)]
    return key


def themes_of(consultations: Iterable[Consultation]) -> QuerySet[Theme]:
    """Return the themes of any of these in order; `objectives` holds the numbers of the lead objectives of the Compact,
    `targets` the codes of SDG targets whose link to the theme has a source, `of` the keys of the consultations.
    """
    keys = [item.pk for item in consultations]
    of = Consultation.themes.through.objects.filter(theme=OuterRef("pk"), consultation__in=keys)
    return Theme.objects.filter(Exists(of)).annotate(
        of=ArraySubquery(of.values("consultation")),
        objectives=_linked("order", framework=Framework.GCM_OBJECTIVE, relation=Relation.LEAD),
        targets=_linked("code", framework=Framework.SDG),
    )


def _linked(field: str, *, framework: str, **conditions: str) -> ArrayAgg:
    """Return the values of `field` of a theme's provisions in `framework`, in order."""
    result = Q(links__provision__framework=framework) & ~Q(links__evidence=Evidence.GENERAL)
    result &= Q(**{f"links__{name}": value for name, value in conditions.items()})
    order = "links__provision__order"
    return ArrayAgg(f"links__provision__{field}", filter=result, order_by=order, default=Value([]))
