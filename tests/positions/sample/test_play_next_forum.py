"""The next forum of the sample: the content of its file is in the portal, written by verbs."""

from django.utils import timezone

from consultations.models import Forum
from positions import sample


def assert_it_meets_after_the_deadline(forum):
    """The forum and the milestones of the open round come after its deadline, none on a weekend."""
    days = [forum.starts_on, *forum.consultation.milestones.values_list("planned_start", flat=True)]
    deadline = timezone.localdate(forum.consultation.closes_at)
    assert len(days) == 4
    assert all(day > deadline and day.weekday() < 5 for day in days)
    assert {timezone.localdate(each.starts_at) for each in forum.sessions.all()} == {forum.starts_on}


def test_next_forum_is_in_preparation(played):
    """Each letter has the state given in the sample's file, and so has everybody named in an answer."""
    rows = sample.read("next_forum")
    forum = Forum.objects.get(slug=rows["forum"]["slug"])
    assert forum.state == "announced"
    assert_it_meets_after_the_deadline(forum)
    expected = {
        row["organisation"]: "declined" if "declines" in row else "answered" if "answer" in row else "sent"
        for row in rows["letter"]
    }
    keys = {row["name"]: row["key"] for row in sample.organisations()}
    letters = forum.invitations.select_related("stakeholder")
    assert {keys[each.stakeholder.name]: each.state for each in letters} == expected
    named = {
        person["name"]: "confirmed"
        if person["decided"] == "confirmed"
        else "waitlisted"
        if "alternate" in person
        else "nominated"
        for row in rows["letter"]
        for person in row.get("person", [])
    }
    assert dict(forum.delegates.values_list("name", "state")) == named
    assert {group["group"]: group["seats"] for group in rows["forum"]["group"]} == dict(
        forum.quotas.values_list("group", "seats")
    )
