"""Answering an invitation by its link, and invalid links."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import Delegate, Invitation, OutgoingMail
from consultations.queries.invitations import people_of
from consultations.tokens import token
from ncm_portal.workflow import now
from tests.factories import (
    bring,
    change,
    make_delegate,
    make_forum,
    make_invitation,
    make_session,
    make_stakeholder,
    walk,
)

pytestmark = pytest.mark.django_db


def make_letter(name="County of Isiolo", **fields):
    forum = make_forum(letter_text="You are <b>invited</b>.", contact="Ms Njoki, 020 000 000")
    make_session(forum, title="Opening")
    return make_invitation(forum, make_stakeholder(name, contact_email="x@county.example"), **fields)


def url(letter, name="forum_answer"):
    return reverse(name, args=[token(letter.key, letter.token_round)])


def filled(page, **fields):
    """Return the form fields of a page as a browser sends them, with `fields` changed."""
    form = page.context["form"]
    given = {each.html_name: each.value() or "" for each in form if "leaves" not in each.name}
    return given | {"row": [slot.value for slot in form.slots], "choice": "come", "answered_by": "Wanjiru", **fields}


def test_page_shows_invitation_and_is_not_cached(client):
    letter = make_letter(addressee="The Governor")
    page = client.get(url(letter))
    text = page.content.decode()
    for words in ("County of Isiolo", letter.forum.title, letter.reference, "2 seats", "Ms Njoki", "Opening"):
        assert words in text
    assert "You are &lt;b&gt;invited&lt;/b&gt;." in text
    assert '<meta name="robots" content="noindex">' in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert [slot.heading for slot in page.context["form"].slots] == [
        "Officer 1",
        "Officer 2",
        "Alternate 1",
        "Alternate 2",
    ]


def test_delegates_are_named_reviewed_changed_and_confirmed(client):
    letter = make_letter()
    data = filled(
        client.get(url(letter)), name_0="Ng’ang’a", access_needs_0="A ramp", name_2="Chebet", message="Thanks."
    )
    answer = client.post(url(letter), data)
    assert answer["Location"] == url(letter, "forum_answer_receipt")
    receipt = client.get(answer["Location"]).content.decode()
    for words in ("Ng’ang’a", "A ramp", "Chebet", "On the reserve list", "Wanjiru", "Thanks."):
        assert words in receipt
    assert OutgoingMail.objects.get().to == letter.email
    own = [each.calendar for each in people_of(letter)]
    assert [(address in receipt, address in OutgoingMail.objects.get().body) for address in own] == [(True, True)] * 2
    client.post(url(letter), data)  # sent again by a bad line
    assert [each.name for each in people_of(letter)] == ["Ng’ang’a", "Chebet"]
    page = client.get(url(letter))
    assert "first on" in page.content.decode()
    client.post(url(letter), filled(page, title_0="Director", name_1="Baraka"))
    assert [(each.name, each.title) for each in people_of(letter)] == [
        ("Ng’ang’a", "Director"), ("Baraka", ""), ("Chebet", ""),
    ]  # fmt: skip
    gone = filled(client.get(url(letter)), leaves_0="on")
    assert client.post(url(letter), gone).status_code == 302
    assert [each.name for each in people_of(letter)] == ["Baraka", "Chebet"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name_0": "A", "answered_by": " "}, "Enter your name, so that the secretariat knows whom to contact"),
        ({"title_0": "Director"}, "Officer 1: enter the name"),
        (
            {"name_0": "A", "email_0": "nowhere"},
            "Officer 1: Enter an e-mail address in the correct format, like name@example.org.",
        ),
        ({"name_1": "x" * 201}, "Officer 2: the name is 201 characters long. It must be 200 characters or fewer"),
        ({"name_0": "A", "choice": "decline"}, "You have named people below."),
        ({"name_0": "A", "choice": "perhaps"}, "Select a valid choice"),
        ({}, "Enter at least one person, or decline."),
        ({"name_0": "A\u0007"}, "characters that cannot be shown"),
        ({"name_0": "A", "name_1": "a"}, "is on the list twice"),
    ],
)
def test_errors_are_shown_and_input_kept(client, typed, words):
    letter = make_letter()
    data = filled(client.get(url(letter)), message="Our words.", **typed)
    answer = client.post(url(letter), data)
    text = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert words in text
    assert "Our words." in text
    assert [slot.value for slot in answer.context["form"].slots] == data["row"]
    assert Delegate.objects.count() == 0
    assert 'id="problem" role="alert"' in text


def test_many_rows_are_all_saved(client):
    letter = make_letter(seats=100)
    body = {"forum": letter.forum, "stakeholder": letter.stakeholder, "invitation": letter}
    Delegate.objects.bulk_create(Delegate(**body, name=f"Somebody {number}") for number in range(78))
    page = client.get(url(letter))
    assert [slot.heading for slot in page.context["form"].slots[87:89]] == ["Officer 88", "Alternate 1"]
    client.post(url(letter), filled(page, name_87="The last", name_90="The very last"))
    assert [each.name for each in people_of(letter)[78:]] == ["The last", "The very last"]


def test_unreadable_rows_are_ignored(client):
    letter, other = make_letter(), make_letter("County of Lamu")
    client.post(url(other), filled(client.get(url(other)), name_0="Theirs"))
    (theirs,) = people_of(other)
    rows = [
        "person:1²:x",
        "person::",
        "officer:zero",
        "nobody",
        f"person:{theirs.pk}:{workflow.print_of(theirs)}",
        "person:9" + "9" * 40,
    ]
    answer = client.post(url(letter), {"row": rows, "choice": "come", "answered_by": "W", "name_0": "Mine"})
    assert answer.status_code == 409
    assert "was removed from the list in the meantime" in answer.content.decode()
    theirs.refresh_from_db()
    assert (theirs.name, theirs.state) == ("Theirs", "nominated")


def test_declined_invitation_can_be_accepted_again(client):
    letter = make_letter()
    assert (
        client.post(url(letter), {"choice": "decline", "answered_by": "W", "message": "A strike."}).status_code == 302
    )
    page = client.get(url(letter))
    assert "Your institution has declined. W first answered on" in page.content.decode()
    assert client.post(url(letter), filled(page, name_0="Achieng")).status_code == 302
    assert Invitation.objects.get().state == "answered"


def test_every_invalid_link_shows_same_plain_page(client):
    letter = make_letter()
    make_delegate(letter.forum, letter.stakeholder, name="Secret Person", invitation=letter)
    old = url(letter)
    draft, over = make_letter(state="draft"), make_invitation(make_forum(state="held"))
    change(letter, token_round=2, token_hash="0" * 64)
    unknown = reverse("forum_answer", args=["aaaa-bbbb-cccc-dddd-eeee"])
    pages = [client.get(each) for each in (unknown, old, url(draft), url(over), f"{old}receipt/")]
    pages.append(client.post(old, {"choice": "decline", "answered_by": "X"}))
    bodies = {re.sub(r'value="/answer/[^"]*"|csrfmiddlewaretoken[^>]*', "", page.content.decode()) for page in pages}
    assert {page.status_code for page in pages} == {404}
    assert len(bodies) == 1
    (text,) = bodies
    assert "Ms Njoki, 020 000 000" in text
    assert [word for word in ("Secret Person", letter.reference, letter.stakeholder.name) if word in text] == []
    assert {page["X-Robots-Tag"] for page in pages} == {"noindex, nofollow"}


def test_rows_of_other_institutions_are_neither_shown_nor_changed(client):
    letter = make_letter()
    other = make_invitation(letter.forum, make_stakeholder("County of Lamu"))
    for each, name in ((letter, "Ours"), (other, "Theirs")):
        client.post(url(each), filled(client.get(url(each)), name_0=name, email_0=f"{name.lower()}@county.example"))
    for address in (url(letter), url(letter, "forum_answer_receipt")):
        text = client.get(address).content.decode()
        assert ("Ours" in text, "Theirs" in text, "theirs@" in text, "Lamu" in text, other.reference in text) == (
            True, False, False, False, False,
        )  # fmt: skip
    client.post(url(letter), {"choice": "decline", "answered_by": "W"})
    assert [each.name for each in people_of(other)] == ["Theirs"]


def test_late_answer_is_accepted_until_registration_closes(client):
    letter = make_letter(respond_by=now().date() - timedelta(days=3))
    page = client.get(url(letter))
    assert "we accept your answer and mark it as late" in page.content.decode()
    data = filled(page, name_0="Achieng", message="We were on strike.")
    walk(letter.forum, "registration_closed")
    answer = client.post(url(letter), data)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Registration has closed. Ask Ms Njoki, 020 000 000." in text
    assert ("Achieng" in text, "We were on strike." in text) == (True, True)
    closed = client.get(url(letter)).content.decode()
    assert ("you can no longer change the answer here" in closed, "<textarea" in closed) == (True, False)


def test_confirmed_name_is_fixed_and_link_requests_are_rate_limited(client, settings):
    letter = make_letter()
    client.post(url(letter), filled(client.get(url(letter)), name_0="Achieng"))
    bring(people_of(letter)[0], "confirmed")
    page = client.get(url(letter))
    assert re.search('name="name_0" value="Achieng"[^>]* readonly', page.content.decode())
    refused = client.post(url(letter), filled(page, name_0="Another"))
    assert (refused.status_code, "is confirmed. Remove the name" in refused.content.decode()) == (409, True)
    settings.LIMITS = {**settings.LIMITS, "answer": (0, 600)}
    assert client.get(url(letter)).status_code == 429
