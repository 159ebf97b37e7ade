"""Pages on which words are hidden from readers, and on which their authors object."""

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations import workflow
from consultations.models import Hiding, Proposal
from tests.factories import make_attachment, make_member, make_point, make_secretariat, make_submission, make_user
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
FIELDS = {"words": "", "ground": "personal", "reason": "A neighbour is named."}


@pytest.fixture
def sent():
    return make_submission(body="Ask Amina Barasa at the gate. Build a shelter at the border of Nadapal.")


@pytest.fixture
def officer():
    return make_secretariat(name="Hassan Guyo")


def address(sent):
    return reverse("desk_hiding", args=[sent.key])


def hidden(sent, officer):
    values = {"words": ["Amina Barasa"], "ground": "personal"}
    made = workflow.propose(sent, act="hide_words", by=officer, reason="A neighbour is named.", values=values)
    workflow.confirm_proposal(made, by=make_secretariat())
    return Hiding.objects.latest("pk")


def test_officer_proposes_entered_words_which_second_officer_confirms(client, sent, officer):
    point, file = make_point(sent, text="The neighbour"), make_attachment(sent)
    page = sign_in(client, officer).get(address(sent))
    assert "Hide words from readers" in words(page)
    chosen = {"points": [point.pk], "attached": [file.pk], "passages": ["1"]}
    client.post(address(sent), {**FIELDS, **chosen, "words": "Amina Barasa\n\nNadapal"})
    made = Proposal.objects.get()
    assert made.values == {
        "words": ["Amina Barasa", "Nadapal"], "ground": "personal", "points": [point.pk], "files": [file.pk],
    }  # fmt: skip
    assert "A proposal waits for a second officer." in words(client.get(address(sent)))
    shown = words(sign_in(client, make_secretariat()).get(reverse("desk_proposal", args=[made.key])))
    for sentence in ("“Amina Barasa” is hidden once in the input.", file.name, point.reference, "corrigendum"):
        assert sentence in shown


def test_technician_does_not_see_proposal_with_words(client, sent, officer):
    hidden(sent, officer)
    page = reverse("desk_proposal", args=[Proposal.objects.get().key])
    assert [sign_in(client, each).get(page).status_code for each in (officer, make_user("sysadmin"))] == [200, 404]


def test_officer_marks_sentences(client, sent, officer):
    sign_in(client, officer).post(address(sent), {**FIELDS, "passages": ["2"]})
    assert Proposal.objects.get().values["words"] == ["Build a shelter at the border of Nadapal."]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "Mark or enter the words to hide."),
        ({"words": "Nobody"}, "These words are not in the input"),
        ({"words": "Amina", "ground": "rude"}, "Select a valid choice"),
        ({"words": "Amina", "reason": ""}, "Enter a note: why this ground applies."),
        ({"words": "x" * 20_001}, "20,001 characters"),
        ({"words": "a\0b"}, "Amina"),
        ({"words": "Amina", "points": ["99999"]}, "Amina"),
        ({"words": "Amina", "passages": ["x"]}, "Amina"),
    ],
)
def test_wrong_form_is_answered_with_reason_and_typed_words(client, sent, officer, fields, reason):
    make_point(sent)
    page = sign_in(client, officer).post(address(sent), {**FIELDS, **fields})
    assert page.status_code in (409, 422)
    assert reason in words(page)
    assert not Proposal.objects.exists()


def test_staff_and_author_see_original_with_marks(client, sent, officer):
    hidden(sent, officer)
    pages = {officer: ("desk_input", sent.key), sent.author: ("my_input", sent.key)}
    for person, (name, key) in pages.items():
        page = sign_in(client, person).get(reverse(name, args=[key])).content.decode()
        assert "Amina Barasa" in page
    for person in pages:
        page = sign_in(client, person).get(reverse("input", args=[sent.reference])).content.decode()
        assert '<mark class="held-back">Amina Barasa</mark>' in page
        assert sent.content_sha256[:4] in page


def test_readers_see_notice_and_no_fingerprint(client, sent, officer):
    row = hidden(sent, officer)
    page = words(client.get(reverse("input", args=[sent.reference])))
    assert f"Words hidden on {timezone.localtime(row.at):%-d %B %Y}: personal data of a third person" in page
    assert ("Amina" in page, "Fingerprint" in page) == (False, False)


def test_author_objects_and_secretariat_shows_words_again(client, sent, officer):
    row = hidden(sent, officer)
    own = reverse("my_hidden_words", args=[sent.key])
    page = sign_in(client, sent.author).get(own)
    assert "Amina Barasa" in words(page)
    assert "A neighbour is named." not in words(page)  # the officers' note
    refused = client.post(f"{own}{row.pk}/object_to_hiding/", {"reason": ""})
    assert refused.status_code == 409
    client.post(f"{own}{row.pk}/object_to_hiding/", {"reason": "She agreed to it."})
    assert "She agreed to it." in words(sign_in(client, officer).get(address(sent)))
    client.post(f"{address(sent)}{row.pk}/lift_hiding/", {"reason": "She did."})
    sent.refresh_from_db()
    assert "Amina Barasa" in sent.body


def test_pages_are_for_secretariat_and_authors_only(client, sent, officer):
    row = hidden(sent, officer)
    own = reverse("my_hidden_words", args=[sent.key])
    other = hidden(make_submission(body="Amina Barasa"), officer)
    for person in (
        make_user(),
        make_user("official"),
        make_user("sysadmin"),
        make_member(other.submission.stakeholder),
    ):
        sign_in(client, person)
        for page in (address(sent), f"{address(sent)}{row.pk}/lift_hiding/", own, f"{own}{row.pk}/object_to_hiding/"):
            assert client.post(page, {"reason": "x"}).status_code in (404, 405)
            assert client.get(page).status_code == 404
    sign_in(client, officer)
    assert client.post(f"{address(sent)}{other.pk}/lift_hiding/", {"reason": "x"}).status_code == 404
    assert client.post(f"{address(sent)}{row.pk}/erase/", {"reason": "x"}).status_code == 404
