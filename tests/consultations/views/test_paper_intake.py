"""Paper inputs: typed by one officer, stored with the scan, checked by another, then put on file."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations import workflow
from consultations.models import Event, Submission
from ncm_portal.workflow import Blocked, NotAllowed, now
from tests.factories import (
    make_attachment,
    make_consultation,
    make_head,
    make_secretariat,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def typist():
    return make_secretariat(name="Typist")


@pytest.fixture
def checker():
    return make_secretariat(name="Checker")


@pytest.fixture
def letter(typist):
    """Letter as typed; without its scan."""
    return make_submission(
        state="submitted", channel="letter", received_on=timezone.localdate(), entered_by=typist, author=typist
    )


def entry_of(slug: str = "round-9") -> str:
    return reverse("intake_new", args=[slug])


def typed(**changed):
    consultation = make_consultation(slug="round-9")
    return {
        "key": str(uuid.uuid4()), "consultation": consultation.slug, "organisation": make_stakeholder("Umoja").pk,
        "channel": "letter", "received_on": timezone.localdate().isoformat(), "theme": "T1", "title": "Pay on time",
        "body": "Wages are paid [[by one employer]] late.", "language": "sw", "audience": "members", **changed,
    }  # fmt: skip


def test_letter_is_entered_once_and_awaits_check(typist):
    client, given = sign_in(Client(), typist), typed()
    for _turn in range(2):
        answer = client.post(entry_of(), given)
        assert answer.headers["Location"] == reverse("intake_check", args=[given["key"]])
    kept = Submission.objects.get()
    assert (kept.stakeholder.name, kept.state, kept.channel, kept.entered_by) == (
        "Umoja",
        "submitted",
        "letter",
        typist,
    )
    assert (kept.language, kept.audience, kept.body) == ("sw", "members", given["body"])
    page = words(client.get(reverse("intake", args=["round-9"])))
    assert "Pay on time" in page
    page = words(client.get(reverse("intake_check", args=[kept.key])))
    assert "You typed it, so a colleague must check it against the original." in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"theme": "T5"}, "theme"),
        ({"body": "It is [[open"}, "body"),
        ({"channel": "web"}, "channel"),
        ({"organisation": ""}, "organisation"),
    ],
)
def test_errors_are_shown_at_fields_and_text_kept(typist, changed, field):
    make_theme("T5")
    page = sign_in(Client(), typist).post(entry_of(), typed(**changed))
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert "Pay on time" in page.content.decode()
    assert not Submission.objects.exists()


def test_late_letter_is_refused_with_reason(typist):
    given = typed()
    late = make_consultation(slug="over", state="archived")
    page = sign_in(Client(), typist).post(entry_of(late.slug), {**given, "consultation": late.slug})
    assert page.status_code == 422
    assert not Submission.objects.exists()


def test_only_head_accepts_late_letter_and_reason_is_public(typist, checker):
    over = make_consultation(state="closed", opens_at=now() - timedelta(days=40), closes_at=now() - timedelta(days=5))
    given = typed(consultation=over.slug, late_reason="The post was on strike.", audience="public")
    page = sign_in(Client(), typist).post(entry_of(over.slug), given)
    deadline = timezone.localdate(over.closes_at)
    assert page.context["reasons"] == [f"It was not received by {deadline:%-d %B %Y}"]
    assert "late_reason" not in page.context["form"].fields
    head = make_head()
    client = sign_in(Client(), head)
    assert client.post(entry_of(over.slug), {**given, "late_reason": " "}).status_code == 422
    assert not Submission.objects.exists()
    assert client.post(entry_of(over.slug), given).status_code == 302
    kept = Submission.objects.get()
    assert (kept.state, kept.late_by, kept.late_reason) == ("submitted", head, "The post was on strike.")
    assert Event.objects.about(kept).get(verb="take_in").reason == "The post was on strike."
    assert kept.reference in words(client.get(reverse("late_inputs", args=[over.slug])))
    make_attachment(kept, kind="original")
    workflow.check_against_original(kept, by=checker)
    workflow.accept(kept, by=checker)
    assert "The post was on strike." in words(Client().get(reverse("input", args=[kept.reference])))


def test_late_reason_requires_head_and_a_late_letter(typist):
    said = {"channel": "letter", "theme": make_theme("T1"), "title": "Pay", "body": "On time.", "late_reason": "Why."}
    over = make_consultation(state="closed", opens_at=now() - timedelta(days=40), closes_at=now() - timedelta(days=5))
    with pytest.raises(NotAllowed):
        workflow.take_in(
            over, make_stakeholder(), by=typist, key=uuid.uuid4(), received_on=timezone.localdate(), **said
        )
    assert not Submission.objects.exists()
    on_the_day = timezone.localdate(over.closes_at)
    kept, _new = workflow.take_in(over, make_stakeholder(), by=typist, key=uuid.uuid4(), received_on=on_the_day, **said)
    assert (kept.late_at, kept.late_reason) == (None, "")


def test_letter_is_accepted_after_check_by_second_person(letter, typist, checker):
    with pytest.raises(Blocked) as refusal:
        workflow.accept(letter, by=checker)
    assert refusal.value.reasons == ["It has not been checked against the original yet"]
    with pytest.raises(Blocked) as refusal:
        workflow.check_against_original(letter, by=checker)
    assert refusal.value.reasons == ["The original is not kept with it yet: add the scan or the mail"]
    make_attachment(letter, kind="original")
    with pytest.raises(NotAllowed):
        workflow.check_against_original(letter, by=typist)
    client = sign_in(Client(), checker)
    answer = client.post(reverse("intake_move", args=[letter.key, "check_against_original"]))
    assert answer.headers["Location"] == reverse("desk_input", args=[letter.key])
    letter.refresh_from_db()
    assert (letter.checked_by, letter.state) == (checker, "submitted")
    assert workflow.accept(letter, by=typist).state == "accepted"
    verbs = list(Event.objects.about(letter).values_list("verb", flat=True))
    assert verbs[-2:] == ["check_against_original", "accept"]


def test_person_who_corrects_letter_cannot_check_it(letter, typist, checker):
    make_attachment(letter, kind="original")
    client = sign_in(Client(), checker)
    page = client.get(reverse("intake_correct", args=[letter.key]))
    given = {name: page.context["form"][name].value() for name in ("title", "body", "language", "audience", "theme")}
    client.post(reverse("intake_correct", args=[letter.key]), {**given, "title": "Pay in time"})
    before = letter.content_sha256
    letter.refresh_from_db()
    assert (letter.title, letter.entered_by) == ("Pay in time", checker)
    assert letter.content_sha256 == letter.computed_sha256() != before
    with pytest.raises(NotAllowed):
        workflow.check_against_original(letter, by=checker)
    workflow.check_against_original(letter, by=typist)
    answer = client.post(reverse("intake_correct", args=[letter.key]), given)
    assert answer.status_code == 409


def test_online_input_needs_no_check(checker):
    assert workflow.accept(make_submission(state="submitted"), by=checker).state == "accepted"


def test_only_the_secretariat_sees_the_register(letter):
    for person in (make_user(), make_user("official"), make_user("sysadmin")):
        client = sign_in(Client(), person)
        slug = letter.consultation.slug
        pages = [reverse("intake", args=[slug]), entry_of(slug)]
        pages += [reverse(name, args=[letter.key]) for name in ("intake_check", "intake_correct")]
        assert [client.get(page).status_code for page in pages] == [404] * 4


def test_online_input_is_not_in_register(typist):
    sent = make_submission(state="submitted", title="Through the browser")
    client = sign_in(Client(), typist)
    assert "Through the browser" not in words(client.get(reverse("intake", args=[sent.consultation.slug])))
    assert client.get(reverse("intake_check", args=[sent.key])).status_code == 404
