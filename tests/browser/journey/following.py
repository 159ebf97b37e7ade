"""Journey after adoption: a brief for a milestone, findings, and a fulfilled commitment."""

from consultations import workflow as verbs
from consultations.models import ActionPoint, Milestone
from ncm_portal import workflow
from tests.browser.journey.drafting import DESK
from tests.browser.journey.walk import Walk, in_nairobi

LINE = "Not below one rescue boat for each landing place"


def the_secretariat_enters_a_milestone(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"{DESK}after/")
    amina.follow("Enter a new milestone")
    amina.write(title="Conference of the lakes", place="Entebbe", planned_start=str(walk.forum.starts_on))
    amina.press("Add the milestone")
    walk.milestone = Milestone.objects.get(title="Conference of the lakes")
    amina.go(f"{DESK}after/")
    amina.choose(milestone=str(walk.milestone.pk))
    amina.press("Open")
    assert "You can record findings once the milestone has taken place." in amina.text


def officers_carry_a_brief_to_it(walk: Walk) -> None:
    """Officials can read the brief, visitors cannot."""
    amina, peter, visitor = walk.person("Amina"), walk.person("Peter"), walk.person("Visitor")
    amina.follow("Write the brief")
    amina.write(ask="That every lake has a rescue service.", red_line=LINE)
    amina.press("Save the brief", refused=422)
    assert amina.problems == ["Paragraphs in the brief: Choose at least one paragraph."]
    assert amina.value("red_line") == LINE
    amina.choose(paragraphs="3")
    amina.press("Save the brief")
    assert LINE in amina.text
    address = amina.window.url.removeprefix(walk.base)
    peter.go(address)
    peter.look_on_a_phone("journey-brief")
    assert LINE in peter.text
    visitor.go(address)
    assert visitor.heading == "Sign in"


def a_print_of_it_is_known_to_those_who_may_read_it(walk: Walk) -> None:
    peter = walk.person("Peter")
    with peter.window.expect_download() as download:
        peter.window.get_by_role("button", name="PDF of two pages").click()
    peter.go("/verify/")
    peter.window.set_input_files("[name=file]", download.value.path())
    peter.press("Check the file")
    assert peter.heading == "This is a brief, as the portal printed it"


def the_milestone_takes_place(walk: Walk) -> None:
    amina = walk.person("Amina")
    amina.go(f"{DESK}after/{walk.milestone.pk}/")
    amina.follow("Change the dates")
    amina.choose(state="held")
    amina.press("Save", refused=422)
    assert amina.problems == ["Took place from: Enter the date it took place."]
    amina.write(actual_start=f"{in_nairobi(workflow.now()):%Y-%m-%d}", note="It was held at once.")
    amina.press("Save")
    assert amina.notices == ["Saved. The earlier text is in the journal."]


def what_it_left_is_written_down(walk: Walk) -> None:
    """One finding on an objective, one on a guiding principle; hidden until the head releases them."""
    amina, wairimu = walk.person("Amina"), walk.person("Wairimu")
    amina.choose(paragraph="2", provision="GCM-08", value="in_part")
    amina.write(reference="Final statement, 4")
    amina.press("Save it", refused=422)
    assert amina.value("reference") == "Final statement, 4"
    amina.write(note="Shelter is there, and no word on fuel.")
    amina.press("Save it")
    amina.choose(paragraph="3", provision="GCM-P-f", value="reflected")
    amina.write(reference="Final statement, 1")
    amina.press("Save it")
    amina.look_on_a_phone("journey-findings")
    assert (
        walk.person("Visitor")
        .window.context.request.get(f"{walk.base}/papers/lakes/alignment/")
        .text()
        .count("Final statement")
        == 0
    )
    wairimu.go(f"{DESK}after/{walk.milestone.pk}/")
    wairimu.press("Release the findings")
    assert "Corrections are public at once." in wairimu.text


def a_visitor_reads_what_became_of_it(walk: Walk) -> None:
    visitor = walk.person("Visitor")
    visitor.go("/papers/lakes/")
    visitor.follow("After adoption")
    visitor.window.get_by_text("All findings as a table and a picture").click()
    objectives, principles = visitor.window.locator("main table").all()
    assert "2: in part" in objectives.inner_text()
    assert "3: reflected" in principles.inner_text()
    visitor.look_on_a_phone("journey-alignment")
    annex = visitor.window.get_by_role("link", name="Alignment annex to print (PDF)").get_attribute("href")
    assert visitor.window.context.request.get(f"{walk.base}{annex}").body().startswith(b"%PDF-")


def a_promise_of_the_forum_is_kept(walk: Walk) -> None:
    """A commitment made in a session is listed, and its outcome is public once the forum is reported."""
    amina, wairimu, visitor = walk.person("Amina"), walk.person("Wairimu"), walk.person("Visitor")
    amina.go(f"/desk/forums/{walk.forum.slug}/actions/")
    amina.press("Carry them over")
    amina.follow("Let passengers complain on the boat.")
    amina.write(report="Each boat has a box for complaints.")
    amina.press("Mark as done")
    assert ActionPoint.objects.get().state == "done"
    officer, head, another = amina.account, wairimu.account, walk.person("Baraka").account
    verbs.close_session(walk.session, by=officer)
    walk.forum = verbs.close_forum(walk.forum, by=officer)
    told = verbs.draft_communique(walk.forum, by=officer, body="The forum adopted a position on lakes.")
    told = verbs.clear_communique(verbs.circulate_communique(told, by=officer), by=head)
    verbs.publish_communique(told, by=another)
    verbs.report_forum(walk.forum, by=officer)
    visitor.go("/commitments/")
    assert "Each boat has a box for complaints." in visitor.text
    assert visitor.window.locator("main h2").all_inner_texts() == ["Harbour office (sample)"]
    visitor.look_on_a_phone("journey-commitments")
