"""The desk's consultations: where /desk/ leads, the list of all, and the overview, forums and papers of each."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consultations.charts import Stretch, time_bars
from consultations.models import ConsultationState, ForumState, Milestone, Misreading, Office, SubmissionState
from consultations.queries import statistics
from ncm_portal.workflow import now
from positions.models import Clearance, PaperState
from positions.queries.consultations import clearance_times, steps_of
from tests.factories import (
    change,
    make_consultation,
    make_forum,
    make_point,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_user,
    walk,
)
from tests.pages import words
from tests.paper_factories import make_clearance, make_paper
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
    assert here(consultation, [forum], [paper]) == "Forum"


def test_steps_stay_at_the_inputs_while_they_can_be_sent_and_then_at_the_paper_least_far():
    consultation = make_consultation(state=ConsultationState.OPEN)
    own, second = make_paper(consultation), make_paper(consultation)
    second.state = PaperState.REVIEW

    def states(papers):
        steps = steps_of(consultation, [], papers, dated=False)
        return {str(step.label): step.state for step in steps}

    for papers in ([own, second], [second, own], [second]):
        assert here(consultation, papers=papers) == "Opened"
    assert states([second])["Draft"] == "held"  # done, though the inputs are still open
    assert states([second])["Review"] == "ahead"
    consultation.state = ConsultationState.CLOSED
    assert here(consultation, papers=[own, second]) == here(consultation, papers=[second, own]) == "Draft"
    own.state = PaperState.IN_CLEARANCE
    assert here(consultation, papers=[own, second]) == "Review"
    second.state = PaperState.WITHDRAWN
    assert here(consultation, papers=[own, second]) == "Clearance"
    own.state = second.state = PaperState.PUBLISHED
    assert here(consultation, papers=[own, second]) == "Followed up"


def test_inputs_are_over_at_the_deadline_though_nobody_closed_them():
    consultation = make_consultation(state=ConsultationState.OPEN)
    assert here(consultation, papers=[make_paper(consultation)]) == "Opened"
    consultation.closes_at = now() - timedelta(minutes=1)
    assert here(consultation, papers=[make_paper(consultation)]) == "Draft"


# --- Dates and moves --------------------------------------------------------------------------------------------------


def test_only_coming_dates_are_listed_in_order_of_time(client, officer):
    today = timezone.localdate(now())
    consultation = make_consultation(state=ConsultationState.OPEN, closes_at=now() + timedelta(days=20))

    def day(number):
        return today + timedelta(days=number)

    make_forum(consultation, title="Late forum", starts_on=day(24), ends_on=day(25), respond_by=day(10))
    make_forum(consultation, title="Past forum", starts_on=day(-3), ends_on=day(-2), state="held")
    make_forum(consultation, title="No forum", starts_on=day(5), ends_on=day(5), state="cancelled")
    running = make_forum(consultation, title="Running forum", starts_on=day(-1), ends_on=today, respond_by=day(-9))
    about = {"consultation": consultation, "kind": "dialogue", "level": "regional"}
    Milestone.objects.create(**about, title="Dialogue", planned_start=day(22))
    Milestone.objects.create(**about, title="Held already", planned_start=day(1), state="held")
    dates = client.get(reverse("desk_consultation", args=[consultation.slug])).context["dates"]
    assert [(each.first, each.words) for each in dates] == [
        (running.starts_on, "Running forum"), (day(10), "Replies to letters are due"), (day(20), "Closes for inputs"),
        (day(22), "Dialogue"), (day(24), "Late forum"),
    ]  # fmt: skip


def test_closing_early_is_not_the_button_that_is_offered_first(client, officer):
    consultation = make_consultation(state=ConsultationState.OPEN, closes_at=now() + timedelta(days=28))
    page, link = reverse("desk_consultation", args=[consultation.slug]), "moves/close_consultation/"

    def button():
        pattern = rf'class="([^"]*)"\s+href="{page}{link}"\s*>Close for inputs'
        return re.search(pattern, client.get(page).content.decode())[1].split()

    assert button() == ["button", "quiet"]
    answer = client.get(page + link)
    assert "This closes it 28 days early" in words(answer)
    assert "Close 28 days early" in words(answer)
    change(consultation, closes_at=now() - timedelta(minutes=1))
    waiting = re.findall(r'class="button small"\s+href="([^"]+)"', client.get(page).content.decode())
    assert (waiting, button()) == ([page + link], ["button", "quiet"])  # one button stands out: what waits


def test_exactly_one_step_is_here_in_every_state():
    consultation = make_consultation(state=ConsultationState.CLOSED)
    forum, paper = make_forum(consultation), make_paper(consultation)
    for state in PaperState.values:
        paper.state, paper.suspended_from = state, "review" if state == "suspended" else ""
        steps = steps_of(consultation, [forum], [paper], dated=False)
        assert [step.state for step in steps].count("here") == 1, state


def test_overview_leads_to_files_of_its_own_inputs(client, officer):
    mine, other = (make_consultation(state=ConsultationState.OPEN) for _turn in range(2))
    own, foreign = make_submission(mine), make_submission(other)
    address = f"/inputs.csv?round={mine.slug}"
    assert f'href="{address}"' in client.get(f"/desk/{mine.slug}/").text
    text = client.get(address).getvalue().decode()
    assert own.reference in text
    assert foreign.reference not in text
    draft = make_consultation(state=ConsultationState.DRAFT)
    assert "/inputs.csv" not in client.get(f"/desk/{draft.slug}/").text


# --- Pictures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def input_sent(time_machine):
    """Return a function that has an input sent at a moment, and decided some days later."""

    def send(consultation, moment, decided_after=None):
        time_machine.move_to(moment, tick=False)
        row = make_submission(consultation, state=SubmissionState.SUBMITTED)
        if decided_after is not None:
            time_machine.move_to(moment + timedelta(days=decided_after), tick=False)
            walk(row, "accepted", decided_at=now(), decided_by=make_secretariat())

    return send


def test_inputs_are_compared_with_same_week_of_consultation_before(client, officer, input_sent):
    opened = datetime(2026, 9, 7, 9, tzinfo=UTC)
    earlier = make_consultation(state=ConsultationState.CLOSED, opens_at=opened - timedelta(weeks=20))
    current = make_consultation(state=ConsultationState.OPEN, opens_at=opened)
    for consultation, weeks in ((earlier, 2), (current, 0), (current, 0), (current, 1)):
        input_sent(consultation, consultation.opens_at + timedelta(weeks=weeks, days=1))
    input_sent(make_consultation(opens_at=opened + timedelta(days=1)), opened)
    previous, weeks = statistics.inputs_by_week(current)
    assert previous == earlier
    assert [tuple(week) for week in weeks] == [(1, 2, 0), (2, 1, 0), (3, 0, 1)]
    text = client.get(f"/desk/{current.slug}/").text
    assert "Inputs by week" in text
    assert f"Dashed line: the same weeks of {earlier.short_title}." in text


def test_inputs_from_before_opening_and_long_after_it_stay_in_picture(input_sent):
    current = make_consultation(opens_at=datetime(2026, 9, 7, 9, tzinfo=UTC))
    for days in (-400, 4000):
        input_sent(current, current.opens_at + timedelta(days=days))
    _previous, weeks = statistics.inputs_by_week(current)
    assert (len(weeks), weeks[0].inputs, weeks[-1].inputs) == (statistics.MOST_WEEKS, 1, 1)


def test_time_to_answer_counts_working_days(input_sent):
    current, monday = make_consultation(), datetime(2026, 11, 2, 9, tzinfo=UTC)
    for sent, decided_after in ((monday, 0), (monday, 3), (monday + timedelta(days=4), 3), (monday, 18)):
        input_sent(current, sent, decided_after)
    input_sent(current, monday)
    input_sent(make_consultation(), monday, 1)
    found = statistics.times_to_answer(current)
    assert found.within == [(1, 2), (3, 1), (5, 0), (10, 0)]  # a weekend does not count
    assert (found.longer, found.decided, found.median) == (1, 4, 1)


def test_consultation_without_inputs_has_no_pictures_of_pace(client, officer):
    current = make_consultation(state=ConsultationState.OPEN)
    text = client.get(f"/desk/{current.slug}/").text
    assert "Inputs by week" not in text
    assert "Time to answer" not in text
    assert "Clearance by ministry" not in text


def test_clearances_of_latest_paper_show_who_took_how_long(client, officer, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False)
    current = make_consultation(state=ConsultationState.CLOSED)
    paper, asked = make_paper(current), datetime(2026, 11, 2, 9, tzinfo=UTC)
    due = asked + timedelta(days=14)
    for name, changes in {
        "Answered": {"answered_at": asked + timedelta(days=7), "state": "answered"},
        "Late": {},
        "Silent": {"state": "silent"},
    }.items():
        clearance = make_clearance(paper, make_stakeholder(name=name), requested_at=asked, due_at=due)
        Clearance.objects.filter(pk=clearance.pk).update(**changes)
    found = clearance_times(current)
    assert [(each.clearance.ministry.name, each.days, each.is_late) for each in found] == [
        ("Answered", 5, False), ("Late", 14, True), ("Silent", 10, False),
    ]  # fmt: skip
    assert "Clearance by ministry" in client.get(f"/desk/{current.slug}/").text


def test_all_consultations_are_drawn_over_the_years(client, officer, time_machine):
    time_machine.move_to(datetime(2026, 11, 20, 9, tzinfo=UTC), tick=False)
    for year, state in ((2017, ConsultationState.ARCHIVED), (2026, ConsultationState.OPEN)):
        opens = datetime(year, 9, 1, tzinfo=UTC)
        make_consultation(state=state, opens_at=opens, closes_at=opens + timedelta(days=120), short_title=f"Y{year}")
    picture = client.get("/desk/all/").context["picture"]
    assert [bar.label for bar in picture.bars] == ["Y2017", "Y2026"]
    assert picture.bars[0].done == picture.bars[0].width  # over
    assert 0 < picture.bars[1].done < picture.bars[1].width
    assert [label for _x, label in picture.ticks] == [str(year) for year in range(2018, 2027)]
    assert picture.left <= picture.bars[0].x < picture.bars[1].x < picture.today < picture.width


@given(
    rows=st.lists(st.tuples(*[st.dates(date(1936, 1, 1), date(2036, 12, 31))] * 3), max_size=6),
    today=st.dates(date(1936, 1, 1), date(2036, 12, 31)),
)
def test_bars_and_ticks_stay_in_their_picture(rows, today):
    stretches = [Stretch("A", *sorted(row)) for row in rows]
    picture = time_bars(stretches, today, width=330, left=110)
    ends = [bar.x + max(bar.width, bar.done) for bar in picture.bars] + [x for x, _label in picture.ticks]
    assert all(picture.left <= x <= picture.width for x in [*ends, picture.today])
    assert len(picture.ticks) <= 12
