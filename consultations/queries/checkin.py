"""What a device at the door takes along: the list of badges, the sessions and the organisations. A few queries."""

from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from consultations.models import Delegate, DelegateState, Forum, ForumSession, SessionKind, SessionState, Stakeholder
from consultations.permissions import is_secretariat, sessions_reported_by
from ncm_portal.workflow import now

from . import presence


def sessions_at_hand(forum: Forum, user: Any) -> list[ForumSession]:
    """The sessions of which `user` takes down points: all for the secretariat, else those one reports on."""
    found = forum.sessions.exclude(kind=SessionKind.BREAK).select_related("theme").order_by("starts_at", "order")
    return list(found if is_secretariat(user) else found.filter(pk__in=sessions_reported_by(user, forum)))


def badges(forum: Forum) -> QuerySet[Delegate]:
    """All who were ever named for a forum, with what a card says of them."""
    along = ("stakeholder", "sits_in_for", "merged_into__stakeholder", "merged_into__sits_in_for")
    return forum.delegates.select_related(*along).order_by("name", "pk")


def came_now(forum: Forum) -> dict[int, str]:
    """Who came in this half-day (primary keys), each with the moment (ISO 8601)."""
    found = presence.counting(forum).filter(at__range=presence.half_day(now()).span).order_by("-at", "-pk")
    return {presence.person_of(check.delegate).pk: check.at.isoformat() for check in found}


def remark(person: Delegate) -> str:
    """What a card says besides: that the badge does not count, or whose seat it is."""
    if person.state != DelegateState.CONFIRMED:
        return _("%(state)s: the badge does not count, ask the desk") % {"state": capfirst(person.get_state_display())}
    if person.sits_in_for:
        return _("Sits in for %(name)s") % {"name": person.sits_in_for.name}
    return ""


def list_for_the_door(forum: Forum, user: Any) -> dict[str, Any]:
    """Everything a device keeps for the hours without a network. Lists of lists, since it travels on bad lines."""
    sessions = sessions_at_hand(forum, user)
    bodies = Stakeholder.objects.verified().filter(delegates__forum=forum).distinct().order_by("name")
    return {
        "forum": forum.code,
        "now": now().isoformat(),
        "delegates": _cards(forum) if is_secretariat(user) else None,
        "sessions": [
            [s.pk, s.title, s.room, s.theme.code if s.theme else "", s.state == SessionState.CLOSED] for s in sessions
        ],
        "organisations": [[body.pk, body.name] for body in bodies],
        "themes": [[theme.code, str(theme)] for theme in forum.consultation.themes.all()],
    }


def _cards(forum: Forum) -> list[list[Any]]:
    came, cards = came_now(forum), []
    for delegate in badges(forum):
        person = presence.person_of(delegate)
        words = [person.name, person.stakeholder.name, person.get_group_display() if person.group else ""]
        counts = person.state == DelegateState.CONFIRMED
        ticket, badge = delegate.ticket.hex, delegate.badge_number
        cards.append([ticket, badge, *words, remark(person), counts, came.get(person.pk, ""), person.pk])
    return cards
