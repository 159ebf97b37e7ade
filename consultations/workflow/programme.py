"""Programme of a forum: add, change, move and cancel sessions, assign roles, and copy a forum."""

from collections.abc import Iterable
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Consultation,
    Forum,
    ForumFileKind,
    ForumSession,
    ForumState,
    SeatQuota,
    SessionKind,
    SessionRole,
    SessionState,
    Theme,
    User,
)
from consultations.models.forums import NO_YEAR, in_our_time
from consultations.notifications import delegates
from consultations.permissions import SECRETARIAT, is_secretariat
from consultations.queries.programme import clashes, moved, planned
from consultations.stored_files import NotGenuine, read_genuine
from ncm_portal.workflow import Blocked, demand, journal, locked, now, verb

from .consultation_settings import demand_same
from .forum_documents import keep_forum_file

CHANGE = gettext_lazy("Change the programme")
OVER = (ForumState.HELD, ForumState.REPORTED, ForumState.CANCELLED)
SAID = ("title", "kind", "theme", "room", "starts_at", "ends_at")
COPIED = ("title", "place", "venue", "convenors", "concept", "seats", "letter_text", "contact")
FORUM_FACTS = ("title", "place", "venue", "starts_on", "ends_on", "respond_by", "letter_text")
TRAVELLED_BY = ("title", "place", "venue", "starts_on", "ends_on")  # whoever may come is told of a change
ANNOUNCED_FACTS = (*TRAVELLED_BY, "respond_by", "letter_text", "convenors", "contact")


def _open_programme(forum: Forum, by: User) -> Forum:
    """Return the forum, locked. Raises NotAllowed, or Blocked if it is over."""
    demand(is_secretariat(by), who=SECRETARIAT, to=CHANGE)
    row = next(
        iter(
            Forum.objects.select_for_update(of=("self",), no_key=True)
            .select_related("consultation")
            .filter(pk=forum.pk)
        )
    )
    if row.state in OVER:
        raise Blocked(_("The forum is over, so its programme cannot be changed."))
    return row


def _still_planned(session: ForumSession, by: User) -> ForumSession:
    _open_programme(session.forum, by)
    row = locked(session)
    if row.state != SessionState.PLANNED:
        words = {"title": row.title, "state": row.get_state_display()}
        raise Blocked(_("%(title)s is %(state)s. Only a planned session can be changed.") % words)
    return row


@verb
def add_session(forum: Forum, *, by: User, **data: Any) -> ForumSession:
    """Add a session to the programme. `data`: SAID. Raises NotAllowed or Blocked."""
    row = _open_programme(forum, by)
    made = ForumSession.everything.create(forum=row, order=_next_order(row), **_checked(data))
    journal("add_session", row, by=by, before=row.state, after=row.state, data={"session": made.pk, **_plain(made)})
    return made


def _next_order(forum: Forum) -> int:
    return (ForumSession.everything.filter(forum=forum).aggregate(last=Max("order"))["last"] or 0) + 1


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    times = (data["starts_at"], data["ends_at"])
    reasons = [] if times[0] < times[1] else [_("The session must end after it starts.")]
    reasons += [] if all(in_our_time(each) for each in times) else [str(NO_YEAR)]
    if reasons:
        raise Blocked(reasons)
    return data


def _plain(session: ForumSession) -> dict[str, str]:
    values = {name: getattr(session, name) for name in SAID}
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value or "")
        for name, value in values.items()
    }


@verb
def change_session(session: ForumSession, *, by: User, **data: Any) -> ForumSession:
    """Change a planned session. `data`: those of SAID that change; the others stay. Unchanged values have no effect."""
    row = _still_planned(session, by)
    before = _plain(row)
    for name, value in _checked({name: getattr(row, name) for name in SAID} | data).items():
        setattr(row, name, value)
    after = _plain(row)
    if before != after:
        row.save()
        changed = {name: [before[name], after[name]] for name in SAID if before[name] != after[name]}
        journal("change_session", row, by=by, before=row.state, after=row.state, data={"changed": changed})
    return row


