"""Calendar files: RFC 5545 conformity with any text, and each person's sessions."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from consultations import ical, workflow
from consultations.ical import Entry, calendar
from consultations.models import SessionRole
from consultations.queries.programme import calendar_address, calendar_of, whole_calendar
from tests.factories import make_delegate, make_forum, make_head, make_session, make_theme, make_user, walk

START = datetime(2026, 12, 1, 6, tzinfo=UTC)
ENTRY = Entry(
    uid="session-1@ncm.example", sequence=3, changed_at=START, starts_at=START, ends_at=START, summary="A; b, c\\d\ne"
)
TEXT = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\\;,\n\r\tnN")), max_size=200)


def unfolded(data):
    """Return the content lines of a file after unfolding (RFC 5545, 3.1)."""
    return data.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def unescaped(text):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text, flags=re.DOTALL)


@given(TEXT, TEXT, st.integers(0, 100_000))
def test_any_text_round_trips_and_lines_are_short(summary, location, sequence):
    data = calendar("Name", [replace(ENTRY, summary=summary, location=location, sequence=sequence)])
    rows = data.split(b"\r\n")
    assert max(map(len, rows)) <= 75
    assert all(row.decode() is not None and b"\n" not in row and b"\r" not in row for row in rows)
    lines = unfolded(data)
    said = {line.partition(":")[0]: line.partition(":")[2] for line in lines if ":" in line}
    clean = ical.UNWRITABLE.sub("", summary.replace("\r\n", "\n").replace("\r", "\n"))
    assert unescaped(said["SUMMARY"]) == clean
    assert said["SEQUENCE"] == str(sequence)
    assert [line for line in lines if line.startswith(("BEGIN:", "END:"))] == [
        "BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "BEGIN:STANDARD", "END:STANDARD", "END:VTIMEZONE",
        "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip


def test_event_has_nairobi_times_and_timestamp_from_data():
    lines = unfolded(calendar("N", [replace(ENTRY, ends_at=START + timedelta(hours=2), is_cancelled=True)]))
    assert {
        "DTSTART;TZID=Africa/Nairobi:20261201T090000",
        "DTEND;TZID=Africa/Nairobi:20261201T110000",
        "DTSTAMP:20261201T060000Z",
        "SUMMARY:A\\; b\\, c\\\\d\\ne",
        "STATUS:CANCELLED",
        "TZID:Africa/Nairobi",
    } <= set(lines)


def test_event_has_an_address_and_a_state_and_empty_properties_are_left_out():
    plain = unfolded(calendar("N", [ENTRY]))
    assert "STATUS:CONFIRMED" in plain
    assert [line for line in plain if line.startswith(("URL", "LOCATION", "DESCRIPTION"))] == []
    assert "URL:https://ncm.example/f/" in unfolded(calendar("N", [replace(ENTRY, address="https://ncm.example/f/")]))


@pytest.mark.parametrize(("octets", "rows"), [(74, 1), (75, 1), (76, 2), (149, 2), (150, 3)])
def test_line_is_folded_after_75_octets(octets, rows):
    assert len(ical.folded("x" * octets).removesuffix(b"\r\n").split(b"\r\n ")) == rows


@pytest.mark.django_db
def test_programme_is_public_and_personal_calendar_has_own_sessions_and_roles():
    forum = make_forum(state="draft", venue="KSMS", title="Forum of Nairobi")
    assert Client().get(reverse("forum_ics", args=[forum.slug])).status_code == 404
    start = datetime.combine(forum.starts_on, datetime.min.time(), UTC) + timedelta(hours=6)
    opening = make_session(forum, starts_at=start, title="Opening")
    make_session(forum, starts_at=start + timedelta(hours=1), title="Tea", kind="break")
    later = {"starts_at": start + timedelta(hours=2), "kind": "breakout"}
    rights = make_session(forum, title="Rights", room="Hall B", theme=make_theme("T2"), **later)
    make_session(forum, title="Drivers", room="Hall A", **later)
    workflow.announce(forum, by=make_head())
    user = make_user(name="Aisha Ali")
    SessionRole.objects.create(session=rights, user=user, kind="rapporteur")
    SessionRole.objects.create(session=opening, name="Ng'ang'a Otieno", kind="chair")
    mine, chair = make_delegate(forum, user=user, name="Aisha Ali"), make_delegate(forum, name="Ng'ang'a Otieno")

    assert sorted(each.summary for each in whole_calendar(forum)) == ["Drivers", "Opening", "Rights"]
    own = calendar_of(forum, delegate=mine)
    assert [(each.summary, each.description.split("\n")[0]) for each in own] == [
        ("Opening", "Forum of Nairobi"),
        ("Rights", "You are: rapporteur."),
    ]
    other = calendar_of(forum, delegate=chair)
    assert [each.summary for each in other] == ["Opening", "Parallel sessions"]
    assert other[0].description.startswith("You are: chair.")
    assert {"Rights – Hall B", "Drivers – Hall A"} <= set(other[1].description.split("\n"))

    # the same until something is entered in the journal; then the number grows and the name stays
    before = Client().get(reverse("forum_ics", args=[forum.slug]))
    assert before["Content-Type"] == "text/calendar; charset=utf-8"
    assert before.content == Client().get(reverse("forum_ics", args=[forum.slug])).content
    first = whole_calendar(forum)[0]
    workflow.close_registration(forum, by=make_head())
    again = whole_calendar(forum)[0]
    assert (again.uid, again.sequence) == (first.uid, first.sequence + 1)
    assert again.changed_at > first.changed_at

    # a delegate's own address needs no account, and no other one opens it
    address = calendar_address(mine).removeprefix("http://testserver").partition("/forums/")[2]
    assert b"You are: rapporteur." in Client().get(f"/forums/{address}").content
    assert Client().get(f"/forums/{address.replace(f'/{mine.pk}/', f'/{chair.pk}/')}").status_code == 404
    assert Client().get(f"/forums/{address[:-5]}X.ics").status_code == 404
    walk(mine, "withdrawn")
    assert [each.is_cancelled for each in calendar_of(forum, delegate=mine)] == [True, True]
    client = Client()
    client.force_login(user)
    assert b"You are: rapporteur." in client.get(reverse("forum_ics_mine", args=[forum.slug])).content
