"""Drafting room in a browser: accessible on phone and desktop, and safe for unsaved text."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse
from playwright.sync_api import expect

from positions import workflow
from positions.models import Disposition, Presence
from positions.views.drafting_room import reword_form
from tests.browser.conftest import BOTH, DESKTOP, PHONE
from tests.factories import make_point, make_provision, make_secretariat, make_submission
from tests.paper_factories import freeze, make_paragraph
from tests.positions.drafting import make_draft

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def draft(db):
    """Draft with every kind of content and very long words."""
    found = make_draft()
    make_provision("GCM-09", theme=found.t1)
    found.paragraph.provisions.add(make_provision("GCM-10", theme=found.t2))
    long = make_point(make_submission(found.consultation, theme=found.t1, title="t" * 200), text="p" * 2_000)
    make_paragraph(found.first, "w" * 3_000, points=(long,))
    make_paragraph(found.first, "It rests on nothing.")
    workflow.reword(found.paragraph, by=found.colleague, text="Kenya urges agreed routes.", why="y" * 500)
    workflow.ground(found.paragraph, found.other, by=found.drafter, relation="contrary")
    workflow.comment(found.paragraph, by=found.colleague, text="c" * 2_000)
    workflow.split_paragraph(
        found.paragraph, by=found.drafter, texts=["Kenya urges agreed routes.", "z" * 90], why="So."
    )
    return found


def at(name, draft, *args):
    return reverse(name, args=[draft.paper.slug, *args])


def test_drafting_pages_are_accessible(open_window, draft):
    window = open_window(*BOTH)
    window.log_in(draft.drafter)
    key, reference = draft.paragraph.key, draft.other.reference
    addresses = [reverse("desk_paper_new")]
    addresses += [
        at(name, draft)
        for name in ("desk_paper", "desk_paper_name", "desk_section_new", "desk_coverage", "desk_dispositions")
    ]
    addresses += [f"{at('desk_section', draft, draft.first.pk)}{end}" for end in ("", "?open=1", "?open=new")]
    addresses += [at("desk_section_edit", draft, draft.first.pk)]
    addresses += [at(name, draft, key) for name in ("desk_paragraph", "desk_paragraph_remove")]
    addresses += [at(f"desk_paragraph_{name}", draft, key) for name in ("split", "merge", "history")]
    addresses += [at("desk_disposition", draft, reference), at("desk_review", draft)]
    for _turn in range(21):  # more than a part of a section holds
        make_paragraph(draft.second, by=draft.drafter)
    addresses += [at("desk_section", draft, draft.second.pk)]
    freeze(draft.paper, "0.1", "draft")
    workflow.remove_paragraph(draft.first.paragraphs.last(), by=draft.drafter, reason="So.")
    freeze(draft.paper, "0.2", "draft")
    addresses += [f"{at('paper_compare', draft)}?all", at("edition_line", draft, "0.1", 2)]
    addresses += [f"{at('edition_lines', draft, '0.2')}?all"]
    for address in addresses:
        window.goto(address)
        window.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
        window.check()


ROUTES = "Kenya urges agreed routes in every county, once a year."


@SIZES
def test_two_drafters_save_one_text_of_both(open_window, draft, size):
    workflow.reword(draft.paragraph, by=draft.colleague, text=ROUTES, why="Start.")
    first, second = open_window(size), open_window(size)
    first.log_in(draft.colleague)
    second.log_in(draft.drafter)
    for window, text in (
        (first, ROUTES.replace("agreed", "agreed and safe").replace("once", "twice")),
        (second, ROUTES.replace("urges", "firmly urges").replace("once a year", "each March")),
    ):
        window.goto(at("desk_sources", draft, draft.paragraph.key))
        window.locator("#id_text").fill(text)
        window.locator("details.reason").evaluate("each => { each.open = true }")  # it may be open by now
        window.get_by_label("Why").fill("Firmer.")
    first.get_by_role("button", name="Save the text").click()
    first.locator(".done", has_text="Saved.").wait_for()
    second.expect_status(409, 422)
    second.get_by_role("button", name="Save the text").click()
    expect(second.locator("#problem")).to_be_focused()
    second.check()
    text = second.locator(".one .redline")
    expect(text).to_contain_text("[twice a year] [each March]")
    second.get_by_role("button", name="Save the text of both").click()
    second.get_by_role("link", name="Place 1: Choose the words").click()
    expect(second.get_by_label("Saved: twice a year")).to_be_focused()
    second.get_by_label("Other words", exact=True).check()
    second.get_by_label("Other words, Place 1").fill("twice, in March and")
    expect(text).not_to_contain_text("[")
    second.get_by_label("Yours: each March").check()
    expect(text).to_contain_text("each March")
    third = ROUTES.replace("routes", "roads").replace("agreed", "agreed and safe").replace("once", "twice")
    workflow.reword(draft.paragraph, by=draft.colleague, text=third, why="Third.")
    second.get_by_role("button", name="Save the text of both").click()
    second.get_by_text("Third.").wait_for()
    expect(second.get_by_label("Why")).to_have_value("Firmer.")
    second.get_by_role("button", name="Save the text of both").click()
    second.locator(".done", has_text="Saved.").wait_for()
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == "Kenya firmly urges agreed and safe roads in every county, each March."
    expect(second.locator("#id_text")).to_have_value(draft.paragraph.wording.text)


def test_saved_text_is_kept_and_what_was_typed_is_dropped(desktop, draft):
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_sources", draft, draft.paragraph.key))
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya urges safe routes.", why="Safety.")
    desktop.expect_status(409)
    desktop.locator("#id_text").fill("Kenya urges short routes.")
    desktop.keyboard.press("Control+Enter")
    desktop.get_by_role("link", name="Keep the saved text").click()
    expect(desktop.locator("#id_text")).to_have_value("Kenya urges safe routes.")
    desktop.goto(at("desk_paper", draft))  # nothing asks whether to leave


def test_two_texts_are_settled_without_javascript(open_window, draft):
    window = open_window(PHONE, java_script_enabled=False)
    window.log_in(draft.drafter)
    window.goto(at("desk_sources", draft, draft.paragraph.key))
    workflow.reword(draft.paragraph, by=draft.colleague, text="Kenya urges safe routes.", why="Safety.")
    window.expect_status(409)
    window.locator("#id_text").fill("Kenya urges short routes.")
    window.get_by_role("button", name="Save the text").click()
    window.get_by_label("Both: safe short").check()
    window.get_by_role("button", name="Show the text with my choices").click()
    expect(window.locator(".one .redline")).to_contain_text("safe short")
    window.get_by_role("button", name="Save the text of both").click()
    window.get_by_text("Saved. Check whether").wait_for()
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == "Kenya urges safe short routes."


def test_error_summary_links_to_paragraph_choice(phone, draft):
    phone.log_in(make_secretariat())
    phone.goto(at("desk_disposition", draft, draft.other.reference))
    phone.expect_status(422)
    phone.get_by_label("Taken up", exact=True).check()
    phone.get_by_role("button", name="Save and continue").click()
    phone.check()
    phone.get_by_role("link", name="Choose at least one paragraph").click()
    assert phone.evaluate("document.activeElement.id") == "id_paragraphs_0"
    phone.get_by_label("Kenya urges agreed routes").check()
    phone.get_by_role("button", name="Save and continue").click()
    phone.get_by_text(f"The answer to {draft.other.reference} is saved.").wait_for()


def test_key_for_a_paragraph_leads_to_the_open_form_of_an_empty_section(desktop, draft):
    desktop.log_in(draft.drafter)
    desktop.goto(reverse("desk_section", args=[draft.paper.slug, draft.second.pk]))
    desktop.keyboard.press("p")
    expect(desktop.locator("#new textarea")).to_be_focused()
    assert desktop.locator("#new textarea").input_value() == ""
    desktop.keyboard.type("Kenya proposes piers.")
    assert desktop.locator("#new textarea").input_value() == "Kenya proposes piers."


def test_characters_are_counted_and_unsaved_text_is_guarded(desktop, draft):
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_section", draft, draft.second.pk))
    desktop.locator("textarea[name=text]").press_sequentially("Kenya notes it.")
    assert desktop.locator("main .counted").inner_text() == "15 / 3,000"
    asked = []
    desktop.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    desktop.get_by_role("link", name=draft.paper.short_title).first.click()
    desktop.wait_for_url(f"**{at('desk_paper', draft)}")
    assert asked == ["beforeunload"]


def test_paragraph_is_written_and_cited_without_javascript(open_window, draft):
    free = make_point(make_submission(draft.consultation, theme=draft.t2))
    window = open_window(PHONE, java_script_enabled=False)
    window.log_in(draft.drafter)
    window.goto(at("desk_section", draft, draft.second.pk))
    window.locator("textarea[name=text]").fill("Kenya notes it.")
    window.get_by_role("button", name="Add the paragraph").click()
    window.get_by_role("button", name="Cite it").first.click()
    window.get_by_text("now cites").wait_for()
    made = draft.second.paragraphs.get()
    assert [row.point for row in made.wording.groundings.all()] == [free]


def test_typed_text_survives_citing_closing_and_a_lost_connection(desktop, draft):
    make_point(make_submission(draft.consultation, theme=draft.t1), text="Agreed routes are safe.")
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_sources", draft, draft.paragraph.key))
    area = desktop.locator("#id_text")
    area.fill("Kenya urges agreed routs.")
    desktop.keyboard.press("Escape")
    expect(desktop.locator("#write")).to_have_count(0)
    desktop.get_by_role("link", name="Edit paragraph 1").click()
    expect(area).to_have_value("Kenya urges agreed routs.")
    desktop.cut_off()
    desktop.keyboard.press("Control+Enter")
    desktop.get_by_text("Your words are still here").wait_for()
    expect(area).to_have_value("Kenya urges agreed routs.")
    desktop.cut_off(False)
    desktop.keyboard.press("Alt+1")
    desktop.get_by_text("now cites").first.wait_for()
    draft.paragraph.refresh_from_db()
    assert draft.paragraph.wording.text == "Kenya urges agreed routs."


def test_side_point_is_cited_in_a_chosen_paragraph_without_javascript(open_window, draft):
    points = [make_point(make_submission(draft.consultation, theme=draft.t1)) for _turn in range(2)]
    window = open_window(DESKTOP, java_script_enabled=False)
    window.log_in(draft.drafter)
    window.goto(at("desk_section", draft, draft.first.pk))
    window.get_by_label("Cite it in paragraph").select_option(index=1)
    window.get_by_role("button", name=f"Cite it: {points[1].reference}").click()
    window.get_by_text(f"Paragraph 2 now cites {points[1].reference}.").wait_for()


def test_side_point_is_cited_by_drag_and_drop(desktop, draft):
    point = make_point(make_submission(draft.consultation, theme=draft.t1))
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_section", draft, draft.first.pk))
    desktop.locator("[data-point] p").last.drag_to(desktop.locator("#p2 .words"))
    desktop.locator("#room").get_by_text(f"Paragraph 2 now cites {point.reference}.").wait_for()


def look(window):
    """Let the script leave its sign and look for others, as it does every few seconds."""
    with window.page.expect_response("**/writers/"):
        window.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def wait_until_left(window, user):
    """Wait until the sign of `user` is gone: what says so is a beacon, whose answer no page waits for."""
    for _turn in range(100):
        if not Presence.objects.filter(user=user).exists():
            return
        window.wait_for_timeout(100)
    raise AssertionError(f"{user} still counts as writing")


@SIZES
def test_two_drafters_see_each_other_and_are_warned_at_the_same_paragraph(open_window, draft, size):
    first, second = open_window(size), open_window(size)
    first.log_in(draft.drafter)
    second.log_in(draft.colleague)
    address, sign = at("desk_section", draft, draft.first.pk), f"{draft.colleague.name} is writing here since"
    with second.page.expect_response("**/writers/"):
        second.goto(f"{address}?open=2")
    first.goto(address)
    expect(first.locator("#p2 .marks")).to_contain_text(sign)
    expect(first.locator(".outline [aria-current]")).to_contain_text(f"{draft.colleague.name} is writing here")
    expect(first.locator("#done")).to_be_empty()
    with first.page.expect_response("**/writers/"):
        first.get_by_role("link", name="Edit paragraph 2").click()
    expect(first.locator("#p2 .writers")).to_contain_text("Speak to each other before you change the same words.")
    expect(first.locator("#done")).to_contain_text(sign)
    first.check()
    look(second)
    expect(second.locator("#done")).to_contain_text(f"{draft.drafter.name} is writing here since")
    second.get_by_role("link", name="Close").click()
    expect(second.locator("#p2 .marks")).to_contain_text(f"{draft.drafter.name} is writing here since")
    wait_until_left(second, draft.colleague)
    look(first)
    expect(first.locator("#p2 .writers")).to_be_hidden()
    assert set(Presence.objects.values_list("user", flat=True)) == {draft.drafter.pk}
    first.goto(reverse("desk"))
    wait_until_left(second, draft.drafter)
    look(second)
    expect(second.locator("#p2 .writers")).to_be_hidden()


@SIZES
def test_point_is_answered_beside_the_text(open_window, draft, size):
    point = make_point(make_submission(draft.consultation, theme=draft.t1), text="Agreed routes are safe.")
    window = open_window(size)
    window.log_in(draft.drafter)
    window.goto(at("desk_sources", draft, draft.paragraph.key))
    address = window.url
    window.locator("#id_text").fill("Kenya urges agreed routs.")
    window.expect_status(422)
    window.get_by_role("link", name=f"Answer: {point.reference}").click()
    window.get_by_label("Noted", exact=True).check()
    window.get_by_role("button", name="Save the answer").click()
    expect(window.locator("#problem")).to_be_focused()
    window.get_by_label("Reason", exact=False).last.fill("Heard before.")
    window.check()
    window.keyboard.press("Alt+1")  # what is typed stays while a point is cited
    window.locator(".done", has_text="now cites").wait_for()
    expect(window.locator("#points [name=reason]")).to_have_value("Heard before.")
    window.locator("#points [name=reason_code]").select_option("elsewhere")
    window.get_by_role("button", name="Save the answer").click()
    window.get_by_text(f"The answer to {point.reference} is saved.").last.wait_for()
    assert Disposition.objects.get(point=point).reason == "Heard before."
    assert window.url.partition("#")[0] == address.partition("#")[0]
    window.get_by_role("link", name=f"Answer: {point.reference}").click()
    window.locator("#points").get_by_role("link", name="Close").click()
    expect(window.locator("#points [name=reason]")).to_have_count(0)


def test_missing_reason_is_asked_for_where_one_writes(desktop, draft):
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_sources", draft, draft.paragraph.key))
    desktop.locator("#id_text").fill("Kenya shall close every route without exception.")
    desktop.expect_status(422)
    desktop.keyboard.press("Control+Enter")
    expect(desktop.get_by_label("Why")).to_be_focused()
    expect(desktop.locator("#done")).to_contain_text("Enter a reason for the change")
    desktop.check()
    desktop.keyboard.type("Agreed in Nairobi.")
    desktop.keyboard.press("Control+Enter")
    desktop.locator(".done", has_text="Saved.").wait_for()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Kenya urges agreed routes", ""),
        ("Kenya urges agreed routs, by land.", "A small edit."),
        ("Kenya urges all agreed routes.", "Not a small edit: say why."),
        ("Kenya asks for agreed routes.", "Not a small edit: say why."),
        ("Kenya urges one two three four five six agreed routes.", "Not a small edit: say why."),
    ],
    ids=["same", "few words", "a word that carries the meaning", "another verb", "many words"],
)
def test_script_and_portal_agree_on_what_needs_a_reason(desktop, draft, text, hint):
    paragraph = workflow.reword(draft.paragraph, by=draft.drafter, text="Kenya urges agreed routes", why="So.")
    workflow.mark_paragraph(draft.paragraph, by=draft.drafter, strength="urges")
    desktop.log_in(draft.drafter)
    desktop.goto(at("desk_sources", draft, draft.paragraph.key))
    desktop.locator("#id_text").fill(f"{text} ")
    desktop.locator("#id_text").fill(text)
    expect(desktop.locator(".reason summary span")).to_have_text(hint)
    is_large = hint.startswith("Not")
    expect(desktop.locator("#id_why")).to_be_visible(visible=is_large)
    paragraph.refresh_from_db()
    form = reword_form(paragraph, None, QueryDict(urlencode({"text": text, "base": paragraph.wording_id})))
    assert form.is_valid() is not is_large
