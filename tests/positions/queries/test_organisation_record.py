"""The record of an organisation: every kind of entry, for that organisation only, and nothing that it may not read."""

from datetime import date, timedelta

import pytest

from consultations import workflow
from ncm_portal.workflow import now
from positions.models import Amendment, CoSponsor
from positions.queries.organisation_record import KINDS, record_of
from tests.factories import (
    change,
    make_action,
    make_check_in,
    make_delegate,
    make_forum,
    make_invitation,
    make_member,
    make_point,
    make_session,
    make_stakeholder,
    make_submission,
    walk,
)
from tests.paper_factories import bring_paper, make_disposition, make_paper
from tests.plans import no_large_table_is_read_as_a_whole
from tests.positions.queries.test_for_you import new_amendment
from tests.waiting import make_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_people()


def record(people, who="focal", body="body"):
    user = getattr(people, who)
    return record_of(getattr(people, body), type(user).objects.get(pk=user.pk))


def lines(people, kind, **options):
    return [(each.what, each.standing) for each in record(people, **options) if each.kind == kind]


def make_one_of_each(people, body):
    """Make an entry of every kind for an organisation, whose people are a member and an alternate."""
    writer = make_member(body, "alternate")
    sent = make_submission(stakeholder=body, author=writer, title=f"Passes for {body}")
    make_point(sent, text=f"Two passes for {body}.")
    amendment = new_amendment(people)
    change(amendment, sponsor=body, by=writer)
    change(amendment.round, audience="stakeholders")
    signed = make_submission(title=f"Signed by {body}")
    workflow.endorse(signed, body, by=writer)
    forum = make_forum(title=f"Forum of {body}")
    make_invitation(forum, body)
    make_check_in(make_delegate(forum, body))
    make_action(forum, stakeholder=body, text=f"A promise of {body}.")
    return writer


def test_record_has_every_kind_of_the_own_organisation_and_nothing_of_another(people):
    other = make_stakeholder("Weavers")
    make_one_of_each(people, people.body)
    make_one_of_each(people, other)
    entries = record(people)
    assert {each.kind for each in entries} == set(KINDS)
    assert not [each for each in entries if "Weavers" in " ".join(map(str, each))]
    assert len(entries) == 7  # the letter and the attendance are two


def test_newest_come_first(people):
    for days in (9, 1, 5):
        sent = make_submission(stakeholder=people.body, author=people.focal, title=f"{days} days old")
        change(sent, submitted_at=now() - timedelta(days=days), edited_at=now() - timedelta(days=days))
    assert [each.what for each in record(people)] == ["1 days old", "5 days old", "9 days old"]


def test_drafts_are_listed_and_lead_to_their_form(people):
    begun = make_submission(stakeholder=people.body, author=people.focal, state="draft", title="")
    (entry,) = record(people)
    assert (entry.what, entry.standing, entry.url) == (
        "Draft without a title", "draft", f"/submit/{begun.key}/",
    )  # fmt: skip


def test_answer_to_a_point_is_told_once_its_paper_is_published(people):
    point = make_point(make_submission(stakeholder=people.body, author=people.focal), text="Two passes.")
    paper = make_paper(point.consultation, state="adopted")
    make_disposition(paper, walk(point, "disposed"), answered_at=now())
    assert lines(people, "point") == [("Two passes.", "no answer yet")]
    bring_paper(paper, "published")
    assert lines(people, "point") == [("Two passes.", f"taken up ({paper.short_title})")]


def test_point_joined_to_another_has_the_answer_of_that_one(people):
    point = make_point(make_submission(stakeholder=people.body, author=people.focal), text="Two passes.")
    root = make_point(make_submission(point.consultation), text="Passes.")
    walk(point, "merged", merged_into=root)
    assert lines(people, "point") == [("Two passes.", "joined to another, no answer yet")]
    paper = make_paper(point.consultation, state="published")
    make_disposition(paper, walk(root, "disposed"), answered_at=now(), outcome="noted", reason="Noted.")
    assert lines(people, "point") == [("Two passes.", f"noted ({paper.short_title})")]


def test_point_of_a_session_leads_to_the_forum(people):
    session = make_session()
    make_point(session=session, stakeholder=people.body, text="Said aloud.", state="validated")
    (entry,) = record(people)
    assert (entry.what, entry.url) == ("Said aloud.", f"/forums/{session.forum.slug}/")


def test_amendments_say_whether_they_were_taken_up_until_the_text_is_restricted(people):
    amendment = new_amendment(people)
    change(amendment, sponsor=people.body, by=people.focal)
    change(amendment.round, audience="stakeholders")
    decided = {"decided_by": people.head, "decided_at": now(), "decision_reason": "It is clearer."}
    walk(amendment, "accepted", **decided)
    paper = amendment.round.paper
    assert lines(people, "amendment") == [(f"{paper.short_title}: Other words.", "accepted")]
    change(paper, is_restricted=True)
    assert lines(people, "amendment") == []


def test_co_sponsor_sees_the_sponsor_and_not_its_person(people):
    amendment = new_amendment(people)
    change(amendment.round, audience="stakeholders")
    joined = CoSponsor.objects.create(amendment=amendment, stakeholder=people.body, by=people.focal, at=now())
    (entry,) = record(people)
    assert entry.by == "with Ministry of Passes"
    assert Amendment.objects.get().by.name not in " ".join(map(str, entry))
    change(joined, left_by=people.focal, left_at=now())
    assert record(people) == []


def test_title_of_a_co_signed_input_that_is_not_readable_any_more_is_left_out(people):
    signed = make_submission(title="A secret now")
    workflow.endorse(signed, people.body, by=people.focal)
    assert lines(people, "signature") == [("A secret now", "co-signed by us")]
    change(signed, audience="secretariat")
    (entry,) = record(people)
    assert (entry.what, entry.reference, entry.url) == ("An input that is not public any more", "", "")


def test_co_signer_of_an_own_input_is_named_by_its_organisation_only(people):
    sent = make_submission(stakeholder=people.body, author=people.focal, title="Passes")
    signed = workflow.endorse(sent, people.stranger.memberships.get().stakeholder, by=people.stranger)
    (entry,) = [each for each in record(people) if each.kind == "signature"]
    assert (entry.standing, entry.by) == ("Fishers' Group co-signs it", "")
    workflow.withdraw_endorsement(signed, by=people.stranger)
    assert lines(people, "signature") == []


def test_letters_that_were_not_sent_and_voided_check_ins_are_not_listed(people):
    forum = make_forum(starts_on=date(2017, 10, 17), ends_on=date(2017, 10, 17), state="held", title="GCM")
    make_invitation(forum, people.body, state="draft")
    wrong = make_check_in(make_delegate(forum, people.body))
    make_check_in(wrong.delegate, voids=wrong, reason="Another person.")
    assert record(people) == []
    attended = make_delegate(forum, people.body)
    make_check_in(attended)
    make_check_in(attended, at=now() + timedelta(days=1))
    assert lines(people, "forum") == [(f"GCM, {forum.place}", "1 person attended")]


def test_record_takes_few_queries_whatever_its_length(people, django_assert_max_num_queries):
    for _turn in range(3):
        make_one_of_each(people, people.body)
    with no_large_table_is_read_as_a_whole(), django_assert_max_num_queries(10):
        record(people)
