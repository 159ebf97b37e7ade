"""The home page of a forum at the desk: the parts of the work."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from consultations.models import Forum


class Room(NamedTuple):
    """One part of the work on a forum: what it is called, the name of its address (with the forum's slug), what for."""

    label: Any
    url_name: str
    what_for: Any


# In the order of the work: before, at and after the day. A room stands on the page once its address exists.
ROOMS = (
    Room(_("Programme"), "forum_programme", _("Sessions, rooms, times, and who chairs, moderates and reports.")),
    Room(_("Seats"), "forum_seats", _("How many seats and places on the reserve list each group has.")),
    Room(_("Letters of invitation"), "forum_letters", _("Whom we invite, who answered, and what is sent next.")),
    Room(_("Documents"), "forum_documents", _("Files for the participants, or for everybody.")),
    Room(_("Delegates"), "forum_delegates", _("Who is nominated, confirmed, on the reserve list; the seat plan.")),
    Room(_("Tell the delegates"), "forum_tell", _("Mails with what was decided on each, looked at before they go.")),
    Room(_("At the door"), "door", _("Check delegates in and take points down, also without a network.")),
    Room(_("What devices sent"), "forum_door", _("Conflicts to settle, queues that come as a file, who is present.")),
    Room(_("Signed register"), "forum_registers", _("Enter who signed on paper, half-day by half-day.")),
    Room(
        _("The chair's desk"), "forum_chair", _("Speakers, the paragraph before the room, and what is decided on it.")
    ),
    Room(_("Screen"), "forum_screen", _("For the projector: the text in large type, speakers, quorum.")),
    Room(_("Print"), "forum_papers", _("Badges, registers, programme, sheets for rapporteurs, certificates, minutes.")),
    Room(_("Action points"), "forum_actions", _("Who does what by when, until it is done.")),
    Room(_("Communiqué"), "forum_communique", _("Drafted from what was adopted, sent round, cleared, published.")),
    Room(_("Figures"), "forum_figures", _("Who came, who spoke how long, who was never heard, what was said on what.")),
    Room(_("Lists"), "forum_lists", _("Delegates, attendance, letters, points, action points, speakers, as files.")),
    Room(_("Copy this forum"), "forum_copy", _("The next forum with this programme, these seats and this letter.")),
)


class Door(NamedTuple):
    """A room that can be entered: its words and its address."""

    label: Any
    url: str
    what_for: Any


def doors(forum: Forum) -> list[Door]:
    """The rooms of `forum` that exist, each with its address."""
    found = []
    for room in ROOMS:
        try:
            found.append(Door(room.label, reverse(room.url_name, args=[forum.slug]), room.what_for))
        except NoReverseMatch:
            continue
    return found
