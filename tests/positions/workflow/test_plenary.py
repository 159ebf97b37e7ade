"""In plenary: decisions on paragraphs with the quorum at that time, and their effect on the adopted text."""

import json

import pytest
from django.db import IntegrityError, transaction

from consultations.models import Event
from ncm_portal.workflow import Blocked, NotAllowed, now
from positions import workflow
from positions.models import FloorDecision, QuorumCount, Reservation, Screen
from tests.access_log import refusals
from tests.factories import make_check_in, make_forum, make_point, make_session, make_submission
from tests.paper_factories import make_clearance, make_disposition, take_stance
from tests.positions.plenary import decide, make_session_text
from tests.threads import at_once

NEW = "Kenya calls for two things."
LOST = (
    "There is no quorum now, so the meeting cannot decide. Quorum: 1 member institutions present, 2 needed; "
    "1 groups present, 1 needed."
)


@pytest.fixture
def text(db):
    return make_session_text()


def refusal(act):
    with pytest.raises(Blocked) as raised:
        act()
    return raised.value.reasons


def leave(text):
    """Void the check-in of the second ministry."""
    make_check_in(text.delegates[1], by=text.secretariat, voids=text.check_ins[1])


def adopt(text, rule="consensus", reasons=""):
    return workflow.adopt(text.paper, by=text.head, rule=rule, reasons=reasons)


def frozen(text):
    return json.loads(text.paper.editions.get(number="1.0").content)


def test_decision_stores_quorum_and_voters_of_that_moment(text):
    before = QuorumCount.objects.count()
    made = decide(text)
    assert (made.outcome, made.mode, made.wording, made.decided) == (
        "adopted", "consensus", text.first.wording, text.first.wording,
    )  # fmt: skip
    assert QuorumCount.objects.count() == before + 1
    assert (made.quorum.members_present, made.quorum.at >= text.check_ins[1].at) == (2, True)
    assert {each["name"]: each["present"] for each in made.quorum.electorate} == {
        "Ministry of One": True,
        "Ministry of Two": True,
    }
    entry = Event.objects.about(text.paper).filter(verb="decide_paragraph").get()
    assert (entry.by, entry.data["number"], entry.data["outcome"]) == (text.head, 2, "adopted")


def test_decision_without_quorum_is_refused_with_figures(text):
    leave(text)
    before = QuorumCount.objects.count()
    assert refusal(lambda: decide(text)) == [LOST]
    assert refusal(lambda: workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.first])) == [LOST]
    assert (FloorDecision.objects.count(), QuorumCount.objects.count()) == (0, before)
    assert [entry.details for entry in refusals(text.paper)] == [
        {"verb": verb, "reasons": [LOST]} for verb in ("decide_paragraph", "agree_paragraphs")
    ]


def test_only_chair_decides_during_session(text):
    with pytest.raises(NotAllowed):
        decide(text, by=text.secretariat)
    workflow.not_adopt(text.paper, by=text.head, reason="No.")
    assert refusal(lambda: decide(text)) == ["The text is not in session."]


def test_all_reasons_are_reported_at_once(text):
    said = {"outcome": "with_reservation", "amendment": text.first.wording.text, "mode": "show_of_hands"}
    assert refusal(lambda: decide(text, **said, tally={"yes": 2, "no": 1, "abstain": 0})) == [
        "Choose who proposed the wording.",
        ("The proposed wording is the same as the current text. Change it, or choose the wording as it stands."),
        "Choose who makes the reservation, and enter its text as it should be printed.",
        "You entered 3 votes, but 2 member institutions are present. Check the numbers.",
    ]
    assert refusal(lambda: decide(text, outcome="perhaps", moved_by=text.one, reservation="No.")) == [
        "Choose what the meeting decides, and how.",
        "Enter the wording proposed from the floor.",
        "You entered a reservation: choose “adopted with a reservation”.",
    ]


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        ({"yes": 1, "no": 1, "abstain": 0}, "1 voted for this decision and 1 against it, so it does not pass."),
        ({"yes": 0, "no": 0, "abstain": 2}, "0 voted for this decision and 0 against it, so it does not pass."),
        (
            {"yes": 3, "no": 0, "abstain": 0},
            "You entered 3 votes, but 2 member institutions are present. Check the numbers.",
        ),
        (
            {"yes": 3, "no": -1, "abstain": 0},
            "You entered 2 votes, but 2 member institutions are present. Check the numbers.",
        ),
        ({"yes": 1, "no": 0, "abstain": 1}, None),
    ],
)
def test_decision_by_show_of_hands(text, tally, expected):
    act = lambda: decide(text, mode="show_of_hands", tally=tally)  # noqa: E731
    if expected:
        assert refusal(act) == [expected]
    else:
        made = act()
        assert (made.yes, made.no, made.abstain, made.votes) == (1, 0, 1, None)


