"""The desk's consultations: where /desk/ leads, the list of all, and the overview, forums and papers of each."""

import pytest
from django.urls import reverse

from consultations.models import ConsultationState, ForumState, Misreading, Office, SubmissionState
from positions.models import PaperState
from positions.queries.consultations import steps_of
from tests.factories import make_consultation, make_forum, make_point, make_submission, make_user
from tests.paper_factories import make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = make_user(Office.SECRETARIAT)
    sign_in(client, person)
    return person


def here(consultation, forums=(), papers=()) -> str:
    return next(str(step.label) for step in steps_of(consultation, forums, papers, dated=False) if step.state == "here")


# --- Where /desk/ leads -----------------------------------------------------------------------------------------------


def test_desk_leads_to_only_consultation_under_way(client, officer):
    make_consultation(state=ConsultationState.ARCHIVED)
    current = make_consultation(state=ConsultationState.OPEN)
    assert client.get("/desk/").url == f"/desk/{current.slug}/"


def test_desk_leads_to_all_where_several_are_under_way(client, officer):
    for _turn in range(2):
        make_consultation(state=ConsultationState.OPEN)
    assert client.get("/desk/").url == "/desk/all/"


def test_desk_leads_back_to_consultation_last_worked_in(client, officer):
    first, _second = (make_consultation(state=ConsultationState.OPEN) for _turn in range(2))
    client.get(f"/desk/{first.slug}/inputs/")
    assert client.get("/desk/").url == f"/desk/{first.slug}/"


@pytest.mark.parametrize("slug", ["no-such", "archived", "x" * 4000, "inputs", "a b"])
def test_cookie_of_no_consultation_under_way_is_ignored(client, officer, slug):
    make_consultation(state=ConsultationState.ARCHIVED, slug="archived")
    current = make_consultation(state=ConsultationState.OPEN)
    client.cookies["consultation"] = slug
    assert client.get("/desk/").url == f"/desk/{current.slug}/"


# --- The pages --------------------------------------------------------------------------------------------------------


def test_all_consultations_are_listed_by_period(client, officer):
    draft = make_consultation(state=ConsultationState.DRAFT)
    current = make_consultation(state=ConsultationState.OPEN)
    over = make_consultation(state=ConsultationState.ARCHIVED)
    groups = client.get("/desk/all/").context["groups"]
    assert {name: [row.consultation for row in rows] for name, rows in groups.items()} == {
        "ahead": [draft],
        "now": [current],
        "before": [over],
    }


def test_all_consultations_cost_the_same_queries_for_many(client, officer, django_assert_max_num_queries):
    for _turn in range(4):
        make_paper(make_consultation(state=ConsultationState.OPEN))
    with django_assert_max_num_queries(12):
        client.get("/desk/all/")


def test_overview_counts_inputs_of_its_consultation_only(client, officer):
    mine, other = (make_consultation(state=ConsultationState.OPEN) for _turn in range(2))
    make_submission(mine, state=SubmissionState.SUBMITTED)
    for _turn in range(2):
        make_submission(other, state=SubmissionState.SUBMITTED)
    context = client.get(f"/desk/{mine.slug}/").context
    assert context["figures"].inputs == 1
    assert context["waiting"] == {"inputs": 1}
    ((_group, _label, rows),) = context["inbox"]
    assert [row.place for row in rows] == [mine.short_title]
    rail = context["rail"]
    assert (rail.consultation.pk, len(rail.consultations)) == (mine.pk, 2)


@pytest.mark.parametrize("name", ["desk_inputs", "desk_points", "likenesses", "desk_replies", "late_inputs", "intake"])
def test_list_of_a_consultation_shows_nothing_of_another(client, officer, name):
    mine, other = (make_consultation(state=ConsultationState.OPEN) for _turn in range(2))
    submission = make_submission(other, state=SubmissionState.SUBMITTED, title="From elsewhere")
    point = make_point(submission, text="A point from elsewhere")
    Misreading.objects.create(point=point, stakeholder=submission.stakeholder, text="elsewhere", by=officer)
    page = client.get(reverse(name, args=[mine.slug])).text
    assert "elsewhere" not in page


def test_forums_and_papers_of_a_consultation_are_listed(client, officer):
    mine, other = (make_consultation(state=ConsultationState.OPEN) for _turn in range(2))
    forum, paper = make_forum(mine), make_paper(mine)
    make_forum(other), make_paper(other)
    assert list(client.get(f"/desk/{mine.slug}/forums/").context["forums"]) == [forum]
    assert list(client.get(f"/desk/{mine.slug}/papers/").context["papers"]) == [paper]


@pytest.mark.parametrize("office", [None, Office.OFFICIAL, Office.SYSADMIN])
@pytest.mark.parametrize("path", ["/desk/", "/desk/all/", "/desk/{}/", "/desk/{}/forums/", "/desk/{}/papers/"])
def test_consultations_of_the_desk_are_for_secretariat(client, office, path):
    consultation = make_consultation(state=ConsultationState.OPEN)
    sign_in(client, make_user(office) if office else make_user())
    assert client.get(path.format(consultation.slug)).status_code == 404


def test_unknown_consultation_is_404(client, officer):
    assert client.get("/desk/no-such/").status_code == 404


# --- Steps ------------------------------------------------------------------------------------------------------------


def test_steps_follow_consultation_forum_and_paper():
    consultation = make_consultation(state=ConsultationState.DRAFT)
    assert here(consultation) == "Opens"
    consultation = make_consultation(state=ConsultationState.OPEN)
    assert here(consultation) == "Opened"
    consultation.state = ConsultationState.CLOSED
    assert here(consultation) == "Closed"
    forum, paper = make_forum(consultation), make_paper(consultation)
    assert here(consultation, [forum], [paper]) == "Draft"
    for state, label in (("review", "Review"), ("in_clearance", "Clearance"), ("in_session", "Adopted")):
        paper.state = state
        assert here(consultation, [forum], [paper]) == label
    paper.state = PaperState.PUBLISHED
    assert here(consultation, [forum], [paper]) == "Followed up"
    forum.state = ForumState.IN_SESSION
    paper.state = PaperState.DRAFTING
    assert here(consultation, [forum], [paper]) == "Draft"


def test_exactly_one_step_is_here_in_every_state():
    consultation = make_consultation(state=ConsultationState.CLOSED)
    forum, paper = make_forum(consultation), make_paper(consultation)
    for state in PaperState.values:
        paper.state, paper.suspended_from = state, "review" if state == "suspended" else ""
        steps = steps_of(consultation, [forum], [paper], dated=False)
        assert [step.state for step in steps].count("here") == 1, state
