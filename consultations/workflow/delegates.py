"""Seats of delegates: confirmation, reserve list, substitutes, merged entries and seat quotas."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db.models import Max, Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import (
    Delegate,
    DelegateState,
    Forum,
    ForumState,
    OutgoingMail,
    SeatQuota,
    StakeholderState,
    User,
)
from consultations.notifications.delegates import News, key_of, news_of
from consultations.permissions import SECRETARIAT, SENDERS, is_head, is_secretariat
from consultations.queries.delegates import awaiting_notice, free_in_group, own_address
from ncm_portal.workflow import Blocked, Condition, Move, demand, either, journal, locked, make, now, table, verb

D = DelegateState
OVER = (ForumState.HELD, ForumState.REPORTED, ForumState.CANCELLED)
LIVE = (D.NOMINATED, D.WAITLISTED, D.CONFIRMED)  # from the weakest to the strongest
EDITED = ("name", "title", "email", "role", "county", "sex", "access_needs")
TOLD_BY_TWO = ("stakeholder", *EDITED)  # fields that can differ between two entries of one person


def ready_to_confirm(delegate: Delegate) -> list[Condition]:
    """The organisation is verified and a seat is free; a substitute uses the seat of the principal."""
    forum = delegate.forum
    taken = forum.delegates.filter(state=D.CONFIRMED, sits_in_for=None).count()
    name, seats = {"name": delegate.stakeholder.name}, {"taken": taken, "seats": forum.seats}
    verified = either(
        delegate.stakeholder.state == StakeholderState.VERIFIED,
        _("%(name)s is verified") % name,
        _("%(name)s is not verified") % name,
        reverse("desk_organisation", args=[delegate.stakeholder_id]),
    )
    if delegate.sits_in_for_id:
        return [verified]
    free = either(
        taken < forum.seats,
        _("A seat is free: %(taken)s of %(seats)s are taken") % seats,
        _("No seat is free: %(taken)s of %(seats)s are taken") % seats,
        reverse("forum_seats", args=[forum.slug]),
    )
    return [verified, free]


DELEGATE_MOVES = table(
    Move(
        "confirm",
        gettext_lazy("Confirm"),
        (D.NOMINATED, D.WAITLISTED),
        D.CONFIRMED,
        SECRETARIAT,
        ready_to_confirm,
    ),
    Move("waitlist", gettext_lazy("Put on the reserve list"), (D.NOMINATED,), D.WAITLISTED, SECRETARIAT),
    Move(
        "refuse_delegate",
        gettext_lazy("Refuse"),
        (D.NOMINATED,),
        D.REFUSED,
        SECRETARIAT,
        needs_reason=True,
        grave=True,
    ),
    Move(
        "withdraw_delegate",
        gettext_lazy("Withdraw"),
        (D.NOMINATED, D.CONFIRMED, D.WAITLISTED),
        D.WITHDRAWN,
        SENDERS,
        grave=True,
    ),
)


# --- One delegate ---------------------------------------------------------------------------------------------------


def _within_the_group(delegate: Delegate, *, by: User, reason: str) -> None:
    """Raise Blocked if the seats of the delegate's group are taken, unless the head confirms with a reason."""
    if delegate.sits_in_for_id:
        return
    free = free_in_group(delegate.forum, delegate.group)
    if free is None or free > 0 or (is_head(by) and reason.strip()):
        return
    words = _("All seats of “%(group)s” are taken. Only the head of the secretariat can confirm more, with a reason.")
    raise Blocked(words % {"group": delegate.get_group_display()})


@verb
def confirm(delegate: Delegate, *, by: User, reason: str = "") -> Delegate:
    """Give a delegate a seat and the next badge number. Only the head can exceed the seats of a group, with a
    `reason`.
    """

    def give_badge(row: Delegate) -> None:
        _within_the_group(row, by=by, reason=reason)
        row.badge_number = (row.forum.delegates.aggregate(last=Max("badge_number"))["last"] or 0) + 1

    _one_at_a_time(delegate.forum_id)
    return make(DELEGATE_MOVES["confirm"], delegate, by=by, reason=reason, change=give_badge)


def _one_at_a_time(forum_id: int) -> Forum:
    """Return the forum, locked, so that seats are counted one decision at a time."""
    return next(iter(Forum.objects.select_for_update(no_key=True).filter(pk=forum_id)))


