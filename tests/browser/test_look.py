"""Design components on one page, on desktop and phone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.csp import build_policy
from playwright.sync_api import expect

from consultations.models import Event, Milestone
from ncm_portal.workflow import Condition, Move, OpenMove, Role
from tests.browser.conftest import BOTH, DESKTOP, PHONE

pytestmark = pytest.mark.django_db
WIDTHS = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
NEXT = Milestone(
    pk=3, title="Stocktaking", place="Puerto Vallarta", planned_start=date(2017, 12, 4), planned_end=date(2017, 12, 6)
)
MILESTONES = [
    Milestone(pk=1, title="Stakeholder forum", place="Nairobi", actual_start=date(2017, 10, 17), state="held"),
    NEXT,
    Milestone(
        pk=4, title="Intergovernmental conference", place="Marrakech", state="moved",
        planned_start=date(2018, 9, 1), planned_precision="month", actual_start=date(2018, 12, 10),
    ),
]  # fmt: skip


class SampleForm(forms.Form):
    """Form with a field of every type that refuses its input."""

    title = forms.CharField(label="Title", help_text="What your input is about, in one line.")
    theme = forms.ChoiceField(label="Main theme", choices=[("", "Choose a theme"), ("T1", "Drivers of migration")])
    audience = forms.ChoiceField(
        label="Who can read it", widget=forms.RadioSelect, choices=[("p", "All"), ("m", "Members")]
    )
    objectives = forms.MultipleChoiceField(
        label="Objectives",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("2", "Drivers"), ("9", "Smuggling")],
    )
    text = forms.CharField(label="Text", widget=forms.Textarea, max_length=20000)
    due = forms.DateField(label="Date", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    agree = forms.BooleanField(label="The name of our organisation may be published")

    def clean(self):
        raise forms.ValidationError("The deadline has passed. Your text is kept.")


def open_move(verb: str, label: str, *conditions: Condition, **options: Any) -> OpenMove:
    return OpenMove(
        Move(verb, label, (), None, Role(lambda user, record: True, "anybody"), **options), list(conditions)
    )


def gallery(**context: Any) -> str:
    request = RequestFactory().get("/gallery/")
    request.user, request.resolver_match = AnonymousUser(), None
    unmet = Condition("Paragraph 4 rests on no point.", met=False)
    moment = datetime(2017, 10, 13, 14, tzinfo=UTC)
    parts = {
        "form": SampleForm(),
        "milestones": MILESTONES,
        "next": NEXT,
        "deadline": moment,
        "figures": [(6, "inputs"), (11, "points"), (5, "groups")],
        "themes": ["Drivers of migration", "International cooperation and governance", "Contribution of the diaspora"],
        "groups": ["Government", "County", "Civil society", "Academia", "Faith", "Diaspora", "Employers", "Workers"],
        "stances": [("Ministry A (sample)", "Agreed", "done"), ("Ministry B (sample)", "Reservation on 22", "wait"),
                    ("Ministry C (sample)", "Objects to 31", "stop"), ("Ministry D (sample)", "Silent", "")],
        "sha256": "9f2c41d7" * 8,
        "text": "Kenya calls for joint investigation teams along the northern and southern routes.",
        "needs": [Condition("Mandates complete: 5 ministries, 43 paragraphs", met=True), unmet],
        "moves": [open_move("accept", "Accept"), open_move("set_aside", "Set aside", needs_reason=True, grave=True),
                  open_move("freeze", "Freeze edition 1.0", unmet)],
        "events": [Event(verb="return_for_completion", at=moment, by_name="Wanjirũ Ng'ang'a (sample)", reason="Which county?")],
        "long": "x" * 2_000 + "\n\n<b>{{ literally }}</b>",
    }  # fmt: skip
    return render_to_string("components/gallery.html", {**parts, **context}, request)


@pytest.fixture
def open_gallery(open_window):
    """Open the gallery in a window of this size under the portal's content security policy."""

    def open_one(sizes, **context):
        window = open_window(*sizes) if isinstance(sizes, tuple) else open_window(sizes)
        headers = {"content-type": "text/html", "content-security-policy": build_policy(settings.SECURE_CSP)}
        html = gallery(**context)
        window.page.route("**/gallery/", lambda route: route.fulfill(body=html, headers=headers))
        window.goto("/gallery/")
        return window

    return open_one


def refused() -> SampleForm:
    return SampleForm({"title": "", "text": "Kenya calls for", "theme": "T1"})


