"""Accounts and their e-mail addresses."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import CharField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from consultations.email_addresses import NORMAL, NotAnAddress, normal_form, readings
from consultations.models import (
    Delegate,
    Event,
    ForumState,
    Invitation,
    Membership,
    MembershipInvitation,
    MembershipRole,
    Office,
    SessionRole,
    SessionRoleKind,
    Stakeholder,
    User,
)

WITH_ADDRESS: list[tuple[type[Model], str]] = [
    (User, "email"),
    (EmailAddress, "email"),
    (MembershipInvitation, "email"),
    (Stakeholder, "contact_email"),
    (Invitation, "email"),
    (Delegate, "email"),
]


class AddressProblem(NamedTuple):
    """Address that is not normalised: its record and column, and its normal form, if any."""

    record: Model
    field: str
    corrected: str | None
    holder: User | None = None  # another account with the normal form

    @property
    def address(self) -> str:
        """Return the stored address."""
        return str(getattr(self.record, self.field))


def address_problems() -> Iterator[AddressProblem]:
    """Return every address that is not normalised, accounts first; closed accounts may keep theirs.

    The database preselects: only rows with unusual characters or A-labels are read.
    """
    for model, field in WITH_ADDRESS:
        odd = ~Q(**{f"{field}__regex": NORMAL}) & ~Q(**{field: ""}) | Q(**{f"{field}__contains": "xn--"})
        rows = model._base_manager.filter(odd).order_by("pk")
        if model is User:
            rows = rows.filter(is_active=True)
        for record in rows.iterator():
            address, normal = getattr(record, field), _form_or_none(getattr(record, field))
            if normal != address:
                yield AddressProblem(record, field, normal, _holder(record, normal))


def _holder(record: Model, normal: str | None) -> User | None:
    if normal is None or not isinstance(record, User):
        return None
    return User.objects.filter(email=normal).exclude(pk=record.pk).first()


def _form_or_none(address: str) -> str | None:
    try:
        return normal_form(address)
    except NotAnAddress:
        return None


def is_unconfirmed(user: User) -> bool:
    """Return whether nobody ever proved to own the account's address: not confirmed and never used to sign in."""
    if user.last_login or user.office or user.memberships.exists():
        return False
    return not EmailAddress.objects.filter(user=user, verified=True).exists()


def known_address(typed: str) -> str:
    """Return the address of the account that `typed` refers to, or its normal form if there is none.

    Queries the database only if the address is ambiguous. Raises NotAnAddress.
    """
    first, *others = readings(typed)
    if not others:
        return first
    known = set(User.objects.filter(email__in=[first, *others]).values_list("email", flat=True))
    return next((address for address in (first, *others) if address in known), first)


# --- Who holds which office -------------------------------------------------------------------------------------------

IN_ORDER = (Office.HEAD, Office.SECRETARIAT, Office.OFFICIAL, Office.SYSADMIN)


def office_holders() -> list[tuple[Office, list[User]]]:
    """Return the offices with the people who hold them, each with `since`: when the office was given, as the journal
    has it. One query.
    """
    given = Event.objects.filter(
        kind=User._meta.label_lower,
        object_id=Cast(OuterRef("pk"), CharField()),
        verb="appoint",
        after=OuterRef("office"),
    )
    rows: Any = User.objects.filter(is_active=True).exclude(office=Office.NONE).order_by("name", "pk")
    holders = list(rows.annotate(since=Subquery(given.order_by("-number").values("at")[:1])))
    return [(office, [each for each in holders if each.office == office]) for office in IN_ORDER]


def clearing_officers() -> QuerySet[Membership]:
    """Return who clears texts for which ministry, by its name."""
    rows = Membership.objects.not_over().filter(role=MembershipRole.CLEARING_OFFICER)
    return rows.select_related("user", "stakeholder").order_by("stakeholder__name", "user__name")


def chairs_to_come() -> QuerySet[SessionRole]:
    """Return who chairs which session of the forums that are not over, in the order of the programmes."""
    over = (ForumState.HELD, ForumState.REPORTED, ForumState.CANCELLED)
    rows = SessionRole.objects.filter(kind=SessionRoleKind.CHAIR).exclude(session__forum__state__in=over)
    rows = rows.exclude(session__state="cancelled").select_related("user", "session__forum")
    return rows.order_by("session__starts_at", "session__order", "order")