def test_roll_call_is_recorded_per_institution(text):
    votes = {"Ministry of One": "yes", "A Stranger": "yes"}
    assert refusal(lambda: decide(text, mode="roll_call", votes=votes))[:2] == [
        "Ministry of Two: choose yes, no or abstain.",
        "A Stranger was not counted as present.",
    ]
    made = decide(text, mode="roll_call", votes={"Ministry of One": "yes", "Ministry of Two": "abstain"})
    assert (made.yes, made.no, made.abstain) == (1, 0, 1)
    assert [(each["name"], each["vote"]) for each in made.votes] == [
        ("Ministry of One", "yes"),
        ("Ministry of Two", "abstain"),
    ]


def test_amendment_from_floor_becomes_wording_and_adopted_text(text):
    asked = make_clearance(text.paper, text.one, text.first)
    take_stance(asked, text.first, "agree")
    laid = text.paper.editions.get(kind="forum").content
    made = decide(text, amendment=f" {NEW} ", moved_by=text.two)
    text.first.refresh_from_db()
    assert (made.decided, made.decided.text, made.amendment) == (text.first.wording, NEW, NEW)
    assert made.decided.why == "Amended from the floor on the proposal of Ministry of Two."
    entry = Event.objects.about(text.first).filter(verb="reword").get()
    assert entry.data == {"from": made.wording.sha256, "to": made.decided.sha256}
    workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.opening, text.second])
    adopt(text)
    record = frozen(text)
    assert record["sections"][1]["paragraphs"][0]["text"] == NEW
    assert text.paper.editions.get(kind="forum").content == laid
    stance = asked.stances.get()
    assert (stance.value, stance.wording, stance.replaced_at) == ("agree", made.wording, None)
    assert record["clearances"][0]["on_older_words"] == [2]
    (row,) = (each for each in record["adoption"]["paragraphs"] if each["number"] == 2)
    assert (row["before"], row["after"], row["moved_by"]) == (made.wording.text, NEW, "Ministry of Two")


def test_rejected_wording_leaves_text_unchanged(text):
    made = decide(text, amendment=NEW, moved_by=text.two, as_tabled=True)
    text.first.refresh_from_db()
    assert (made.amendment, made.decided, text.first.wording) == (NEW, made.wording, made.wording)


def test_reservation_is_recorded_during_session(text):
    said = {"outcome": "with_reservation", "reserving": text.two, "reservation": "It costs money."}
    made = decide(text, **said)
    assert Reservation.objects.get() == made.reservation
    assert (made.reservation.stakeholder, made.reservation.text) == (text.two, "It costs money.")
    again = decide(text, **said)
    assert (again.reservation, Reservation.objects.count()) == (made.reservation, 1)
    other = refusal(lambda: decide(text, **said | {"reservation": "It costs more."}))
    assert other == ["This organisation already has a reservation on this paragraph."]


def test_sent_back_paragraph_blocks_adoption_until_decided_again_or_left_out(text):
    workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.opening, text.first, text.second])
    decide(text, outcome="sent_back", note="Two ministries want to talk.")
    blocked = ["Paragraph 2 was sent back: decide on it again, or leave it out"]
    assert refusal(lambda: adopt(text)) == blocked
    made = decide(text, outcome="left_out")
    assert (made.decided, made.outcome) == (None, "left_out")
    adopt(text)
    text.first.refresh_from_db()
    assert text.first.removed_at is not None
    record = frozen(text)
    assert [each["number"] for section in record["sections"] for each in section["paragraphs"]] == [1, 2]
    said = [(each["tabled"], each["number"], each["outcome"]) for each in record["adoption"]["paragraphs"]]
    assert said == [
        (1, 1, "adopted"), (2, None, "adopted"), (3, 2, "adopted"), (2, None, "sent_back"), (2, None, "left_out"),
    ]  # fmt: skip