@verb
def waitlist(delegate: Delegate, *, by: User) -> Delegate:
    """Put a delegate on the reserve list."""
    return make(DELEGATE_MOVES["waitlist"], delegate, by=by)


@verb
def refuse_delegate(delegate: Delegate, *, by: User, reason: str) -> Delegate:
    """Refuse a nomination with a reason."""
    return make(DELEGATE_MOVES["refuse_delegate"], delegate, by=by, reason=reason)


@verb
def withdraw_delegate(delegate: Delegate, *, by: User, reason: str = "") -> Delegate:
    """Withdraw a delegate, which frees the seat."""
    return make(DELEGATE_MOVES["withdraw_delegate"], delegate, by=by, reason=reason)


@verb
def edit_delegate(delegate: Delegate, *, by: User, **fields: Any) -> Delegate:
    """Correct a person's details (EDITED). Unchanged values have no effect. Raises NotAllowed."""
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Correct a delegate"))
    row = locked(delegate)
    changed = {name: [_plain(getattr(row, name)), _plain(value)] for name, value in fields.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=list(fields))
        journal("edit", row, by=by, before=row.state, after=row.state, data={"changed": changed})
    return row


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


# --- Several at once ------------------------------------------------------------------------------------------------


@verb
def decide_delegates(forum: Forum, *, by: User, move: str, delegates: Iterable[Delegate], reason: str = "") -> int:
    """Make one move for several delegates of `forum`: for all of them, or for none with every reason. Returns
    how many.
    """
    decided, reasons = list(delegates), []
    act = _DECISIONS[move]
    _one_at_a_time(forum.pk)
    for each in decided:
        try:
            act(each, by, reason)
        except Blocked as refusal:
            reasons += [f"{each.name}: {why}" for why in refusal.reasons]
    if reasons:
        raise Blocked(list(dict.fromkeys(reasons)))
    return len(decided)


_DECISIONS: dict[str, Callable[[Delegate, User, str], Delegate]] = {
    "confirm": lambda row, by, reason: confirm(row, by=by, reason=reason),
    "waitlist": lambda row, by, reason: waitlist(row, by=by),
    "refuse_delegate": lambda row, by, reason: refuse_delegate(row, by=by, reason=reason),
    "withdraw_delegate": lambda row, by, reason: withdraw_delegate(row, by=by, reason=reason),
}


# --- The reserve list, substitutes ----------------------------------------------------------------------------------


@verb
def promote(
    forum: Forum, *, by: User, group: str = "", instead_of: Delegate | None = None, reason: str = ""
) -> Delegate:
    """Give a seat to the first on the reserve list of a group: a free one, or that of `instead_of`, who is withdrawn.

    The order is that of nomination. Raises Blocked if the group has nobody on the list, or no seat is free.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Promote from the reserve list"))
    _one_at_a_time(forum.pk)
    if instead_of and instead_of.forum_id != forum.pk:
        raise Blocked(_("%(name)s belongs to another forum.") % {"name": instead_of.name})
    group = instead_of.group if instead_of else group
    waiting = forum.delegates.filter(state=D.WAITLISTED, group=group)
    first = waiting.select_related("stakeholder", "forum").order_by("pk").first()
    if first is None:
        words = _("There is nobody from the group “%(group)s” on the reserve list.")
        raise Blocked(words % {"group": Delegate(group=group).get_group_display() or _("Without a group")})
    if instead_of:
        withdraw_delegate(instead_of, by=by, reason=reason)
    made = confirm(first, by=by, reason=reason)
    before = {"instead_of": instead_of.pk} if instead_of else {}
    journal("promote", made, by=by, before=D.WAITLISTED, after=made.state, reason=reason, data=before)
    return made


@verb
def substitute(principal: Delegate, *, by: User, name: str, title: str = "", email: str = "") -> Delegate:
    """Let a person sit in for a confirmed delegate, with a badge number of their own.

    Raises NotAllowed, or Blocked if the principal has no seat or already has a substitute.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Have someone sit in for a delegate"))
    forum = _one_at_a_time(principal.forum_id)
    row = locked(principal)
    reasons = []
    if row.state != D.CONFIRMED or row.sits_in_for_id:
        reasons.append(_("%(name)s has no seat, so nobody can sit in.") % {"name": row.name})
    if forum.state in OVER:
        reasons.append(_("The forum is over."))
    if sitting := row.substitutes.filter(state=D.CONFIRMED).first():
        reasons.append(_("%(name)s already sits in.") % {"name": sitting.name})
    if not name.strip():
        reasons.append(_("Enter who sits in."))
    if reasons:
        raise Blocked(reasons)
    made = Delegate.objects.create(
        forum=forum, stakeholder=row.stakeholder, name=name, title=title, email=email, role=row.role, group=row.group,
        county=row.county, sits_in_for=row,
    )  # fmt: skip
    journal("substitute", row, by=by, before=row.state, after=row.state, data={"substitute": made.pk, "name": name})
    return confirm(made, by=by)


