"""Three officers over two consultations: what each keeps for the own work, and the settings of a consultation."""

from datetime import timedelta
from io import StringIO

from django.core import mail
from django.core.management import call_command

from consultations.models import Letterhead, PublicHoliday, SavedFilter
from consultations.queries.holidays import working_day_after
from ncm_portal import workflow
from positions.models import ChainStep
from tests.browser.journey.desk import LIST, later
from tests.browser.journey.walk import Person, Walk, in_nairobi
from tests.factories import make_stakeholder
from tests.made_files import pdf, picture, picture_of

SETTINGS = "/desk/review-2026/settings/"
MORNING = 9  # o'clock: the daily mail goes from seven on


def a_filter_becomes_a_tab_of_ones_own(walk: Walk) -> None:
    """It is kept under a name for this list and this person; a colleague does not see it."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    baraka.go(LIST)
    baraka.follow("Filter")
    baraka.write(organisation="Isiolo")
    baraka.press("Show")
    assert baraka.window.locator(".row").count() == 4
    baraka.follow("Save this filter")
    baraka.press(baraka.window.locator("main form button").first, refused=422)
    assert baraka.problems == ["Name of the filter: Enter a name for the filter."]
    baraka.write(name="From Isiolo")
    baraka.press(baraka.window.locator("main form button").first)
    tab = baraka.window.locator(".tabset a[aria-current]", has_text="From Isiolo")
    tab.wait_for()
    assert baraka.window.locator(".row").count() == 4
    baraka.look_on_a_phone("desk-saved-filter")
    chebet.go(LIST)
    assert chebet.window.locator(".tabset a", has_text="From Isiolo").count() == 0
    baraka.follow("Save this filter")
    baraka.press("Remove From Isiolo")
    assert baraka.notices == ["The filter is removed."]
    assert not SavedFilter.objects.exists()


def settings_of(person: Person, tab: str) -> None:
    """Open the settings of the review, at a tab."""
    person.go(f"{SETTINGS}facts/")
    person.follow(person.window.locator(".tabset").get_by_role("link", name=tab))


def the_letterhead_is_the_offices_own(walk: Walk) -> None:
    """A file that is no logo is refused, and what was typed stays; mails are then sent in the name of the office."""
    chebet = walk.person("Chebet")
    settings_of(chebet, "Letterhead")
    chebet.write(lines="Republic of Kenya\nReview Desk", signatory_name="Amina Wario", signatory_title="Head")
    chebet.write(sender_name="Review Desk", reply_to="review@example.org")
    hand_in(chebet, "logo_file", "logo.png", picture_of(20_000, 20_000))
    chebet.press("Save", refused=409)
    assert "50 million" in chebet.problems[0]
    assert chebet.value("signatory_name") == "Amina Wario"
    hand_in(chebet, "logo_file", "logo.png", picture())
    chebet.press("Save")
    assert chebet.notices == ["Saved. Letters and mails that were sent stay as they were."]
    assert chebet.window.locator("img.logo").evaluate("image => image.naturalWidth") == 40
    assert Letterhead.objects.get().signatory_name == "Amina Wario"
    chebet.look_on_a_phone("desk-letterhead")
    chebet.follow(chebet.window.locator(".tabset").get_by_role("link", name="Letters and mails"))
    chebet.follow(chebet.window.locator("main a", has_text="Invitation, by mail"))
    chebet.press("Send a test to me")
    sent = walk.mail_to(chebet.email)
    assert sent.from_email.startswith("Review Desk <")
    assert sent.reply_to == ["review@example.org"]


def hand_in(person: Person, field: str, name: str, data: bytes) -> None:
    """Choose a file for a field."""
    person.window.locator(f"main [name={field}]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )


def a_milestone_moves(walk: Walk) -> None:
    """The last day before the first is a slip; the day that was planned stays, struck."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    settings_of(chebet, "Milestones")
    chebet.write(title="Regional review, Addis Ababa", short_title="Regional review")
    chebet.write(planned_start=day(90), planned_end=day(80))
    chebet.press("Add the milestone", refused=422)
    assert chebet.problems == ["Planned to: The last day must be after the first."]
    chebet.write(planned_end=day(92))
    chebet.window.locator("main [name=is_key]").check()
    chebet.press("Add the milestone")
    chebet.follow(chebet.window.locator("main table a", has_text="Regional review"))
    chebet.write(planned_start=day(120), planned_end=day(122), note="The host asked for it.")
    chebet.choose(state="moved")
    chebet.press("Save the dates")
    settings_of(baraka, "Milestones")
    for person in (chebet, baraka):
        assert person.window.locator("main table s").count() == 1
    chebet.look_on_a_phone("desk-milestones")
    assert f"{walk.review.milestones.get().planned_start:%Y-%m-%d}" == day(120)


