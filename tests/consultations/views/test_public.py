"""List of inputs, privacy notice and accessibility statement for visitors."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import queries
from consultations.models import County
from consultations.permissions import organisations_of
from consultations.workflow import endorse, withdraw_endorsement
from ncm_portal import workflow
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_member,
    make_ministry,
    make_point,
    make_provision,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import tidy, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
NOTICE = "A part of this address is not known here and was left out."


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


def titles(client, **asked):
    """The titles on the list, in order."""
    return [found.title for found in client.get(reverse("inputs"), asked).context["inputs"]]


# --- What is on the list --------------------------------------------------------------------------------------------


def test_a_visitor_sees_accepted_public_inputs_newest_first(client, consultation):
    now = workflow.now()
    older = make_submission(consultation, title="Older")
    newer = make_submission(consultation, title="Newer")
    change(older, submitted_at=now - timedelta(days=2))
    change(newer, submitted_at=now - timedelta(days=1))
    for state in ("draft", "submitted", "returned", "set_aside", "withdrawn"):
        make_submission(consultation, state=state, title="Hidden")
    for audience in ("members", "secretariat"):
        make_submission(consultation, audience=audience, title="Hidden")
    assert titles(client) == ["Newer", "Older"]


def test_member_also_sees_inputs_for_members(client, consultation):
    make_submission(consultation, title="For members", audience="members")
    sign_in(client, make_member(make_ministry()))
    assert titles(client) == ["For members"]
    assert "Members of the NCM only" in words(client.get(reverse("inputs")))


def test_an_input_is_shown_with_its_organisation_place_theme_day_and_reference(client, consultation):
    county = County.objects.create(code="003", name="Kilifi", slug="kilifi")
    sender = make_stakeholder("Coast Network", county=county, group="workers")
    sent = make_submission(consultation, sender, title="Pay on time", language="sw", theme=make_theme("T2"))
    change(sent, submitted_at="2017-10-05T21:30:00Z")
    page = client.get(reverse("inputs"))
    assert (
        f'<a href="/inputs/{sent.reference}/" lang="sw">Pay on time</a></h3><p>Coast Network</p></div>'
        f'<p class="small">Workers, Kilifi<br>Theme 2<br>6 October 2017 · {sent.reference}</p>'
    ) in tidy(page.content.decode())


def test_list_is_filtered_by_each_filter(client, consultation):
    county = County.objects.create(code="003", name="Kilifi", slug="kilifi")
    other = make_consultation()
    wanted = {
        "theme": make_submission(consultation, title="theme", theme=make_theme("T2")),
        "county": make_submission(consultation, make_stakeholder(county=county), title="county"),
        "group": make_submission(consultation, make_stakeholder(group="media"), title="group"),
        "objective": make_submission(consultation, title="objective"),
        "round": make_submission(other, title="round"),
    }
    wanted["objective"].provisions.add(make_provision("GCM-07"))
    asked = {"theme": "T2", "county": "kilifi", "group": "media", "objective": "GCM-07", "round": other.slug}
    assert {name: titles(client, **{name: value}) for name, value in asked.items()} == {name: [name] for name in asked}
    assert titles(client, theme="T2", group="media") == []


def test_list_shows_currently_co_signed_inputs(client, consultation):
    signed, taken_back = (make_submission(consultation, title=title) for title in ("signed", "taken back"))
    make_submission(consultation, title="alone")
    signers = [make_member() for _turn in range(2)]
    for sent in (signed, taken_back):
        for signer in signers:
            endorse(sent, organisations_of(signer)[0], by=signer)
    for each in taken_back.endorsements.all():
        withdraw_endorsement(each, by=each.by)
    assert titles(client, signed="yes") == ["signed"]
    assert NOTICE in words(client.get(reverse("inputs"), {"signed": "no"}))


def test_page_links_to_open_data(client, consultation):
    make_submission(consultation)
    page = client.get(reverse("inputs")).content.decode()
    links = [reverse(name) for name in ("feed_inputs", "openapi")]
    assert [f'href="{link}"' in page for link in links] == [True, True]
    assert [client.get(link).status_code for link in links] == [200, 200]


def test_filtered_list_states_filters_and_keeps_choices(client, consultation):
    make_submission(consultation, theme=make_theme("T2"))
    page = client.get(reverse("inputs"), {"theme": "T1", "group": "", "county": ""}).content.decode()
    assert '<option value="T1" selected>Theme 1</option>' in page
    assert page.count(" selected") == 1
    assert "There are none yet." in page
    assert "Show all" in page
    assert NOTICE not in page


def test_list_is_filtered_by_forum_and_organisation(client, consultation):
    forum, sender = make_forum(consultation), make_stakeholder("Coast Network")
    make_submission(consultation, title="forum", forum=forum)
    make_submission(consultation, sender, title="organisation")
    make_forum(consultation, state="draft", slug="not-yet")
    assert titles(client, forum=forum.slug) == ["forum"]
    assert titles(client, organisation=sender.pk) == ["organisation"]
    assert "?signed=yes" in client.get(reverse("inputs")).content.decode()
    assert NOTICE in words(client.get(reverse("inputs"), {"forum": "not-yet"}))


def test_organisation_without_readable_input_is_treated_as_unknown(client, consultation):
    hidden = make_submission(consultation, make_stakeholder("Secret Society"), audience="secretariat").stakeholder_id
    known, unknown = (client.get(reverse("inputs"), {"organisation": number}) for number in (hidden, 2**31 - 1))
    assert words(known) == words(unknown)
    assert NOTICE in words(known)


def test_state_filter_is_offered_to_permitted_readers(client, consultation):
    own = make_stakeholder()
    make_submission(consultation, own, title="Received", state="submitted")
    make_submission(consultation, own, title="Accepted")
    assert NOTICE in words(client.get(reverse("inputs"), {"state": "submitted"}))
    sign_in(client, make_member(own))
    assert titles(client, state="submitted") == ["Received"]
    assert titles(client, state="draft") == ["Accepted", "Received"]


# --- Searching ------------------------------------------------------------------------------------------------------


def test_best_match_is_first_with_words_highlighted(client, consultation):
    make_submission(consultation, title="Remittances", body="They are dear.")
    make_submission(consultation, title="Money", body="Sending remittances is dear.")
    page = client.get(reverse("inputs"), {"q": "remittance", "theme": "T1"})
    assert [found.title for found in page.context["inputs"]] == ["Remittances", "Money"]
    assert "Sending <mark>remittances</mark> is dear" in page.content.decode()
    assert 'value="remittance"' in page.content.decode()
    assert "2 inputs that you can read" in words(page)
    assert titles(client, q="remittance", theme="T2") == []


def test_search_words_are_kept_on_further_pages(client, consultation, monkeypatch):
    for module in (queries.submissions, queries.search):
        monkeypatch.setattr(module, "PAGE", 1)
    newest = [make_submission(consultation, title="Remittances").reference for _turn in range(2)][::-1]
    first = client.get(reverse("inputs"), {"q": "remittances"})
    assert first.context["older"] == f"/inputs/?q=remittances&before={newest[0]}"
    second = client.get(first.context["older"])
    assert second.context["newer"] == f"/inputs/?q=remittances&after={newest[1]}"
    assert "Previous" in words(second)


def test_misspelt_organisation_is_suggested_with_its_inputs(client, consultation):
    network = make_stakeholder("Kilifi Women's Network")
    make_submission(consultation, network, title="Pay on time")
    page = client.get(reverse("inputs"), {"q": "kilfi womens"})
    assert [found.title for found in page.context["inputs"]] == ["Pay on time"]
    assert "No input has these words Did you mean Kilifi Women&#x27;s Network ?" in words(page)
    assert f'href="/inputs/?organisation={network.pk}"' in page.content.decode()


def test_the_count_stops_at_a_thousand(client, consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "MOST_COUNTED", 1)
    for _turn in range(2):
        make_submission(consultation)
    assert "More than 1 inputs that you can read" in words(client.get(reverse("inputs")))


def test_title_indicates_withheld_passage(client, consultation):
    make_submission(consultation, title="About [[canary]]")
    for asked in ({}, {"q": "about"}):
        page = client.get(reverse("inputs"), asked)
        assert ("[passage held back]" in words(page), "canary" in page.content.decode()) == (True, False)


ASKS_MUCH = {"theme": "T1", "group": "civil_society", "county": "kilifi"}


@pytest.mark.parametrize(
    "asked",
    [{}, {"before": 0}, {"before": 1}, {"after": 2}, ASKS_MUCH, {"q": "no such word"}, {"q": "NCM-1-1"}],
    ids=["words", "second page", "past the ranked", "page before", "filters", "nothing", "like a reference"],
)
def test_search_query_count_is_low(client, consultation, asked, monkeypatch):
    """Words occur in titles, texts and points, and a name is similar."""
    monkeypatch.setattr(queries.search, "RANKED", 2)
    for module in (queries.submissions, queries.search):
        monkeypatch.setattr(module, "PAGE", 1)
    kilifi = County.objects.create(code="003", name="Kilifi", slug="kilifi")
    sender = change(make_stakeholder("Remittances Forum"), group="civil_society", county=kilifi)
    titled = make_submission(consultation, sender, title="Remittances")
    said = make_submission(consultation, sender, title="Money")
    make_point(said, text="Cheaper remittances.")
    third = make_submission(consultation, sender, title="Fees", body="Remittances")
    references = [row.reference for row in (third, said, titled)]
    asked = {name: references[each] if isinstance(each, int) else each for name, each in asked.items()}
    narrowed = {"organisation": str(sender.pk), **asked}
    with CaptureQueriesContext(connection) as asks:
        page = client.get(reverse("inputs"), {"q": "remittances", **narrowed})
    assert (page.status_code, NOTICE in words(page)) == (200, False)
    assert len(asks) <= 8


# --- Addresses that ask for nonsense --------------------------------------------------------------------------------

NONSENSE = [
    {"theme": "T99"}, {"objective": "GCM-99"}, {"group": "aliens"}, {"county": "atlantis"}, {"round": "none"},
    {"before": "NCM-2017-9999"}, {"after": "9" * 30}, {"before": "-1"}, {"after": "' OR 1=1 --"}, {"theme": "é" * 5000},
    {"forum": "none"}, {"state": "draft"}, {"organisation": "²"}, {"organisation": "9" * 99}, {"organisation": "-1"},
    {"before": "NCM-2017-0001\n"}, {"before": "\ud83d"}, {"theme": "{{ 7 }}<script>"},
]  # fmt: skip


@pytest.mark.parametrize("asked", NONSENSE, ids=lambda asked: ascii(asked)[:40])
def test_unknown_filters_are_ignored_with_notice(client, consultation, asked):
    make_submission(consultation, title="Still here")
    address = reverse("inputs") + "?" + urlencode(asked, errors="surrogatepass")
    page = client.get(address)
    assert page.status_code == 200
    assert [found.title for found in page.context["inputs"]] == ["Still here"]
    assert NOTICE in words(page)
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize("query", ["theme=T1&theme=T2", "page=3", "x=y", "theme=%FF", "&&=&", "before=&after="])
def test_odd_query_strings_are_harmless(client, consultation, query):
    assert client.get(reverse("inputs") + "?" + query).status_code == 200


def test_page_boundary_does_not_reveal_hidden_input(client, consultation):
    """A reference that the reader may not see is treated as unknown, whatever is around it."""
    for _turn in range(3):
        make_submission(consultation)
    hidden = make_submission(consultation, audience="members")
    for edge in ("before", "after"):
        known = client.get(reverse("inputs"), {edge: hidden.reference})
        unknown = client.get(reverse("inputs"), {edge: "NCM-1999-9999"})
        assert words(known) == words(unknown)
        assert known.context["inputs"] == unknown.context["inputs"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_list_is_read_only(client, method):
    assert getattr(client, method)(reverse("inputs")).status_code in (403, 405)


# --- Pages ----------------------------------------------------------------------------------------------------------


def test_pages_keep_the_filters_and_lead_back(client, consultation, monkeypatch):
    monkeypatch.setattr(queries.submissions, "PAGE", 2)
    sent = [make_submission(consultation, theme=make_theme("T2")) for _turn in range(5)]
    newest = [found.reference for found in sent[::-1]]
    first = client.get(reverse("inputs"), {"theme": "T2"})
    assert (first.context["newer"], first.context["older"]) == ("", f"/inputs/?theme=T2&before={newest[1]}")
    second = client.get(first.context["older"])
    assert [found.reference for found in second.context["inputs"]] == newest[2:4]
    assert second.context["newer"] == f"/inputs/?theme=T2&after={newest[2]}"
    assert client.get(second.context["newer"]).context["inputs"] == first.context["inputs"]
    assert client.get(second.context["older"]).context["older"] == ""
    assert (first.context["counted"], second.context["counted"]) == ((5, False), None)


def test_page_after_newest_input_is_first_page(client, consultation):
    newest = make_submission(consultation)
    assert client.get(reverse("inputs"), {"after": newest.reference}).context["inputs"] == [newest]


def test_list_links_to_coverage(client, consultation):
    page = client.get(reverse("inputs"))
    assert (
        f'<a href="/coverage/?round={consultation.slug}">Who has written, and who has not yet</a>'
        in page.content.decode()
    )


def test_page_works_without_consultation(client):
    page = client.get(reverse("inputs"))
    assert (page.status_code, page.context["inputs"]) == (200, [])


# --- Notices --------------------------------------------------------------------------------------------------------


def test_privacy_notice_contains_required_statements(client):
    page = words(client.get(reverse("privacy")))
    for said in (
        "State Department for Immigration and Citizen Services decides why and how the data is used",
        "To be confirmed by the secretariat",
        "a task in the public interest",
        "have it corrected, object to its use, and have false or misleading data deleted",
        "within 7 days",
        "No decision about a person is automated",
        "Office of the Data Protection Commissioner",
    ):
        assert said in page


def test_accessibility_statement_names_standard_and_known_failures(client):
    page = words(client.get(reverse("accessibility")))
    assert "Web Content Accessibility Guidelines 2.2" in page
    assert "What does not work yet" in page


@pytest.mark.parametrize("name", ["privacy", "accessibility"])
def test_notice_pages_make_no_queries(client, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse(name))
