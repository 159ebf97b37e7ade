"""Statistics and exports of a forum: for the secretariat, without formulas, journalled."""

import csv
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from consultations.models import Access, Speech
from consultations.queries.forum_statistics import FORUM_LISTS
from ncm_portal.workflow import now
from tests.access_log import entries
from tests.factories import (
    make_action,
    make_check_in,
    make_delegate,
    make_forum,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    """Forum with a row in each of its lists."""
    forum, body, desk = make_forum(state="held"), make_stakeholder("=cmd|' /C calc'!A0"), make_secretariat()
    make_check_in(make_delegate(forum, body, name="Ng'ang'a wa Thiong'o", badge_number=7))
    make_delegate(forum, body, name="Still to come")
    make_delegate(forum, body, state="refused", name="Refused")
    session = make_session(forum)
    make_point(session=session, stakeholder=body, text="+1 is no formula")
    make_action(forum, stakeholder=body)
    forum.invitations.create(stakeholder=body, reference="NCM/1", respond_by=forum.starts_on)
    Speech.objects.create(session=session, stakeholder=body, group=body.group, order=1, asked_at=now(), by=desk)
    return forum


def table(answer) -> list[list[str]]:
    """Return the rows of a CSV response."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_each_list_is_exported_and_access_is_logged(client, forum):
    at = reverse("forum_lists", args=[forum.slug])
    sign_in(client, make_member())
    assert [client.get(at).status_code, client.post(at, {"list": "delegates.csv"}).status_code] == [404, 404]
    sign_in(client, make_secretariat())
    assert client.get(at).status_code == 200
    found = {what: table(client.post(at, {"list": f"{what}.csv"})) for what in FORUM_LISTS}
    assert {what: len(rows) - 1 for what, rows in found.items()} == {
        "delegates": 3, "attendance": 2, "invitations": 1, "points": 1, "actions": 1, "speakers": 1,
    }  # fmt: skip
    assert {len({len(row) for row in rows}) for rows in found.values()} == {1}
    names = {row[1]: row for row in found["attendance"]}
    assert (names["Ng'ang'a wa Thiong'o"][0], names["Ng'ang'a wa Thiong'o"][-1]) == ("7", "came")
    assert names["Still to come"][-1] == ""
    assert {row[3] for row in found["delegates"][1:]} == {"'=cmd|' /C calc'!A0"}
    assert [entry.details["list"] for entry in entries(Access.EXPORT, forum)] == list(FORUM_LISTS)
    book = load_workbook(BytesIO(b"".join(client.post(at, {"list": "points.xlsx"}).streaming_content)))
    cells = next(iter(book.active.iter_rows(min_row=2)))
    assert [(cell.value, cell.data_type) for cell in cells if cell.value == "+1 is no formula"] == [
        ("+1 is no formula", "s")
    ]
    for wrong in ("", "delegates", "delegates.exe", "nobody.csv"):
        assert client.post(at, {"list": wrong}).status_code == 422
    assert len(entries(Access.EXPORT)) == len(FORUM_LISTS) + 1


def test_figures_are_restricted_until_forum_is_reported(client, forum, django_assert_num_queries):
    desk, public = (reverse(name, args=[forum.slug]) for name in ("forum_figures", "figures_of_forum"))
    quiet = make_stakeholder("Quiet society")
    make_check_in(make_delegate(forum, quiet))
    assert client.get(public).status_code == 404
    type(forum).objects.filter(pk=forum.pk).update(state="reported")
    with django_assert_num_queries(7):  # the memory of pages asks once more
        said = words(client.get(public))
    assert ["Quiet society" in said, "1 organisation attended" in said] == [False, True]
    sign_in(client, make_member())
    assert client.get(desk).status_code == 404
    sign_in(client, make_secretariat())
    assert "Quiet society" in words(client.get(desk))
