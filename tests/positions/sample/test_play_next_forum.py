"""The next forum of the sample: the content of its file is in the portal, written by verbs."""

from consultations.models import Forum
from positions import sample


def test_next_forum_is_in_preparation(played):
    """Each letter has the state given in the sample's file, and so has everybody named in an answer."""
    rows = sample.read("next_forum")
    forum = Forum.objects.get(slug=rows["forum"]["slug"])
    assert forum.state == "announced"
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
