"""Organisations without an input: filters, and letters with preview."""

from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.models import OutgoingMail, Reminder
from consultations.views import reminders
from ncm_portal.workflow import now, replayed_at
from tests.factories import make_consultation, make_member, make_secretariat, make_stakeholder, make_submission
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    officer = make_secretariat()
    sign_in(client, officer)
    return officer


@pytest.fixture
def bodies(officer):
    """Organisations: asked, with a draft, never asked, and with a sent input."""
    consultation = make_consultation()
    asked, begun, free, heard = (
        make_stakeholder(f"{name} (sample)", group=group, contact_email=f"{name}@example.org")
        for name, group in (
            ("asked", "county_government"),
            ("begun", "ministry"),
            ("free", "county_government"),
            ("heard", "county_government"),
        )
    )
    make_member(asked)
    make_submission(consultation, begun, state="draft")
    make_submission(consultation, heard)
    make_stakeholder("unknown", state="registered")
    with replayed_at(now() - timedelta(days=8)):
        workflow.request_input(asked, consultation=consultation, by=officer)
    OutgoingMail.objects.all().delete()
    return consultation, asked, begun, free


def list_of(consultation) -> str:
    return reverse("non_responses", args=[consultation.slug])


def letters_of(consultation) -> str:
    return reverse("non_responses_letters", args=[consultation.slug])


def shown(client, consultation, **asked):
    names = [body.name.split()[0] for body in client.get(list_of(consultation), asked).context["organisations"]]
    return [name for name in names if name in ("asked", "begun", "free", "heard", "unknown")]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["asked", "begun", "free"]),
        ({"group": "county_government"}, ["asked", "free"]),
        ({"group": "no group"}, ["asked", "begun", "free"]),
        ({"last": "never"}, ["begun", "free"]),
        ({"last": "week"}, ["asked"]),
        ({"last": "today"}, []),
        ({"draft": "yes"}, ["begun"]),
        ({"draft": "no", "group": "county_government", "last": "never"}, ["free"]),
    ],
)
def test_list_is_filtered(client, bodies, asked, names):
    assert shown(client, bodies[0], **asked) == names


def test_preview_shows_recipients_and_mails_and_sends_nothing(client, bodies):
    consultation, asked, begun, free = bodies
    with replayed_at(now()):
        workflow.request_input(free, consultation=consultation, by=make_secretariat())
    OutgoingMail.objects.all().delete()
    page = client.post(letters_of(consultation), {"all": "yes"})
    text = words(page)
    letters = [(each.stakeholder, each.number) for each in page.context["letters"]]
    assert letters == [(asked, 1), (begun, 1)]
    assert [(each.stakeholder, each.reasons) for each in page.context["refused"]] == [
        (free, ["It has already been e-mailed today. Try again tomorrow."])
    ]
    assert "2 mails will be sent." in text
    assert (OutgoingMail.objects.exists(), Reminder.objects.count()) == (False, 2)


def test_reminders_are_sent_once_to_all_selected(client, bodies):
    consultation, asked, begun, free = bodies
    chosen = {"bodies": [asked.pk, begun.pk, free.pk], "confirm": "yes"}
    page = client.get(client.post(letters_of(consultation), chosen)["Location"])
    assert [str(message) for message in page.context["messages"]] == ["3 organisations are e-mailed."]
    numbers = dict(Reminder.objects.order_by("number").values_list("stakeholder", "number"))
    assert numbers == {asked.pk: 1, begun.pk: 1, free.pk: 0}
    assert OutgoingMail.objects.count() == 3
    page = client.get(client.post(letters_of(consultation), chosen)["Location"])
    assert len(page.context["messages"]) == 3
    assert OutgoingMail.objects.count() == 3


def test_empty_selection_is_reported(client, bodies):
    page = client.get(client.post(letters_of(bodies[0]), {"bodies": []})["Location"])
    assert [str(message) for message in page.context["messages"]] == ["Choose at least one organisation."]


def test_list_is_paginated_by_name(client, bodies, monkeypatch):
    monkeypatch.setattr(reminders, "PAGE", 1)
    consultation, asked, begun, free = bodies
    twin = make_stakeholder("asked (sample)", group="ministry")
    pages, address = [], f"{list_of(consultation)}?last=&draft="
    while address:
        pages.append(client.get(address))
        address = pages[-1].context["pagination"].next
    shown = [body.pk for page in pages for body in page.context["organisations"]]
    assert (shown, pages[0].context["number"]) == ([asked.pk, twin.pk, begun.pk, free.pk], 4)
    assert (
        f'href="{list_of(consultation)}?last=&amp;draft="' in pages[1].content.decode()
    )  # the beginning, narrowed as it was
    assert [page.context["pagination"].first != "" for page in pages] == [False, True, True, True]
    make_submission(consultation, twin)  # the edge has left the list, and still says where it was
    after_the_twin = client.get(pages[1].context["pagination"].next)
    assert [body.pk for body in after_the_twin.context["organisations"]] == [begun.pk]


def test_page_works_without_a_consultation(client, officer):
    assert "There is no consultation yet." in words(client.get("/desk/non-responses/"))


def test_nobody_is_written_to_before_the_consultation_has_opened(client, officer):
    ahead, body = make_consultation(state="draft"), make_stakeholder("asked (sample)")
    page = client.get(list_of(ahead))
    assert ("asked (sample)" in words(page), "organisations" in page.context) == (False, False)
    answer = client.post(letters_of(ahead), {"bodies": [body.pk], "confirm": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, list_of(ahead))
    assert not OutgoingMail.objects.exists()
