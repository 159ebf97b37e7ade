"""Forum statistics: shares add up, small numbers are suppressed, silent organisations are listed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from consultations.charts import paired_bars
from consultations.models import County, Speech
from consultations.queries.forum_statistics import FEWEST, forum_figures, pooled, shares
from tests.factories import (
    make_check_in,
    make_delegate,
    make_forum,
    make_ministry,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
)

SIXES = st.dictionaries(st.sampled_from(["f", "m", "x"]), st.integers(1, 40))


@given(st.lists(st.integers(0, 10_000), max_size=16))
def test_shares_add_up_to_a_hundred_and_keep_the_order(numbers):
    found = shares(numbers)
    assert sum(found) == (100 if sum(numbers) else 0)
    pairs = sorted(zip(numbers, found, strict=True))
    assert [share for _number, share in pairs] == sorted(found)
    assert all(abs(share * sum(numbers) - 100 * number) < sum(numbers) for number, share in pairs if sum(numbers))


@given(SIXES, st.integers(0, 40))
def test_small_numbers_are_suppressed(told, unstated):
    shown, pool = pooled(told, unstated)
    everybody = sum(told.values()) + unstated
    assert sum(shown.values()) + pool == everybody
    assert all(number >= FEWEST and told[key] == number for key, number in shown.items())
    assert pool == 0 or pool >= FEWEST or pool == everybody


def test_suppression_resists_subtraction():
    assert pooled({"f": 20, "m": 19, "x": 1}, 0) == ({"f": 20}, 20)
    assert pooled({"f": 20, "m": 19}, 0) == ({"f": 20, "m": 19}, 0)


def test_bars_share_one_scale():
    bars = paired_bars([("A", 50, 25), ("B", 0, 1)])
    assert [(pair.first, pair.second) for pair in bars.pairs] == [(330, 165), (0, 7)]
    assert bars.height == 2 * 46


@pytest.mark.django_db
def test_forum_figures_are_counted():
    desk, morning = make_secretariat(), datetime(2017, 10, 17, 6, tzinfo=UTC)
    forum = make_forum(state="held", starts_on=morning.date())
    session = make_session(forum, theme=make_theme("T1"))
    ministry, society, silent = make_ministry(), make_stakeholder(), make_stakeholder("Quiet society")
    county = County.objects.create(code=1, name="Mombasa", slug="mombasa")
    forum.quotas.create(group="ministry", seats=3)
    forum.quotas.create(group="civil_society", seats=1)
    for number, (body, state) in enumerate([(ministry, "sent"), (society, "sent"), (silent, "draft")]):
        _invite(forum, body, number, state)
    people = [make_delegate(forum, ministry, sex="f", county=county) for _turn in range(3)]
    people += [make_delegate(forum, society, sex="m"), make_delegate(forum, silent), make_delegate(forum, silent)]
    for person in people[:5]:
        make_check_in(person, at=morning)
    make_check_in(people[0], at=morning + timedelta(hours=6))
    make_check_in(people[0], at=morning + timedelta(hours=6, minutes=1))
    for body, minutes in ((ministry, 1), (society, 3)):
        _speak(session, body, morning, minutes, desk)
    make_point(session=session, kind="decision")
    make_point(session=session, stakeholder=society)
    make_point(session=session, state="submitted")
    with CaptureQueriesContext(connection) as asked:
        found = forum_figures(forum)
    assert len(asked) == 6
    assert (found.invited, found.answered, found.confirmed, found.attended, found.organisations) == (2, 0, 6, 5, 3)
    assert {row.label: row[1:] for row in found.groups} == {
        "Ministry": (1, 0, 3, 3, 3, 75, 60, 25),
        "Civil society": (1, 0, 3, 2, 1, 25, 180, 75),
    }
    assert (found.minutes, found.groups_that_came) == (4, 2)
    assert [tuple(line) for line in found.counties] == [("Mombasa", 3), ("", 2)]
    assert [(str(line.label), line.number) for line in found.sexes] == [("", 5)]  # two others would tell the third
    assert [tuple(line) for line in found.half_days] == [
        ("17 October 2017, morning", 5),
        ("17 October 2017, afternoon", 1),
    ]
    assert found.silent == [silent]
    assert [(str(row.theme.code), row.numbers, row.total) for row in found.themes] == [("T1", [1, 1], 2)]
    assert (list(map(str, found.kinds)), found.points) == (["recommendation", "decision"], 2)


def _invite(forum, body, number: int, state: str) -> None:
    letter = forum.invitations.create(
        stakeholder=body, reference=f"NCM/{forum.pk}/{number}", respond_by=forum.starts_on
    )
    if state == "sent":
        sent = {"sent_at": datetime(2017, 9, 1, tzinfo=UTC), "token_hash": f"{forum.pk}{number}".rjust(64, "0")}
        type(letter).objects.filter(pk=letter.pk).update(state="sent", **sent)


def _speak(session, body, at, minutes: int, by) -> None:
    spoken = {"asked_at": at, "started_at": at, "ended_at": at + timedelta(minutes=minutes)}
    order = session.speeches.count() + 1
    Speech.objects.create(session=session, stakeholder=body, group=body.group, order=order, by=by, **spoken)
