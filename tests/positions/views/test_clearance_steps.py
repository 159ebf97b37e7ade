"""A clearance step in the browser: of the answering office, and of the secretariat with a letter."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consultations import workflow as consultation_workflow
from consultations.models import Proposal
from ncm_portal.workflow import now
from positions import workflow
from positions.models import ChainStep, StepAnswer
from tests.factories import make_consultation, make_forum, make_member, make_secretariat, make_stakeholder
from tests.pages import words
from tests.paper_factories import make_step
from tests.positions.clearing import make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def text():
    made = make_text()
    made.office = make_stakeholder(name="State Department for Foreign Affairs", state="verified")
    made.step = make_step(made.paper.consultation, "foreign", made.office)
    made.page = reverse("step", args=[made.paper.slug, made.step.pk])
    workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=60))
    return made


def test_office_reads_text_and_answers(text):
    client = sign_in(Client(), make_member(text.office))
    assert text.page in client.get(reverse("clearances")).content.decode()
    page = client.get(text.page)
    assert "State Department for Foreign Affairs. The text that is cleared is edition 0.2" in words(page)
    assert "Reference of the letter" not in words(page)
    missing = client.post(text.page, {"concurs": "no", "text": " "})
    assert (missing.status_code, "Note: Enter what the office objects to" in words(missing)) == (422, True)
    done = client.post(text.page, {"concurs": "no", "text": "Article 3 is not ours."}, follow=True)
    assert "Does not concur, edition 0.2" in words(done)
    desk = words(sign_in(Client(), text.secretariat).get(reverse("desk_clearance", args=[text.paper.slug])))
    assert "Foreign affairs concurrence, State Department for Foreign Affairs Does not concur" in desk
    assert "Foreign affairs concurrence, State Department for Foreign Affairs: does not concur" in desk


def test_answer_to_outdated_text_is_refused(text):
    client, sent = sign_in(Client(), make_member(text.office)), {"concurs": "yes", "text": "As it stands."}
    assert 'name="seen" value="0.2"' in client.get(text.page).content.decode()
    workflow.reopen_text(text.paper, by=text.secretariat, reason="The words move.")
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=now() + timedelta(days=60))
    number = text.paper.editions.first().number
    page = client.post(text.page, {**sent, "concurs": "", "seen": "0.2"})
    assert 'name="seen" value="0.2"' in page.content.decode()  # what is missing is said, and 0.2 is still what was read
    page = client.post(text.page, {**sent, "seen": "0.2"})
    told = f"The text was fixed again since you opened the page. Read edition {number} first."
    assert (page.status_code, page.context["reasons"]) == (409, [told])
    assert "As it stands." in words(page)
    assert client.post(text.page, {**sent, "seen": number}).status_code == 302
    assert StepAnswer.objects.get().edition.number == number


def test_letter_is_recorded_and_countersigned_by_two_officers(text):
    first, second = (sign_in(Client(), one) for one in (text.secretariat, make_secretariat()))
    assert "Reference of the letter: Enter the reference" in words(first.post(text.page, {"concurs": "yes"}))
    recorded = {"concurs": "yes", "letter_reference": "MFA/1/26"}
    assert "Waits for a second officer" in words(first.post(text.page, recorded, follow=True))
    answer = StepAnswer.objects.get()
    sign = reverse("step_countersign", args=[text.paper.slug, text.step.pk, answer.pk])
    refused = first.post(sign)
    assert (refused.status_code, "Only an officer of the secretariat other than" in words(refused)) == (409, True)
    assert "Countersigned: the answer counts." in words(second.post(sign, follow=True))


def test_page_is_404_for_other_people(text):
    for person in (text.officer_one, make_member(make_stakeholder())):
        client = sign_in(Client(), person)
        assert [client.get(text.page).status_code, client.post(text.page).status_code] == [404, 404]
        assert text.page not in client.get(reverse("clearances")).content.decode()


# --- The chain among the settings -------------------------------------------------------------------------------------


def chain_page(consultation):
    return reverse("desk_settings_page", args=[consultation.slug, "chain"])


def typed_chain(client, consultation, **values):
    """What the page sends, with `values` typed over it."""
    form = client.get(chain_page(consultation)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in {**shown, **values}.items() if value not in (None, False)}
    return {**kept, "reason": values.get("reason", "Agreed.")}


def test_chain_of_a_consultation_in_preparation_is_saved_at_once(client):
    sign_in(client, make_secretariat())
    consultation = make_consultation(state="draft")
    office, legal = (
        make_stakeholder("Ministry of Foreign Affairs"),
        make_step(consultation, "legal", make_stakeholder()),
    )
    data = typed_chain(client, consultation, new_kind="foreign", new_office=office.pk)
    assert client.post(chain_page(consultation), data).status_code == 302
    data = typed_chain(client, consultation, **{f"required_{legal.pk}": False, f"place_{legal.pk}": 5})
    assert client.post(chain_page(consultation), data).status_code == 302
    rows = ChainStep.objects.filter(consultation=consultation).values_list("kind", "order", "is_asked")
    assert set(rows) == {("foreign", 2, True), ("legal", 5, False)}


def test_chain_of_an_opened_consultation_is_proposed_to_a_second_officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    consultation = make_consultation()
    step = make_step(consultation, "legal", make_stakeholder("Attorney-General"))
    assert "Legal vetting, Attorney-General: required" in words(client.get(chain_page(consultation)))
    answer = client.post(chain_page(consultation), typed_chain(client, consultation, **{f"required_{step.pk}": False}))
    made = Proposal.objects.open().get()
    assert answer["Location"] == f"/desk/proposals/{made.key}/"
    assert [row["is_asked"] for row in made.values["steps"]] == [False]
    step.refresh_from_db()
    assert step.is_asked
    consultation_workflow.confirm_proposal(made, by=make_secretariat())
    step.refresh_from_db()
    assert not step.is_asked


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"new_kind": "legal"}, "new_office"),
        ({"new_office": "own"}, "new_kind"),
        ({"place": "0"}, "place"),
    ],
)
def test_unreadable_chain_is_refused_at_its_field(client, given, field):
    sign_in(client, make_secretariat())
    consultation = make_consultation()
    step = make_step(consultation, "legal", make_stakeholder())
    values = {f"place_{step.pk}" if name == "place" else name: value for name, value in given.items()}
    if "new_office" in values:
        values["new_office"] = step.institution_id
    page = client.post(chain_page(consultation), typed_chain(client, consultation, **values))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [f"place_{step.pk}" if field == "place" else field]
    assert not Proposal.objects.open().exists()


def test_unchanged_chain_or_current_meeting_are_refused(client):
    sign_in(client, make_secretariat())
    consultation = make_consultation()
    page = client.post(chain_page(consultation), typed_chain(client, consultation))
    assert (page.status_code, page.context["reasons"]) == (409, ["This changes nothing."])
    make_forum(consultation, state="in_session", title="The meeting")
    page = client.post(chain_page(consultation), typed_chain(client, consultation))
    assert page.context["obstacles"] == ["“The meeting” is in session, so its rules cannot change now."]
