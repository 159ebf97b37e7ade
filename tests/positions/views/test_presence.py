"""Who else is writing: shown in the drafting room, told by its script, never written by reading."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from positions.models import Presence
from positions.workflow import be_seen
from tests.factories import make_member, make_secretariat, make_user
from tests.paper_factories import bring_paper, make_section
from tests.positions.drafting import make_draft
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    found = make_draft()
    found.colleague.name = "Wanjirũ Kamau"
    found.colleague.save()
    return found


@pytest.fixture
def desk(client, draft):
    return sign_in(client, draft.drafter)


def address(draft, section=None):
    return reverse("desk_writers", args=[draft.paper.slug, (section or draft.first).pk])


def room(draft, **query):
    return reverse("desk_section", args=[draft.paper.slug, draft.first.pk], query=query)


def test_others_are_shown_at_section_and_paragraph(desk, draft):
    be_seen(draft.first, draft.paragraph, draft.colleague)
    hour = f"{Presence.objects.get().since.astimezone():%H:%M}"
    for page in (desk.get(room(draft)), desk.get(address(draft)), desk.get(room(draft, open=1))):
        assert f"Wanjirũ Kamau is writing here since {hour}." in " ".join(page.text.split())
        assert f'data-here="section-{draft.first.pk}"' in page.text
        assert '<span aria-hidden="true">WK</span>' in page.text


def test_room_shows_nobody_where_nobody_else_is(desk, draft):
    be_seen(draft.first, draft.paragraph, draft.drafter)
    be_seen(make_draft().first, None, draft.colleague)
    assert "is writing here" not in desk.get(room(draft)).text
    assert "is writing here" not in desk.get(address(draft)).text


def test_others_cost_the_room_one_query(desk, draft):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            desk.get(room(draft))
        return [each["sql"] for each in seen]

    queries()
    alone = queries()
    for each in (draft.colleague, make_secretariat(), make_secretariat()):
        be_seen(draft.first, draft.paragraph, each)
    assert len(queries()) == len(alone)
    assert sum("positions_presence" in sql for sql in alone) == 1


def test_script_says_what_is_open_and_what_was_closed(desk, draft):
    desk.post(address(draft), {"paragraph": draft.paragraph.key})
    assert list(Presence.objects.values_list("user", "paragraph")) == [(draft.drafter.pk, draft.paragraph.pk)]
    desk.post(address(draft), {"paragraph": ""})
    assert list(Presence.objects.values_list("section", "paragraph")) == [(draft.first.pk, None)]
    desk.post(address(draft), {"paragraph": "", "is_closed": "on"})
    assert not Presence.objects.exists()


@pytest.mark.parametrize("key", ["x", "00000000-0000-4000-8000-000000000001"], ids=["none", "unknown"])
def test_unknown_paragraph_leaves_no_sign(desk, draft, key):
    assert desk.post(address(draft), {"paragraph": key}).status_code == 200
    assert not Presence.objects.exists()


def test_paragraph_of_another_section_leaves_no_sign(desk, draft):
    desk.post(address(draft, draft.second), {"paragraph": draft.paragraph.key})
    assert not Presence.objects.exists()


def test_reading_leaves_no_sign(desk, draft):
    for page in (room(draft), room(draft, open=1), room(draft, open="new"), address(draft)):
        assert desk.get(page).status_code == 200
    assert not Presence.objects.exists()


def test_saving_leaves_a_sign_without_script(desk, draft):
    words = {"text": "Kenya calls for agreed routs.", "why": "", "base": draft.paragraph.wording_id}
    desk.post(reverse("desk_paragraph", args=[draft.paper.slug, draft.paragraph.key]), words)
    assert list(Presence.objects.values_list("user", "paragraph")) == [(draft.drafter.pk, draft.paragraph.pk)]
    desk.post(room(draft), {"text": "Kenya notes it.", "key": uuid4()})
    assert Presence.objects.get().paragraph.wording.text == "Kenya notes it."
    desk.post(room(draft), {"text": "", "key": uuid4()})
    assert Presence.objects.get().paragraph is None


def test_closed_text_takes_no_sign_and_shows_none(desk, draft):
    be_seen(draft.first, draft.paragraph, draft.colleague)
    bring_paper(draft.paper, "review")
    desk.post(address(draft), {"paragraph": draft.paragraph.key})
    assert list(Presence.objects.values_list("user", flat=True)) == [draft.colleague.pk]
    assert "is writing here" not in desk.get(room(draft)).text


@pytest.mark.parametrize("maker", [make_member, lambda: make_user("official")], ids=["member", "official"])
def test_only_drafters_read_or_leave_signs(client, draft, maker):
    be_seen(draft.first, draft.paragraph, draft.colleague)
    other = sign_in(client, maker())
    assert other.get(address(draft)).status_code == 404
    assert other.post(address(draft), {"paragraph": draft.paragraph.key}).status_code == 404
    assert Presence.objects.count() == 1


def test_section_of_another_paper_is_not_there(desk, draft):
    assert desk.get(address(draft, make_section(make_draft().paper))).status_code == 404
