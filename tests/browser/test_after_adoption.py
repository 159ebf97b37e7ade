"""After adoption in a browser: a correction by two officers, the timeline and a restricted annex."""

import pytest
from django.urls import reverse

from consultations.models import Milestone
from ncm_portal.workflow import now
from positions.models import Brief, BriefParagraph
from tests.browser.conftest import BOTH, PHONE
from tests.factories import make_head, make_secretariat, make_user
from tests.paper_factories import make_published_paper
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
RIGHT = "Kenya and its Counties commit to a third."


@pytest.fixture
def published(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = make_published_paper()
    made.first, made.second = make_secretariat(), make_secretariat()
    for person in (made.first, made.second):
        give_second_factor(person)
    return made


def propose_a_correction(officer, paper):
    """Enter a correction without a reason, then with one."""
    officer.goto(reverse("desk_corrigendum_new", args=[paper.slug]))
    officer.expect_status(422)
    officer.get_by_text("3. Kenya and its counties").click()
    officer.get_by_label("Paragraph 3").fill(RIGHT)
    officer.get_by_role("button", name="Propose the correction").click()
    officer.check()
    assert officer.locator("#problem").evaluate("each => each === document.activeElement")
    assert officer.get_by_label("Paragraph 3").input_value() == RIGHT
    officer.get_by_label("What the mistake was").fill("A capital was missing.")
    officer.get_by_role("button", name="Propose the correction").click()
    officer.check()
    assert officer.get_by_role("button", name="Issue the corrected edition").count() == 0


def write_an_annex(officer, paper):
    officer.goto(reverse("annex_write", args=[paper.slug, 0]))
    officer.check()
    officer.get_by_label("Title").fill("Red lines")
    officer.get_by_label("Text").fill("Kenya does not go below one.")
    officer.get_by_role("button", name="Save the annex").click()
    officer.get_by_text("The annex is saved.").wait_for()


def test_two_officers_issue_correction_and_only_officials_read_annex(open_window, published, picture):
    paper = published.paper
    first, second, visitor, official = open_window(*BOTH), open_window(PHONE), open_window(*BOTH), open_window(*BOTH)
    first.log_in(published.first)
    second.log_in(published.second)
    official.log_in(make_user("official"))
    propose_a_correction(first, paper)
    picture(first, "corrigendum-proposed")
    second.goto(first.url)
    assert second.locator("main ins").all_inner_texts() == ["Added:\nCounties"]
    second.get_by_role("button", name="Issue the corrected edition").click()
    second.get_by_text("The corrected edition is in force").wait_for(timeout=60_000)
    second.check()
    visitor.goto(reverse("paper", args=[paper.slug]))
    visitor.get_by_role("link", name="See what changed").click()
    visitor.check()
    changed = visitor.locator("main del, main ins").all_inner_texts()
    assert changed == ["Removed:\ncounties", "Added:\nCounties"]
    picture(visitor, "corrigendum-compared")
    visitor.goto(reverse("paper_history", args=[paper.slug]))
    visitor.check()
    assert "A mistake was corrected in edition 1.0.1." in visitor.inner_text("main")
    write_an_annex(first, paper)
    annexes = reverse("annexes", args=[paper.slug])
    official.goto(annexes)
    official.check()
    assert "Kenya does not go below one." in official.inner_text("main")
    picture(official, "restricted-annex")
    visitor.goto(annexes)
    assert visitor.url.endswith(f"/account/login/?next={annexes}")


def look_at_the_brief(window, published, milestone):
    """Submit an empty brief, and read an existing one; printing is tested elsewhere."""
    address = [published.paper.slug, milestone.pk]
    window.goto(reverse("brief_write", args=address))
    window.get_by_label("Red line").fill("Not this.")
    window.get_by_role("button", name="Save the brief").click()
    window.check()
    assert window.locator("#problem").evaluate("each => each === document.activeElement")
    assert window.get_by_label("Red line").input_value() == "Not this."
    row = Brief.objects.create(
        edition=published.edition, milestone=milestone, number=1, ask="One thing.", by=published.first, at=now()
    )
    BriefParagraph.objects.create(brief=row, paragraph=published.paragraphs[1], order=1)
    window.goto(reverse("brief", args=address))
    window.check()
    assert "One thing." in window.inner_text("main")


def test_findings_are_recorded_and_released(open_window, published, picture):
    paper, head = published.paper, make_head()
    give_second_factor(head)
    milestone = Milestone.objects.create(
        title="Regional consultation", kind="meeting", level="regional", state="held", is_key=True,
        actual_start=paper.forum.starts_on,
    )  # fmt: skip
    window, visitor = open_window(*BOTH), open_window(*BOTH)
    window.log_in(head)
    window.goto(reverse("desk_after", args=[paper.slug]))
    window.check()
    window.get_by_role("link", name="Regional consultation").click()
    window.expect_status(422)
    window.get_by_label("in part").check()
    window.get_by_label("Where it stands").fill("Summary, paragraph 3")
    window.get_by_role("button", name="Save it").click()
    window.check()
    assert window.locator("#problem").evaluate("each => each === document.activeElement")
    assert window.get_by_label("Where it stands").input_value() == "Summary, paragraph 3"
    window.get_by_label("Note").fill("Half of it is missing.")
    window.get_by_role("button", name="Save it").click()
    window.get_by_role("button", name="Release the findings").click()
    window.get_by_text("Released. Everybody can read the findings").wait_for()
    window.check()
    picture(window, "findings")
    window.get_by_role("link", name="Correct").click()
    window.check()
    window.goto(reverse("desk_milestone", args=[paper.slug, milestone.pk]))
    window.check()
    look_at_the_brief(window, published, milestone)
    visitor.goto(reverse("paper", args=[paper.slug]))
    visitor.get_by_role("link", name="After adoption").click()
    visitor.check()
    assert "In part" in visitor.inner_text("#p2")
    visitor.get_by_text("All findings as a table and a picture").click()
    visitor.check()
    assert "2: in part" in visitor.inner_text("main table")
    picture(visitor, "alignment")
