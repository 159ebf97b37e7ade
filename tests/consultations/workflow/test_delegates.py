"""Seats of a forum: single and bulk decisions, reserve list, substitutes, duplicates."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consultations import workflow
from consultations.models import Delegate, Event, Group, SeatQuota
from consultations.queries import checkin, delegates
from consultations.queries.delegates import Seated
from ncm_portal.workflow import Blocked, now
from tests.factories import (
    change,
    make_check_in,
    make_delegate,
    make_forum,
    make_head,
    make_member,
    make_secretariat,
    make_stakeholder,
)

NOBODY_WAITS = "There is nobody from the group “Faith-based” on the reserve list."
NO_SEAT = "All seats of “Faith-based” are taken. Only the head of the secretariat can confirm more, with a reason."


def refused(act, *args, **values) -> list[str]:
    with pytest.raises(Blocked) as refusal:
        act(*args, **values)
    return refusal.value.reasons


def faith(forum, state="nominated", **fields) -> Delegate:
    return make_delegate(forum, make_stakeholder(group=Group.FAITH), state=state, **fields)


@pytest.mark.django_db
def test_head_may_exceed_seats_of_group():
    forum, by, head = make_forum(seats=9), make_secretariat(), make_head()
    SeatQuota.objects.create(forum=forum, group=Group.FAITH, seats=1)
    first, second, other = faith(forum), faith(forum), make_delegate(forum, state="nominated")
    assert workflow.confirm(first, by=by).badge_number == 1
    assert workflow.confirm(other, by=by).badge_number == 2
    assert refused(workflow.confirm, second, by=by, reason="Please.") == [NO_SEAT]
    assert refused(workflow.confirm, second, by=head) == [NO_SEAT]
    assert workflow.confirm(second, by=head, reason="Both speak.").badge_number == 3
    assert Event.objects.about(second).last().reason == "Both speak."


@pytest.mark.django_db
def test_bulk_decision_is_made_for_all_or_none():
    forum, by = make_forum(seats=2), make_secretariat()
    people = [make_delegate(forum, state="nominated", name=name) for name in ("Ng'ang'a", "Atieno", "Said")]
    together = workflow.decide_delegates
    reasons = refused(together, forum, by=by, move="confirm", delegates=people)
    assert reasons == ["Said: No seat is free: 2 of 2 are taken"]
    assert {each.state for each in Delegate.objects.all()} == {"nominated"}
    assert together(forum, by=by, move="confirm", delegates=people[:2]) == 2
    assert together(forum, by=by, move="waitlist", delegates=people[2:]) == 1
    assert refused(together, forum, by=by, move="refuse_delegate", delegates=people[2:], reason="") == [
        "Said: You cannot use “Refuse” while this is on the reserve list.",
        "Said: Enter a reason. It is kept in the journal.",
    ]
    assert sorted(Delegate.objects.values_list("name", "state")) == [
        ("Atieno", "confirmed"), ("Ng'ang'a", "confirmed"), ("Said", "waitlisted"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_first_waiting_delegate_of_same_group_gets_free_seat():
    forum, by = make_forum(seats=2), make_secretariat()
    SeatQuota.objects.create(forum=forum, group=Group.FAITH, seats=1, reserve=2)
    make_delegate(forum, state="waitlisted")
    goes = faith(forum, "confirmed")
    assert refused(workflow.promote, forum, by=by, instead_of=goes) == [NOBODY_WAITS]
    assert Delegate.objects.get(pk=goes.pk).state == "confirmed"
    first, second = faith(forum, "waitlisted"), faith(forum, "waitlisted")
    assert refused(workflow.promote, forum, by=by, group=Group.FAITH) == [NO_SEAT]
    assert refused(workflow.promote, make_forum(), by=by, instead_of=goes) == [f"{goes.name} belongs to another forum."]
    assert workflow.promote(forum, by=by, instead_of=goes, reason="Ill.") == first
    assert Delegate.objects.get(pk=goes.pk).state == "withdrawn"
    workflow.withdraw_delegate(first, by=by)
    assert workflow.promote(forum, by=by, group=Group.FAITH) == second
    assert Event.objects.about(second).last().verb == "promote"
    assert refused(workflow.promote, forum, by=make_member(), group=Group.FAITH) == [
        "Only the secretariat can do this: Promote from the reserve list."
    ]


@pytest.mark.django_db
def test_substitute_uses_seat_until_delegate_arrives():
    forum, by = make_forum(seats=2), make_secretariat()
    principal = make_delegate(forum, name="Hon. Wanjiru", badge_number=1)
    sits = workflow.substitute(principal, by=by, name="M. Otieno", title="Deputy")
    assert (sits.state, sits.badge_number, sits.sits_in_for, sits.group) == (
        "confirmed", 2, principal, principal.group,
    )  # fmt: skip
    assert delegates.seat_plan(forum).confirmed == 1
    assert refused(workflow.substitute, principal, by=by, name=" ") == [
        "M. Otieno already sits in.",
        "Enter who sits in.",
    ]
    assert refused(workflow.substitute, sits, by=by, name="X") == ["M. Otieno has no seat, so nobody can sit in."]
    assert refused(workflow.end_substitute, principal, by=by) == ["Hon. Wanjiru does not sit in for anyone."]
    ended = workflow.end_substitute(sits, by=by)
    assert (ended.state, ended.sits_in_for) == ("withdrawn", principal)
    assert Event.objects.about(ended).last().reason == "The principal attended."
    assert workflow.substitute(principal, by=by, name="A. Third").badge_number == 3
    assert workflow.confirm(make_delegate(forum, state="nominated"), by=by).badge_number == 4


@pytest.mark.django_db
def test_merging_duplicate_delegates_keeps_all_data():
    forum, by = make_forum(), make_secretariat()
    old = make_delegate(forum, state="nominated", name="A. Njeri", email="njeri@example.org", title="Officer")
    new = make_delegate(forum, name="Amina Njeri", badge_number=4, title="Director")
    came, twice = make_check_in(new), make_check_in(old)
    earlier = make_delegate(forum, state="withdrawn", merged_into=None)
    change(earlier, merged_into=old)
    sits = make_delegate(forum, sits_in_for=old)
    chosen = {"name": new.pk, "email": old.pk, "title": new.pk, "stakeholder": old.pk}
    stays = workflow.merge_delegates(old, new, by=by, chosen=chosen)
    assert (stays.pk, stays.name, stays.email, stays.title) == (new.pk, "Amina Njeri", "njeri@example.org", "Director")
    assert (stays.stakeholder, stays.state, stays.badge_number) == (old.stakeholder, "confirmed", 4)
    goes = Delegate.objects.get(pk=old.pk)
    assert (goes.state, goes.merged_into, goes.name) == ("withdrawn", stays, "A. Njeri")
    assert {each.pk for each in stays.merged.all()} == {old.pk, earlier.pk}
    assert Delegate.objects.get(pk=sits.pk).sits_in_for == stays
    assert (came.delegate, twice.delegate_id) == (stays, old.pk)
    kept = Event.objects.about(stays).last()
    assert (kept.verb, kept.data["merged"], kept.data["was"]["name"]) == ("merge_delegates", old.pk, "A. Njeri")
    assert refused(workflow.merge_delegates, stays, goes, by=by, chosen={}) == ["A. Njeri is withdrawn."]
    assert refused(workflow.merge_delegates, stays, sits, by=by, chosen={}) == [
        "One of them sits in for the other, so these are two people."
    ]
    other = make_delegate(make_forum())
    assert refused(workflow.merge_delegates, stays, other, by=by, chosen={}) == [
        "These are not two entries of the same forum."
    ]


@pytest.mark.django_db
def test_merged_substitute_with_own_seat_keeps_own_seat():
    forum, by = make_forum(starts_on=now().date()), make_secretariat()
    principal = make_delegate(forum, name="Hon. Wanjiru")
    sits, own = make_delegate(forum, name="A. Njeri", sits_in_for=principal), make_delegate(forum, name="Amina Njeri")
    make_check_in(sits)
    assert checkin.present(forum).institutions == {principal.stakeholder_id}
    assert workflow.merge_delegates(sits, own, by=by, chosen={}) == own
    assert checkin.present(forum).institutions == {own.stakeholder_id}
    assert workflow.substitute(principal, by=by, name="B. Third").sits_in_for == principal


@pytest.mark.django_db
def test_planned_seats_fit_forum_and_are_journalled_once():
    forum, by = make_forum(seats=50), make_secretariat()
    make_delegate(forum)
    assert refused(workflow.set_seats, forum, by=by, seats=0, groups={Group.FAITH: (3, 1)}) == [
        "The groups together have 3 seats, but the forum has 0.",
        "Already confirmed: 1. Enter at least that many seats.",
    ]
    for _again in range(2):
        workflow.set_seats(forum, by=by, seats=40, groups={Group.FAITH: (3, 1), Group.MINISTRY: (20, 5)})
    assert list(forum.quotas.values_list("group", "seats", "reserve")) == [("faith_based", 3, 1), ("ministry", 20, 5)]
    workflow.set_seats(forum, by=by, seats=40, groups={Group.MINISTRY: (21, 5)})
    assert list(forum.quotas.values_list("group", "seats")) == [("ministry", 21)]
    assert Event.objects.about(forum).filter(verb="set_seats").count() == 2


@pytest.mark.django_db
def test_correction_is_journalled_with_changes_and_repeat_changes_nothing():
    person, by = make_delegate(make_forum(), name="Ng’ang’a", title="Officer"), make_secretariat()
    for _again in range(2):
        workflow.edit_delegate(person, by=by, name="Ng'ang'a", title="Officer")
    (event,) = Event.objects.about(person)
    assert event.data == {"changed": {"name": ["Ng’ang’a", "Ng'ang'a"]}}


# --- The plan, without a database -----------------------------------------------------------------------------------

GROUPS = st.sampled_from(["ministry", "faith_based", "county_government", ""])
STATES = st.sampled_from(["nominated", "confirmed", "waitlisted"])
PEOPLE = st.dictionaries(
    st.builds(Seated, GROUPS, st.sampled_from(["", "Garissa", "Turkana"]), STATES), st.integers(0, 3), max_size=6
)
QUOTAS = st.dictionaries(GROUPS.filter(bool), st.tuples(st.integers(0, 9), st.integers(0, 9)))


@settings(max_examples=40)
@given(QUOTAS, PEOPLE, st.data())
def test_predicted_seat_plan_equals_plan_after_decision(quotas, people, data):
    present = [kind for kind, number in people.items() for _turn in range(number)]
    chosen = data.draw(st.lists(st.sampled_from(present), max_size=len(present), unique=True)) if present else []
    state = data.draw(st.sampled_from(["confirmed", "waitlisted", "refused", "withdrawn"]))
    moved = dict(people)
    for kind in chosen:
        moved[kind] -= 1
        moved[kind._replace(state=state)] = moved.get(kind._replace(state=state), 0) + 1
    seen = delegates.after(delegates.plan(20, quotas, people), chosen, state)
    expected = delegates.plan(
        20, quotas, {kind: number for kind, number in moved.items() if kind.state in delegates.COUNTED}
    )
    assert seen == expected


def test_balance_lists_excess_before_shortage():
    people = {
        Seated("ministry", "", "confirmed"): 4,
        Seated("ministry", "", "waitlisted"): 2,
        Seated("county_government", "Garissa", "confirmed"): 4,
        Seated("county_government", "Turkana", "confirmed"): 1,
        Seated("", "", "nominated"): 1,
    }
    quotas = {"ministry": (3, 1), "county_government": (12, 2)}
    assert delegates.balance(delegates.plan(8, quotas, people)) == [
        "9 people are confirmed, but the forum has 8 seats.",
        "Ministry: 4 confirmed, seats planned: 3.",
        "Ministry: 2 on the reserve list, places planned: 1.",
        "County government: only 5 of 12 seats are taken.",
        "Garissa: 4 of the 5 people from counties.",
    ]
    assert delegates.balance(delegates.plan(8, {}, {})) == []
