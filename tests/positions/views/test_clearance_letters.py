"""Answers by letter, the clearance overview and the answer sheet in the secretariat's browser."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ncm_portal.workflow import now
from positions import workflow
from positions.models import AnswerByLetter
from tests.factories import make_ministry, make_secretariat
from tests.made_files import pdf
from tests.pages import words
from tests.paper_factories import make_letter, reword
from tests.positions.clearing import make_officer, make_text
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(settings, tmp_path):
    """Create a text in clearance and two signed-in officers of the secretariat."""
    settings.MEDIA_ROOT = tmp_path
    made = make_text()
    workflow.request_clearance(made.paper, by=made.secretariat, due_at=now() + timedelta(days=60))
    made.asked = made.paper.clearances.get(ministry=made.one)
    made.first_desk, made.second_desk = (sign_in(Client(), one) for one in (made.secretariat, make_secretariat()))
    return made


def typed(**more):
    head = {"reference": "MoL/7/1", "signed_by": "The Principal Secretary", "received_on": f"{now():%Y-%m-%d}"}
    return {**head, "value_0": "object", "reason_0": "It binds us.", "proposed_text_0": "Kenya considers.", **more}


def test_letter_is_entered_scanned_and_countersigned(text):
    new = reverse("letter_new", args=[text.asked.pk])
    assert "Paragraph 2 Kenya calls for one thing." in words(text.first_desk.get(new))
    made = text.first_desk.post(new, typed())
    letter = AnswerByLetter.objects.get()
    page = reverse("letter", args=[letter.key])
    assert (made.status_code, made["Location"]) == (302, page)
    scan = reverse("letter_scan", args=[letter.key])
    assert text.first_desk.get(scan).status_code == 404
    assert "You typed this letter, so another officer must countersign it." in words(text.first_desk.get(page))
    assert "The scan of the letter is missing" in words(text.second_desk.get(page))
    refused = text.second_desk.post(scan, {"file": SimpleUploadedFile("a.pdf", b"no document")})
    assert refused.status_code == 409
    assert "The file must be a PDF" in words(refused)
    text.first_desk.post(scan, {"file": SimpleUploadedFile("letter.pdf", pdf())})
    handed = text.second_desk.get(scan)
    assert b"".join(handed.streaming_content) == letter.path.read_bytes()
    assert (handed["Content-Disposition"], handed["Cache-Control"]) == (
        'attachment; filename="letter.pdf"', "no-store, private",
    )  # fmt: skip
    assert text.first_desk.post(f"{page}countersign_answer/").status_code == 409
    done = text.second_desk.post(f"{page}countersign_answer/", follow=True)
    assert "Countersigned: the answer counts." in words(done)
    assert "by letter MoL/7/1" in words(sign_in(Client(), text.officer_one).get(page_of(text)))
    assert text.second_desk.post(f"{page}take_stance/").status_code == 404


def page_of(text):
    return reverse("clearance", args=[text.asked.pk])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"proposed_text_0": ""}, "Proposed wording: Enter wording that your ministry could clear"),
        ({"reason_1": "Why not."}, "Answer: Choose the answer that this text belongs to"),
        ({"value_0": "", "reason_0": "", "proposed_text_0": ""}, "Enter what the letter says about at least one"),
        ({"received_on": "2999-01-01"}, "Received on: The date must be today or in the past."),
        ({"reference": " "}, "Reference of the letter: Enter the reference of the letter"),
    ],
)
def test_missing_values_are_reported_and_input_kept(text, more, said):
    answer = text.first_desk.post(reverse("letter_new", args=[text.asked.pk]), typed(**more))
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="The Principal Secretary"' in answer.content.decode()
    assert not AnswerByLetter.objects.exists()


def test_letters_are_for_secretariat_only(text):
    letter, officer = make_letter(text.asked, text.first), sign_in(Client(), text.officer_one)
    for name in ("letter", "letter_scan"):
        assert officer.get(reverse(name, args=[letter.key])).status_code == 404
    assert officer.get(reverse("letter_new", args=[text.asked.pk])).status_code == 404
    struck = text.first_desk.post(f"{reverse('letter', args=[letter.key])}strike_answer/", {"reason": "Twice."})
    assert struck.status_code == 302


# --- Who clears what --------------------------------------------------------------------------------------------------


def test_overview_shows_state_of_each_ministry_in_words(text, django_assert_max_num_queries):
    workflow.take_stance(text.asked, text.first, by=text.officer_one, value="agree")
    address = reverse("desk_matrix", args=[text.paper.slug])
    with django_assert_max_num_queries(20):
        page = words(text.first_desk.get(address))
    assert "2 change who clears it Kenya calls for one thing. Agree not asked" in page
    assert "3 change who clears it Kenya commits to another. Not answered yet Not answered yet" in page
    reword(text.first, "Kenya calls for something else.")
    assert "Agree, on an earlier text" in words(text.first_desk.get(address))


def test_ministry_is_added_with_reason(text):
    three = make_ministry("Ministry of Three")
    make_officer(three)
    address = reverse("desk_mandate", args=[text.paper.slug, text.first.key])
    assert "Ministries that clear it: Ministry of One." in words(text.first_desk.get(address))
    missing = text.first_desk.post(address, {"ministry": three.pk, "reason": ""})
    assert (missing.status_code, "Reason: Enter the reason" in words(missing)) == (422, True)
    done = text.first_desk.post(address, {"ministry": three.pk, "reason": "It pays for it."}, follow=True)
    assert "Ministry of Three must clear the paragraph now." in words(done)
    assert "Ministry of Three added, paragraph 2" in words(done)
    out = text.first_desk.post(address, {"ministry": three.pk, "reason": "It pays no more."}, follow=True)
    assert "Ministry of Three does not need to clear the paragraph any more." in words(out)
    assert sign_in(Client(), text.officer_one).get(address).status_code == 404


def test_answer_sheet_has_only_paragraphs_of_ministry(text):
    other = text.paper.clearances.get(ministry=text.two)
    sheet = words(sign_in(Client(), text.officer_two).get(reverse("clearance_print", args=[other.pk])))
    assert "Kenya commits to another." in sheet
    assert "Kenya calls for one thing." not in sheet
    assert sign_in(Client(), text.officer_one).get(reverse("clearance_print", args=[other.pk])).status_code == 404
