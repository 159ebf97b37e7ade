"""Printed letters of invitation: one file for one institution and one for all, checked by veraPDF."""

from datetime import date

import pikepdf
import pytest
from django.conf import settings
from django.urls import reverse

from consultations.tokens import token
from tests.factories import (
    change,
    make_action,
    make_forum,
    make_invitation,
    make_member,
    make_secretariat,
    make_session,
    make_stakeholder,
)
from tests.pdf_text import pages
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    made = make_forum(
        title="Forum of Nairobi", slug="nairobi", code="F2026", starts_on=date(2026, 12, 1), venue="KICC",
        letter_text="The Mechanism convenes its members.\n\nYour voice is asked for.", contact="Ms Njoki, 020 000 000",
    )  # fmt: skip
    make_session(made, title="Opening of the forum")
    return made


def words(page):
    return " ".join(page.split())


def test_all_letters_are_one_accessible_file_with_individual_links(client, forum, vera, tmp_path):
    one = make_invitation(forum, make_stakeholder("Wizara ya Ng’ambo"), addressee="ገብረ ተክለ ሃይማኖት", seats=1)
    two = make_invitation(forum, make_stakeholder("Zanzibar أحمد"), state="draft", respond_by=date(2026, 11, 20))
    make_action(stakeholder=one.stakeholder, text="Open the one-stop centre.", due_on=date(2026, 12, 24))
    sign_in(client, make_secretariat())
    answer = client.get(reverse("forum_letters_pdf", args=["nairobi"]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "private, no-store"
    first, back, second, _back = map(words, pages(answer.content))
    for said in (
        one.reference, "ገብረ", "Wizara ya Ng’ambo", "Invitation: Forum of Nairobi", "Your voice is asked for.", "1 seat",
        "KICC, Nairobi", "– Open the one-stop centre. (by 24 December 2026)", "Ms Njoki",
        "Head of the Secretariat",
    ):  # fmt: skip
        assert said in first
    assert ("Opening of the forum" in back, one.reference in back) == (True, True)
    link = f"{settings.PORTAL_ADDRESS}/answer/{token(one.key, 1)}/"
    assert link.replace(" ", "") in first.replace(" ", "")
    for said in (two.reference, "Zanzibar", "2 seats", "Please answer by 20 November 2026"):
        assert said in second
    assert ("one-stop" in second, token(one.key, 1)[:9] in second) == (False, False)
    path = tmp_path / "letters.pdf"
    path.write_bytes(answer.content)
    assert vera(path, "ua1,3a") == []
    with pikepdf.open(path) as document:
        attached = document.attachments["letters.json"].get_file().read_bytes().decode()
        assert [str(each.title) for each in document.open_outline().root] == [
            one.stakeholder.name,
            two.stakeholder.name,
        ]
    assert ("one-stop centre" in attached, "/answer/" in attached) == (True, False)


def test_single_letter_is_printed_and_404_for_others(client, forum, monkeypatch):
    letter, _other = make_invitation(forum), make_invitation(forum)
    address, every = reverse("forum_letter_pdf", args=["nairobi", letter.key]), reverse("forum_letters_pdf", args=["x"])
    sign_in(client, make_member(letter.stakeholder))
    assert client.get(address).status_code == 404
    sign_in(client, make_secretariat())
    printed = []
    monkeypatch.setattr(
        "positions.views.forum_documents.render_apart", lambda content, *_, **__: printed.append(content) or b"%PDF-"
    )
    assert client.get(address).content == b"%PDF-"
    assert [each["reference"] for each in printed[0]["letters"]] == [letter.reference]
    again = client.get(address)
    assert (again["Content-Disposition"], len(printed)) == (
        f'inline; filename="{letter.reference.lower().replace("/", "-")}.pdf"',
        1,
    )
    assert client.get(every).status_code == 404
    other = make_forum()
    assert client.get(reverse("forum_letters_pdf", args=[other.slug])).status_code == 404


def test_unprintable_character_is_reported_with_its_place(client, forum):
    make_invitation(forum, make_stakeholder("Lake Union"), addressee="漢 Li")
    change(forum, venue="KICC 字")
    sign_in(client, make_secretariat())
    page = client.get(reverse("forum_letters_pdf", args=["nairobi"]), follow=True)
    told = [str(each) for each in page.context["messages"]]
    assert told == [
        "The portal could not print it: Forum, venue (“KICC 字”): "
        "no font of the portal has these characters: 字 (U+5B57).",
        "Letter to “Lake Union”, addressee (“漢 Li”): no font of the portal has these characters: 漢 (U+6F22).",
    ]
