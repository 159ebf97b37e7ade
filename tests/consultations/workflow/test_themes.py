"""Themes of a consultation: chosen, added, and with questions."""

import pytest
from django.db import IntegrityError, transaction

from consultations import workflow
from consultations.models import Event, Theme, ThemeQuestion
from consultations.workflow import fingerprint
from ncm_portal.workflow import Blocked, Conflict, NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.make_secretariat()


@pytest.fixture
def row():
    return factories.make_consultation(state="draft")


def choose(row, by, *codes, seen=None):
    seen = seen or fingerprint(workflow.themes_of(row))
    return workflow.choose_themes(row, by=by, seen=seen, themes=Theme.objects.filter(code__in=codes))


def ask(row, by, theme, *questions, seen=None):
    seen = seen or fingerprint(workflow.questions_of(row, theme))
    return workflow.write_questions(row, theme, by=by, seen=seen, questions=questions)


def test_themes_are_chosen_and_journalled(row, officer):
    choose(row, officer, "T2")
    assert workflow.themes_of(row) == {"themes": ["T2"]}
    assert Event.objects.about(row).get(verb="choose_themes").data["changed"] == [["themes", ["T1", "T2"], ["T2"]]]


def test_last_theme_stays(row, officer):
    with pytest.raises(Blocked, match="at least one theme"):
        choose(row, officer)
    assert row.themes.count() == 2


def test_theme_with_inputs_stays(officer):
    row = factories.make_consultation()
    factories.make_submission(row, theme=Theme.objects.get(code="T1"), state="accepted")
    with pytest.raises(Blocked, match="“Theme 1” stays: 1 input is about it"):
        choose(row, officer, "T2")
    choose(row, officer, "T1")
    assert workflow.themes_of(row) == {"themes": ["T1"]}


def test_two_tabs_do_not_overwrite_each_other(row, officer):
    seen = fingerprint(workflow.themes_of(row))
    choose(row, officer, "T1", seen=seen)
    with pytest.raises(Conflict):
        choose(row, officer, "T2", seen=seen)
    theme = Theme.objects.get(code="T1")
    seen = fingerprint(workflow.questions_of(row, theme))
    ask(row, officer, theme, ("First?", ""), seen=seen)
    with pytest.raises(Conflict):
        ask(row, officer, theme, ("Second?", ""), seen=seen)


def test_questions_are_replaced_in_order_and_the_journal_keeps_them(row, officer):
    theme = Theme.objects.get(code="T1")
    ask(row, officer, theme, ("One?", "Moja?"), ("Two?", ""))
    ask(row, officer, theme, ("Two?", ""), ("Three?", ""))
    assert list(ThemeQuestion.objects.values_list("order", "text")) == [(1, "Two?"), (2, "Three?")]
    before = Event.objects.about(row).filter(verb="write_questions").latest("number").data["changed"][0][1]
    assert before == [["One?", "Moja?"], ["Two?", ""]]


def test_more_than_four_questions_or_one_without_english_are_refused(row, officer):
    theme = Theme.objects.get(code="T1")
    for questions in ([(f"{n}?", "") for n in range(5)], [("", "Nini?")]):
        with pytest.raises(Blocked, match="up to 4 questions"):
            ask(row, officer, theme, *questions)
    with pytest.raises(IntegrityError), transaction.atomic():
        ThemeQuestion.objects.create(consultation=row, theme=theme, order=5, text="Fifth?")


def test_own_theme_has_the_next_code_and_no_twin(row, officer):
    made = workflow.add_theme(row, by=officer, title="Remittances", title_sw="Fedha")
    assert (made.code, made in row.themes.all()) == ("T3", True)
    with pytest.raises(Blocked, match="already a theme with this title"):
        workflow.add_theme(row, by=officer, title="REMITTANCES")
    with pytest.raises(NotAllowed):
        workflow.add_theme(row, by=factories.make_user(), title="Another")
