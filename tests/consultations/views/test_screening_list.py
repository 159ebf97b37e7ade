"""The list of inputs at the desk: tabs, filters, order, pages, and the pane beside it."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations import queries, workflow
from ncm_portal.workflow import now, replayed_at
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import without_tokens, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
NAIROBI = ZoneInfo("Africa/Nairobi")


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


def inputs_of(consultation, **asked):
    return reverse("desk_inputs", args=[consultation.slug], query=asked)


def titles(client, consultation, **asked):
    page = client.get(inputs_of(consultation, **asked))
    assert page.status_code == 200
    return [row.title for row in page.context["inputs"]]


def numbers(page):
    return {str(tab["label"]): tab["number"] for tab in page.context["tabs"]}


def test_tabs_say_what_is_to_do_in_this_consultation_only(client, officer, consultation):
    body = make_stakeholder()
    author = make_member(body)
    first = make_submission(consultation, body, author=author, state="submitted", title="First", language="sw")
    paper = {"channel": "letter", "entered_by": make_secretariat(), "received_on": now().date()}
    make_submission(consultation, body, author=author, state="submitted", title="Paper", **paper)
    make_submission(consultation, body, author=author, state="returned", title="Asked")
    unsplit = make_submission(consultation, body, author=author, title="Unsplit")
    make_point(make_submission(consultation, body, author=author, title="Split"))
    make_submission(consultation, body, author=author, state="withdrawn", title="Gone")
    make_submission(make_consultation(), state="submitted", title="Elsewhere")
    change(first, assigned_to=officer)
    shown = {
        "to-read": ["First", "Paper"], "mine": ["First"], "to-split": [unsplit.title], "with-sender": ["Asked"],
        "on-paper": ["Paper"], "kiswahili": ["First"], "all": ["First", "Paper", "Asked", "Unsplit", "Split", "Gone"],
    }  # fmt: skip
    assert {tab: titles(client, consultation, saved=tab) for tab in shown} == shown
    assert titles(client, consultation) == shown["to-read"]
    assert numbers(client.get(inputs_of(consultation))) == {
        "To read": 2, "Mine": 1, "To split": 1, "With the sender": 1, "On paper": 1, "Kiswahili": 1, "All": 6,
    }  # fmt: skip


def test_inputs_are_filtered_by_each_field(client, officer, consultation):
    herders, colleague = make_stakeholder("Herders (sample)"), make_secretariat()
    one = make_submission(consultation, herders, title="One", body="a seasonal pass")
    two = make_submission(consultation, herders, title="Two", body="nothing", theme=make_theme("T2"))
    make_submission(consultation, title="Three", state="withdrawn")
    make_submission(consultation, title="Draft", state="draft")
    change(one, assigned_to=colleague)
    change(two, submitted_at=now() - timedelta(days=40))
    day = (timezone.localdate() - timedelta(days=30)).isoformat()
    for asked, expected in (
        ({"words": "SEASONAL herders"}, ["One"]), ({"organisation": "herd"}, ["Two", "One"]), ({"theme": "T2"}, ["Two"]),
        ({"state": "withdrawn"}, ["Three"]), ({"state": "draft"}, []), ({"assigned": str(colleague.pk)}, ["One"]),
        ({"assigned": "nobody"}, ["Two", "Three"]), ({"assigned": "me"}, []), ({"until": day}, ["Two"]),
        ({"since": day}, ["One", "Three"]), ({"organisation": "herd", "order": "newest"}, ["One", "Two"]),
        ({"saved": "to-split", "until": day}, ["Two"]),
    ):  # fmt: skip
        assert (asked, titles(client, consultation, **asked)) == (asked, expected)


def test_input_sent_again_waits_from_then(client, officer, consultation):
    again, other = (make_submission(consultation, state="submitted", title=title) for title in ("Again", "Other"))
    change(again, submitted_at=now() - timedelta(days=9), resent_at=now() - timedelta(days=1))
    change(other, submitted_at=now() - timedelta(days=5))
    assert titles(client, consultation) == ["Again", "Other"]
    assert titles(client, consultation, order="waits") == ["Other", "Again"]
    assert titles(client, consultation, order="waits", before=other.reference) == ["Again"]


def test_inputs_are_found_by_prefix_name_reference_and_withheld_words(client, officer, consultation, monkeypatch):
    body = make_stakeholder("Network of O'Brien's herders")
    sent = make_submission(consultation, body, title="One", body="Seasonal passes [[seen by Atieno]]")
    make_point(sent, text="Issue biometric cards.")
    other = make_submission(consultation, title="Two", body="Passes for all")
    reference, number = other.reference.lower(), other.reference.rpartition("-")[2].lstrip("0")
    for words_, found in (
        ("pass", ["One", "Two"]), ("SEASON pass", ["One"]), ("biomet", ["One"]), ("brien", ["One"]),
        ("tieno", ["One"]), ("assess", []), ("nowhere", []), ("' \\ :* & !", []), (reference, ["Two"]),
        (number, ["Two"]), ("pass herders", ["One"]), ("pass o'brien's", ["One"]),
    ):  # fmt: skip
        assert (words_, titles(client, consultation, words=words_)) == (words_, found)
        with monkeypatch.context() as patched:  # as where a word is in many inputs, or in many names
            patched.setattr(queries.search, "FEW", 0)
            if words_ not in ("tieno", reference, number):
                assert (words_, titles(client, consultation, words=words_)) == (words_, found)


def headings(client, consultation, **asked):
    """The rows of the list by title, below the headings of their due days."""
    page = client.get(inputs_of(consultation, **asked)).content.decode()
    parts = re.findall(
        r'<li\s+class="\s*cap\b[^"]*"\s*>\s*([\w ]+?)\s*</li>|aria-current="true"\s*>([^<]+)</a>|lang="en"\s*>([^<]+)</a>',
        page,
    )
    return [part for groups in parts for part in groups if part]


def test_inputs_to_read_stand_below_the_days_they_are_due(client, officer, consultation):
    days = {"Oldest": (11, 20), "Second": (11, 25), "Third": (11, 26), "Fourth": (12, 1), "Fifth": (12, 1)}
    for title, (month, day) in days.items():
        sent = make_submission(consultation, state="submitted", title=title)
        change(sent, submitted_at=datetime(2026, month, day, 9, tzinfo=NAIROBI))
    with replayed_at(datetime(2026, 12, 2, 12, tzinfo=NAIROBI)):
        shown = headings(client, consultation)
        assert shown == ["Late", "Oldest", "Today", "Second", "This week", "Third", "Later", "Fourth", "Fifth"]
        assert headings(client, consultation, order="newest") == list(days)[::-1]
        assert headings(client, consultation, saved="all") == list(days)


STRANGE = (
    {"words": "a\x1bb"}, {"theme": "T9"}, {"state": "'"}, {"after": "x"}, {"before": "'; --"}, {"saved": "x"},
    {"order": "pk"}, {"since": "1936-13-45"}, {"since": "9" * 10_000}, {"assigned": "9" * 30},
    {"open": "NCM-1936-0001"}, {"done": "x" * 10_000}, {"organisation": "o" * 10_000},
)  # fmt: skip


@pytest.mark.parametrize("asked", STRANGE)
def test_unknown_query_string_shows_the_list(client, officer, consultation, asked):
    make_submission(consultation, state="submitted", title="One")
    assert titles(client, consultation, **asked) == ["One"]


@pytest.mark.parametrize("order", ["oldest", "newest", "waits"])
def test_inputs_are_paginated_by_key_in_each_order(client, officer, consultation, order):
    body = make_stakeholder()
    author = make_member(body)
    for turn in range(30):
        make_submission(consultation, body, author=author, state="submitted", title=f"{turn:02}")
    first = client.get(inputs_of(consultation, order=order))
    second = client.get(first.context["older"])
    seen = [row.title for page in (first, second) for row in page.context["inputs"]]
    expected = [f"{turn:02}" for turn in range(30)]
    assert seen == (expected[::-1] if order == "newest" else expected)
    assert (first.context["newer"], second.context["older"]) == ("", "")
    back = client.get(second.context["newer"])
    assert [row.title for row in back.context["inputs"]] == seen[:25]


def test_page_ending_with_withdrawn_input_links_to_next(client, officer, consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 1)
    for title, state in (("Old", "submitted"), ("New", "withdrawn")):
        make_submission(consultation, title=title, state=state)
    first = client.get(inputs_of(consultation, saved="all"))
    second = client.get(first.context["older"])
    assert [row.title for page in (first, second) for row in page.context["inputs"]] == ["Old", "New"]


def test_list_opens_the_first_input_or_the_one_in_the_address(client, officer, consultation):
    first, second = (make_submission(consultation, state="submitted", title=title) for title in ("One", "Two"))
    elsewhere = make_submission(make_consultation(), state="submitted")
    page = client.get(inputs_of(consultation))
    assert (page.context["submission"], page.context["opens"]) == (first, False)
    page = client.get(inputs_of(consultation, open=second.reference))
    assert (page.context["submission"], page.context["opens"]) == (second, True)
    assert client.get(inputs_of(consultation, open=elsewhere.reference)).context["submission"] == first


def test_own_saved_filters_stand_beside_the_tabs(client, officer, consultation):
    workflow.save_filter(consultation, by=officer, page="inputs", name="Herders", query="words=herders")
    workflow.save_filter(consultation, by=make_secretariat(), page="inputs", name="Theirs", query="words=fishers")
    page = client.get(inputs_of(consultation, words="herders"))
    assert [(tab.name, tab.is_current) for tab in page.context["saved"].tabs[1:]] == [("Herders", True)]
    assert "Save this filter" in words(page)


def save_as(client, page, name):
    """Save the filter of a list as its page offers it; return the list to which saving leads."""
    answer = client.get(page.context["saved"].manage)
    query = answer.context["form"]["query"].value()
    manage = page.context["saved"].manage.partition("?")[0]
    return client.post(manage, {"name": name, "query": query}, follow=True)


def test_saved_filter_shows_the_rows_that_were_shown_when_it_was_saved(client, officer, consultation):
    north, south = make_stakeholder("Northern Herders"), make_stakeholder("Southern Herders")
    for body, state, language in (
        (north, "submitted", "sw"), (north, "submitted", "sw"), (north, "submitted", "en"), (north, "accepted", "sw"),
        (south, "submitted", "sw"),
    ):  # fmt: skip
        made = make_submission(consultation, body, author=make_member(body), state=state, language=language)
        change(made, title=f"{body.name} {state} {language} {made.pk}")
    shown = client.get(
        inputs_of(consultation, saved="kiswahili", organisation="Northern", order="newest", filter="1", done="0001")
    )
    rows = [row.title for row in shown.context["inputs"]]
    saved = save_as(client, shown, "Northern in Kiswahili")
    assert ([row.title for row in saved.context["inputs"]], len(rows)) == (rows, 2)
    assert [tab.name for tab in saved.context["saved"].tabs if tab.is_current] == ["Northern in Kiswahili"]
    assert [tab["label"] for tab in saved.context["tabs"] if tab["here"]] == []

    form = saved.context["filters"]
    refined = {field.html_name: field.value() or "" for field in form} | {"order": "oldest"}
    shown = client.get(inputs_of(consultation, **refined))
    again = save_as(client, shown, "Northern in Kiswahili")
    assert [row.title for row in shown.context["inputs"]] == rows[::-1]
    assert [row.title for row in again.context["inputs"]] == rows[::-1]
    tabs = {tab.name: tab.url for tab in again.context["saved"].tabs[1:]}
    assert list(tabs) == ["Northern in Kiswahili"]
    assert [row.title for row in client.get(tabs["Northern in Kiswahili"]).context["inputs"]] == rows[::-1]


@pytest.mark.parametrize("tab", queries.screening.TABS)
def test_each_tab_can_be_saved_with_its_rows(client, officer, consultation, tab):
    waiting = make_submission(consultation, state="submitted", title="Waiting", language="sw")
    change(waiting, assigned_to=officer)
    make_submission(consultation, state="returned", title="Asked")
    make_submission(consultation, title="On file")
    shown = client.get(inputs_of(consultation, saved=tab, order="newest"))
    saved = save_as(client, shown, "As shown")
    assert saved.context["inputs"] == shown.context["inputs"]


def test_list_query_count_does_not_grow(client, officer, consultation, django_assert_max_num_queries):
    for _turn in range(5):
        make_submission(consultation, state="submitted")
    client.get(inputs_of(consultation))
    with django_assert_max_num_queries(21):
        client.get(inputs_of(consultation))


def test_script_gets_the_pane_or_the_list_alone(client, officer, consultation):
    make_submission(consultation, state="submitted", title="One")
    whole = client.get(inputs_of(consultation))
    pane, desk = (client.get(inputs_of(consultation), headers={"X-Fragment": part}) for part in ("pane", "desk"))
    assert pane.content.strip().startswith(b"<article")
    assert desk.content.strip().startswith(b'<div id="desk"')
    assert without_tokens(pane).strip() in without_tokens(desk)
    assert "X-Fragment" in whole["Vary"]
    assert b"<html" in client.get(inputs_of(consultation), headers={"X-Fragment": "../secret"}).content
