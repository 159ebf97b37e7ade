"""Printing for a forum: access, journal entries, reprints, and the pack that everybody may save."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pikepdf
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from consultations import workflow
from consultations.models import Event, ForumFile
from ncm_portal.workflow import Blocked, NotAllowed
from positions.render.pdf import RenderFailed
from positions.views import forum_documents
from positions.views.forums import beginning
from tests.factories import (
    change,
    make_consultation,
    make_delegate,
    make_forum,
    make_secretariat,
    make_session,
    make_theme,
    make_user,
    walk,
)
from tests.paper_factories import make_edition, make_paper
from tests.sign_in import sign_in


def blank(number):
    """Return a PDF of this many empty pages."""
    with pikepdf.new() as document:
        for _ in range(number):
            document.add_blank_page()
        document.save(out := io.BytesIO())
    return out.getvalue()


@pytest.fixture
def press(monkeypatch):
    """Replace printing and record what was to be printed."""
    given_ = []

    def print_(made, sha256, address, *, document):
        given_.append(made)
        return blank(len(made.get("people", [1])))

    monkeypatch.setattr(forum_documents, "render_apart", print_)
    return given_


@pytest.fixture
def world(db):
    forum = make_forum(state="announced", title="Forum of Nairobi")
    people = [make_delegate(forum, name=f"Person {number}", badge_number=number) for number in (1, 2, 3)]
    make_delegate(forum, name="On the reserve list", state="waitlisted")
    officer = make_secretariat()
    return forum, people, signed_in(officer), officer


def signed_in(user):
    return sign_in(Client(), user)


def at(forum, name, *more):
    return reverse(name, args=[forum.slug, *more])


def lots(forum):
    return [entry.data for entry in Event.objects.about(forum).filter(verb="print_paper")]


def names(made):
    return [each["name"] for each in made["people"]]


def test_badges_are_printed_once_and_again_after_changes(world, press):
    forum, people, desk, officer = world
    page = desk.get(at(forum, "forum_papers"))
    assert page.status_code == 200
    assert "There is no programme yet." in page.content.decode()

    answer = desk.post(at(forum, "forum_print", "badges"), {"whom": "new"})
    entry = Event.objects.about(forum).get(verb="print_paper")
    assert answer["Location"] == f"{at(forum, 'forum_paper', 'badges')}?lot={entry.number}"
    assert names(press[-1]) == ["Person 1", "Person 2", "Person 3"]
    assert (entry.data["paper"], entry.data["pages"], entry.by) == ("badges", 3, officer)
    people[0].refresh_from_db()
    assert abs(people[0].badge_printed_at - entry.at) < timedelta(seconds=5)

    refused = desk.post(at(forum, "forum_print", "badges-single"), {"whom": "new"})
    assert refused.status_code == 422
    assert "Everybody has a copy, and nothing has changed since." in refused.content.decode()

    change(people[1], name="Person Two")
    late = make_delegate(forum, name="Late", badge_number=4)
    desk.post(at(forum, "forum_print", "badges-single"), {"whom": "new"})
    assert names(press[-1]) == ["Person Two", "Late"]
    assert [sorted(map(int, lot["people"])) for lot in lots(forum)] == [
        sorted(each.pk for each in people),
        sorted([people[1].pk, late.pk]),
    ]
    cache.clear()  # the first lot again, after its file was thrown away
    assert desk.get(answer["Location"]).headers["Content-Type"] == "application/pdf"
    assert names(press[-1]) == ["Person 1", "Person Two", "Person 3"]
    desk.post(at(forum, "forum_print", "name-plates"), {"whom": "one", "number": "3"})
    assert names(press[-1]) == ["Person 3"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"whom": "one", "number": "99"}, "Enter the badge number of a person"),
        ({"whom": "one", "number": ""}, "Enter the badge number of a person"),
        ({"whom": "one", "number": "12 or so"}, "12 or so"),
        ({"whom": "everybody else"}, "everybody else"),
    ],
)
def test_invalid_choice_is_refused_at_field_without_printing(world, press, sent, said):
    forum, _people, desk, _officer = world
    answer = desk.post(at(forum, "forum_print", "badges"), sent)
    assert (answer.status_code, press, lots(forum)) == (422, [], [])
    assert said in answer.content.decode()


def test_failed_printing_is_not_recorded(world, monkeypatch):
    forum, people, desk, _officer = world

    def fail(*_args, **_kwargs):
        raise RenderFailed("Printing took longer than 60 seconds and was stopped.\nTraceback")

    monkeypatch.setattr(forum_documents, "render_apart", fail)
    answer = desk.post(at(forum, "forum_print", "badges"), {"whom": "all"})
    assert answer.status_code == 503
    assert "Printing took longer than 60 seconds and was stopped." in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    people[0].refresh_from_db()
    assert (people[0].badge_printed_at, lots(forum)) == (None, [])
    assert desk.get(at(forum, "forum_paper", "badges"))["Location"] == at(forum, "forum_print", "badges")
    cache.add("forum-paper-printing", 1, 60)
    assert desk.get(at(forum, "forum_paper", "badges")).status_code == 503
    cache.clear()


def test_unprintable_name_is_reported_with_character(world):
    forum, people, desk, _officer = world
    change(people[1], name="漢 Li")
    answer = desk.post(at(forum, "forum_print", "badges"), {"whom": "all"})
    assert (answer.status_code, lots(forum)) == (503, [])
    told = (
        "The portal could not print it: Person “漢 Li”, name (“漢 Li”): "
        "no font of the portal has these characters: 漢 (U+6F22)."
    )
    assert told in answer.content.decode()


def test_page_shows_whether_document_changed_since_printing(world, press):
    forum, people, desk, _officer = world
    print_ = at(forum, "forum_print", "register")
    assert desk.post(print_)["Location"] == at(forum, "forum_paper", "register")
    assert "Printed, nothing changed since" in desk.get(print_).content.decode()
    change(people[0], name="Somebody else")
    assert "Changed since it was printed" in desk.get(print_).content.decode()
    missing = desk.post(at(forum, "forum_print", "certificates"))
    assert missing.status_code == 409
    assert "The forum has not ended yet." in missing.content.decode()


def test_only_the_secretariat_prints(world, press):
    forum, people, _desk, officer = world
    stranger = signed_in(make_user())
    asked = [
        at(forum, "forum_papers"),
        at(forum, "forum_print", "badges"),
        at(forum, "forum_paper", "badges"),
        at(forum, "forum_minutes"),
    ]
    assert [stranger.get(address).status_code for address in asked] == [404] * 4
    desk = signed_in(officer)
    unknown = [at(forum, "forum_print", "nothing"), f"{at(forum, 'forum_paper', 'badges')}?lot=1%27"]
    assert [desk.get(address).status_code for address in unknown] == [404, 404]
    with pytest.raises(NotAllowed):
        workflow.print_paper(forum, "badges", fingerprint="", pages=1, by=make_user())
    walk(people[0], "withdrawn")
    with pytest.raises(Blocked, match="Person 1 is withdrawn, not confirmed"):
        workflow.print_paper(forum, "badges", fingerprint="", pages=1, by=officer, badges=[people[0].pk])
    elsewhere = make_delegate(make_forum())
    with pytest.raises(Blocked, match="not a delegate to this forum"):
        workflow.print_paper(forum, "badges", fingerprint="", pages=1, by=officer, badges=[elsewhere.pk])


def test_query_count_does_not_depend_on_people(world, django_assert_max_num_queries):
    forum, _people, desk, _officer = world
    for number in range(4, 54):
        make_delegate(forum, name=f"Person {number}", badge_number=number)
    with django_assert_max_num_queries(24):
        assert desk.get(at(forum, "forum_papers")).status_code == 200
    assert desk.get(at(forum, "forum_minutes")).status_code == 200


# --- The pack ---------------------------------------------------------------------------------------------------------


def test_forum_pack_is_self_contained_and_small(db, settings):
    consultation = make_consultation()
    forum = make_forum(consultation, state="draft", contact="Ask <us>", ends_on=date(2099, 1, 3))
    assert Client().get(reverse("forum_pack", args=[forum.slug])).status_code == 404
    walk(forum, "announced")
    start = datetime.combine(forum.starts_on, datetime.min.time(), UTC) + timedelta(hours=6)
    theme = make_theme("T1")
    for number in range(60):
        moment = start + timedelta(minutes=45 * number)
        title = f"Session {number} on a long subject that takes a line"
        make_session(forum, starts_at=moment, title=title, room=f"Room {number}", theme=theme if number < 9 else None)
    text = "Kenya registers every child who is born on its territory, whatever papers the parents have. " * 5
    paragraphs = [{"number": number, "text": text} for number in range(1, 301)]
    edition = make_edition(
        make_paper(consultation, forum=forum, state="published"),
        "1.0",
        "adopted",
        content=json.dumps({"sections": [{"heading": "The text", "paragraphs": paragraphs}]}),
    )
    officer, about = make_secretariat(), {"media_type": "application/pdf", "size": 9, "sha256": "0" * 64}
    for title, is_open in (("Concept note", True), ("For the secretariat", False)):
        ForumFile.objects.create(
            forum=forum, title=title, for_everybody=is_open, name="a.pdf", by=officer, at=start, **about
        )
    answer = Client().get(reverse("forum_pack", args=[forum.slug]))
    page = answer.content.decode()
    assert len(answer.content) <= 60_000
    assert "<b>300</b>Kenya registers" in page
    assert f'href="{settings.PORTAL_ADDRESS}/papers/{edition.paper.slug}/1.0/position-paper.pdf"' in page
    assert ("Concept note" in page, "For the secretariat" in page, "Ask &lt;us&gt;" in page) == (True, False, True)
    make_edition(edition.paper, "1.1", "clearance", content='{"sections": []}')
    assert "<b>300</b>Kenya" in signed_in(officer).get(reverse("forum_pack", args=[forum.slug])).content.decode()
    # nothing from elsewhere is needed to show it, and the policy allows this style and no other
    assert ('<link rel="stylesheet"' in page, "<script" in page, "src=" in page) == (False, False, False)
    assert "style-src 'sha256-" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


@given(st.text(max_size=80), st.integers(2, 60))
def test_beginning_is_a_bounded_prefix(text, length):
    found, whole = beginning(text, length), " ".join(text.split())
    assert len(found) <= length
    assert found == whole or (found.endswith("…") and whole.startswith(found[:-1]))
