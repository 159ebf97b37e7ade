"""Late inputs: the author asks with a reason, the head decides, and each page shows it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from consultations import workflow
from consultations.templatetags.portal import eat
from consultations.views import submissions as late_views
from ncm_portal.workflow import now
from tests.factories import (
    change,
    make_consultation,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
    make_submission,
)
from tests.pages import words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def late():
    body = make_stakeholder("Herders (sample)")
    draft = make_submission(
        make_consultation(), body, author=make_member(body), state="draft", title="On passes", body="Zanzibarite words"
    )
    change(draft.consultation, closes_at=now() - timedelta(minutes=1))
    draft.refresh_from_db()
    return draft


def late_in(draft) -> str:
    return reverse("late_inputs", args=[draft.consultation.slug])


def test_author_requests_late_sending_on_own_page(client, late):
    sign_in(client, late.author)
    address = f"/submit/{late.key}/late/"
    assert "Inputs closed on" in words(client.get(address))
    empty = client.post(address, {"reason": " "})
    assert (empty.status_code, list(empty.context["form"].errors)) == (422, ["reason"])
    assert client.post(address, {"reason": "The line was down."})["Location"] == f"/my-organisation/inputs/{late.key}/"


def test_request_before_deadline_is_refused_as_unnecessary(client):
    draft = make_submission(state="draft")
    sign_in(client, draft.author)
    page = client.post(f"/submit/{draft.key}/late/", {"reason": "To be safe."})
    assert page.status_code == 409
    assert page.context["reasons"][0].startswith("Inputs are open until")


def test_page_is_404_for_others(client, late):
    for stranger in (make_secretariat(), make_member()):
        sign_in(client, stranger)
        assert client.get(f"/submit/{late.key}/late/").status_code == 404


def test_desk_lists_requesters_without_texts(client, late):
    other = make_submission(late.consultation, state="draft")
    workflow.ask_late(late, by=late.author, reason="The line was down.")
    sign_in(client, make_secretariat())
    page = client.get(late_in(late))
    assert [each.pk for each in page.context["requests"]] == [late.pk]
    text = words(page)
    assert f"Inputs closed on {eat(late.consultation.closes_at)}" in text
    assert ("The line was down." in text, "On passes" in text, "Zanzibarite" in text) == (True, True, False)
    assert '<form method="post" action="/desk/late/' not in page.content.decode()  # an officer does not decide
    assert other.title not in text


def test_late_requests_are_paginated_in_order(client, late, monkeypatch):
    monkeypatch.setattr(late_views, "PAGE", 1)
    second = make_submission(late.consultation, late.stakeholder, author=late.author, state="draft")
    for draft in (second, late):
        workflow.ask_late(draft, by=late.author, reason="The line was down.")
    sign_in(client, make_head())
    first = client.get(late_in(late))
    assert [each.pk for each in first.context["requests"]] == [second.pk]
    address = first.context["more_requests"].next
    page = client.get(address)
    assert ([each.pk for each in page.context["requests"]], page.context["more_requests"].next) == ([late.pk], "")
    query = address.partition("?")[2]
    assert f'action="/desk/late/{late.key}/admit_late/?{query}"' in page.content.decode()
    refused = client.post(f"/desk/late/{late.key}/admit_late/?{query}", {"reason": " "})
    assert [each.pk for each in refused.context["requests"]] == [late.pk]
    done = client.post(f"/desk/late/{late.key}/admit_late/?{query}", {"reason": "It was down."})
    assert done["Location"] == address
    workflow.admit_late(second, by=make_head(), reason="It was down.")
    for draft in (second, late):
        draft.refresh_from_db()
        workflow.submit(draft, by=late.author)
    page = client.get(address)
    assert ("There are no more." in words(page), page.context["more_requests"].first) == (True, late_in(late))
    assert [each.pk for each in page.context["let_in"]] == [second.pk]
    page = client.get(page.context["more_let_in"].next)
    assert ([each.pk for each in page.context["let_in"]], page.context["more_let_in"].next) == ([late.pk], "")


def test_head_decides_on_request_page(client, late):
    workflow.ask_late(late, by=late.author, reason="The line was down.")
    sign_in(client, make_head())
    page = client.post(f"/desk/late/{late.key}/admit_late/", {"reason": " "})
    assert (page.status_code, page.context["reasons"]) == (409, ["Enter a reason. It is kept in the journal."])
    client.post(f"/desk/late/{late.key}/admit_late/", {"reason": "It was down in all of Lodwar."})
    late.refresh_from_db()
    assert late.late_reason == "It was down in all of Lodwar."
    assert [*client.get(late_in(late)).context["requests"]] == []
    workflow.submit(late, by=late.author)
    text = words(client.get(late_in(late)))
    assert "Reason: It was down in all of Lodwar." in text
    assert "Reason: It was down in all of Lodwar." in words(client.get(f"/desk/inputs/{late.key}/"))


def test_allowed_author_sees_that_input_can_be_sent(client, late):
    workflow.ask_late(late, by=late.author, reason="The line was down.")
    workflow.admit_late(late, by=make_head(), reason="It was down in all of Lodwar.")
    sign_in(client, late.author)
    pages = [f"/submit/{late.key}/", f"/my-organisation/inputs/{late.key}/"]
    said = "Reason: It was down in all of Lodwar. You can send it now."
    assert [said in words(client.get(page)) for page in pages] == [True, True]
    late.refresh_from_db()
    workflow.submit(late, by=late.author)
    assert "You can send it now." not in words(client.get(pages[1]))


def test_refused_author_can_ask_again(client, late):
    workflow.ask_late(late, by=late.author, reason="Please.")
    sign_in(client, make_head())
    client.post(f"/desk/late/{late.key}/refuse_late/", {"reason": "It was announced twice."})
    assert [*client.get(late_in(late)).context["requests"]] == []
    assert client.post(f"/desk/late/{late.key}/admit_late/", {"reason": "On second thoughts."}).status_code == 404
    workflow.ask_late(late, by=late.author, reason="We were ill.")
    assert len(client.get(late_in(late)).context["requests"]) == 1


def test_an_officer_of_the_secretariat_cannot_decide(client, late):
    workflow.ask_late(late, by=late.author, reason="Please.")
    sign_in(client, make_secretariat())
    page = client.post(f"/desk/late/{late.key}/admit_late/", {"reason": "Fine."})
    assert page.status_code == 409
    assert page.context["reasons"] == ["Only the head of the secretariat can do this: Allow after the deadline."]


def test_refused_form_and_input_page_link_to_request(client, late):
    sign_in(client, late.author)
    link = f'href="/submit/{late.key}/late/"'
    pages = [f"/submit/{late.key}/", f"/my-organisation/inputs/{late.key}/"]
    assert [link in client.get(page).content.decode() for page in pages] == [True, True]
    workflow.ask_late(late, by=late.author, reason="The line was down.")
    texts = [client.get(page).content.decode() for page in pages]
    assert [(link in text, "You asked on" in text) for text in texts] == [(False, True)] * 2


def test_reason_for_late_input_is_public(client, late):
    workflow.admit_late(late, by=make_head(), reason="It was down in all of Lodwar.")
    late.refresh_from_db()
    sent = workflow.submit(late, by=late.author)
    workflow.accept(sent, by=make_secretariat())
    assert "Reason: It was down in all of Lodwar." in words(client.get(f"/inputs/{sent.reference}/"))
    sign_in(client, late.author)
    assert "Reason: It was down in all of Lodwar." in words(client.get(f"/my-organisation/inputs/{late.key}/"))


def test_request_without_draft_creates_draft(client, late):
    sign_in(client, late.author)
    address = f"/submit/?consultation={late.consultation.slug}"
    page = client.get(address)
    assert f'href="{address}&amp;late=yes"' in page.content.decode()
    form = client.get(f"{address}&late=yes")
    assert "Inputs closed on" in words(form)
    typed = {"key": form.context["form"]["key"].value(), "do": "save", "title": "Second", "theme": late.theme.code}
    draft = client.get(client.post(address, typed | {"language": "en", "audience": "public"})["Location"])
    assert "Ask to send it late" in words(draft)
    change(late.consultation, state="closed")
    change(late.consultation, state="archived")
    assert "late=yes" not in client.get(address).content.decode()
