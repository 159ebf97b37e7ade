"""Deadlines: the exact time is still in time, a millisecond later is late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations import workflow
from consultations.models import Consultation, Stakeholder, Submission
from ncm_portal.workflow import Blocked, deadline_passed, replayed_at
from positions.models import ReviewRound
from tests.factories import make_consultation, make_member, make_secretariat, make_stakeholder, make_submission

MOMENTS = st.datetimes(datetime(2017, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
GAPS = st.integers(-3_000, 3_000).map(lambda gap: timedelta(milliseconds=gap))


@given(MOMENTS, GAPS)
def test_all_code_agrees_about_deadlines(closes_at, gap):
    opens_at, moment = closes_at - timedelta(days=30), closes_at + gap
    in_time = gap <= timedelta(0)
    consultation = Consultation(state="open", opens_at=opens_at, closes_at=closes_at)
    draft = Submission(
        consultation=consultation, stakeholder=Stakeholder(state="verified"), title="T", body="B", state="draft"
    )
    with replayed_at(moment):
        said = {
            "the rule": not deadline_passed(closes_at),
            "the pages": consultation.takes_inputs,
            "sending": workflow.ready_to_send(draft)[-1].met,
            "asking to be let in": not workflow.came_too_late(draft)[0].met,
            "a review": ReviewRound(opens_at=opens_at, closes_at=closes_at).is_open,
        }
    assert said == dict.fromkeys(said, in_time)


@pytest.mark.django_db
@pytest.mark.parametrize(("gap", "is_sent"), [(-1, True), (0, True), (1, False)])
def test_verbs_enforce_deadline_exactly(gap, is_sent):
    consultation, body = make_consultation(), make_stakeholder()
    author = make_member(body)
    draft = make_submission(consultation, body, author=author, state="draft")
    with replayed_at(consultation.closes_at + timedelta(milliseconds=gap)):
        if is_sent:
            assert workflow.submit(draft, by=author).state == "submitted"
            assert (
                workflow.request_input(make_reachable(), consultation=consultation, by=make_secretariat()).number == 0
            )
        else:
            with pytest.raises(Blocked):
                workflow.submit(draft, by=author)
            with pytest.raises(Blocked):
                workflow.request_input(make_reachable(), consultation=consultation, by=make_secretariat())


def make_reachable() -> Stakeholder:
    return make_stakeholder(contact_email="office@example.org")
