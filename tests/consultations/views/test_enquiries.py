"""The public form for questions, and the list of enquiries at the desk."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from consultations import workflow
from consultations.models import Enquiry, OutgoingMail
from ncm_portal.workflow import now
from tests.factories import (
    make_consultation,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.office_factories import make_enquiry
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat(name="Hassan Guyo")
    sign_in(client, officer)
    return officer


@pytest.fixture
def review():
    return make_consultation(slug="review-2026")


def question(**fields):
    return {
        "key": str(uuid.uuid4()), "subject": "Venue", "text": "Where is the forum held?", "name": "Amina Yusuf",
        "email": "amina@example.org", "phone": "", "organisation": "", **fields,
    }  # fmt: skip


def address(enquiry, verb):
    return reverse("desk_enquiry_move", args=[enquiry.key, verb])


# --- The public form --------------------------------------------------------------------------------------------------


def test_visitor_asks_and_sees_number_and_due_hour(client, review):
    page = client.get(reverse("contact"))
    assert "within 5 working days" in words(page)
    sent = client.post(reverse("contact"), question(about="review-2026"), follow=True)
    made = Enquiry.objects.get()
    assert (made.consultation, made.channel, made.language) == (review, "form", "en")
    assert made.reference in words(sent)
    assert "17:00 EAT" in words(sent)
    for typed in ("Amina", "amina@example.org", "Where is"):
        assert typed not in words(sent)
    assert "noindex" in sent["X-Robots-Tag"]
    assert OutgoingMail.objects.get().to == "amina@example.org"


def test_form_is_filled_in_with_who_is_signed_in(client):
    person = make_member(make_stakeholder("Herders (sample)"))
    page = sign_in(client, person).get(reverse("contact")).content.decode()
    for known in (person.name, person.email, "Herders (sample)"):
        assert f'value="{known}"' in page


def test_same_form_sent_twice_is_one_enquiry(client):
    form = question()
    pages = [client.post(reverse("contact"), form) for _turn in range(2)]
    assert {page["Location"] for page in pages} == {reverse("contact_sent", args=[Enquiry.objects.get().key])}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"email": ""}, "Enter an e-mail address or a phone number"),
        ({"email": "amina at example"}, "in the correct format"),
        ({"phone": "12"}, "Enter a phone number, like"),
        ({"text": "x" * 10_000}, "10,000 characters long"),
        ({"text": " \n "}, "Enter the question."),
        ({"text": "a\x00b"}, "cannot be shown"),
        ({"subject": "y" * 151}, "151 characters long"),
        ({"about": "nowhere"}, "Select a valid choice"),
    ],
)
def test_wrong_form_says_why_and_keeps_what_was_typed(client, review, fields, problem):
    page = client.post(reverse("contact"), question(**fields))
    assert page.status_code == 422
    assert problem in words(page)
    assert 'value="Amina Yusuf"' in page.content.decode()
    assert not Enquiry.objects.exists()


def test_direction_controls_are_removed_from_lines(client):
    client.post(reverse("contact"), question(subject="Venue \u202egnp.exe", name="Amina\u2066 Yusuf"))
    made = Enquiry.objects.get()
    assert (made.subject, made.name) == ("Venue gnp.exe", "Amina Yusuf")


def test_markup_in_a_question_stays_text(client, officer):
    made = make_enquiry(subject="<b>x</b>", text="<script>alert(1)</script>")
    page = client.get(reverse("desk_enquiry", args=[made.key]), follow=True).content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_sending_is_limited_and_reading_is_not(client, settings):
    settings.LIMITS = {**settings.LIMITS, "contact": (2, 600)}
    assert [client.post(reverse("contact"), question()).status_code for _turn in range(3)] == [302, 302, 429]
    assert Enquiry.objects.count() == 2
    assert client.get(reverse("contact")).status_code == 200


def test_draft_consultation_is_not_offered(client):
    make_consultation(slug="secret", title="Not announced yet", state="draft")
    assert "Not announced yet" not in words(client.get(reverse("contact")))
    client.post(reverse("contact"), question(about="secret"))
    assert not Enquiry.objects.filter(consultation__slug="secret").exists()


def test_receipt_of_an_entered_or_unknown_enquiry_is_not_public(client):
    entered = make_enquiry(channel="phone", entered_by=make_secretariat())
    for key in (entered.key, uuid.uuid4()):
        assert client.get(reverse("contact_sent", args=[key])).status_code == 404


# --- Who reads --------------------------------------------------------------------------------------------------------


def outsiders():
    body = make_stakeholder()
    return [None, make_user(), make_member(body), make_user("official"), make_user("sysadmin")]


def test_nobody_else_sees_enquiries(client, review):
    made = make_enquiry(review)
    other = make_consultation(slug="other")
    pages = [
        reverse("desk_enquiries", args=["review-2026"]), reverse("desk_general_enquiries"),
        reverse("desk_enquiry", args=[made.key]), reverse("desk_enquiry_new", args=["review-2026"]),
        reverse("desk_general_enquiry_new"),
    ]  # fmt: skip
    for person in outsiders():
        client.logout()
        if person:
            sign_in(client, person)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == (404 if person else 302)
            assert "Venue" not in words(answer)
        answer = client.post(address(made, "answer_enquiry"), {"text": "Hacked."})
        assert answer.status_code == (404 if person else 302)
        answer = client.post(address(made, "move_enquiry"), {"to": "other"})
        assert answer.status_code == (404 if person else 302)
    made.refresh_from_db()
    assert (made.state, made.answer, made.consultation) == ("received", "", review)
    assert other.enquiries.count() == 0


def test_records_are_visible_to_the_secretariat_only():
    made = make_enquiry()
    for person in [*filter(None, outsiders()), AnonymousUser(), make_secretariat(is_active=False)]:
        assert not Enquiry.objects.visible_to(person).exists()
    for person in (make_secretariat(), make_head()):
        assert Enquiry.objects.visible_to(person).get() == made


def test_list_shows_only_enquiries_of_its_place(client, officer, review):
    other = make_consultation(slug="other")
    make_enquiry(review, subject="About the review")
    make_enquiry(other, subject="About the other")
    general = make_enquiry(subject="About nothing")
    page = words(client.get(reverse("desk_enquiries", args=["review-2026"])))
    assert "About the review" in page
    assert "About the other" not in page
    assert "About nothing" not in page
    assert "1 more about no consultation" in page
    foreign = client.get(reverse("desk_enquiries", args=["review-2026"]), {"open": general.reference})
    assert "About nothing" not in words(foreign)
    page = words(client.get(reverse("desk_general_enquiries")))
    assert "About nothing" in page
    assert "About the" not in page


# --- The list ---------------------------------------------------------------------------------------------------------


def test_tabs_count_and_show(client, officer, review):
    make_enquiry(review, subject="Mine", assigned_to=officer)
    late = {"received_at": now() - timedelta(days=9), "due_at": now() - timedelta(hours=1)}
    make_enquiry(review, subject="Late one", **late)
    make_enquiry(review, subject="Answered one", state="answered")
    make_enquiry(review, subject="Closed one", state="closed")
    here = reverse("desk_enquiries", args=["review-2026"])
    shown = {
        "open": {"Mine", "Late one"}, "mine": {"Mine"}, "overdue": {"Late one"}, "answered": {"Answered one"},
        "closed": {"Closed one"},
    }  # fmt: skip
    for tab, subjects in shown.items():
        page = client.get(here, {"saved": tab})
        assert {row.subject for row in page.context["enquiries"]} == subjects
        assert next(each["number"] for each in page.context["tabs"] if each["here"]) == len(subjects)
    assert [row.subject for row in client.get(here).context["enquiries"]] == ["Late one", "Mine"]


def test_search_finds_number_and_words_on_all_tabs(client, officer, review):
    made = make_enquiry(review, subject="Visa", state="closed", text="May herders cross?")
    make_enquiry(review, subject="Other")
    here = reverse("desk_enquiries", args=["review-2026"])
    for looked_for in (made.reference, made.reference.lower(), str(made.pk), "herders visa", "amina@example.org visa"):
        assert [row.pk for row in client.get(here, {"words": looked_for}).context["enquiries"]] == [made.pk]
    for odd in ("x" * 10_000, "\x01", "ENQ-99999999", "%_"):
        assert client.get(here, {"words": odd}).status_code == 200


def test_long_list_goes_on(client, officer, review):
    for turn in range(52):
        make_enquiry(review, subject=f"Question {turn}", due_at=now() + timedelta(hours=turn + 1))
    page = client.get(reverse("desk_enquiries", args=["review-2026"]))
    rest = client.get(page.context["pagination"].next)
    assert [row.subject for row in rest.context["enquiries"]] == ["Question 50", "Question 51"]


# --- Acts -------------------------------------------------------------------------------------------------------------


def test_taken_answered_closed_and_opened_again_in_the_pane(client, officer, review):
    made = make_enquiry(review)
    page = client.post(address(made, "take"), {"list": "saved=open"}, follow=True)
    assert "Hassan Guyo gave it to Hassan Guyo" in words(page)
    page = client.post(address(made, "answer_enquiry"), {"text": "In Nairobi.", "list": "saved=open"}, follow=True)
    assert "Answer by Hassan Guyo" in words(page)
    client.post(address(made, "close_enquiry"))
    page = client.post(address(made, "reopen_enquiry"), {"reason": "Asked again."}, follow=True)
    assert "Hassan Guyo opened it again" in words(page)
    made.refresh_from_db()
    assert (made.state, made.assigned_to) == ("received", officer)


def test_assigned_to_a_colleague_and_dismissed(client, officer):
    made, colleague = make_enquiry(), make_head(name="Ruth Langat")
    client.post(address(made, "assign"), {"to": colleague.pk})
    made.refresh_from_db()
    assert made.assigned_to == colleague
    assert client.post(address(made, "assign"), {"to": make_user().pk}).status_code == 409
    made.refresh_from_db()
    assert made.assigned_to == colleague
    assert client.post(address(made, "dismiss_enquiry"), {"reason": "x"}).status_code == 422
    client.post(address(made, "dismiss_enquiry"), {"because": "not_for_us"})
    made.refresh_from_db()
    assert (made.state, made.unanswered_because) == ("closed", "not_for_us")


def test_answer_of_the_slower_officer_is_refused_and_kept(client, officer):
    made = make_enquiry()
    workflow.answer_enquiry(made, by=make_head(name="Ruth Langat"), text="First.")
    page = client.post(address(made, "answer_enquiry"), {"text": "My own words."})
    assert page.status_code == 409
    assert "Ruth Langat answered it on" in words(page)
    assert "My own words." in words(page)
    made.refresh_from_db()
    assert made.answer == "First."


def test_too_long_answer_is_kept(client, officer):
    made = make_enquiry()
    page = client.post(address(made, "answer_enquiry"), {"text": "z" * 6_000})
    assert page.status_code == 422
    assert "6,000 characters long" in words(page)
    assert "z" * 6_000 in page.content.decode()


def test_moved_in_the_pane_and_back_by_the_link_of_the_confirmation(client, officer, review):
    other = make_consultation(slug="other", short_title="Other")
    made = make_enquiry(review, subject="About the other")
    here, there = (reverse("desk_enquiries", args=[each.slug]) for each in (review, other))
    page = client.post(address(made, "move_enquiry"), {"to": "other", "list": "saved=open"}, follow=True)
    assert page.redirect_chain[-1][0] == f"{here}?saved=open"
    assert f"{made.reference} is now under Other." in words(page)
    assert not page.context["enquiries"]
    assert [row.pk for row in client.get(there).context["enquiries"]] == [made.pk]
    back = f"{address(made, 'move_enquiry')}?to=review-2026"
    assert f'<a href="{back}">Undo</a>' in page.content.decode()
    page = client.get(back)
    assert page.context["moving"]["to"].value() == "review-2026"
    assert 'id="move_enquiry" open' in " ".join(page.content.decode().split())
    made.refresh_from_db()
    assert made.consultation == other
    client.post(address(made, "move_enquiry"), {"to": "review-2026"})
    assert [row.pk for row in client.get(here).context["enquiries"]] == [made.pk]
    page = client.post(address(made, "move_enquiry"), {"to": "-"}, follow=True)
    assert f"{made.reference} is now under General enquiries." in words(page)
    made.refresh_from_db()
    assert made.consultation is None


@pytest.mark.parametrize("typed", [{}, {"to": ""}, {"to": "nowhere"}, {"to": "x" * 10_000}, {"to": "\x00"}])
def test_move_to_no_choice_is_refused_and_moves_nothing(client, officer, review, typed):
    made = make_enquiry(review)
    page = client.post(address(made, "move_enquiry"), typed)
    assert page.status_code == 422
    assert "Choose a consultation from the list." in words(page)
    made.refresh_from_db()
    assert made.consultation == review


def test_move_to_where_it_is_says_so_beside_the_form(client, officer, review):
    made = make_enquiry(review)
    page = client.post(address(made, "move_enquiry"), {"to": "review-2026"})
    assert page.status_code == 409
    assert f"It is under {review.short_title} already." in words(page)


def test_refused_assignment_leaves_the_place_as_it_is(client, officer, review):
    page = client.post(address(make_enquiry(review), "assign"), {"to": "999999"})
    assert page.status_code == 409
    assert page.context["moving"]["to"].value() == "review-2026"


def test_move_says_who_is_no_longer_assigned(client, officer, review):
    made = make_enquiry(assigned_to=make_secretariat(name="Ruth Langat", is_active=False))
    page = client.post(address(made, "move_enquiry"), {"to": "review-2026"}, follow=True)
    assert "Ruth Langat no longer works at the secretariat, so it is assigned to nobody." in words(page)


def test_closed_enquiry_offers_no_move_and_closing_says_that_nobody_is_written_to(client, officer):
    waiting, closed = (
        client.get(reverse("desk_enquiry", args=[make_enquiry(state=state).key])) for state in ("received", "closed")
    )
    assert [each.context["can_move"] for each in (waiting, closed)] == [True, False]
    act = waiting.content.decode().partition('id="dismiss_enquiry"')[2].partition("</details>")[0]
    assert "Nobody is written to." in act
    assert 'id="move_enquiry"' not in closed.content.decode()


def test_unknown_act_and_opened_address(client, officer):
    made = make_enquiry()
    assert client.post(address(made, "burn")).status_code == 404
    assert client.get(address(made, "take"), follow=True).status_code == 200
    made.refresh_from_db()
    assert made.assigned_to is None


def test_fragment_is_sent_to_the_script(client, officer, review):
    make_enquiry(review)
    page = client.get(reverse("desk_enquiries", args=["review-2026"]), headers={"X-Fragment": "pane"})
    assert page.content.decode().strip().startswith("<article")
    assert "X-Fragment" in page["Vary"]


def test_officer_enters_a_question(client, officer, review):
    page = client.get(reverse("desk_enquiry_new", args=["review-2026"]))
    assert page.status_code == 200
    facts = question(channel="phone", received_on=str(now().date()), language="sw", email="", phone="0712 345 678")
    sent = client.post(reverse("desk_enquiry_new", args=["review-2026"]), facts | {"about": "review-2026"}, follow=True)
    made = Enquiry.objects.get()
    assert (made.phone, made.entered_by, made.consultation, made.language) == ("+254712345678", officer, review, "sw")
    assert f"The question is entered as {made.reference}." in words(sent)
    client.post(reverse("desk_general_enquiry_new"), facts | {"key": str(uuid.uuid4())})
    assert Enquiry.objects.filter(consultation=None).count() == 1


def test_wrong_entry_keeps_what_was_typed(client, officer, review):
    facts = question(channel="email", received_on="2036-01-01", language="en")
    page = client.post(reverse("desk_enquiry_new", args=["review-2026"]), facts)
    assert page.status_code == 409
    assert "today or within the last year" in words(page)
    assert "Where is the forum held?" in words(page)
