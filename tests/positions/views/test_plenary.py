"""Chair's desk and screen: each button's action, kept text on refusal, and who may watch."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from consultations import workflow as consultation_workflow
from consultations.models import Speech
from consultations.tokens import room_code
from positions import workflow
from positions.models import FloorDecision, Screen
from positions.queries.plenary import Shown, around_changes, shortened
from positions.text.diff import Span, redline
from tests.factories import (
    change,
    make_check_in,
    make_delegate,
    make_forum,
    make_member,
    make_session,
    make_stakeholder,
    make_user,
)
from tests.pages import words
from tests.positions.plenary import decide, make_session_text
from tests.sign_in import sign_in

NEW = "Kenya calls for two things."


@pytest.fixture
def text(db):
    made = make_session_text()
    made.session = make_session(made.forum, title="Plenary on the text", state="open")
    made.as_head, made.as_officer = sign_in(Client(), made.head), sign_in(Client(), made.secretariat)
    return made


def page(text, name, *more):
    return reverse(name, args=[text.forum.slug, *more])


def show(text, **more):
    said = {"session": text.session.pk, "heading": "Item 3", "paragraph": str(text.first.key), **more}
    return text.as_officer.post(page(text, "forum_chair_show"), said, follow=True)


def ruling(text, client=None, how="consensus", **said):
    address = page(text, "forum_chair_decide", text.first.key)
    return (client or text.as_head).post(f"{address}?how={how}", {"seen": 0, **said}, follow=True)


def test_screen_shows_selection_of_desk(text):
    assert "Choose the session first" in words(text.as_officer.get(page(text, "forum_chair")))
    assert "Session: Choose the session" in words(show(text, session=""))
    assert "Decide on paragraph 2" in words(show(text))
    seen = words(text.as_officer.get(page(text, "forum_screen")))
    assert "Item 3 Paragraph 2" in seen
    assert "Kenya calls for one thing." in seen
    assert "2 institutions of 2 needed" in seen
    text.as_officer.post(page(text, "forum_chair_words", text.second.key), {"amendment": ""})
    assert Screen.objects.get().paragraph == text.second


def test_list_of_speakers_is_managed(text):
    ask = page(text, "forum_chair_ask")
    assert text.as_officer.post(ask, {}).status_code == 404
    show(text)
    change(text.delegates[0], badge_number=7)
    assert "Nobody at this forum has badge number 9." in words(text.as_officer.post(ask, {"badge": 9}))
    missing = text.as_officer.post(ask, {"badge": "seven"})
    assert (missing.status_code, 'value="seven"' in missing.content.decode()) == (422, True)
    assert "Enter a badge number, or choose an organisation" in words(text.as_officer.post(ask, {}))
    text.as_officer.post(ask, {"badge": 7})
    text.as_officer.post(ask, {"stakeholder": text.two.pk})
    one, two = Speech.objects.order_by("order")
    step = lambda speech, verb: text.as_officer.post(page(text, "forum_chair_speech", speech.key, verb))  # noqa: E731
    assert [step(two, "up").status_code, step(two, "give").status_code] == [302, 302]
    refused = step(one, "give")
    assert (refused.status_code, f"{text.two.label} has the floor. End that speech first." in words(refused)) == (
        409,
        True,
    )
    assert [step(two, "end").status_code, step(one, "strike").status_code] == [302, 302]
    assert step(one, "sing").status_code == 404
    closing = page(text, "forum_chair_session", text.session.pk, "close_session")
    assert text.as_officer.post(closing).status_code == 302
    assert "The session is closed." in words(text.as_officer.post(ask, {"badge": 7}))


def test_amendment_from_floor_is_shown_decided_and_inserted(text):
    show(text)
    address = page(text, "forum_chair_words", text.first.key)
    unsigned = text.as_officer.post(address, {"amendment": NEW})
    assert "Proposed by: Choose who proposed the wording" in words(unsigned)
    assert f"{NEW}</textarea>" in unsigned.content.decode()
    text.as_officer.post(address, {"amendment": NEW, "moved_by": text.two.pk})
    seen = words(text.as_officer.get(page(text, "forum_screen")))
    assert "Current text Kenya calls for [Removed: one thing ] ." in seen
    assert f"As proposed by {text.two.label} Kenya calls for [Added: two things ] ." in seen
    desk = words(text.as_officer.get(page(text, "forum_chair")))
    assert f"Shown next to it: the wording proposed by {text.two.label}." in desk
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', ruling_page(text)))
    assert (hidden["amendment"], hidden["moved_by"], hidden["seen"]) == (NEW, str(text.two.pk), "0")
    done = ruling(text, **hidden, outcome="adopted", words="amended")
    assert "Decision recorded: paragraph 2." in words(done)
    text.first.refresh_from_db()
    assert (text.first.wording.text, Screen.objects.get().amendment) == (NEW, "")


def test_line_ends_of_amendment_are_normalised(text):
    said = {"amendment": "One thing.\r\n\r\nAnother.", "moved_by": text.two.pk, "words": "amended"}
    ruling(text, **said, outcome="adopted")
    made = FloorDecision.objects.get()
    assert (made.amendment, made.decided.text) == ("One thing.\n\nAnother.", "One thing.\n\nAnother.")


def test_amendment_from_floor_is_validated_like_drafted_text(text):
    show(text)
    address = page(text, "forum_chair_words", text.first.key)
    for odd, told in (
        ("<p class=MsoNormal>Kenya", "The text contains the HTML code of a page"),
        ("Kenya \u202ecalls", "U+202E"),
    ):
        refused = text.as_officer.post(address, {"amendment": odd, "moved_by": text.two.pk})
        assert (refused.status_code, told in words(refused)) == (422, True)
        straight = ruling(text, amendment=odd, moved_by=text.two.pk, outcome="adopted", words="amended")
        assert (straight.status_code, told in words(straight)) == (422, True)
    text.as_officer.post(address, {"amendment": "Kenya calls\u200b for shel\u00adters.", "moved_by": text.two.pk})
    assert Screen.objects.get().amendment == "Kenya calls for shelters."


def ruling_page(text):
    return text.as_head.get(page(text, "forum_chair_decide", text.first.key)).content.decode()


def test_refused_decision_keeps_typed_values(text):
    assert "What the meeting decides: Choose what the meeting decides" in words(ruling(text))
    typed = {"outcome": "with_reservation", "reserving": text.two.pk, "reservation": "It costs money.", "note": "Late."}
    make_check_in(text.delegates[1], by=text.secretariat, voids=text.check_ins[1])
    lost = ruling(text, how="show_of_hands", **typed, yes=1, no=0, abstain=0)
    assert (lost.status_code, "There is no quorum now" in words(lost)) == (409, True)
    kept = lost.content.decode()
    for mark in ("It costs money.</textarea>", "Late.</textarea>", 'name="yes" value="1"', "with_reservation"):
        assert mark in kept
    assert not FloorDecision.objects.exists()
    half = words(ruling(text, outcome="with_reservation"))
    assert "Who makes a reservation: Choose who makes the reservation" in half
    assert "Enter the reservation as it should be printed" in half
    assert "choose “adopted with a reservation”, or delete the reservation" in words(
        ruling(text, outcome="adopted", reservation="x")
    )


def test_roll_call_lists_present_institutions(text):
    address = page(text, "forum_chair_decide", text.first.key)
    shown = text.as_head.get(f"{address}?how=roll_call").content.decode()
    fields = sorted(set(re.findall(r'name="(vote_\d+)"', shown)))
    assert len(fields) == 2
    assert text.as_head.get(f"{address}?how=lot").status_code == 404
    done = ruling(text, how="roll_call", outcome="adopted", **dict.fromkeys(fields, "yes"))
    assert "Decision recorded: paragraph 2." in words(done)
    assert FloorDecision.objects.get().votes[0]["vote"] == "yes"
    again = ruling(text, outcome="sent_back")
    assert (again.status_code, "has already decided on this paragraph: adopted" in words(again)) == (409, True)


def test_only_chair_decides_and_only_secretariat_manages_screen(text):
    show(text)
    told = text.as_officer.get(page(text, "forum_chair_decide", text.first.key))
    assert "Only the chair decides" in words(told)
    assert ruling(text, text.as_officer, outcome="adopted").status_code == 409
    outsider = sign_in(Client(), text.officer_one)
    names = [("forum_chair",), ("forum_screen",), ("forum_screen_news",), ("forum_chair_decide", text.first.key)]
    assert [outsider.get(page(text, *name)).status_code for name in names] == [404] * 4
    gone = page(text, "forum_chair_decide", text.session.forum.delegates.first().ticket)
    assert text.as_head.get(gone).status_code == 404


def test_get_on_button_url_redirects_to_desk(text):
    desk, paragraph = page(text, "forum_chair"), page(text, "forum_chair_decide", text.first.key)
    show(text)
    text.as_officer.post(page(text, "forum_chair_ask"), {"stakeholder": text.two.pk})
    speech = Speech.objects.get()
    back = {
        page(text, "forum_chair_show"): desk,
        page(text, "forum_chair_ask"): desk,
        page(text, "forum_chair_session", text.session.pk, "close_session"): desk,
        page(text, "forum_chair_speech", speech.key, "give"): desk,
        page(text, "forum_chair_words", text.first.key): paragraph,
    }
    assert {address: text.as_officer.get(address).headers["Location"] for address in back} == back
    assert Speech.objects.get(started_at=None) == speech


def test_only_participants_see_screen(text):
    show(text)
    delegate = make_user()
    change(text.delegates[0], user=delegate)
    text.session.roles.create(user=(rapporteur := make_user()), kind="rapporteur")
    member, stranger = make_member(text.one), make_member(make_stakeholder())
    seen = [
        sign_in(Client(), person).get(page(text, name)).status_code
        for person in (delegate, rapporteur, member, text.secretariat, stranger)
        for name in ("screen", "screen_news")
    ]
    assert seen == [200] * 8 + [404] * 2
    link = reverse("screen", args=[text.forum.slug])
    told = [
        link in sign_in(Client(), person).get(reverse("my_organisation")).content.decode()
        for person in (delegate, rapporteur, member, stranger)
    ]
    assert told == [True, True, True, False]
    assert text.as_officer.get(reverse("screen", args=["nowhere"])).status_code == 404


def test_poll_takes_one_query_and_returns_changes_only(text, django_assert_num_queries):
    show(text)
    address = page(text, "screen_news")
    delegate = sign_in(Client(), change(text.delegates[0], user=make_user()).user)
    first = text.as_officer.get(address)
    version = first["X-Version"]
    assert [f'id="screen-{part}"' in first.content.decode() for part in ("text", "room")] == [True, True]
    with django_assert_num_queries(
        4
    ):  # the session, the person, the offices of the person, and the one that asks for news
        assert delegate.get(address, {"since": version}).status_code == 204
    workflow_ask(text)
    room = text.as_officer.get(address, {"since": version})
    assert ('id="screen-text"' in room.content.decode(), text.two.label in words(room)) == (False, True)
    make_check_in(make_delegate(text.forum), by=text.secretariat)
    assert text.as_officer.get(address, {"since": room["X-Version"]}).status_code == 200
    decide(text)
    assert "Adopted" in words(text.as_officer.get(address, {"since": room["X-Version"]}))
    assert text.as_officer.get(address, {"since": "..';--"}).status_code == 200
    version = text.as_officer.get(address)["X-Version"]
    consultation_workflow.withdraw_delegate(text.delegates[1], by=text.secretariat)
    lost = text.as_officer.get(address, {"since": version})
    assert (lost.status_code, "No quorum 1 institutions of 2 needed" in words(lost)) == (200, True)


def workflow_ask(text):
    text.as_officer.post(page(text, "forum_chair_ask"), {"stakeholder": text.two.pk})


def test_poll_response_is_at_most_3_kb_for_any_paragraph(text):
    long = "The Republic of Kenya, recalling what was said, calls for one thing and another. " * 37
    show(text)
    workflow.show_on_screen(
        text.forum, by=text.secretariat, session=text.session, paragraph=text.first, moved_by=text.two,
        amendment=long[:2_900],
    )  # fmt: skip
    for number in range(9):
        body = make_stakeholder(name=f"Body {number} " + "of a very long name " * 5, group="civil_society")
        make_delegate(text.forum, body)
        Speech.objects.create(
            session=text.session, stakeholder=body, group="media", order=number + 9, asked_at=body.created_at,
            by=text.secretariat,
        )  # fmt: skip
    answer = text.as_officer.get(page(text, "screen_news"))
    assert len(answer.content) <= 3_072
    assert "and 4 more" in words(answer)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["one ", "two ", "three, ", "four. "]), max_size=300), st.integers(0, 300), st.data())
def test_each_side_of_comparison_is_limited_and_unaltered(before, place, data):
    after = before[:place] + data.draw(st.lists(st.sampled_from(["new ", "words "]), max_size=80)) + before[place:]
    spans = [span for span in redline("".join(before), "".join(after)) if span.kind != "removed"]
    shown = around_changes(spans, 300)
    assert sum(len(span.text) for span in shown) <= 300 + 3 * len(shown)
    whole = "".join(span.text for span in spans)
    assert [part for span in shown for part in span.text.split("…") if part.strip() not in whole] == []
    if len(whole) <= 300:
        assert shown == spans


@pytest.mark.parametrize(("letters", "beside", "size"), [
    (0, 0, 1), (61, 0, 1), (62, 0, 2), (443, 0, 5), (444, 0, 6), (9_000, 0, 8), (0, 23, 1), (0, 24, 2), (0, 700, 8),
])  # fmt: skip
def test_longer_text_has_smaller_font(letters, beside, size):
    new = [Span("added", "x" * beside)] if beside else []
    assert Shown("Item", text="x" * letters, new=new).size == f"size-{size}"


def test_long_text_is_reduced_to_context_of_changes():
    before = "First words. " + "".join(f"Sentence {n} stays as it is. " for n in range(60)) + "Last words."
    after = before.replace("First", "Other").replace("Last", "Final")
    spans = redline(before, after)
    old = around_changes([span for span in spans if span.kind != "added"], 300)
    new = around_changes([span for span in spans if span.kind != "removed"], 300)
    assert [span.text.strip() for span in old if span.kind == "removed"] == ["First", "Last"]
    assert [span.text.strip() for span in new if span.kind == "added"] == ["Other", "Final"]
    assert sum(len(span.text) for span in old) < 300
    assert around_changes([Span("same", "Short.")], 300) == [Span("same", "Short.")]
    assert shortened("one two three", 9) == "one two …"


# --- The text in the room, by the code of a badge --------------------------------------------------------------------


@pytest.fixture
def today(text):
    """Make the forum one of today; return the badge of its first delegate."""
    day = timezone.localdate()
    change(text.forum, starts_on=day, ends_on=day)
    show(text)
    return text.delegates[0]


def enter(code, client=None):
    return (client or Client()).post(reverse("room"), {"code": code})


def refused(response):
    return response.status_code, "badge" in response.cookies


def test_badge_opens_text_in_room_without_account(text, today):
    phone = Client()
    typed = room_code(today.ticket).upper().replace("-", " ").replace("0", "O").replace("1", "I")
    assert enter(typed, phone).url == page(text, "room_screen")
    assert "Kenya calls for one thing." in words(phone.get(page(text, "room_screen")))
    assert phone.get(page(text, "room_news")).status_code == 200
    assert phone.get(page(text, "forum_chair")).url.startswith("/account/login/")


def test_screen_is_not_there_without_badge_or_with_forged_cookie(text, today):
    forged = Client()
    forged.cookies["badge"] = today.ticket.hex
    for phone in (Client(), forged, sign_in(Client(), make_user())):
        assert phone.get(page(text, "room_screen")).status_code == 404
        assert phone.get(page(text, "room_news")).status_code == 404


@pytest.mark.parametrize("code", ["", "0000-0000", "x" * 10_000, "a\0b", "%s", "😀😀😀😀"])
def test_unknown_code_is_refused_and_kept(text, today, code):
    response = enter(code)
    assert refused(response) == (422, False)
    assert response.context["form"]["code"].errors


def test_badge_opens_text_only_on_day_of_forum_once_checked_in(text, today):
    code, day = room_code(today.ticket), text.forum.starts_on
    absent = make_delegate(text.forum, make_stakeholder())
    assert refused(enter(room_code(absent.ticket))) == (422, False)
    assert "check in at the door first" in words(enter(room_code(absent.ticket)))
    change(text.forum, starts_on=day - timedelta(days=3), ends_on=day - timedelta(days=1))
    assert refused(enter(code)) == (422, False)
    change(text.forum, starts_on=day, ends_on=day)
    assert enter(code).status_code == 302
    make_check_in(today, voids=text.check_ins[0])
    assert refused(enter(code)) == (422, False)


def test_restricted_text_stays_closed_to_badges(text, today):
    phone = Client()
    enter(room_code(today.ticket), phone)
    change(text.paper, is_restricted=True)
    assert phone.get(page(text, "room_screen")).status_code == 404
    assert phone.get(page(text, "room_news")).status_code == 404
    assert refused(enter(room_code(today.ticket))) == (422, False)


def test_badge_that_lost_its_seat_or_is_of_another_forum_reads_nothing(text, today):
    phone = Client()
    enter(room_code(today.ticket), phone)
    other = make_forum(state="in_session", starts_on=text.forum.starts_on, ends_on=text.forum.ends_on)
    assert phone.get(reverse("room_screen", args=[other.slug])).status_code == 404
    change(today, state="withdrawn")
    assert phone.get(page(text, "room_screen")).status_code == 404


def test_badge_opens_text_on_few_phones(text, today, settings):
    settings.LIMITS = {**settings.LIMITS, "badge": (2, 43_200)}
    assert [enter(room_code(today.ticket)).status_code for _phone in range(3)] == [302, 302, 422]
    assert enter(room_code(text.delegates[1].ticket)).status_code == 302
