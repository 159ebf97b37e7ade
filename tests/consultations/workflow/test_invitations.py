"""Letters of invitation: written and sent once, reminded, lapsed, concurrent answers."""

import uuid
from datetime import date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations import workflow
from consultations.models import Delegate, Event, Group, Invitation, OutgoingMail, SeatQuota
from consultations.permissions import LinkHolder
from consultations.queries.invitations import (
    candidates,
    missing,
    next_step,
    open_actions,
    people_of,
    share_of,
)
from consultations.tokens import hashed, token
from consultations.workflow import Named, Paper
from ncm_portal.workflow import Blocked, NotAllowed, replayed_at
from tests.access_log import refusals
from tests.factories import (
    bring,
    change,
    make_action,
    make_consultation,
    make_forum,
    make_invitation,
    make_secretariat,
    make_session,
    make_stakeholder,
    make_user,
    walk,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NAIROBI = ZoneInfo("Africa/Nairobi")
ASKED = datetime(2017, 9, 18, 9, tzinfo=NAIROBI)
RESPOND_BY = date(2017, 10, 9)


def on(day, hour=9, month=10):
    return replayed_at(datetime(2017, month, day, hour, tzinfo=NAIROBI))


def make_scene(**fields):
    """Three institutions with a letter to the forum of 17 October, one without an e-mail address."""
    forum = make_forum(
        make_consultation(), code="FORUM-2017", starts_on=date(2017, 10, 17), letter_text="You are invited.", **fields
    )
    officer = make_secretariat()
    one, two, three = (make_stakeholder(name, group=Group.COUNTY) for name in ("One", "Two", "Three"))
    change(one, contact_email="one@county.example")
    change(two, contact_email="two@county.example")
    with on(18, month=9):
        offers = [(one, 2, "one@county.example"), (two, 1, "two@county.example"), (three, 1, "")]
        made = workflow.write_invitations(forum, by=officer, respond_by=RESPOND_BY, offers=offers)
    return SimpleNamespace(forum=forum, officer=officer, letters=made, one=one, two=two, three=three)


def send(scene):
    with on(18, month=9):
        workflow.send_invitations(scene.forum, by=scene.officer, keys=[each.key for each in scene.letters])
    return list(scene.forum.invitations.order_by("pk"))


def holder(letter, name="Wanjiru"):
    return LinkHolder(token(letter.key, letter.token_round), name)


def named(*names, **fields):
    return [Named(name, row=uuid.uuid4(), **fields) for name in names]


def answer(letter, people, by=None, **fields):
    by = by or holder(letter)
    with on(20, month=9):
        return workflow.answer_invitation(letter, by=by, answered_by="Wanjiru", people=people, **fields)


# --- Letters --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 500), st.integers(0, 100))
def test_all_of_a_group_get_same_share_and_at_least_one_seat(seats, institutions):
    share = share_of(seats, institutions)
    assert share >= 1
    assert share == 1 or share * max(1, institutions) <= seats


def test_candidates_have_seats_and_address():
    scene = make_scene()
    SeatQuota.objects.create(forum=scene.forum, group=Group.COUNTY, seats=7)
    for name in ("Four", "Five", "Six"):
        make_stakeholder(name, group=Group.COUNTY, contact_email=f"{name.lower()}@county.example")
    make_stakeholder("Not verified", group=Group.COUNTY, state="registered")
    make_stakeholder("Of another group")
    found = candidates(scene.forum, group=Group.COUNTY)
    assert [(each.stakeholder.name, each.seats, each.email) for each in found] == [
        ("Five", 2, "five@county.example"), ("Four", 2, "four@county.example"), ("Six", 2, "six@county.example"),
    ]  # fmt: skip
    assert [each.stakeholder.name for each in candidates(scene.forum, members=True)] == []


def test_letters_are_numbered_and_unique_per_institution():
    scene = make_scene()
    assert [each.reference for each in scene.letters] == [f"NCM/FORUM-2017/00{number}" for number in (1, 2, 3)]
    four = make_stakeholder()
    with on(19, month=9):
        again = [(scene.one, 5, ""), (four, 1, ""), (four, 1, "")]
        made = workflow.write_invitations(scene.forum, by=scene.officer, respond_by=RESPOND_BY, offers=again)
        assert [(each.stakeholder, each.reference) for each in made] == [(four, "NCM/FORUM-2017/004")]
        for day in (date(2017, 9, 18), date(2017, 10, 18)):
            with pytest.raises(Blocked, match="The reply date"):
                workflow.write_invitations(scene.forum, by=scene.officer, respond_by=day, offers=[])
        with pytest.raises(NotAllowed):
            workflow.write_invitations(scene.forum, by=holder(made[0]), respond_by=RESPOND_BY, offers=[])


def test_resending_sends_nothing_and_letter_without_address_goes_by_post():
    scene = make_scene()
    make_session(scene.forum, title="Opening")
    make_action(stakeholder=scene.one, text="Open the one-stop centre.", due_on=date(2017, 12, 1))
    assert missing(scene.letters[2]) == ["no e-mail address: by post", "no named addressee"]
    one, two, three = send(scene)
    assert {each.state for each in (one, two, three)} == {"sent"}
    mails = list(OutgoingMail.objects.order_by("pk"))
    assert [mail.to for mail in mails] == ["one@county.example", "two@county.example"]
    assert mails[0].subject == f"Invitation: {scene.forum.title} (NCM/FORUM-2017/001)"
    for words in ("You are invited.", "Opening", "Answer by: 9 October 2017", "- Open the one-stop centre. (by 1 Dec"):
        assert words in mails[0].body
    assert f"/answer/{token(one.key, 1)}/" in mails[0].body
    assert "one-stop centre" not in mails[1].body
    assert (missing(three), missing(one)) == (
        ["no e-mail address: by post"], [],
    )  # fmt: skip
    change(scene.forum, letter_text="Other words.")
    one.refresh_from_db()
    assert (one.words, make_invitation(scene.forum, state="draft").words) == ("You are invited.", "Other words.")
    keys = [each.key for each in scene.letters]
    assert workflow.send_invitations(scene.forum, by=scene.officer, keys=keys) == []
    assert OutgoingMail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_concurrent_sending_writes_one_mail_each():
    scene = make_scene()
    keys = [each.key for each in scene.letters]

    def press():
        with on(18, month=9):
            return workflow.send_invitations(scene.forum, by=scene.officer, keys=keys)

    got = at_once(press, press)
    assert sorted(map(len, got)) == [0, 3]
    assert OutgoingMail.objects.count() == 2


def test_unready_letter_is_not_sent():
    scene = make_scene()
    Invitation.objects.filter(pk=scene.letters[1].pk).update(respond_by=date(2017, 9, 1))
    with on(18, month=9):
        sent = workflow.send_invitations(scene.forum, by=scene.officer, keys=[each.key for each in scene.letters])
        with pytest.raises(Blocked, match="The reply date has passed"):
            workflow.send_invitation(scene.letters[1], by=scene.officer)
    assert [each.stakeholder for each in sent] == [scene.one, scene.three]


def test_letter_is_corrected_but_not_below_named_people():
    scene = make_scene()
    one, *_others = send(scene)
    answer(one, named("Achieng", "Baraka"))
    given = {"addressee": "The County Secretary", "email": "new@county.example", "respond_by": RESPOND_BY}
    with on(20, month=9):
        with pytest.raises(Blocked, match="Already named: 2"):
            workflow.change_invitation(one, by=scene.officer, seats=1, **given)
        changed = workflow.change_invitation(one, by=scene.officer, seats=3, **given)
    assert (changed.seats, changed.addressee, changed.email) == (3, "The County Secretary", "new@county.example")
    last = Event.objects.about(one).last()
    assert (last.verb, last.data["seats"]) == ("change_invitation", [2, 3])


def test_open_commitments_are_those_of_other_forums():
    scene = make_scene()
    make_action(forum=scene.forum, stakeholder=scene.one)
    make_action(stakeholder=scene.one, text="Done", state="done")
    kept = make_action(stakeholder=scene.one, text="Still open")
    assert open_actions(scene.forum, [scene.one.pk, scene.two.pk]) == {scene.one.pk: [kept]}


# --- Reminders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "reminded", "expected"),
    [
        (1, None, False),  # eight days are left
        (2, None, True),
        (6, date(2017, 10, 2), False),
        (6, None, True),
        (7, date(2017, 10, 2), True),
        (7, date(2017, 10, 6), True),
        (8, date(2017, 10, 7), False),
        (9, None, True),
        (10, None, False),
    ],
)
def test_reminder_dates_are_computed(day, reminded, expected):
    assert workflow.is_due(date(2017, 9, 18), reminded, RESPOND_BY, date(2017, 10, day)) is expected
    assert workflow.is_due(date(2017, 10, day), reminded, RESPOND_BY, date(2017, 10, day)) is False


