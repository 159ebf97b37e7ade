"""Measured work: the keys and clicks, requests and bytes of what a secretary does a hundred times a day.

Typing is not counted: a character that goes into a text. A key with Ctrl is one key. The bounds are of the design of
the desk; the figures stand in docs/decisions.md.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from consultations.models import Point, Submission
from ncm_portal.workflow import now
from positions import workflow
from positions.models import Amendment
from tests.browser.conftest import DESKTOP
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.paper_factories import make_paragraph
from tests.positions.drafting import make_draft
from tests.positions.reviewing import make_reviewable
from tests.positions.views.reviewed import close, open_review
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
SCREEN_TEN, SPLIT_INTO_FOUR, WRITE_AND_CITE, DECIDE_FIVE = 25, 14, 8, 12  # keys and clicks at most
FIRST_VIEW = 60_000  # bytes of a list of ten, unpacked, without fonts: 60 kB
COUNT = """
    const count = (event) => {
        if (!event.isTrusted) return;
        const text = event.target.closest?.("textarea, input[type=text], input:not([type])");
        if (event.type === "keydown" && ["Control", "Shift", "Alt"].includes(event.key)) return;
        if (event.type === "keydown" && text && event.key.length === 1 && !event.ctrlKey && !event.altKey) return;
        sessionStorage.setItem("acts", acts() + 1);
    };
    const acts = () => Number(sessionStorage.getItem("acts") || 0);
    for (const kind of ["keydown", "mousedown"]) addEventListener(kind, count, true);