@verb
def end_substitute(delegate: Delegate, *, by: User, reason: str = "") -> Delegate:
    """End a substitution because the principal is present: the substitute is withdrawn, and all records are kept."""
    if delegate.sits_in_for_id is None:
        raise Blocked(_("%(name)s does not sit in for anyone.") % {"name": delegate.name})
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("End a substitution"))
    return withdraw_delegate(delegate, by=by, reason=reason or _("The principal attended."))


# --- One person, named twice ----------------------------------------------------------------------------------------


@verb
def merge_delegates(first: Delegate, second: Delegate, *, by: User, chosen: Mapping[str, int]) -> Delegate:
    """Merge two entries of one person. `chosen`: for a field of TOLD_BY_TWO the primary key of the entry with the right
    value.

    Keeps the entry with the stronger state (confirmed, reserve list, nominated), then the one with a seat of its own,
    then the older one; the other is withdrawn and points to it. Check-ins, speeches and the badge of the withdrawn
    entry lead to the kept one; a seat on which it sat in can have a new substitute.

    Raises NotAllowed, or Blocked unless they are two active entries of one forum.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Merge two entries of one person"))
    _one_at_a_time(first.forum_id)
    rows = [locked(each) for each in (first, second)]
    reasons = [
        _("%(name)s is %(state)s.") % {"name": r.name, "state": r.get_state_display()}
        for r in rows
        if r.state not in LIVE
    ]
    if rows[0].pk == rows[1].pk or rows[0].forum_id != rows[1].forum_id:
        reasons.append(_("These are not two entries of the same forum."))
    if rows[0].pk in (rows[1].sits_in_for_id, rows[1].pk) or rows[1].pk == rows[0].sits_in_for_id:
        reasons.append(_("One of them sits in for the other, so these are two people."))
    if reasons:
        raise Blocked(list(dict.fromkeys(reasons)))
    stays, goes = sorted(rows, key=lambda row: (-LIVE.index(row.state), row.sits_in_for_id is not None, row.pk))
    changed = _choose(stays, goes, chosen)
    stays.save()
    withdraw_delegate(goes, by=by, reason=_("The same person as %(name)s.") % {"name": stays.name})
    Delegate.objects.filter(pk=goes.pk).update(merged_into=stays)
    Delegate.objects.filter(merged_into=goes).update(merged_into=stays)
    Delegate.objects.filter(sits_in_for=goes).exclude(pk=stays.pk).update(sits_in_for=stays)
    data = {"merged": goes.pk, "was": {name: _plain(getattr(goes, name)) for name in TOLD_BY_TWO}, "changed": changed}
    journal("merge_delegates", stays, by=by, before=stays.state, after=stays.state, data=data)
    return stays


def _choose(stays: Delegate, goes: Delegate, chosen: Mapping[str, int]) -> dict[str, list[str]]:
    """Copy the chosen values to the kept entry, with the account. Returns what changed."""
    changed = {}
    for name in TOLD_BY_TWO:
        here, there = getattr(stays, name), getattr(goes, name)
        if chosen.get(name) == goes.pk and here != there:
            changed[name] = [_plain(here), _plain(there)]
            setattr(stays, name, there)
    if "stakeholder" in changed:
        stays.group, stays.invitation = goes.group, goes.invitation
    stays.user = stays.user or goes.user
    return changed


# --- Seats ----------------------------------------------------------------------------------------------------------


@verb
def set_seats(forum: Forum, *, by: User, seats: int, groups: Mapping[str, tuple[int, int]]) -> Forum:
    """Set the seats of a forum and of each group (seats, places on the reserve list).

    Groups that are not in `groups` have none. Raises NotAllowed, or Blocked if the groups have more seats than the
    forum, or the forum fewer than are confirmed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Set the seats"))
    row = _one_at_a_time(forum.pk)
    taken = row.delegates.filter(state=D.CONFIRMED, sits_in_for=None).count()
    planned, reasons = sum(number for number, _reserve in groups.values()), []
    if planned > seats:
        words = {"planned": planned, "seats": seats}
        reasons.append(_("The groups together have %(planned)s seats, but the forum has %(seats)s.") % words)
    if taken > seats:
        reasons.append(_("Already confirmed: %(taken)s. Enter at least that many seats.") % {"taken": taken})
    if row.state in OVER:
        reasons.append(_("The forum is over."))
    if reasons:
        raise Blocked(reasons)
    before = {quota.group: [quota.seats, quota.reserve] for quota in row.quotas.all()}
    after = {group: list(pair) for group, pair in groups.items()}
    if (before, row.seats) == (after, seats):
        return row
    row.quotas.exclude(group__in=groups).delete()
    SeatQuota.objects.bulk_create(
        [SeatQuota(forum=row, group=group, seats=number, reserve=spare) for group, (number, spare) in groups.items()],
        update_conflicts=True,
        unique_fields=["forum", "group"],
        update_fields=["seats", "reserve"],
    )
    data = {"seats": [row.seats, seats], "groups": [before, after]}
    row.seats = seats
    row.save(update_fields=["seats"])
    journal("set_seats", row, by=by, before=row.state, after=row.state, data=data)
    return row


