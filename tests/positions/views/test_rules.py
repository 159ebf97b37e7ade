"""Rules of a consultation at the desk, and the forms that no longer change them."""

import pytest
from django.urls import reverse

from consultations.models import RULES, Proposal
from positions.models import ChainStep
from tests.factories import (
    make_consultation,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.pages import words
from tests.paper_factories import make_step
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
STANDING = {"quorum_member_share": "0.667", "quorum_groups": "5", "clearance_working_days": "10"}


@pytest.fixture
def consultation():
    return make_consultation(slug="review", short_title="Review")


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


ADDRESS = "/desk/consultations/review/rules/"


def test_officer_proposes_only_changed_rules(client, consultation, officer):
    page = client.get(ADDRESS)
    assert "Every member institution gets an e-mail." in words(page)
    assert page.context["form"]["quorum_groups"].value() == 5
    given = {**STANDING, "quorum_groups": "4", "reason": "Agreed."}
    answer = client.post(ADDRESS, given)
    made = Proposal.objects.get()
    assert answer["Location"] == f"/desk/proposals/{made.key}/"
    assert (made.values, made.proposed_by) == ({"quorum_groups": 4}, officer)
    assert "Groups for a quorum: 5 until now, 4 from now on." in words(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"quorum_groups": "many"}, "quorum_groups"),
        ({"quorum_member_share": "2"}, "quorum_member_share"),
    ],
)
def test_unreadable_value_is_refused_at_its_field(client, consultation, officer, given, field):
    page = client.post(ADDRESS, {**STANDING, "reason": "Kept words.", **given})
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not Proposal.objects.exists()


def test_unchanged_rules_or_current_meeting_are_refused_and_input_kept(client, consultation, officer):
    page = client.post(ADDRESS, {**STANDING, "reason": "Kept words."})
    assert (page.status_code, page.context["reasons"]) == (409, ["This changes nothing."])
    assert "Kept words." in words(page)
    make_forum(consultation, state="in_session", title="The meeting")
    page = client.post(ADDRESS, {**STANDING, "quorum_groups": "4", "reason": "Kept words."})
    assert page.context["reasons"] == ["“The meeting” is in session, so its rules cannot change now."]


def test_page_is_404_for_others(client, consultation):
    for stranger in (make_user(), make_user("sysadmin"), make_user("official"), make_member(make_ministry())):
        sign_in(client, stranger)
        assert client.get(ADDRESS).status_code == 404
    sign_in(client, make_head())
    assert client.get("/desk/consultations/nowhere/rules/").status_code == 404


def test_page_links_to_form_before_opening(client, officer):
    draft = make_consultation(state="draft", slug="draft")
    page = client.get(reverse("desk_rules", args=[draft.slug]), follow=True)
    assert page.redirect_chain == [("/desk/draft/settings/rules/", 302)]
    assert "only two officers together can change them" in words(page)
    assert "<textarea" not in page.content.decode()


# --- The forms of the admin -----------------------------------------------------------------------------------------


def admin(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_consultation_form_shows_rules_and_links_to_where_they_are_changed(client, officer, state):
    consultation = make_consultation(state=state)
    page = client.get(admin(type(consultation), "change", consultation.pk))
    form = page.context["adminform"]
    assert (set(form.form.fields) & set(RULES), set(RULES) - set(form.readonly_fields)) == (set(), set())
    address = (
        ("desk_settings_page", consultation.slug, "rules") if state == "draft" else ("desk_rules", consultation.slug)
    )
    assert f'href="{reverse(address[0], args=address[1:])}"' in page.text


def test_step_form_is_read_only_after_opening(client, consultation, officer):
    step = make_step(consultation, "legal", make_stakeholder())
    draft = make_consultation(state="draft")
    early = ChainStep.objects.create(consultation=draft, kind="legal", institution=step.institution)
    given = {"kind": "legal", "institution": step.institution_id, "order": 1}
    assert (
        client.post(admin(ChainStep, "change", step.pk), {**given, "consultation": consultation.pk}).status_code == 403
    )
    assert client.post(admin(ChainStep, "change", early.pk), {**given, "consultation": draft.pk}).status_code == 302
    page = client.post(admin(ChainStep, "add"), {**given, "kind": "other", "consultation": consultation.pk})
    assert list(page.context["adminform"].form.errors) == ["consultation"]
    step.refresh_from_db()
    early.refresh_from_db()
    assert (step.is_asked, early.is_asked) == (True, False)
