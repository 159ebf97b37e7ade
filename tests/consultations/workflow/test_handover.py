"""Open work of an officer handed over in one act, and taken back."""

import pytest

from consultations import workflow
from consultations.models import Event, OutgoingMail
from ncm_portal.workflow import Blocked, NotAllowed
from tests.factories import change, make_secretariat, make_session, make_submission, make_user
from tests.office_factories import make_enquiry

pytestmark = pytest.mark.django_db


@pytest.fixture
def officers():
    return make_secretariat(name="Hassan Guyo"), make_secretariat(name="Ruth Langat")


def refusal(act, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        act(*args, **kwargs)
    return raised.value.reasons


def work_of(person):
    work = workflow.open_work(person)
    return work.inputs, [(role.session, role.kind) for role in work.roles]


def test_open_inputs_and_roles_move_in_one_act_and_come_back(officers):
    person, colleague = officers
    waiting, finished = (make_submission(state=state, assigned_to=person) for state in ("submitted", "set_aside"))
    session, over = make_session(), make_session(state="closed")
    for each in (session, over):
        each.roles.create(user=person, kind="rapporteur")
    workflow.hand_over(person, to=colleague, by=person)
    assert work_of(person) == ([], [])
    assert work_of(colleague) == ([waiting], [(session, "rapporteur")])
    finished.refresh_from_db()
    assert (finished.assigned_to, over.roles.get().user) == (person, person)
    verbs = ("assign", "hand_over", "hand_over_part")
    entries = Event.objects.filter(verb__in=verbs).values_list("verb", "object_id", "by")
    assert set(entries) == {
        ("assign", str(waiting.pk), person.pk), ("hand_over", str(person.pk), person.pk),
        ("hand_over_part", str(session.pk), person.pk),
    }  # fmt: skip
    workflow.take_back_handover(person, by=colleague)
    assert work_of(person) == ([waiting], [(session, "rapporteur")])
    assert refusal(workflow.take_back_handover, person, by=person) == ["Nothing is handed over."]


def test_open_enquiries_move_and_come_back(officers):
    person, colleague = officers
    waiting, answered = make_enquiry(assigned_to=person), make_enquiry(assigned_to=person, state="answered")
    moved = workflow.hand_over(person, to=colleague, by=person)
    assert moved.enquiries == workflow.open_work(colleague).enquiries == [waiting]
    answered.refresh_from_db()
    assert answered.assigned_to == person
    assert Event.objects.about(waiting).last().verb == "assign"
    workflow.take_back_handover(person, by=colleague)
    assert workflow.open_work(person).enquiries == [waiting]


def test_work_that_moved_on_meanwhile_stays_with_whom_it_is(officers):
    person, colleague = officers
    kept, given, done = (make_submission(state="submitted", assigned_to=person) for _turn in range(3))
    workflow.hand_over(person, to=colleague, by=colleague)
    third = make_secretariat()
    workflow.assign(given, to=third, by=colleague)
    workflow.set_aside(done, by=colleague, reason="Off topic.", set_aside_for="off_topic")
    workflow.take_back_handover(person, by=person)
    assert [work_of(each)[0] for each in (person, colleague, third)] == [[kept], [], [given]]


def test_role_that_colleague_has_already_does_not_move(officers):
    session = make_session()
    for each in officers:
        session.roles.create(user=each, kind="chair")
    workflow.hand_over(officers[0], to=officers[1], by=officers[0])
    assert session.roles.filter(user=officers[0]).count() == 1


def test_handover_needs_work_and_colleague_of_secretariat(officers):
    person, official = officers[0], make_user("official", name="Peter Kimani")
    assert refusal(workflow.hand_over, person, to=officers[1], by=person) == ["Hassan Guyo has no open work."]
    change(make_submission(state="submitted"), assigned_to=person)
    assert refusal(workflow.hand_over, person, to=person, by=person) == ["Choose a colleague."]
    assert refusal(workflow.hand_over, person, to=official, by=person) == [
        "Peter Kimani does not work at the secretariat."
    ]
    refusal(workflow.hand_over, person, to=officers[1], by=official, kind=NotAllowed)
    refusal(workflow.take_back_handover, person, by=official, kind=NotAllowed)


def test_chosen_work_moves_and_the_colleague_gets_one_mail(officers):
    person, colleague = officers
    kept, given = (make_submission(state="submitted", assigned_to=person, title=f"Water {n}") for n in range(2))
    role = make_session(title="Opening").roles.create(user=person, kind="chair")
    assert refusal(workflow.hand_over, person, to=colleague, by=person, chosen={}) == [
        "Choose what moves: nothing that is still open is ticked."
    ]
    workflow.hand_over(person, to=colleague, by=person, chosen={"inputs": [given.pk], "roles": [role.pk]})
    assert (work_of(person)[0], work_of(colleague)[0]) == ([kept], [given])
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (colleague.email, "Open work is handed over to you")
    for part in ("Hassan Guyo handed over to you:", f"- {given.reference}: Water 1", "- chair: Opening"):
        assert part in mail.body
    assert kept.reference not in mail.body
