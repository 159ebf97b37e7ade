"""Check-in in a browser with bad connections: two offline phones, a paper register, a substitute, and the desk.

The browser's switch cuts the network; pages come from the service worker's cache and rows are in IndexedDB.
"""

import json
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from consultations.models import CheckIn, Point, QueuedRow
from consultations.queries import checkin
from consultations.views import checkin as door_views
from ncm_portal.workflow import now
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import (
    make_delegate,
    make_forum,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
# A camera that sees one badge: this machine has none, and its browser no reader.
CAMERA = """(() => {
  const canvas = document.createElement("canvas");
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 9, 9), 50);
  Object.defineProperty(navigator.mediaDevices, "getUserMedia", { value: async () => canvas.captureStream(5) });
  window.BarcodeDetector = class { async detect() { return [{ rawValue: "CODE" }]; } };
})()"""
STORES = "async () => (await caches.keys()).map((name) => name.split(' ').pop())"


@pytest.fixture
def day():
    """Forum of today with four badges: a delegate, her substitute, another one, and a withdrawn one."""
    there = now().astimezone(checkin.NAIROBI)
    forum = make_forum(
        starts_on=there.date(), state="in_session", code="F-17", slug="f-17", title="Forum on the Global Compact"
    )
    body = make_stakeholder("Coast Network of Fishing Communities", short_name="")
    asha = make_delegate(forum, body, name="Asha Ng'ang'a", badge_number=1)
    make_delegate(forum, name="Brian Otieno", badge_number=2)
    make_delegate(forum, body, name="Chebet Kiprono", badge_number=3, sits_in_for=asha)
    make_delegate(forum, name="Dida Wario", badge_number=4, state="withdrawn")
    make_session(forum, theme=make_theme("T1"), title="Labour migration", starts_at=now())
    return SimpleNamespace(forum=forum, officer=make_secretariat(name="Desk"))


def opened(window, day):
    """Open the page on a device with its list and cache."""
    window.log_in(day.officer)
    window.goto("/door/f-17/")
    listed(window)
    return window


def listed(window):
    expect(window.locator("#synced")).to_contain_text("4 badges in the list · opens without a network")


def stored(window, version):
    """Wait until the service worker has cached this version of the page only."""
    for _turn in range(100):
        if window.evaluate(STORES) == [version]:
            return
        window.wait_for_timeout(50)
    raise AssertionError(window.evaluate(STORES))


def cut(window, is_cut=True):
    window.is_cut_off = True
    window.page.context.set_offline(is_cut)


def unsent(window, number):
    expect(window.locator("#count")).to_have_text(f"{number} unsent")


def look_up(window, badge):
    window.fill("#who", badge)
    window.press("#who", "Enter")


def check_in(window, badge, name):
    look_up(window, badge)
    expect(window.locator("#person h2")).to_have_text(name)
    window.locator("#person .button").click()
    expect(window.locator("#now")).to_have_text(f"{name} is checked in.")


def write(window, text):
    window.get_by_role("button", name="Points", exact=True).click()
    window.locator("#text").evaluate("(box, text) => { box.value = text }", text)  # pasted: typing would take its time
    window.get_by_role("button", name="Save it").click()


def test_two_offline_phones_check_in(open_window, day, picture):
    one, two = opened(open_window(PHONE), day), opened(open_window(PHONE), day)
    picture(one, "door")
    for device in (one, two):
        cut(device)
    one.reload()
    unsent(one, 0)
    check_in(one, "1", "Asha Ng'ang'a")
    look_up(one, "1")
    expect(one.locator("#person .remark")).to_contain_text("Already checked in at")
    look_up(one, "wario")
    expect(one.locator("#person .remark")).to_have_text("Withdrawn: the badge is not valid, ask the desk")
    expect(one.locator("#person .button")).to_have_count(0)
    look_up(one, "NCM:OTHER:" + "0" * 32)
    expect(one.locator("#now")).to_contain_text("This is not a badge, or it belongs to another forum")
    look_up(one, "NCM:F-17:" + "0" * 32)
    picture(one, "door-unknown")
    one.get_by_role("button", name="Keep it for the desk").click()
    write(one, "A pass for crews.\n" * 10_000)
    expect(one.locator("#text-why")).to_contain_text("179,999 characters long. It must be 2,000 characters or fewer.")
    assert len(one.input_value("#text")) == 180_000
    write(one, "A pass for crews.")
    expect(one.locator("#written")).to_contain_text("A pass for crews.")
    unsent(one, 3)
    one.check()
    picture(one, "door-points")
    one.lose()  # the telephone closes the browser; the network is still away
    cut(one)
    one.goto("/door/f-17/")
    unsent(one, 3)
    two.fill("#who", "chebet")
    two.locator("#hits button").click()
    two.locator("#person .button").click()
    check_in(two, "1", "Asha Ng'ang'a")
    unsent(two, 2)
    picture(two, "door-came")
    assert not QueuedRow.objects.exists()
    for device in (one, two):
        cut(device, False)
        unsent(device, 0)
    assert sorted(QueuedRow.objects.values_list("outcome", flat=True)) == [
        "conflict",
        "conflict",
        "refused",
        "taken",
        "taken",
    ]
    assert (Point.objects.get().text, CheckIn.objects.count()) == ("A pass for crews.", 3)
    assert checkin.present(day.forum).seats == 1
    the_desk_settles(open_window(*BOTH), day, picture)


def can_be_installed(window):
    """Assert that the browser accepts the manifest, apart from the note that private windows are not kept."""
    asked = window.page.context.new_cdp_session(window.page)
    read = asked.send("Page.getAppManifest")
    manifest = json.loads(read["data"])
    assert (read["errors"], manifest["display"], len(manifest["icons"])) == ([], "standalone", 1)
    found = asked.send("Page.getInstallabilityErrors")
    assert {each["errorId"] for each in found["installabilityErrors"]} <= {"in-incognito"}


def the_desk_settles(desk, day, picture):
    """Resolve two people for one seat, one badge on two devices and an unknown code; then enter the paper register."""
    desk.log_in(day.officer)
    desk.expect_status(422)
    desk.goto("/desk/forums/f-17/door/")
    desk.check()
    picture(desk, "door-desk")
    cards = desk.locator("article.card")
    expect(cards).to_have_count(3)
    first = cards.filter(has_text="Asha Ng'ang'a").first
    first.get_by_label("Keep the first and void later ones").check()
    first.get_by_role("button").click()
    expect(cards).to_have_count(1)
    cards.get_by_role("button").click()
    expect(desk.locator("#problem")).to_contain_text("Enter a note")
    cards.get_by_label("Note").fill("A badge of last year.")
    cards.get_by_role("button").click()
    expect(desk.get_by_text("There is nothing to resolve.")).to_be_visible()
    assert checkin.counting(day.forum).get().delegate.name == "Asha Ng'ang'a"
    desk.goto("/desk/forums/f-17/register/")
    desk.get_by_label(re.compile("Brian Otieno")).check()
    desk.get_by_role("button", name="Enter these signatures").click()
    expect(desk.locator(".lead")).to_contain_text("1 signature entered; 2 people attended this half-day")
    desk.check()
    picture(desk, "door-register")
    assert checkin.present(day.forum).seats == 2


def test_queue_survives_new_version_and_expired_session(open_window, day, monkeypatch, picture):
    phone = open_window(PHONE)
    brian = day.forum.delegates.get(badge_number=2)
    phone.page.add_init_script(CAMERA.replace("CODE", f"NCM:F-17:{brian.ticket.hex}"))
    opened(phone, day)
    stored(phone, door_views.version())
    can_be_installed(phone)
    cut(phone)
    phone.get_by_role("button", name="Scan").click()
    phone.locator("#person").get_by_role("button", name="Check in").click()
    expect(phone.locator("#now")).to_have_text("Brian Otieno is checked in.")
    unsent(phone, 1)
    with phone.expect_download() as download:
        phone.locator("summary").click()
        phone.get_by_role("button", name="Save the queue as a file").click()
    told = json.loads(download.value.path().read_bytes())
    assert (told["kind"], told["forum"], [row["badge"] for row in told["rows"]]) == ("ncm-door-queue", "F-17", [2])
    phone.page.context.clear_cookies()
    phone.expect_status(403)
    cut(phone, False)
    expect(phone.locator("#trouble")).to_contain_text("You are signed out. Nothing is lost")
    unsent(phone, 1)
    monkeypatch.setattr(door_views, "version", lambda: "next")
    phone.page.context.route("**/queue/", lambda route: route.abort())
    phone.log_in(day.officer)
    phone.reload()
    stored(phone, "next")
    unsent(phone, 1)
    phone.page.context.unroute("**/queue/")
    phone.reload()
    unsent(phone, 0)
    desk = open_window(DESKTOP)
    desk.log_in(day.officer)
    desk.goto("/desk/forums/f-17/door/")
    desk.set_input_files("[name=file]", download.value.path())
    desk.get_by_role("button", name="Import it").click()
    expect(desk.locator(".notice")).to_have_text("The file contains 1 row. All of it has been imported.")
    assert (CheckIn.objects.get().channel, QueuedRow.objects.count()) == ("qr", 1)
    a_rapporteur_has_the_rooms_only(open_window(PHONE), day, picture)


def a_rapporteur_has_the_rooms_only(phone, day, picture):
    person = make_user()
    day.forum.sessions.get().roles.create(user=person, kind="rapporteur")
    phone.log_in(person)
    phone.goto("/door/f-17/")
    expect(phone.locator("#session")).to_contain_text("Labour migration")
    expect(phone.locator("#rooms")).to_be_hidden()
    phone.fill("#text", "Fair fees.")
    expect(phone.locator("#promise")).to_be_hidden()
    phone.select_option("#sort", "commitment")
    phone.fill("#responsible", "The registrar")
    phone.fill("#due-on", "2027-03-31")
    phone.evaluate("() => { window.kept = DoorQueue.add; DoorQueue.add = async () => { throw new Error('full') } }")
    phone.get_by_role("button", name="Save it").click()
    expect(phone.locator("#now")).to_contain_text("This device is full, so nothing was saved.")
    assert [phone.input_value(f"#{name}") for name in ("text", "responsible", "due-on")] == [
        "Fair fees.",
        "The registrar",
        "2027-03-31",
    ]
    phone.check()
    picture(phone, "door-promise")
    phone.evaluate("() => { DoorQueue.add = window.kept }")
    phone.get_by_role("button", name="Save it").click()
    expect(phone.locator("#written")).to_contain_text("sent")
    unsent(phone, 0)
    assert [phone.input_value(f"#{name}") for name in ("text", "responsible", "due-on")] == [""] * 3
    point = Point.objects.get()
    assert (point.text, point.created_by, point.kind) == ("Fair fees.", person, "commitment")
    assert (point.responsible, point.due_on.isoformat()) == ("The registrar", "2027-03-31")
