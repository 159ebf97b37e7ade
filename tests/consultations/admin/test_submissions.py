"""Admin of inputs, points and the journal: what their search and filters find, and for whom."""

import pytest
from django.utils import timezone

from consultations.models import AccessEntry, Consultation, Event, Point, Submission
from tests import factories
from tests.pages import admin_page as page
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician(client):
    return sign_in(client, factories.make_user("sysadmin"))


@pytest.fixture
def sent(db):
    body = factories.make_stakeholder("Lake Union")
    made = factories.make_submission(stakeholder=body, title="Fish", body="Nets cost much. [[Zanzibar knows.]]")
    factories.make_point(made, text="Lower the duty on boats.")
    factories.make_point(made, text="What Zanzibar knows.", held_back=True)
    factories.make_submission(title="Cattle", body="Nothing else.")
    return made


def test_inputs_are_found_by_the_number_in_their_reference(client, officer):
    consultation = factories.make_consultation()
    year = timezone.localtime(consultation.opens_at).year
    sent = [factories.make_submission(consultation, title="Wages", body="Paid on time.") for _turn in range(3)]
    for each, end in zip(sent, ("0071", "0710", "10071"), strict=True):
        factories.change(each, reference=f"NCM-{year}-{end}")
    assert found(client, Submission, "71") == found(client, Submission, "0071") == [sent[0]]
    assert found(client, Submission, "10071") == [sent[2]]


def found(client, model, words):
    return client.get(page(model), {"q": words}).context["cl"].result_list


@pytest.mark.parametrize(
    "words", ["fish", "nets", "NET COST", "boats dut", "lake", "fish union", "Zanzibar", "{reference}"]
)
def test_inputs_are_found_as_at_the_desk(client, officer, sent, words):
    assert found(client, Submission, words.format(reference=sent.reference)) == [sent]


@pytest.mark.parametrize("words", ["fish", "nets", "lake", "{reference}"])
def test_technician_finds_what_everybody_reads(client, technician, sent, words):
    assert found(client, Submission, words.format(reference=sent.reference)) == [sent]


@pytest.mark.parametrize("model", [Submission, Point])
def test_technician_does_not_find_held_back_words(client, technician, sent, model):
    assert found(client, model, "Zanzibar") == []


@pytest.mark.parametrize("words", ["boats", "low DUT", "lake boats", "{reference}.1"])
def test_points_are_found_by_word_sender_and_reference(client, officer, sent, words):
    assert found(client, Point, words.format(reference=sent.reference)) == [sent.points.get(number=1)]


def test_points_are_found_by_the_reference_of_their_input(client, officer, sent):
    assert found(client, Point, sent.reference) == [*sent.points.order_by("reference")]


def test_points_that_the_index_leaves_out_are_found_by_the_secretariat(client, officer, sent):
    spoken = factories.make_point(session=factories.make_session(), text="The herders spoke.")
    assert found(client, Point, "herders") == [spoken]
    assert found(client, Point, "zanzi") == [sent.points.get(number=2)]


def test_frequent_words_are_found_without_collecting_their_points(client, officer, sent, monkeypatch):
    monkeypatch.setattr("consultations.queries.search.FEW", 0)
    assert found(client, Point, "duty lake") == [sent.points.get(number=1)]
    assert found(client, Point, "nobody") == []


# --- The journal and the access log -----------------------------------------------------------------------------------


def test_entries_are_found_by_the_reference_of_input_or_point(client, officer, sent):
    point = sent.points.get(number=1)
    own = Event.objects.record("accept", sent, by=officer)
    of_point = Event.objects.record("validate", point, by=officer)
    Event.objects.record("accept", Submission.objects.exclude(pk=sent.pk).get(), by=officer)
    assert found(client, Event, sent.reference.lower()) == [of_point, own]
    assert found(client, Event, point.reference) == [of_point]
    assert found(client, Event, "NCM-1900-0001") == []
    assert of_point in found(client, Event, officer.name)


def test_access_is_found_by_the_reference_of_the_input(client, sent):
    head = factories.make_head()
    sign_in(client, head)
    AccessEntry.objects.add(AccessEntry.What.EXPORT, by=head, about=sent)
    AccessEntry.objects.add(AccessEntry.What.EXPORT, by=head)
    assert [each.object_id for each in found(client, AccessEntry, sent.reference)] == [str(sent.pk)]


def test_technician_finds_no_entry_about_an_input_by_its_reference(client, technician, sent):
    Event.objects.record("accept", sent, by=factories.make_secretariat())
    assert found(client, Event, sent.reference) == []


def test_journal_offers_the_verbs_and_records_in_use(client, officer, sent):
    for verb in ("verify", "accept", "accept", "validate"):
        Event.objects.record(verb, sent if verb == "accept" else sent.stakeholder, by=officer)
    kinds, verbs = client.get(page(Event)).context["cl"].filter_specs
    assert verbs.lookup_choices == ["accept", "validate", "verify"]
    assert kinds.lookup_choices == ["consultations.stakeholder", "consultations.submission"]


def test_number_of_inputs_comes_from_the_counters(client, officer, sent):
    for _turn in range(3):
        factories.make_submission(sent.consultation)
    factories.make_submission(sent.consultation, state="draft")
    factories.make_submission(sent.consultation, state="withdrawn")
    rows = client.get(page(Consultation)).context["cl"].result_list
    assert rows.ordered
    numbers = {each.pk: each.inputs for each in rows}
    assert numbers == {each.pk: each.submissions.sent().count() for each in Consultation.objects.all()}
    assert numbers[sent.consultation_id] == 4
