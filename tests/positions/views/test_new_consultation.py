"""Guided steps to a new consultation: saved one by one, left and returned to, and seen by nobody else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations.models import Consultation, Forum, OutgoingMail, Theme, ThemeQuestion
from positions.models import PositionPaper
from positions.queries.consultation_settings import CODES
from tests import factories
from tests.pages import confirmed, words
from tests.paper_factories import make_paper, make_step
from tests.sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = factories.make_secretariat(email="hassan@example.org")
    sign_in(client, person)
    return person


@pytest.fixture
def last():
    return factories.make_consultation(slug="review-2026", short_title="Review 2026", title="The review")


def moment(days: int) -> str:
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def names(**changed):
    return {
        "title": "Counties and migration", "short_title": "Counties 2027", "source": "review-2026",
        "opens_at": moment(-1), "closes_at": moment(60), **changed,
    }  # fmt: skip


def at(step: str, slug: str = "counties-2027") -> str:
    return reverse("desk_new_step", args=[slug, step])


def begin(client, **changed):
    return client.post(reverse("desk_new"), names(**changed))


def send(client, step, **changed):
    """Post a step as its page shows it, with changes."""
    form = client.get(at(step)).context["form"]
    shown = {field.html_name: field.value() for field in form}
    shown = {name: value for name, value in shown.items() if value not in (None, False)}
    return client.post(at(step), {**shown, **changed})


def test_copy_leads_through_the_steps_to_an_open_consultation(client, officer, last):
    factories.make_forum(last, code="NCM-2026", state="held", letter_text="You are invited.")
    make_step(last, "legal", factories.make_stakeholder("Attorney-General"))
    like = make_paper(last, slug="review", short_title="Review")
    assert begin(client)["Location"] == at("themes")
    made = Consultation.objects.get(slug="counties-2027")
    assert made.chain_steps.get().institution.name == "Attorney-General"
    for step, after in (("themes", "rules"), ("rules", "team"), ("team", "forum")):
        assert send(client, step)["Location"] == at(after)
    day = timezone.localdate() + timedelta(days=90)
    assert send(client, "forum", starts_on=day.isoformat(), code="NCM-2027")["Location"] == at("outline")
    forum = Forum.objects.get(consultation=made)
    assert (forum.state, forum.starts_on, forum.letter_text) == ("draft", day, "You are invited.")
    assert send(client, "outline")["Location"] == at("letters")
    paper = PositionPaper.objects.get(consultation=made)
    headings = list(like.sections.order_by("order").values_list("heading", flat=True))
    assert list(paper.sections.order_by("order").values_list("heading", flat=True))[: len(headings)] == headings
    assert client.post(at("test"))["Location"] == at("test")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject.startswith("Test: ")) == ("hassan@example.org", True)
    move = f"{reverse('desk_consultation', args=['counties-2027'])}moves/open_consultation/"
    confirmed(client, move)
    made.refresh_from_db()
    assert made.state == "open"
    assert client.get(at("themes"))["Location"] == "/desk/counties-2027/settings/themes/"


def test_each_step_can_be_left_and_returned_to(client, officer, last):
    begin(client)
    for step in CODES:
        page = client.get(at(step))
        assert page.status_code == 200
        assert "seen by the secretariat only" in words(page)
    assert "Counties 2027: Counties and migration" in words(client.get(reverse("desk_new")))


def test_nobody_else_sees_a_draft(client, officer, last):
    begin(client)
    client.post(reverse("desk_new_theme", args=["counties-2027", "new"]), {"title": "Remittances"})
    code = Theme.objects.get(title="Remittances").code
    for office in (None, "", "official", "sysadmin"):
        client.logout() if office is None else sign_in(client, factories.make_user(office))
        for address in (reverse("home"), reverse("inputs"), reverse("papers")):
            page = words(client.get(address))
            assert "Counties 2027" not in page
            assert "Remittances" not in page
        assert client.get(reverse("theme", args=[code])).status_code == 404
        answer = client.get(at("facts"))
        assert answer.status_code == (404 if office is not None else 302)


def test_same_name_twice_keeps_what_was_typed(client, officer, last):
    begin(client)
    page = begin(client, title="Counties, migration and towns")
    assert page.status_code == 422
    assert "Another consultation has this name" in words(page)
    assert page.context["form"]["title"].value() == "Counties, migration and towns"
    assert Consultation.objects.count() == 2


@pytest.mark.parametrize("year", ["1936", "2036", "99999"])
def test_slip_in_the_year_is_shown_at_the_date(client, officer, last, year):
    page = begin(client, opens_at=f"{year}-03-01T08:00", closes_at=f"{year}-04-01T08:00")
    assert page.status_code == 422
    assert page.context["form"].errors["opens_at"]


def test_unreadable_and_overlong_names_are_refused(client, officer, last):
    for title in ("\0", "x" * 10_000, ""):
        assert begin(client, title=title).status_code == 422
    assert begin(client, source="no-such").status_code == 422
    assert Consultation.objects.count() == 1


def test_colleague_meanwhile_is_shown_beside_what_was_typed(client, officer, last):
    begin(client)
    form = client.get(at("facts")).context["form"]
    shown = {field.html_name: field.value() or "" for field in form}
    shown |= {"opens_at": moment(-1), "closes_at": moment(60)}
    client.post(at("facts"), {**shown, "title": "Theirs"})
    page = client.post(at("facts"), {**shown, "title": "Mine"})
    assert page.status_code == 409
    assert "Saved meanwhile" in words(page)
    assert "Theirs" in words(page)
    assert page.context["form"]["title"].value() == "Mine"
    again = {field.html_name: field.value() or "" for field in page.context["form"]}
    assert client.post(at("facts"), again).status_code == 302
    assert Consultation.objects.get(slug="counties-2027").title == "Mine"


def test_questions_of_the_last_one_can_be_taken_again(client, officer, last):
    theme = Theme.objects.get(code="T1")
    ThemeQuestion.objects.create(consultation=last, theme=theme, order=1, text="What did workers pay?")
    begin(client)
    address = reverse("desk_new_theme", args=["counties-2027", "T1"])
    form = client.get(address).context["form"]
    assert form["text_1"].value() == "What did workers pay?"
    client.post(address, {"seen": form["seen"].value(), "text_1": "", "text_2": "Who paid?"})
    made = ThemeQuestion.objects.get(consultation__slug="counties-2027")
    assert (made.order, made.text) == (1, "Who paid?")
    assert client.get(f"{address}?again").context["form"]["text_1"].value() == "What did workers pay?"
    page = client.post(address, {"seen": form["seen"].value(), "text_sw_1": "Nani?"})
    assert page.context["form"].errors["text_1"] == ["Enter the question in English as well."]


def test_ticks_are_saved_on_the_way_to_the_questions(client, officer, last):
    begin(client)
    seen = client.get(at("themes")).context["form"]["seen"].value()
    answer = client.post(at("themes"), {"seen": seen, "themes": ["T2"], "edit": "T2"})
    assert answer["Location"] == "/desk/new/counties-2027/themes/T2/"
    assert [each.code for each in Consultation.objects.get(slug="counties-2027").themes.all()] == ["T2"]
    page = client.post(at("themes"), {"seen": seen, "themes": ["T9"]})
    assert page.status_code == 422


def test_without_a_theme_it_does_not_open(client, officer):
    begin(client, source="")
    page = words(client.get(at("test")))
    assert "It has no theme yet" in page
    move = f"{reverse('desk_consultation', args=['counties-2027'])}moves/open_consultation/"
    confirmed(client, move)
    assert Consultation.objects.get(slug="counties-2027").state == "draft"


def test_begun_anew_has_the_usual_outline_and_a_forum_of_its_own(client, officer):
    begin(client, source="")
    day = timezone.localdate() + timedelta(days=90)
    facts = {"title": "Forum of the counties", "place": "Nakuru", "starts_on": day.isoformat()}
    page = send(client, "forum", ends_on=(day - timedelta(days=1)).isoformat(), **facts)
    assert "The last day must not be before the first." in words(page)
    assert send(client, "forum", ends_on=day.isoformat(), **facts)["Location"] == at("outline")
    later = day + timedelta(days=3)
    send(client, "forum", starts_on=later.isoformat(), ends_on=later.isoformat())
    assert Forum.objects.get(consultation__slug="counties-2027").starts_on == later
    assert send(client, "outline")["Location"] == at("letters")
    assert PositionPaper.objects.get().title == "Counties and migration"


def test_another_forum_is_added_among_the_settings(client, officer, last):
    factories.make_forum(last, code="NCM-2026")
    address = reverse("desk_settings_page", args=["review-2026", "forum"])
    assert address in client.get(reverse("desk_forums", args=["review-2026"])).content.decode()
    day = (timezone.localdate() + timedelta(days=90)).isoformat()
    given = {"title": "Second forum", "place": "Kisumu", "starts_on": day, "ends_on": day}
    assert "Another forum has this code" in words(client.post(address, {**given, "code": "NCM-2026"}))
    assert client.post(address, {**given, "code": "NCM-2026-2"})["Location"] == address
    made = Forum.objects.get(code="NCM-2026-2")
    assert (made.state, made.consultation) == ("draft", last)
    assert client.get(address).context["present"] == made


def test_unknown_step_is_not_found(client, officer, last):
    begin(client)
    assert client.get(at("no-such")).status_code == 404
    assert client.get(reverse("desk_settings_page", args=["counties-2027", "no-such"])).status_code == 404