# --- Badges -----------------------------------------------------------------------------------------------------------


@verb
def print_paper(
    forum: Forum,
    paper: str,
    *,
    fingerprint: str,
    pages: int,
    by: User,
    people: Mapping[int, str] | None = None,
    badges: Collection[int] = (),
) -> Model:
    """Record that a document of the forum was printed and its content, so that later changes can be detected.

    `people` gives for each delegate (by primary key) what was printed about them; `badges` are those whose badge was
    printed: they are marked, and a reprint moves the mark. Returns the journal entry, whose number identifies the
    batch. Raises NotAllowed, or Blocked if a badge belongs to nobody with a seat at this forum.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Print a paper"))
    if badges:
        _mark(forum, badges)
    data = {"paper": paper, "fingerprint": fingerprint, "pages": pages, "people": dict(people or {})}
    return journal("print_paper", forum, by=by, data=data)


def _mark(forum: Forum, badges: Collection[int]) -> None:
    rows = list(Delegate.objects.select_for_update(no_key=True).filter(forum=forum, pk__in=badges).order_by("pk"))
    problems = [
        _("%(name)s is %(state)s, not confirmed.") % {"name": row.name, "state": row.get_state_display()}
        for row in rows
        if row.state != DelegateState.CONFIRMED
    ]
    if len(rows) < len(set(badges)):
        problems.append(_("One of them is not a delegate to this forum."))
    if problems:
        raise Blocked(problems)
    Delegate.objects.filter(pk__in=badges).update(badge_printed_at=now())


# --- Mail to delegates ------------------------------------------------------------------------------------------------


@verb
def tell_delegates(forum: Forum, *, by: User, keys: Collection[str]) -> list[News]:
    """Notify delegates of the decisions with these keys, unless already notified: by mail if possible; the others are
    recorded as told by telephone or letter. Repeating it notifies nobody twice. Raises NotAllowed.
    """
    demand(is_secretariat(by), who=SECRETARIAT, to=gettext_lazy("Notify the delegates"))
    row, requested = locked(forum), set(keys)  # one notification at a time
    people = awaiting_notice(row).select_for_update(of=("self",), no_key=True)
    notifications = news_of(each for each in people if key_of(each) in requested)
    OutgoingMail.objects.bulk_create([news.mail for news in notifications if news.mail])
    for news in notifications:
        _note(news, by)
    return notifications


def _note(news: News, by: User) -> None:
    for person in news.people:
        way = "no mail" if news.mail is None else "own address" if own_address(person) else "institution"
        person.told, person.told_at = person.state, now()
        person.save(update_fields=["told", "told_at"])
        journal("tell_delegates", person, by=by, before=person.state, after=person.state, data={"by": way})
