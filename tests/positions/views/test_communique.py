"""Communiqué: first draft from the adopted text, edit conflicts keep both texts, and who may read it."""

import itertools

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from consultations.models import Communique
from consultations.workflow import text_sha256
from positions.queries.communique import REST, blocks, first_draft, fitted
from tests.factories import (
    make_check_in,
    make_communique,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_point,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_theme,
)
from tests.pages import words
from tests.sign_in import sign_in

ITEMS = st.lists(st.text("ab c", min_size=1, max_size=30).map("- {}".format), max_size=30)


@given(ITEMS, st.integers(60, 400))
def test_items_that_do_not_fit_are_counted(items, limit):
    text = fitted(["Head"], items, limit)
    kept = text.split("\n\n")[1:]
    left = [part for part in kept if part.startswith("Further points")]
    told = len(kept) - len(left)
    assert len(text) <= max(limit, len("Head\n\n") + len(REST) + 4)
    assert kept[:told] == items[:told]
    assert left == ([REST.format(count=len(items) - told)] if told < len(items) else [])


@given(st.lists(st.sampled_from(["Decisions", "- Boats.", "A sentence.", "- Two\nlines"]), max_size=12))
def test_page_contains_every_line(parts):
    found = blocks("\n\n".join(parts))
    said = [f"- {line}" if block.kind == "items" else line for block in found for line in block.lines]
    assert said == parts
    assert [block.lines for block in found if block.kind == "heading"] == [
        [part] for part in parts if part == "Decisions"
    ]
    assert all(one.kind != "items" or other.kind != "items" for one, other in itertools.pairwise(found))


@pytest.mark.django_db
def test_first_draft_lists_adopted_items():
    forum = make_forum(state="held", title="Forum on rivers", convenors="")
    session, body = make_session(forum, theme=make_theme("T2")), make_stakeholder("Boat owners")
    make_check_in(make_delegate(forum, body))
    said = {"session": session, "stakeholder": body}
    make_point(kind="commitment", text="We paint the boats.", **said)
    decided = make_point(kind="decision", text="Boats are counted.", **said)
    make_point(kind="decision", text="All boats are counted.", state="merged", into=decided, **said)
    make_point(kind="finding", text="There are boats.", **said)
    make_point(kind="decision", text="Not validated.", state="submitted", **said)
    make_point(kind="recommendation", text="First things first.", session=make_session(forum, theme=make_theme("T1")))
    text = first_draft(forum)
    assert text.split("\n\n")[0] == "Communiqué of the Forum on rivers"
    assert "Taking part: 1 person from 1 organisation of 1 group." in text
    assert text.split("of 1 group.")[1].strip().split("\n\n") == [
        str(make_theme("T1")), "Recommendations", "- First things first.",
        str(make_theme("T2")), "Decisions", "- Boats are counted.", "Commitments", "- Boat owners: We paint the boats.",
    ]  # fmt: skip


@pytest.mark.django_db
def test_concurrent_editors_see_both_texts_and_communique_is_published(client):
    forum = make_forum(state="held", contact="Desk, desk@example.org")
    at = reverse("forum_communique", args=[forum.slug])
    sign_in(client, make_member())
    assert client.get(at).status_code == 404
    writer, second = make_secretariat(), make_secretariat()
    sign_in(client, writer)
    assert client.get(at).context["form"]["body"].value() == first_draft(forum)
    assert not Communique.objects.exists()
    assert client.post(at, {"body": " ", "version": "0"}).status_code == 422
    assert client.post(at, {"body": "Rivers are shared.", "version": "0"}).status_code == 302
    clash = client.post(at, {"body": "Rivers belong to all.", "version": "0"})
    assert (clash.status_code, clash.context["form"]["body"].value()) == (409, "Rivers belong to all.")
    buttons = [b'value="circulate_communique"' in page.content for page in (clash, client.get(at))]
    assert buttons == [False, True]  # from a page with two texts it would send the other one
    assert ["Rivers are shared." in words(clash), clash.context["form"]["version"].value()] == [True, 1]
    assert client.post(at, {"body": "Rivers belong to all.", "version": "x"}).status_code == 422
    assert client.post(at, {"body": "Rivers belong to all.", "version": "1"}).status_code == 302
    deaf = make_stakeholder("No address")
    make_check_in(make_delegate(forum, deaf))
    make_check_in(make_delegate(forum, make_stakeholder(contact_email="here@example.org")))
    client.post(f"{at}circulate_communique/")
    assert client.get(at).context["unreached"] == [deaf]
    sign_in(client, make_head())
    assert client.post(f"{at}return_communique/").status_code == 409
    assert client.post(f"{at}clear_communique/").status_code == 302
    sign_in(client, writer)
    assert client.post(f"{at}publish_communique/").status_code == 409
    sign_in(client, second)
    assert client.post(f"{at}publish_communique/").status_code == 302
    assert client.post(f"{at}explode/").status_code == 404
    out = Communique.objects.get()
    assert (out.state, out.sha256) == ("published", text_sha256("Rivers belong to all."))
    assert client.post(at, {"body": "Other words.", "version": "2"}).status_code == 409


@pytest.mark.django_db
def test_communique_is_visible_to_permitted_readers(client):
    came, stayed = make_stakeholder(), make_stakeholder()
    forum = make_forum(state="held", contact="Desk")
    make_check_in(make_delegate(forum, came))
    make_communique(forum, state="circulated", body="Rivers are shared.")
    at = reverse("communique", args=[forum.slug])
    statuses = []
    for person in (None, make_member(stayed), make_member(came), make_secretariat()):
        client.logout()
        if person:
            sign_in(client, person)
        statuses.append(client.get(at).status_code)
    assert statuses == [404, 404, 200, 200]
    client.logout()
    other = make_communique(state="published", body="Boats are counted.")
    page = client.get(reverse("communique", args=[other.forum.slug]))
    assert "Boats are counted." in words(page)
    file = client.get(reverse("communique_text", args=[other.forum.slug]))
    assert text_sha256(file.content.decode()) == other.sha256
    assert client.get(reverse("communique_text", args=[forum.slug])).status_code == 404
    verified = client.get(reverse("verify"), {"hash": other.sha256}, follow=True)
    assert (verified.status_code, "A published communiqué has this hash" in words(verified)) == (200, True)
    assert client.get(reverse("verify_communique", args=["0" * 64])).status_code == 404


@pytest.mark.django_db
def test_page_of_reported_forum_shows_outcome(client):
    forum = make_forum(state="held")
    make_point(session=make_session(forum), kind="decision", text="Boats are counted.")
    at = reverse("forum", args=[forum.slug])
    assert "Boats are counted." not in words(client.get(at))
    make_communique(forum, state="published")
    type(forum).objects.filter(pk=forum.pk).update(state="reported")
    said = words(client.get(at))
    shown = {"kind": "document", "name": "a.pdf", "media_type": "application/pdf", "size": 9, "sha256": "0" * 64}
    for title, for_everybody in (("Concept note", True), ("Seating", False)):
        by = make_secretariat()
        forum.files.create(title=title, for_everybody=for_everybody, by=by, at=forum.communique.written_at, **shown)
    said = words(client.get(at))
    assert ["Concept note" in said, "Seating" in said] == [True, False]
    for text in ("What was decided", "Boats are counted.", "Read the communiqué", "The forum in figures"):
        assert text in said
