"""What waits among enquiries, for whom, and who finds them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from consultations import workflow
from consultations.models import OutgoingMail
from consultations.notifications import outbox
from consultations.queries.enquiries import KINDS, number_in, waiting_elsewhere
from consultations.queries.find import Search, find_enquiries
from ncm_portal.workflow import now
from positions.queries.consultations import waiting_numbers
from tests.factories import make_consultation, make_head, make_member, make_secretariat, make_stakeholder, make_user
from tests.office_factories import make_enquiry
from tests.waiting import STAFF, Case, check, rows_of

pytestmark = pytest.mark.django_db
LATE = {"received_at": now() - timedelta(days=9), "due_at": now() - timedelta(hours=1)}


def enquiry_mine(people):
    made = make_enquiry(make_consultation(), assigned_to=people.secretariat)
    return Case({"secretariat"}, lambda: workflow.answer_enquiry(made, by=people.head, text="Yes."))


def enquiry(people):
    made = make_enquiry()
    return Case(STAFF, lambda: workflow.assign_enquiry(made, to=people.head, by=people.secretariat))


def enquiry_overdue(people):
    made = make_enquiry(assigned_to=people.secretariat, **LATE)
    return Case({"colleague", "head"}, lambda: workflow.answer_enquiry(made, by=people.head, text="Yes."))


CASES = {case.__name__: case for case in (enquiry_mine, enquiry, enquiry_overdue)}


def test_every_kind_has_a_case():
    assert CASES.keys() == {kind.code for kind in KINDS}


@pytest.mark.parametrize("code", CASES)
def test_kind_waits_for_its_people_until_it_is_done(code):
    check(code, CASES[code])


def test_unassigned_ones_of_a_place_share_a_row_with_the_due_hour_of_the_oldest():
    officer, review = make_secretariat(), make_consultation(short_title="Review 2026")
    make_enquiry(review, subject="Bus", **LATE)
    make_enquiry(review, subject="Visa")
    make_enquiry(subject="General")
    rows = {row.place: row for row in rows_of(officer)}
    assert rows["Review 2026"].words == "Answer the question “Bus” and 1 more"
    assert (rows["Review 2026"].group, rows["Review 2026"].due_at) == ("late", LATE["due_at"])
    assert rows[""].words == "Answer the question “General”"


def test_daily_mail_lists_them(monkeypatch):
    officer = make_secretariat(notices="daily")
    make_enquiry(subject="Where is the venue", assigned_to=officer)
    monkeypatch.setattr(outbox, "_day_of_list", timezone.localdate)
    outbox.join_digests()
    assert "Answer the question “Where is the venue”" in OutgoingMail.objects.get(user=officer).body


def test_rail_counts_those_of_each_place():
    review = make_consultation()
    for _turn in range(2):
        make_enquiry(review)
    make_enquiry()
    make_enquiry(review, state="answered")
    numbers = waiting_numbers()
    assert (numbers[review.pk]["enquiries"], numbers[None]["enquiries"]) == (2, 1)


def test_moved_one_waits_and_counts_in_its_new_place():
    officer, review = make_secretariat(), make_consultation(short_title="Review 2026")
    made = make_enquiry(subject="Bus")
    assert {row.place: row.words for row in rows_of(officer)}[""] == "Answer the question “Bus”"
    assert waiting_elsewhere()[None] == 1
    workflow.move_enquiry(made, to=review, by=officer)
    assert {row.place: row.words for row in rows_of(officer)} == {"Review 2026": "Answer the question “Bus”"}
    numbers = waiting_numbers()
    assert (numbers[review.pk]["enquiries"], numbers[None].get("enquiries", 0)) == (1, 0)
    assert (waiting_elsewhere()[review.pk], waiting_elsewhere()[None]) == (1, 0)


# --- Finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("ENQ-0012", 12), ("enq 12", 12), ("0012", 12), (" ENQ12 ", 12), ("ENQ-", None), ("0", None), ("NCM-12", None),
        ("12.1", None), ("9" * 30, None), ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_number_is_read(words, number):
    assert number_in(words) == number


def test_found_by_number_name_and_subject_within_rights():
    review = make_consultation()
    made = make_enquiry(review, name="Amina Yusuf", subject="Visa for herders")
    make_enquiry(name="Somebody Else", subject="Bus", email="else@example.org")
    officers = make_secretariat(), make_head()
    for words in (made.reference, made.reference.lower(), str(made.pk), "amina visa", "amina@example.org"):
        for officer in officers:
            assert [each.label for each in find_enquiries(officer, Search(words, review))] == [made.reference]
    for person in (make_user(), make_user("official"), make_user("sysadmin"), make_member(make_stakeholder())):
        assert find_enquiries(person, Search("amina")) == []