@verb
def move_session(session: ForumSession, *, by: User, up: bool) -> list[ForumSession]:
    """Swap a session with the previous or next one on its day; returns those that moved."""
    row = _still_planned(session, by)
    places = moved(planned(row.forum), row.pk, up=up)
    queryset = ForumSession.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=places).order_by("pk")
    rows = list(queryset.prefetch_related("points"))
    changes_order = [each for each in rows if each.order != places[each.pk].order]
    reasons = [
        _("%(title)s has begun or has points, so it cannot be moved.") % {"title": each.title}
        for each in rows
        if each.state != SessionState.PLANNED or (each in changes_order and list(each.points.all()))
    ]
    if reasons:
        raise Blocked(reasons)
    spare = _next_order(row.forum)
    for number, each in enumerate(changes_order):  # session numbers are unique at every moment
        ForumSession.objects.filter(pk=each.pk).update(order=spare + number)
    for each in rows:
        each.order, each.starts_at, each.ends_at = places[each.pk]
        each.save(update_fields=["order", "starts_at", "ends_at"])
    if rows:
        data = {"up": up, "times": {str(each.pk): each.starts_at.isoformat() for each in rows}}
        journal("move_session", row, by=by, before=row.state, after=row.state, data=data)
    return rows


@verb
def breakouts_for_themes(
    forum: Forum, *, by: User, starts_at: datetime, ends_at: datetime, rooms: Iterable[str] = ()
) -> list[ForumSession]:
    """Create one breakout, all at the same time, for each theme of the consultation without one; rooms in order."""
    row = _open_programme(forum, by)
    have = row.sessions.filter(kind=SessionKind.BREAKOUT).values("theme")
    themes = list(row.consultation.themes.exclude(pk__in=have).order_by("order"))
    if not themes:
        raise Blocked(_("Every theme already has a breakout."))
    names = [*rooms, *[""] * len(themes)]
    data = {"kind": SessionKind.BREAKOUT, "starts_at": starts_at, "ends_at": ends_at}
    order = _next_order(row)
    made = [
        ForumSession(forum=row, order=order + number, title=_name(theme), theme=theme, room=room, **_checked(data))
        for number, (theme, room) in enumerate(zip(themes, names, strict=False))
    ]
    ForumSession.everything.bulk_create(made)
    codes = [theme.code for theme in themes]
    journal("breakouts_for_themes", row, by=by, before=row.state, after=row.state, data={"themes": codes})
    return made


def _name(theme: Theme) -> str:
    return theme.title[:200]


# --- Who has which part ---------------------------------------------------------------------------------------------


@verb
def give_part(session: ForumSession, *, by: User, kind: str, user: User | None = None, name: str = "") -> SessionRole:
    """Assign the role of chair, moderator, rapporteur or speaker to an account or a name. Repeating it has no
    effect.
    """
    _open_programme(session.forum, by)
    if user is None and not name.strip():
        raise Blocked(_("Enter the address of an account, or enter a name."))
    who = {"user": user} if user else {"user": None, "name": name.strip()}
    last = session.roles.aggregate(last=Max("order"))["last"] or 0
    role, made = session.roles.get_or_create(kind=kind, **who, defaults={"order": last + 1})
    if made:
        data = {"kind": kind, "name": str(user or name)}
        journal("give_part", session, by=by, before=session.state, after=session.state, data=data)
    return role


@verb
def take_part(role: SessionRole, *, by: User) -> None:
    """Remove a role in a session; the journal keeps it."""
    _open_programme(role.session.forum, by)
    data = {"kind": role.kind, "name": str(role.user or role.name)}
    journal("take_part", role.session, by=by, before=role.session.state, after=role.session.state, data=data)
    role.delete()


# --- The next forum -------------------------------------------------------------------------------------------------


