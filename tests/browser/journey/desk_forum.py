"""Three officers over two consultations: slips around a forum and how they are taken back, its record in the admin, and
the text in the room on a phone.
"""

from django.urls import reverse
from django.utils import timezone

from consultations.models import Event, Invitation
from consultations.tokens import room_code
from ncm_portal.workflow import now
from positions import workflow
from tests.browser.conftest import PHONE
from tests.browser.journey.walk import Walk
from tests.factories import change, make_session
from tests.positions.plenary import make_session_text

HOME = "/desk/forums/review-2026/"
CLOSED = "Chebet (sample) closed it"


def unsent_letters_are_discarded(walk: Walk) -> None:
    """Nobody is ticked at first; what was written for the wrong institution goes, and nothing was sent."""
    chebet = walk.person("Chebet")
    wrong, right = (each.stakeholder for each in walk.inputs[:2])
    chebet.go(f"{HOME}letters/")
    chebet.follow("Invite institutions")
    assert chebet.window.locator("[name=bodies]:checked").count() == 0
    chebet.write(respond_by=f"{timezone.localdate(now()):%Y-%m-%d}")
    chebet.press("Write the letters", refused=422)
    assert "Choose at least one institution." in chebet.problems
    for body in (wrong, right):
        chebet.choose(bodies=str(body.pk))
        chebet.write(**{f"seats_{body.pk}": "1"})
    chebet.press("Write the letters")
    chebet.follow("Discard letters")
    chebet.look_on_a_phone("desk-discard-letters")
    chebet.press("Discard the letters you tick")
    assert chebet.notices == ["Nothing was discarded. Tick the letters first."]
    chebet.choose(key=str(walk.forum.invitations.get(stakeholder=wrong).key))
    chebet.press("Discard the letters you tick")
    assert chebet.notices == ["1 letter is discarded. Nothing was sent."]
    assert dict(Invitation.objects.values_list("stakeholder", "state")) == {wrong.pk: "discarded", right.pk: "draft"}
    chebet.follow("Invite institutions")
    assert wrong.name in chebet.text


def the_admin_and_the_desk_keep_one_history(walk: Walk) -> None:
    """A fact changed in the admin and a move made there are read at the desk, with the words of the desk."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    record = reverse("admin:consultations_forum_change", args=[walk.forum.pk])
    chebet.go(record)
    chebet.window.locator("[name=concept]").fill("Who pays for passes.")
    chebet.press("Save and continue editing")
    chebet.follow("Close the forum")
    chebet.confirm()
    walk.forum.refresh_from_db()
    assert (walk.forum.state, walk.forum.concept) == ("held", "Who pays for passes.")
    at_desk = reverse("desk_history", args=["consultations.forum", walk.forum.pk])
    lines = []
    for address in (reverse("admin:consultations_forum_history", args=[walk.forum.pk]), at_desk):
        baraka.go(address)
        lines.append(baraka.window.locator(".history b").all_text_contents())
    assert lines[0] == lines[1]
    assert any(line.startswith(CLOSED) for line in lines[0]), lines[0]
    baraka.follow("Words")
    words = baraka.window.locator(".history b").all_text_contents()
    assert words
    assert not any(line.startswith(CLOSED) for line in words)
    baraka.look_on_a_phone("desk-history")


def the_forum_and_a_session_are_opened_again(walk: Walk) -> None:
    """It was closed before its last session: both open again, each with a reason that stays."""
    baraka = walk.person("Baraka")
    session = walk.forum.sessions.first()
    baraka.go(f"{HOME}?phase=after")
    baraka.follow("Open the forum again")
    baraka.confirm(refused=422)
    baraka.write(reason="The last session is still to come.")
    baraka.confirm()
    for button in ("Open the session", "Close the session"):
        baraka.go(f"{HOME}programme/{session.pk}/")
        baraka.press(button)
    baraka.go(f"{HOME}programme/{session.pk}/")
    baraka.follow("Open the session again")
    baraka.write(reason="Two speakers are left.")
    baraka.confirm()
    for record, reason in ((walk.forum, "The last session is still to come."), (session, "Two speakers are left.")):
        record.refresh_from_db()
        assert Event.objects.about(record).latest("pk").reason == reason
    assert (walk.forum.state, session.state) == ("in_session", "open")


def a_delegate_reads_along_on_a_phone(walk: Walk) -> None:
    """A code that is mistyped is refused and kept; the badge's code opens what the projector shows, without account."""
    text, today = make_session_text(themes=("T11", "T12")), timezone.localdate(now())
    change(text.forum, starts_on=today, ends_on=today)
    shown = {"session": make_session(text.forum, title="Plenary", state="open"), "heading": "Item 3"}
    workflow.show_on_screen(text.forum, by=text.secretariat, paragraph=text.first, **shown)
    code = room_code(text.delegates[0].ticket)
    delegate = walk.person("Delegate")
    delegate.window.set_viewport_size(PHONE)
    delegate.go("/room/")
    delegate.write(code=code[:-1])
    delegate.press("Open the text", refused=422)
    assert delegate.value("code") == code[:-1]
    delegate.write(code=code)
    delegate.press("Open the text")
    assert "Kenya calls for one thing." in delegate.text
    delegate.look_on_a_phone("room-on-a-phone")
    change(text.delegates[0], state="withdrawn")
    delegate.go(f"/room/{text.forum.slug}/", refused=404)
