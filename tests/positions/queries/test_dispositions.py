"""Outcome of a point: group, paragraphs based on it, history, and the author's single reply."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from consultations import workflow
from consultations.models import Misreading
from ncm_portal.workflow import now
from positions.queries.dispositions import outcomes_of_input, outcomes_of_points
from tests.factories import (
    change,
    make_consultation,
    make_member,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.pages import words
from tests.paper_factories import (
    bring_paper,
    make_disposition,
    make_paper,
    make_paragraph,
    make_section,
)
from tests.plans import no_large_table_is_read_as_a_whole
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
SECRET = "Nobody else may read these words"


@pytest.fixture
def world():
    """Create a published paper with a paragraph based on a point into which a public and a confidential one are
    merged.
    """
    consultation = make_consultation(state="closed")
    bodies = [make_stakeholder(name) for name in ("Body A", "Body B", "Body C")]
    audiences = ("public", "public", "secretariat")
    inputs = [
        make_submission(consultation, body, audience=audience) for body, audience in zip(bodies, audiences, strict=True)
    ]
    root = make_point(inputs[0], text="The first ask.")
    merged, secret = make_point(inputs[1], text="The same ask."), make_point(inputs[2], text=SECRET)
    officer = make_secretariat()
    for point in (merged, secret):
        workflow.merge(point, into=root, by=officer, reason="The same.")
    paper = make_paper(consultation, short_title="Paper A")
    section = make_section(paper)
    paragraphs = [make_paragraph(section, "Kenya calls for it.", points=points) for points in ((), (root,))]
    make_disposition(paper, root, "accepted", paragraphs[1], answered_at=now())
    make_disposition(paper, merged, "merged", reason="See the other.", answered_at=now())
    make_disposition(paper, secret, "merged", reason=SECRET, answered_at=now())
    change(root, state="disposed")
    for point in (merged, secret):
        point.refresh_from_db()
    return bring_paper(paper, "adopted"), root, merged, secret


def history_of(became) -> list[str]:
    return [line.text for line in became.history]


def test_unpublished_answers_are_not_shown(world):
    _paper, root, merged, _secret = world
    for became in outcomes_of_points([root, merged], make_secretariat()):
        assert (became.answers, became.places, became.is_open_to_reply) == ([], [], False)
        assert not any("Paper A" in line for line in history_of(became))


def test_answer_shows_others_text_and_history_to_everybody(world):
    paper, root, merged, _secret = world
    bring_paper(paper, "published")
    first, second = outcomes_of_points([root, merged], AnonymousUser())
    assert (first.others, first.organisations, first.into) == (["Body B"], 3, None)
    assert (second.others, second.organisations, second.into) == (["Body A"], 3, root)
    for became in (first, second):
        assert [place[:4] for place in became.places] == [(paper.slug, "Paper A", 2, "Kenya calls for it.")]
        assert (became.misreading, became.is_open_to_reply) == (None, False)
    assert history_of(first) == [
        "Recorded as a point of the input.",
        "Paragraph 2 of Paper A cites it.",
        "Answered with Paper A: taken up.",
    ]
    assert f"Joined to {root.reference}, which says the same." in history_of(second)
    assert history_of(second)[-1] == "Answered with Paper A: joined to another."


def test_hidden_point_is_counted_but_not_named(client, world):
    paper, root, _merged, secret = world
    bring_paper(paper, "published")
    change(root.submission, audience="secretariat")
    page = client.get(reverse("input", args=[world[2].submission.reference])).content.decode()
    assert "Raised by 3 organisations." in page
    hidden = (SECRET, secret.reference, root.reference, "Body A", "Body C", "The first ask.")
    assert [word for word in hidden if word in page] == []
    (became,) = outcomes_of_points([world[2]], AnonymousUser())
    assert "Joined to another point that says the same." in history_of(became)


def test_query_count_does_not_depend_on_points(world, django_assert_max_num_queries):
    paper, root, merged, secret = world
    bring_paper(paper, "published")
    with django_assert_max_num_queries(16):
        outcomes_of_points([root, merged, secret], AnonymousUser())


# --- The author's reply ---------------------------------------------------------------------------------------------


def misread(point) -> str:
    return reverse("misread", args=[point.reference])


def test_author_replies_once_and_reads_answer(client, world):
    paper, root, _merged, _secret = world
    bring_paper(paper, "published")
    sign_in(client, make_member(root.stakeholder))
    own = reverse("my_input", args=[root.submission.key])
    assert misread(root) in client.get(own).content.decode()
    assert "This does not answer my point" in words(client.get(misread(root)))
    answer = client.post(misread(root), {"text": "We meant passes for all herders."})
    assert (answer.status_code, answer["Location"]) == (302, f"{own}#{root.reference}")
    page = words(client.get(own))
    assert "We meant passes for all herders." in page
    assert "The secretariat has not answered yet." in page
    assert misread(root) not in client.get(own).content.decode()
    workflow.answer_misreading(
        Misreading.objects.get(), by=make_secretariat(), answer="Paragraph 2 covers all herders."
    )
    assert "Paragraph 2 covers all herders." in words(client.get(own))
    assert client.post(misread(root), {"text": "Again."}).status_code == 409
    assert Misreading.objects.count() == 1


def test_reply_is_visible_to_author_and_desk_only(client, world):
    paper, root, _merged, _secret = world
    bring_paper(paper, "published")
    workflow.say_misread(root, root.stakeholder, by=make_member(root.stakeholder), text="Between us.")
    address = reverse("input", args=[root.submission.reference])
    assert "Between us." not in words(client.get(address))
    assert "misread" not in words(client.get(address))
    sign_in(client, make_secretariat())
    assert "Between us." in words(client.get(address))


def test_author_of_merged_point_can_reply(client, world):
    paper, _root, merged, _secret = world
    bring_paper(paper, "published")
    sign_in(client, make_member(merged.stakeholder))
    assert client.post(misread(merged), {"text": "Ours was wider."}).status_code == 302


def test_empty_reply_shows_form_again(client, world):
    paper, root, _merged, _secret = world
    bring_paper(paper, "published")
    sign_in(client, make_member(root.stakeholder))
    page = client.post(misread(root), {"text": "  "})
    assert page.status_code == 422
    assert "Enter what your organisation meant." in words(page)
    page = client.post(misread(root), {"text": "x" * 2001})
    assert "x" * 2001 in page.content.decode()


def test_reply_form_is_hidden_from_others_and_before_answer(client, world):
    paper, root, merged, _secret = world
    sign_in(client, make_member(root.stakeholder))
    assert client.get(misread(root)).status_code == 404
    bring_paper(paper, "published")
    assert client.get(misread(merged)).status_code == 404
    assert client.post(misread(merged), {"text": "Theirs."}).status_code == 404
    assert Misreading.objects.count() == 0


@pytest.mark.parametrize("make_reader", [AnonymousUser, make_secretariat])
def test_outcomes_of_an_input_are_found_by_indexes(world, make_reader):
    _paper, root, _merged, _secret = world
    reader = make_reader()
    with no_large_table_is_read_as_a_whole():
        found = outcomes_of_input(root.submission, reader)
    assert [each.organisations for each in found] == [3]
