"""Forum documents: all kinds are printed once together, read back and checked by veraPDF."""

import hashlib
import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.models import ActionPoint, Communique, Group, SeatQuota, SessionRole
from consultations.queries import delegates_of as counted_delegates
from consultations.tokens import room_code
from positions.forum_documents import PAPERS, Day, content, fingerprint
from positions.models import FloorDecision
from positions.render import day, text_fitting
from positions.text.canonical import canonical
from tests.factories import (
    change,
    make_check_in,
    make_consultation,
    make_delegate,
    make_forum,
    make_head,
    make_point,
    make_provision,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
    walk,
)
from tests.paper_factories import make_decision, make_paper, make_paragraph, make_reservation, make_section
from tests.pdf_text import pages

ARABIC, AMHARIC = "أحمد بن يوسف", "ገብረ ተክለ ሃይማኖት"
LONG = "Wilhelmina Christabel Nyambura-Achieng' Otieno-Kipkemboi III"
FIRST = date(2026, 12, 1)


def eat(hour, minute=0, day_=FIRST):
    """Return a time in Nairobi."""
    return datetime.combine(day_, time(hour, minute), UTC) - timedelta(hours=3)


@pytest.fixture
def world(db):
    """Create a past forum: five delegates, one absent, with a point, a decision, an action and a communiqué."""
    consultation = make_consultation(title="Kenya's position", themes=("T1",))
    forum = make_forum(consultation, state="held", starts_on=FIRST, code="F2026", title="Forum of Nairobi", seats=9)
    body = make_stakeholder("Wizara ya Ng'ambo", group=Group.MINISTRY, is_ncm_member=True)
    names = ["Ng'ang'a wa Thiong'o", ARABIC, AMHARIC, LONG, "Absent Akinyi"]
    people = [
        make_delegate(forum, body, name=name, badge_number=number, access_needs="A ramp" if number == 1 else "")
        for number, name in enumerate(names, start=1)
    ]
    officer = make_secretariat()
    for number, who in enumerate(people[:4]):
        make_check_in(who, by=officer, at=eat(8, 10 + number), channel="qr")
    make_check_in(people[0], by=officer, at=eat(14, 2), channel="paper")
    wrong = make_check_in(people[4], by=officer, at=eat(8, 30))
    make_check_in(people[4], by=officer, at=eat(8, 31), voids=wrong, reason="Another person")
    session = make_session(forum, theme=make_theme("T1"), room="Hall B", starts_at=eat(9), title="Drivers of migration")
    make_session(forum, starts_at=eat(14), title="Plenary of adoption")
    SessionRole.objects.create(session=session, kind="chair", name="Mwende Mutua")
    SessionRole.objects.create(session=session, kind="rapporteur", user=make_user(name="Aisha Ali"))
    make_point(session=session, stakeholder=body, text="Register every child.", state="validated")
    make_point(session=session, text="Only a draft of a point.", state="draft")
    SeatQuota.objects.create(forum=forum, group=Group.MINISTRY, seats=3)
    action = {"text": "Send the form.", "stakeholder": body, "due_on": date(2027, 3, 31)}
    ActionPoint.objects.create(forum=forum, by=officer, at=eat(15), **action)
    Communique.objects.create(forum=forum, body="We met.\n\nWe adopted.", written_by=officer, written_at=eat(16))
    decide(forum, body)
    return forum, people


def decide(forum, body):
    """Record that plenary adopted the text, and its first paragraph with a reservation."""
    paper = make_paper(forum.consultation, forum=forum, title="The position")
    paragraph = make_paragraph(make_section(paper), "Kenya registers every child.")
    decision = make_decision(paper, chair=make_head(name="Chair Chebet"))
    FloorDecision.objects.create(
        paper=paper,
        paragraph=paragraph,
        wording=paragraph.wording,
        decided=paragraph.wording,
        outcome="with_reservation",
        mode="show_of_hands",
        yes=20,
        no=2,
        abstain=1,
        quorum=decision.quorum,
        reservation=make_reservation(paper, paragraph, body, "The Ministry reserves its position."),
        by=decision.chair,
        at=eat(15, 10),
    )


def printed(made):
    return day.render(made, sha256=hashlib.sha256(canonical(made)).hexdigest(), address=made["parts"][0]["address"])


def of(said, heading):
    """Return the text of the pages whose header names this paper, on one line."""
    return " ".join(" ".join(page.split()) for page in said if heading in page)


