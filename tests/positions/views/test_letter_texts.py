"""Pages of the texts of letters and mails: who sees them, change, preview, test mail, versions, way back."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from consultations.letter_texts import KINDS
from consultations.models import LetterText, OutgoingMail
from consultations.notifications import submissions
from consultations.workflow import change_letter_text
from consultations.workflow.enquiries import erase_enquiry
from ncm_portal.workflow import now, replayed_at
from positions.models import ReviewRound
from positions.queries.letter_texts import records_for
from positions.views.forum_documents import letters_content
from tests import factories
from tests.office_factories import make_enquiry
from tests.pages import words
from tests.paper_factories import make_clearance, make_disposition, make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
GOOD = {"subject": "On file: {reference}", "body": "Thank you, {organisation}.\n\n{link}", "number": "0"}


@pytest.fixture
def round_():
    return factories.make_consultation(slug="review", short_title="Review 2027")


@pytest.fixture
def officer(client):
    person = factories.make_secretariat(name="Hassan", email="hassan@example.org")
    sign_in(client, person)
    return person


@pytest.fixture
def sent(round_):
    body = factories.make_stakeholder("Herders <b>{deadline}</b>")
    author = factories.make_member(body)
    return factories.make_submission(round_, body, author=author, state="accepted")


def address(name="desk_letter_text", kind="accepted", language="en", slug="review"):
    return reverse(name, args=[slug, kind, language])


def test_only_the_secretariat_finds_the_pages(client, round_):
    addresses = [reverse("desk_letters", args=["review"]), address(), address("desk_letter_restore")]
    for office in ("", "official", "sysadmin"):
        sign_in(client, factories.make_user(office))
        assert [client.get(each).status_code for each in addresses] == [404] * 3
        for name in ("desk_letter_text", "desk_letter_preview", "desk_letter_test", "desk_letter_restore"):
            assert client.post(address(name), GOOD).status_code == 404
    sign_in(client, factories.make_head())
    assert [client.get(each).status_code for each in addresses] == [200] * 3


@pytest.mark.parametrize(
    "wrong", [{"kind": "unknown"}, {"language": "fr"}, {"kind": "forum_reminder", "language": "sw"}, {"slug": "none"}]
)
def test_unknown_letter_is_not_found(client, round_, officer, wrong):
    assert client.get(address(**wrong)).status_code == 404


def test_list_says_which_texts_are_changed(client, round_, officer):
    change_letter_text(round_, "accepted", "sw", by=officer, subject="Yetu", body="{link}", number=0)
    change_letter_text(
        factories.make_consultation(),
        "receipt",
        "en",
        by=officer,
        subject="S",
        body="{record} {refused files} {link}",
        number=0,
    )
    page = words(client.get(reverse("desk_letters", args=["review"])))
    assert "Review 2027 · 1 text changed" in page
    assert page.count("unchanged") == sum(len(kind.languages) for kind in KINDS.values()) - 1
    assert page.count(" changed ") == 2  # of the title, and of its row


def test_saved_text_is_mailed_and_taken_back(client, round_, officer, sent):
    answer = client.post(address(), GOOD)
    assert (answer.status_code, answer["Location"]) == (302, address())
    submissions.accepted(sent)
    mail = OutgoingMail.objects.get()
    assert mail.subject == f"On file: {sent.reference}"
    assert "Thank you, Herders <b>{deadline}</b>.\n\n" in mail.body
    page = words(client.get(address("desk_letter_restore")))
    assert "Letters and mails that were sent stay as they were." in page
    assert client.post(address("desk_letter_restore"), {"number": "1"}).status_code == 302
    submissions.accepted(sent)
    assert OutgoingMail.objects.latest("pk").subject == f"Your input {sent.reference} is on file"


def test_page_starts_with_the_words_of_the_portal_and_a_real_record(client, round_, officer, sent):
    page = client.get(address())
    form = page.context["form"]
    assert form["subject"].value() == "Your input {reference} is on file"
    assert "for {organisation} on file." in form["body"].value()
    assert f'<b class="filled">{sent.reference}</b>' in page.content.decode()
    assert '<b class="filled">Herders &lt;b&gt;{deadline}&lt;/b&gt;</b>' in page.content.decode()
    assert not OutgoingMail.objects.exists()


def test_preview_shows_what_was_typed_for_the_chosen_record_and_saves_nothing(client, round_, officer, sent):
    other = factories.make_submission(round_, state="accepted")
    data = {**GOOD, "body": "Karibu {organisation} {link}", "record": str(sent.pk)}
    page = client.post(address("desk_letter_preview"), data)
    assert page.status_code == 200
    assert 'Karibu <b class="filled">Herders &lt;b&gt;' in page.content.decode()
    page = client.post(address("desk_letter_preview"), {**data, "record": str(other.pk)})
    assert f'Karibu <b class="filled">{other.stakeholder}</b>' in page.content.decode()
    assert (LetterText.objects.count(), OutgoingMail.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "words_of_error"),
    [
        ({"body": "{organization} {link}"}, "There is no field {organization}. Did you mean {organisation}?"),
        ({"body": "{link} {organisation"}, "A brace is not closed or not opened, near “{link} {organisation”."),
        ({"body": "x" * 1_000_000}, "The text is 1,000,000 characters long. It must be 8,000 characters or fewer"),
        ({"body": "Nothing"}, "The text must hold {link}: link."),
        ({"subject": "{organisation}"}, "{organisation} cannot stand in the subject"),
        ({"subject": ""}, "Enter the subject."),
        ({"body": "{link} a\0b"}, "The text contains characters that cannot be shown (U+0000)"),
        ({"record": "999999999999999999999999"}, "Select a valid choice"),
        ({"number": "-1"}, "Ensure this value is greater than or equal to 0"),
    ],
)
@pytest.mark.parametrize("name", ["desk_letter_text", "desk_letter_preview", "desk_letter_test"])
def test_error_is_said_at_its_field_and_the_text_is_kept(client, round_, officer, sent, name, typed, words_of_error):
    page = client.post(address(name), {**GOOD, **typed})
    assert page.status_code == 422
    assert words_of_error in " ".join(str(each) for errors in page.context["form"].errors.values() for each in errors)
    for field in ("subject", "body"):
        assert page.context["form"][field].value() == {**GOOD, **typed}[field]
    assert (LetterText.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_second_officer_sees_the_first_text_before_replacing_it(client, round_, officer):
    change_letter_text(round_, "accepted", "en", by=factories.make_head(), subject="First", body="{link}", number=0)
    page = client.post(address(), GOOD)
    assert page.status_code == 409
    assert "Somebody saved another text meanwhile" in words(page)
    assert page.context["theirs"].subject == "First"
    assert page.context["form"]["number"].value() == "1"
    assert client.post(address(), {**GOOD, "number": "1"}).status_code == 302
    assert client.post(address("desk_letter_restore"), {"number": "1"}).status_code == 409
    assert client.post(address("desk_letter_restore"), {"number": "x"}).status_code == 409


def test_test_mail_goes_to_oneself_with_what_was_typed(client, round_, officer, sent):
    page = client.post(address("desk_letter_test"), {**GOOD, "body": "Karibu {organisation}. {link}"})
    assert page.status_code == 200
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == ("hassan@example.org", f"Test: On file: {sent.reference}")
    assert f"Karibu Herders <b>{{deadline}}</b>. {settings.PORTAL_ADDRESS}" in mail.body
    assert "A test is on its way to hassan@example.org. The text is not saved yet." in words(page)
    assert not LetterText.objects.exists()


def test_earlier_version_opens_in_the_form(client, round_, officer):
    client.post(address(), GOOD)
    client.post(address(), {**GOOD, "subject": "Second", "number": "1"})
    form = client.get(address(), {"version": "1"}).context["form"]
    assert (form["subject"].value(), form["number"].value()) == ("On file: {reference}", 2)
    for wrong in ("9", "x", "²", "1" * 40):
        assert client.get(address(), {"version": wrong}).context["form"]["subject"].value() == "Second"


def make_everything(round_):
    """Create a record for each kind of letter."""
    body = factories.make_ministry("Ministry of Herders")
    author = factories.make_member(body)
    factories.make_member(body, "clearing_officer", user=author)
    sent = factories.make_submission(round_, body, author=author, state="accepted")
    forum = factories.make_forum(round_)
    factories.make_invitation(forum, body, email="", state="draft")
    factories.make_delegate(forum, body, state="nominated")
    paper = make_paper(round_)
    make_disposition(paper, factories.make_point(sent, state="validated"))
    clearance = make_clearance(paper, body)
    closes = now() + timedelta(days=9)
    ReviewRound.objects.create(paper=paper, number=1, edition=clearance.edition, opens_at=now(), closes_at=closes)
    make_enquiry(round_)


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_letter_is_previewed_on_a_record_or_without_one(client, round_, officer, language):
    kinds = [code for code, kind in KINDS.items() if language in kind.languages]
    bare = [client.get(address(kind=kind, language=language)).context["is_real"] for kind in kinds]
    assert bare.count(True) == 1  # the consultation itself
    make_everything(round_)
    for kind in kinds:
        page = client.get(address(kind=kind, language=language))
        assert (kind, page.context["is_real"]) == (kind, True)
        assert (kind, 'class="filled"' in page.context["subject"] + page.context["body"]) == (kind, True)
    assert not OutgoingMail.objects.exists()


def test_record_of_another_consultation_is_no_choice(client, round_, officer, sent):
    other = factories.make_submission(state="accepted")
    page = client.post(address("desk_letter_preview"), {**GOOD, "record": str(other.pk)})
    assert page.status_code == 422
    assert other.stakeholder.name not in words(page)


def test_printed_letter_has_the_words_of_its_day(round_, officer):
    forum = factories.make_forum(round_, title="Forum of Nairobi", letter_text="Come.")
    sent, draft = factories.make_invitation(forum), factories.make_invitation(forum, state="draft")
    text = {"subject": "Come to {forum}", "body": "Dear {addressee} of {organisation},\n\n{letter text}"}
    change_letter_text(round_, "invitation_letter", "en", by=officer, **text, number=0)
    letters = letters_content(forum, [sent, draft])["letters"]
    assert [(each["subject"], each["text"]) for each in letters] == [
        ("Invitation: Forum of Nairobi", "Come."),
        ("Come to Forum of Nairobi", f"Dear Sir or Madam of {draft.stakeholder.name},\n\nCome."),
    ]


def test_mail_about_a_question_is_previewed_on_questions_of_the_consultation(client, round_, officer):
    make_enquiry(factories.make_consultation(), subject="Of another")
    make_enquiry(subject="Of none")
    make_enquiry(round_, email="", phone="+254712345678", subject="By phone")
    ended = make_enquiry(round_, state="closed", subject="Erased")
    with replayed_at(now() + timedelta(days=366)):
        erase_enquiry(ended)
    made = make_enquiry(round_, subject="Visa")
    page = client.get(address(kind="enquiry_answered"))
    assert [label for _key, label in page.context["form"].fields["record"].choices] == [f"{made.reference}, Visa"]
    shown = page.content.decode()
    assert f'(<b class="filled">{made.reference}</b>)' in shown
    assert '“<b class="filled">Visa</b>”' in shown
    assert '<b class="filled">[the answer]</b>' in shown
    made.refresh_from_db()
    assert made.answer == ""


def test_pages_say_which_questions_keep_the_words_of_the_portal(client, round_, officer):
    note = "Mails about questions on no consultation keep the text that comes with the portal."
    pages = [reverse("desk_letters", args=["review"]), address(kind="enquiry_received"), address(kind="accepted")]
    assert [note in words(client.get(page)) for page in pages] == [True, True, False]


def test_records_are_those_that_the_reader_may_see(round_):
    made = make_enquiry(round_)
    assert [each.record for each in records_for("enquiries", round_, factories.make_secretariat())] == [made]
    for person in (factories.make_user("official"), factories.make_user("sysadmin"), factories.make_user()):
        assert records_for("enquiries", round_, person) == []


def test_example_of_a_letter_has_words_in_place_of_its_reference(client, round_, officer):
    factories.make_forum(round_, title="Forum of Nairobi")
    factories.make_ministry("Ministry of Herders")
    for kind in ("forum_invitation", "forum_reminder"):
        page = client.get(address(kind=kind))
        assert page.context["is_real"]
        assert '(<b class="filled">[reference]</b>)' in page.context["subject"]