def test_worker_reminds_twice_then_marks_letter_as_lapsed():
    scene = make_scene()
    one, two, three = send(scene)
    answer(two, named("Chebet"))
    OutgoingMail.objects.all().delete()
    done = []
    for day in (1, 2, 3, 7, 8, 9, 10, 11):
        with on(day):
            done.append((workflow.remind_invitations(), workflow.lapse_invitations()))
    assert done == [(0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (0, 0), (0, 2), (0, 0)]
    mails = OutgoingMail.objects.order_by("pk")
    assert [(mail.to, mail.subject.partition(":")[0]) for mail in mails] == [("one@county.example", "Reminder")] * 2
    assert f"/answer/{token(one.key, 1)}/" in mails[0].body
    one, two, three = scene.forum.invitations.order_by("pk")
    assert [(each.state, each.reminders) for each in (one, two, three)] == [
        ("lapsed", 2), ("answered", 0), ("lapsed", 0),
    ]  # fmt: skip
    assert next_step(one) == "Phone them: the reply is overdue"


def test_manual_reminder_is_daily_and_uses_sent_link(settings):
    scene = make_scene()
    one, _two, three = send(scene)
    with on(20, month=9):
        workflow.remind_invited(one, by=scene.officer)
        with pytest.raises(Blocked, match="already been e-mailed today"):
            workflow.remind_invited(one, by=scene.officer)
        with pytest.raises(Blocked, match="no e-mail address"):
            workflow.remind_invited(three, by=scene.officer)
    settings.SECRET_KEY = "another secret"
    with on(22, month=9), pytest.raises(Blocked, match="issue a new link"):
        workflow.remind_invited(one, by=scene.officer)


# --- Links ----------------------------------------------------------------------------------------------------------


def test_reissued_link_replaces_old_one():
    scene = make_scene()
    one, *_others = send(scene)
    old = holder(one)
    assert workflow.invited_by(old.secret) == one
    with pytest.raises(Blocked, match="Enter a reason"):
        workflow.reissue_link(one, by=scene.officer, reason=" ")
    one = workflow.reissue_link(one, by=scene.officer, reason="It was forwarded to the press.")
    assert workflow.invited_by(old.secret) is None
    with pytest.raises(NotAllowed):
        answer(one, named("Achieng"), by=old)
    assert workflow.invited_by(token(one.key, 2)) == one
    assert one.token_hash == hashed(token(one.key, 2))


def test_link_expires_with_forum_and_is_unknown_before_sending():
    scene = make_scene()
    assert workflow.invited_by(token(scene.letters[0].key, 1)) is None
    one, *_others = send(scene)
    found = []
    for state in ("announced", "registration_closed", "in_session", "held"):
        letter = make_invitation(make_forum(state=state))
        found.append(workflow.invited_by(token(letter.key, 1)) == letter)
    assert found == [True, True, True, False]
    with pytest.raises(NotAllowed):
        answer(one, named("Achieng"), by=holder(scene.letters[1]))
    with pytest.raises(NotAllowed):
        answer(one, named("Achieng"), by=make_user())


# --- Answers --------------------------------------------------------------------------------------------------------


def test_names_are_stored_as_typed_and_alternates_wait():
    scene = make_scene()
    one, *_others = send(scene)
    people = [*named("Ng’ang’a wa Mũthoni", access_needs="A ramp", sex="f"), *named("كريم", is_alternate=True)]
    row = answer(one, people, message="We look forward.")
    assert (row.state, row.answered_by, row.is_late) == ("answered", "Wanjiru", False)
    got = [(each.name, each.state, each.group, each.access_needs, each.sex) for each in people_of(row)]
    assert got == [
        ("Ng’ang’a wa Mũthoni", "nominated", Group.COUNTY, "A ramp", "f"),
        ("كريم", "waitlisted", Group.COUNTY, "", ""),
    ]
    mail = OutgoingMail.objects.latest("pk")
    assert (mail.to, mail.subject) == (
        "one@county.example", f"We have received your answer for “{scene.forum.title}” (NCM/FORUM-2017/001)",
    )  # fmt: skip
    assert "- كريم (alternate)" in mail.body
    last = Event.objects.about(row).last()
    assert (last.verb, last.by, last.by_name) == ("answer_invitation", None, "Wanjiru")
    assert next_step(Invitation(state="answered", seats=2, respond_by=RESPOND_BY)) == "2 unused seats"


def test_resubmitted_form_names_nobody_twice():
    scene = make_scene()
    one, *_others = send(scene)
    people = named("Achieng", "Baraka")
    answer(one, people)
    answer(one, people)
    assert [each.name for each in people_of(one)] == ["Achieng", "Baraka"]
    assert Event.objects.filter(verb="nominate").count() == 2


def test_too_many_names_are_refused_with_all_reasons():
    scene = make_scene()
    one, two, _three = send(scene)
    with pytest.raises(Blocked) as refused:
        answer(two, [*named("A", "B"), *named("C", "c", is_alternate=True)])
    assert refused.value.reasons == [
        "Your seats: 1. You have named too many: A, B. Remove someone, or name them as alternates.",
        "Places for alternates: 1. You have named too many: C, c.",
        "“C” is on the list twice.",
        "“c” is on the list twice.",
    ]
    with pytest.raises(Blocked, match="Enter at least one person, or decline"):
        answer(one, [])
    assert Delegate.objects.count() == 0


def test_missing_rows_stay_and_outdated_rows_do_not_overwrite():
    scene = make_scene()
    one, *_others = send(scene)
    answer(one, named("Achieng"))
    (achieng,) = people_of(one)
    seen = workflow.print_of(achieng)
    answer(one, named("Baraka"))
    answer(one, [Named("Achieng", title="Director", delegate=achieng.pk, seen=seen)])
    with pytest.raises(Blocked, match="It now says: Achieng, Director"):
        answer(one, [Named("Achieng", title="Deputy", delegate=achieng.pk, seen=seen)])
    achieng.refresh_from_db()
    bring(achieng, "confirmed")
    seen = workflow.print_of(achieng)
    with pytest.raises(Blocked, match=r"is confirmed\. Remove the name"):
        answer(one, [Named("Another", title="Director", delegate=achieng.pk, seen=seen)])
    gone = Named("Achieng", delegate=achieng.pk, seen=seen, leaves=True)
    answer(one, [gone, *named("Chebet")])
    assert [each.name for each in people_of(one)] == ["Baraka", "Chebet"]
    answer(one, [gone])
    with pytest.raises(Blocked, match="was removed from the list in the meantime"):
        answer(one, [Named("Achieng", delegate=achieng.pk, seen=seen)])


def test_delegate_of_other_letter_is_refused():
    scene = make_scene()
    one, two, _three = send(scene)
    answer(two, named("Chebet"))
    (chebet,) = people_of(two)
    with pytest.raises(Blocked, match="removed from the list"):
        answer(one, [Named("Mine", delegate=chebet.pk, seen=workflow.print_of(chebet)), *named("Achieng")])
    chebet.refresh_from_db()
    assert (chebet.name, chebet.state) == ("Chebet", "nominated")


def test_declining_withdraws_named_people_and_can_be_undone():
    scene = make_scene()
    one, *_others = send(scene)
    answer(one, named("Achieng"))
    with on(21, month=9):
        row = workflow.decline_invitation(one, by=holder(one), answered_by="Otieno", message="A strike.")
    assert (row.state, row.message, people_of(row)) == ("declined", "A strike.", [])
    assert "has declined the invitation" in OutgoingMail.objects.latest("pk").body
    assert answer(row, named("Baraka")).state == "answered"
    assert row.answered_at == datetime(2017, 9, 20, 9, tzinfo=NAIROBI)


def test_late_answers_are_accepted_until_registration_closes_or_on_paper_until_forum():
    scene = make_scene()
    one, two, _three = send(scene)
    with on(11):
        workflow.lapse_invitations()
        row = workflow.answer_invitation(one, by=holder(one), answered_by="Wanjiru", people=named("Achieng"))
    assert (row.state, row.is_late) == ("answered", True)
    change(scene.forum, contact="Ms Njoki, 020 000 000")
    walk(scene.forum, "registration_closed")
    with on(12):
        with pytest.raises(Blocked, match=r"Registration has closed\. Ask Ms Njoki, 020 000 000\."):
            workflow.decline_invitation(two, by=holder(two), answered_by="Otieno")
        paper = Paper("CG/7/2017", date(2017, 10, 9))
        row = workflow.answer_invitation(
            two, by=scene.officer, answered_by="The Governor", people=named("Chebet"), paper=paper
        )
    assert (row.answer_reference, row.is_late) == ("CG/7/2017", False)
    assert row.answered_at == datetime(2017, 10, 9, 12, tzinfo=NAIROBI)


@pytest.mark.django_db(transaction=True)
def test_concurrent_answers_do_not_exceed_seats_or_lose_people():
    scene = make_scene()
    one, two, _three = send(scene)
    got = at_once(
        lambda: answer(one, named("Achieng")),
        lambda: answer(one, named("Baraka"), by=holder(one, "Otieno")),
        lambda: answer(two, named("Chebet")),
        lambda: answer(two, named("Dida")),
    )
    assert sorted(each.name for each in people_of(one)) == ["Achieng", "Baraka"]

    refused = [each for each in got[2:] if isinstance(each, Blocked)]
    assert ([isinstance(each, Blocked) for each in got[:2]], len(refused)) == ([False, False], 1)
    assert len(people_of(two)) == 1
    assert "Your seats: 1. You have named too many" in refused[0].reasons[0]


@pytest.mark.django_db(transaction=True)
def test_concurrent_refusals_are_each_logged():
    scene = make_scene()
    one, *_others = send(scene)

    def try_it():
        return workflow.decline_invitation(one, by=LinkHolder("void", "Nobody"), answered_by="Nobody")

    got = at_once(*[try_it] * 6)
    assert [type(each) for each in got] == [NotAllowed] * 6
    assert [(entry.verb, entry.by_name) for entry in refusals(one)] == [("decline_invitation:refused", "Nobody")] * 6
    numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_unknown_link_creates_nothing():
    scene = make_scene()
    assert workflow.invited_by("") is None
    assert workflow.invited_by("\x00" * 9) is None
    assert scene.forum.invitations.filter(token_hash=None).count() == 3