def test_every_component_is_accessible_and_fits(open_gallery, picture):
    window = open_gallery(BOTH)
    window.check()
    picture(window, "gallery")


def test_refused_form_is_accessible_and_focuses_error_summary(open_gallery):
    window = open_gallery(BOTH, form=refused(), reasons=["Paragraph 4 rests on no point."])
    window.check()
    assert window.title() == "Error: Gallery · NCM Portal"
    expect(window.locator("#problem")).to_be_focused()
    assert window.locator("#problem li").all_inner_texts() == [
        "Paragraph 4 rests on no point.",
        "The deadline has passed. Your text is kept.",
        "Title: This field is required.",
        "Who can read it: This field is required.",
        "The name of our organisation may be published: This field is required.",
    ]


def test_error_summary_links_to_fields(open_gallery):
    window = open_gallery(DESKTOP, form=refused())
    targets = [link.get_attribute("href") for link in window.locator("#problem a").all()]
    assert targets == ["#id_title", "#id_audience_0", "#id_agree"]
    for target in targets:
        window.locator(f"#problem a[href='{target}']").click()
        window.keyboard.press("Tab")
        window.keyboard.press("Shift+Tab")
        assert window.evaluate("'#' + document.activeElement.id") == target


def test_field_references_hint_and_error(open_gallery):
    window = open_gallery(DESKTOP, form=refused())
    title = window.locator("#id_title")
    assert (title.get_attribute("aria-invalid"), title.get_attribute("aria-describedby")) == (
        "true",
        "id_title_helptext id_title_error",
    )
    assert window.locator("#id_title_error").text_content().split() == ["Error:", "This", "field", "is", "required."]
    assert window.locator("#id_text").input_value() == "Kenya calls for"


def test_label_shows_optional_and_maximum_length(open_gallery):
    window = open_gallery(DESKTOP)
    labels = window.locator("section > form .field > label, section > form legend").all_inner_texts()
    assert labels == [
        "Title",
        "Main theme",
        "Who can read it",
        "Objectives (optional)",
        "Text (up to 20,000 characters)",
        "Date (optional)",
    ]


TOO_SMALL = """() => [...document.querySelectorAll(
    '.button, .linklike, .mast a, .mast button, footer a, input:not([type=hidden]), select, textarea, fieldset label')]
    .map(e => e.closest('fieldset label, .check') || e)
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)
    .map(e => e.outerHTML.slice(0, 80))"""


@WIDTHS
def test_buttons_are_44_pixels_high(open_gallery, size):
    assert open_gallery(size).evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("target", [".name", ".mast nav button", "main a.button", "main h3 a", ".moves summary.button"])
def test_focus_is_black_on_yellow(open_gallery, target):
    window = open_gallery(DESKTOP)
    window.locator(target).first.focus()
    window.keyboard.press("Tab")
    window.keyboard.press("Shift+Tab")
    style = (
        "e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color, s.outlineStyle, s.outlineWidth] }"
    )
    assert window.locator(target).first.evaluate(style) == ["rgb(255, 221, 0)", "rgb(22, 25, 29)", "solid", "3px"]


def test_first_tab_stop_is_skip_link(open_gallery):
    window = open_gallery(DESKTOP)
    window.keyboard.press("Tab")
    skip = window.locator(":focus")
    assert (skip.inner_text(), skip.get_attribute("href")) == ("Skip to content", "#main")
    assert skip.bounding_box()["width"] > 100


def test_move_with_reason_shows_reason_field(open_gallery):
    window = open_gallery(PHONE)
    reason = window.locator("#reason-set_aside")
    assert reason.is_visible() is False
    window.locator(".moves summary").click()
    assert (reason.is_visible(), reason.get_attribute("name")) == (True, "reason")


def test_print_view_has_text_without_buttons(open_gallery):
    window = open_gallery(DESKTOP)
    window.emulate_media(media="print")
    seen = {
        name: window.locator(name).first.is_visible()
        for name in (".flag", ".text", ".rests", ".mast nav", ".button", "main form")
    }
    assert seen == {
        ".flag": True,
        ".text": True,
        ".rests": True,
        ".mast nav": False,
        ".button": False,
        "main form": False,
    }


def test_page_loads_few_files(open_window):
    window, asked = open_window(PHONE), []
    window.page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    window.goto("/account/password/reset/")
    window.wait_for_load_state("networkidle")
    assert sorted(asked) == ["", "portal-sans.woff2", "portal-serif.woff2", "portal.css"]
