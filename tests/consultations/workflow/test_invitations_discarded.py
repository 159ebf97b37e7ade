"""Letters of invitation that are discarded unsent, and institutions that cannot be invited."""

import uuid

import pytest

from consultations import workflow
from consultations.models import Event, Group
from consultations.queries.invitations import barred, candidates, letters_of
from ncm_portal.workflow import Blocked, NotAllowed
from tests.consultations.workflow.test_invitations import RESPOND_BY, make_scene, on
from tests.factories import make_forum, make_invitation, make_secretariat, make_stakeholder, make_user

pytestmark = pytest.mark.django_db


def test_unsent_letter_is_discarded_and_the_institution_can_be_invited_again():
    scene = make_scene()
    first, second, _third = scene.letters
    with on(1):
        gone = workflow.discard_invitations(scene.forum, by=scene.officer, keys=[first.key, uuid.uuid4()])
        assert [(each.pk, each.state) for each in gone] == [(first.pk, "discarded")]
        assert [each.stakeholder for each in candidates(scene.forum)] == [scene.one]
        (again,) = workflow.write_invitations(
            scene.forum, by=scene.officer, respond_by=RESPOND_BY, offers=[(scene.one, 3, "one@county.example")]
        )
        assert (again.reference, again.seats) == ("NCM/FORUM-2017/004", 3)
        assert workflow.send_invitations(scene.forum, by=scene.officer, keys=[first.key]) == []
        with pytest.raises(Blocked) as refusal:
            workflow.change_invitation(first, by=scene.officer, seats=1, addressee="", email="", respond_by=RESPOND_BY)
    assert refusal.value.reasons == ["The letter was discarded. Write a new one."]
    assert Event.objects.about(first).last().verb == "discard_invitation"
    assert [letter.pk for letter in letters_of(scene.forum)] == [again.pk, scene.letters[2].pk, second.pk]


def test_letter_that_was_sent_is_not_discarded():
    forum = make_forum()
    letter = make_invitation(forum, state="sent")
    assert workflow.discard_invitations(forum, by=make_secretariat(), keys=[letter.key]) == []
    with pytest.raises(Blocked):
        workflow.discard_invitation(letter, by=make_secretariat())
    with pytest.raises(NotAllowed):
        workflow.discard_invitations(forum, by=make_user(), keys=[letter.key])


def test_institutions_that_cannot_be_invited_are_listed_with_the_reason():
    forum = make_forum()
    make_stakeholder("Able")
    letter = make_invitation(forum, make_stakeholder("Invited"))
    make_stakeholder("Suspended", state="suspended")
    make_stakeholder("Waiting", state="registered")
    make_invitation(forum, make_stakeholder("Discarded"), state="discarded")
    assert [(each.stakeholder.name, each.reason, each.letter) for each in barred(forum)] == [
        ("Invited", "it has a letter: sent, no answer yet", letter),
        ("Suspended", "its registration is suspended", None),
        ("Waiting", "its registration is not verified yet", None),
    ]
    assert barred(forum, group=Group.MEDIA) == []
