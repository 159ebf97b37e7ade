"""Commands and settings: found by plain words, in the place where one works, by those who may open their pages."""

import re

import pytest
from django.test import Client
from django.urls import resolve, reverse

from consultations.letter_texts import KINDS
from consultations.models import Office
from consultations.permissions import organisations_of
from consultations.queries.find import Search
from positions.queries.commands import COMMANDS, commands
from positions.queries.find import find
from tests.factories import (
    make_consultation,
    make_forum,
    make_head,
    make_member,
    make_ministry,
    make_secretariat,
    make_stakeholder,
    make_user,
)
from tests.paper_factories import make_paper
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_secretariat()


def titles(results):
    return [each.title for each in results]


def urls(results):
    return [each.url for each in results]


def setting(place, page):
    return reverse("desk_settings_page", args=[place.slug, page])


def test_commands_are_found_by_the_beginnings_of_their_words(officer):
    here = make_consultation()
    assert titles(commands(officer, Search("enter inp", here))) == ["Enter an input on paper"]
    assert titles(commands(officer, Search("REGISTER letter", here))) == ["Enter an input on paper"]
    assert commands(officer, Search("nput", here)) == []


def test_what_has_the_words_in_its_name_is_first(officer):
    results = titles(commands(officer, Search("letter", make_consultation())))
    assert results[:3] == ["Letters, mail and calls", "Letters and mails", "Letterhead"]
    assert "Enter an input on paper" in results[3:]


def test_commands_of_a_consultation_are_those_of_the_present_one(officer):
    here, there = make_consultation(short_title="Here"), make_consultation(short_title="There")
    assert set(titles(commands(officer, Search("rules")))) == {"Rules: Here", "Rules: There"}
    (rules,) = commands(officer, Search("rules", here))
    assert rules[:3] == ("Settings", "Rules", "")
    assert rules.url == setting(here, "rules")
    assert titles(commands(officer, Search("rules there"))) == [f"Rules: {there.short_title}"]


def test_organisation_found_can_be_written_for_and_to(officer):
    body = make_stakeholder("Care Workers' Union", short_name="Care Workers", contact_email="union@example.org")
    here = make_consultation()
    assert [(each.title, each.url) for each in find(officer, Search("care")).do] == [
        ("Enter an input on paper from Care Workers", f"/desk/{here.slug}/intake/new/?organisation={body.pk}"),
        ("Write to Care Workers", "mailto:union@example.org"),
    ]
    assert find(make_member(body), Search("care")).do == []


def test_without_words_a_place_and_the_texts_of_letters_are_not_repeated(officer):
    here, there = make_consultation(short_title="Here"), make_consultation(short_title="There")
    offered = commands(officer, Search(""))
    places = {each.title.partition(": ")[2] for each in offered}
    assert places in ({"", "Here"}, {"", "There"})
    assert [each for each in offered if "/settings/letters/" in each.url][1:] == []
    assert {each.url for each in commands(officer, Search("", here))} & {
        setting(here, "team"),
        setting(there, "team"),
    } == {setting(here, "team")}


def in_place(**fields):
    """Make a consultation with a forum and a paper."""
    place = make_consultation(**fields)
    make_forum(place)
    make_paper(place)
    return place


def test_nobody_is_offered_a_page_that_is_closed_to_them():
    in_place()
    people = (
        make_secretariat(), make_head(), make_user(Office.SYSADMIN), make_user(Office.OFFICIAL), make_user(),
        make_member(make_stakeholder()), make_member(make_ministry(), "clearing_officer"),
    )  # fmt: skip
    refused = {}
    for person in people:
        client = sign_in(Client(), person)
        for command in [*commands(person, Search("")), *commands(person, Search("invitation"))]:
            answer = client.get(command.url, follow=True)
            if answer.status_code != 200:
                refused[person.office, command.url] = answer.status_code
    assert refused == {}


def test_every_command_is_offered_to_somebody():
    in_place()
    people = (make_head(), make_member(make_stakeholder()), make_member(make_ministry(), "clearing_officer"))
    offered = {each.title.partition(":")[0] for person in people for each in commands(person, Search(""))}
    assert offered == {str(command.label) for command in COMMANDS}


