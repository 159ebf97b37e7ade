"""Mails about decisions on seats at a forum, rendered the same way for the preview and the outbox; and about cancelled
and changed forums.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from ..models import Delegate, Forum, Invitation, OutgoingMail, User
from ..queries.delegates import institution_addresses, own_address, refusal_reasons
from ..queries.programme import calendar_address
from .letter_texts import texts_kept
from .recipients import Recipient, address, one_line, recipient, send_all, typed, written


class News(NamedTuple):
    """One notification: the mail and the people it is about. Without a mail they must be told by telephone or
    letter.
    """

    name: str
    people: list[Delegate]
    mail: OutgoingMail | None = None

    @property
    def key(self) -> str:
        """Return the keys for the preview form: delegate and decision. A later decision has another key."""
        return ",".join(map(key_of, self.people))


def key_of(delegate: Delegate) -> str:
    """Return the key of a person and the decision to notify about."""
    return f"{delegate.pk}-{delegate.state}"


def news_of(people: Iterable[Delegate]) -> list[News]:
    """Return the unsaved mails that notify these people of one forum: each at their own address, the others in one mail
    to their institution; last the unreachable ones.
    """
    rows = list(people)
    reasons = refusal_reasons(rows)
    for row in rows:
        row.reason = reasons.get(row.pk, "")
        row.calendar = calendar_address(row)
    with texts_kept():
        return _news(rows)


def _news(rows: list[Delegate]) -> list[News]:
    notifications = [News(row.name, [row], mail_to_person(row)) for row in rows if own_address(row)]
    rest = [row for row in rows if not own_address(row)]
    at, unreached = institution_addresses(rest), []
    for body, group in groupby(rest, key=lambda row: row.stakeholder):
        if at[body.pk]:
            named = list(group)
            notifications.append(News(body.name, named, _mail("forum_decisions", Recipient(at[body.pk]), named)))
        else:
            unreached += [News(row.name, [row]) for row in group]
    return [*notifications, *unreached]


def mail_to_person(row: Delegate) -> OutgoingMail:
    """Return the unsaved mail about the decision on a person's seat; `row` has its reason and calendar."""
    return _mail("forum_decision", _person(row), [row])


def _person(row: Delegate) -> Recipient:
    user, to = row.user, own_address(row)
    knows = user and user.is_active and user.email.lower() == to.lower()
    return recipient(user) if user and knows else Recipient(to, typed(row.name))


def _mail(name: str, to: Recipient, people: Sequence[Delegate]) -> OutgoingMail:
    forum = people[0].forum
    (mail,) = written(
        f"consultations/mail/{name}.txt",
        to,
        about=forum.consultation_id,
        kind=f"seat_{people[0].state}" if name == "forum_decision" else "",
        always=True,
        forum=forum,
        title=one_line(forum.title),
        organisation=typed(people[0].stakeholder.name),
        person=people[0],
        reason=getattr(people[0], "reason", ""),
        people=people,
        confirmed=[row for row in people if row.state == Delegate.State.CONFIRMED],
        waitlisted=[row for row in people if row.state == Delegate.State.WAITLISTED],
        refused=[row for row in people if row.state == Delegate.State.REFUSED],
        withdrawn=[row for row in people if row.state == Delegate.State.WITHDRAWN],
        pack=address("forum_pack", forum.slug),
    )
    return mail


EXPECTED = (Delegate.State.NOMINATED, Delegate.State.CONFIRMED, Delegate.State.WAITLISTED)
WRITTEN_TO = (Invitation.State.SENT, Invitation.State.ANSWERED, Invitation.State.LAPSED)


def forum_cancelled(forum: Forum, reason: str) -> None:
    """Notify everybody who may be about to travel that the forum is cancelled; each address once."""
    send_all(
        "consultations/mail/forum_cancelled.txt",
        about_to_come(forum),
        about=forum.consultation_id,
        always=True,
        sms=True,
        forum=forum,
        title=one_line(forum.title),
        reason=reason,
    )


def forum_changed(forum: Forum, before: Mapping[str, Any], reason: str) -> None:
    """Notify everybody who may come that name, place or days of the forum have changed; `before` are those they know.
    Each address once.
    """
    earlier = Forum(**{name: before[name] for name in ("title", "place", "venue", "starts_on", "ends_on")})
    has_moved = (earlier.starts_on, earlier.ends_on) != (forum.starts_on, forum.ends_on)
    send_all(
        "consultations/mail/forum_changed.txt",
        about_to_come(forum),
        about=forum.consultation_id,
        always=True,
        sms=has_moved,
        forum=forum,
        earlier=earlier,
        has_moved=has_moved,
        has_place=(earlier.place, earlier.venue) != (forum.place, forum.venue),
        title=one_line(earlier.title),
        new_title=one_line(forum.title) if forum.title != earlier.title else "",
        reason=reason,
        link=address("forum", forum.slug),
        calendar=address("forum_ics", forum.slug),
    )


def about_to_come(forum: Forum) -> list[Recipient]:
    """Return everybody with a role in the programme, delegates not refused, and institutions that did not decline;
    unreachable people are represented by their institution.
    """
    hosts = User.objects.filter(session_roles__session__forum=forum, is_active=True).distinct().order_by("pk")
    named = forum.delegates.filter(state__in=EXPECTED, merged_into=None).order_by("pk")
    people = list(named.select_related("forum", "stakeholder", "user"))
    letters = forum.invitations.filter(state__in=WRITTEN_TO).exclude(email="").order_by("pk")
    institutions = institution_addresses(row for row in people if not own_address(row))
    result = [
        *map(recipient, hosts),
        *(_person(row) for row in people if own_address(row)),
        *(Recipient(to) for to in institutions.values() if to),
        *(Recipient(letter.email) for letter in letters),
    ]
    return list({each.address.lower(): each for each in reversed(result)}.values())[::-1]
