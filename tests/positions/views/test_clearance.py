"""Clearance in the browser: the ministry's page, answers, and the secretariat's table."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from consultations.models import Event, Membership
from ncm_portal.workflow import now
from positions import workflow
from positions.models import Stance
from tests.access_log import refused_verbs
from tests.factories import change, make_member, make_ministry, make_user
from tests.pages import without_tokens, words
from tests.paper_factories import make_paragraph, take_stance
from tests.positions.clearing import make_officer, make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
# far ahead, and the same on each day on which the tests run
DUE = datetime(2099, 10, 13, 17, 0, tzinfo=ZoneInfo("Africa/Nairobi"))
DUE_TEXT = "13 October 2099, 17:00 EAT (UTC+3)"
HIDDEN = re.compile(r'name="seen" value="([^"]*)"')
HOSTILE = "<script>alert(1)</script> {{ 7|add:7 }} {% now %} & co"


@pytest.fixture
def text():
    """Create a text in clearance: ministry one was asked about paragraphs 2 and 3, ministry two about 3."""
    made = make_text()
    made.paper = workflow.request_clearance(made.paper, by=made.secretariat, due_at=DUE)
    asked = {clearance.ministry: clearance for clearance in made.paper.clearances.all()}
    made.asked_one, made.asked_two = asked[made.one], asked[made.two]
    return made


@pytest.fixture
def as_officer(text):
    return sign_in(Client(), text.officer_one)


@pytest.fixture
def as_secretariat(text):
    return sign_in(Client(), text.secretariat)


def page_of(clearance):
    return reverse("clearance", args=[clearance.pk])


def stance_page(clearance, paragraph):
    return reverse("clearance_stance", args=[clearance.pk, paragraph.key])


def current_stances(clearance):
    live = clearance.stances.filter(replaced_at=None).order_by("paragraph__section__order")
    return list(live.values_list("value", "reason", "proposed_text"))


def without_addresses(page):
    """Return a page without the parts that repeat its own URL."""
    return without_tokens(page).replace(page.wsgi_request.get_full_path(), "")


def kept():
    """Return the number of journal entries, and all answers."""
    return Event.objects.count(), list(Stance.objects.order_by("pk").values_list("pk", "value", "at"))


def addresses(text):
    """Return the URLs of clearance pages: readable ones and those that accept POST only."""
    pk = text.asked_one.pk
    read = [
        reverse("clearances"),
        page_of(text.asked_one),
        stance_page(text.asked_one, text.first),
        reverse("desk_clearance", args=[text.paper.slug]),
    ]
    return read, [reverse("clearance_agree", args=[pk]), reverse("clearance_silence", args=[pk])]


# --- Who ------------------------------------------------------------------------------------------------------------


def test_visitor_is_redirected_to_log_in(client, text):
    read, sent = addresses(text)
    for address in read + sent:
        answer = client.get(address)
        assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={address}")


def test_page_is_404_for_others(text):
    read, sent = addresses(text)
    pages = [(False, address) for address in read[1:]] + [(True, address) for address in sent]
    for person in (
        make_user(),
        make_user("official"),
        make_user("sysadmin"),
        make_member(text.one),  # a focal point speaks for a ministry, and does not clear for it
        make_officer(make_ministry("Ministry of Three")),
    ):
        client = sign_in(Client(), person)
        for is_sent, address in pages:
            ask = client.post if is_sent else client.get
            unknown = address.replace(f"/{text.asked_one.pk}/", "/999999/").replace(text.paper.slug, "nowhere")
            answer, nothing = ask(address), ask(unknown)
            assert (answer.status_code, nothing.status_code) == (404, 404)
            assert without_addresses(answer) == without_addresses(nothing)
    assert current_stances(text.asked_one) == [("", "", ""), ("", "", "")]


def test_list_is_shown_to_clearing_officers_and_secretariat(text, as_officer, as_secretariat):
    assert [row.ministry for row in as_officer.get(reverse("clearances")).context["clearances"]] == [text.one]
    assert [row.ministry for row in as_secretariat.get(reverse("clearances")).context["clearances"]] == [
        text.one,
        text.two,
    ]
    for person in (make_user(), make_user("official"), make_user("sysadmin"), make_member(text.one)):
        assert sign_in(Client(), person).get(reverse("clearances")).status_code == 404


def test_former_clearing_officer_sees_nothing(text, as_officer):
    assert as_officer.get(page_of(text.asked_one)).status_code == 200
    Membership.objects.filter(user=text.officer_one).update(valid_until=date(2017, 1, 1))
    assert as_officer.get(page_of(text.asked_one)).status_code == 404
    assert as_officer.get(stance_page(text.asked_one, text.first)).status_code == 404


def test_secretariat_reads_but_cannot_answer(text, as_secretariat):
    page = as_secretariat.get(page_of(text.asked_one))
    assert page.context["may_answer"] is False
    assert "Give an answer" not in words(page)
    assert as_secretariat.get(stance_page(text.asked_one, text.first)).status_code == 404
    assert as_secretariat.post(stance_page(text.asked_one, text.first), {"value": "agree"}).status_code == 404
    refused = as_secretariat.post(reverse("clearance_agree", args=[text.asked_one.pk]))
    assert refused.status_code == 409
    assert refused.context["reasons"] == ["Only a clearing officer of the ministry can do this: Give an answer."]
    assert current_stances(text.asked_one) == [("", "", ""), ("", "", "")]


# --- The ministry's page ------------------------------------------------------------------------------------------


def test_ministry_sees_exactly_its_paragraphs_in_order(text, as_officer):
    page = as_officer.get(page_of(text.asked_one))
    assert [(stance.number, stance.paragraph) for stance in page.context["stances"]] == [
        (2, text.first),
        (3, text.second),
    ]
    content = words(page)
    assert text.first.wording.text in content
    assert text.second.wording.text in content
    assert text.opening.wording.text not in content
    assert "Answer 2 paragraphs for your ministry" in content
    assert "Agree to the 2 open paragraphs" in content
    assert [need.text for need in page.context["needs"]] == ["2 paragraphs have no answer yet"]


def test_other_ministrys_paragraph_is_404(text):
    officer_two = sign_in(Client(), text.officer_two)
    assert officer_two.get(stance_page(text.asked_two, text.second)).status_code == 200
    assert officer_two.get(stance_page(text.asked_two, text.first)).status_code == 404
    assert officer_two.post(stance_page(text.asked_two, text.first), {"value": "agree"}).status_code == 404


def test_text_is_escaped(text, as_officer):
    take_stance(text.asked_one, text.first, "object", reason=HOSTILE, proposed_text=HOSTILE, by=text.officer_one)
    for address in (page_of(text.asked_one), stance_page(text.asked_one, text.first)):
        content = as_officer.get(address).content.decode()
        assert "<script>alert" not in content
        assert content.count("&lt;script&gt;alert(1)&lt;/script&gt; {{ 7|add:7 }} {% now %} &amp; co") == 2


def test_get_request_changes_nothing(text, as_officer, as_secretariat):
    before = kept()
    read, sent = addresses(text)
    for client in (as_officer, as_secretariat):
        for address in read:
            client.get(address)
            client.head(address)
        assert [client.get(address).status_code for address in sent] == [405, 405]
    assert kept() == before


def test_query_count_does_not_depend_on_paragraphs(text, as_officer, as_secretariat, django_assert_max_num_queries):
    section = text.second.section
    for turn in range(12):
        paragraph = make_paragraph(section, f"One more, {turn}.", is_secretariat_text=True)
        Stance.objects.create(clearance=text.asked_one, paragraph=paragraph, wording=paragraph.wording)
    limits = {
        reverse("clearances"): 10,
        page_of(text.asked_one): 13,
        stance_page(text.asked_one, text.first): 12,
    }
    for address, limit in limits.items():
        with django_assert_max_num_queries(limit):
            assert as_officer.get(address).status_code == 200
    with django_assert_max_num_queries(22):
        assert as_secretariat.get(reverse("desk_clearance", args=[text.paper.slug])).status_code == 200


# --- A stance -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["agree", "abstain", "recuse"])
def test_stance_takes_one_click(text, as_officer, value):
    answer = as_officer.post(stance_page(text.asked_one, text.first), {"value": value}, follow=True)
    assert answer.redirect_chain == [(page_of(text.asked_one), 302)]
    assert [str(message) for message in answer.context["messages"]] == ["Recorded: paragraph 2."]
    assert current_stances(text.asked_one) == [(value, "", ""), ("", "", "")]
    stance = text.asked_one.stances.get(paragraph=text.first)
    assert (stance.by, stance.wording) == (text.officer_one, text.first.wording)


def test_last_stance_completes_answer_of_ministry(text, as_officer):
    as_officer.post(stance_page(text.asked_one, text.first), {"value": "agree"})
    as_officer.post(
        stance_page(text.asked_one, text.second),
        {"value": "object", "reason": "Too far.", "proposed_text": "Kenya supports another."},
    )
    text.asked_one.refresh_from_db()
    assert text.asked_one.state == "answered"
    page = as_officer.get(page_of(text.asked_one))
    assert "Every paragraph has an answer" in words(page)
    assert "Too far." in words(page)
    assert page.context["needs"] == []
    form = as_officer.get(stance_page(text.asked_one, text.second)).context["form"]
    assert form.initial == {"value": "object", "reason": "Too far.", "proposed_text": "Kenya supports another."}


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"value": ["Choose an answer"]}),
        ({"value": "approve"}, {"value": ["Select a valid choice. approve is not one of the available choices."]}),
        ({"value": "silent"}, {"value": ["Select a valid choice. silent is not one of the available choices."]}),
        ({"value": "reservation"}, {"reason": ["Enter a reason: the drafters and the meeting need it"]}),
        ({"value": "agree_with_comment"}, {"reason": ["Enter a reason: the drafters and the meeting need it"]}),
        (
            {"value": "object", "reason": " \n", "proposed_text": "\t"},
            {
                "reason": ["Enter a reason: the drafters and the meeting need it"],
                "proposed_text": ["Enter wording that your ministry could clear"],
            },
        ),
        ({"value": "object", "reason": "No."}, {"proposed_text": ["Enter wording that your ministry could clear"]}),
    ],
)
def test_missing_values_are_reported_at_fields(text, as_officer, data, errors):
    before = kept()
    page = as_officer.post(stance_page(text.asked_one, text.first), data)
    assert page.status_code == 422
    assert page.context["form"].errors == errors
    content = page.content.decode()
    for field, (error,) in errors.items():
        assert f'id="id_{field}_error"' in content
        assert error in words(page)
    assert kept() == before


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("x" * 2_001, "2,000"),
        ("Before\x00after", "U+0000"),
        ("Before\x0bafter", "U+000B"),
        ("Before\ufffeafter", "U+FFFE"),
        ("y" * 2_000_000, "2,000"),
    ],
    ids=["long", "NUL", "control", "non-character", "2 MB"],
)
def test_invalid_text_is_refused_at_field_and_kept(text, as_officer, typed, why):
    data = {"value": "object", "reason": typed, "proposed_text": "Kenya supports " + HOSTILE}
    page = as_officer.post(stance_page(text.asked_one, text.first), data)
    assert page.status_code == 422
    (error,) = page.context["form"].errors["reason"]
    assert why in error
    assert page.context["form"]["proposed_text"].value() == data["proposed_text"]
    assert len(page.context["form"]["reason"].value()) == len(typed)
    assert current_stances(text.asked_one)[0] == ("", "", "")


def test_refusal_by_verb_is_shown_and_text_is_kept(text, as_officer):
    address = stance_page(text.asked_one, text.first)
    change(text.paper, state="cleared")
    page = as_officer.post(address, {"value": "object", "reason": "Late.", "proposed_text": "Other words."})
    assert page.status_code == 409
    assert page.context["reasons"] == ["This clearance is closed."]
    assert "This clearance is closed." in words(page)
    assert page.context["form"]["proposed_text"].value() == "Other words."
    assert refused_verbs() == ["take_stance"]
    assert current_stances(text.asked_one)[0] == ("", "", "")
    read = as_officer.get(page_of(text.asked_one))
    assert read.context["may_answer"] is False
    assert "Agree to the" not in words(read)


def test_outdated_stance_is_shown_beside_present_one(text, as_officer):
    address = stance_page(text.asked_one, text.first)
    seen = HIDDEN.search(as_officer.get(address).content.decode())[1]
    typed = {"value": "agree_with_comment", "reason": "Mine, in time.", "seen": seen}
    colleague = make_officer(text.one)
    workflow.take_stance(
        text.asked_one, text.first, by=colleague, value="object", reason="Two.", proposed_text="Two things."
    )
    page = as_officer.post(address, typed)
    assert page.status_code == 409
    for told in ("Someone changed this since you opened it.", colleague.name, "Two things.", "Mine, in time."):
        assert told in words(page)
    assert current_stances(text.asked_one)[0] == ("object", "Two.", "Two things.")
    again = HIDDEN.search(page.content.decode())[1]
    assert as_officer.post(address, {**typed, "reason": "", "seen": seen}).context["seen"] == seen  # still overtaken
    assert as_officer.post(address, {**typed, "seen": again}).status_code == 302
    assert current_stances(text.asked_one)[0] == ("agree_with_comment", "Mine, in time.", "")


def test_agreement_to_text_changed_since_display_is_refused(text, as_officer):
    shown = HIDDEN.search(as_officer.get(page_of(text.asked_one)).content.decode())[1]
    address = stance_page(text.asked_one, text.first)
    seen = HIDDEN.search(as_officer.get(address).content.decode())[1]
    text.paper = workflow.reopen_text(text.paper, by=text.secretariat, reason="Once more.")
    workflow.reword(text.first, by=text.secretariat, text="Kenya calls for three things.", why="More.")
    workflow.fix_clearance_text(text.paper, by=text.secretariat)
    workflow.request_clearance(text.paper, by=text.secretariat, due_at=DUE)
    agree = reverse("clearance_agree", args=[text.asked_one.pk])
    for stale in (shown, "", "1,x," + "9" * 5_000):
        assert as_officer.post(agree, {"seen": stale}).status_code == 409
    page = as_officer.post(address, {"value": "agree", "seen": seen})
    assert (page.status_code, page.context["moved"]) == (409, True)
    assert "Kenya calls for three things." in words(page)
    assert current_stances(text.asked_one) == [("", "", ""), ("", "", "")]
    shown = HIDDEN.search(as_officer.get(page_of(text.asked_one)).content.decode())[1]
    assert as_officer.post(agree, {"seen": shown}).status_code == 302


# --- The rest, and silence ------------------------------------------------------------------------------------------


def test_remaining_paragraphs_are_agreed_at_once(text, as_officer):
    as_officer.post(stance_page(text.asked_one, text.first), {"value": "abstain"})
    page = as_officer.get(page_of(text.asked_one))
    assert "Your ministry has answered one paragraph." in words(page)
    answer = as_officer.post(reverse("clearance_agree", args=[text.asked_one.pk]), follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Agreed to 1 paragraph."]
    assert current_stances(text.asked_one) == [("abstain", "", ""), ("agree", "", "")]
    text.asked_one.refresh_from_db()
    assert text.asked_one.state == "answered"
    again = as_officer.post(reverse("clearance_agree", args=[text.asked_one.pk]), follow=True)
    assert [str(message) for message in again.context["messages"]] == ["The answer is complete."]
    assert current_stances(text.asked_two) == [("", "", "")]


def test_secretariat_records_silence_after_deadline(text, as_officer, as_secretariat):
    address = reverse("clearance_silence", args=[text.asked_one.pk])
    early = as_secretariat.post(address)
    assert early.status_code == 409
    (reason,) = early.context["reasons"]
    assert reason.startswith("The answer is not due before ")
    assert as_officer.post(address).status_code == 404
    change(text.asked_one, due_at=now() - timedelta(minutes=1))
    assert [each.move.verb for each in as_secretariat.get(page_of(text.asked_one)).context["moves"]] == [
        "record_silence"
    ]
    assert as_officer.get(page_of(text.asked_one)).context["moves"] == []
    answer = as_secretariat.post(address, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Ministry of One is recorded as silent."]
    assert current_stances(text.asked_one) == [("silent", "", ""), ("silent", "", "")]
    read = as_officer.get(page_of(text.asked_one))
    assert read.context["may_answer"] is False


def test_overdue_ministry_is_recorded_as_silent_from_the_table(text, as_secretariat):
    table = reverse("desk_clearance", args=[text.paper.slug])
    assert "was due" not in words(as_secretariat.get(table))
    change(text.asked_two, due_at=now() - timedelta(minutes=5))
    page = words(as_secretariat.get(table))
    assert ("Record silence : Ministry of Two" in page, "silence : Ministry of One" in page) == (True, False)
    assert page.count("was due") == 1
    answer = as_secretariat.post(reverse("clearance_silence", args=[text.asked_two.pk]))
    assert answer.url == table
    assert "Record silence" not in words(as_secretariat.get(table))
