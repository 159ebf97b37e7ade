"""Clearance: requests, required parts of an answer, and changes of the text during clearance."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from consultations.models import Event, OutgoingMail, PublicHoliday
from consultations.workflow import written_hour
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, now, replayed_at
from positions import workflow
from positions.models import Clearance, Edition, Stance
from positions.queries.papers import paragraph_numbers
from positions.workflow.conditions import answers_are_in, text_is_as_cleared
from tests.access_log import refused_verbs
from tests.factories import change, make_member, make_stakeholder, make_user
from tests.paper_factories import bring_paper, make_edition, make_paper, reword
from tests.positions.clearing import make_officer, make_text

pytestmark = pytest.mark.django_db
MONDAY = datetime(2017, 10, 2, 9, 0, tzinfo=ZoneInfo("Africa/Nairobi"))
DUE = datetime(2017, 10, 16, 17, 0, tzinfo=ZoneInfo("Africa/Nairobi"))


@pytest.fixture
def text():
    return make_text()


def ask(text, due=DUE, at=MONDAY):
    with replayed_at(at):
        text.paper = workflow.request_clearance(text.paper, by=text.secretariat, due_at=due)
    return {clearance.ministry.name: clearance for clearance in text.paper.clearances.all()}


def current_stances(clearance):
    live = clearance.stances.filter(replaced_at=None).select_related("paragraph__wording")
    return {stance.paragraph.wording.text: stance.value for stance in live}


def test_each_ministry_is_asked_about_its_mandate_only(text):
    asked = ask(text)
    assert text.paper.state == "in_clearance"
    assert current_stances(asked["Ministry of One"]) == {
        "Kenya calls for one thing.": "",
        "Kenya commits to another.": "",
    }
    assert current_stances(asked["Ministry of Two"]) == {"Kenya commits to another.": ""}


def test_clearing_officers_get_mail(text):
    ask(text)
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(
        [text.officer_one.email, text.officer_two.email]
    )


def test_less_than_ten_working_days_are_refused_and_refusal_is_logged(text):
    with pytest.raises(Blocked) as refusal:
        ask(text, due=DUE - timedelta(days=3))
    assert refusal.value.reasons == ["The due date leaves 9 working days, and 10 are needed. Choose a later date."]
    text.paper.refresh_from_db()
    assert text.paper.state == "clearance_text"
    assert refused_verbs(text.paper) == ["request_clearance"]
    assert not Clearance.objects.exists()


def test_public_holiday_is_not_a_working_day(text):
    PublicHoliday.objects.create(name="Mashujaa Day", rule="every_year", month=10, day=10)
    with pytest.raises(Blocked) as refusal:
        ask(text)
    assert refusal.value.reasons == ["The due date leaves 9 working days, and 10 are needed. Choose a later date."]
    assert ask(text, due=DUE + timedelta(days=1))["Ministry of One"].state == "requested"


def test_themes_without_lead_and_ministries_without_officer_block_request(text):
    text.two.mandates.update(is_confirmed=False)
    text.one.memberships.update(valid_from=date(2017, 1, 1), valid_until=date(2017, 9, 1))
    with pytest.raises(Blocked) as refusal:
        ask(text)
    assert refusal.value.reasons == [
        "1 theme has no confirmed lead ministry",
        "1 mandated ministry has no clearing officer",
    ]


def test_only_own_clearing_officer_answers(text):
    asked = ask(text)
    for stranger in (text.officer_two, text.secretariat, text.head, make_user()):
        with pytest.raises(NotAllowed):
            workflow.take_stance(asked["Ministry of One"], text.first, by=stranger, value="agree")


def test_paragraph_outside_mandate_is_refused(text):
    asked = ask(text)
    with pytest.raises(Blocked) as refusal:
        workflow.take_stance(asked["Ministry of Two"], text.first, by=text.officer_two, value="agree")
    assert refusal.value.reasons == ["This paragraph is outside your ministry's mandate."]


@pytest.mark.parametrize(
    ("value", "reasons"),
    [
        (
            "object",
            [
                "Enter a reason: the drafters need it.",
                "An objection must propose wording: enter wording that your ministry could clear.",
            ],
        ),
        ("reservation", ["Enter a reason: the drafters need it."]),
        ("agree_with_comment", ["Enter a reason: the drafters need it."]),
        ("silent", ["Choose an answer."]),
        ("", ["Choose an answer."]),
    ],
)
def test_refused_stance_lists_all_reasons(text, value, reasons):
    asked = ask(text)
    with pytest.raises(Blocked) as refusal:
        workflow.take_stance(asked["Ministry of One"], text.first, by=text.officer_one, value=value)
    assert refusal.value.reasons == reasons


def test_database_refuses_objection_without_wording(text):
    clearance = ask(text)["Ministry of One"]
    stance = clearance.stances.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        change(stance, value="object", reason="No.", by=text.officer_one, at=now())


def test_answer_is_complete_with_last_stance(text):
    clearance = ask(text)["Ministry of One"]
    workflow.take_stance(clearance, text.first, by=text.officer_one, value="agree")
    clearance.refresh_from_db()
    assert clearance.state == "requested"
    assert workflow.agree_to_rest(clearance, by=text.officer_one) == 1
    clearance.refresh_from_db()
    assert (clearance.state, clearance.answered_at is not None) == ("answered", True)


def test_missing_answer_is_recorded_as_silence_not_agreement(text):
    clearance = ask(text)["Ministry of Two"]
    with replayed_at(DUE), pytest.raises(Blocked):
        workflow.record_silence(clearance, by=text.secretariat)
    with replayed_at(DUE + timedelta(milliseconds=1)):
        silent = workflow.record_silence(clearance, by=text.secretariat)
    assert (silent.state, current_stances(silent)) == ("silent", {"Kenya commits to another.": "silent"})


def test_open_objection_and_missing_answers_block_clearance_by_head(text):
    clearance = ask(text)["Ministry of One"]
    workflow.take_stance(
        clearance, text.first, by=text.officer_one, value="object", reason="Two.", proposed_text="Kenya calls for two."
    )
    with pytest.raises(Blocked) as refusal, replayed_at(MONDAY):
        workflow.clear_paper(text.paper, by=text.head, note="Cleared.")
    assert refusal.value.reasons == [
        "Ministry of One objects to a paragraph",
        "Ministry of One has until 16 October 2017, 17:00 EAT (UTC+3)",
        "Ministry of Two has until 16 October 2017, 17:00 EAT (UTC+3)",
    ]


def test_after_the_due_hour_the_paper_asks_for_silence_or_a_letter(text):
    asked = ask(text)
    due = "16 October 2017, 17:00 EAT (UTC+3)"
    with replayed_at(DUE):
        assert [each.text for each in answers_are_in(text.paper)] == [
            f"Ministry of One has until {due}",
            f"Ministry of Two has until {due}",
        ]
    with replayed_at(DUE + timedelta(minutes=5)):
        rows = answers_are_in(text.paper)
    late = f"did not answer by {due}: record silence, or the answer that came by letter"
    assert [(each.text, each.url) for each in rows] == [
        (f"{name} {late}", f"/clearances/{clearance.pk}/") for name, clearance in asked.items()
    ]


def test_changed_text_reopens_only_changed_paragraph(text):
    asked = ask(text)
    workflow.take_stance(
        asked["Ministry of One"], text.first, by=text.officer_one, value="object", reason="Two.", proposed_text="Two."
    )
    workflow.agree_to_rest(asked["Ministry of One"], by=text.officer_one)
    workflow.agree_to_rest(asked["Ministry of Two"], by=text.officer_two)
    text.paper = workflow.reopen_text(text.paper, by=text.secretariat, reason="An objection stands.")
    workflow.reword(text.first, by=text.secretariat, text="Kenya calls for two things.", why="The objection.")
    text.paper = workflow.fix_clearance_text(text.paper, by=text.secretariat)
    asked = ask(text, due=DUE, at=DUE - timedelta(days=3))
    assert current_stances(asked["Ministry of One"]) == {
        "Kenya calls for two things.": "",
        "Kenya commits to another.": "agree",
    }
    assert current_stances(asked["Ministry of Two"]) == {"Kenya commits to another.": "agree"}
    assert (asked["Ministry of One"].state, asked["Ministry of Two"].state) == ("requested", "answered")
    kept = Stance.objects.get(value="object")
    assert (kept.replaced_at is not None, kept.proposed_text) == (True, "Two.")
    subjects = OutgoingMail.objects.order_by("pk").values_list("to", "subject")
    again = "The text has changed: your ministry is asked to clear it again"
    assert [to for to, subject in subjects if subject == again] == [text.officer_one.email]
    assert [subject for to, subject in subjects if to == text.officer_two.email] == [
        "Clearance requested from your ministry"
    ]
    number = paragraph_numbers(text.paper)[text.first.pk]
    assert f"Answer for paragraph {number}. Your answers on" in OutgoingMail.objects.get(subject=again).body


def test_stance_on_outdated_wording_or_answer_is_refused(text):
    asked, officers = ask(text)["Ministry of One"], (text.officer_one, make_officer(text.one))
    live = lambda: asked.stances.get(paragraph=text.first, replaced_at=None)  # noqa: E731
    read, objection = live().mark, {"value": "object", "reason": "Two.", "proposed_text": "Kenya calls for two things."}
    taken = workflow.take_stance(asked, text.first, by=officers[0], seen=read, **objection)
    assert workflow.take_stance(asked, text.first, by=officers[0], seen=read, **objection) == taken  # sent twice
    with pytest.raises(Conflict) as told:
        workflow.take_stance(asked, text.first, by=officers[1], seen=read, value="agree")
    assert (told.value.theirs, live().value) == (taken, "object")
    assert workflow.take_stance(asked, text.first, by=officers[1], seen=taken.mark, value="agree").value == "agree"
    kept = Event.objects.filter(verb="take_stance").order_by("number").values_list("after", "reason", "data")
    assert list(kept) == [("object", "Two.", {"proposed_text": "Kenya calls for two things."}), ("agree", "", {})]

    read, unread = live().mark, [text.second.wording_id]
    text.paper = workflow.reopen_text(text.paper, by=text.secretariat, reason="Once more.")
    workflow.reword(text.first, by=text.secretariat, text="Kenya calls for three things.", why="More.")
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    asked = ask(text, due=DUE, at=DUE - timedelta(days=3))["Ministry of One"]
    with pytest.raises(Conflict):
        workflow.take_stance(asked, text.first, by=officers[1], seen=read, value="agree")
    with pytest.raises(Blocked, match="Read them again first"):
        workflow.agree_to_rest(asked, by=officers[1], seen=unread)
    assert current_stances(asked) == {"Kenya calls for three things.": "", "Kenya commits to another.": ""}
    seen = list(asked.stances.filter(replaced_at=None).values_list("wording", flat=True))
    assert workflow.agree_to_rest(asked, by=officers[1], seen=seen) == 2


def test_unanswered_ministry_gets_new_due_time(text):
    ask(text)
    text.paper = workflow.reopen_text(text.paper, by=text.secretariat, reason="An objection stands.")
    workflow.reword(text.first, by=text.secretariat, text="Kenya calls for two things.", why="The objection.")
    text.paper = workflow.fix_clearance_text(text.paper, by=text.secretariat)
    later = DUE + timedelta(days=7)
    waiting = ask(text, due=later, at=DUE)["Ministry of Two"]
    assert (waiting.due_at, waiting.edition) == (later, text.paper.editions.first())
    assert current_stances(waiting) == {"Kenya commits to another.": ""}


def test_removed_paragraph_needs_no_answer(text):
    asked = ask(text)
    workflow.take_stance(asked["Ministry of One"], text.second, by=text.officer_one, value="agree")
    text.paper = workflow.reopen_text(text.paper, by=text.secretariat, reason="One paragraph too many.")
    workflow.remove_paragraph(text.first, by=text.secretariat, reason="Said elsewhere.")
    text.paper = workflow.fix_clearance_text(text.paper, by=text.secretariat)
    asked = ask(text, due=DUE, at=DUE - timedelta(days=3))
    assert current_stances(asked["Ministry of One"]) == {"Kenya commits to another.": "agree"}
    assert asked["Ministry of One"].state == "requested"  # it has not said that this is its answer
    assert workflow.agree_to_rest(asked["Ministry of One"], by=text.officer_one) == 0
    asked["Ministry of One"].refresh_from_db()
    assert asked["Ministry of One"].state == "answered"


def test_only_officer_of_ministry_completes_answer(text):
    asked = ask(text)
    for person in (text.officer_two, text.secretariat, text.head, make_user()):
        with pytest.raises(NotAllowed):
            workflow.agree_to_rest(asked["Ministry of One"], by=person)


def test_head_clears_with_note(text):
    asked = ask(text)
    workflow.agree_to_rest(asked["Ministry of One"], by=text.officer_one)
    workflow.agree_to_rest(asked["Ministry of Two"], by=text.officer_two)
    with pytest.raises(NotAllowed):
        workflow.clear_paper(text.paper, by=text.secretariat, note="Cleared.")
    cleared = workflow.clear_paper(text.paper, by=text.head, note="Cleared after the second answer.")
    assert (cleared.state, cleared.clearance_note) == ("cleared", "Cleared after the second answer.")


def test_silence_procedure_lasts_72_hours_and_can_be_broken_until_it_ends(text):
    paper = bring_paper(text.paper, "cleared")
    with replayed_at(MONDAY), pytest.raises(Blocked):
        workflow.open_silence(paper, by=text.secretariat, until=MONDAY + timedelta(hours=71, minutes=59))
    until = MONDAY + timedelta(hours=72)
    with replayed_at(MONDAY):
        paper = workflow.open_silence(paper, by=text.secretariat, until=until)
    with replayed_at(until), pytest.raises(Blocked):
        workflow.end_silence(paper, by=text.secretariat)
    with replayed_at(until + timedelta(seconds=1)):
        with pytest.raises(Blocked):
            workflow.break_silence(paper, by=text.secretariat, reason="Too late.")
        assert workflow.end_silence(paper, by=text.secretariat).state == "cleared"


def test_members_are_notified_of_silence_procedure_and_read_text_while_it_lasts(text):
    paper, member = bring_paper(text.paper, "cleared"), make_member(make_stakeholder(is_ncm_member=True))
    other = make_member(make_stakeholder())
    read = lambda who: [each.number for each in Edition.objects.visible_to(who)]  # noqa: E731
    assert (read(member), read(other)) == ([], [])
    until = now() + timedelta(hours=80)
    paper = workflow.open_silence(paper, by=text.secretariat, until=until)
    mailed = OutgoingMail.objects.filter(subject="A silence procedure has started")
    assert set(mailed.values_list("to", flat=True)) == {member.email}
    assert f"/desk/papers/{paper.slug}/moves/break_silence/" in mailed.get().body
    assert written_hour(until) in mailed.get().body
    assert (read(member), read(other)) == (["0.2"], [])
    workflow.break_silence(paper, by=member, reason="The costs.")
    assert read(member) == []
    restricted = change(bring_paper(make_paper(paper.consultation), "cleared"), is_restricted=True)
    make_edition(restricted, "0.2", kind="clearance")
    workflow.open_silence(restricted, by=text.secretariat, until=until)
    assert (mailed.count(), read(member)) == (1, [])


def test_broken_silence_returns_paper_to_consolidation(text):
    paper = bring_paper(text.paper, "cleared")
    with replayed_at(MONDAY):
        paper = workflow.open_silence(paper, by=text.secretariat, until=MONDAY + timedelta(hours=80))
        assert workflow.break_silence(paper, by=text.secretariat, reason="A member asks.").state == "consolidation"


def test_stance_on_earlier_wording_blocks_forum(text):
    asked = ask(text)
    workflow.agree_to_rest(asked["Ministry of One"], by=text.officer_one)
    reword(text.first, "Other words.")
    assert [tuple(condition) for condition in text_is_as_cleared(text.paper)] == [
        ("1 answer is on an earlier text", False, f"/desk/papers/{text.paper.slug}/clearance/", False)
    ]