def test_commands_ask_nothing_that_is_not_kept(officer, django_assert_max_num_queries):
    here = in_place()
    organisations_of(officer)  # asked once per request
    with django_assert_max_num_queries(1):
        commands(officer, Search("letterhead", here))
    with django_assert_max_num_queries(1):
        commands(officer, Search("settings"))


# --- Settings and menus: each is found by its label -------------------------------------------------------------------


def links_of(page, start):
    """Return (address, label) of the links in the navigation of a page that begins with `start`."""
    text = page.content.decode()
    part = text[text.index(start) :]
    links = re.findall(r'<a\s+href="([^"]+)"[^>]*>(.*?)</a>', part[: part.index("</nav>")], re.DOTALL)
    return [
        (address, " ".join(re.sub(r"<svg.*?</svg>|<b.*?</b>|<[^>]+>", " ", label).split())) for address, label in links
    ]


def strangers():
    return (make_user(), make_member(make_ministry()), make_user(Office.OFFICIAL), make_user(Office.SYSADMIN))


def test_each_tab_of_the_settings_is_found_by_its_label_within_rights(client, officer):
    here, there = in_place(), in_place()
    sign_in(client, officer)
    tabs = links_of(client.get(setting(here, "facts")), '<nav class="tabset" aria-label="Settings"')
    assert len(tabs) >= 9
    pages = resolve(setting(here, "facts")).kwargs["pages"]
    assert set(pages) - {"forum"} <= {address.rstrip("/").rpartition("/")[2] for address, _label in tabs}
    people = strangers()
    for address, label in tabs:
        for words in (label, label.lower(), f"settings {label}"):
            assert address in urls(commands(officer, Search(words, here))), words
        assert address.replace(here.slug, there.slug) in urls(commands(officer, Search(f"{label} {there.short_title}")))
        for person in people:
            assert not [url for url in urls(find(person, Search(label, here)).do) if "/settings/" in url], label


def test_each_entry_of_the_rail_is_found_by_its_label(client, officer):
    here = in_place()
    sign_in(client, officer)
    links = links_of(client.get(reverse("desk_consultation", args=[here.slug])), '<nav aria-label="Desk"')
    assert len(links) > 15
    for address, label in links:
        if address not in (reverse("desk_settings", args=[here.slug]),):
            assert address in urls(commands(officer, Search(label, here))), label


def test_each_text_of_a_letter_is_found_by_its_label(officer):
    here = make_consultation()
    for code, kind in KINDS.items():
        address = reverse("desk_letter_text", args=[here.slug, code, kind.languages[0]])
        assert address in urls(commands(officer, Search(str(kind.label), here)))
        assert address not in urls(commands(officer, Search("letters mails", here)))


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("logo", "desk_letterhead"), ("signature", "desk_letterhead"), ("stamp", "desk_letterhead"),
        ("signatory", "desk_letterhead"), ("reply address", "desk_letterhead"), ("test mail", "desk_letters"),
        ("template", "desk_letters"), ("new consultation", "desk_new"), ("copy", "desk_new"),
        ("public holidays", "desk_holidays"), ("handover", "hand_over"), ("leave", "hand_over"),
        ("offices", "desk_offices"), ("appoint", "desk_offices"), ("invite", "forum_letters_new"),
        ("groups seats", "forum_seats"), ("export", "forum_lists"), ("export", "desk_consultation"),
        ("outline", "desk_outline"), ("sections", "desk_outline"), ("badges", "forum_papers"),
        ("publish", "desk_publication"),
    ],
)  # fmt: skip
def test_what_people_type_leads_where_they_want(officer, words, page):
    here = in_place()
    slugs = {"forum": here.forums.get().slug, "desk_outline": here.papers.get().slug}
    slugs["desk_publication"] = slugs["desk_outline"]
    found_at = urls(commands(officer, Search(words, here)))
    across = page in ("desk_new", "desk_holidays", "hand_over", "desk_offices")
    slug = slugs.get(page, slugs["forum"] if page.startswith("forum_") else here.slug)
    assert reverse(page, args=[] if across else [slug]) in found_at


def test_page_of_a_forum_or_paper_is_offered_once_there_is_one(officer):
    here = make_consultation()
    assert commands(officer, Search("seats", here)) == commands(officer, Search("outline", here)) == []
