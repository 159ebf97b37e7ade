"""The page of a forum."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from consultations.models import ForumSession
from positions.views.forums import slots
from tests.factories import (
    make_action,
    make_check_in,
    make_communique,
    make_consultation,
    make_delegate,
    make_forum,
    make_ministry,
    make_point,
    make_session,
    make_stakeholder,
    make_theme,
    walk,
)
from tests.pages import words
from tests.paper_factories import bring_paper, make_decision, make_edition, make_paper

pytestmark = pytest.mark.django_db


def get(client, forum):
    return client.get(reverse("forum", args=[forum.slug]))


def session(title, hour, hours=1, order=1):
    start = datetime(2017, 10, 17, hour, tzinfo=UTC)
    return ForumSession(title=title, starts_at=start, ends_at=start + timedelta(hours=hours), order=order)


def test_sessions_at_the_same_time_share_a_slot():
    tea, a, b, long = session("Tea", 7), session("A", 8, order=3), session("B", 8, order=2), session("Long", 8, 2)
    found = slots([long, a, tea, b])
    assert [(slot.starts_at.hour, slot.ends_at.hour, slot.sessions) for slot in found] == [
        (7, 8, [tea]),
        (8, 9, [b, a]),
        (8, 10, [long]),
    ]
    assert slots([]) == []


def test_page_shows_dates_place_participants_and_topics(client):
    forum = make_forum(
        make_consultation(title="The round"), title="The forum", place="Nairobi", venue="Hall A",
        convenors="NCM and IOM", starts_on=date(2017, 10, 17), seats=50, state="held",
    )  # fmt: skip
    start = datetime(2017, 10, 17, 7, 30, tzinfo=UTC)
    make_session(forum, title="Group 1", room="Room 1", theme=make_theme("T1"), starts_at=start)
    make_session(forum, title="Group 2", room="Room 2", starts_at=start)
    ministry = make_ministry()
    for _turn in range(2):
        make_delegate(forum, ministry, name="Wanjiku Ng'ang'a")
    page = get(client, forum)
    said = words(page)
    assert "The forum When 17 October 2017 Held Where Hall A, Nairobi Convened by NCM and IOM" in said
    assert "seats 50 delegates 2 organisations 1 groups 1" in said
    assert re.search(r"10:30–11:30 Group 1 · Room 1 · Theme: .+ Group 2 · Room 2", said)
    assert "Delegates by group Group Delegates Organisations Ministry 2 1" in said
    assert "Wanjiku" not in said


def test_link_of_a_session_says_which_theme_it_opens(client):
    """The title of a session may name several themes, and its link opens one."""
    forum, theme = make_forum(), make_theme("T1")
    make_session(forum, title="Group: drivers, rights, smuggling", theme=theme)
    page = client.get(reverse("forum", args=[forum.slug])).text
    assert re.search(rf'<a href="{reverse("theme", args=["T1"])}" lang="en">(.*?)</a>', page)[1] == theme.title
    assert ">Group: drivers, rights, smuggling</a>" not in page


def test_multi_day_forum_names_each_day(client):
    first = datetime(2017, 10, 17, 6, tzinfo=UTC)
    forum = make_forum(starts_on=date(2017, 10, 17), ends_on=date(2017, 10, 18))
    for hours in (0, 2, 24):
        make_session(forum, starts_at=first + timedelta(hours=hours))
    said = words(get(client, forum))
    assert "17 October 2017 – 18 October 2017" in said
    assert len(re.findall(r"1[78] October 2017 (?=\d\d:)", said)) == 2


def test_published_paper_is_linked(client):
    forum = make_forum(state="held")
    paper = make_paper(forum.consultation, state="adopted", forum=forum)
    make_edition(paper, "1.0", "adopted")
    other = make_paper(make_consultation(), state="published")
    make_edition(other, "1.0", "adopted")
    assert get(client, forum).context["edition"] is None
    bring_paper(paper, "published")
    assert get(client, forum).context["edition"].paper == paper
    assert f'class="button" href="{reverse("paper", args=[paper.slug])}"' in get(client, forum).content.decode()


def test_reported_forum_shows_outcome(client, django_assert_num_queries):
    forum = make_forum(title="The forum", state="held", seats=50)
    session = make_session(forum, theme=make_theme("T1"))
    for body in (make_ministry(), make_stakeholder("A union")):
        for _turn in range(2):
            make_check_in(last := make_delegate(forum, body))
    make_check_in(last, at=session.starts_at)  # on another day: the same person
    for turn in range(12):
        promise = make_point(session=session, kind="commitment", stakeholder=body)
        make_action(forum, point=promise, stakeholder=body, text=f"Promise {turn}.")
    make_point(session=session, kind="decision", text="Children are registered.")
    make_communique(forum, state="published")
    paper = bring_paper(make_paper(forum.consultation, forum=forum, title="The position"), "published")
    edition = make_edition(paper, "1.0", "adopted")
    make_decision(paper, at=datetime(2017, 10, 16, 9, tzinfo=UTC))
    make_decision(paper, "consensus_with_reservations", at=datetime(2017, 10, 17, 9, tzinfo=UTC))
    walk(forum, "reported")
    with django_assert_num_queries(8):  # the memory of pages asks once more
        page = get(client, forum)
    said = words(page)
    assert "people came 4 organisations came 2 seats 50" in said
    assert (
        "On 17 October 2017 the meeting decided on the position paper: consensus with reservations. The position"
        in said
    )
    assert "Children are registered." in said
    assert said.count("Promise ") == 10
    assert "All commitments of all forums, with 12 from this one" in said
    assert [page.context["edition"], "Read the communiqué" in said] == [edition, True]


def test_reported_forum_without_paper_or_commitments_is_shown(client):
    said = words(get(client, walk(make_forum(state="held"), "reported")))
    assert ["The record contains no decision." in said, "Commitments" in said, "Read the" in said] == [
        True,
        False,
        False,
    ]
    assert "people came 0 organisations came 0" in said


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("announced", 200), ("cancelled", 200)])
def test_forum_in_preparation_is_404(client, state, status):
    assert get(client, make_forum(state=state)).status_code == status
