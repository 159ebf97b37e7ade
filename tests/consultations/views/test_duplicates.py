"""Desk pages of possible duplicates."""

from itertools import combinations

import pytest
from django.test import Client
from django.urls import reverse

from consultations import jobs, workflow
from consultations.models import Job, Likeness, Point, Submission
from consultations.queries import in_campaign
from tests.factories import (
    change,
    make_consultation,
    make_likeness,
    make_member,
    make_point,
    make_secretariat,
    make_submission,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation():
    return make_consultation(short_title="Round A")


@pytest.fixture
def desk(client):
    sign_in(client, make_secretariat(name="Officer"))
    return client


@pytest.fixture
def pair(consultation):
    texts = ("Abolish recruitment fees for nurses.", "Recruiting must be free of fees.")
    first, second = (make_point(make_submission(consultation), text=text) for text in texts)
    return make_likeness(first, second, words=["recruitment", "fees"], score=0.62)


@pytest.fixture
def listed(consultation):
    """Return the address of the list of the consultation."""
    return reverse("likenesses", args=[consultation.slug])


def post(client, name, pair, **data):
    data = {"pairs": [pair.pk], "into": (pair.first_point or pair.first_input).pk, "reason": "The same ask.", **data}
    return client.post(reverse(name, args=[pair.pk]), data)


def test_list_shows_groups_and_decisions(desk, pair, consultation, listed):
    make_likeness(make_submission(consultation), make_submission(consultation))
    make_likeness(
        make_point(make_submission(consultation)), make_point(make_submission(consultation)), state="dismissed"
    )
    page = words(desk.get(listed))
    assert "To decide 2" in page
    first, second = pair.first_point.reference, pair.second_point.reference
    assert f"2 points that may be duplicates: {first}, {second} 2 organisations · Theme 1 · up to 62 % alike" in page
    assert "2 inputs that may be one campaign" in page
    assert "Words in common: recruitment, fees" in page
    assert "Not the same" in page
    assert "Looked at." in page


def test_search_is_queued_and_runs_in_background(desk, consultation, listed):
    for text in ("Pay wages on time to every herder.", "Wages of herders should be paid on time."):
        make_point(make_submission(consultation, title=text[:3], body=text[-9:]), text=text)
    assert "4 texts not compared yet" in words(desk.get(listed))
    answer = desk.post(reverse("likenesses_compare", args=[consultation.slug]))
    assert (answer.status_code, answer["Location"]) == (302, listed)
    assert "A search in Round A is waiting to start." in words(desk.get(listed))
    jobs.run_next()
    assert Job.objects.get().state == "done"
    page = words(desk.get(listed))
    assert "all texts compared" in page
    assert "2 points that may be duplicates" in page


def test_group_is_shown_side_by_side_with_shared_words_marked(desk, pair):
    page = desk.get(reverse("likeness", args=[pair.pk])).content.decode()
    assert "Abolish <mark>recruitment</mark> <mark>fees</mark> for nurses." in page
    assert "<mark>Recruiting</mark> must be free of <mark>fees</mark>." in page


def test_author_text_is_escaped(desk, consultation):
    text = "<b>fees</b> & <script>fees</script>"
    hostile = make_likeness(
        make_point(make_submission(consultation), text=text), make_point(make_submission(consultation), text=text)
    )
    page = desk.get(reverse("likeness", args=[hostile.pk])).content.decode()
    assert "<script>fees" not in page
    assert "&lt;<mark>b</mark>&gt;<mark>fees</mark>&lt;/<mark>b</mark>&gt; &amp; " in page


def test_merging_joins_points_to_chosen_one(desk, pair, listed):
    answer = post(desk, "likeness_merge", pair, into=pair.second_point.pk)
    assert (answer.status_code, answer["Location"]) == (302, listed)
    pair.refresh_from_db()
    assert (pair.state, pair.reason) == ("merged", "The same ask.")
    assert Point.objects.get(pk=pair.first_point.pk).merged_into == pair.second_point
    assert f"They are now joined to {pair.second_point.reference}." in words(desk.get(listed))
    page = words(desk.get(reverse("likeness", args=[pair.pk])))
    assert "Not duplicates" not in page
    assert "said by 2 organisations" in page


def test_dismissing_stores_reason(desk, pair, listed):
    post(desk, "likeness_dismiss", pair, reason="One is about nurses only.")
    pair.refresh_from_db()
    assert (pair.state, pair.reason) == ("dismissed", "One is about nurses only.")
    assert "1 pair will not be suggested again." in words(desk.get(listed))


def test_only_selected_pairs_of_group_are_decided(desk, pair, consultation):
    third = make_point(make_submission(consultation))
    other = make_likeness(pair.second_point, third)
    assert words(desk.get(reverse("likeness", args=[other.pk]))).count("From 3 organisations") == 1
    post(desk, "likeness_dismiss", pair, pairs=[other.pk])
    assert dict(Likeness.objects.values_list("pk", "state")) == {pair.pk: "open", other.pk: "dismissed"}


def test_a_whole_group_is_merged_at_once(desk, pair, consultation):
    others = [make_point(make_submission(consultation)) for _turn in range(3)]
    pairs = [pair, *(make_likeness(pair.second_point, other) for other in others)]
    answer = post(desk, "likeness_merge", pair, pairs=[each.pk for each in pairs], into=others[1].pk)
    assert answer.status_code == 302
    assert Point.objects.filter(merged_into=others[1]).count() == 4


def test_inputs_are_marked_as_one_campaign(desk, consultation, listed):
    pair = make_likeness(make_submission(consultation), make_submission(consultation))
    post(desk, "likeness_merge", pair)
    assert "These inputs are marked as one campaign." in words(desk.get(listed))
    assert Likeness.objects.get().state == "merged"


def test_campaign_can_be_undone(desk, consultation):
    first, second = make_submission(consultation), make_submission(consultation)
    pair = make_likeness(first, second)
    post(desk, "likeness_merge", pair)
    at = reverse("likeness", args=[pair.pk])
    assert [each.move.verb for each in desk.get(at).context["undo"]] == ["reopen_likeness"]
    assert "One of 2 inputs" in words(Client().get(reverse("input", args=[first.reference])))
    assert desk.post(f"{at}reopen_likeness/", {"reason": " "}).status_code == 409
    assert desk.post(f"{at}merge_point/", {"reason": "x"}).status_code == 404
    assert desk.post(f"{at}reopen_likeness/", {"reason": "Two letters."}).headers["Location"] == at
    page = desk.get(at)
    assert ("The decision is undone." in words(page), page.context["undo"]) == (True, [])
    assert "One of 2 inputs" not in words(Client().get(reverse("input", args=[first.reference])))


def test_refused_form_keeps_input(desk, pair):
    page = post(desk, "likeness_merge", pair, reason="  ")
    assert page.status_code == 422
    assert "Enter a reason. It is kept in the journal." in words(page)
    assert post(desk, "likeness_merge", pair, pairs=[]).status_code == 422
    Point.objects.filter(pk=pair.first_point.pk).update(state="disposed")
    page = post(desk, "likeness_merge", pair, reason="Typed with care.")
    assert page.status_code == 409
    assert f"{pair.first_point.reference} is answered" in words(page)
    assert "Typed with care." in page.content.decode()
    assert Likeness.objects.get().state == "open"


def test_large_campaign_is_listed_in_part(desk, consultation):
    sent = [make_submission(consultation) for _turn in range(9)]
    pairs = [make_likeness(sent[0], other) for other in sent[1:]]
    page = words(desk.get(reverse("likeness", args=[pairs[0].pk])))
    assert "Similar inputs 3" in page
    assert [text.reference in page for text in sent] == [True] * 9
    assert page.count("What organisation") == 6


@pytest.fixture
def campaign(consultation):
    """Create a campaign of 7 inputs, each pair of which is alike."""
    sent = [make_submission(consultation) for _turn in range(7)]
    return [make_likeness(*each) for each in combinations(sent, 2)]


def test_campaign_is_one_row_and_one_decision(desk, campaign):
    address = reverse("likeness", args=[campaign[0].pk])
    page = desk.get(address)
    assert ('type="checkbox"' in page.text, "All 7 inputs are decided together." in words(page)) == (False, True)
    assert "The 12 most similar of 21 pairs." in words(page)
    last = page.context["alike_form"]["last"].value()
    answer = desk.post(f"{address}merge/", {"last": last, "reason": "One campaign."})
    assert answer.status_code == 302
    assert set(Likeness.objects.values_list("state", "reason")) == {("merged", "One campaign.")}


def test_pairs_found_after_the_page_was_read_are_not_decided(desk, campaign):
    later = make_likeness(campaign[0].first_input, make_submission(campaign[0].first_input.consultation))
    desk.post(reverse("likeness_dismiss", args=[campaign[0].pk]), {"last": campaign[-1].pk, "reason": "Two texts."})
    assert list(Likeness.objects.filter(state="open")) == [later]


def test_single_pairs_of_a_campaign_can_be_chosen(desk, campaign):
    address = reverse("likeness", args=[campaign[0].pk])
    page = desk.get(f"{address}?each")
    assert page.text.count('type="checkbox"') == 21
    assert 'name="each"' in page.text
    assert desk.post(f"{address}dismiss/", {"each": "1", "reason": "Not this one."}).status_code == 422
    assert post(desk, "likeness_dismiss", campaign[3], each="1").status_code == 302
    assert list(Likeness.objects.exclude(state="open")) == [campaign[3]]


@pytest.mark.parametrize("last", ["", "x", "0", "9" * 30, "\0"])
def test_damaged_form_of_a_campaign_decides_nothing(desk, campaign, last):
    page = desk.post(reverse("likeness_merge", args=[campaign[0].pk]), {"last": last, "reason": "One campaign."})
    assert (page.status_code, Likeness.objects.exclude(state="open").exists()) == (422, False)


@pytest.mark.parametrize("which", ["first", "second", "the one it is joined to"])
def test_answered_points_leave_the_list(desk, pair, consultation, listed, which):
    assert "To decide 1" in words(desk.get(listed))
    point = pair.second_point if which == "second" else pair.first_point
    if which == "the one it is joined to":
        root = make_point(make_submission(consultation))
        workflow.merge(point, into=root, by=make_secretariat(), reason="The same.")
        point = root
    change(point, state="disposed")
    assert "There is nothing to decide." in words(desk.get(listed))


def test_page_is_404_for_other_people(client, pair, listed):
    sign_in(client, make_member())
    paths = [listed, *(reverse(name, args=[pair.pk]) for name in ("likeness", "likeness_merge", "likeness_dismiss"))]
    assert [client.get(path).status_code for path in paths] == [404] * 4
    assert client.post(reverse("likenesses_compare", args=["x"])).status_code == 404
    assert post(client, "likeness_merge", pair).status_code == 404
    assert Likeness.objects.get().state == "open"


# --- The mark of a campaign -----------------------------------------------------------------------------------------


def test_input_page_shows_number_of_similar_inputs(desk, client, consultation):
    """A chain of three, a fourth undecided one, a dismissed one, a withdrawn one, and an unrelated one."""
    first, second, third, fourth, apart, stranger = (make_submission(consultation) for _turn in range(6))
    withdrawn = make_submission(consultation, state="withdrawn")
    make_likeness(first, second, state="merged")
    make_likeness(second, third, state="merged")
    waiting = make_likeness(third, fourth)
    make_likeness(first, apart, state="dismissed")
    make_likeness(first, withdrawn, state="merged")
    numbers = in_campaign("merged"), in_campaign("merged", "open")
    found = Submission.objects.annotate(decided=numbers[0], found=numbers[1]).values_list("pk", "decided", "found")
    assert {pk: counted for pk, *counted in found} == {
        **{each.pk: [3, 4] for each in (first, second, third)},
        fourth.pk: [1, 4],
        withdrawn.pk: [3, 4],
        **{each.pk: [1, 1] for each in (apart, stranger)},
    }
    listed = desk.get(reverse("desk_inputs", args=[consultation.slug], query={"saved": "all"}))
    assert words(listed).count("· 4 ×") == 4 + 1
    page = desk.get(reverse("desk_input", args=[third.key]))
    assert "One of 4 similar · not decided yet" in words(page)
    assert reverse("likeness", args=[waiting.pk]) in page.content.decode()
    client.logout()
    public = [words(client.get(reverse("input", args=[each.reference]))) for each in (first, fourth)]
    assert ["One of 3 inputs that say nearly the same." in page for page in public] == [True, False]


def test_decision_on_a_group_is_one_row_of_the_last_decisions(desk, pair, consultation, listed):
    third = make_point(make_submission(consultation))
    pairs = [pair, make_likeness(pair.second_point, third), make_likeness(pair.first_point, third)]
    make_likeness(*(make_point(make_submission(consultation)) for _turn in range(2)), state="dismissed")
    post(desk, "likeness_merge", pair, pairs=[each.pk for each in pairs])
    assert Likeness.objects.filter(state="merged").count() == 3
    page = desk.get(listed)
    assert [(each.pair.state, each.texts) for each in page.context["decided"]] == [("merged", 3), ("dismissed", 2)]
    assert words(page).count(f"3 points: {pair.first_point.reference}, {pair.second_point.reference} …") == 1
