"""Writing an input without an account: the words are kept, found again by their writer only, and handed over."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from consultations.models import GuestDraft, Stakeholder, Submission, ThemeQuestion
from consultations.views.guest_drafts import COOKIE
from ncm_portal.workflow import now
from tests.factories import bring, make_consultation, make_member, make_secretariat, make_stakeholder, make_theme
from tests.factories import make_user as make_person
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
WRITE, SEND, FORGET = (reverse(name, args=["review"]) for name in ("write", "write_send", "write_forget"))


@pytest.fixture
def review():
    made = make_consultation(slug="review", themes=("T1", "T2"))
    for order, text in enumerate(("What did it cost?", "Who was paid?"), 1):
        ThemeQuestion.objects.create(consultation=made, theme=make_theme("T1"), order=order, text=text)
    return made


def entered(**fields):
    return {
        "theme": "T1", "question_0": "What did it cost?", "answer_0": "A year of pay.", "question_1": "Who was paid?",
        "answer_1": "", "body": "Cap the fees.", "title": "Lower fees", "language": "en", "do": "save", **fields,
    }  # fmt: skip


def test_visitor_chooses_a_theme_and_sees_its_questions(client, review):
    assert 'href="?theme=T2"' in client.get(WRITE).text
    page = words(client.get(WRITE, {"theme": "T1"}))
    assert "What did it cost?" in page
    assert "You need an account only at the end" in page
    assert "In your own words" in words(client.get(WRITE, {"theme": "T2"}))
    assert not GuestDraft.objects.exists()


def test_saved_words_are_there_again_for_their_writer_only(client, review):
    saved = client.post(WRITE, entered(), follow=True)
    assert "Saved on this portal for 14 days." in words(saved)
    draft = GuestDraft.objects.get()
    assert draft.answers == [["What did it cost?", "A year of pay."]]
    page = client.get(WRITE)
    for text in ("A year of pay.", "Cap the fees.", "Lower fees"):
        assert text in page.text
    assert "no-store" in page["Cache-Control"]
    stranger = Client()
    assert "A year of pay." not in stranger.get(WRITE, {"theme": "T1"}).text
    stranger.cookies[COOKIE] = str(draft.key)  # not signed
    assert "A year of pay." not in stranger.get(WRITE, {"theme": "T1"}).text
    other = make_consultation(slug="other", themes=("T1",))
    client.cookies[COOKIE]["path"] = "/"
    assert "A year of pay." not in client.get(reverse("write", args=[other.slug]), {"theme": "T1"}).text
    client.post(WRITE, entered(answer_1="The agent."))
    assert GuestDraft.objects.get().answers[1] == ["Who was paid?", "The agent."]


def test_secretariat_reads_no_draft(client, review):
    client.post(WRITE, entered())
    officer = sign_in(Client(), make_secretariat())
    for name in ("desk_inputs", "desk_consultation", "late_inputs"):
        assert "A year of pay." not in officer.get(reverse(name, args=["review"])).text
    assert "A year of pay." not in officer.get(WRITE, {"theme": "T1"}, follow=True).text


def test_cookie_is_for_these_pages_and_ends_with_the_browser_on_a_shared_device(client, review):
    cookie = client.post(WRITE, entered()).cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (WRITE, True, "Lax")
    assert cookie["max-age"] == 14 * 86_400
    assert client.post(WRITE, entered(is_shared="on")).cookies[COOKIE]["max-age"] == ""


def test_draft_is_gone_after_two_weeks(client, review):
    client.post(WRITE, entered())
    review.closes_at = now() + timedelta(days=60)
    review.save()
    with time_machine.travel(now() + timedelta(days=14, minutes=1), tick=False):
        assert "A year of pay." not in client.get(WRITE, {"theme": "T1"}).text


def test_words_are_erased_on_request(client, review):
    client.post(WRITE, entered())
    gone = client.post(FORGET)
    assert (gone["Location"], gone.cookies[COOKIE].value) == (reverse("consultation", args=["review"]), "")
    assert not GuestDraft.objects.exists()
    assert client.get(FORGET).status_code == 405


def test_answer_stays_when_its_question_was_removed(client, review):
    client.post(WRITE, entered())
    review.theme_questions.all().delete()
    page = client.get(WRITE)
    assert "What did it cost?" in words(page)
    assert "A year of pay." in page.text
    client.post(WRITE, entered(answer_0="Two years of pay."))
    assert GuestDraft.objects.get().answers == [["What did it cost?", "Two years of pay."]]


def test_answer_to_a_question_in_kiswahili_is_shown_in_english_too(client, review):
    review.theme_questions.filter(order=1).update(text_sw="Iligharimu nini?")
    client.post(WRITE, entered(question_0="Iligharimu nini?"))
    page = words(client.get(WRITE))
    assert ("What did it cost?" in page, "Iligharimu nini?" in page) == (True, False)


def test_theme_withdrawn_meanwhile_keeps_the_words_and_asks_for_another(client, review):
    client.post(WRITE, entered())
    review.themes.remove(make_theme("T1"))
    page = words(client.get(WRITE))
    assert "“Theme 1” is no longer a theme of this consultation. What you wrote is kept" in page
    assert "A year of pay." in client.get(WRITE, {"theme": "T2"}).text
    client.post(WRITE, entered(theme="T2"))
    assert GuestDraft.objects.get().theme.code == "T2"
    assert client.post(WRITE, entered(theme="T9")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"body": "x" * 2_000_000}, "2,000,000 characters long"),
        ({"answer_0": "x" * 15_000, "body": "y" * 15_000}, "It must be 20,000 characters or fewer"),
        ({"body": "a\x00b"}, "cannot be shown"),
        ({"do": "send", "title": " "}, "Enter your main point"),
        ({"do": "send", "answer_0": " ", "body": ""}, "Answer a question, or write in your own words."),
    ],
    ids=["huge", "long together", "unreadable", "no title", "no words"],
)
def test_what_is_wrong_is_explained_and_nothing_is_lost(client, review, fields, problem):
    page = client.post(WRITE, entered(**fields))
    assert page.status_code == 422
    assert problem in words(page)
    assert "autofocus" in page.text
    assert "Lower fees" in page.text or "title" in fields
    assert not GuestDraft.objects.exists()


def test_many_drafts_of_one_address_are_refused(client, review, settings):
    settings.LIMITS = {**settings.LIMITS, "begin": (3, 3_600)}
    answers = [Client(REMOTE_ADDR="192.0.2.7").post(WRITE, entered()).status_code for _turn in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert GuestDraft.objects.count() == 3
    writer = Client(REMOTE_ADDR="192.0.2.8")
    assert [writer.post(WRITE, entered()).status_code for _turn in range(5)] == [302] * 5  # one draft, saved again
    assert Client(REMOTE_ADDR="192.0.2.9").post(WRITE, entered()).status_code == 302


# --- Saying for whom --------------------------------------------------------------------------------------------------


def test_visitor_is_asked_who_it_is_at_the_end_only(client, review):
    assert client.get(SEND)["Location"] == WRITE
    sent = client.post(WRITE, entered(do="send"), follow=True)
    assert sent.request["PATH_INFO"] == SEND
    assert "Say who you are" in words(sent)
    for name in ("account_signup", "account_login"):
        assert f'{reverse(name)}?next={SEND}"' in sent.text
    assert "A year of pay." in sent.text


def test_member_chooses_an_organisation_which_gets_the_draft(client, review):
    client.post(WRITE, entered(do="send"))
    first, second = make_stakeholder("Crews"), make_stakeholder("Herders")
    author = make_member(first)
    make_member(second, user=author)
    sign_in(client, author)
    assert client.get(WRITE)["Location"] == SEND
    assert client.post(SEND, {"organisation": make_stakeholder("Others").pk}).status_code == 422
    taken = client.post(SEND, {"organisation": second.pk})
    made = Submission.objects.get()
    assert taken["Location"] == reverse("draft_preview", args=[made.key])
    assert taken.cookies[COOKIE].value == ""
    assert (made.stakeholder, made.state, made.theme.code) == (second, "draft", "T1")
    assert "A year of pay." in client.get(taken["Location"]).text
    assert not GuestDraft.objects.exists()


def test_person_registers_an_organisation_which_gets_the_draft(client, review):
    client.post(WRITE, entered(do="send"))
    sign_in(client, make_person())
    assert "Register your organisation." in words(client.get(SEND))
    assert client.post(SEND, {"name": ""}).status_code == 422
    facts = {"name": "Herders of Moyale", "group": "civil_society", "contact_email": "office@herders.example"}
    client.post(SEND, facts)
    made = Submission.objects.get()
    assert made.stakeholder == Stakeholder.objects.get(name="Herders of Moyale")
    assert (made.stakeholder.state, made.state) == ("registered", "draft")
    assert "A year of pay." not in Client().get(reverse("inputs")).text


def test_officer_cannot_take_it_to_an_organisation(client, review):
    client.post(WRITE, entered(do="send"))
    sign_in(client, make_secretariat())
    facts = {"name": "Herders of Moyale", "group": "civil_society", "contact_email": "office@herders.example"}
    page = client.post(SEND, facts)
    assert page.status_code == 409
    assert "cannot act for an organisation" in words(page)
    assert not Stakeholder.objects.filter(name="Herders of Moyale").exists()
    assert GuestDraft.objects.exists()


def test_who_is_signed_in_writes_on_the_form_of_organisations(client, review):
    sign_in(client, make_member(make_stakeholder()))
    assert client.get(WRITE, {"theme": "T1"})["Location"] == f"{reverse('submit')}?consultation=review"


def test_closed_consultation_begins_no_draft_but_keeps_one(client, review):
    client.post(WRITE, entered())
    bring(review, "closed")
    assert "A year of pay." in client.get(WRITE).text
    stranger = Client()
    assert stranger.get(WRITE)["Location"] == reverse("consultation", args=["review"])
    page = stranger.post(WRITE, entered())
    assert (page.status_code, "Inputs are closed." in words(page)) == (409, True)
    assert client.get(reverse("write", args=["nowhere"])).status_code == 404
