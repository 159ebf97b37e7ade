"""Check-in page, what it takes along and sends, its desk, and the signed register."""

import gzip
import json
import uuid
from datetime import timedelta

import brotli
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from zeal import zeal_ignore

from consultations.forms.checkin import numbers_in
from consultations.models import CheckIn, Delegate, QueuedRow
from consultations.queries import checkin
from consultations.views import checkin as door_views
from ncm_portal.workflow import now
from tests.factories import (
    make_check_in,
    make_delegate,
    make_forum,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
PARTS = ("", "list.json", "worker.js", "door.webmanifest")


@pytest.fixture
def forum():
    made = make_forum(starts_on=now().date() - timedelta(days=1), state="in_session", code="F-1", slug="f-1")
    principal = make_delegate(made, make_stakeholder("Coast Network"), name="Asha Ng'ang'a", badge_number=1)
    make_delegate(made, principal.stakeholder, name="Chebet", badge_number=2, sits_in_for=principal)
    make_delegate(made, name="Dida <b>", badge_number=3, state="withdrawn")
    make_session(made, theme=make_theme("T1"), title="A breakout")
    return made


@pytest.fixture
def officer(client):
    person = make_secretariat(name="Desk")
    sign_in(client, person)
    return person


def delegate(forum, badge):
    return forum.delegates.get(badge_number=badge)


def row(forum=None, badge=1, **more):
    return {"key": str(uuid.uuid4()), "kind": "check_in", "at": now().isoformat(), "badge": badge, **more}


def queue(*rows, **more):
    told = {"kind": "ncm-door-queue", "forum": "F-1", "device": "phone a", "now": now().isoformat(), "rows": rows}
    return json.dumps(told | more)


def send(client, body, **headers):
    return client.post("/door/f-1/queue/", body, content_type="application/json", headers=headers)


# --- Who may --------------------------------------------------------------------------------------------------------


def test_check_in_page_is_404_for_others(client, forum):
    session = forum.sessions.get()
    sign_in(client, make_member())
    desk = ["door/", "register/", f"door/{uuid.uuid4()}/", f"register/{checkin.half_days(forum)[0].code}/"]
    addresses = [f"/door/f-1/{part}" for part in PARTS] + [f"/desk/forums/f-1/{part}" for part in desk]
    assert {client.get(address).status_code for address in addresses} == {404}
    assert send(client, queue()).status_code == 404
    sign_in(client, session.roles.create(user=make_user(), kind="rapporteur").user)
    assert [client.get(address).status_code for address in addresses] == [200] * 4 + [404] * 4
    page = client.get("/door/f-1/")
    assert ("A breakout" in words(page), "id_who" in page.content.decode()) == (True, False)
    assert client.post("/door/f-1/", {"ticket": uuid.uuid4()}).status_code == 404
    told = client.get("/door/f-1/list.json").json()
    assert (told["delegates"], [each[1] for each in told["sessions"]]) == (None, ["A breakout"])


# --- Without scripts ------------------------------------------------------------------------------------------------


def test_plain_form_finds_badge_and_checks_in_once(client, forum, officer, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = client.get("/door/f-1/", {"who": "coast"})
    assert page.headers["Permissions-Policy"].count("camera=(self)") == 1
    assert [card["delegate"].name for card in page.context["cards"]] == ["Asha Ng'ang'a", "Chebet"]
    assert "Sits in for Asha Ng&#x27;ang&#x27;a" in page.content.decode()
    for wanted, name in [("1", "Asha Ng'ang'a"), (f"NCM:F-1:{delegate(forum, 2).ticket.hex}", "Chebet")]:
        assert [card["delegate"].name for card in client.get("/door/f-1/", {"who": wanted}).context["cards"]] == [name]
    asked = {"ticket": delegate(forum, 1).ticket}
    assert client.post("/door/f-1/", asked)["Location"] == "/door/f-1/"
    assert "is checked in" not in words(client.get("/door/f-1/", headers={"Door-Keeps": "yes"}))
    assert "Asha Ng'ang'a is checked in." in [str(each) for each in client.get("/door/f-1/").context["messages"]]
    client.post("/door/f-1/", asked)
    check = CheckIn.objects.get()
    assert (check.delegate.name, check.device, check.by) == ("Asha Ng'ang'a", "online", officer)
    assert "Already checked in for this half-day." in words(client.get("/door/f-1/", {"who": "asha"}))


def test_plain_form_shows_errors(client, forum, officer):
    gone = client.post("/door/f-1/", {"ticket": delegate(forum, 3).ticket})
    assert (gone.status_code, gone.context["reasons"]) == (
        409, ["Dida <b> is withdrawn, not confirmed, so the badge is not valid."]
    )  # fmt: skip
    assert "Dida &lt;b&gt; is withdrawn" in gone.content.decode()
    assert client.post("/door/f-1/", {"ticket": "x"}).status_code == 409
    empty = client.get("/door/f-1/", {"who": " "})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["who"])
    assert "There is no badge with this number, code or name." in words(client.get("/door/f-1/", {"who": "Zuri"}))


# --- What a device takes along and sends ----------------------------------------------------------------------------


def test_device_downloads_compressed_delegate_list(client, forum, officer, django_assert_max_num_queries):
    make_check_in(delegate(forum, 2))
    with django_assert_max_num_queries(16):
        answer = client.get("/door/f-1/list.json", headers={"Accept-Encoding": "gzip"})
    told = json.loads(gzip.decompress(answer.content))
    assert (answer["Content-Encoding"], answer["Cache-Control"]) == ("gzip", "no-store, private")
    assert [card[1:7] for card in told["delegates"]] == [
        [1, "Asha Ng'ang'a", "Coast Network", "Civil society", "", True],
        [2, "Chebet", "Coast Network", "Civil society", "Sits in for Asha Ng'ang'a", True],
        [3, "Dida <b>", delegate(forum, 3).stakeholder.name, "Civil society", "Withdrawn: the badge is not valid, ask the desk", False],
    ]  # fmt: skip
    assert [bool(card[7]) for card in told["delegates"]] == [False, True, False]
    worker = client.get("/door/f-1/worker.js")
    assert (worker["Content-Type"], told["version"] in worker.content.decode()) == ("text/javascript", True)
    manifest = client.get("/door/f-1/door.webmanifest").json()
    assert (manifest["scope"], manifest["start_url"]) == ("/door/f-1/", "/door/f-1/")
    assert "worker-src" not in client.get("/door/f-1/")["Content-Security-Policy"]


def test_compressed_page_isolates_right_to_left_forum_title(client, forum, officer):
    forum.title = "Forum \u0627\u0644\u0647\u062c\u0631\u0629 2017"
    forum.save()
    answer = client.get("/door/f-1/", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(answer.content).decode()
    assert (answer.status_code, "<bdi>\u0627\u0644\u0647\u062c\u0631\u0629</bdi> 2017" in page) == (200, True)


def test_device_rows_are_answered_one_by_one(client, forum, officer):
    rows = [row(), row(badge=3), row(badge=77)]
    for _turn in range(2):
        told = send(client, queue(*rows)).json()
        assert [(key, outcome) for key, outcome, _reason in told["answers"]] == [
            (rows[0]["key"], "taken"), (rows[1]["key"], "refused"), (rows[2]["key"], "refused")
        ]  # fmt: skip
    assert (CheckIn.objects.count(), QueuedRow.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("", 422, "This is not a queue from a device, or it is damaged"),
        ("[" * 100_000, 422, "This is not a queue from a device, or it is damaged"),
        ('{"kind": "ncm-door-queue", "rows": 7}', 422, "This is not a queue from a device, or it is damaged"),
        (queue(row(), forum="F-2"), 422, "This queue belongs to another forum"),
        (queue(*[{}] * 2_001), 422, "2,001 rows are too many"),
        ("9" * (4 * 1024 * 1024 + 1), 413, "There are too many rows"),
        (b"\xff\xfe\x00", 422, "This is not a queue from a device, or it is damaged"),
    ],
)
def test_invalid_queue_is_refused_with_message(client, forum, officer, body, status, said):
    answer = send(client, body)
    assert (answer.status_code, answer.json()["reasons"][0].startswith(said)) == (status, True)
    assert not QueuedRow.objects.exists()


def test_queue_without_session_or_token_is_refused(client, forum, officer):
    assert Client().post("/door/f-1/queue/", queue(row()), content_type="application/json").status_code == 302
    strict = sign_in(Client(enforce_csrf_checks=True), officer)
    assert send(strict, queue(row())).status_code == 403
    token = strict.get("/door/f-1/list.json").json()["token"]
    assert send(strict, queue(row()), X_CSRFToken=token).status_code == 200


def test_first_load_is_small(client, forum, officer):
    """Transferred on first load: the page twice, because its worker fetches it too, and 500 badges."""
    body = make_stakeholder("Association of Cross-Border Traders")
    parts = ["Asha", "Barasa", "Chepkoech", "Dida", "Esther"]
    names = [f"{parts[turn % 5]} {parts[turn // 5 % 5]} {turn * 7919}" for turn in range(497)]
    rows = [Delegate(forum=forum, stakeholder=body, group=body.group, name=name) for name in names]
    Delegate.objects.bulk_create(rows)
    by_name = [*door_views.FILES, door_views.WORKER]
    files = sum(len(brotli.compress((settings.BASE_DIR / "static" / name).read_bytes())) for name in by_name)
    told = {name: client.get(f"/door/f-1/{name}", headers={"Accept-Encoding": "gzip, br"}) for name in PARTS}
    assert len(json.loads(gzip.decompress(told["list.json"].content))["delegates"]) == 500
    assert files + sum(len(each.content) for each in told.values()) + len(told[""].content) <= 80_000


# --- Its desk -------------------------------------------------------------------------------------------------------


def upload(client, body, name="queue.json"):
    return client.post("/desk/forums/f-1/door/", {"file": SimpleUploadedFile(name, body)})


def test_queue_file_is_imported_once(client, forum, officer):
    ahead = 3 * 3_600_000
    there = now() + timedelta(hours=3) - timedelta(minutes=20)
    rows = [row(at=there.isoformat()), row(badge=2, at=there.isoformat())]
    body = json.dumps({"kind": "ncm-door-queue", "forum": "F-1", "device": "phone a", "offset": -ahead, "rows": rows})
    page = client.get(upload(client, body.encode())["Location"])
    assert (
        "The file contains 2 rows. Conflicts to resolve: 1. Rows that were already sent are not counted again."
        in words(page)
    )
    check = CheckIn.objects.get(delegate__badge_number=1)
    assert abs(check.at - (now() - timedelta(minutes=20))) < timedelta(seconds=30)
    upload(client, body.encode())
    assert CheckIn.objects.count() == 2
    for body, status in [(b"{}", 409), (b"", 422), (queue(row(), forum="F-2").encode(), 409), (b"\x00" * 10, 409)]:
        assert upload(client, body).status_code == status
    assert client.post("/desk/forums/f-1/door/").status_code == 422


def test_long_queue_file_is_imported_in_parts(client, forum, officer, monkeypatch):
    monkeypatch.setattr(door_views, "PART", 2)
    rows = [row(badge=number) for number in range(1, 6)]
    told = {"kind": "ncm-door-queue", "forum": "F-1", "device": "phone a", "offset": 0, "rows": rows}
    taken_over = lambda: words(client.get(upload(client, json.dumps(told).encode())["Location"]))  # noqa: E731
    clock = iter([0, 1, 2, 99])
    monkeypatch.setattr(door_views.time, "monotonic", lambda: next(clock))
    with zeal_ignore():
        assert "1 row is not imported yet. Upload the same file again" in taken_over()
        assert QueuedRow.objects.count() == 4
        monkeypatch.undo()
        assert "The file contains 5 rows." in taken_over()
    assert {str(each.key) for each in QueuedRow.objects.all()} == {each["key"] for each in rows}


def test_open_conflicts_are_shown_with_times_and_resolved(client, forum, officer, django_assert_max_num_queries):
    send(client, queue(row()))
    for sent in (row(at="nonsense"), row(badge=3), row(code="<i>"), row(kind="point", text="Too <i>much")):
        send(client, queue(sent, device="phone b"))
    with django_assert_max_num_queries(16):
        page = client.get("/desk/forums/f-1/door/")
    cards = page.context["cards"]
    assert [(card["row"].outcome, bool(card["check"])) for card in cards] == [
        ("conflict", True), ("refused", False), ("refused", False), ("refused", False)
    ]  # fmt: skip
    assert "Too &lt;i&gt;much" in page.content.decode()
    assert "with the same badge" in words(page)
    assert "&lt;i&gt;" in page.content.decode()
    found, lost = cards[0]["row"], cards[1]["row"]
    at = f"/desk/forums/f-1/door/{found.key}/"
    wrong = client.post(at, {f"row-{found.pk}-note": "n" * 201})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"how", "note"}
    assert wrong.content.decode().count("n" * 201) == 1
    assert client.get(at)["Location"] == "/desk/forums/f-1/door/"
    client.post(at, {f"row-{found.pk}-how": "void", f"row-{found.pk}-note": "Two tables."})
    told = {f"row-{lost.pk}-how": "first", f"row-{lost.pk}-note": "A guess."}
    assert client.post(f"/desk/forums/f-1/door/{lost.key}/", told).context["reasons"] == [
        "It did not create a check-in that could be voided. Keep it with a note."
    ]
    client.post(
        f"/desk/forums/f-1/door/{lost.key}/", {f"row-{lost.pk}-how": "note", f"row-{lost.pk}-note": "Sent home."}
    )
    page = client.get("/desk/forums/f-1/door/")
    assert [card["row"].outcome for card in page.context["cards"]] == ["refused", "refused"]
    assert "Void this one. Two tables." in words(page)
    assert checkin.present(forum).seats == 1