@verb
def copy_forum(
    forum: Forum,
    *,
    by: User,
    code: str,
    starts_on: date,
    title: str = "",
    with_parts: bool = False,
    consultation: Consultation | None = None,
) -> Forum:
    """Create the next forum from this one: programme on the new dates, rooms, seats, letter and documents, without
    delegates. With `with_parts` also the roles. In another `consultation` it has no documents, and no sessions on
    themes that are not asked about there. Raises NotAllowed or Blocked.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Copy a forum"))
    slug = _free_slug(code)
    if not in_our_time(starts_on):
        raise Blocked(str(NO_YEAR))
    shift = starts_on - forum.starts_on
    answer_by = forum.respond_by + shift if forum.respond_by else None
    days = {"starts_on": starts_on, "ends_on": forum.ends_on + shift, "respond_by": answer_by}
    fields = {name: getattr(forum, name) for name in COPIED} | ({"title": title} if title else {})
    made = Forum.objects.create(consultation=consultation or forum.consultation, code=code, slug=slug, **days, **fields)
    SeatQuota.objects.bulk_create(
        SeatQuota(forum=made, group=row.group, seats=row.seats, reserve=row.reserve) for row in forum.quotas.all()
    )
    _copy_programme(forum, made, shift, with_parts)
    left_out = [] if consultation else _copy_documents(forum, made, by)
    data = {"of": forum.code} | ({"left_out": left_out} if left_out else {})
    journal("copy_forum", made, by=by, after=made.state, data=data)
    return made


def _free_slug(code: str) -> str:
    """Return the address of a forum with this code. Raises Blocked if another forum has the code or the address."""
    slug = slugify(code)[:50]
    if not slug or Forum.objects.filter(Q(code=code) | Q(slug=slug)).exists():
        raise Blocked(_("Another forum has this code, or the code has no letters. Choose another."))
    return slug


@verb
def add_forum(consultation: Consultation, *, by: User, code: str, **facts: Any) -> Forum:
    """Create a forum in preparation, without a programme. `facts`: FORUM_FACTS. Raises NotAllowed or Blocked."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Add a forum"))
    made = Forum(consultation=consultation, code=code, slug=_free_slug(code), **facts)
    _demand_plausible(made)
    made.save()
    journal("add_forum", made, by=by, after=made.state)
    return made


@verb
def change_forum(forum: Forum, *, by: User, seen: str, **facts: Any) -> Forum:
    """Change name, place and days of a forum in preparation; its sessions move with its first day.

    `facts`: FORUM_FACTS. Raises NotAllowed, Conflict, or Blocked with every reason.
    """
    row = _open_programme(forum, by)
    before = facts_of_forum(row)
    demand_same(seen, before)
    if row.state != ForumState.DRAFT:
        raise Blocked(_("The forum is announced: people rely on its name, days and place."))
    changed = {name: value for name, value in facts.items() if value != before[name]}
    for name, value in changed.items():
        setattr(row, name, value)
    _demand_plausible(row)
    if changed:
        data = {"changed": _keep_changed(row, before, changed)}
        journal("change_forum", row, by=by, before=row.state, after=row.state, data=data)
    return row


def _keep_changed(row: Forum, before: dict[str, Any], changed: dict[str, Any]) -> list[list[str]]:
    """Save the changed facts, and move the sessions with the first day; return each change for the journal."""
    row.save(update_fields=list(changed))
    if shift := row.starts_on - before["starts_on"]:
        row.sessions.update(starts_at=F("starts_at") + shift, ends_at=F("ends_at") + shift)
    return [[name, str(before[name] or ""), str(value or "")] for name, value in changed.items()]


def facts_of_forum(forum: Forum) -> dict[str, Any]:
    """Return name, place and days of a forum as a change is made from them."""
    return {name: getattr(forum, name) for name in FORUM_FACTS}


@verb
def change_announced_forum(forum: Forum, *, by: User, seen: str, reason: str, **facts: Any) -> Forum:
    """Change the facts of an announced forum; its sessions move with its first day. Mails everybody who may come if
    name, place or days change; the journal keeps what was announced before.

    `facts`: ANNOUNCED_FACTS. Raises NotAllowed, Conflict, or Blocked with every reason.
    """
    row = _open_programme(forum, by)
    before = announced_facts_of(row)
    demand_same(seen, before)
    if reasons := problems_with_change(row, facts):
        raise Blocked(reasons)
    changed = {name: value for name, value in facts.items() if value != before[name]}
    for name, value in changed.items():
        setattr(row, name, value)
    pairs = _keep_changed(row, before, changed)
    days = [before["starts_on"].isoformat(), before["ends_on"].isoformat()]
    data = {"changed": pairs} | ({"days": days} if {"starts_on", "ends_on"} & changed.keys() else {})
    journal("change_announced_forum", row, by=by, before=row.state, after=row.state, reason=reason, data=data)
    if changed.keys() & set(TRAVELLED_BY):
        delegates.forum_changed(row, before, reason)
    return row


