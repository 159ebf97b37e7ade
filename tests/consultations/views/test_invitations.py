"""Letters of invitation at the desk: select, review, send, paper answers; 404 for others."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consultations.models import ForumFile, Group, OutgoingMail
from consultations.queries.invitations import people_of
from ncm_portal.workflow import now
from tests.factories import make_forum, make_invitation, make_member, make_secretariat, make_stakeholder
from tests.made_files import picture
from tests.pages import tidy, words
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
DAY = (now() + timedelta(days=7)).date()


@pytest.fixture
def desk(client):
    sign_in(client, make_secretariat())
    return client


@pytest.fixture
def forum():
    return make_forum(letter_text="You are invited.", respond_by=DAY, code="F-1", slug="f-1")


def at(name, forum, *args):
    return reverse(name, args=[forum.slug, *args])


def test_institutions_are_selected_by_group_and_invited_in_order(desk, forum):
    isiolo, lamu, body = (
        make_stakeholder("County of Isiolo", group=Group.COUNTY, contact_email="isiolo@county.example"),
        make_stakeholder("County of Lamu", group=Group.COUNTY),
        make_stakeholder("A ministry", group=Group.MINISTRY, is_ncm_member=True),
    )
    new = at("forum_letters_new", forum)
    assert [each.stakeholder for each in desk.get(f"{new}?members=yes").context["candidates"]] == [body]
    page = desk.get(f"{new}?group=county_government")
    assert [each.stakeholder for each in page.context["candidates"]] == [isiolo, lamu]
    assert f'value="{DAY:%Y-%m-%d}"' in page.content.decode()
    wrong = desk.post(f"{new}?group=county_government", {"respond_by": "2017-01-01"})
    assert (wrong.status_code, "Choose at least one institution" in wrong.content.decode()) == (422, True)
    data = {"respond_by": DAY, "bodies": [isiolo.pk, lamu.pk], f"seats_{isiolo.pk}": 3, f"seats_{lamu.pk}": ""}
    wrong = desk.post(f"{new}?group=county_government", data)
    assert (wrong.status_code, "Enter how many seats" in wrong.content.decode()) == (422, True)
    assert "Seats of County of Lamu: Enter how many seats" in wrong.content.decode()
    past = {**data, f"seats_{lamu.pk}": 1, "respond_by": "2017-01-01"}
    assert "The reply date must be today or later." in desk.post(new, past).content.decode()
    done = desk.post(f"{new}?group=county_government", {**data, f"seats_{lamu.pk}": 1}, follow=True)
    text = done.content.decode()
    assert "2 letters are written but not sent yet." in text
    assert "no e-mail address: by post" in text
    letters = forum.invitations.order_by("pk").values_list("stakeholder__name", "seats", "reference", "state")
    assert list(letters) == [
        ("County of Isiolo", 3, "NCM/F-1/001", "draft"), ("County of Lamu", 1, "NCM/F-1/002", "draft"),
    ]  # fmt: skip


def test_every_mail_is_previewed_and_sent_once(desk, forum):
    for number in range(5):
        make_invitation(forum, make_stakeholder(f"Body {number}"), state="draft", email=f"b{number}@body.example")
    make_invitation(forum, make_stakeholder("By post"), state="draft", email="")
    make_invitation(forum, make_stakeholder("Refused", state="suspended"), state="draft")
    page = desk.get(at("forum_letters_send", forum))
    text = page.content.decode()
    assert [each.letter.stakeholder.name for each in page.context["whole"]] == ["Body 0", "Body 1", "Body 2"]
    assert [each.letter.stakeholder.name for each in page.context["folded"]] == ["Body 3", "Body 4"]
    for part in ("Send 6 letters", "1 cannot be sent", "Refused is not verified", "By post", "b4@body.example"):
        assert part in text
    assert OutgoingMail.objects.count() == 0
    keys = [str(each.letter.key) for each in page.context["going"]]
    sent = desk.post(at("forum_letters_send", forum), {"key": [*keys, "nonsense"]}, follow=True).content.decode()
    assert "6 letters are sent. 1 of them goes by post." in sent
    again = desk.post(at("forum_letters_send", forum), {"key": keys}, follow=True).content.decode()
    assert "Nothing was sent: these letters have already been sent" in again
    mails = list(OutgoingMail.objects.order_by("to"))
    assert [mail.to for mail in mails] == [f"b{number}@body.example" for number in range(5)]
    assert [mail.body for mail in mails[:3]] == [each.mail.body for each in page.context["whole"]]


def test_reminders_are_previewed_and_one_refusal_does_not_stop_others(desk, forum):
    one, two = make_invitation(forum), make_invitation(forum, email="")
    make_invitation(forum, state="answered")
    page = desk.get(at("forum_letters_remind", forum))
    assert [each.letter for each in page.context["going"]] == [one]
    assert "no e-mail address: write by post" in page.content.decode()
    text = desk.post(at("forum_letters_remind", forum), {"key": [one.key, two.key]}, follow=True).content.decode()
    assert ("1 institution has been reminded." in text, "write by post" in text) == (True, True)
    assert [mail.to for mail in OutgoingMail.objects.all()] == [one.email]
    only = desk.get(at("forum_letters_remind", forum), {"key": str(two.key)})
    assert (len(only.context["going"]), len(only.context["refused"])) == (0, 1)


def test_paper_answer_is_recorded_only_with_its_scan(desk, forum):
    letter = make_invitation(forum, make_stakeholder("County of Lamu"))
    address = at("forum_letter_answer", forum, letter.key)
    row = desk.get(address).context["form"].slots[0].value
    given = {
        "reference": "CG/7", "received_on": f"{now():%Y-%m-%d}", "answered_by": "The Governor", "choice": "come",
        "row": [row], "name_0": "Ng’ang’a",
    }  # fmt: skip
    missing = desk.post(address, {**given, "received_on": f"{DAY:%Y-%m-%d}"})
    text = missing.content.decode()
    for part in ("Add a scan of the letter", "The date must be today or in the past.", "Ng’ang’a"):
        assert part in text
    assert missing.status_code == 422
    bad = desk.post(address, {**given, "scan": SimpleUploadedFile("a.pdf", b"MZ this is a program")})
    assert (bad.status_code, "does not match its name" in bad.content.decode()) == (409, True)
    assert (people_of(letter), ForumFile.objects.count()) == ([], 0)
    done = desk.post(address, {**given, "scan": SimpleUploadedFile("their letter.png", picture())}, follow=True)
    text = done.content.decode()
    for part in (
        "The answer is recorded, and its scan is kept.",
        "Ng’ang’a",
        "The Governor, CG/7",
        "their letter.png",
    ):
        assert part in text
    file = ForumFile.objects.get()
    assert (file.kind, file.invitation, file.media_type) == ("answer", letter, "image/png")
    answer = desk.get(at("forum_letter_file", forum, letter.key, file.key))
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "image/png", 'attachment; filename="their letter.png"',
    )  # fmt: skip
    assert b"".join(answer).startswith(b"\x89PNG")
    other = make_invitation(forum)
    assert desk.get(at("forum_letter_file", forum, other.key, file.key)).status_code == 404


def test_letter_is_corrected_and_its_link_reissued(desk, forum):
    letter = make_invitation(forum)
    address = at("forum_letter", forum, letter.key)
    before = desk.get(address).context["link"]
    assert before in desk.get(address).content.decode()
    wrong = desk.post(address, {"seats": 0, "respond_by": "soon", "email": "x"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"seats", "respond_by", "email"})
    saved = desk.post(address, {"seats": 4, "respond_by": DAY, "email": "new@body.example", "addressee": "The PS"})
    letter.refresh_from_db()
    assert (saved.status_code, letter.seats, letter.email, letter.addressee) == (302, 4, "new@body.example", "The PS")
    move = at("forum_letter_move", forum, letter.key, "reissue_link")
    assert desk.post(move, {"reason": ""}).status_code == 409
    assert "The new link now works" in desk.post(move, {"reason": "Forwarded."}, follow=True).content.decode()
    after = desk.get(address).context["link"]
    assert before != after
    assert desk.post(at("forum_letter_move", forum, letter.key, "send_invitation"), {}).status_code == 404


def test_table_shows_missing_and_next_steps_in_few_queries(desk, forum, django_assert_max_num_queries):
    for state in ("draft", "sent", "answered", "declined", "lapsed"):
        make_invitation(forum, state=state, addressee="The PS")
    with django_assert_max_num_queries(9):
        page = desk.get(at("forum_letters", forum))
    assert {row["letter"].state: row["next"] for row in page.context["rows"]} == {
        "draft": "Send it",
        "sent": "Wait: 7 days are left",
        "answered": "2 unused seats",
        "declined": "",
        "lapsed": "Phone them: the reply is overdue",
    }
    assert "They offer 6 of 50 seats." in page.content.decode()
    assert len(desk.get(at("forum_letters", forum), {"state": "sent"}).context["rows"]) == 1
    assert len(desk.get(at("forum_letters", forum), {"state": "odd"}).context["rows"]) == 5


def test_pages_are_404_for_everybody_else(client, forum):
    letter = make_invitation(forum)
    sign_in(client, make_member(letter.stakeholder))
    names = ["forum_letters", "forum_letters_new", "forum_letters_send", "forum_letters_remind"]
    found = [client.get(at(name, forum)).status_code for name in names]
    found += [client.get(at(name, forum, letter.key)).status_code for name in ("forum_letter", "forum_letter_answer")]
    found += [client.post(at("forum_letter_move", forum, letter.key, "reissue_link"), {"reason": "x"}).status_code]
    found += [client.get(at("forum_letter_file", forum, letter.key, uuid4())).status_code]
    assert found == [404] * 8


def test_inviting_starts_with_nobody_ticked_and_names_who_cannot_be_invited(desk, forum):
    body = make_stakeholder("Able")
    make_stakeholder("Suspended", state="suspended")
    letter = make_invitation(forum, make_stakeholder("Invited"))
    new = at("forum_letters_new", forum)
    page = desk.get(new)
    assert [marked for _each, marked, _seats in page.context["form"].rows] == [False]
    assert "2 institutions cannot be invited: see why" in words(page)
    assert at("forum_letter", forum, letter.key) in page.text
    assert [marked for _each, marked, _seats in desk.get(f"{new}?tick=all").context["form"].rows] == [True]
    nobody = desk.post(new, {"respond_by": DAY, f"seats_{body.pk}": 2})
    assert nobody.status_code == 422
    assert forum.invitations.count() == 1


def test_unsent_letters_are_discarded_at_the_desk(client, desk, forum):
    one, two, sent = (make_invitation(forum, state=state) for state in ("draft", "draft", "sent"))
    discard = at("forum_letters_discard", forum)
    assert 'name="key"' in desk.get(at("forum_letters", forum), {"state": "draft"}).text
    assert "Nothing was discarded. Tick the letters first." in words(desk.post(discard, follow=True))
    done = desk.post(discard, {"key": [str(one.key), str(sent.key), "x"]}, follow=True)
    assert "1 letter is discarded. Nothing was sent." in words(done)
    move = at("forum_letter_move", forum, two.key, "discard_invitation")
    assert "The letter is discarded." in words(desk.post(move, follow=True))
    assert sorted(forum.invitations.values_list("state", flat=True)) == ["discarded", "discarded", "sent"]
    assert len(desk.get(at("forum_letters", forum)).context["rows"]) == 1
    assert len(desk.get(at("forum_letters", forum), {"state": "discarded"}).context["rows"]) == 2
    page = desk.get(at("forum_letter", forum, one.key))
    assert "Correct the letter" not in words(page)
    assert "Their link" not in words(page)
    assert desk.get(at("forum_letter_answer", forum, one.key)).status_code == 404
    assert sign_in(client, make_member()).post(discard, {"key": [str(sent.key)]}).status_code == 404


@pytest.mark.parametrize("state", ["draft", "announced", "registration_closed"])
def test_missing_text_of_the_letter_is_written_where_its_link_leads(desk, state):
    forum = make_forum(state=state)
    (link,) = re.findall(r'href="([^"]+)">Write it<', tidy(desk.get(at("forum_letters", forum)).text))
    page, _, anchor = link.partition("#")
    form = desk.get(page)
    assert form.status_code == 200
    assert re.findall(rf'<textarea[^>]* id="{anchor}"[^>]*>', form.text)
    assert "Write it" not in words(desk.get(at("forum_letters", make_forum(letter_text="You are invited."))))