def test_repeated_badges_are_resolved_by_one_button(client, forum, officer):
    for name in "abcde":
        ahead = now() + timedelta(hours=3, minutes=12)
        send(client, queue(row(at=ahead.isoformat()), device=name, now=ahead.isoformat()))
    page = client.get("/desk/forums/f-1/door/")
    assert "4 badges were checked in on several devices" in words(page)
    assert words(page).count("its clock was 3 h 12 min ahead") == 4
    at = "/desk/forums/f-1/door/doubles/"
    assert [client.get(at).status_code, client.post(at).status_code, client.post(at).status_code] == [302, 302, 409]
    assert checkin.counting(forum).get().device == "a"


# --- The signed register --------------------------------------------------------------------------------------------


def test_register_is_entered_by_checkboxes_and_by_numbers(client, forum, officer):
    half = checkin.half_days(forum)[0]
    assert client.get("/desk/forums/f-1/register/")["Location"] == f"/desk/forums/f-1/register/{half.code}/"
    at = f"/desk/forums/f-1/register/{half.code}/"
    page = client.get(at)
    assert [person.name for person, _ticked, _came in page.context["rows"]] == ["Asha Ng'ang'a", "Chebet"]
    one, two = delegate(forum, 1), delegate(forum, 2)
    bad = client.post(at, {"signed": [one.pk], "numbers": "2, 9-x"})
    assert (bad.status_code, dict(bad.context["form"].errors)) == (
        422, {"numbers": ["“9-x” is not a number or a range of numbers. Enter numbers like 1-14, 17."]}
    )  # fmt: skip
    assert [ticked for _person, ticked, _came in bad.context["rows"]] == [True, False]
    assert client.post(at, {"numbers": "1-3"}).context["form"].errors["numbers"] == [
        "Nobody with a seat has badge number 3."
    ]
    assert client.post(at, {"signed": [delegate(forum, 3).pk]}).status_code == 422
    client.post(at, {"signed": [one.pk], "numbers": "2"})
    page = client.get(at)
    assert (page.context["signed"], page.context["shown"]) == (2, f"{one.pk},{two.pk}")
    client.post(at, {"signed": [one.pk], "shown": page.context["shown"]})
    assert client.get(at).context["signed"] == 1
    assert client.get("/desk/forums/f-1/register/2001-01-01-am/").status_code == 404


@given(st.sets(st.integers(0, 400)))
def test_number_ranges_are_parsed(numbers):
    assert numbers_in(", ".join(map(str, numbers))) == sorted(numbers)
    if numbers:
        assert numbers_in(f"{min(numbers)} – {max(numbers)}") == list(range(min(numbers), max(numbers) + 1))


@pytest.mark.parametrize("text", ["x", "5-3", "1-", "-3", "1--2", "0-99999", "١"])
def test_invalid_number_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        numbers_in(text)
