"""Notifications about seats: each decision once, at the right address, with preview."""

import re
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from consultations import workflow
from consultations.models import Delegate, Event, OutgoingMail, SessionRole
from consultations.notifications.delegates import key_of, news_of
from consultations.notifications.outbox import as_html
from consultations.permissions import LinkHolder
from consultations.queries.delegates import awaiting_notice
from consultations.queries.forum_tasks import counts_of, next_actions
from consultations.queries.programme import calendar_address
from consultations.tokens import token
from consultations.workflow import Named
from ncm_portal.workflow import NotAllowed, now
from tests.factories import (
    change,
    make_delegate,
    make_forum,
    make_head,
    make_invitation,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_user,
    walk,
)
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
WHY = "Two of your people come already."


def make_scene():
    """Five people with decisions: two with an address, two reached through their institution, one unreachable."""
    forum, officer = make_forum(title="The Forum", venue="KICC", contact="Ms Achieng, 020"), make_secretariat()
    county, silent = make_stakeholder("County"), make_stakeholder("Silent")
    letter = make_invitation(forum, county, email="letter@county.example")

    def named(name, body=county, **fields):
        return make_delegate(forum, body, state="nominated", name=name, **fields)

    own = named("Own", email="own@x.example", access_needs="A ramp")
    account = named("Account", user=make_user(email="account@x.example", language="sw"))
    through, refused, nobody = named("Through"), named("Refused"), named("Nobody", silent)
    named("Undecided", email="undecided@x.example")
    for each in (own, through, nobody):
        workflow.confirm(each, by=officer)
    workflow.waitlist(account, by=officer)
    workflow.refuse_delegate(refused, by=officer, reason=WHY)
    return SimpleNamespace(forum=forum, officer=officer, letter=letter, own=own, nobody=nobody, refused=refused)


def keys(forum):
    return [key_of(each) for each in awaiting_notice(forum)]


def names(rows):
    return sorted(each.name for each in rows)


def test_each_delegate_is_notified_once_directly_or_through_institution():
    scene = make_scene()
    forum, officer = scene.forum, scene.officer
    with pytest.raises(NotAllowed):
        workflow.tell_delegates(forum, by=make_user(), keys=keys(forum))
    assert "5 people to notify" in [each.words for each in next_actions(counts_of(forum))]
    told = workflow.tell_delegates(forum, by=officer, keys=keys(forum))
    assert sorted((each.mail.to if each.mail else "", names(each.people)) for each in told) == [
        ("", ["Nobody"]),
        ("account@x.example", ["Account"]),
        ("letter@county.example", ["Refused", "Through"]),
        ("own@x.example", ["Own"]),
    ]
    assert workflow.tell_delegates(forum, by=officer, keys=[key_of(scene.own), "nonsense"]) == []
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert sorted(mails) == ["account@x.example", "letter@county.example", "own@x.example"]
    own = mails["own@x.example"]
    assert own.subject == "You have a seat at “The Forum”"
    for words in ("Dear Own,", "KICC, Nairobi", "number 1,", "A ramp", "Ms Achieng, 020", calendar_address(scene.own)):
        assert words in own.body
    assert f'href="{calendar_address(scene.own)}"' in as_html(own)
    together = mails["letter@county.example"].body
    assert f"- Refused. The reason: {WHY}" in together
    assert "- Through" in together
    ways = {event.object_label: event.data["by"] for event in Event.objects.filter(verb="tell_delegates")}
    assert ways == {
        "Own": "own address", "Account": "own address", "Through": "institution", "Refused": "institution",
        "Nobody": "no mail",
    }  # fmt: skip
    # What is decided later is not_notified again; the key of an older decision tells nothing of it.
    before = key_of(scene.own)
    workflow.withdraw_delegate(scene.own, by=officer)
    assert workflow.tell_delegates(forum, by=officer, keys=[before]) == []
    (again,) = workflow.tell_delegates(forum, by=officer, keys=keys(forum))
    assert again.mail.subject == "You are no longer on the list of “The Forum”"
    assert "seat that we confirmed for you is cancelled" in again.mail.body
    scene.own.refresh_from_db()
    assert (scene.own.told, counts_of(forum).not_notified) == ("withdrawn", 0)


