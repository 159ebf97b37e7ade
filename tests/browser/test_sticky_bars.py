"""Bars that stick to an edge of the window: whatever gets the focus comes out from under them, wherever the page is."""

import pytest
from django.urls import reverse

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_consultation, make_point, make_secretariat, make_submission
from tests.paper_factories import make_paragraph
from tests.positions.drafting import make_draft

pytestmark = pytest.mark.django_db(transaction=True)
LANDSCAPE = {"width": 640, "height": 360}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE, LANDSCAPE], ids=["desktop", "phone", "landscape"])
# From several places of the page, forwards and backwards: what of each focused target lies under a bar.
COVERED = """() => {
    const stuck = (element) => {
        for (let each = element; each; each = each.parentElement)
            if (["sticky", "fixed"].includes(getComputedStyle(each).position)) return each;
        return null;
    };
    const targets = [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")]
        .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled && !stuck(each));
    const covered = new Set();
    const hidden = (box, bar) => {
        const other = bar.getBoundingClientRect();
        return box.bottom > other.top + 1 && box.top < other.bottom - 1 && box.right > other.left && box.left < other.right;
    };
    const bars = [...document.querySelectorAll("body *")].filter((each) => stuck(each) === each);
    for (const part of [0, 0.3, 0.6, 1])
        for (const list of [targets, [...targets].reverse()]) {
            window.scrollTo(0, part * document.documentElement.scrollHeight);
            for (const target of list) {
                target.focus();
                const box = target.getBoundingClientRect();
                if (box.height > 1 && box.height < innerHeight / 2 && bars.some((bar) => !bar.contains(target) && hidden(box, bar)))
                    covered.add(target.outerHTML.slice(0, 120));
            }
        }
    return [targets.length, [...covered]];
}"""


@pytest.fixture
def addresses(db):
    """The pages with a bar at the lower edge, and a long one below the line on top."""
    consultation = make_consultation()
    inputs = [make_submission(consultation, state="submitted") for _turn in range(12)]
    split = make_submission(consultation, state="accepted", body="One sentence. " * 90)
    for _turn in range(6):
        make_point(split)
    draft = make_draft()
    for turn in range(12):
        make_paragraph(draft.first, f"Kenya notes thing {turn}. " * 6)
    return {
        "inputs": reverse("desk_inputs", args=[consultation.slug]),
        "open": reverse("desk_inputs", args=[consultation.slug], query={"open": inputs[0].reference}),
        "split": reverse("desk_input", args=[split.key]),
        "room": reverse("desk_section", args=[draft.paper.slug, draft.first.pk], query={"open": 3}),
    }


@SIZES
def test_focused_target_is_never_under_a_bar(open_window, addresses, size):
    window = open_window(size)
    window.log_in(make_secretariat())
    for name, address in addresses.items():
        window.goto(address)
        if name == "inputs":
            window.evaluate("document.querySelector('.rows input[type=checkbox]').click()")
        number, covered = window.evaluate(COVERED)
        assert (name, covered) == (name, [])
        assert number > 8
