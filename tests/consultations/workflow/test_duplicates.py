"""Duplicates: stored pairs, no recomputation of old pairs, and decisions."""

from uuid import uuid4

import pytest

from consultations import jobs, similarity, workflow
from consultations.models import Event, Job, Likeness, Point
from consultations.queries import (
    duplicates,
    group_of,
    groups_alike,
    likeness_note,
    number_of_groups,
    organisations_behind,
)
from ncm_portal.workflow import Blocked, NotAllowed
from tests.access_log import refusals
from tests.factories import (
    change,
    make_consultation,
    make_likeness,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db
ASK = "Abolish recruitment fees charged to migrant workers."
SAME = "Recruitment fees must no longer be charged to migrant workers."
OTHER = "Register every private agency and publish the list."


@pytest.fixture
def officer():
    return make_secretariat()


@pytest.fixture
def consultation():
    return make_consultation()


def search(consultation, officer) -> dict:
    workflow.ask_to_compare(consultation, by=officer)
    job = jobs.run_next()
    assert (job.kind, Job.objects.get(pk=job.pk).error) == ("compare", "")
    return Job.objects.get(pk=job.pk).result


def an_input(consultation, **fields):
    """Input unlike any other."""
    return make_submission(consultation, **{"title": uuid4().hex, "body": uuid4().hex, **fields})


def points(consultation, *texts, **fields) -> list[Point]:
    return [make_point(an_input(consultation), text=text, **fields) for text in texts]


def pairs() -> set[tuple]:
    found = Likeness.objects.all()
    return {(each.first_point or each.first_input, each.second_point or each.second_input) for each in found}


# --- The search -----------------------------------------------------------------------------------------------------


def test_search_finds_points_with_reason(consultation, officer):
    first, second, third = points(consultation, ASK, SAME, OTHER)
    points(make_consultation(), ASK)
    assert search(consultation, officer) == {"texts": 6, "pairs": 1}
    (found,) = Likeness.objects.all()
    assert (found.first_point, found.second_point, found.state) == (first, second, "open")
    assert found.words == ["recruitment", "fees", "charged", "migrant", "workers"]
    assert found.score == round(similarity.likeness(ASK, SAME), 4)
    third.refresh_from_db()
    assert (third.state, third.merged_into, third.compared_at is not None) == ("validated", None, True)
    entry = Event.objects.about(consultation).get(verb="compare")
    assert entry.data == {"texts": 6, "pairs": 1, "method": similarity.METHOD}


def test_old_pairs_are_not_compared_again(consultation, officer, monkeypatch):
    old = points(consultation, ASK, SAME, OTHER)
    search(consultation, officer)
    compared, real = [], similarity._likeness
    monkeypatch.setattr(similarity, "_likeness", lambda one, other: compared.append((one, other)) or real(one, other))
    (new,) = points(consultation, f"{OTHER} Now.")
    assert search(consultation, officer) == {"texts": 2, "pairs": 1}
    assert {similarity.words_of(new.text)} == {one for one, _other in compared if "register" in one}
    assert not any(similarity.words_of(ASK) in pair for pair in compared)
    assert pairs() == {(old[0], old[1]), (old[2], new)}
    assert search(consultation, officer) == {"texts": 0, "pairs": 0}


def test_decided_pairs_are_not_suggested_again(consultation, officer):
    points(consultation, ASK, SAME)
    search(consultation, officer)
    workflow.dismiss_likeness(Likeness.objects.get(), by=officer, reason="They differ.")
    Point.objects.update(compared_at=None)
    assert search(consultation, officer) == {"texts": 2, "pairs": 0}
    assert Likeness.objects.get().state == "dismissed"


def test_points_of_one_input_or_already_joined_are_no_pair(consultation, officer):
    one = an_input(consultation)
    kept, _own = make_point(one, text=ASK), make_point(one, text=SAME)
    make_point(an_input(consultation), text=ASK, state="merged", into=kept)
    make_point(an_input(consultation), text=SAME, state="withdrawn")
    make_point(session=make_session(), text=ASK)
    search(consultation, officer)
    assert {(first.text, second.text) for first, second in pairs()} == {(SAME, ASK)}


def test_campaigns_are_found_by_withheld_words_too(consultation, officer):
    letter = (
        "Animals must cross the border with the rains, so we ask for a pass that costs nothing and water on both sides."
    )
    first = make_submission(consultation, title="A pass", body=letter, state="submitted")
    second = make_submission(consultation, title="The pass", body=f"[[{letter}]] Thank you.", audience="secretariat")
    make_submission(consultation, title="A pass", body=letter, state="withdrawn")
    make_submission(consultation, title="Wages", body="Pay wages on time.")
    search(consultation, officer)
    assert pairs() == {(first, second)}
    change(second, body="Something else entirely now.", edited_at=second.compared_at or officer.date_joined)
    assert Likeness.objects.get().state == "open"


def test_edited_input_is_compared_again(consultation, officer):
    sent = make_submission(consultation)
    search(consultation, officer)
    sent.refresh_from_db()
    assert search(consultation, officer)["texts"] == 0
    change(sent, edited_at=sent.compared_at.replace(year=sent.compared_at.year + 1))
    assert search(consultation, officer)["texts"] == 1


def test_interrupted_search_resumes(consultation, officer, monkeypatch):
    monkeypatch.setattr("consultations.workflow.duplicates.AT_ONCE", 1)
    points(consultation, ASK, OTHER, SAME)
    job = workflow.ask_to_compare(consultation, by=officer)

    class Ended(Exception):
        pass

    def until(done, total):
        if done == 4:
            raise Ended

    with pytest.raises(Ended):
        workflow.compare(job, until)
    assert Point.objects.filter(compared_at=None).count() == 2
    seen = []
    assert workflow.compare(job, lambda done, total: seen.append((done, total))) == {"texts": 2, "pairs": 1}
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_one_search_is_queued_at_a_time_by_secretariat_only(consultation, officer):
    job = workflow.ask_to_compare(consultation, by=officer)
    assert workflow.ask_to_compare(consultation, by=make_secretariat()) == job
    with pytest.raises(NotAllowed):
        workflow.ask_to_compare(consultation, by=make_user())


# --- What staff decide ----------------------------------------------------------------------------------------------


def test_merging_pair_joins_points_and_keeps_both(consultation, officer):
    first, second = points(consultation, ASK, SAME)
    pair = workflow.merge_likeness(make_likeness(first, second), by=officer, reason="The same.", into=second)
    first.refresh_from_db()
    assert (first.state, first.merged_into, first.text) == ("merged", second, ASK)
    assert (pair.state, pair.decided_by, pair.reason) == ("merged", officer, "The same.")
    assert Event.objects.about(first).last().verb == "merge"
    assert organisations_behind([first, second]) == {first.pk: 2, second.pk: 2}


def test_group_is_joined_to_one_point(consultation, officer):
    one, two, three, four = points(consultation, ASK, SAME, ASK, SAME)
    found = [make_likeness(one, two), make_likeness(two, three), make_likeness(three, four), make_likeness(one, four)]
    workflow.merge_group(found, by=officer, reason="The same.", into=three)
    merged = dict(Point.objects.values_list("pk", "merged_into"))
    assert merged == {one.pk: three.pk, two.pk: three.pk, three.pk: None, four.pk: three.pk}
    assert {each.state for each in Likeness.objects.all()} == {"merged"}


def test_group_is_merged_completely_or_not_at_all(consultation, officer):
    one, two = points(consultation, ASK, SAME)
    (answered,) = points(consultation, ASK, state="disposed")
    found = [make_likeness(one, two), make_likeness(two, answered)]
    with pytest.raises(Blocked) as refused:
        workflow.merge_group(found, by=officer, reason="The same.")
    assert refused.value.reasons == [f"{answered.reference} is answered"]
    assert {each.state for each in Likeness.objects.all()} == {"open"}
    assert Point.objects.filter(state="merged").count() == 0


def test_inputs_of_campaign_are_unchanged(consultation, officer):
    first, second = make_submission(consultation), make_submission(consultation, state="submitted")
    before = [(each.state, each.computed_sha256()) for each in (first, second)]
    workflow.merge_likeness(make_likeness(first, second), by=officer, reason="One letter.")
    for each in (first, second):
        each.refresh_from_db()
    assert [(each.state, each.computed_sha256()) for each in (first, second)] == before


@pytest.mark.parametrize("decide", [workflow.merge_likeness, workflow.dismiss_likeness])
def test_decision_on_inputs_can_be_undone_and_pair_is_open_again(consultation, officer, decide):
    pair = make_likeness(make_submission(consultation), make_submission(consultation))
    decide(pair, by=officer, reason="One letter.")
    assert groups_alike(10) == ([], 0, False)
    with pytest.raises(NotAllowed):
        workflow.reopen_likeness(pair, by=make_user(), reason="No.")
    workflow.reopen_likeness(pair, by=officer, reason="Two letters.")
    pair.refresh_from_db()
    assert (pair.state, pair.reason, pair.decided_by, pair.decided_at) == ("open", "", None, None)
    assert [group.pairs for group in groups_alike(10)[0]] == [[pair]]
    verbs = Event.objects.about(pair).values_list("verb", "reason")
    assert list(verbs)[1:] == [("reopen_likeness", "Two letters.")]
    assert [(entry.details["verb"], entry.reason) for entry in refusals(pair)] == [("reopen_likeness", "No.")]


def test_points_must_be_separated_before_pair_is_reopened(consultation, officer):
    first, second = points(consultation, ASK, SAME)
    pair = make_likeness(first, second)
    workflow.merge_likeness(pair, by=officer, reason="The same ask.")
    with pytest.raises(Blocked) as refusal:
        workflow.reopen_likeness(pair, by=officer, reason="Not quite.")
    assert refusal.value.reasons == ["The points are joined: separate them first"]
    workflow.unmerge(second, by=officer, reason="Not quite.")
    assert workflow.reopen_likeness(pair, by=officer, reason="Not quite.").state == "open"


# --- Groups and numbers ---------------------------------------------------------------------------------------------


def test_groups_are_connected_open_pairs(consultation, officer):
    one, two, three, four, five = points(consultation, *[ASK] * 5)
    chain = make_likeness(one, two, score=0.5), make_likeness(two, three, score=0.9)
    make_likeness(four, five, state="dismissed")
    campaign = make_likeness(make_submission(consultation), make_submission(consultation), score=0.76)
    make_likeness(make_submission(consultation), make_submission(consultation, state="withdrawn"))
    groups, *number = groups_alike(10)
    assert number == [2, False]
    assert [(group.is_of_points, group.organisations, group.best) for group in groups] == [
        (False, 2, 76),
        (True, 3, 90),
    ]
    assert [group.texts for group in groups][1] == [one, two, three]
    assert set(group_of(chain[0]).pairs) == set(chain)
    assert group_of(campaign).pairs == [campaign]
    assert groups_alike(1)[0] == groups[:1]


def test_the_most_similar_pairs_are_grouped_first(consultation, officer, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 2)
    texts = points(consultation, *[ASK] * 6)
    pairs = [
        make_likeness(one, two, score=score)
        for one, two, score in zip(texts[::2], texts[1::2], (0.7, 0.9, 0.8), strict=True)
    ]
    groups, *number = groups_alike(10)
    assert [group.pairs for group in groups] == [[pairs[1]], [pairs[2]]]
    assert (number, number_of_groups()) == ([2, True], (2, True))
    assert group_of(pairs[0]).pairs == [pairs[0]]
    workflow.dismiss_likeness(pairs[1], by=officer, reason="Another county.")
    assert (groups_alike(10)[0][-1].pairs, number_of_groups()) == ([pairs[0]], (2, False))


def test_organisation_counts_once_and_invalid_points_do_not_count(consultation):
    body = make_stakeholder()
    kept = make_point(make_submission(consultation, body))
    alone = make_point(make_submission(consultation))
    behind = [
        make_point(make_submission(consultation, body), state="merged", into=kept),
        make_point(make_submission(consultation, audience="secretariat"), state="merged", into=kept),
        make_point(session=make_session(), state="merged", into=kept),
    ]
    make_point(make_submission(consultation), state="withdrawn")
    assert organisations_behind([kept, alone, *behind]) == {
        kept.pk: 2, alone.pk: 1, **{point.pk: 2 for point in behind},
    }  # fmt: skip


def test_note_for_paper_counts_pairs_of_points(consultation, officer):
    assert likeness_note(consultation) is None
    one, two, three = points(consultation, ASK, SAME, ASK)
    make_likeness(one, two, state="dismissed")
    make_likeness(two, three)
    make_likeness(make_submission(consultation), make_submission(consultation))
    workflow.merge_likeness(make_likeness(one, three), by=officer, reason="The same.")
    assert likeness_note(consultation) == {"pairs": 3, "merged": 1, "dismissed": 1}
