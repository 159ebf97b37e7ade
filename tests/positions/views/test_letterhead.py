"""Letterhead: who changes it, what is refused, and where it stands: on letters, in the PDF, and on mail."""

import io

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import Event, Letterhead, OutgoingMail
from consultations.notifications import submissions
from consultations.notifications.outbox import message
from consultations.workflow import change_letterhead
from ncm_portal.workflow import Conflict
from positions.views.forum_documents import letters_content
from tests import factories, made_files
from tests.pages import words
from tests.pdf_text import pages
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
GOOD = {
    "number": "0", "lines": "Republic of Kenya\nSecretariat on Migration", "contact": "020 123 456",
    "signatory_name": "Ruth Chepkemoi", "signatory_title": "Head of the office", "sender_name": 'NCM, "Kenya"',
    "reply_to": "ncm@example.org",
}  # fmt: skip


@pytest.fixture
def round_():
    return factories.make_consultation(slug="review")


@pytest.fixture
def officer(client):
    person = factories.make_secretariat()
    sign_in(client, person)
    return person


def post(client, logo=b"", **changed):
    file = {"logo_file": SimpleUploadedFile("logo.png", logo)} if logo else {}
    return client.post(reverse("desk_letterhead", args=["review"]), {**GOOD, **file, **changed})


def test_only_the_secretariat_changes_it(client, round_):
    for office in ("", "official", "sysadmin"):
        sign_in(client, factories.make_user(office))
        assert client.get(reverse("desk_letterhead", args=["review"])).status_code == 404
        assert post(client).status_code == 404
    assert not Letterhead.objects.exists()


def test_versions_are_kept_and_journalled(client, round_, officer):
    assert post(client, made_files.picture()).status_code == 302
    assert post(client, number="1", contact="").status_code == 302
    first, second = Letterhead.objects.all()
    assert (first.logo, second.contact, second.logo_type) == (second.logo, "", "image/png")
    event = Event.objects.filter(verb="change_letterhead").latest("number")
    assert event.data == {"version": 2, "changed": [["contact", "020 123 456", ""]], "logo_changed": False}
    post(client, number="2", removes_logo="on")
    assert Letterhead.objects.latest("number").logo == ""
    assert post(client, number="3").status_code == 409  # it changes nothing
    with pytest.raises(Conflict):
        change_letterhead(round_, by=officer, number=2, values={})


@pytest.mark.parametrize(
    ("logo", "said"),
    [
        (made_files.picture_of(20_000, 20_000), "50 million"),
        (made_files.pdf(), "The logo must be a picture: PNG or JPEG."),
        (b"GIF89a" + b"\0" * 100, ""),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1_100_000, "The logo is larger than 1 MB."),
    ],
    ids=["bomb", "pdf", "gif", "large"],
)
def test_refused_logo_loses_nothing_that_was_typed(client, round_, officer, logo, said):
    page = post(client, logo)
    assert page.status_code == 409
    assert said in words(page)
    assert page.context["form"]["signatory_name"].value() == "Ruth Chepkemoi"
    assert not Letterhead.objects.exists()


@pytest.mark.parametrize("changed", [{"lines": "a\n" * 9}, {"reply_to": "no address"}, {"contact": "x" * 10_000}])
def test_wrong_form_is_shown_again(client, round_, officer, changed):
    page = post(client, **changed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == list(changed)


def test_second_officer_does_not_overwrite_the_first(client, round_, officer):
    post(client)
    assert post(client, contact="Other").status_code == 409
    assert Letterhead.objects.get().contact == "020 123 456"


def test_mail_has_sender_and_address_for_replies_from_then_on(client, round_, officer):
    sent = factories.make_submission(round_, author=factories.make_member(), state="accepted")
    factories.make_member(sent.stakeholder)
    submissions.accepted(sent)
    post(client)
    submissions.accepted(sent)
    before, after = map(message, OutgoingMail.objects.order_by("pk"))
    assert (before.from_email, before.reply_to) == (settings.DEFAULT_FROM_EMAIL, [])
    assert after.from_email.startswith('"NCM, \\"Kenya\\"" <')
    assert after.reply_to == ["ncm@example.org"]
    assert "nobody reads replies" in before.body
    assert "Replies to this message go to ncm@example.org" in after.body
    assert "nobody reads replies" not in after.body


def test_letters_have_the_letterhead_of_their_day(client, round_, officer):
    forum = factories.make_forum(round_, slug="nairobi")
    sent, draft = factories.make_invitation(forum), factories.make_invitation(forum, state="draft")
    post(client, made_files.picture())
    content = letters_content(forum, [sent, draft])
    assert [each["letterhead"] for each in content["letters"]] == ["", "1"]
    answer = client.get(reverse("forum_letter_pdf", args=["nairobi", draft.key]))
    text = words_of(pages(answer.content)[0])
    for part in ("Secretariat on Migration", "020 123 456", "Ruth Chepkemoi", "Head of the office"):
        assert part in text
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages[0].get_images()) == 1
        assert b"logo" not in document.attachments["letters.json"].get_file().read_bytes()


def words_of(page):
    return " ".join(page.split())
