"""Right-to-left text: pages, mails, prints and tables show it without reordering what follows."""

import re
import time
from datetime import UTC, datetime

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from zeal import zeal_ignore

from consultations.bidi import CONTROLS, isolated, may_turn, without_controls
from consultations.csv_safety import escaped
from consultations.forms.fields import LineField, PlainTextField
from consultations.ical import Entry, calendar
from consultations.models import Stakeholder, Submission
from consultations.notifications import outbox
from positions.render.press import lay_out
from tests import factories
from tests.sign_in import sign_in

RLO, PDF, RLI, RLM = "\u202e", "\u202c", "\u2067", "\u200f"
EVERY = "".join(map(chr, [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
ARABIC = "الهلال الأحمر"


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>Fuel</p>", "<p>Fuel</p>"),
        (f"<h3>{RLO}txt.exe · 12 inputs</h3>", "<h3>txt.exe · 12 inputs</h3>"),
        (f"<p>{ARABIC} · 12 inputs</p>", f"<p><bdi>{ARABIC}</bdi> · 12 inputs</p>"),
        (f"<p>{ARABIC}, {ARABIC}</p>", f"<p><bdi>{ARABIC}</bdi>, <bdi>{ARABIC}</bdi></p>"),
        (f"<p>{RLI}{ARABIC} 47 {ARABIC} 12</p>", f"<p><bdi>{ARABIC} 47 {ARABIC}</bdi> 12</p>"),
        (f"<title>{RLO}{ARABIC}</title>", f"<title>{ARABIC}</title>"),
        (f'<a title="{RLO}{ARABIC}">x</a>', f'<a title="{ARABIC}">x</a>'),
        (f"<option>{RLO}{ARABIC}</option>", f"<option>{ARABIC}</option>"),
        (f"<svg><text>{ARABIC}{RLO}</text></svg>", f"<svg><text>{ARABIC}</text></svg>"),
        (f"<textarea>{RLO}{ARABIC}</textarea>", f"<textarea>{RLO}{ARABIC}</textarea>"),
        (f'<input value="{RLO}{ARABIC}">', f'<input value="{RLO}{ARABIC}">'),
        ("<p>Ng’ombe – ሰላም · Łódź</p>", "<p>Ng’ombe – ሰላም · Łódź</p>"),
    ],
)
def test_pages_isolate_text_direction(page, shown):
    assert isolated(page) == shown
    assert may_turn(page.encode()) or page == shown


def test_pages_without_rtl_text_are_cheap():
    page = ("<p>Ng’ombe – ሰላም · Łódź and some more words of an ordinary page</p>" * 1_000).encode()
    started = time.process_time()
    for _turn in range(100):
        assert not may_turn(page)
    assert time.process_time() - started < 1  # 65 kB in less than 10 ms each, on a machine that others use
    assert isolated("\u0627 " * 50_000).count("<bdi>") == 1
    assert isolated("<" * 50_000 + RLO)[-1] == "<"


def test_bidi_controls_are_removed_from_plain_text():
    assert (without_controls(f"a{EVERY}b"), escaped(f"a{EVERY}b"), CONTROLS.sub("", EVERY)) == ("ab", "ab", "")
    assert escaped(f"{RLO}=1+1") == "'=1+1"
    moment = datetime(2017, 10, 17, 6, tzinfo=UTC)
    file = calendar(f"Forum{EVERY}", [Entry("1", 0, moment, moment, moment, f"Title{EVERY}")])
    assert CONTROLS.search(file.decode()) is None


def test_prints_have_no_direction_controls():
    shown = lay_out(f"<html lang=en><title>x</title><p>{RLO}fuel {ARABIC}</p></html>")
    assert "fuel" in "".join(box.text for box in shown.pages[0]._page_box.descendants() if hasattr(box, "text"))


def test_names_and_titles_lose_controls_and_long_texts_keep_them():
    assert LineField(max_length=80).clean(f"{RLO}Fuel{PDF}") == "Fuel"
    assert PlainTextField(max_length=80).clean(f"{RLO}Fuel{PDF}") == f"{RLO}Fuel{PDF}"
    body = Stakeholder(name=f"{RLO}Fuel{PDF}", group="media")
    body.clean_fields()
    assert body.name == "Fuel"
    for field in (LineField, PlainTextField):
        assert 'dir="auto"' in field(max_length=9).get_bound_field(_Form(), "x").as_widget()


class _Form(forms.Form):
    x = forms.CharField()


@pytest.mark.django_db
def test_mail_has_no_controls_and_isolates_right_to_left_names():
    queued = outbox.queue("a@example.org", f"Input {RLO}12", f"Dear {ARABIC}{RLO},\n\nwe have 12 inputs.\n")
    message = outbox.message(queued)
    assert (message.subject, CONTROLS.search(message.body)) == ("Input 12", None)
    assert f"<p>Dear <bdi>{ARABIC}</bdi>,</p>" in message.alternatives[0].content


TITLE, NAME = f"{RLO}Fuel for crews", f"{ARABIC}{RLI}"


@pytest.fixture
def rtl_input(db):
    """Input whose title and organisation predate the checks."""
    body = factories.make_stakeholder("x")
    sent = factories.make_submission(
        stakeholder=body, state="accepted", audience="public", title="x", theme=factories.make_theme("T1")
    )
    Stakeholder.objects.filter(pk=body.pk).update(name=NAME)
    Submission.objects.filter(pk=sent.pk).update(title=TITLE)
    return Submission.objects.get(pk=sent.pk)


def readers_of(rtl_input):
    """Return the readers of the input, with their public, organisation, desk and admin pages."""
    yield None, ["/inputs/", f"/inputs/{rtl_input.reference}/"]
    yield factories.make_member(rtl_input.stakeholder, is_primary=True), [
        "/my-organisation/", reverse("my_input", args=[rtl_input.key]), reverse("receipt", args=[rtl_input.reference]),
    ]  # fmt: skip
    factories.make_likeness(rtl_input, factories.make_submission(rtl_input.consultation))
    yield factories.make_secretariat(), [
        reverse("desk_inputs", args=[rtl_input.consultation.slug], query={"saved": "all"}),
        reverse("desk_input", args=[rtl_input.key]),
        reverse("likenesses", args=[rtl_input.consultation.slug]), "/desk/organisations/",
        reverse("desk_organisation", args=[rtl_input.stakeholder_id]),
        reverse("admin:consultations_submission_changelist"),
        reverse("admin:consultations_stakeholder_change", args=[rtl_input.stakeholder_id]),
    ]  # fmt: skip


@zeal_ignore()
def test_main_pages_isolate_right_to_left_names_and_titles(rtl_input):
    for reader, pages in readers_of(rtl_input):
        client = Client() if reader is None else sign_in(Client(), reader)
        for page in pages:
            answer = client.get(page)
            shown = re.sub(r"<textarea.*?</textarea>|<input[^>]*>", "", answer.text, flags=re.DOTALL)
            assert (page, answer.status_code, re.findall(f"[{RLO}{PDF}{RLI}]", shown)) == (page, 200, [])
            assert "Fuel for crews" in shown or f"<bdi>{ARABIC}</bdi>" in shown, page
            assert re.sub(rf"<title>[^<]*</title>|<bdi>{ARABIC}</bdi>|\"[^\"]*\"", "", shown).count(ARABIC) == 0, page
            assert "Content-Length" not in answer or int(answer["Content-Length"]) == len(answer.content)