def announced_facts_of(forum: Forum) -> dict[str, Any]:
    """Return the facts of an announced forum as a change is made from them."""
    return {name: getattr(forum, name) for name in ANNOUNCED_FACTS}


def problems_with_change(forum: Forum, facts: dict[str, Any]) -> list[str]:
    """Return why the facts of an announced forum cannot become these."""
    if all(value == getattr(forum, name) for name, value in facts.items()):
        return [_("Nothing has changed.")]
    if forum.state == ForumState.DRAFT:
        return [_("The forum is not announced yet.")]
    first, last = facts.get("starts_on", forum.starts_on), facts.get("ends_on", forum.ends_on)
    if (first, last) == (forum.starts_on, forum.ends_on):
        return _implausible(_as_changed(forum, facts))
    if forum.state == ForumState.IN_SESSION:
        return [_("The forum has begun: its days stay.")]
    reasons = _implausible(_as_changed(forum, facts))
    if first < timezone.localdate(now()):
        reasons.append(_("The first day has passed already. Choose a later one."))
    return [*reasons, *_clashes_of_change(forum, first, last)]


def _clashes_of_change(forum: Forum, first: date, last: date) -> list[str]:
    """Return the conflicts of the programme on these days: of its sessions with each other, and those that are new."""
    sessions, shift = planned(forum), first - forum.starts_on
    known = {clash.words for clash in clashes(sessions, forum.starts_on, forum.ends_on)}
    then = [each._replace(starts_at=each.starts_at + shift, ends_at=each.ends_at + shift) for each in sessions]
    result = clashes(then, first, last)
    return [clash.words for clash in result if len(clash.sessions) > 1 or clash.words not in known]


def _as_changed(forum: Forum, facts: dict[str, Any]) -> Forum:
    changed = copy(forum)
    for name, value in facts.items():
        setattr(changed, name, value)
    return changed


def _demand_plausible(forum: Forum) -> None:
    if reasons := _implausible(forum):
        raise Blocked(reasons)


def _implausible(forum: Forum) -> list[str]:
    reasons = []
    if forum.ends_on < forum.starts_on:
        reasons.append(_("The last day must not be before the first."))
    if forum.respond_by and forum.respond_by >= forum.starts_on:
        reasons.append(_("Ask for replies before the forum begins."))
    try:
        forum.clean()
    except ValidationError as error:
        reasons += error.messages
    return reasons


def _copy_programme(forum: Forum, made: Forum, shift: timedelta, with_parts: bool) -> None:
    themes = {None, *made.consultation.themes.values_list("pk", flat=True)}
    every = forum.consultation_id == made.consultation_id
    sessions = [each for each in forum.sessions.prefetch_related("roles") if every or each.theme_id in themes]
    copies = [
        ForumSession(
            forum=made, order=each.order, title=each.title, kind=each.kind, theme_id=each.theme_id, room=each.room,
            starts_at=each.starts_at + shift, ends_at=each.ends_at + shift,
        )
        for each in sessions
    ]  # fmt: skip
    ForumSession.everything.bulk_create(copies)
    if with_parts:
        SessionRole.objects.bulk_create(
            SessionRole(session=copy, user_id=role.user_id, name=role.name, kind=role.kind, order=role.order)
            for each, copy in zip(sessions, copies, strict=True)
            for role in each.roles.all()
        )


def _copy_documents(forum: Forum, made: Forum, by: User) -> list[str]:
    """Copy the stored documents; return the titles of missing or altered ones."""
    left_out = []
    for file in forum.files.filter(kind=ForumFileKind.DOCUMENT, removed_at=None):
        try:
            data = read_genuine(file.stored_file)
        except NotGenuine:
            left_out.append(file.title)
            continue
        keep_forum_file(made, by=by, title=file.title, name=file.name, data=data, for_everybody=file.for_everybody)
    return left_out
