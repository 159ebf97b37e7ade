"""Journey: ministries clear the text, the head of the secretariat clears it, and the forum adopts it."""

from datetime import timedelta

from consultations import workflow as verbs
from consultations.models import Delegate, Stakeholder
from ncm_portal import workflow
from positions.models import Clearance, Paragraph
from tests.browser.journey.drafting import COMPLAINTS, DESK, confirm_the_source, reword
from tests.browser.journey.opening import HIRING, MINUTE, ROADS, pick
from tests.browser.journey.people import BUREAU
from tests.browser.journey.walk import Walk, in_nairobi

WANTED = "Kenya urges that crews be paid the fuel of every rescue by night within 30 days."


def the_ministries_are_asked(walk: Walk) -> None:
    amina = walk.person("Amina")
    ask_for_clearance(walk)
    for name in ("Njoroge", "Otieno"):
        assert "/clearances/" in walk.mail_to(walk.person(name).email).body
    walk.roads, walk.hiring = (Clearance.objects.get(ministry__name=name) for name in (ROADS, HIRING))
    assert [walk.roads.stances.count(), walk.hiring.stances.count()] == [2, 1]
    amina.look_on_a_phone("journey-desk-clearance")


def ask_for_clearance(walk: Walk) -> None:
    amina = walk.person("Amina")
    for move in ("Fix the text for clearance", "Ask the ministries to clear"):
        amina.go(f"{DESK}clearance/")
        amina.follow(move)
        if move.startswith("Ask"):
            amina.write(due_at=f"{in_nairobi(workflow.now()) + timedelta(days=7):{MINUTE}}")
        amina.confirm()


def an_officer_sees_only_the_own_paragraphs(walk: Walk) -> None:
    njoroge, otieno = walk.person("Njoroge"), walk.person("Otieno")
    njoroge.go(walk.link_in(walk.mail_to(njoroge.email)))
    njoroge.look_on_a_phone("journey-clearance")
    assert "crews be paid" in njoroge.text
    assert COMPLAINTS not in njoroge.text
    otieno.go(f"/clearances/{walk.roads.pk}/", refused=404)
    otieno.go(f"/clearances/{walk.hiring.pk}/")
    otieno.press("Agree to the one open paragraph")


def an_officer_objects(walk: Walk) -> None:
    """An objection requires proposed wording; the entered text is kept."""
    njoroge = walk.person("Njoroge")
    njoroge.follow("Give an answer on paragraph 3")
    njoroge.choose(value="object")
    njoroge.write(reason="No date is named.")
    njoroge.press("Record the answer", refused=422)
    assert njoroge.why("proposed_text").endswith("Enter wording that your ministry could clear")
    assert (njoroge.value("reason"), njoroge.window.locator("[name=value]:checked").input_value()) == (
        "No date is named.",
        "object",
    )
    njoroge.write(proposed_text=WANTED)
    njoroge.press("Record the answer")
    njoroge.press("Agree to the one open paragraph")
    walk.roads.refresh_from_db()
    assert walk.roads.state == "answered"


def the_objection_is_settled(walk: Walk) -> None:
    """The text is reopened and reworded, and only that paragraph is asked again."""
    amina, wairimu, njoroge = walk.person("Amina"), walk.person("Wairimu"), walk.person("Njoroge")
    wairimu.go(f"{DESK}clearance/")
    assert f"{ROADS} objects to a paragraph" in wairimu.text
    amina.go(f"{DESK}clearance/")
    amina.follow("Reopen the text")
    amina.write(reason="To name a date, as the ministry wishes.")
    amina.press("Reopen the text")
    amina.go(f"{DESK}paragraphs/{walk.fuel.key}/sources/")
    reword(amina, WANTED, "The wording that the ministry could clear.")
    confirm_the_source(amina, walk.fuel, f"{walk.public.reference}.2")
    ask_for_clearance(walk)
    assert Clearance.objects.get(state="requested") == walk.roads
    njoroge.go(f"/clearances/{walk.roads.pk}/")
    njoroge.press("Agree to the one open paragraph")
    live = Paragraph.objects.filter(stances__replaced_at=None, stances__value="agree")
    assert live.count() == 3


def the_head_clears(walk: Walk) -> None:
    wairimu = walk.person("Wairimu")
    for move in ("Clear the text", "Submit the text to the forum"):
        wairimu.go(f"{DESK}{'clearance' if move.startswith('Clear') else 'adoption'}/")
        wairimu.follow(move)
        if move.startswith("Clear"):
            wairimu.write(note="Both ministries agree to every paragraph.")
        wairimu.press(move)
    walk.paper.refresh_from_db()
    assert walk.paper.state == "forum_text"


def the_forum_comes_together(walk: Walk) -> None:
    """One delegate is named and confirmed in the admin, the others by verbs; all are checked in at the desk."""
    amina = walk.person("Amina")
    amina.go("/admin/consultations/delegate/add/")
    pick(amina, "forum", "Forum on the crossing of lakes")
    pick(amina, "stakeholder", ROADS)
    amina.write(name="Njoroge (sample)", title="Director")
    amina.press("Save and continue editing")
    amina.follow("Confirm")
    amina.press("Confirm")
    for name, body in (("Otieno (sample)", HIRING), ("Chebet (sample)", BUREAU)):
        named = verbs.nominate(walk.forum, Stakeholder.objects.get(name=body), by=amina.account, name=name)
        verbs.confirm(named, by=amina.account)
    amina.go("/admin/consultations/delegate/")
    for delegate in Delegate.objects.filter(state="confirmed"):
        amina.window.locator(f".action-select[value='{delegate.pk}']").check()
        amina.choose(action="check_in")
        amina.press("Run")
    for move in ("Close registration", "Open the forum"):
        amina.go(f"/admin/consultations/forum/{walk.forum.pk}/change/")
        amina.follow(move)
        amina.confirm()
    assert Delegate.objects.filter(state="confirmed", check_ins__isnull=False).count() == 3


def the_chair_counts_the_quorum(walk: Walk) -> None:
    wairimu = walk.person("Wairimu")
    wairimu.go(f"{DESK}adoption/")
    wairimu.press("Count the quorum now")
    assert "3 of 3 member institutions present" in wairimu.text
    wairimu.follow("Start discussing the text")
    wairimu.press("Start discussing the text")


def the_chair_declares_the_decision(walk: Walk) -> None:
    wairimu = walk.person("Wairimu")
    wairimu.follow("Record a reservation")
    wairimu.choose(stakeholder=str(Stakeholder.objects.get(name=BUREAU).pk), paragraph=str(walk.shelter.key))
    wairimu.write(text="Piers cost money that is not voted yet.")
    wairimu.press("Record")
    wairimu.follow("Declare adopted")
    wairimu.choose(rule="consensus")
    wairimu.press("Declare adopted", refused=409)
    assert wairimu.problems == ["There are reservations: declare consensus with reservations."]
    wairimu.choose(rule="consensus_with_reservations")
    wairimu.write(reasons="One member reserves its position on piers.")
    wairimu.press("Declare adopted")
    wairimu.look_on_a_phone()
    walk.edition = walk.paper.editions.get(number="1.0")
    assert walk.edition.status == "Adopted by consensus, 1 reservation"
