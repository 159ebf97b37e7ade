"""Points at the desk: search, join and separate."""

import pytest
from django.urls import reverse

from consultations.models import Event
from consultations.views import points
from tests.factories import (
    make_consultation,
    make_forum,
    make_likeness,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_theme,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def consultation():
    return make_consultation(themes=("T1", "T2"))


def point_of(consultation, text, body=None, **fields):
    return make_point(make_submission(consultation, body), text=text, **fields)


def at(point, *more):
    return "/".join([f"/desk/points/{point.reference}", *more, ""])


def list_of(consultation):
    return reverse("desk_points", args=[consultation.slug])


def texts_listed(client, consultation, **asked):
    return sorted(point.text for point in client.get(list_of(consultation), asked).context["points"])


# --- The list -------------------------------------------------------------------------------------------------------


def test_points_are_found_by_words_reference_theme_kind_and_state(client, officer, consultation):
    first = point_of(consultation, "A seasonal pass for herders")
    second = point_of(consultation, "Data on movement", theme=make_theme("T2"), kind="finding")
    session = make_session(make_forum(consultation))
    make_point(session=session, text="Said in a session", state="submitted")
    point_of(make_consultation(), "A seasonal pass for herders elsewhere")
    assert texts_listed(client, consultation) == [
        "A seasonal pass for herders",
        "Data on movement",
        "Said in a session",
    ]
    assert texts_listed(client, consultation, words="herders SEASONAL") == [first.text]
    assert texts_listed(client, consultation, words=second.reference) == [second.text]
    assert texts_listed(client, consultation, theme="T2") == [second.text]
    assert texts_listed(client, consultation, kind="finding") == [second.text]
    assert texts_listed(client, consultation, state="submitted") == ["Said in a session"]


@pytest.mark.parametrize(
    "asked",
    [{"words": "\x1b"}, {"before": "x"}, {"after": "-1"}, {"before": "9" * 40}, {"kind": "<b>"}, {"after": "²"}],
)
def test_unknown_query_string_is_accepted(client, officer, consultation, asked):
    point_of(consultation, "One")
    assert client.get(list_of(consultation), asked).status_code == 200


def test_points_are_paginated_by_key(client, officer, consultation, django_assert_max_num_queries):
    submission = make_submission(consultation)
    for turn in range(30):
        make_point(submission, text=f"{turn:02}")
    first = client.get(list_of(consultation))
    with django_assert_max_num_queries(15):
        second = client.get(first.context["older"])
    seen = [point.text for page in (first, second) for point in page.context["points"]]
    assert seen == [f"{turn:02}" for turn in range(29, -1, -1)]
    back = client.get(second.context["newer"])
    assert [point.text for point in back.context["points"]] == seen[:25]


def test_pane_shows_the_source_of_the_opened_point_and_what_is_nearly_the_same(client, officer, consultation):
    body = "We meet often. It should cost nothing at all. Thank you."
    sent = make_submission(consultation, make_stakeholder("Herders (sample)"), title="A pass", body=body)
    point, latest = make_point(sent, text="cost nothing at all"), make_point(sent, text="Words of our own")
    pair = make_likeness(point, make_point(make_submission(), text="It should be free"))
    page = client.get(list_of(consultation), {"open": point.reference, "theme": "T1"})
    assert (page.context["point"], page.context["opens"]) == (point, True)
    assert [[part for part in parts if part[1]] for parts in page.context["source"]] == [
        [("cost nothing at all", point.number)]
    ]
    assert [twin.pair for twin in page.context["twins"]] == [pair.pk]
    text = page.content.decode()
    assert f'href="{reverse("desk_input", args=[sent.key])}#p{point.number}"' in text
    assert f'href="{list_of(consultation)}?theme=T1&amp;open={latest.reference}"' in text
    first = client.get(list_of(consultation))
    assert (first.context["point"], first.context["source"], first.context["opens"]) == (latest, [], False)
    assert "In other words than its input." in words(first)


def test_script_gets_the_pane_alone(client, officer, consultation):
    point = make_point(session=make_session(make_forum(consultation)), text="Said in a session")
    page = client.get(list_of(consultation), {"open": point.reference}, headers={"X-Fragment": "pane"})
    assert page.content.strip().startswith(b"<article")
    assert point.session.title in words(page)
    assert "X-Fragment" in page["Vary"]


@pytest.mark.parametrize("reference", ["NCM-1936-0001.1", "x" * 10_000, "' --"])
def test_unknown_or_foreign_point_opens_the_first(client, officer, consultation, reference):
    first, elsewhere = point_of(consultation, "One"), point_of(make_consultation(), "Two")
    for asked in (reference, elsewhere.reference):
        page = client.get(list_of(consultation), {"open": asked})
        assert (page.context["point"], page.context["opens"]) == (first, False)


def test_empty_list_says_so_and_filters_are_folded_away(client, officer, consultation):
    page = client.get(list_of(consultation))
    assert "No point matches." in words(page)
    narrowed = [client.get(list_of(consultation), asked).context["narrowed"] for asked in ({}, {"kind": "finding"})]
    assert narrowed == [False, True]


# --- One point ------------------------------------------------------------------------------------------------------


def test_suggested_points_are_sorted_by_shared_words(client, officer, consultation):
    point = point_of(consultation, "Herders need a seasonal pass at the border")
    near = point_of(consultation, "A seasonal pass for the herder")
    far = point_of(consultation, "The border is long")
    point_of(consultation, "Remittances should be cheap")
    point_of(make_consultation(), "A seasonal pass for herders elsewhere")
    point_of(consultation, "A seasonal pass, answered", state="disposed")
    page = client.get(at(point))
    assert list(page.context["twins"]) == [near, far]
    searched = client.get(at(point), {"words": "remittances"}).context["twins"]
    assert [point.text for point in searched] == ["Remittances should be cheap"]


def test_suggestions_are_among_the_newest_points_and_those_with_the_entered_words(
    client, officer, consultation, monkeypatch
):
    old, newest = (point_of(consultation, f"Cheaper remittances for {who}") for who in ("herders", "nurses"))
    point = point_of(consultation, "Cheaper remittances")
    monkeypatch.setattr(points, "MOST_TWINS", 1)
    assert list(client.get(at(point)).context["twins"]) == [newest]
    assert set(client.get(at(point), {"words": "herders remittances"}).context["twins"]) == {newest, old}


@pytest.mark.parametrize("text", ["?!", "the of and", "& | ! ( ' \\ :*", "\u202e", "x" * 2_000])
def test_any_search_words_are_accepted(client, officer, consultation, text):
    point = point_of(consultation, text)
    assert client.get(at(point)).status_code == 200
    assert client.get(at(point), {"words": text[:200]}).status_code == 200


def test_merging_redirects_to_target_point(client, officer, consultation):
    point, into = point_of(consultation, "A pass"), point_of(consultation, "One pass")
    answer = client.post(at(point, "merge"), {"into": into.reference, "reason": "Both ask for a pass."})
    assert answer["Location"] == at(into)
    point.refresh_from_db()
    assert (point.state, point.merged_into, point.text) == ("merged", into, "A pass")
    page = client.get(at(into))
    assert "A pass" in words(page)
    assert page.context["organisations"] == 2
    assert "Both ask for a pass." in words(client.get(at(point)))


def test_organisations_of_merged_points_are_counted_once(client, officer, consultation):
    body = make_stakeholder()
    into = point_of(consultation, "One", body)
    for text, stakeholder in (("Two", body), ("Three", None)):
        point_of(consultation, text, stakeholder, state="merged", into=into)
    assert client.get(at(into)).context["organisations"] == 2
    spoken = client.get(at(make_point(session=make_session())))
    assert spoken.context["organisations"] == 0
    assert "Said by" not in words(spoken)


def test_incomplete_merge_shows_errors_and_keeps_input(client, officer, consultation):
    point, into = point_of(consultation, "A pass"), point_of(consultation, "One pass")
    page = client.post(at(point, "merge"), {"reason": "Both ask for a pass."})
    assert page.status_code == 422
    assert "Choose the point that this one duplicates." in words(page)
    assert "Both ask for a pass." in page.content.decode()
    page = client.post(at(point, "merge"), {"into": into.reference, "reason": " "})
    assert page.status_code == 422
    assert f'value="{into.reference}" checked' in page.content.decode()
    page = client.post(at(point, "merge"), {"into": "NCM-1-1.1", "reason": "x"})
    assert (page.status_code, page.context["reasons"]) == (422, ["Choose the point that this one duplicates."])
    point.refresh_from_db()
    assert point.state == "validated"


def test_refused_merge_lists_all_reasons(client, officer, consultation):
    point, elsewhere = point_of(consultation, "A pass"), point_of(make_consultation(), "x", state="draft")
    page = client.post(at(point, "merge"), {"into": elsewhere.reference, "reason": "same"})
    assert page.status_code == 409
    assert page.context["reasons"] == [
        "Both points must belong to the same consultation.",
        f"{elsewhere.reference} is draft: choose a validated point.",
    ]


def test_merged_point_is_separated_with_reason(client, officer, consultation):
    into = point_of(consultation, "One pass")
    point = point_of(consultation, "A pass", state="merged", into=into)
    page = client.post(at(point, "unmerge"), {"reason": ""})
    assert (page.status_code, page.context["reasons"]) == (409, ["Enter a reason. It is kept in the journal."])
    assert client.post(at(point, "unmerge"), {"reason": "Another county."}).status_code == 302
    point.refresh_from_db()
    assert (point.state, point.merged_into) == ("validated", None)
    assert Event.objects.about(point).last().reason == "Another county."


@pytest.mark.parametrize("verb", ["dispose", "hand_in", "delete"])
def test_point_page_offers_no_other_moves(client, officer, consultation, verb):
    assert client.post(at(point_of(consultation, "A pass"), verb)).status_code == 404


def test_unknown_point_is_404(client, officer):
    assert client.get("/desk/points/NCM-2017-0001.1/").status_code == 404


def test_focal_point_cannot_merge_points(client, consultation):
    point, into = point_of(consultation, "A pass"), point_of(consultation, "One pass")
    sign_in(client, make_member(point.stakeholder))
    assert client.post(at(point, "merge"), {"into": into.reference, "reason": "x"}).status_code == 404
    point.refresh_from_db()
    assert point.state == "validated"
