"""People of every role, and cases of what waits for them, for the tests of the inbox.

A case makes a record that waits; it names the people for whom it does, and how it is done.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.test import Client

from consultations.models import User
from consultations.queries.inbox import Row, inbox
from tests.factories import make_head, make_member, make_ministry, make_secretariat, make_stakeholder, make_user
from tests.sign_in import sign_in

STAFF = {"secretariat", "colleague", "head"}
ROLES = (
    "secretariat", "colleague", "head", "sysadmin", "official", "focal", "clearing", "stranger", "nobody",
)  # fmt: skip


class Case(NamedTuple):
    """For whom a record waits, and what ends that."""

    people: set[str]
    done: Callable[[], Any]


def make_people() -> SimpleNamespace:
    """Create somebody of each role: two officers, and people of three organisations, of which `ministry` is a member."""
    ministry, body = make_ministry("Ministry of Passes"), make_stakeholder("Herders' Union")
    return SimpleNamespace(
        ministry=ministry,
        body=body,
        secretariat=make_secretariat(name="Hassan"),
        colleague=make_secretariat(name="Mercy"),
        head=make_head(name="Ruth"),
        sysadmin=make_user("sysadmin"),
        official=make_user("official"),
        focal=make_member(body, is_primary=True),
        clearing=make_member(ministry, "clearing_officer"),
        stranger=make_member(make_stakeholder("Fishers' Group")),
        nobody=make_user(),
    )


def rows_of(user: User) -> list[Row]:
    """Return the inbox as a new request of the person reads it."""
    return inbox(User.objects.get(pk=user.pk))


def who_sees(code: str, people: SimpleNamespace) -> set[str]:
    """Return those who have a row of this kind."""
    return {name for name in ROLES if any(row.code == code for row in rows_of(getattr(people, name)))}


def check(code: str, make: Callable[[SimpleNamespace], Case]) -> None:
    """Check a kind: it waits for its people and nobody else, each of them may open its page, and it leaves when done."""
    people = make_people()
    assert who_sees(code, people) == set()
    case = make(people)
    assert who_sees(code, people) == case.people
    for name in case.people:
        user = getattr(people, name)
        row = next(row for row in rows_of(user) if row.code == code)
        assert sign_in(Client(), user).get(row.url).status_code == 200, (name, row)
        assert "%" not in row.words + row.about
        assert row.button
    case.done()
    assert who_sees(code, people) == set()
