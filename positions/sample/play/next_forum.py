"""Next forum in preparation today: letters sent, some answers, names to confirm."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from consultations.models import (
    Delegate,
    DelegateState,
    Forum,
    ForumSession,
    InvitationState,
    SessionRole,
    SessionRoleKind,
)
from consultations.permissions import LinkHolder
from consultations.queries import working_day_after
from consultations.tokens import token
from consultations.workflow import (
    Named,
    announce,
    answer_invitation,
    confirm,
    decline_invitation,
    send_invitations,
    set_seats,
    write_invitations,
)
from ncm_portal.workflow import journal
from positions import sample

from .agenda import Act, Chapter, Stage
from .forum import DESK, move_forum
from .open_round import MORNING, NOON, on

HOUR = timedelta(hours=1)


def acts(stage: Stage) -> Iterator[Act]:
    """Yield the acts: created and announced, letters sent, answers one after another, some people confirmed."""
    rows = sample.read("next_forum")
    facts = rows["forum"]
    announced, sent = on(-facts["announced_days_ago"], NOON), on(-facts["letters_sent_days_ago"])
    yield Act(announced - HOUR, lay_out, (rows,))
    yield Act(announced, move_forum, (announce,))
    yield Act(sent, write_letters, (rows,))
    yield Act(sent + HOUR, send_letters)
    for row in rows["letter"]:
        if "answer" in row:
            yield Act(on(row["answer"] - facts["letters_sent_days_ago"], NOON), answer, (row,))
    yield Act(on(-1, MORNING), confirm_some, (rows["letter"],))


def lay_out(stage: Stage, rows: sample.Row) -> None:
    """Create the forum, its programme and the seats of each group, as in the admin and at the desk."""
    facts, officer = rows["forum"], stage.person(DESK)
    day = _day(stage, facts)
    fields = ("code", "slug", "title", "place", "venue", "convenors", "concept", "contact", "seats")
    stage.forum = Forum.objects.create(
        consultation=stage.consultation,
        starts_on=day,
        ends_on=day,
        respond_by=_respond_by(facts),
        letter_text=facts["letter_text"].strip(),
        **{field: facts[field] for field in fields},
    )
    journal("enter", stage.forum, by=officer, after=stage.forum.state)
    for order, row in enumerate(rows["session"], start=1):
        session = ForumSession.objects.create(
            forum=stage.forum,
            order=order,
            theme=stage.themes[row["theme"]] if "theme" in row else None,
            starts_at=timezone.make_aware(datetime.combine(day, row["starts"])),
            ends_at=timezone.make_aware(datetime.combine(day, row["ends"])),
            **{field: row[field] for field in ("title", "kind", "room")},
        )
        if "rapporteur" in row:
            user = stage.person(row["rapporteur"])
            SessionRole.objects.create(session=session, user=user, kind=SessionRoleKind.RAPPORTEUR)
    titles = [row["title"] for row in rows["session"]]
    journal("edit", stage.forum, by=officer, data={str(ForumSession._meta.verbose_name): titles})
    groups = {row["group"]: (row["seats"], row["reserve"]) for row in facts["group"]}
    stage.forum = set_seats(stage.forum, by=officer, seats=facts["seats"], groups=groups)


def _day(stage: Stage, facts: sample.Row) -> date:
    """Return a working day after the deadline for inputs: what was written is read before the forum meets."""
    deadline = timezone.localdate(stage.consultation.closes_at)
    return working_day_after(deadline, facts["working_days_after_deadline"])


def _respond_by(facts: sample.Row) -> date:
    return timezone.localdate(on(facts["respond_in_days"]))


def write_letters(stage: Stage, rows: sample.Row) -> None:
    """Create a letter for each institution."""
    offers = [(body := stage.bodies[row["organisation"]], row["seats"], body.contact_email) for row in rows["letter"]]
    write_invitations(stage.forum, by=stage.person(DESK), respond_by=_respond_by(rows["forum"]), offers=offers)


def send_letters(stage: Stage) -> None:
    """Send the letters after review."""
    keys = list(stage.forum.invitations.values_list("key", flat=True))
    send_invitations(stage.forum, by=stage.person(DESK), keys=keys)


def answer(stage: Stage, row: sample.Row) -> None:
    """Answer as an institution by the link of its letter: name people, or decline."""
    invitation = stage.forum.invitations.get(stakeholder=stage.bodies[row["organisation"]])
    holder = LinkHolder(token(invitation.key, invitation.token_round), row["by"])
    if "declines" in row:
        decline_invitation(invitation, by=holder, answered_by=row["by"], message=row["declines"])
        return
    people = [_named(person) for person in row["person"]]
    answer_invitation(invitation, by=holder, answered_by=row["by"], people=people)


def _named(person: dict[str, Any]) -> Named:
    given = {field: person.get(field, "") for field in ("name", "title", "access_needs")}
    return Named(**given, is_alternate=person.get("alternate", False))


def confirm_some(stage: Stage, letters: list[sample.Row]) -> None:
    """Confirm the first names; the others wait."""
    chosen = [person["name"] for row in letters for person in row.get("person", []) if person["decided"] == "confirmed"]
    for delegate in Delegate.objects.filter(forum=stage.forum, name__in=chosen).order_by("pk"):
        confirm(delegate, by=stage.person(DESK))


def tally(stage: Stage) -> str:
    """Return the numbers of letters, answers and names to confirm."""
    letters = stage.forum.invitations
    answered = letters.exclude(state__in=[InvitationState.DRAFT, InvitationState.SENT]).count()
    waiting = stage.forum.delegates.filter(state=DelegateState.NOMINATED).count()
    return f"{letters.count()} letters, {answered} answered, {waiting} names wait, on {stage.forum.starts_on:%d %B %Y}"


CHAPTER = Chapter("Next forum", acts, tally)