def test_reservation_on_left_out_paragraph_must_be_withdrawn(text):
    take_stance(make_clearance(text.paper, text.one, text.first), text.first, "reservation", reason="No.")
    workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.opening, text.second])
    made = decide(text, outcome="with_reservation", reserving=text.two, reservation="100% no.").reservation
    decide(text, outcome="left_out")
    words = "Paragraph 2 is left out, and Ministry of Two has a reservation on it: withdraw the reservation first"
    assert refusal(lambda: adopt(text, "consensus_with_reservations", "One.")) == [words]
    workflow.withdraw_reservation(made, by=text.head, reason="On its word.")
    assert adopt(text).state == "adopted"


def test_point_answered_only_by_left_out_paragraph_must_be_answered_again(text):
    alone, both = (make_point(make_submission(text.paper.consultation)) for _turn in range(2))
    make_disposition(text.paper, alone, "accepted", text.first)
    make_disposition(text.paper, both, "accepted", text.first, text.second)
    workflow.agree_paragraphs(text.paper, by=text.head, paragraphs=[text.opening, text.second])
    decide(text, outcome="left_out")
    words = f"The answer to {alone.reference} names a paragraph that is left out: answer it again"
    assert refusal(lambda: adopt(text)) == [words]
    workflow.decide(
        text.paper, alone, by=text.secretariat, outcome="not_accepted", reason="The meeting left it out.",
        reason_code="agreement",
    )  # fmt: skip
    assert adopt(text).state == "adopted"


def test_resubmitted_form_is_one_decision_and_outdated_one_is_refused(text):
    first = decide(text, seen=0)
    assert decide(text, seen=0) == first
    assert refusal(lambda: decide(text, outcome="sent_back", seen=0)) == [
        "The meeting has already decided on this paragraph: adopted. Read that decision first."
    ]
    second = decide(text, outcome="sent_back", seen=first.pk)
    assert FloorDecision.objects.counting().get() == second
    assert FloorDecision.objects.count() == 2


def test_meeting_without_adoption_leaves_no_decisions_for_next(text):
    decide(text, outcome="left_out")
    workflow.not_adopt(text.paper, by=text.head, reason="No.")
    assert list(FloorDecision.objects.counting()) == []


def test_decisions_are_immutable(text):
    made = decide(text)
    with pytest.raises(Exception, match="permission denied for table"), transaction.atomic():
        FloorDecision.objects.filter(pk=made.pk).update(note="Other.")
    with pytest.raises(IntegrityError), transaction.atomic():
        FloorDecision.objects.create(
            paper=text.paper, paragraph=text.first, wording=text.first.wording, decided=text.first.wording,
            outcome="left_out", quorum=made.quorum, by=text.head, at=now(),
        )  # fmt: skip


def test_screen_shows_one_item_and_every_change_raises_version(text):
    session = make_session(text.forum)
    show = {"by": text.secretariat, "session": session, "heading": "Item 3"}
    made = workflow.show_on_screen(text.forum, **show)
    assert (made.version, made.heading, made.session) == (1, "Item 3", session)
    made = workflow.show_on_screen(text.forum, **show, paragraph=text.first, amendment=NEW, moved_by=text.one)
    assert (made.version, made.paragraph, made.moved_by, made.amendment) == (2, text.first, text.one, NEW)
    decide(text)
    assert Screen.objects.get().version == 3
    stranger = make_session(make_forum())
    assert refusal(lambda: workflow.show_on_screen(text.forum, by=text.head, session=stranger, amendment=NEW)) == [
        "The session belongs to another forum.",
        "Choose the paragraph that this wording is for.",
    ]
    with pytest.raises(NotAllowed):
        workflow.show_on_screen(text.forum, by=text.officer_one)


@pytest.mark.django_db(transaction=True)
def test_concurrent_chairs_leave_one_outcome():
    text = make_session_text()
    for turn in range(8):
        last = FloorDecision.objects.order_by("-pk").first()
        seen = last.pk if last else 0
        told = at_once(
            lambda: decide(text, seen=seen),  # noqa: B023
            lambda: decide(text, outcome="sent_back", seen=seen),  # noqa: B023
        )
        refused = [str(each) for each in told if isinstance(each, Blocked)]
        made = FloorDecision.objects.filter(pk__gt=seen)
        assert (len(made), len(refused)) == (1, 1), (turn, told)
        assert refused == [
            f"The meeting has already decided on this paragraph: {made[0].get_outcome_display()}. "
            "Read that decision first."
        ]