def test_only_decisions_of_desk_for_current_forums_are_notified():
    scene = make_scene()
    letter, officer = scene.letter, scene.officer
    holder = LinkHolder(token(letter.key, letter.token_round), "Wanjiru")
    people = [Named("Alternate", is_alternate=True)]
    workflow.answer_invitation(letter, by=holder, answered_by="Wanjiru", people=people)
    twins = [make_delegate(scene.forum, state="nominated", name="Twin A", email="t@x.example") for _turn in range(2)]
    workflow.merge_delegates(*twins, by=officer, chosen={})
    assert names(awaiting_notice(scene.forum)) == ["Account", "Nobody", "Own", "Refused", "Through"]
    own = make_delegate(scene.forum, letter.stakeholder, state="nominated", email="b@x.example", invitation=letter)
    workflow.confirm(own, by=officer)
    workflow.tell_delegates(scene.forum, by=officer, keys=[key_of(Delegate.objects.get(pk=own.pk))])
    workflow.decline_invitation(letter, by=officer, answered_by="Wanjiru")
    own.refresh_from_db()
    assert (own.state, own in awaiting_notice(scene.forum)) == ("withdrawn", True)  # told of a seat that is gone
    assert set(Delegate.objects.filter(name="Alternate").values_list("state", flat=True)) == {"withdrawn"}
    assert "Alternate" not in names(awaiting_notice(scene.forum))
    walk(scene.forum, "registration_closed", "in_session")
    assert names(awaiting_notice(scene.forum))
    walk(scene.forum, "held")
    assert names(awaiting_notice(scene.forum)) == []


@pytest.mark.parametrize("wrong", [{"told": "confirmed"}, {"told_at": now()}, {"told": "nominated", "told_at": now()}])
def test_database_refuses_inconsistent_notification_fields(wrong):
    person = make_delegate(make_forum())
    with pytest.raises(IntegrityError, match="delegate_told"), transaction.atomic():
        change(person, **wrong)


def test_every_mail_is_previewed_and_can_be_left_out(client, django_assert_max_num_queries):
    scene = make_scene()
    here = reverse("forum_tell", args=[scene.forum.slug])
    sign_in(client, make_member())
    assert client.get(here).status_code == 404
    sign_in(client, scene.officer)
    with django_assert_max_num_queries(14):
        page = client.get(here)
    text = page.content.decode()
    for words in ("Send 3 mails", "1 of them has no e-mail address", "own@x.example", WHY):
        assert words in text
    assert "5 people to notify." in client.get(reverse("forum_delegates", args=[scene.forum.slug])).content.decode()
    ticked = re.findall(r'name="key" value="([^"]+)" id="[^"]+" checked', text)
    assert ticked == [each.key for each in page.context["mailed"]]
    shown = {each.mail.to: each.mail.body for each in page.context["mailed"]}
    assert OutgoingMail.objects.count() == 0
    left = [each.key for each in page.context["mailed"] if each.mail.to != "own@x.example"]
    sent = client.post(here, {"key": left}, follow=True)
    assert "2 mails are being sent." in sent.content.decode()
    assert {mail.to: mail.body for mail in OutgoingMail.objects.all()} == {
        to: body for to, body in shown.items() if to != "own@x.example"
    }
    assert [each.name for each in sent.context["mailed"]] == ["Own"]
    done = client.post(here, {"key": key_of(Delegate.objects.get(pk=scene.nobody.pk))}, follow=True)
    assert ("1 person is marked as notified." in done.content.decode(), done.context["unreached"]) == (True, [])
    assert (
        "Nobody was notified: no one was chosen" in client.post(here, {"key": ["x", ""]}, follow=True).content.decode()
    )
    workflow.tell_delegates(scene.forum, by=scene.officer, keys=keys(scene.forum))
    person = client.get(reverse("forum_delegate", args=[scene.forum.slug, scene.own.pk])).content.decode()
    assert "<dt>Notified</dt><dd>confirmed · " in person
    assert "Everyone has been notified." in client.get(here).content.decode()
    assert news_of([]) == []


def test_cancellation_is_mailed_once_to_all_expected_participants():
    scene = make_scene()
    forum, host = scene.forum, make_user(name="Host", email="own@x.example")
    for user in (host, make_user(is_active=False)):
        SessionRole.objects.create(session=make_session(forum), user=user, kind="moderator")
    for number, state in enumerate(("sent", "declined", "draft", "lapsed")):
        make_invitation(forum, make_stakeholder(f"Body {number}"), email=f"{state}@x.example", state=state)
    gone = make_delegate(forum, state="nominated", email="gone@x.example")
    workflow.withdraw_delegate(gone, by=scene.officer, reason="Ill.")
    OutgoingMail.objects.all().delete()
    workflow.cancel_forum(forum, by=make_head(), reason="The hall burnt down.")
    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert sorted(mails) == [
        "account@x.example",
        "lapsed@x.example",
        "letter@county.example",
        "own@x.example",
        "sent@x.example",
        "undecided@x.example",
    ]
    assert (len(mails), mails["account@x.example"].subject) == (
        OutgoingMail.objects.count(),
        "“The Forum” halitafanyika",
    )
    told = mails["letter@county.example"]
    assert told.subject == "“The Forum” is cancelled"
    for words in (
        "The hall burnt down.",
        "Do not travel.",
        "Where: KICC, Nairobi",
        "Questions: Ms Achieng, 020",
    ):
        assert words in told.body


def test_unannounced_forum_is_cancelled_without_mail():
    forum = make_forum(state="draft")
    make_delegate(forum, state="nominated", email="early@x.example")
    workflow.cancel_forum(forum, by=make_head(), reason="No money.")
    assert OutgoingMail.objects.count() == 0