def day(days: int) -> str:
    """Return a day some days ahead as a field for it wants it."""
    return f"{in_nairobi(workflow.now()) + timedelta(days=days):%Y-%m-%d}"


def a_holiday_is_declared(walk: Walk) -> None:
    """Two officers enter the same notice; the second is told, and the day counts once."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    for person in (baraka, chebet):
        person.go("/desk/settings/")
        person.write(on=day(40), name="Day of the census", source="Gazette notice 7, 2026")
    baraka.press("Add it")
    assert baraka.notices == ["Added. Working days are counted with it from now on."]
    chebet.press("Add it", refused=422)
    assert chebet.problems == ["Day: This day is a public holiday already: Day of the census."]
    chebet.press(chebet.window.locator("main table button", has_text="Day of the census"))
    assert chebet.notices == ["“Day of the census” no longer counts. It stays on record."]
    assert not PublicHoliday.objects.get(name="Day of the census").counts


def an_office_joins_those_that_clear(walk: Walk) -> None:
    """The consultation is open: one officer proposes it with a reason, another confirms, and members are told."""
    baraka, chebet = walk.person("Baraka"), walk.person("Chebet")
    office = make_stakeholder("State Law Office (sample)")
    settings_of(chebet, "Clearance steps")
    chebet.choose(new_kind="legal")
    chebet.write(reason="The text binds the State.")
    chebet.press("Propose to a second officer", refused=422)
    assert chebet.problems == ["Office that answers: Choose the office that answers."]
    chebet.choose(new_office=str(office.pk))
    chebet.press("Propose to a second officer")
    assert not ChainStep.objects.exists()
    assert chebet.window.get_by_role("button", name="Confirm").count() == 0
    baraka.go("/for-you/")
    baraka.follow(baraka.window.locator(".inbox a", has_text="Change the rules of a consultation").first)
    baraka.unfold("Confirm")
    baraka.press("Yes: Confirm")
    step = ChainStep.objects.get()
    assert (step.kind, step.institution, step.is_asked) == ("legal", office, True)
    assert "The text binds the State." in walk.mail_to(walk.draft.member.email).body
    settings_of(chebet, "Clearance steps")
    assert "Legal vetting" in chebet.text
    chebet.look_on_a_phone("desk-clearance-steps")


def a_document_is_put_up_for_everybody(walk: Walk) -> None:
    """The wrong file is removed again and stays on record; readers get the right one only."""
    baraka, visitor = walk.person("Baraka"), walk.person("Visitor")
    settings_of(baraka, "Documents")
    for title in ("Minutes of the desk", "What we ask about passes"):
        baraka.choose(kind="paper")
        baraka.write(title=title)
        hand_in(baraka, "file", "paper.pdf", pdf())
        baraka.press("Add it")
        assert baraka.notices == [f"“{title}” is added."]
    baraka.look_on_a_phone("desk-documents")
    visitor.go("/")
    assert "Minutes of the desk" in visitor.text
    baraka.press("Remove: Minutes of the desk")
    assert baraka.notices == ["“Minutes of the desk” is removed. The file stays on record."]
    visitor.go("/")
    assert "What we ask about passes" in visitor.text
    assert "Minutes of the desk" not in visitor.text
    assert walk.review.documents.get(title="Minutes of the desk").path.exists()


def the_daily_mail_lists_what_waits(walk: Walk) -> None:
    """Whoever chose it gets the list of *For you* once, on the morning of the next working day."""
    amina = walk.person("Amina")
    amina.go("/for-you/")
    amina.follow("Send me this each morning")
    amina.choose(notices="daily")
    amina.press("Save my choice")
    today = in_nairobi(workflow.now()).date()
    ahead = (working_day_after(today, 1) - today).days
    later(walk, days=ahead, hours=MORNING - in_nairobi(workflow.now()).hour)
    amina.go("/for-you/")
    waiting = amina.window.locator(".inbox .what > a").all_text_contents()
    morning = walk.mail_to(amina.email)
    assert morning.subject == f"NCM Portal: {len(waiting)} things wait for you"
    assert all(words.strip() in morning.body for words in waiting), (waiting, morning.body)
    call_command("work", stdout=StringIO())
    assert [each for each in mail.outbox if each.to == [amina.email] and each.subject.startswith("NCM Portal:")] == [
        morning
    ]
    amina.go(walk.link_in(morning))
    assert amina.heading == "For you"