"""
BODY = "We ask for a seasonal pass for herders. It should cost nothing at all.\n\nThank you for reading this."
WORDING = "Kenya issues a seasonal pass to every herder."


@pytest.fixture
def officer(db):
    officer = make_secretariat()
    give_second_factor(officer)
    return officer


@pytest.fixture
def queue(db):
    """Ten inputs to read, the oldest first."""
    consultation, body = make_consultation(), make_stakeholder()
    author = make_member(body)
    made = [
        make_submission(consultation, body, author=author, state="submitted", title=f"Input {turn}", body=BODY)
        for turn in range(10)
    ]
    for turn, submission in enumerate(made):
        change(submission, submitted_at=now() - timedelta(days=10 - turn))
    return made


def acts(window) -> int:
    """Return the number of keys and clicks that the pages of a window got."""
    return int(window.evaluate("sessionStorage.getItem('acts') || 0"))


def reads(window, submission):
    window.locator("#pane h2.title", has_text=submission.title).wait_for()


def list_of(submission):
    return reverse("desk_inputs", args=[submission.consultation.slug])


def test_ten_inputs_are_screened_with_few_keys(desktop, officer, queue):
    desktop.page.add_init_script(COUNT)
    desktop.log_in(officer)
    desktop.goto(list_of(queue[0]))
    press, kind = desktop.keyboard.press, desktop.keyboard.type
    for turn, submission in enumerate(queue):
        reads(desktop, submission)
        if turn == 3:
            press("r")
            kind("Which county?")
            press("Control+Enter")
        elif turn == 6:
            press("s")
            press("ArrowDown")
            press("Tab")
            kind("It asks for something else.")
            press("Control+Enter")
        else:
            press("a")
            press("Enter")
        desktop.locator("#desk .undo", has_text=submission.reference).wait_for()
    states = list(Submission.objects.order_by("submitted_at").values_list("state", flat=True))
    assert (states.count("accepted"), states[3], states[6]) == (8, "returned", "set_aside")
    assert 0 < acts(desktop) <= SCREEN_TEN
    assert acts(desktop) == 22


def test_one_input_is_split_into_four_points_with_few_keys_and_clicks(desktop, officer):
    submission = make_submission(body=BODY, proposed_wording=WORDING)
    desktop.page.add_init_script(COUNT)
    desktop.log_in(officer)
    desktop.goto(f"/desk/inputs/{submission.key}/")
    press = desktop.keyboard.press
    for number, kind in enumerate(("Challenge", "Recommendation", "Finding")):
        desktop.get_by_text(BODY.replace("\n\n", " ").split(". ")[number]).click()
        if kind != "Recommendation":  # the kind that is marked already
            desktop.locator(".chips").get_by_text(kind).click()
        press("Enter")
        desktop.locator(f"#p{number + 1}").wait_for()
    press("w")
    press("Enter")
    desktop.locator("#p4").wait_for()
    counted = acts(desktop)
    press("n")
    desktop.wait_for_url("**/inputs/?saved=to-split")
    assert acts(desktop) == counted + 1
    assert [(point.kind, point.text) for point in Point.objects.order_by("number")] == [
        ("challenge", "We ask for a seasonal pass for herders."),
        ("recommendation", "It should cost nothing at all."),
        ("finding", "Thank you for reading this."),
        ("recommendation", WORDING),
    ]
    assert 0 < acts(desktop) <= SPLIT_INTO_FOUR
    assert acts(desktop) == 11


def test_screening_one_input_is_one_request(desktop, officer, queue):
    desktop.log_in(officer)
    desktop.goto(list_of(queue[0]))
    requests = []
    desktop.page.on("request", lambda request: requests.append(request.method))
    desktop.keyboard.press("a")
    desktop.keyboard.press("Enter")
    reads(desktop, queue[1])
    expect(desktop.locator("#desk .undo")).to_contain_text(queue[0].reference)
    assert requests == ["POST"]


def test_screening_one_input_is_at_most_two_page_loads_without_javascript(open_window, officer, queue):
    window = open_window(DESKTOP, java_script_enabled=False)
    window.log_in(officer)
    window.goto(list_of(queue[0]))
    pages = []
    window.page.on("load", lambda page: pages.append(page.url))
    window.locator("#pane").get_by_role("button", name="Put on file", exact=True).click()
    reads(window, queue[1])
    assert 0 < len(pages) <= 2
    assert Submission.objects.filter(state="accepted").get() == queue[0]


def test_first_view_of_the_desk_is_small(desktop, officer, queue):
    """The list, its styles and scripts, unpacked; the typefaces are kept for a year."""
    sizes = {}
    desktop.page.on("response", lambda answer: sizes.__setitem__(answer.url, answer))
    desktop.log_in(officer)
    desktop.goto(list_of(queue[0]))
    desktop.wait_for_load_state("networkidle")
    weights = {url: len(answer.body()) for url, answer in sizes.items() if ".woff" not in url}
    assert 0 < sum(weights.values()) <= FIRST_VIEW, weights


def test_one_paragraph_is_written_and_cited_with_few_keys(desktop, db):
    draft = make_draft()
    for text in ("Boats need a light.", "Shelters at every pier should be dry."):
        near = make_point(make_submission(draft.consultation, theme=draft.t1), text=text)
    desktop.page.add_init_script(COUNT)
    desktop.log_in(draft.drafter)
    desktop.goto(reverse("desk_section", args=[draft.paper.slug, draft.first.pk]))
    desktop.evaluate("window.isFirstPage = true")
    press = desktop.keyboard.press
    press("p")
    expect(desktop.locator("#new textarea")).to_be_focused()
    desktop.keyboard.type("Kenya calls for a dry shelter at every pier.")
    press("Control+Enter")
    expect(desktop.locator("#p2 textarea")).to_be_focused()
    assert desktop.locator("[data-digit='1']").get_attribute("value") == f"rests_on {near.reference}"
    press("Alt+1")
    expect(desktop.locator("#done")).to_contain_text("now cites")
    press("Escape")
    expect(desktop.locator("#write")).to_have_count(0)
    made = draft.first.paragraphs.standing().order_by("order").last()
    assert [source.point for source in made.wording.groundings.all()] == [near]
    assert desktop.evaluate("window.isFirstPage")
    assert 0 < acts(desktop) <= WRITE_AND_CITE
    assert acts(desktop) == 4


def test_five_amendments_are_decided_with_few_keys(desktop, db):
    draft = make_reviewable()
    texts = [make_paragraph(draft.first, f"Kenya builds {turn} piers.", is_secretariat_text=True) for turn in range(5)]
    open_review(draft)
    for turn, each in enumerate(texts):
        words = {"by": draft.member, "sponsor": draft.body, "reason": "Boats are long."}
        workflow.propose_amendment(draft.round, each, text=f"Kenya builds {turn} long piers.", **words)
    close(draft)
    desktop.page.add_init_script(COUNT)
    desktop.log_in(draft.drafter)
    desktop.goto(reverse("desk_amendments", args=[draft.paper.slug]))
    desktop.evaluate("window.isFirstPage = true")
    for turn in range(5):
        desktop.locator("#pane h2.title", has_text=f"§ {turn + 2}:").wait_for()
        desktop.keyboard.press("d" if turn == 3 else "a")
        desktop.keyboard.type("As discussed.")
        desktop.keyboard.press("Control+Enter")
    expect(desktop.locator("#pane")).to_contain_text("Open an amendment to read it here")
    states = list(Amendment.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["accepted", "accepted", "accepted", "not_accepted", "accepted"]
    assert desktop.evaluate("window.isFirstPage")
    assert 0 < acts(desktop) <= DECIDE_FIVE
    assert acts(desktop) == 10
