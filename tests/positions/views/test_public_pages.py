"""All public pages: none shows hidden content, and none is slow with many records."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.crowd import make_crowd
from tests.factories import (
    make_consultation,
    make_delegate,
    make_forum,
    make_member,
    make_ministry,
    make_point,
    make_stakeholder,
    make_submission,
    make_theme,
    make_user,
)
from tests.pages import words
from tests.paper_factories import make_disposition, make_edition, make_paper, make_paragraph, make_section
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db
MOST_QUERIES = 7  # and one for the journal's last entry, outside the transaction of a test
SECRETS = ("Xylograph", "Quagmirean", "Zymurgist", "Pluviose", "Wanjikuvane", "Gossamery")


def public_addresses(consultation, forum, shown) -> list[str]:
    """Return every page of this part of the portal with every filter for one round."""
    return [
        reverse("home"),
        *(reverse("theme", args=[theme.code]) for theme in consultation.themes.all()),
        reverse("inputs"),
        *(
            reverse("inputs") + f"?{query}"
            for query in ("theme=T1", "group=civil_society", f"before={shown.reference}")
        ),
        reverse("input", args=[shown.reference]),
        reverse("forum", args=[forum.slug]),
        *(reverse(name) for name in ("roles", "privacy", "accessibility")),
    ]


@pytest.fixture
def hidden_words():
    """Create a round whose hidden texts and names contain a marker word, and return its public URLs."""
    consultation = make_consultation(themes=("T1", "T2"), state="closed")
    shown = make_submission(consultation, make_stakeholder("Known Society"), theme=make_theme("T1"))
    hidden = [{"audience": "members"}, {"audience": "secretariat"}]
    hidden += [{"state": state} for state in ("draft", "submitted", "returned", "set_aside", "withdrawn")]
    for fields in hidden:
        sender = make_stakeholder("Quagmirean Guild", short_name="Zymurgist")
        texts = {name: f"Xylograph {name}" for name in ("title", "body", "proposed_wording")}
        author = make_member(sender, user=make_user(name="Wanjikuvane"))
        sent = make_submission(consultation, sender, author=author, theme=make_theme("T1"), **texts, **fields)
        if "audience" in fields:
            point = make_point(sent, text="Xylograph point")
            make_point(shown, state="merged", into=point)
    paper = make_paper(consultation, state="in_clearance", title="Pluviose paper")
    paragraph = make_paragraph(make_section(paper, make_theme("T1")), "Pluviose wording")
    make_disposition(paper, make_point(shown), "not_accepted", paragraph, reason="Pluviose reason")
    make_edition(paper, kind="clearance")
    forum = make_forum(consultation)
    make_delegate(forum, name="Gossamery Delegate", email="gossamery@example.org")
    return public_addresses(consultation, forum, shown)


@pytest.mark.parametrize("who", ["visitor", "somebody with an account", "focal point of no member"])
def test_public_pages_contain_no_hidden_content(client, hidden_words, who):
    if who != "visitor":
        sign_in(client, make_user() if "account" in who else make_member())
    pages = {address: client.get(address) for address in hidden_words}
    assert {address: page.status_code for address, page in pages.items()} == dict.fromkeys(hidden_words, 200)
    texts = {address: page.content.decode().lower() for address, page in pages.items()}
    assert [(address, word) for address, text in texts.items() for word in SECRETS if word.lower() in text] == []


def test_member_sees_content_for_members_only(client, hidden_words):
    sign_in(client, make_member(make_ministry()))
    page = client.get(reverse("inputs"))
    assert words(page).count("Xylograph title") == 1
    assert page.context["counted"] == (2, False)


def test_query_count_does_not_depend_on_volume(client):
    crowd = make_crowd(inputs=2000, text=lambda turn: "What we ask for.")  # what is long is slow to write
    addresses = public_addresses(crowd.consultation, crowd.forum, crowd.answered)
    found = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address)
        assert page.status_code == 200
        found[address] = len(queries)
    assert {address: number for address, number in found.items() if number > MOST_QUERIES} == {}
    assert client.get(reverse("inputs")).context["counted"] == (1000, True)
    assert (
        words(client.get(addresses[0])).count("inputs 286") + words(client.get(addresses[0])).count("inputs 285") == 7
    )
