"""Admin lists of large tables: pages by key, estimated counts, and a limit to what one page looks through."""

from datetime import UTC, datetime, timedelta
from itertools import chain
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.admin import pagination
from consultations.admin.pagination import LongListAdmin
from consultations.models import AccessEntry, Event, Point, Submission
from tests import factories
from tests.benchmarks import bench_finding
from tests.crowd import join_many, point_many, send_many
from tests.pages import admin_page as page
from tests.plans import no_large_table_is_read_as_a_whole, rows_read
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
LISTS = [model for model, site in admin.site._registry.items() if isinstance(site, LongListAdmin)]
NEWEST, PAGE = datetime(2026, 3, 9, 12, tzinfo=UTC), 4


@pytest.fixture
def inputs(monkeypatch):
    """Eleven inputs, in pairs of one moment, newest first; one is in Kiswahili, the oldest but two."""
    monkeypatch.setattr(admin.site._registry[Submission], "list_per_page", PAGE)
    consultation = factories.make_consultation()
    body = factories.make_stakeholder("Lake Union")
    sent = [factories.make_submission(consultation, body, language="sw" if turn == 8 else "en") for turn in range(11)]
    for turn, each in enumerate(sent):
        factories.change(each, submitted_at=NEWEST - timedelta(days=40 * (turn // 2)))
    return sorted(sent, key=lambda each: (each.submitted_at, each.pk), reverse=True)


def shown(client, model=Submission, /, **parameters):
    answer = client.get(page(model), parameters)
    assert answer.status_code == 200
    return answer.context["cl"]


def walk(client, changes, label):
    """Follow the links `label` until there are none; return the records of each page."""
    pages = [changes.result_list]
    while (links := dict(changes.links)).get(label):
        changes = client.get(page(changes.model) + links[label]).context["cl"]
        pages.append(changes.result_list)
        assert len(pages) < 20
    return pages, changes


# --- Pages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "is_ascending"), [({}, False), ({"o": "7"}, True), ({"o": "-7"}, False)])
def test_pages_show_each_record_once_in_both_directions(client, officer, inputs, order, is_ascending):
    expected = inputs[::-1] if is_ascending else inputs
    pages, last = walk(client, shown(client, **order), "Next")
    assert pages == [expected[:4], expected[4:8], expected[8:]]
    back, first = walk(client, last, "Previous")
    assert back == [expected[8:], expected[4:8], expected[:4]]
    assert [label for label, _url in first.links] == ["Next"]
    assert [label for label, _url in last.links] == ["First page", "Previous"]


def test_inputs_are_ordered_by_reference_on_request(client, officer, inputs):
    pages, _last = walk(client, shown(client, o="1"), "Next")
    assert [*chain(*pages)] == sorted(inputs, key=lambda each: each.reference)


@pytest.mark.parametrize("order", ["2", "-3", "4.1", "99", "x"])
def test_column_without_index_orders_no_large_list(client, officer, inputs, order):
    changes = shown(client, o=order)
    assert changes.result_list == (sorted(inputs, key=lambda each: each.reference) if order == "4.1" else inputs)[:4]


def test_links_to_pages_keep_filters_and_search_forgets_the_page(client, officer, inputs):
    changes = shown(client, state__exact="accepted", before=inputs[3].pk)
    assert changes.result_list == inputs[4:8]
    assert dict(changes.links)["Next"] == f"?before={inputs[7].pk}&state__exact=accepted"
    assert changes.params == {"state__exact": "accepted"}


def test_page_numbers_of_earlier_links_are_answered(client, officer, inputs):
    changes = shown(client, p=2)
    assert changes.result_list == inputs[4:8]
    assert walk(client, changes, "Previous")[0][-1] == inputs[:4]


@pytest.mark.parametrize("number", ["0", "-3", "10001", "9" * 30])
def test_page_number_out_of_reach_leads_to_the_first_page_in_words(client, officer, inputs, number):
    answer = client.get(page(Submission), {"p": number}, follow=True)
    assert answer.redirect_chain == [(page(Submission) + "?e=1", 302)]
    assert answer.context["cl"].result_list == inputs[:4]
    assert "This page cannot be opened by its number." in answer.text


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30, "99999999", "\\x00"])
def test_unknown_place_shows_the_first_page(client, officer, inputs, key):
    for name in ("before", "after"):
        assert shown(client, **{name: key}).result_list == inputs[:4]


def test_place_of_a_record_that_left_the_list_still_leads_on(client, officer, inputs):
    factories.change(inputs[3], state="submitted")
    assert shown(client, state__exact="accepted", before=inputs[3].pk).result_list == inputs[4:8]


def test_short_list_is_shown_as_a_whole_on_request(client, officer, inputs):
    changes = shown(client, all="")
    assert (changes.result_list, changes.links) == (inputs, [])


def test_records_lead_back_to_their_page_of_the_list(client, officer, inputs):
    answer = client.get(page(Submission), {"state__exact": "accepted", "before": inputs[3].pk})
    way_back = urlencode({"_changelist_filters": f"state__exact=accepted&before={inputs[3].pk}"})
    address = reverse("admin:consultations_submission_change", args=[inputs[4].pk])
    assert f'<a href="{address}?{way_back}">{inputs[4].reference}</a>' in answer.text
    first = reverse("admin:consultations_submission_change", args=[inputs[0].pk])
    assert f'<a href="{first}">{inputs[0].reference}</a>' in client.get(page(Submission)).text


def test_box_selects_a_record_by_key_and_is_named(client, officer, inputs):
    factories.change(inputs[0], reference='"><i>')
    box = f'name="_selected_action" value="{inputs[0].pk}" class="action-select"'
    label = 'aria-label="Select this object for an action - &quot;&gt;&lt;i&gt;"'
    assert f'<input type="checkbox" {box} {label}>' in client.get(page(Submission)).text


# --- Counts ---------------------------------------------------------------------------------------------------------


def test_number_is_exact_up_to_a_limit(client, officer, inputs):
    changes = shown(client)
    assert (changes.number, changes.result_count) == ("11", 11)
    assert "11 inputs" in client.get(page(Submission)).text


def test_large_number_is_an_estimate_and_says_so(client, officer, inputs, monkeypatch):
    monkeypatch.setattr(pagination, "MOST_COUNTED", 5)
    monkeypatch.setattr(pagination.LongList, "_expected", lambda changes: pagination.Expected(1_234_567, 1.0))
    changes = shown(client)
    assert (changes.number, changes.is_estimate, changes.can_show_all) == ("about 1,200,000", True, False)


def test_estimate_is_corrected_where_the_page_shows_all(client, officer, inputs, monkeypatch):
    monkeypatch.setattr(pagination.LongList, "_expected", lambda changes: pagination.Expected(1_234_567, 1e9))
    assert shown(client, language__exact="sw").number == "1"


def test_count_ends_at_the_limit_where_the_planner_expects_less(client, officer, inputs, monkeypatch):
    monkeypatch.setattr(pagination, "MOST_COUNTED", 5)
    monkeypatch.setattr(pagination.LongList, "_expected", lambda changes: pagination.Expected(1, 1.0))
    assert shown(client).number == "about 6"


# --- Filters that hardly anything matches -----------------------------------------------------------------------------


@pytest.fixture
def costly(monkeypatch):
    """Every list costs too much to be looked through as a whole."""
    monkeypatch.setattr(pagination, "MOST_COST", 0)
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", 3)


def test_rare_filter_looks_through_part_of_the_list_and_says_so(client, officer, inputs, costly):
    (rare,) = [each for each in inputs if each.language == "sw"]
    answer = client.get(page(Submission), {"language__exact": "sw"})
    assert (answer.context["cl"].result_list, answer.context["cl"].is_cut) == ([], True)
    assert "it has looked through 3 records" in answer.text
    pages, last = walk(client, answer.context["cl"], "Next")
    assert ([*chain(*pages)], last.is_cut) == ([rare], False)
    assert walk(client, last, "Previous")[0][-1] == []


def test_parts_of_the_list_leave_no_record_out(client, officer, inputs, costly):
    pages, last = walk(client, shown(client, state__exact="accepted"), "Next")
    assert [*chain(*pages)] == inputs
    back, _first = walk(client, last, "Previous")
    assert {each.pk for each in chain(*back)} == {each.pk for each in inputs}


def test_list_without_filters_is_never_cut(client, officer, inputs, costly):
    year = {"submitted_at__year": "2026"}
    assert [len(shown(client, **asked).result_list) for asked in ({}, year)] == [4, 4]


# --- The calendar -----------------------------------------------------------------------------------------------------


def test_calendar_offers_years_then_months_then_days(client, officer, inputs):
    years = shown(client).calendar["choices"]
    assert [each["title"] for each in years] == ["2025", "2026"]
    months = client.get(page(Submission) + years[1]["link"]).context["cl"]
    assert [each["title"] for each in months.calendar["choices"]][:3] == ["January 2026", "February 2026", "March 2026"]
    assert months.result_list == [each for each in inputs if each.submitted_at.year == 2026][:4]
    days = client.get(page(Submission) + months.calendar["choices"][2]["link"]).context["cl"]
    assert (len(days.calendar["choices"]), days.result_list) == (31, inputs[:2])
    day = client.get(page(Submission) + days.calendar["choices"][8]["link"])
    assert (day.context["cl"].result_list, day.context["cl"].calendar["back"]["title"]) == (inputs[:2], "March 2026")
    assert "All dates" in client.get(page(Submission) + years[1]["link"]).text


def test_calendar_of_an_empty_list_is_empty(client, officer):
    assert [*shown(client).calendar["choices"]] == [{"title": "All dates"}]


# --- What the database reads ------------------------------------------------------------------------------------------


def narrowed(model):
    """Return the parameters to measure a list with."""
    words = [{"q": "lake"}, {"q": "lake union"}, {"q": "NCM-2026-0001"}, {"q": "12"}, {"q": "nobody"}]
    return [{}, {"p": "1"}, {"o": "1"}, *words, *({"before": row.pk} for row in model.objects.all()[:1])]


@pytest.mark.parametrize("are_known", [True, False], ids=["fresh statistics", "no statistics"])
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_no_page_reads_a_large_table_as_a_whole(client, inputs, by_owner, model, are_known):
    officer = factories.make_secretariat()
    point = factories.make_point(inputs[0], text="The lake is for all.")
    Event.objects.record("accept", inputs[0], by=officer)
    AccessEntry.objects.add(AccessEntry.What.EXPORT, by=officer, about=point)
    sign_in(client, officer)
    if are_known:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    for parameters in narrowed(model):
        with no_large_table_is_read_as_a_whole():
            assert client.get(page(model), parameters).status_code == 200


@pytest.fixture
def crowd(monkeypatch, by_owner):
    """MANY inputs, each with two points and with entries in the journal and the access log; no page may read as many."""
    monkeypatch.setattr(pagination, "MOST_COST", 200)
    monkeypatch.setattr(pagination, "MOST_COUNTED", 100)
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", 100)
    consultation = bench_finding.make_frame()
    sent = send_many(consultation, join_many(40), MANY, text=bench_finding.text)
    point_many(consultation, sent)
    make_entries(sent)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return sent


def make_entries(sent):
    about = [("consultations.submission", str(each.pk), each.reference) for each in sent]
    last = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    Event.objects.bulk_create(
        Event(
            number=last + turn, format=2, kind=kind, object_id=key, object_label=label, verb="accept", by_name="Amina",
            at=NEWEST, recorded_at=NEWEST, digest="d" * 64, previous_hash="", hash=f"{turn:064}",
        )
        for turn, (kind, key, label) in enumerate(about, start=1)
    )  # fmt: skip
    AccessEntry.objects.bulk_create(
        AccessEntry(what=AccessEntry.What.EXPORT, at=NEWEST, kind=kind, object_id=key, object_label=label)
        for kind, key, label in about
    )


MANY, FEW = 3_000, 700
PAGES = [
    (Submission, {}), (Submission, {"p": "3"}), (Submission, {"o": "1"}), (Submission, {"language__exact": "sw"}),
    (Submission, {"audience__exact": "members", "channel__exact": "paper"}), (Submission, {"submitted_at__year": "2026"}),
    (Submission, {"stakeholder__group": "media", "state__exact": "returned"}), (Submission, {"q": "zebras"}),
    (Submission, {"q": "unicorns"}), (Submission, {"q": "NCM-CROWD-00007"}), (Submission, {"q": "7"}), (Point, {}), (Point, {"state__exact": "merged"}),
    (Point, {"q": "unicorns"}), (Event, {}), (Event, {"q": "nobody"}), (Event, {"verb": "accept"}),
    (Event, {"kind": "consultations.submission"}), (Event, {"q": "NCM-CROWD-00007"}), (AccessEntry, {}),
    (AccessEntry, {"q": "nobody"}), (AccessEntry, {"what__exact": "refusal"}),
]  # fmt: skip


def test_no_page_reads_more_records_than_it_may(client, crowd):
    sign_in(client, factories.make_head())
    deep = crowd[len(crowd) // 2]
    deep_pages = [(Submission, {"before": deep.pk}), (Point, {"after": deep.points.first().pk})]
    read = {}
    for model, parameters in [*PAGES, *deep_pages]:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(model), parameters).status_code == 200
        asked = [query["sql"] for query in queries.captured_queries]
        read[model.__name__, str(parameters)] = max(rows_read(query) for query in asked)
    assert {name: rows for name, rows in read.items() if rows > FEW} == {}


@pytest.mark.parametrize("model", LISTS, ids=lambda model: model.__name__)
def test_large_lists_read_named_columns_in_an_order_with_an_index(model):
    site = admin.site._registry[model]
    indexed = {"pk", *(field.name for field in model._meta.fields if field.unique)}
    indexed |= {index.fields[0].removeprefix("-") for index in model._meta.indexes}
    assert {name.removeprefix("-") for name in site.orders} <= indexed
    assert site.columns
    assert site.show_facets is admin.ShowFacets.NEVER