def test_all_papers_in_one_file_have_required_content_and_pass_both_standards(world, vera, tmp_path):
    forum, people = world
    found = {slug: content(Day(forum), slug) for slug in PAPERS}
    made = {"parts": list(found.values())}
    data = printed(made)
    path = tmp_path / "day.pdf"
    path.write_bytes(data)
    assert vera(path, "ua1,3a") == []
    said = pages(data)
    assert set(day.KINDS) == set(PAPERS)
    whole = " ".join(" ".join(said).split())
    for name in ["Ng'ang'a wa Thiong'o", LONG.split()[0], "ገብረ"]:
        assert name in whole
    # badges: two sheets of four and five single ones, with the code and not only the colour of the group
    assert [found["badges"]["people"][0]["ticket"]] == [people[0].ticket.hex]
    assert room_code(people[0].ticket) in said[0]
    assert day.code(found["badges"], people[0].ticket.hex) == f"NCM:F2026:{people[0].ticket.hex}"
    assert [PAPERS[slug].sheets(found[slug]) for slug in ("badges", "badges-single", "name-plates")] == [2, 5, 5]
    register = of(said, "Register of participants")
    assert register.count("1 December 2026, morning") == register.count("1 December 2026, afternoon") > 0
    attendance = of(said, "Register of attendance")
    assert "4 people came; 5 were confirmed." in attendance
    assert "08:10 QR code" in attendance
    assert "14:02 paper register" in attendance
    assert "Confirmed, and not checked in" in attendance
    assert "Absent Akinyi, Wizara ya Ng'ambo" in attendance
    assert [each["name"] for each in found["certificates"]["people"]].count("Absent Akinyi") == 0
    assert "on 1 December 2026 at Nairobi" in whole
    seats = of(said, "Seats by group")
    assert "9 seats in all, 5 taken, 4 free" in seats
    assert "2 too many" in seats
    assert "A ramp" in seats
    minutes = of(said, "Minutes:")
    assert "DRAFT: these minutes have not been reported yet" in minutes
    assert "Chair: Mwende Mutua. Rapporteur: Aisha Ali" in minutes
    assert "Register every child." in minutes
    assert "Only a draft of a point." not in whole
    assert "Paragraph 1: adopted with a reservation" in minutes
    assert "20 yes, 2 no, 1 abstained" in minutes
    assert "The Ministry reserves its position." in minutes
    assert "31 March 2027" in minutes
    assert "NOT FOR PUBLICATION: in preparation" in of(said, "Communiqué:")


def test_paper_changes_only_with_its_content(world):
    forum, people = world
    first, again = content(Day(forum), "register"), content(Day(forum), "register")
    assert canonical(first) == canonical(again)
    assert printed({"parts": [first]}) == printed({"parts": [again]})
    change(people[1], name="Ahmed bin Yusuf")
    assert fingerprint(content(Day(forum), "register")) != fingerprint(first)
    assert fingerprint({**first, "as_of": "2030-01-01T00:00:00+00:00"}) == fingerprint(first)


def test_reported_minutes_are_final_and_withdrawn_people_have_no_badges(world):
    forum, people = world
    walk(people[3], "withdrawn")
    walk(forum, "reported")
    day_of_it = Day(forum)
    assert content(day_of_it, "minutes")["is_draft"] is False
    assert [each["number"] for each in content(day_of_it, "badges")["people"]] == [1, 2, 3, 5]
    assert len(content(day_of_it, "attendance")["people"]) == 3  # as the door counts: who has a seat
    assert counted_delegates(forum).people == 4


def test_missing_data_is_reported(db):
    empty = Day(make_forum(state="announced"))
    assert {slug: str(paper.missing(empty)) for slug, paper in PAPERS.items() if paper.missing(empty)} == {
        "badges": "No delegate is confirmed yet.",
        "badges-single": "No delegate is confirmed yet.",
        "name-plates": "No delegate is confirmed yet.",
        "register": "No delegate is confirmed yet.",
        "programme": "There is no programme yet.",
        "session-sheets": "There is no programme yet.",
        "attendance": "Nobody has checked in yet.",
        "certificates": "The forum has not ended yet.",
        "communique": "There is no communiqué yet.",
    }


def test_rapporteur_gets_public_text_only(db):
    theme = make_theme("T1")
    forum = make_forum(make_consultation(themes=("T1",)))
    make_session(forum, theme=theme)
    make_provision("GCM-02", theme=theme)
    make_point(text="In the open.", consultation=forum.consultation)
    make_point(text="Held back.", consultation=forum.consultation, held_back=True)
    (sheet,) = content(Day(forum), "session-sheets")["sheets"]
    assert [each["text"] for each in sheet["known"]] == ["In the open."]


# --- Pure -------------------------------------------------------------------------------------------------------------


WORDS = st.text(alphabet="abcmWi'- ገأ", min_size=1, max_size=120)


@given(WORDS, st.integers(40, 250), st.integers(10, 60))
def test_name_has_largest_size_that_fits(text, room, height):
    size = text_fitting.size_for(text, room, height, largest=36)
    usable = [each for each in text_fitting.SIZES if each <= 36]
    assert size in usable
    larger = [each for each in usable if each > size]
    assert not any(text_fitting.fits(text, each, room, height, 1.15) for each in larger)
    assert size == usable[-1] or text_fitting.fits(text, size, room, height, 1.15)
    assert size == usable[-1] or all(text_fitting.width(word, size) <= room for word in text.split())


def test_each_group_has_own_pattern_and_each_size_a_class():
    assert sorted(day.GROUPS) == sorted(Group.values)
    style = (text_fitting.FOLDER.parents[1] / "css" / "print" / day.STYLESHEET).read_text("utf-8")
    bands = re.findall(r"^\.g[^{]*\{([^}]*gradient[^}]*)\}", style, re.MULTILINE)
    assert len({band.replace("#", "") for band in bands}) == 16
    assert all(f".s{size} {{" in style for size in text_fitting.SIZES)


def test_consecutive_days_are_written_as_range():
    assert day.spoken_days(["2026-12-01", "2026-12-02"]) == "1–2 December 2026"
    assert day.spoken_days(["2026-12-01"]) == "1 December 2026"
    assert day.spoken_days(["2026-12-01", "2026-12-03"]) == "1 December 2026 and 3 December 2026"
