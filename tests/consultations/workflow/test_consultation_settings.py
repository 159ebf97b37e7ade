"""Settings of a consultation: begun as a copy or anew, facts, dates and team, and what two people change at once."""

from datetime import UTC, datetime, timedelta

import pytest

from consultations import workflow
from consultations.models import Consultation, Event, LetterText, ThemeQuestion
from consultations.workflow import change_letter_text, change_letterhead, fingerprint
from ncm_portal.workflow import Blocked, Conflict, NotAllowed, now
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.make_secretariat(name="Hassan")


def names(**changed):
    opens = now() + timedelta(days=1)
    given = {"title": "Counties and migration", "short_title": "Counties 2027", "opens_at": opens}
    return {**given, "closes_at": opens + timedelta(days=60), **changed}


def refused(function, /, *args, kind=Blocked, **kwargs):
    with pytest.raises(kind) as raised:
        function(*args, **kwargs)
    return " ".join(raised.value.reasons)


def in_year(year: int) -> datetime:
    return datetime(year, 3, 1, 8, tzinfo=UTC)


# --- Begin ------------------------------------------------------------------------------------------------------------


def test_copy_takes_purpose_rules_themes_questions_team_and_letters(officer):
    last = factories.make_consultation(quorum_groups=7, purpose="To hear.", is_sample=True)
    theme = last.themes.order_by("order").first()
    ThemeQuestion.objects.create(consultation=last, theme=theme, order=1, text="What did workers pay?", text_sw="Nini?")
    last.team.add(officer)
    change_letter_text(last, "deadline_extended", "en", by=officer, subject="Yours", body="{deadline} {link}", number=0)
    change_letterhead(last, by=officer, number=0, values={"signatory_name": "Ruth"})
    made = workflow.begin_consultation(by=officer, source=last, **names())
    assert (made.state, made.slug, made.copied_from, made.is_sample) == ("draft", "counties-2027", last, False)
    assert (made.purpose, made.quorum_groups, list(made.team.all())) == ("To hear.", 7, [officer])
    assert set(made.themes.all()) == set(last.themes.all())
    assert workflow.questions_of(made, theme) == {"questions": [["What did workers pay?", "Nini?"]]}
    assert LetterText.objects.get(consultation=made).subject == "Yours"
    assert made.letterheads.get().signatory_name == "Ruth"
    assert Event.objects.about(made).get().data["of"] == last.slug


def test_begun_anew_has_neither_themes_nor_source(officer):
    made = workflow.begin_consultation(by=officer, **names())
    assert (made.copied_from, made.themes.count(), made.purpose) == (None, 0, "")


def test_only_the_secretariat_begins_one():
    for office in ("", "official", "sysadmin"):
        refused(workflow.begin_consultation, by=factories.make_user(office), kind=NotAllowed, **names())
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "COUNTIES AND MIGRATION"}, "Another consultation has this name"),
        ({"short_title": "counties 2027"}, "Another consultation has this name"),
        ({"short_title": "Counties, 2027"}, "has the address “counties-2027”"),
        ({"short_title": "Inputs"}, "becomes the address"),
        ({"short_title": "???"}, "becomes the address"),
        ({"opens_at": in_year(1936)}, "Enter a year from 2000 to 2100."),
        ({"opens_at": in_year(2036), "closes_at": in_year(2037)}, "This is in 2036"),
        ({"closes_at": now()}, "must close after it opens"),
        ({"opens_at": in_year(2020), "closes_at": in_year(2021)}, "This deadline has passed."),
    ],
)
def test_slips_in_names_and_dates_are_refused(officer, changed, words):
    workflow.begin_consultation(by=officer, **names())
    given = names(title="Another", short_title="Another 2027") | changed
    assert words in refused(workflow.begin_consultation, by=officer, **given)
    assert Consultation.objects.count() == 1


# --- Facts and team ---------------------------------------------------------------------------------------------------


def test_dates_change_until_it_opens_and_the_journal_keeps_both(officer):
    row = factories.make_consultation(state="draft", title="Old")
    seen, later = fingerprint(workflow.facts_of(row)), row.closes_at + timedelta(days=9)
    row = workflow.change_facts(row, by=officer, seen=seen, title="New", closes_at=later)
    assert (row.title, row.closes_at) == ("New", later)
    changed = Event.objects.about(row).get(verb="change_facts").data["changed"]
    assert [each[0] for each in changed] == ["title", "closes_at"]
    assert changed[0] == ["title", "Old", "New"]


def test_an_open_one_keeps_its_dates(officer):
    row = factories.make_consultation()
    seen = fingerprint(workflow.facts_of(row))
    later = workflow.change_facts(row, by=officer, seen=seen, title="New", closes_at=row.closes_at + timedelta(days=9))
    assert (later.title, later.closes_at) == ("New", row.closes_at)


def test_an_archived_one_stays(officer):
    row = factories.make_consultation(state="archived")
    seen = fingerprint(workflow.facts_of(row))
    assert "archived" in refused(workflow.change_facts, row, by=officer, seen=seen, title="New")


def test_change_by_a_colleague_meanwhile_is_not_overwritten(officer):
    row = factories.make_consultation(state="draft")
    seen = fingerprint(workflow.facts_of(row))
    workflow.change_facts(row, by=factories.make_secretariat(), seen=seen, title="Theirs")
    with pytest.raises(Conflict) as raised:
        workflow.change_facts(row, by=officer, seen=seen, title="Mine")
    assert raised.value.theirs["title"] == "Theirs"
    again = workflow.change_facts(row, by=officer, seen=fingerprint(raised.value.theirs), title="Mine")
    assert again.title == "Mine"


def test_only_officers_are_in_the_team(officer):
    row = factories.make_consultation(state="draft")
    seen = fingerprint(workflow.team_of(row))
    stranger = factories.make_user()
    assert "Only officers" in refused(workflow.choose_team, row, by=officer, seen=seen, team=[officer, stranger])
    workflow.choose_team(row, by=officer, seen=seen, team=[officer])
    assert Event.objects.about(row).get(verb="choose_team").data["names"] == ["Hassan"]
    assert list(row.team.all()) == [officer]
