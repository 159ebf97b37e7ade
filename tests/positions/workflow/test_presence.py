"""Signs that somebody is writing: one per person and paper, since when, and gone within a day."""

from datetime import timedelta

import pytest

from consultations.models import Event
from ncm_portal.workflow import now
from positions.models import Presence
from positions.workflow import be_seen, clear_presences, leave
from tests.factories import make_member, make_user
from tests.paper_factories import make_paragraph
from tests.positions.drafting import make_draft

pytestmark = pytest.mark.django_db
AGO = timedelta(minutes=20)


@pytest.fixture
def draft(db):
    return make_draft()


def facts():
    return list(Presence.objects.values_list("user", "section", "paragraph"))


def test_person_is_writing_in_one_place_of_a_paper(draft, django_assert_num_queries):
    written = Event.objects.filter(by=draft.drafter).count()
    be_seen(draft.first, draft.paragraph, draft.drafter)
    be_seen(draft.first, draft.paragraph, draft.colleague)
    with django_assert_num_queries(1):
        be_seen(draft.first, draft.paragraph, draft.drafter)
    be_seen(draft.second, None, draft.drafter)
    assert sorted(facts()) == sorted([
        (draft.colleague.pk, draft.first.pk, draft.paragraph.pk), (draft.drafter.pk, draft.second.pk, None),
    ])  # fmt: skip
    assert Event.objects.filter(by=draft.drafter).count() == written


def test_hour_of_opening_is_kept_until_it_was_closed(draft):
    be_seen(draft.first, draft.paragraph, draft.drafter)
    opened = now() - timedelta(minutes=4)
    Presence.objects.update(since=opened, seen_at=opened)
    be_seen(draft.first, draft.paragraph, draft.drafter)
    row = Presence.objects.get()
    assert (row.since, row.seen_at > opened) == (opened, True)
    Presence.objects.update(since=now() - AGO, seen_at=now() - AGO)
    be_seen(draft.first, draft.paragraph, draft.drafter)
    assert Presence.objects.get().since > opened


def test_closing_an_earlier_paragraph_does_not_close_the_next(draft):
    following = make_paragraph(draft.first)
    be_seen(draft.first, draft.paragraph, draft.drafter)
    be_seen(draft.first, following, draft.drafter)
    leave(draft.first, draft.paragraph, draft.drafter)
    assert facts() == [(draft.drafter.pk, draft.first.pk, following.pk)]
    leave(draft.first, following, draft.colleague)
    assert len(facts()) == 1
    leave(draft.first, following, draft.drafter)
    assert facts() == []


def test_only_drafters_see_who_is_writing_and_nobody_is_shown_after_leaving(draft):
    be_seen(draft.first, draft.paragraph, draft.drafter)
    assert Presence.objects.visible_to(draft.colleague).count() == 1
    for reader in (draft.drafter, make_user("official"), make_member(), None):
        assert not Presence.objects.visible_to(reader).exists()
    Presence.objects.update(seen_at=now() - AGO)
    assert not Presence.objects.visible_to(draft.colleague).exists()


def test_signs_are_deleted_after_a_day(draft):
    be_seen(draft.first, draft.paragraph, draft.drafter)
    be_seen(draft.first, draft.paragraph, draft.colleague)
    Presence.objects.filter(user=draft.drafter).update(seen_at=now() - timedelta(hours=25))
    assert clear_presences() == 1
    assert facts() == [(draft.colleague.pk, draft.first.pk, draft.paragraph.pk)]
