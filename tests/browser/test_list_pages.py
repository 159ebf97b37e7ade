"""Lists at the desk: the first row is high, each row is one line, and filters are folded into the line of tabs."""

import pytest
from django.urls import reverse

from consultations.models import SavedFilter, SeatQuota
from tests.browser.conftest import BOTH, PHONE
from tests.factories import (
    make_consultation,
    make_delegate,
    make_forum,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.office_factories import make_enquiry
from tests.sign_in import give_second_factor

pytestmark = pytest.mark.django_db(transaction=True)
ROW = ":is(.rows .row, .even tbody tr)"
LONG = "Union of domestic workers, herders and cross-border traders of the northern counties (sample)"


@pytest.fixture
def lists():
    """Addresses of the lists of a sample consultation, with long names and what makes the line above them long."""
    consultation = make_consultation(slug="review-2026", is_sample=True)
    officer = make_secretariat(name="Hassan Guyo")
    give_second_factor(officer)
    for name in (LONG, "Herders of Moyale"):
        body = make_stakeholder(name, state="registered", group="civil_society")
        make_member(body)
        sent = make_submission(consultation, make_stakeholder(f"{name} 2"), state="submitted", title=name)
        make_point(sent)
        make_enquiry(consultation, subject=name)
        make_stakeholder(f"{name} 3")
    make_enquiry()
    forum = make_forum(consultation, title="National consultative forum on labour migration and mobility", seats=40)
    first = make_delegate(forum, make_stakeholder(f"{LONG} 4"), name="Dr Wanjirũ wa Kamau", title=LONG)
    make_delegate(forum, first.stakeholder, state="nominated", sits_in_for=first)
    SeatQuota.objects.create(forum=forum, group="ministry", seats=12)
    SavedFilter.objects.create(
        user=officer, consultation=consultation, page="inputs", name="Herders", query="words=herders"
    )
    at = {
        name: reverse(name, args=[consultation.slug])
        for name in ("desk_inputs", "desk_points", "desk_enquiries", "non_responses")
    }
    at |= {"delegates": reverse("forum_delegates", args=[forum.slug]), "organisations": reverse("desk_organisations")}
    filtered = {f"{name}, filtered": f"{address}?words=o" for name, address in at.items()}
    at |= filtered | {
        "saved": f"{at['desk_inputs']}?words=herders",
        "to verify": f"{at['organisations']}?saved=to-verify",
    }
    return officer, at


def open_filters(window) -> None:
    window.locator(".tabline").get_by_text("Filter", exact=True).or_(window.locator(".refine summary")).click()
    window.locator(".refine[open]").wait_for()
    window.wait_for_load_state()  # where the form is on a page of its own, its stylesheets may still be on their way


def test_first_row_is_high_and_one_line_on_each_list(open_window, lists, picture):
    officer, at = lists
    window = open_window(*BOTH)
    window.log_in(officer)
    measured = {}
    for name, address in at.items():
        window.goto(address)
        row = window.locator(ROW).first.bounding_box()
        measured[name] = (round(row["y"]), round(row["height"]))
        window.check()
        picture(window, f"list-{name}")
    assert {name: found for name, found in measured.items() if found[0] >= 140 or not 36 <= found[1] <= 40} == {}


def test_filters_open_over_the_list_without_javascript(open_window, lists):
    officer, at = lists
    window = open_window(java_script_enabled=False)
    window.log_in(officer)
    for name in ("desk_inputs", "desk_points", "desk_enquiries", "delegates", "organisations"):
        window.goto(at[name])
        before = window.locator(ROW).first.bounding_box()
        assert not window.locator(".refine [name=words]").is_visible()
        open_filters(window)
        assert window.locator(ROW).first.bounding_box() == before
        window.fill(".refine [name=words]", "zebras")
        window.locator(".refine .button").click()
        window.locator(".refine summary", has_text="Filtered").click()
        assert window.locator(ROW).count() == 0
        window.locator(".refine a", has_text="Clear").click()
        window.locator(ROW).first.wait_for()


def test_lists_are_one_column_on_a_phone(open_window, lists):
    officer, at = lists
    phone = open_window(PHONE)
    phone.log_in(officer)
    for address in at.values():
        phone.goto(address)
        boxes = [row.bounding_box() for row in phone.locator(ROW).all()[:2]]
        assert {box["x"] for box in boxes} == {boxes[0]["x"]}
        assert all(box["width"] <= 360 for box in boxes)
        open_filters(phone)
        phone.check()
